"""Tasks: the work list, one task with its form, and the acts on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import failures, work
from app.cases.errors import CaseError, Conflict, FieldProblem, InvalidForm
from app.cases.failures import ActFailed
from app.cases.idempotency import Answer
from app.engine.errors import ElementFailed
from app.model import Case, Task, TaskStatus, User
from app.web.api import bodies, paging, queries, shapes
from app.web.api.acts import perform
from app.web.api.callers import caller
from app.web.api.problems import invalid
from app.web.current import reading, transaction


def list_tasks() -> Response:
    state = bodies.one_of("state", (*TaskStatus, "all")) or TaskStatus.OPEN
    mine = bodies.one_of("mine", ("0", "1")) == "1"
    size, after = paging.limit(), paging.cursor(_position)
    rows = queries.tasks(
        reading(), caller(), state=None if state == "all" else state, mine=mine, case_id=_case_id(), after=after, limit=size + 1
    )
    made = shapes.TaskShapes(reading())
    return paging.page(list(rows), size, lambda row: made.brief(row[0], row[1]), lambda row: f"{row[0].sort_due.isoformat()}.{row[0].id}")


def _position(value: str) -> tuple[dt.date, int]:
    day, _, row_id = value.partition(".")
    return dt.date.fromisoformat(day), paging.row_id(row_id)


def _case_id() -> int | None:
    value = bodies.text("case")
    try:
        return paging.row_id(value) if value else None
    except ValueError:
        raise invalid("/case", "应为案件的 id") from None


def task(task_id: int) -> Response:
    found, case = work.find(reading(), caller(), task_id)
    try:
        return jsonify(shapes.TaskShapes(reading()).full(caller(), found, case))
    except ElementFailed:
        with transaction() as session:
            work.report_form(session, caller(), task_id)
        raise Conflict("这项任务的表单出了故障，已报告管理员，处理后可以继续办理") from None


# -- acts --------------------------------------------------------------------------------------------------------------


def _answer(act: Callable[[Session], Task]) -> Response:
    def done(session: Session) -> Answer:
        return _state(session, act(session), 200)

    return perform(done, _kept)


def _state(session: Session, changed: Task, status: int) -> Answer:
    return Answer(status, shapes.TaskShapes(session).state(changed, session.get_one(Case, changed.case_id)))


def _kept(session: Session, failed: ActFailed) -> Answer:
    """What was submitted is received, and waits until the fault behind it is mended: there is nothing to repeat."""
    incident = failures.suspend(session, failed)
    return _state(session, session.get_one(Task, incident.task_id), 202)


def claim(task_id: int) -> Response:
    """Takes a task, or with `release` gives it back. Taking what one has already changes nothing."""
    release = bodies.json_body("Claim").get("release", False)

    def act(session: Session) -> Task:
        found, _case = work.find(session, caller(), task_id)
        may = found.status == TaskStatus.OPEN and work.may_do(caller(), found)
        has = found.assignee_id == caller().user_id
        return found if may and has != release else work.claim(session, caller(), task_id)

    return _answer(act)


def complete(task_id: int) -> Response:
    body = bodies.json_body("Completion")
    return _answer(lambda session: work.complete(session, caller(), task_id, body["data"], body.get("revision")))


def send_back(task_id: int) -> Response:
    body = bodies.json_body("Return")
    data: dict[str, Any] = body.get("data", {})
    reason = body.get("reason") or data.get("returned_reason") or data.get("opinion")
    if not isinstance(reason, str) or not reason.strip():
        raise invalid("/reason", "请写明退回的原因")
    return _answer(lambda session: work.send_back(session, caller(), task_id, reason, data, body.get("revision")))


def transfer(task_id: int) -> Response:
    return _hand(task_id, work.transfer)


def delegate(task_id: int) -> Response:
    return _hand(task_id, work.delegate)


def _hand(task_id: int, hand: Callable[..., Task]) -> Response:
    body = bodies.json_body("Handing")

    def act(session: Session) -> Task:
        try:
            return hand(session, caller(), task_id, _user_id(session, body["to"]), body.get("reason", ""))
        except CaseError as error:
            if type(error) is CaseError:  # the person is not one to whom it can be given
                raise InvalidForm([FieldProblem("/to", str(error))]) from error
            raise

    return _answer(act)


def _user_id(session: Session, to: float | str) -> int:
    """The user of an id or a sign-in name; 0, which is nobody, when there is none. JSON counts 5.0 as an integer, too."""
    if not isinstance(to, str):
        return int(to) if to <= bodies.MAX_INTEGER else 0
    return session.scalar(select(User.id).where(User.username == to)) or 0


def withdraw(task_id: int) -> Response:
    bodies.json_body("Nothing")
    return _answer(lambda session: work.withdraw(session, caller(), task_id))


def urge(task_id: int) -> Response:
    body = bodies.json_body("Urging")
    return _answer(lambda session: work.urge(session, caller(), task_id, body.get("message", "")))
