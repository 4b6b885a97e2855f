"""What failed, and what it leaves behind: the act is rolled back, and the case is suspended with the act waiting to be done again.

An act of a person fails in two transactions. In the first nothing stays; in the second (`suspend`) the case is suspended and the act kept with
everything that was submitted. Should the machine stop between the two, the act was simply not done and the person's draft is still there.
"""

from __future__ import annotations

import hashlib
import json
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import advancing
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict, InvalidForm
from app.cases.forms import unstorable
from app.config import ROOT
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.errors import DiagramError, ElementFailed, EngineError
from app.model import Case, CaseStatus, Incident, IncidentKind, IncidentStatus, OutboxMessage, Task
from app.model.session import DATABASE_AWAY, in_short

log = structlog.get_logger()

NOTHING: dict[str, Any] = {"act": "none"}
"""The pending act of an incident after whose repair the case merely waits again."""

_MAX_MESSAGE = 2_000  # characters
_MAX_SHOWN = 20_000  # characters of one variable that are kept with an incident


@dataclass(frozen=True)
class Failure:
    """One failure in words, and what makes others the same."""

    message: str
    cause: str
    definition_id: int | None = None
    process_key: str = ""
    element_id: str = ""
    element_name: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


class ActFailed(EngineError):
    """The process behind an act failed. Nothing of the act was done; `suspend` keeps it until the fault is mended."""

    def __init__(self, case_id: int, revision: int, pending: dict[str, Any], failure: Failure) -> None:
        self.case_id = case_id
        self.revision = revision
        self.pending = pending
        self.failure = failure
        super().__init__(f"“{failure.element_name or failure.element_id or '流程'}”出了故障：{failure.message}")


@dataclass(frozen=True)
class Subject:
    """The facts of a case that its failures are described with, read while the database can be read."""

    case_id: int
    revision: int
    definition_id: int
    content_hash: str
    compiled: CompiledDefinition | None
    own_words: tuple[str, ...]  # what only this case has in its messages
    at: tuple[str, str, str] = ("", "", "")  # process, element, name of where the act began

    @classmethod
    def of(cls, session: Session, case: Case, task: Task | None = None) -> Subject:
        try:
            compiled = store.of_case(session, case)
        except DiagramError:
            compiled = None  # the version itself does not compile any more: that will be the failure
        enterprise = case.enterprise if case.enterprise_id is not None else None
        words = (case.title, case.number, case.region_code, *((enterprise.name, enterprise.uscc) if enterprise else ()))
        at = (task.process_key, task.element_id, task.name) if task is not None else ("", "", "")
        return cls(case.id, case.revision, case.definition_id, case.content_hash, compiled, tuple(w for w in words if w), at)

    def describe(self, error: Exception) -> Failure:
        """A failure in this case."""
        if isinstance(error, ElementFailed):
            process_key, element_id, name = self._place(error)
            message, variables, scope = error.message, error.variables, error.scope
        else:
            (process_key, element_id, name), scope = self.at, self.at[0]
            message, variables = said(error), {}
        message = _writable(message[:_MAX_MESSAGE]) or type(error).__name__
        kind = type(error.__cause__ or error).__name__
        return Failure(
            message=message,
            cause=digest(self.content_hash, process_key, element_id, kind, general(message, self.own_words)),
            definition_id=self.definition_id,
            process_key=process_key,
            element_id=element_id,
            element_name=name[:120],
            detail={"error": kind, "where": where(error), "scope": scope, "variables": _kept_of(variables)},
        )

    def _place(self, error: ElementFailed) -> tuple[str, str, str]:
        """Process, id and name of the element that failed."""
        if self.compiled is None or not error.element_id:
            return self.at if not error.element_id else (error.scope, error.element_id, error.name)
        element = self.compiled.by_spec.get((error.scope, error.element_id))
        if element is None:
            inside = [self.compiled.processes[error.scope]] if error.scope in self.compiled.processes else self.compiled.processes.values()
            element = next((p.elements[error.element_id] for p in inside if error.element_id in p.elements), None)
        if element is None:
            return "", error.element_id, error.name
        return element.process_key, element.id, error.name or element.name or element.id


