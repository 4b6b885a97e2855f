"""The page of one task: the form, and beside it what one needs to know to fill it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from flask_login import login_required
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import case_file, clock_stops, drafts, form_fields, forms, incident_view, migrated_drafts, work
from app.cases.case_file import DoneTask
from app.engine.errors import ElementFailed
from app.law.catalogue import Sanction, Step, catalogue
from app.model import Case, CaseStatus, Definition, Enterprise, Incident, Organisation, Task, TaskStatus, User
from app.web.current import principal, reading, transaction
from app.web.desk import readable
from app.web.desk.blueprint import bp
from app.web.desk.remembered import back_to_list

OPINIONS_SHOWN = 3
PHRASES: tuple[Any, ...] = (
    {"text": "同意。", "for": ["approve", "pass", "confirm", "yes", "excellent", "qualified"]},
    {"text": "经核对，材料齐全、内容属实，同意上报。", "for": ["approve", "pass", "confirm", "yes"]},
    {"text": "材料不齐全，请补充后重新报送。", "for": ["return", "correct"]},
    {"text": "内容与实际不符，请核实更正。", "for": ["return", "correct", "reject"]},
    {"text": "不符合规定条件，理由如下：", "for": ["reject", "refuse", "fail", "no"]},
)
PLAIN_PHRASES = ("已办理。", "经核对无误。", "情况属实，按规定办理。")


@dataclass(frozen=True)
class Rights:
    """What the person may do with a task."""

    own: bool  # open, and theirs to do
    can_return: bool = False
    can_touch_clock: bool = False
    can_urge: bool = False
    can_withdraw: bool = False
    sees_form: bool = True


def rights_of(me: Principal, task: Task, case: Case, choices: list[dict[str, str]]) -> Rights:
    is_open = task.status == TaskStatus.OPEN and case.status == CaseStatus.ACTIVE
    own_office = task.organisation_id in me.organisation_ids
    own = is_open and work.may_do(me, task)
    return Rights(
        own=own,
        can_return=own and any(c["value"] == work.RETURN_DECISION for c in choices),
        can_touch_clock=own and me.is_authority and clock_stops.has_own_period(task),
        can_urge=is_open and not own and me.is_authority and task.organisation_id is not None,
        can_withdraw=task.status == TaskStatus.COMPLETED and task.completed_by_id == me.user_id and case.status == CaseStatus.ACTIVE,
        sees_form=own_office or not case_file.sees_own_side_only(me),
    )


@bp.get("/tasks/<int:task_id>")
@login_required
def task(task_id: int) -> Any:
    session, me = reading(), principal()
    found, case = work.find(session, me, task_id)
    try:
        schema, ui = _form(session, found, case)
        choices = forms.choices(schema)
        rights = rights_of(me, found, case, choices)
        model = _form_model(session, me, found, case, schema, ui, rights) if rights.sees_form and schema else None
    except ElementFailed:
        # The form of an open task fails: an administrator learns of it from its first reader.
        with transaction() as writing:
            work.report_form(writing, me, task_id)
        return redirect(url_for("desk.task", task_id=task_id))
    enterprise = session.get(Enterprise, case.enterprise_id) if case.enterprise_id else None
    incident = incident_view.of_suspended(session, case)
    submitted = found.data or _waiting(incident, found)
    return render_template(
        "desk/task.html",
        task=found,
        case=case,
        definition=session.get_one(Definition, case.definition_id),
        enterprise=enterprise,
        rights=rights,
        model=model,
        choices=choices,
        submitted=readable.fields(schema, ui, submitted) if rights.sees_form and submitted else [],
        left_over=_left_over(session, found, case, schema) if rights.own and schema else [],
        state=_state_sentence(session, me, found),
        trouble=incident_view.sentence_for(incident, found, own=found.organisation_id in me.organisation_ids),
        holder=session.get(Organisation, found.organisation_id) if found.organisation_id else None,
        derivation=case_file.derivation(found),
        stops=clock_stops.of(session, found.id),
        grounds={**clock_stops.GROUNDS, clock_stops.FAULT.key: clock_stops.FAULT},
        steps=legal_steps(found.basis),
        opinions=_opinions(session, found, case),
        back=back_to_list(me),
        colleagues_exist=rights.own and len(work.colleagues(session, found)) > 1,
    )


def _form(session: Session, task: Task, case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form of a task; an empty one where it fails and nobody waits to fill it in. Raises `ElementFailed` where somebody does."""
    waits = task.status == TaskStatus.OPEN and case.status == CaseStatus.ACTIVE
    return forms.form_of(session, task, case) if waits else forms.form_for_reading(session, task, case)


