"""Incidents: the list by cause, one incident with everything needed to decide, and the acts, each on one case or on all of the same cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, json, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import case_diagram, forms, incident_data, incident_runs, incident_view, incident_ways, incidents
from app.cases.errors import CaseError, Conflict, InvalidForm, NotFound
from app.cases.incident_view import PAGE, Page
from app.cases.incident_ways import Level
from app.cases.incidents import Move, Outcome
from app.engine import store
from app.engine.elsewhere import Target
from app.model import Incident, IncidentRun, IncidentStatus, Role
from app.web.access_control import roles_required
from app.web.admin import incident_values, incident_words
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction
from app.web.desk import readable

Act = Callable[[Session, Principal, int, str, str], Outcome]
BUTTONS = {"retry": "确认重试", "edit": "确认修改", "move": "确认转到", "cancel": "确认终止"}


# -- lists ------------------------------------------------------------------------------------------------------------


@bp.get("/incidents")
@roles_required(Role.ADMINISTRATOR)
def incident_list() -> Any:
    session, q = reading(), request.args.get("q", "").strip()[:60]
    return render_template(
        "admin/incidents.html", causes=[] if q else incident_view.causes(session), q=q, found=incident_view.found(session, q) if q else [],
        runs=incident_view.recent_runs(session), acts=incident_runs.ACTS,
    )  # fmt: skip


@bp.get("/incidents/resolved")
@roles_required(Role.ADMINISTRATOR)
def incidents_resolved() -> Any:
    before = request.args.get("before", type=int)
    rows = incident_view.resolved(reading(), before)
    more = rows[PAGE - 1][0].incident.id if len(rows) > PAGE else None
    return render_template(
        "admin/incidents_resolved.html", rows=rows[:PAGE], more=more, paged=before is not None, resolutions=incidents.RESOLUTIONS
    )


@bp.get("/incidents/causes/<cause>")
@roles_required(Role.ADMINISTRATOR)
def incident_cause(cause: str) -> Any:
    session, after = reading(), request.args.get("after", type=int)
    rows = incident_view.of_cause(session, cause, after)
    group = next(iter(incident_view.causes(session, cause)), None)
    more = rows[PAGE - 1].incident.id if len(rows) > PAGE else None
    return render_template("admin/incident_cause.html", cause=cause, group=group, rows=rows[:PAGE], more=more, paged=after is not None)


# -- one incident -----------------------------------------------------------------------------------------------------


@bp.get("/incidents/<int:incident_id>")
@roles_required(Role.ADMINISTRATOR)
def incident(incident_id: int) -> Any:
    session = reading()
    page = incident_view.page(session, incident_id)
    unreadable, variables = "", []
    if page.row.case is not None and page.incident.status != IncidentStatus.RESOLVED:
        try:
            variables = incident_ways.variables(session, page.incident)
        except CaseError as error:
            unreadable = str(error)
    return render_template(
        "admin/incident.html", page=page, incident=page.incident, case=page.row.case, variables=variables, unreadable=unreadable,
        at_failure=page.incident.detail.get("variables", {}), levels=_levels(session, page), state=_failed_state(page),
        submitted=_submitted(session, page), resolutions=incidents.RESOLUTIONS, text_of=incident_values.text_of,
        parked=page.pending.task if page.incident.pending["act"] == "complete" else None,
    )  # fmt: skip


def _submitted(session: Session, page: Page) -> list[readable.Field]:
    """What was submitted and waits, in the words of its form."""
    task, case = page.pending.task, page.row.case
    schema, ui = forms.form_for_reading(session, task, case) if task is not None and case is not None else ({}, {})
    return readable.fields(schema, ui, page.pending.submitted)


def _levels(session: Session, page: Page) -> list[dict[str, str]]:
    """The diagrams of the version, that of the failing element first."""
    if page.definition is None:
        return []
    compiled, failing = store.compiled(session, page.definition), page.incident.process_key
    case, definition_id = page.row.case, page.definition.id
    found = [
        {
            "process": level.process,
            "name": level.name,
            "xml_url": url_for("desk.diagram_xml", definition_id=definition_id, process_key=level.process),
            "state_url": url_for("desk.diagram_state", case_id=case.id, process=level.process) if case is not None else "#failed-state",
        }
        for level in case_diagram.levels(compiled)
    ]
    return sorted(found, key=lambda level: level["process"] != failing)


def _failed_state(page: Page) -> dict[str, Any]:
    """For a case that never began: the failing element alone is marked."""
    mark = {"state": "failed", "title": page.incident.element_name, "lines": [page.incident.message]}
    return {"elements": {page.incident.element_id: mark} if page.incident.element_id else {}, "live": False}


# -- the acts -----------------------------------------------------------------------------------------------------------


@bp.route("/incidents/<int:incident_id>/retry", methods=["GET", "POST"])
@roles_required(Role.ADMINISTRATOR)
def retry_incident(incident_id: int) -> Any:
    if request.method == "POST":
        return _perform(incident_id, "retry", {}, incidents.retry, lambda error: _confirm_retry(incident_id, error))
    return _confirm_retry(incident_id)


def _confirm_retry(incident_id: int, error: str = "") -> Any:
    page = _open(incident_id)
    return _confirm(page, "retry", "重试", incident_words.of_retry(page), error=error, resumes=True)


@bp.route("/incidents/<int:incident_id>/cancel", methods=["GET", "POST"])
@roles_required(Role.ADMINISTRATOR)
def cancel_incident(incident_id: int) -> Any:
    if request.method == "POST":
        return _perform(incident_id, "cancel", {}, _cancel, lambda error: _confirm_cancel(incident_id, error))
    return _confirm_cancel(incident_id)


def _cancel(session: Session, me: Principal, one: int, reason: str, _excluding: str) -> Outcome:
    return incidents.cancel(session, me, one, reason)


def _confirm_cancel(incident_id: int, error: str = "") -> Any:
    page = _open(incident_id)
    return _confirm(page, "cancel", "终止案件" if page.row.case else "不再投递", incident_words.of_cancel(page), error=error)


@bp.get("/incidents/<int:incident_id>/move")
@roles_required(Role.ADMINISTRATOR)
def move_incident(incident_id: int) -> Any:
    """Where to; once that is chosen, the page that asks to confirm it."""
    page, target = _open(incident_id), request.args.get("target", "")
    if not target:
        return _choose_place(page)
    return _confirm_move(page, _where(request.args))


@bp.post("/incidents/<int:incident_id>/move")
@roles_required(Role.ADMINISTRATOR)
def move_incident_now(incident_id: int) -> Any:
    where = _where(request.form)
    options = {"target": where.target, "outward": where.outward}

    def move(session: Session, me: Principal, one: int, reason: str, excluding: str) -> Outcome:
        return incidents.move(session, me, one, where, reason, excluding)

    return _perform(incident_id, "move", options, move, lambda error: _confirm_move(_open(incident_id), where, error))


def _where(given: Any) -> Move:
    outward = given.get("outward", "0")
    return Move(given.get("target", "")[:80], int(outward) if outward.isdigit() else 0, given.get("source") or None)


def _choose_place(page: Page) -> Any:
    session = reading()
    failing = incident_ways.levels(session, page.incident)
    others = incident_ways.other_places(session, page.incident)
    return render_template(
        "admin/incident_move.html", page=page, incident=page.incident, case=page.row.case, levels=failing, others=others,
        drawings=_levels(session, page),
    )  # fmt: skip


def _confirm_move(page: Page, where: Move, error: str = "") -> Any:
    session = reading()
    if where.source is not None:
        found = next(((s, t) for s, t in incident_ways.other_places(session, page.incident) if s.engine_id == where.source), None)
        if found is None:
            raise Conflict("所选的环节已经不在等待，请重新选择")
        lines = incident_words.of_leaving(found[0], _name_of(found[1], where.target))
    else:
        level = _level(incident_ways.levels(session, page.incident), where.outward)
        lines = incident_words.of_move(page, level, _name_of(level.targets, where.target))
    fields = {"target": where.target, "outward": str(where.outward), "source": where.source or ""}
    return _confirm(page, "move", "转到其他环节", lines, fields=fields, error=error, alone=where.source is not None, resumes=True)


def _level(levels: list[Level], outward: int) -> Level:
    if outward >= len(levels):
        raise NotFound()
    return levels[outward]


def _name_of(targets: Sequence[Target], element_id: str) -> str:
    target = next((t for t in targets if t.element.id == element_id), None)
    if target is None:
        raise NotFound("没有这个环节")
    return target.element.name or target.element.id


@bp.route("/incidents/<int:incident_id>/data", methods=["GET", "POST"])
@roles_required(Role.ADMINISTRATOR)
def edit_incident(incident_id: int) -> Any:
    """The values; once they are changed, the page that says what follows and asks to confirm it."""
    if request.method == "GET":
        return _data_form(_open(incident_id))
    form = request.form
    if "values" not in form:
        return _check_data(incident_id)
    values, and_retry = incident_values.values(form["values"]), form.get("and_retry") == "1"

    def edit(session: Session, me: Principal, one: int, reason: str, excluding: str) -> Outcome:
        return incident_data.edit(session, me, one, values, reason, and_retry=and_retry, excluding=excluding)

    return _perform(
        incident_id, "edit", {"values": values}, edit, lambda error: _confirm_data(_open(incident_id), values, and_retry, error)
    )


def _check_data(incident_id: int) -> Any:
    page = _open(incident_id)
    try:
        values = incident_values.typed(incident_ways.variables(reading(), page.incident), request.form)
        return _confirm_data(page, values, "1" in request.form.getlist("and_retry"))
    except InvalidForm as error:
        return _data_form(page, {p.pointer.strip("/"): p.message for p in error.problems}), 422
    except Conflict:
        raise
    except CaseError as error:
        return _data_form(page, {}, str(error)), 400


def _data_form(page: Page, problems: dict[str, str] | None = None, error: str = "") -> Any:
    form = request.form if request.method == "POST" else None
    inputs = incident_values.inputs(incident_ways.variables(reading(), page.incident), form, problems)
    return render_template(
        "admin/incident_data.html", page=page, incident=page.incident, case=page.row.case, error=error, kinds=incident_values.KINDS,
        here=[i for i in inputs if i.variable.read_here or i.error],
        known=[i for i in inputs if not (i.variable.read_here or i.error) and (i.variable.known or i.text)],
        absent=[i for i in inputs if not (i.variable.read_here or i.error or i.variable.known or i.text)],
    )  # fmt: skip


def _confirm_data(page: Page, values: dict[str, Any], and_retry: bool, error: str = "") -> Any:
    plan = incident_ways.foresee(reading(), page.incident, values)
    fields = {"values": json.dumps(values, ensure_ascii=False), "and_retry": "1" if and_retry else "0"}
    lines = incident_words.of_edit(page, plan, and_retry=and_retry)
    return _confirm(page, "edit", "修改数据", lines, fields=fields, error=error, resumes=and_retry)


# -- one or all ---------------------------------------------------------------------------------------------------------


def _open(incident_id: int) -> Page:
    """An incident about which something can be done. Raises `NotFound`, `Conflict`."""
    page = incident_view.page(reading(), incident_id)
    if page.incident.status != IncidentStatus.OPEN:
        raise Conflict("这个故障已经处理或正在重试，请回到故障页面查看")
    return page


def _confirm(
    page: Page,
    act: str,
    title: str,
    lines: list[str],
    *,
    fields: dict[str, str] | None = None,
    error: str = "",
    alone: bool = False,
    resumes: bool = False,
) -> Any:
    """The page that says what will happen. Where the case `resumes`, it asks whether the time of suspension counts."""
    time_out = incident_ways.time_out(reading(), page.incident, (fields or {}).get("source") or None) if resumes else None
    wanted_all = (request.values.get("all") == "1") and page.same > 0 and not alone
    answer = render_template(
        "admin/incident_confirm.html", page=page, incident=page.incident, case=page.row.case, act=act, title=title, lines=lines,
        fields={**(fields or {}), "cause": page.incident.cause}, error=error, button=BUTTONS[act] if page.row.case or act != "cancel" else "确认不再投递",
        reason=request.form.get("reason", ""), time_out=time_out, counts=request.form.get("time") != "excluded",
        time_reason=request.form.get("time_reason", ""), if_counted=incident_words.of_time_that_counts(page),
        if_left_out=incident_words.of_time_left_out(time_out) if time_out else [],
        count=page.same + 1, may_all=page.same > 0 and not alone, wanted_all=wanted_all,
    )  # fmt: skip
    return (answer, 400) if error else answer


def _perform(incident_id: int, act: str, options: dict[str, Any], single: Act, again: Callable[[str], Any]) -> Any:
    """Does what was confirmed, for the one case or in the background for all of its cause. What is refused is asked again with the reason."""
    reason = request.form.get("reason", "")
    try:
        excluding = incident_values.excluding(request.form)
        with transaction() as session:
            if request.form.get("all") == "1":
                run = _begin(session, incident_id, act, {**options, **({"excluding": excluding} if excluding else {})}, reason)
                return redirect(url_for("admin.incident_run", run_id=run.id))
            outcome = single(session, principal(), incident_id, reason, excluding)
    except (Conflict, NotFound):
        raise
    except CaseError as error:
        return again(str(error))
    flash(outcome.message if outcome.done else f"仍未成功：{outcome.message}", "success" if outcome.done else "warning")
    return redirect(url_for("admin.incident", incident_id=incident_id))


def _begin(session: Session, incident_id: int, act: str, options: dict[str, Any], reason: str) -> IncidentRun:
    found = session.get(Incident, incident_id)
    if found is None:
        abort(404)
    if found.cause != request.form.get("cause"):
        raise Conflict("这个故障的原因刚刚变了，请核对后重新确认")
    return incident_runs.begin(session, principal(), found.cause, act, reason, options)


@bp.get("/incidents/runs/<int:run_id>")
@roles_required(Role.ADMINISTRATOR)
def incident_run(run_id: int) -> Any:
    session, status, after = reading(), request.args.get("status", ""), request.args.get("after", type=int)
    items = incident_view.run_items(session, run_id, status, after)
    more = items[PAGE - 1][0].incident_id if len(items) > PAGE else None
    return render_template(
        "admin/incident_run.html", run=incident_view.run(session, run_id), items=items[:PAGE], more=more, status=status,
        paged=after is not None, acts=incident_runs.ACTS,
    )  # fmt: skip


@bp.get("/incidents/runs/<int:run_id>/progress")
@roles_required(Role.ADMINISTRATOR)
def incident_run_progress(run_id: int) -> Any:
    return render_template("admin/_incident_progress.html", run=incident_view.run(reading(), run_id))
