"""Requests that may be repeated: the first answer is kept under the caller's key in the transaction of the act, and given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.cases.errors import CaseError
from app.model import IdempotencyKey

MAX_KEY = 100
_INSERT: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


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
    taken = session.execute(
        _INSERT[session.get_bind().dialect.name](IdempotencyKey)
        .values(user_id=user_id, key=key, request_hash=request_hash, status_code=0, response={}, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["user_id", "key"])
        .returning(IdempotencyKey.id)
    ).scalar()
    if taken is None:
        return _first(session, user_id, key, request_hash)
    answer = act()
    kept = {"body": answer.body, "headers": answer.headers}
    session.execute(update(IdempotencyKey).where(IdempotencyKey.id == taken).values(status_code=answer.status, response=kept))
    return answer


def _first(session: Session, user_id: int, key: str, request_hash: str) -> Answer:
    row = session.scalars(select(IdempotencyKey).where(IdempotencyKey.user_id == user_id, IdempotencyKey.key == key)).one()
    if row.request_hash != request_hash:
        raise KeyReused()
    return Answer(row.status_code, row.response["body"], row.response["headers"], repeated=True)
