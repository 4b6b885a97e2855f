"""Drafts: what was typed and not yet submitted. A conflicting save never overwrites silently."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import advancing, work
from app.cases.errors import Conflict, Forbidden
from app.model import Draft, TaskStatus, User


class DraftConflict(Conflict):
    """Somebody saved another draft meanwhile; `other` is it."""

    def __init__(self, other: Draft, who: str) -> None:
        self.other = other
        self.who = who
        at = other.saved_at.astimezone(clock.SHANGHAI).strftime("%H:%M")
        super().__init__(f"{who}已于 {at} 保存了另一份草稿，您的内容仍在页面上，请选择载入对方的草稿或覆盖")


def save(session: Session, principal: Principal, task_id: int, data: dict[str, Any], revision: int, *, overwrite: bool = False) -> Draft:
    """Saves a draft over the one of `revision` (0: there was none). Raises `DraftConflict`."""
    task, case = work.find(session, principal, task_id)
    advancing.lock(session, case.id)  # of two first drafts saved at once, the second must see the first
    session.refresh(task)
    if task.status != TaskStatus.OPEN:
        raise Conflict("这项任务已经办结，不能再暂存")
    if not work.may_do(principal, task):
        raise Forbidden("这项任务由其他单位或其他人办理")
    draft = session.get(Draft, task_id, with_for_update=True)
    if draft is None:
        draft = Draft(task_id=task_id, data=data, revision=1, saved_by_id=principal.user_id, saved_at=clock.now())
        session.add(draft)
    else:
        if draft.revision != revision and not overwrite:
            saver = session.get_one(User, draft.saved_by_id)
            raise DraftConflict(draft, saver.name)
        draft.data, draft.revision = data, draft.revision + 1
        draft.saved_by_id, draft.saved_at = principal.user_id, clock.now()
    session.flush()
    return draft


def of(session: Session, task_id: int) -> Draft | None:
    """The draft of a task."""
    return session.get(Draft, task_id)
