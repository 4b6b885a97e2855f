"""Processes: what is in force, the diagrams, uploading a draft and deploying it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app import clock
from app.cases import administration, approvals, library, periods_in_force, second_person, version_history
from app.cases import process_view as view
from app.cases import versions as version_acts
from app.cases.errors import Conflict, NotFound, Undeployable
from app.cases.versions import running as running_cases
from app.engine.errors import DiagramError
from app.law.catalogue import catalogue
from app.law.labels import PROCEDURE_KINDS
from app.model import Definition, DefinitionStatus, Role
from app.simulation import deployment
from app.simulation.kept import Outcome
from app.web import definition_levels
from app.web.access_control import roles_required
from app.web.admin import refused
from app.web.admin.blueprint import bp
from app.web.admin.compare import with_the_one_in_use
from app.web.api import uploads
from app.web.current import principal, reading, transaction


@bp.get("/processes")
@roles_required(Role.ADMINISTRATOR)
def processes() -> Any:
    session = reading()
    query = {name: request.args.get(name, "").strip() for name in ("jurisdiction", "kind", "standing", "q")}
    return render_template(
        "admin/processes.html",
        groups=view.processes(session, view.ProcessFilter(**query)),
        query=query,
        standings=view.STANDINGS,
        expired=sorted({d.jurisdiction for d in view.expired(session)}),
        jurisdictions=_jurisdictions(),
        kinds=PROCEDURE_KINDS,
        states=view.STATE_NAMES,
    )


@bp.get("/processes/<key>")
@bp.get("/processes/<key>/<int:version>")
@roles_required(Role.ADMINISTRATOR)
def process(key: str, version: int | None = None) -> Any:
    session = reading()
    versions = view.versions(session, key)
    definition = _chosen(versions, version)
    compiled = view.compiled(session, definition)
    own = compiled.process
    inner = [(k, compiled.processes[k]) for k in view.call_order(compiled)]
    return render_template(
        "admin/process.html",
        definition=definition,
        versions=versions,
        running=running_cases(session, key),
        faults=library.faults(session, definition) if definition.status == DefinitionStatus.DRAFT else [],
        process=own,
        levels=definition_levels.levels(definition, compiled, "admin.process_xml"),
        marked=request.args.get("element", ""),
        marked_in=request.args.get("process", ""),
        inner=[(p, view.elements(compiled, k)) for k, p in inner],
        forms=sorted(path.removeprefix("forms/") for path in compiled.files if path.startswith("forms/") and not path.endswith(".ui.json")),
        kinds=PROCEDURE_KINDS,
        states=view.STATE_NAMES,
        jurisdictions=_jurisdictions(),
        takes=periods_in_force.once_deployed(session, definition)
        if definition.status == DefinitionStatus.DRAFT
        else periods_in_force.now(session, key),
        steps=version_history.history(session, definition),
        needs_approval=second_person.is_required(session),
        approved=second_person.is_approved(session, definition),
        approval=approvals.latest(session, definition),
        may_go_back=not version_acts.why_not_back(session, definition),
    )


@bp.get("/processes/<key>/<int:version>/<process_key>.bpmn")
@roles_required(Role.ADMINISTRATOR)
def process_xml(key: str, version: int, process_key: str) -> Any:
    session = reading()
    definition = _chosen(view.versions(session, key), version)
    body = view.diagram_body(view.compiled(session, definition), process_key)
    return Response(body, mimetype="application/xml", headers={"Cache-Control": "private, max-age=3600"})


@bp.get("/processes/upload")
@roles_required(Role.ADMINISTRATOR)
def upload() -> Any:
    return render_template("admin/upload.html", problems=[], drawings=[])


@bp.post("/processes/upload")
@roles_required(Role.ADMINISTRATOR)
def upload_files() -> Any:
    sent: dict[str, bytes] = {}
    try:
        sent = uploads.read([file for file in request.files.getlist("files") if file.filename])
        with transaction() as session:
            drafts = uploads.add_drafts(session, sent).drafts
            administration.record_drafts(session, principal(), drafts)
    except DiagramError as error:
        shown = refused.drawings(sent, error.problems)
        return render_template("admin/upload.html", problems=error.problems, drawings=shown), 422
    flash(f"检查通过，已存为草稿：{'、'.join(d.name for d in drafts)}。核对无误后再部署。", "success")
    return redirect(url_for("admin.process", key=drafts[0].key, version=drafts[0].version))


@bp.get("/processes/<key>/<int:version>/deploy")
@roles_required(Role.ADMINISTRATOR)
def confirm_deploy(key: str, version: int) -> Any:
    return _confirm_deploy(key, version)


def _confirm_deploy(key: str, version: int, differing: Sequence[Outcome] = ()) -> str:
    session = reading()
    versions = view.versions(session, key)
    definition = _chosen(versions, version)
    if definition.status != DefinitionStatus.DRAFT:
        raise Conflict("只有草稿可以部署")
    current, comparison = with_the_one_in_use(session, definition)
    faults = library.faults(session, definition)
    return render_template(
        "admin/deploy.html", definition=definition, current=current, running=sum(running_cases(session, key).values()), faults=faults,
        takes=periods_in_force.once_deployed(session, definition), comparison=comparison,
        waits_for_approval=second_person.is_required(session) and not second_person.is_approved(session, definition),
        calling=view.callers_of(session, definition), differing=differing,
    )  # fmt: skip


@bp.post("/processes/<key>/<int:version>/deploy")
@roles_required(Role.ADMINISTRATOR)
def deploy(key: str, version: int) -> Any:
    try:
        deployment.hold_against_kept(reading(), key, version)
        with transaction() as session:
            definition = administration.deploy(session, principal(), key, version)
            takes_cases = library.is_in_force(definition, clock.today())
    except deployment.OtherEvents as error:
        return _confirm_deploy(key, version, error.outcomes), 409
    except Undeployable:
        return _confirm_deploy(key, version), 409
    follows = "新案件按这一版办理" if takes_cases else "依据今天不在有效期内，新案件暂不按这一版开始"
    flash(f"“{definition.name}”第 {version} 版已部署，{follows}", "success")
    return redirect(url_for("admin.process", key=key, version=version))


@bp.post("/processes/extension")
@roles_required(Role.ADMINISTRATOR)
def extend() -> Any:
    with transaction() as session:
        count = administration.extend_regulation(session, principal(), request.form.get("jurisdiction", ""), request.form.get("note", ""))
    flash(f"已登记 {count} 个流程的依据延续有效", "success")
    return redirect(url_for("admin.processes"))


def _chosen(versions: list[Definition], version: int | None) -> Definition:
    """The wanted version; without a number the newest deployed one, else the newest."""
    if version is None:
        return next((d for d in versions if d.status == "deployed"), versions[0])
    found = next((d for d in versions if d.version == version), None)
    if found is None:
        raise NotFound("没有这个版本")
    return found


def _jurisdictions() -> dict[str, str]:
    return {"common": "通用", **{j.slug: j.name for j in catalogue().jurisdictions()}}
