"""A request that may be sent twice (a lost answer, a second click) acts once: its repetition gets the first answer again."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases.errors import Conflict
from app.model import IdempotencyKey


def _key() -> str:
    return request.headers.get("Idempotency-Key", "")[:100]


def _fingerprint() -> str:
    return hashlib.sha256(request.path.encode() + b"\0" + request.get_data()).hexdigest()


def earlier_answer(session: Session, me: Principal) -> dict[str, Any] | None:
    """What the same request was answered before. Raises `Conflict` when its key came with another request."""
    if not _key():
        return None
    found = session.scalars(select(IdempotencyKey).where(IdempotencyKey.user_id == me.user_id, IdempotencyKey.key == _key())).first()
    if found is None:
        return None
    if found.request_hash != _fingerprint():
        raise Conflict("同一个提交编号用于不同的内容，请刷新页面后再提交")
    return found.response


def keep_answer(session: Session, me: Principal, answer: dict[str, Any]) -> None:
    """Keeps the answer in the transaction of the act, so that both are there or neither."""
    if _key():
        session.add(
            IdempotencyKey(
                user_id=me.user_id, key=_key(), request_hash=_fingerprint(), status_code=200, response=answer, created_at=clock.now()
            )
        )
