"""How a trial stands: what happened, who has to decide what, what comes next, and where the tokens are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import forms, incident_state
from app.cases.errors import CaseError
from app.engine.errors import ElementFailed
from app.engine.runner import WaitingEvent
from app.law.periods import Deadline, distance, format_date, light
from app.model import Case, CaseStatus, Enterprise, Organisation, Task, Timer
from app.model.timer import TimerKind
from app.simulation.answering import Turn
from app.simulation.events import CANCELLED, PASSED, SimulatedEvent
from app.simulation.moves import delay_text, written
from app.simulation.timeline import WORDS, repeats, said
from app.simulation.trial import Trial

MOST_FORMS = 12
"""Open tasks whose forms are sent along; the others can only be answered with samples."""
MOST_COMING = 8


def state_of(trial: Trial) -> dict[str, Any]:
    """Everything that the page shows of a trial, as JSON has it."""
    # The database has one connection: what asks for a session of its own comes first.
    ended, stuck = trial.all_ended(), trial.stuck()
    with trial.stage.database.session() as session, clock.at(trial.now):
        waiting = list(_waiting(session))
        return {
            "now": trial.now.astimezone(clock.SHANGHAI).isoformat(),
            "today": format_date(clock.today()),
            "events": [_event(moves, event) for moves, event in trial.events],
            "moves": [written(move) for move in trial.moves],
            "tasks": list(_tasks(session, trial)),
            "coming": _coming(session, trial, waiting),
            "waiting": [_place(case_id, event) for case_id, event in waiting],
            "cases": list(_cases(session)),
            "ended": ended,
            "faults": [*trial.faults, *(f"{case.number} 停住了：{why}" for case, why in stuck)],
            "remarks": list(trial.ready.begun.remarks),
        }


def _event(moves: int, event: SimulatedEvent) -> dict[str, Any]:
    """An event with its words. What only repeats another line, or is there to move the token, has none."""
    told = {} if repeats(event) or event.event in (PASSED, CANCELLED) else {"kind": WORDS.get(event.event, ""), "said": said(event)}
    return {**event.to_dict(), "day": format_date(event.day), "move": moves, **told}


# -- tasks ------------------------------------------------------------------------------------------------------------


def _tasks(session: Session, trial: Trial) -> Iterator[dict[str, Any]]:
    coming = trial.coming()
    rows = session.execute(
        select(Task, Case, Organisation)
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .where(Task.id.in_(trial.open))
        .order_by(Task.id)
    ).tuples()
    for number, (task, case, organisation) in enumerate(rows):
        decided = trial.turns.get(task.id)
        told = _task(session, task, case, organisation)
        told["ref"] = trial.open[task.id].ref
        told["planned"] = _planned(session, task, case, decided, coming.get(task.id)) if decided is not None else None
        if decided is None and number < MOST_FORMS:
            told["form"] = _form(session, task, case)
        yield told


def _task(session: Session, task: Task, case: Case, organisation: Organisation | None) -> dict[str, Any]:
    today = clock.today()
    return {
        "id": task.id,
        "case": case.number,
        "case_name": case.title,
        "process": task.process_key,
        "element": task.element_id,
        "callers": list((task.context or {}).get("_callers") or ()),
        "name": task.name,
        "article": task.article,
        "panel": task.panel,
        "org": organisation.name if organisation else None,
        "optional": task.optional,
        "created": task.created_at.astimezone(clock.SHANGHAI).date().isoformat(),
        "due": task.due_on.isoformat() if task.due_on else None,
        "due_text": format_date(task.due_on) if task.due_on else None,
        "distance": _distance(task, today),
        "light": _light(task, today),
        "derivation": Deadline.from_dict(task.deadline).explain() if task.deadline else [],
        "choices": _choices(session, task, case),
    }


def _distance(task: Task, today: dt.date) -> str | None:
    if task.due_on is None:
        return None
    return "计时暂停" if task.clock_stopped else distance(today, task.due_on)


def _light(task: Task, today: dt.date) -> str | None:
    if task.due_on is None or task.clock_stopped:
        return None
    return light(task.due_on, today, task.warn_on or task.due_on)


def _choices(session: Session, task: Task, case: Case) -> list[dict[str, str]]:
    try:
        return forms.choices(forms.form_of(session, task, case)[0])
    except ElementFailed:
        return []


def _form(session: Session, task: Task, case: Case) -> dict[str, Any]:
    """The form of a task with what it starts with, or why it cannot be shown."""
    try:
        schema, ui = forms.form_of(session, task, case)
        return {"schema": schema, "ui_schema": ui, "data": forms.prefilled(session, task, case, schema)}
    except ElementFailed as error:
        return {"problem": f"表单打不开：{error.message}"}


def _planned(session: Session, task: Task, case: Case, turn: Turn, at: dt.datetime | None) -> dict[str, Any]:
    words = {choice["value"]: choice["label"] for choice in _choices(session, task, case)}
    decision = turn.decision or turn.values.get("decision")
    return {
        "delay": delay_text(turn.delay),
        "day": format_date(at.astimezone(clock.SHANGHAI).date()) if at else None,
        "choice": words.get(decision or "", decision),
    }


# -- what comes, and where the tokens are -----------------------------------------------------------------------------


def _coming(session: Session, trial: Trial, waiting: Sequence[tuple[int, WaitingEvent]]) -> list[dict[str, Any]]:
    """What happens next: limits that run out, and what was decided to be done later."""
    events = {event.engine_id: event for _, event in waiting}
    rows = session.execute(
        select(Timer, Case, Task)
        .join(Case, Case.id == Timer.case_id)
        .outerjoin(Task, Task.id == Timer.task_id)
        .where(Case.status == CaseStatus.ACTIVE, Timer.due_at.is_not(None))
        .order_by(Timer.due_at, Timer.id)
        .limit(MOST_COMING)
    ).tuples()
    found = []
    for timer, case, task in rows:
        assert timer.due_at is not None
        event = events.get(timer.engine_id or "")
        words = _timer_words(timer, task, event)
        place = (event.legal.process_key, event.legal.id) if event else (task.process_key, task.element_id) if task else (None, None)
        found.append(_due(timer.due_at, words, case, *place))
    coming = trial.coming()
    tasks = session.execute(select(Task, Case).join(Case, Case.id == Task.case_id).where(Task.id.in_(coming))).tuples()
    found += [_due(coming[task.id], f"办理：{task.name}", case, task.process_key, task.element_id) for task, case in tasks]
    return sorted(found, key=lambda one: str(one["at"]))[:MOST_COMING]


def _timer_words(timer: Timer, task: Task | None, event: WaitingEvent | None) -> str:
    if event is not None:
        return event.legal.name or "期限届满"
    if task is None:
        return "期限届满"
    return f"临期提醒：{task.name}" if timer.kind == TimerKind.WARNING else f"记逾期：{task.name}"


def _due(at: dt.datetime, words: str, case: Case, process: str | None, element: str | None) -> dict[str, Any]:
    """Midnight belongs to the day that ends with it."""
    local = at.astimezone(clock.SHANGHAI)
    midnight = local.time() == dt.time()
    day = (local - dt.timedelta(microseconds=1)).date() if midnight else local.date()
    return {
        "at": local.isoformat(), "day": f"{format_date(day)}{' 24:00' if midnight else ''}", "words": words, "case": case.number,
        "process": process, "element": element,
    }  # fmt: skip


def _waiting(session: Session) -> Iterator[tuple[int, WaitingEvent]]:
    """Events that wait in cases that run, by case id."""
    for case in session.scalars(select(Case).where(Case.status == CaseStatus.ACTIVE).order_by(Case.id)):
        try:
            run = incident_state.looked_at(session, case)
        except CaseError:
            continue  # a state that cannot be read is told as the fault of its case
        for event in run.waiting_events():
            yield case.id, event


def _place(case_id: int, event: WaitingEvent) -> dict[str, Any]:
    element = event.legal.element
    return {
        "case_id": case_id, "process": event.legal.process_key, "element": event.legal.id, "callers": list(event.callers),
        "name": event.legal.name, "attached": bool(element.attached_to),
    }  # fmt: skip


def _cases(session: Session) -> Iterator[dict[str, Any]]:
    rows = session.execute(select(Case, Enterprise.name).outerjoin(Enterprise, Enterprise.id == Case.enterprise_id).order_by(Case.id))
    for case, enterprise in rows.tuples():
        yield {
            "id": case.id, "number": case.number, "process": case.process_key, "title": case.title, "enterprise": enterprise,
            "status": case.status, "parent": case.parent_id,
        }  # fmt: skip
