"""Taking a version out of use, drafting an earlier one again, and putting one back into force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import library, periods_in_force, second_person, versions
from app.cases import process_view as view
from app.cases.errors import Conflict, NotFound, Undeployable
from app.engine.errors import Problem
from app.model import Definition, DefinitionStatus, Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.admin.compare import with_the_one_in_use
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
        takes=periods_in_force.once_retired(session, definition),
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


@bp.get("/processes/<key>/<int:version>/back")
@roles_required(Role.ADMINISTRATOR)
def confirm_roll_back(key: str, version: int) -> Any:
    return _confirm_roll_back(key, version)


def _confirm_roll_back(key: str, version: int, problems: Sequence[Problem] = ()) -> str:
    session = reading()
    found = view.versions(session, key)
    definition = _version(found, version)
    refusal = versions.why_not_back(session, definition)
    if refusal:
        raise Conflict(refusal)
    current, comparison = with_the_one_in_use(session, definition)
    number = found[0].version + 1
    return render_template(
        "admin/version_back.html", definition=definition, number=number, current=current, comparison=comparison,
        takes=periods_in_force.once_deployed(session, definition, number), needs_approval=second_person.is_required(session),
        running=sum(versions.running(session, key).values()), faults=problems or library.faults(session, definition),
    )  # fmt: skip


@bp.post("/processes/<key>/<int:version>/back")
@roles_required(Role.ADMINISTRATOR)
def roll_back(key: str, version: int) -> Any:
    try:
        with transaction() as session:
            made = versions.roll_back(session, principal(), key, version, request.form.get("reason", ""))
    except Undeployable as error:
        return _confirm_roll_back(key, version, error.problems), 409
    done = made.status == DefinitionStatus.DEPLOYED
    follows = f"作为第 {made.version} 版部署" if done else f"存为第 {made.version} 版并提交审批，批准并部署后生效"
    flash(f"第 {version} 版的内容已{follows}", "success")
    return redirect(url_for("admin.process", key=key, version=made.version))


def _version(found: list[Definition], version: int) -> Definition:
    definition = next((d for d in found if d.version == version), None)
    if definition is None:
        raise NotFound("没有这个版本")
    return definition
