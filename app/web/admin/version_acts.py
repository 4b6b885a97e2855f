"""Taking a version out of use, and drafting an earlier one again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import administration_view as view
from app.cases import versions
from app.cases.errors import Conflict, NotFound
from app.model import Definition, DefinitionStatus, Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction


@bp.get("/processes/<key>/<int:version>/retire")
@roles_required(Role.ADMINISTRATOR)
def confirm_retire(key: str, version: int) -> Any:
    session = reading()
    definition = _version(view.versions(session, key), version)
    if definition.status != DefinitionStatus.DEPLOYED:
        raise Conflict("只有在用的版本可以停用")
    return render_template(
        "admin/version_retire.html",
        definition=definition,
        successor=versions.successor(session, definition),
        running=versions.running(session, key).get(definition.id, 0),
    )


@bp.post("/processes/<key>/<int:version>/retire")
@roles_required(Role.ADMINISTRATOR)
def retire(key: str, version: int) -> Any:
    with transaction() as session:
        definition = versions.retire(session, principal(), key, version, request.form.get("reason", ""))
    flash(f"“{definition.name}”第 {version} 版已停用，新案件不再按它办理", "success")
    return redirect(url_for("admin.process", key=key, version=version))


@bp.post("/processes/<key>/<int:version>/again")
@roles_required(Role.ADMINISTRATOR)
def draft_again(key: str, version: int) -> Any:
    with transaction() as session:
        draft = versions.draft_again(session, principal(), key, version)
    flash(f"已按第 {version} 版的内容存为草稿第 {draft.version} 版，部署后新案件按它办理", "success")
    return redirect(url_for("admin.process", key=key, version=draft.version))


def _version(found: list[Definition], version: int) -> Definition:
    definition = next((d for d in found if d.version == version), None)
    if definition is None:
        raise NotFound("没有这个版本")
    return definition
