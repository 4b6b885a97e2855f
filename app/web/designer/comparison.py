"""A design beside any version of its process, or beside one of its own earlier saves."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import designs, library, version_history
from app.cases.errors import NotFound
from app.cases.process_view import STATE_NAMES
from app.engine import store
from app.model import Definition, Design
from app.web import comparing
from app.web.current import principal, reading
from app.web.designer.blueprint import bp

SAVE = "save-"
"""Before the number of a save, where others are numbers of versions."""


@bp.get("/<int:design_id>/comparison")
def comparison(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    files = designs.files_of(session, designs.latest(session, design))
    versions = session.scalars(select(Definition).where(Definition.key == design.key).order_by(Definition.version.desc())).all()
    chosen = request.args.get("with") or _usual(session, design)
    shown = {}
    if chosen:
        old = _side(session, design, chosen)
        whole = files if chosen.startswith(SAVE) else designs.as_version(session, design, files)
        shown = comparing.shown(old, comparing.Side("设计稿", whole), designs.main_path(design, files))
    return render_template(
        "designer/comparison.html", design=design, versions=versions, states=STATE_NAMES, chosen=chosen, saves=version_history.saves(session, design),
        shown=shown,
    )  # fmt: skip


def _usual(session: Session, design: Design) -> str:
    """The version in use, or else the one that the design began from."""
    current = library.newest_deployed(session, design.key) or design.base
    return str(current.version) if current is not None else ""


def _side(session: Session, design: Design, chosen: str) -> comparing.Side:
    if chosen.startswith(SAVE) and _is_number(chosen.removeprefix(SAVE)):
        save = designs.saved(session, design, int(chosen.removeprefix(SAVE)))
        return comparing.Side(f"第 {save.revision} 次保存", designs.files_of(session, save))
    version = session.scalars(
        select(Definition).where(Definition.key == design.key, Definition.version == (int(chosen) if _is_number(chosen) else 0))
    ).first()
    if version is None:
        raise NotFound("没有这个版本")
    return comparing.Side(f"第 {version.version} 版（{STATE_NAMES[version.status]}）", store.files_of(session, version.id))


def _is_number(text: str) -> bool:
    """Whether a text may be the number of a version or of a save."""
    return text.isdecimal() and len(text) < 10
