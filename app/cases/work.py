"""The acts on a task: complete, claim, transfer, delegate, withdraw, urge. Looking at a task takes it from nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access import scope
from app.access.organisations import superior
from app.access.principal import Principal
from app.cases import advancing, corrections, documents, failures, forms, rosters
from app.cases.advancing import By, Steer, straight
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.engine.errors import ElementFailed, NotWaiting
from app.model import Case, CaseStatus, Draft, Event, Membership, Organisation, Task, TaskStatus, User
from app.services import client_record
from app.services.notices import Message, tell

RETURN_DECISION = "return"

_LOCKING = (
    select(Task, Case, Draft)
    .join(Case, Case.id == Task.case_id)
    .outerjoin(Draft, Draft.task_id == Task.id)
    .where(Task.id == bindparam("task_id"))
    .options(joinedload(Case.enterprise))
    .with_for_update(of=[Case, Task], key_share=True)
    .execution_options(populate_existing=True)
)


def find(session: Session, principal: Principal, task_id: int) -> tuple[Task, Case]:
    """A task that the person may see, with its case. Raises `NotFound`."""
    row = session.execute(select(Task, Case).join(Case, Case.id == Task.case_id).where(Task.id == task_id, scope.tasks(principal))).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def may_do(principal: Principal, task: Task) -> bool:
    """Whether the task is the person's to do: theirs by assignment, or their organisation's and nobody else's."""
    if task.organisation_id not in principal.organisation_ids:
        return False
    return task.assignee_id in (None, principal.user_id)


def _locked(session: Session, principal: Principal, task_id: int) -> tuple[Task, Case, Draft | None]:
    """A task that the person may see, with its case and draft, task and case locked. Raises `NotFound`."""
    row = session.execute(_LOCKING.where(scope.tasks(principal)), {"task_id": task_id}).first()
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2]


def _own_open(session: Session, principal: Principal, task_id: int, revision: int | None = None) -> tuple[Task, Case, Draft | None]:
    """An open task that is the person's to do, locked. Raises `NotFound`, `Forbidden`, `Conflict`."""
    task, case, draft = _locked(session, principal, task_id)
    if task.status != TaskStatus.OPEN:
        raise Conflict(_closed_sentence(session, task))
    if not may_do(principal, task):
        raise Forbidden("这项任务由其他单位或其他人办理")
    if revision is not None and revision != task.revision:
        raise Conflict("任务在您打开之后有变动，请核对最新内容后再提交；您填写的内容仍保留在页面上")
    return task, case, draft


def _closed_sentence(session: Session, task: Task) -> str:
    if task.status == TaskStatus.CANCELLED:
        return "这项任务已随流程取消，不需要再办理"
    who = session.get(User, task.completed_by_id) if task.completed_by_id else None
    when = task.completed_at.astimezone(clock.SHANGHAI).strftime("%m月%d日 %H:%M") if task.completed_at else ""
    return f"这项任务已由{who.name if who else '他人'}于{when}办结，您的提交没有生效"


def _by(principal: Principal, task: Task) -> By:
    return By(principal.user_id, task.organisation_id)


def complete(session: Session, principal: Principal, task_id: int, submitted: Any, revision: int | None = None) -> Task:
    """Completes a task with its form and moves the case on.

    Raises `NotFound`, `Forbidden`, `Conflict`, `InvalidForm`; then nothing is changed. Raises `ActFailed` when the process fails behind it: nothing
    is changed either, and `failures.suspend` keeps what was submitted.
    """
    task, case, draft = _own_open(session, principal, task_id, revision)
    pending = {
        "act": "complete", "task_id": task.id, "user_id": principal.user_id, "organisation_id": task.organisation_id,
        "submitted": submitted, "at": clock.now().isoformat(),
    }  # fmt: skip
    with failures.kept(session, case, pending, task):
        _complete(session, principal, task, case, draft, submitted, clock.now(), straight)
    return task


def complete_again(session: Session, case: Case, pending: dict[str, Any], steer: Steer = straight) -> bool:
    """Carries out a completion that an incident kept: as the person who submitted it, done when they did it. The case is locked.

    False when the task is not open any more. Raises what the process raises, and `InvalidForm` when what was submitted no longer fits.
    """
    row = session.execute(
        select(Task, Draft).outerjoin(Draft, Draft.task_id == Task.id).where(Task.id == pending["task_id"], Task.case_id == case.id)
    ).first()
    if row is None or row[0].status != TaskStatus.OPEN:
        return False
    principal = Principal(session.get_one(User, pending["user_id"]))
    at = dt.datetime.fromisoformat(pending["at"])
    _complete(session, principal, row[0], case, row[1], pending["submitted"], at, steer)
    return True


