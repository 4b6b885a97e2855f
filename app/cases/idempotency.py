"""Requests that may be repeated: the first answer is kept under the caller's key in the transaction of the act, and given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.errors import CaseError
from app.model import IdempotencyKey
from app.model.statements import insert_unless_there, table

MAX_KEY = 100
_KEYS = table(IdempotencyKey)
_KEEP_ANSWER = (
    update(_KEYS).where(_KEYS.c.id == bindparam("of_key")).values(status_code=bindparam("status_code"), response=bindparam("response"))
)


class KeyReused(CaseError):
    """The key was used for another request."""

    def __init__(self) -> None:
        super().__init__("这个 Idempotency-Key 已经用于另一个请求，请换一个新的")


@dataclass(frozen=True)
class Answer:
    """What a request is answered with."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    repeated: bool = False


def once(session: Session, user_id: int, key: str, request_hash: str, act: Callable[[], Answer]) -> Answer:
    """The answer of `act`, or the first answer under this key, in which case nothing is done.

    The key is taken before the act: of two requests at the same time the second waits for the first's transaction. Raises `KeyReused` and
    whatever the act raises; the key is free again when the transaction is rolled back.
    """
    row = {"user_id": user_id, "key": key, "request_hash": request_hash, "status_code": 0, "response": {}, "created_at": clock.now()}
    taken = insert_unless_there(session, IdempotencyKey, row)
    if taken is None:
        return _first(session, user_id, key, request_hash)
    answer = act()
    kept = {"body": answer.body, "headers": answer.headers}
    session.execute(_KEEP_ANSWER, {"of_key": taken, "status_code": answer.status, "response": kept})
    return answer


def _first(session: Session, user_id: int, key: str, request_hash: str) -> Answer:
    row = session.scalars(select(IdempotencyKey).where(IdempotencyKey.user_id == user_id, IdempotencyKey.key == key)).one()
    if row.request_hash != request_hash:
        raise KeyReused()
    return Answer(row.status_code, row.response["body"], row.response["headers"], repeated=True)
