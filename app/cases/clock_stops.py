"""Stopping and extending the legal clock of a task, where the law allows it. The parties are told in writing, and due dates follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import advancing, task_rows, work
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict, Forbidden
from app.engine.runner import Run
from app.law.periods import Deadline, Extension, Span, Stop, Unit, format_date
from app.model import Case, ClockStop, Enterprise, Organisation, Task, TaskStatus, Timer, TimerKind
from app.services.notices import Message, contact_of, tell


@dataclass(frozen=True)
class Ground:
    """Why a clock may stand still, and the article that says so."""

    key: str
    name: str
    legal_basis: str


GROUNDS = {
    ground.key: ground
    for ground in (
        Ground("correction", "补正材料", "行政许可法 第三十二条（补正期间自收到补正材料之日起计算，参照）"),
        Ground("expert_review", "专家评审", "行政许可法 第四十五条（专家评审所需时间不计入，参照）"),
        Ground("hearing", "听证", "行政许可法 第四十五条（听证所需时间不计入，参照）"),
        Ground("inspection", "检验检测", "行政许可法 第四十五条（检验检测所需时间不计入，参照）"),
    )
}


FAULT = Ground("fault", "系统故障", "行政复议法 第二十条（因正当理由耽误的期限，自障碍消除之日起继续计算，参照）")
"""What an administrator may say who mends a case that a fault had suspended. No clerk chooses it, and no diagram."""


def has_own_period(task: Task) -> bool:
    """Whether a task runs under a period of its own: a fixed day is none, and an enclosing activity's limit is not the task's."""
    if task.deadline is None or task.inherited_due:
        return False
    return isinstance(Deadline.from_dict(task.deadline).rule, Span)


def _office_task(session: Session, principal: Principal, task_id: int) -> tuple[Task, Case, Deadline]:
    """An open task with a time limit of its own whose clock the person may touch: their own office's."""
    task, case = work.find(session, principal, task_id)
    case = advancing.lock(session, case.id)
    session.refresh(task)
    if task.status != TaskStatus.OPEN:
        raise Conflict("这项任务已经办结")
    if not principal.is_authority or not work.may_do(principal, task):
        raise Forbidden("只有承办机关可以暂停、恢复或延长计时")
    if task.deadline is None or task.inherited_due:
        raise CaseError("这项任务没有自己的法定期限，不需要暂停计时")
    if not has_own_period(task):
        raise CaseError("这项期限是固定日期，不是期间，不能暂停或延长")
    return task, case, Deadline.from_dict(task.deadline)


def stop(session: Session, principal: Principal, task_id: int, ground: str, reason: str) -> ClockStop:
    """Stops the clock of a task from today. Raises `CaseError` when it stands still already or no ground is given."""
    task, case, deadline = _office_task(session, principal, task_id)
    if ground not in GROUNDS:
        raise CaseError("请选择暂停计时的法定情形")
    if not reason.strip():
        raise CaseError("请写明暂停计时的原因，将书面告知当事人")
    if deadline.is_stopped:
        raise Conflict("计时已经暂停")
    today = clock.today()
    if today > deadline.due_on:
        raise CaseError("期限已过，不能再暂停计时")
    basis = GROUNDS[ground].legal_basis
    row = ClockStop(
        task_id=task.id, ground=ground, reason=reason.strip(), legal_basis=basis, stopped_on=today, stopped_by_id=principal.user_id
    )
    session.add(row)
    stopped = deadline.with_stop(
        Stop(reason=f"{GROUNDS[ground].name}：{reason.strip()}", stopped_on=today, by=principal.user.name, legal_basis=basis)
    )
    _apply(session, principal, task, case, stopped)
    inform(
        session, case, task, f"stop:{task.id}:{today}", f"暂停计时告知：{task.name}", stop_text(case, task, GROUNDS[ground], reason, today)
    )
    record(session, case, task, _by(principal, task), "clock_stopped", ground=ground, reason=reason, since=today.isoformat())
    return row


def resume(session: Session, principal: Principal, task_id: int) -> Task:
    """Lets the clock run on from today; the time it stood still does not count."""
    task, case, deadline = _office_task(session, principal, task_id)
    if not deadline.is_stopped:
        raise Conflict("计时没有暂停")
    today = clock.today()
    running = deadline.resumed(today)
    session.execute(
        update(ClockStop)
        .where(ClockStop.task_id.in_([task.id, *(t.id for t in _sharing(session, task))]), ClockStop.resumed_on.is_(None))
        .values(resumed_on=today, resumed_by_id=principal.user_id)
    )
    _apply(session, principal, task, case, running)
    text = f"{case.title}（{case.number}）“{task.name}”自 {format_date(today)} 恢复计时，期限顺延至 {format_date(running.due_on)}。"
    inform(session, case, task, f"resume:{task.id}:{today}", f"恢复计时告知：{task.name}", text)
    record(session, case, task, _by(principal, task), "clock_resumed", due=running.due_on.isoformat())
    return task


