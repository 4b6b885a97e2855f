"""Puts work into the outbox: it happens after the transaction, once, and survives any crash."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.model import OutboxMessage, OutboxStatus
from app.model.statements import insert_new


def put(session: Session, *, key: str, kind: str, payload: dict[str, Any], case_id: int | None = None) -> None:
    """Adds a delivery. `key` says what it is about; a second one with the same key is not added."""
    put_all(session, [{"key": key, "kind": kind, "payload": payload, "case_id": case_id}])


def put_all(session: Session, messages: list[dict[str, Any]]) -> None:
    """Adds many deliveries with one statement."""
    now = clock.now()
    insert_new(
        session,
        OutboxMessage,
        [{"case_id": None, **message, "status": OutboxStatus.READY, "attempts": 0, "next_at": now} for message in messages],
    )
