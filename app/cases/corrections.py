"""补正: while an applicant corrects its papers, the limit of the office that returned them stands still by itself.

A human task with the property `stops_clock` names the ground. The clock stops when the step that leads to it is completed and runs on when the task is;
later steps that share the limit inherit what did not count (`task_rows`).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import clock_stops, task_rows
from app.cases.advancing import By
from app.engine import store
from app.engine.runner import Advance
from app.law.periods import Deadline, Stop, format_date
from app.model import Case, ClockStop, Organisation, Task, TaskStatus, User

STOPS_CLOCK = "stops_clock"


def stop_for(session: Session, case: Case, returned: Task, step: Advance, by: By) -> None:
    """Stops the limit of the task just completed when it led to a correction. A limit that is over already is not stopped."""
    ground = next((o.legal.element.properties[STOPS_CLOCK] for o in step.opened if STOPS_CLOCK in o.legal.element.properties), None)
    if ground is None or returned.deadline is None or not clock_stops.has_own_period(returned):
        return
    deadline, today = Deadline.from_dict(returned.deadline), clock.today()
    if deadline.is_stopped or today > deadline.due_on:
        return
    known = clock_stops.GROUNDS[ground]
    reason = str((returned.data or {}).get("opinion") or "材料不齐全，退回补正")
    user = session.get_one(User, by.user_id)
    session.add(
        ClockStop(task_id=returned.id, ground=ground, reason=reason, legal_basis=known.legal_basis, stopped_on=today, stopped_by_id=user.id)
    )
    stop = Stop(reason=f"{known.name}：{reason}", stopped_on=today, by=user.name, legal_basis=known.legal_basis)
    task_rows.set_deadline(returned, deadline.with_stop(stop))
    case.limits_moved = True
    text = clock_stops.stop_text(case, returned, known, reason, today)
    clock_stops.inform(session, case, returned, f"stop:{returned.id}:{today}", f"暂停计时告知：{returned.name}", text)
    clock_stops.record(session, case, returned, by, "clock_stopped", ground=ground, reason=reason, since=today.isoformat())


def resume_after(session: Session, case: Case, task: Task, by: By) -> None:
    """Lets the limit run on when `task` was the correction that it waited for. Comes before the step, so that what opens next has the moved limit."""
    element = store.of_case(session, case).processes[task.process_key].elements[task.element_id]
    ground = element.properties.get(STOPS_CLOCK)
    if ground is not None:
        _resume(session, case, ground, by)


def take_back(session: Session, case: Case, returned: Task, by: By) -> None:
    """The return itself was withdrawn: its stop ends on the day."""
    if returned.clock_stopped:
        _resume(session, case, None, by, returned.id)


def _resume(session: Session, case: Case, ground: str | None, by: By, task_id: int | None = None) -> None:
    query = (
        select(ClockStop, Task)
        .join(Task, Task.id == ClockStop.task_id)
        .where(Task.case_id == case.id, Task.status == TaskStatus.COMPLETED, ClockStop.resumed_on.is_(None))
        .order_by(ClockStop.id)
    )
    query = query.where(ClockStop.ground == ground) if ground else query.where(Task.id == task_id)
    today = clock.today()
    for row, returned in session.execute(query).tuples().all():
        assert returned.deadline is not None
        row.resumed_on, row.resumed_by_id = today, by.user_id
        running = Deadline.from_dict(returned.deadline).resumed(today)
        task_rows.set_deadline(returned, running)
        office = session.get(Organisation, returned.organisation_id)
        text = (
            f"{case.title}（{case.number}）“{returned.name}”自 {format_date(today)} 恢复计时，"
            f"{office.name if office else '承办机关'}的期限顺延至 {format_date(running.due_on)}。"
        )
        clock_stops.inform(session, case, returned, f"resume:{returned.id}:{today}", f"恢复计时告知：{returned.name}", text)
        clock_stops.record(session, case, returned, by, "clock_resumed", due=running.due_on.isoformat())