def report_form(session: Session, principal: Principal, task_id: int) -> None:
    """Suspends the case of an open task whose form cannot be shown. Nothing happens where it can be after all."""
    task, case, _draft = _locked(session, principal, task_id)
    if task.status != TaskStatus.OPEN or case.status != CaseStatus.ACTIVE:
        return
    try:
        forms.prefilled(session, task, case, forms.form_of(session, task, case)[0])
    except ElementFailed as error:
        failure = failures.Subject.of(session, case, task).describe(error)
        failures.open_incident(session, case, failure, {"act": "form", "task_id": task.id})


def _complete(
    session: Session, principal: Principal, task: Task, case: Case, draft: Draft | None, submitted: Any, at: dt.datetime, steer: Steer
) -> None:
    data = forms.accept(session, task, case, submitted)
    rosters.before_complete(session, task, case, data)
    documents.attach(session, principal, task, case, data)
    by = _by(principal, task)
    task.status = TaskStatus.COMPLETED
    task.completed_at = at
    task.completed_by_id = principal.user_id
    task.decision = data.get("decision")
    task.data = data
    task.revision += 1
    if draft is not None:
        session.delete(draft)
    completed = advancing.event_row(
        case, "task_completed", by,
        process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id,
        detail={"decision": task.decision, "opinion": data.get("opinion"), "delegated_by": task.delegated_by_id},
    )  # fmt: skip
    corrections.resume_after(session, case, task, by)
    client_record.after_completion(session, case, task, data)
    try:
        step = advancing.advance(session, case, lambda run: steer(run, lambda run: run.complete(task.engine_id, data)), by, [completed])
    except NotWaiting as error:
        raise Conflict(str(error)) from error
    corrections.stop_for(session, case, task, step, by)


def claim(session: Session, principal: Principal, task_id: int) -> Task:
    """Takes a task of one's organisation for oneself; claiming one's own again gives it back."""
    task, case, _draft = _own_open(session, principal, task_id)
    task.assignee_id = None if task.assignee_id == principal.user_id else principal.user_id
    kind = "task_claimed" if task.assignee_id else "task_released"
    _note(session, case, task, kind, principal)
    return task


def transfer(session: Session, principal: Principal, task_id: int, to_user_id: int, reason: str = "") -> Task:
    """转办: hands a task to a colleague of the same organisation for good."""
    return _hand(session, principal, task_id, to_user_id, reason, delegated=False)


def delegate(session: Session, principal: Principal, task_id: int, to_user_id: int, reason: str = "") -> Task:
    """委派: lets a colleague do a task in one's stead; the record names both."""
    return _hand(session, principal, task_id, to_user_id, reason, delegated=True)


def _hand(session: Session, principal: Principal, task_id: int, to_user_id: int, reason: str, *, delegated: bool) -> Task:
    task, case, _draft = _own_open(session, principal, task_id)
    member = session.scalars(
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id == to_user_id, Membership.organisation_id == task.organisation_id, User.active)
    ).first()
    if member is None:
        raise CaseError("只能交给本单位的在职人员")
    if to_user_id == principal.user_id:
        raise CaseError("不能交给自己")
    task.assignee_id = to_user_id
    task.delegated_by_id = principal.user_id if delegated else None
    _note(session, case, task, "task_delegated" if delegated else "task_transferred", principal, to=to_user_id, reason=reason)
    return task


def send_back(
    session: Session, principal: Principal, task_id: int, reason: str, data: dict[str, Any] | None = None, revision: int | None = None
) -> Task:
    """退回: completes a task with its `return` decision. Raises `CaseError` where the procedure knows no return."""
    task, case, _draft = _own_open(session, principal, task_id, revision)
    with failures.kept(session, case, {"act": "form", "task_id": task.id}, task):
        schema, _ = forms.form_of(session, task, case)
    if RETURN_DECISION not in {c["value"] for c in forms.choices(schema)}:
        raise CaseError("本环节的法定程序没有退回；如材料需要补正，请暂停计时并告知当事人")
    if not reason.strip():
        raise CaseError("请写明退回的原因")
    names = set(schema.get("properties", {}))
    for rule in schema.get("allOf", ()):  # the reason is a field that only a return has
        names |= set(rule.get("then", {}).get("properties", {}))
    values = {**(data or {}), "decision": RETURN_DECISION}
    for name in ("returned_reason", "return_reason", "opinion"):
        if name in names:
            values.setdefault(name, reason)
    return complete(session, principal, task_id, values)


