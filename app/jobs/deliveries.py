"""Delivers the outbox. Each message in a transaction of its own: what it does and that it is done are one fact.

1. Take the ready message that is longest due and that no other worker holds.
2. Carry it out. Started cases are written in the same transaction. Mail is claimed for a minute, sent, and marked done; it carries its key as
   Message-ID, so that a repetition after a crash can be told.
3. Mark it done. A failure marks it for later with a growing pause. After the last attempt it is given up as an incident; so is at once what no
   pause will mend: a case that its diagram or the law does not let begin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases import failures, incident_runs, register_days, roster_opening, starting
from app.cases.errors import CaseError
from app.cases.failures import Failure
from app.engine import store
from app.engine.errors import ElementFailed, EngineError
from app.jobs.mail import Mailer
from app.model import Enterprise, Incident, IncidentStatus, OutboxMessage, OutboxStatus
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
                    _done(session, message)
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
        _done(session, session.get_one(OutboxMessage, message_id, with_for_update=True))


def _done(session: Session, message: OutboxMessage) -> None:
    """A message has arrived; an incident about it is over."""
    message.status, message.done_at = OutboxStatus.DONE, clock.now()
    if message.last_error is not None:
        session.execute(
            update(Incident)
            .where(Incident.outbox_id == message.id, Incident.status != IncidentStatus.RESOLVED)
            .values(status=IncidentStatus.RESOLVED, resolution="delivered", resolved_at=clock.now())
        )


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
        "start_listed": lambda payload: starting.start_listed(
            session, payload["publication"], payload["process"], payload["entries"], payload.get("beside", ())
        ),
        roster_opening.DELIVERY: lambda payload: roster_opening.open_again(session, payload),
        "registers_day": lambda _payload: register_days.pass_day(session),
        "incident": lambda payload: incident_runs.carry_out(session, payload["run"], payload["incident"]),
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
        entry_id=payload.get("entry_id"),
        proposal_id=payload.get("proposal_id"),
        is_demo=payload.get("is_demo", False),
    )


def _postpone(database: Database, message_id: int, failure: Exception) -> None:
    with database.transaction() as session:
        message = session.get_one(OutboxMessage, message_id, with_for_update=True)
        message.last_error = f"{type(failure).__name__}: {failure}"[:2000]
        given_up = isinstance(failure, EngineError | CaseError) or message.attempts >= len(PAUSES)
        if not given_up:
            message.next_at = clock.now() + dt.timedelta(seconds=PAUSES[message.attempts])
        message.attempts += 1
        if given_up:
            message.status = OutboxStatus.FAILED
            failures.open_of_delivery(session, message, _describe(session, message, failure))


def _describe(session: Session, message: OutboxMessage, failure: Exception) -> Failure:
    """What failed: for a case that could not begin its process and element, else the kind of delivery."""
    process = message.payload.get("process")
    definition = store.in_force(session, process, clock.today()) if process else None
    if definition is not None and isinstance(failure, ElementFailed):
        compiled = store.compiled(session, definition)
        subject = failures.Subject(0, 0, definition.id, definition.content_hash, compiled, _own_words(session, message))
        return subject.describe(failure)
    words = failures.said(failure)
    if message.kind == "mail":
        words = f"邮件没有发出去（{words}）"
    kind = type(failure).__name__
    return Failure(
        message=words,
        cause=failures.digest(message.kind, process or "", kind, failures.general(words, _own_words(session, message))),
        definition_id=definition.id if definition is not None else None,
        process_key=process or "",
        detail={"error": kind, "where": failures.where(failure)},
    )


def _own_words(session: Session, message: OutboxMessage) -> tuple[str, ...]:
    """What only this delivery has in what its failure says."""
    enterprise = session.get(Enterprise, message.payload["enterprise_id"]) if message.payload.get("enterprise_id") else None
    named = (enterprise.name, enterprise.uscc) if enterprise is not None else ()
    return tuple(str(word) for word in (*named, message.payload.get("to"), message.payload.get("region")) if word)