def extend(session: Session, principal: Principal, task_id: int, value: int, unit: str, reason: str, legal_basis: str) -> Task:
    """Extends a time limit by days or workdays, with reason and legal basis."""
    task, case, deadline = _office_task(session, principal, task_id)
    if not reason.strip() or not legal_basis.strip():
        raise CaseError("延长期限须写明原因和法律依据")
    if deadline.is_stopped:
        raise Conflict("计时暂停期间不能延长，请先恢复计时")
    if deadline.extensions:
        raise CaseError("期限已经延长过一次，不能再次延长")
    if unit not in ("day", "workday") or not 1 <= value <= 60:
        raise CaseError("延长应为 1 至 60 个工作日或自然日")
    extended = deadline.extended(
        Extension(
            unit=Unit(unit),
            value=value,
            reason=reason.strip(),
            by=principal.user.name,
            decided_on=clock.today(),
            legal_basis=legal_basis.strip(),
        )
    )
    _apply(session, principal, task, case, extended)
    text = f"{case.title}（{case.number}）“{task.name}”经批准延长至 {format_date(extended.due_on)}。原因：{reason}。依据：{legal_basis}。"
    inform(session, case, task, f"extend:{task.id}:{clock.today()}", f"延长期限告知：{task.name}", text)
    record(
        session,
        case,
        task,
        _by(principal, task),
        "deadline_extended",
        due=extended.due_on.isoformat(),
        reason=reason,
        legal_basis=legal_basis,
    )
    return task


def _apply(session: Session, principal: Principal, task: Task, case: Case, deadline: Deadline) -> None:
    """Writes the moved limit into the task and those that share it, into their timers and the engine's boundary timers."""
    moved = [task, *_sharing(session, task)]
    case.limits_moved = True
    for one in moved:
        task_rows.set_deadline(one, deadline)
        one.revision += 1
    session.execute(delete(Timer).where(Timer.task_id.in_([t.id for t in moved]), Timer.kind != TimerKind.EVENT))
    rows = [row for one in moved for row in task_rows.timers_of(one)]
    if rows:
        session.execute(insert(Timer), [{"case_id": case.id, "fired": False, **row} for row in rows])
    attached = session.scalars(
        select(Timer).where(Timer.case_id == case.id, Timer.kind == TimerKind.EVENT, Timer.attached_to.in_([t.engine_id for t in moved]))
    ).all()
    fires_at = None if deadline.is_stopped else deadline.expires_at

    def move(run: Run) -> None:
        for timer in attached:
            run.move_timer(timer.engine_id or "", fires_at)
            timer.due_at, timer.fired = fires_at, False

    if attached:
        advancing.advance(session, case, move, _by(principal, task))
    session.flush()


def _sharing(session: Session, task: Task) -> list[Task]:
    """Other open tasks that carry out the same legal step under the same limit: the bodies of a joint action have one clock."""
    if not task.basis or task.deadline is None:
        return []
    own = Deadline.from_dict(task.deadline)
    others = session.scalars(
        select(Task).where(
            Task.case_id == task.case_id, Task.status == TaskStatus.OPEN, Task.id != task.id, Task.basis == task.basis,
            Task.inherited_due.is_(False), Task.due_on.is_not(None),
        )
    ).all()  # fmt: skip
    limits = [(other, Deadline.from_dict(other.deadline)) for other in others if other.deadline is not None]
    return [other for other, limit in limits if (limit.rule, limit.since) == (own.rule, own.since)]


def stop_text(case: Case, task: Task, ground: Ground, reason: str, on: dt.date) -> str:
    """What the parties are told when a clock stops."""
    return f"{case.title}（{case.number}）“{task.name}”自 {format_date(on)} 起暂停计时。情形：{ground.name}。原因：{reason}。依据：{ground.legal_basis}。"


def inform(session: Session, case: Case, task: Task, key: str, title: str, text: str) -> None:
    """The parties in writing: the enterprise of the case, and the office itself for its file."""
    office = session.get(Organisation, task.organisation_id)
    enterprise = session.get(Enterprise, case.enterprise_id) if case.enterprise_id else None
    recipients = [o for o in (enterprise.organisation if enterprise else None, office) if o is not None]
    tell(
        session,
        case,
        [
            Message(
                key=f"{key}:{o.id}", organisation=o, kind="clock_stop", title=title, body=text, contact=contact_of(office),
                due_on=task.due_on, task_id=task.id, template="clock_stop",
            )
            for o in recipients
        ],
    )  # fmt: skip


def _by(principal: Principal, task: Task) -> By:
    return By(principal.user_id, task.organisation_id)


def record(session: Session, case: Case, task: Task, by: By, kind: str, **detail: object) -> None:
    """One event about a task's clock."""
    session.flush()
    advancing.record(
        session, case, kind, by,
        process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id, detail=detail,
    )  # fmt: skip


def of(session: Session, task_id: int) -> list[ClockStop]:
    """The stops of a task's clock, oldest first."""
    return list(session.scalars(select(ClockStop).where(ClockStop.task_id == task_id).order_by(ClockStop.id)))