def withdraw(session: Session, principal: Principal, task_id: int) -> Task:
    """撤回: takes back one's own completed task while nobody has acted on what followed.

    Raises `Conflict` when somebody has, or when the step had effects (a publication, a notice) that cannot be undone.
    """
    task, case, _draft = _locked(session, principal, task_id)
    if task.status != TaskStatus.COMPLETED or task.completed_by_id != principal.user_id:
        raise Forbidden("只能撤回自己刚办结的任务")
    later = session.scalars(select(Task).where(Task.case_id == case.id, Task.id > task.id).order_by(Task.id)).all()
    following = [t for t in later if t.created_at >= (task.completed_at or t.created_at)]
    if not following or any(t.status != TaskStatus.OPEN or t.revision > 1 for t in following):
        raise Conflict("后面的环节已经办理，不能撤回")
    if _had_effects(session, case, task):
        raise Conflict("这一步已经对外发出通知或公布，不能撤回")
    by, engine_id = _by(principal, task), task.engine_id
    corrections.take_back(session, case, task, by)
    client_record.after_withdrawal(session, task)
    # This row stays as the record of what was taken back; the engine's task gets a new one.
    task.engine_id, task.status = uuid4().hex, TaskStatus.CANCELLED
    session.flush()
    try:
        advancing.advance(session, case, lambda run: run.reopen(engine_id, [t.engine_id for t in following]), by)
    except NotWaiting as error:
        raise Conflict(str(error)) from error
    _note(session, case, task, "task_withdrawn", principal)
    reopened = session.scalars(select(Task).where(Task.engine_id == engine_id)).one()
    session.add(Draft(task_id=reopened.id, data=task.data or {}, revision=1, saved_by_id=principal.user_id, saved_at=clock.now()))
    session.flush()
    return reopened


def _had_effects(session: Session, case: Case, task: Task) -> bool:
    """Whether a service task ran since the task was completed."""
    rows = session.scalars(
        select(Event).where(Event.case_id == case.id, Event.kind == "element_passed", Event.at >= task.completed_at)
    ).all()
    return any(row.detail.get("tag") == "serviceTask" for row in rows)


def urge(session: Session, principal: Principal, task_id: int, message: str = "") -> Task:
    """催办: an authority reminds whoever has an open task; at most once a day. Raises `Forbidden`, `Conflict`, `CaseError`."""
    task, case, _draft = _locked(session, principal, task_id)
    if not principal.is_authority:
        raise Forbidden("只有主管部门可以催办")
    if task.status != TaskStatus.OPEN:
        raise Conflict(_closed_sentence(session, task))
    organisation = session.get(Organisation, task.organisation_id) if task.organisation_id else None
    if organisation is None:
        raise CaseError(task.waiting_for or "这项任务还没有承办单位")
    if task.urged_at is not None and (clock.now() - task.urged_at).days < 1:
        raise CaseError("一天之内已经催办过，请稍后再试")
    task.urged_at = clock.now()
    sender = principal.organisation.name if principal.organisation else principal.user.name
    tell(
        session,
        case,
        [
            Message(
                key=f"urge:{task.id}:{clock.today().isoformat()}",
                organisation=organisation,
                kind="urge",
                title=f"催办：{task.name}",
                body=message or f"{sender}提醒贵单位办理 {case.title}（{case.number}）的“{task.name}”。",
                due_on=task.due_on,
                task_id=task.id,
            )
        ],
    )
    _note(session, case, task, "task_urged", principal)
    return task


def supervise_late(session: Session, case: Case, task: Task) -> None:
    """督办 of a task that is late: its organisation's superior is told."""
    organisation = session.get(Organisation, task.organisation_id) if task.organisation_id else None
    above = superior(session, organisation) if organisation else None
    recipients = [o for o in (above, organisation) if o is not None]
    tell(
        session,
        case,
        [
            Message(
                key=f"late:{task.engine_id}:{recipient.id}",
                organisation=recipient,
                kind="supervision",
                title=f"督办：{task.name} 已逾期",
                body=(
                    f"{case.title}（{case.number}）的“{task.name}”应由{organisation.name if organisation else ''}"
                    f"于 {task.due_on} 前办结，现已逾期。依据：{task.article or '见流程'}。"
                ),
                due_on=task.due_on,
                task_id=task.id,
                template="supervision",
            )
            for recipient in recipients
        ],
    )


def _note(session: Session, case: Case, task: Task, kind: str, principal: Principal, **detail: Any) -> None:
    task.revision += 1
    session.flush()
    advancing.record(
        session, case, kind, _by(principal, task),
        process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id, detail=detail,
    )  # fmt: skip


def colleagues(session: Session, task: Task) -> list[User]:
    """People of the task's organisation to whom it may be handed."""
    return list(
        session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.organisation_id == task.organisation_id, User.active)
            .distinct()
            .order_by(User.name)
        ).unique()
    )


def mark_overdue(session: Session, task: Task) -> None:
    """Writes down when the miss of a task was recorded."""
    session.execute(update(Task).where(Task.id == task.id).values(overdue_at=clock.now()))
