"""Delivers the outbox. Each message in a transaction of its own: what it does and that it is done are one fact.

1. Take the ready message that is longest due and that no other worker holds.
2. Carry it out. Started cases are written in the same transaction. Mail is claimed for a minute, sent, and marked done; it carries its key as
   Message-ID, so that a repetition after a crash can be told.
3. Mark it done. A failure marks it for later with a growing pause; after the last attempt it stays as failed, for an administrator to see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import starting
from app.jobs.mail import Mailer
from app.model import Enterprise, OutboxMessage, OutboxStatus
from app.model.session import Database

CLAIM_SECONDS = 60
PAUSES = (10, 60, 300, 1800, 7200, 21600)
"""Pauses between attempts, in seconds. After the last one the message has failed."""


def deliver_ready(database: Database, mailer: Mailer, limit: int = 1000) -> int:
    """Delivers ready messages until there are none. Gives how many were taken."""
    taken = 0
    while taken < limit:
        failure: Exception | None = None
        message_id: int | None = None
        mail: tuple[str, dict[str, Any]] | None = None
        try:
            with database.transaction() as session:
                message = _take(session)
                if message is None:
                    return taken
                message_id = message.id
                if message.kind == "mail":
                    # Sent outside: a slow mail server must not hold up everybody's writes. Ours alone until the claim runs out.
                    message.next_at = clock.now() + dt.timedelta(seconds=CLAIM_SECONDS)
                    mail = message.key, message.payload
                else:
                    _carry_out(session, message)
                    message.status, message.done_at = OutboxStatus.DONE, clock.now()
            if mail is not None:
                mailer(*mail)
                _mark_done(database, message_id)
        except Exception as error:  # whatever a delivery meets is kept with the message, and tried again
            if message_id is None:
                raise
            failure = error
        if failure is not None and message_id is not None:
            _postpone(database, message_id, failure)
        taken += 1
    return taken


def _mark_done(database: Database, message_id: int) -> None:
    with database.transaction() as session:
        message = session.get_one(OutboxMessage, message_id)
        message.status, message.done_at = OutboxStatus.DONE, clock.now()


def _take(session: Session) -> OutboxMessage | None:
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.status == OutboxStatus.READY, OutboxMessage.next_at <= clock.now())
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def _carry_out(session: Session, message: OutboxMessage) -> None:
    handlers: dict[str, Callable[[dict[str, Any]], object]] = {
        "start_case": lambda payload: _start_case(session, payload),
        "start_listed": lambda payload: starting.start_listed(session, payload["publication"], payload["process"], payload["entries"]),
    }
    handlers[message.kind](message.payload)


def _start_case(session: Session, payload: dict[str, Any]) -> None:
    enterprise = session.get_one(Enterprise, payload["enterprise_id"]) if payload.get("enterprise_id") else None
    starting.start(
        session,
        process=payload["process"],
        region=payload["region"],
        variables=payload["variables"],
        enterprise=enterprise,
        parent_id=payload.get("parent_id"),
        start_key=payload["start_key"],
        title=payload.get("title"),
        is_demo=payload.get("is_demo", False),
    )


def _postpone(database: Database, message_id: int, failure: Exception) -> None:
    with database.transaction() as session:
        message = session.get_one(OutboxMessage, message_id)
        message.last_error = f"{type(failure).__name__}: {failure}"[:2000]
        if message.attempts >= len(PAUSES):
            message.status = OutboxStatus.FAILED
        else:
            message.next_at = clock.now() + dt.timedelta(seconds=PAUSES[message.attempts])
        message.attempts += 1
