"""Two stored versions of a process side by side."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from app.cases import library
from app.cases import process_view as view
from app.cases.comparison import bundles
from app.cases.errors import NotFound
from app.engine import store
from app.model import Definition, Role
from app.web import comparing
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import reading


@bp.get("/processes/<key>/compare")
@roles_required(Role.ADMINISTRATOR)
def compare(key: str) -> Any:
    session = reading()
    versions = view.versions(session, key)
    new = _version(versions, request.args.get("to", type=int) or versions[0].version)
    old = _version(versions, request.args.get("from", type=int) or _before(versions, new))
    return render_template(
        "admin/compare.html", versions=versions, states=view.STATE_NAMES, old=old, new=new, shown=side_by_side(session, old, new)
    )


def side_by_side(session: Session, old: Definition, new: Definition) -> dict[str, Any]:
    """What a page takes that shows two stored versions."""
    before, after = (_side(session, one) for one in (old, new))
    return comparing.shown(before, after, main_diagram(new.key, after.files))


def _side(session: Session, definition: Definition) -> comparing.Side:
    label = f"第 {definition.version} 版（{view.STATE_NAMES[definition.status]}）"
    return comparing.Side(label, store.files_of(session, definition.id))


def with_the_one_in_use(session: Session, definition: Definition) -> tuple[Definition | None, bundles.Comparison | None]:
    """The version in use, and what differs from it; nothing before the first deployment."""
    current = library.newest_deployed(session, definition.key)
    if current is None:
        return None, None
    return current, bundles.compare(store.files_of(session, current.id), store.files_of(session, definition.id))


def main_diagram(key: str, files: Any) -> str:
    """The path of a process's own diagram."""
    usual = f"processes/{key.replace('.', '/', 1)}.bpmn"
    return usual if usual in files else next((path for path, body in files.items() if f'id="{key}"'.encode() in body), usual)


def _before(versions: list[Definition], definition: Definition) -> int:
    """The version before; the same where there is none."""
    return next((one.version for one in versions if one.version < definition.version), definition.version)


def _version(versions: list[Definition], number: int) -> Definition:
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        raise NotFound("没有这个版本")
    return found