def _left_over(session: Session, task: Task, case: Case, schema: dict[str, Any]) -> list[Any]:
    """What the draft holds from an earlier version of the form that had other fields, in that form's words."""
    found = migrated_drafts.left_over(session, task, case, schema)
    return readable.fields(*found) if found is not None else []


def _waiting(incident: Incident | None, task: Task) -> dict[str, Any]:
    """What was submitted for a task and waits until a fault is mended."""
    submitted = incident.pending.get("submitted") if incident is not None and incident.task_id == task.id else None
    return submitted if isinstance(submitted, dict) else {}


def _form_model(
    session: Session, me: Principal, task: Task, case: Case, schema: dict[str, Any], ui: dict[str, Any], rights: Rights
) -> dict[str, Any]:
    """What the form in the browser starts from; frontend/README.md describes it."""
    draft = drafts.of(session, task.id) if rights.own else None
    typed = form_fields.fitting(schema, draft.data) if draft else {}
    data = {**forms.prefilled(session, task, case, schema), **typed} if rights.own else task.data or {}
    file_url = url_for("desk.file", document_id=0).removesuffix("0") + "{id}"
    urls = {"upload": url_for("desk.upload"), "file": file_url, "back": back_to_list(me)}
    if rights.own:
        urls["complete"] = url_for("desk.complete", task_id=task.id)
        urls["draft"] = url_for("desk.save_draft", task_id=task.id)
    return {
        "schema": schema,
        "ui_schema": ui,
        "data": data,
        "revision": task.revision,
        "draft_revision": draft.revision if draft else 0,
        "readonly": not rights.own,
        "urls": urls,
        "csrf": generate_csrf(),
        "phrases": phrases(me, forms.choices(schema)),
        "choices": forms.choices(schema),
        "consequence": schema.get("x-consequences", {}),
        "draft_saved_at": draft.saved_at.isoformat() if draft else None,
    }


def phrases(me: Principal, choices: list[dict[str, str]]) -> list[Any]:
    """Common phrases for the opinion; an office's depend on its decision."""
    if not me.is_authority:
        return []
    values = {c["value"] for c in choices}
    fitting = [{**p, "for": [v for v in p["for"] if v in values]} for p in PHRASES]
    return [p for p in fitting if p["for"]] if choices else list(PLAIN_PHRASES)


def legal_steps(basis: str) -> list[tuple[Step, tuple[Sanction, ...]]]:
    """The legal steps that a task carries out, with the sanctions that a miss may draw."""
    known = catalogue()
    return [(step, known.sanctions_for(step)) for step_id in basis.split() if (step := known.step(step_id)) is not None]


def _opinions(session: Session, task: Task, case: Case) -> list[tuple[DoneTask, str]]:
    """What was decided before this task, the last first, with the decision in the words of its form."""
    done = [d for d in case_file.done_tasks(session, case.id) if d.task.id != task.id]
    before = [d for d in done if task.completed_at is None or (d.task.completed_at or task.completed_at) <= task.completed_at]
    said = [d for d in before if d.task.decision or d.opinion or d.returned_reason][:OPINIONS_SHOWN]
    return [(d, decision_in_words(session, d.task, case)) for d in said]


def decision_in_words(session: Session, task: Task, case: Case) -> str:
    """A task's decision as its form calls it."""
    if not task.decision:
        return ""
    schema, _ = forms.form_for_reading(session, task, case)
    return case_file.decision_word(task.decision, {c["value"]: c["label"] for c in forms.choices(schema)})


def _state_sentence(session: Session, me: Principal, task: Task) -> str:
    """Who has the task, where that is not the reader alone."""
    office = session.get(Organisation, task.organisation_id) if task.organisation_id else None
    if task.status == TaskStatus.COMPLETED:
        who = session.get(User, task.completed_by_id) if task.completed_by_id else None
        return f"已由{office.name if office else ''}{' ' + who.name if who else ''}办结"
    if task.status == TaskStatus.CANCELLED:
        return "已随流程取消，不需要办理"
    if office is None:
        return task.waiting_for or "还没有承办单位"
    assignee = session.get(User, task.assignee_id) if task.assignee_id else None
    if assignee is not None and assignee.id == me.user_id:
        giver = session.get(User, task.delegated_by_id) if task.delegated_by_id else None
        return f"{giver.name}委派给您办理" if giver else ""
    if task.organisation_id in me.organisation_ids:
        return f"已由{assignee.name}认领，您只能查看" if assignee else ""
    return f"由{office.name}{' ' + assignee.name if assignee else ''}办理，您只能查看"