def _writable(text: str) -> str:
    """A text that both databases take: errors may quote whatever was sent."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _kept_of(variables: Mapping[str, Any]) -> dict[str, Any]:
    """What of the variables can be kept with an incident."""
    plain = {name: json.loads(json.dumps(value, default=str)) for name, value in variables.items() if len(str(value)) <= _MAX_SHOWN}
    return {name: value for name, value in plain.items() if not any(unstorable(value))}


@contextmanager
def kept(session: Session, case: Case, pending: dict[str, Any], task: Task | None = None) -> Iterator[None]:
    """Lets whatever the process of a case raises become `ActFailed`, with the act that it was. Refusals of the act stay what they are."""
    subject = Subject.of(session, case, task)
    try:
        yield
    except (CaseError, *DATABASE_AWAY):
        raise
    except Exception as error:  # whatever it is, the case must neither go on half-way nor be lost
        raise ActFailed(subject.case_id, subject.revision, pending, subject.describe(error)) from error


def suspend(session: Session, failed: ActFailed) -> Incident:
    """Suspends the case of a failed act, in a transaction of its own, and keeps the act.

    Raises `Conflict` when the case changed since: the act may well succeed now, and its person still has it on the page.
    """
    case = advancing.lock(session, failed.case_id)
    if case.status == CaseStatus.SUSPENDED:
        raise Conflict("案件因系统故障挂起，管理员处理后可以继续；您填写的内容仍保留在页面上，请先暂存")
    if case.status != CaseStatus.ACTIVE or case.revision != failed.revision:
        raise Conflict("案件刚刚有变动，请核对最新内容后再提交；您填写的内容仍保留在页面上")
    return open_incident(session, case, failed.failure, failed.pending)


def open_incident(session: Session, case: Case, failure: Failure, pending: Mapping[str, Any]) -> Incident:
    """Suspends a locked, active case where it failed."""
    now = clock.now()
    case.status = CaseStatus.SUSPENDED
    incident = Incident(
        kind=IncidentKind.ELEMENT, status=IncidentStatus.OPEN, case_id=case.id, task_id=pending.get("task_id"),
        definition_id=failure.definition_id, process_key=failure.process_key, element_id=failure.element_id,
        element_name=failure.element_name, message=failure.message, cause=failure.cause, pending=dict(pending),
        detail=failure.detail, opened_at=now, failed_at=now, failures=1,
    )  # fmt: skip
    session.add(incident)
    session.flush()
    record(session, case, "incident", By(), failure, incident=incident.id, message=failure.message)
    log.error("case suspended", case=case.number, element=failure.element_id, error=failure.message, where=failure.detail.get("where"))
    return incident


def open_of_delivery(session: Session, message: OutboxMessage, failure: Failure) -> Incident:
    """The incident of a delivery that was given up: the one that is being retried, or a new one."""
    now = clock.now()
    known = session.scalars(
        select(Incident).where(Incident.outbox_id == message.id, Incident.status != IncidentStatus.RESOLVED).with_for_update()
    ).first()
    if known is None:
        known = Incident(
            kind=IncidentKind.DELIVERY,
            outbox_id=message.id,
            pending={"act": "deliver"},
            opened_at=now,
            failures=max(message.attempts, 1) - 1,
        )
        session.add(known)
    known.status = IncidentStatus.OPEN
    known.failed_at, known.failures = now, known.failures + 1
    rewrite(known, failure)
    session.flush()
    log.error("delivery given up", key=message.key, error=failure.message)
    return known


def rewrite(incident: Incident, failure: Failure) -> None:
    """What failed last is what an incident says."""
    incident.definition_id, incident.process_key = failure.definition_id, failure.process_key
    incident.element_id, incident.element_name = failure.element_id, failure.element_name
    incident.message, incident.cause, incident.detail = failure.message, failure.cause, failure.detail


def record(session: Session, case: Case, kind: str, by: By, failure: Failure, **detail: Any) -> None:
    """One event about a failure; offices and administrators see it."""
    advancing.record(
        session, case, kind, by, process_key=failure.process_key or None, element_id=failure.element_id or None,
        name=(failure.element_name or failure.message)[:200], public_to_enterprise=False, detail=detail,
    )  # fmt: skip


def digest(*parts: str) -> str:
    """The identity of a cause: what is the same for all cases that one repair can mend."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def general(message: str, own_words: tuple[str, ...] = ()) -> str:
    """A message without what only one case has in it: its names, numbers, dates and ids."""
    for word in sorted(own_words, key=len, reverse=True):
        message = message.replace(word, "…")
    return re.sub(r"[0-9a-f]{8,}|\d+", "#", message)


def said(error: Exception) -> str:
    """What an error says; what is not ours is named with its kind."""
    if isinstance(error, InvalidForm):
        return f"提交的内容已不符合表单：{'；'.join(problem.message for problem in error.problems)}"
    return str(error) if isinstance(error, EngineError | CaseError) else in_short(error)


def where(error: BaseException) -> str:
    """Where in our own code an error arose: file, line and function."""
    while error.__cause__ is not None:
        error = error.__cause__
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(f"{ROOT}/app/")]
    return f"{own[-1].filename.removeprefix(f'{ROOT}/')}:{own[-1].lineno} {own[-1].name}" if own else ""
