"""Puts work into the outbox: it happens after the transaction, once, and survives any crash."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.model import OutboxMessage, OutboxStatus


def put(session: Session, *, key: str, kind: str, payload: dict[str, Any], case_id: int | None = None) -> None:
    """Adds a delivery. `key` says what it is about; a second one with the same key is not added."""
    put_all(session, [{"key": key, "kind": kind, "payload": payload, "case_id": case_id}])


def put_all(session: Session, messages: list[dict[str, Any]]) -> None:
    """Adds many deliveries with one statement."""
    if not messages:
        return
    keys = [m["key"] for m in messages]
    known: set[str] = set()
    for start in range(0, len(keys), 500):
        known |= set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys[start : start + 500]))))
    now = clock.now()
    rows = [
        {"case_id": None, **m, "status": OutboxStatus.READY, "attempts": 0, "next_at": now} for m in messages if m["key"] not in known
    ]
    if rows:
        session.execute(insert(OutboxMessage), rows)
