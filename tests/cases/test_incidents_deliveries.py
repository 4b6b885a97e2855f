"""Deliveries that fail are tried again with growing pauses, and end as an incident, not in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.cases import incidents, starting
from app.cases.errors import CaseError, Conflict
from app.jobs import deliveries
from app.model import Case, Incident, IncidentStatus, OutboxMessage, OutboxStatus
from app.services import outbox
from tests.cases.incident_support import KEY, Trouble, office, row
from tests.support.diagrams import script
from tests.support.world import COUNTY, World


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


class BrokenMail:
    """A mail server that refuses while it is told to."""

    def __init__(self) -> None:
        self.refuses, self.sent = True, 0

    def __call__(self, key: str, payload: Mapping[str, Any]) -> None:
        if self.refuses:
            raise ConnectionRefusedError(f"no answer for {payload['to']}")
        self.sent += 1


def write(trouble: Trouble, key: str = "mail:x", to: str = "a@example.invalid") -> None:
    with trouble.world.transaction() as session:
        outbox.put(session, key=key, kind="mail", payload={"to": to, "subject": "通知", "text": ""})


def deliver(trouble: Trouble, mail: BrokenMail, *, until_given_up: bool = True) -> list[float]:
    """Delivers over and over; the pauses in between, in seconds."""
    pauses = []
    for _ in range(len(deliveries.PAUSES) + 1):
        deliveries.deliver_ready(trouble.world.runtime.database, mail)
        with trouble.world.session() as session:
            message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "mail").limit(1)).one()
        if message.status != OutboxStatus.READY or not until_given_up:
            break
        pauses.append((message.next_at - clock.now()).total_seconds())
        trouble.world.clock.set(message.next_at + dt.timedelta(seconds=1))
    return pauses


def incident_of(trouble: Trouble) -> Incident:
    with trouble.world.session() as session:
        return session.scalars(select(Incident).where(Incident.outbox_id.is_not(None))).one()


def act(trouble: Trouble, what: Any, reason: str = "服务器已恢复") -> Any:
    with trouble.world.transaction() as session:
        return what(session, trouble.world.principal(session, "admin"), incident_of(trouble).id, reason)


# -- mail ---------------------------------------------------------------------------------------------------------------


def test_mail_that_is_refused_is_tried_again_with_growing_pauses_and_ends_as_an_incident(trouble: Trouble) -> None:
    write(trouble)
    pauses = deliver(trouble, BrokenMail())
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == len(deliveries.PAUSES)
    incident = incident_of(trouble)
    assert (incident.kind, incident.status, incident.failures) == ("delivery", IncidentStatus.OPEN, 7)
    assert "ConnectionRefusedError" in incident.message


def test_there_is_no_incident_while_it_is_still_being_tried(trouble: Trouble) -> None:
    write(trouble)
    deliver(trouble, BrokenMail(), until_given_up=False)
    assert trouble.unresolved() == []


def test_letters_that_the_same_server_refuses_have_one_cause(trouble: Trouble) -> None:
    mail = BrokenMail()
    write(trouble, "mail:x", "a@example.invalid")
    write(trouble, "mail:y", "b@example.invalid")
    deliver(trouble, mail)
    deliver(trouble, mail)
    assert len({incident.cause for incident in trouble.unresolved()}) == 1
    assert len(trouble.unresolved()) == 2


def test_a_retry_that_arrives_settles_the_incident(trouble: Trouble) -> None:
    mail = BrokenMail()
    write(trouble)
    deliver(trouble, mail)
    act(trouble, incidents.retry)
    assert incident_of(trouble).status == IncidentStatus.RETRYING
    mail.refuses = False
    deliver(trouble, mail)
    assert (incident_of(trouble).status, incident_of(trouble).resolution, mail.sent) == (IncidentStatus.RESOLVED, "delivered", 1)


def test_a_retry_that_fails_says_so_after_one_attempt(trouble: Trouble) -> None:
    mail = BrokenMail()
    write(trouble)
    deliver(trouble, mail)
    act(trouble, incidents.retry)
    assert deliver(trouble, mail) == []
    assert (incident_of(trouble).status, incident_of(trouble).failures) == (IncidentStatus.OPEN, 8)


def test_while_it_is_being_tried_nobody_retries_it_again(trouble: Trouble) -> None:
    write(trouble)
    deliver(trouble, BrokenMail())
    act(trouble, incidents.retry)
    with pytest.raises(Conflict, match="正在投递"):
        act(trouble, incidents.retry)


def test_a_delivery_may_be_given_up_with_a_reason(trouble: Trouble) -> None:
    mail = BrokenMail()
    write(trouble)
    deliver(trouble, mail)
    act(trouble, incidents.cancel, "地址有误，已另行告知")
    mail.refuses = False
    deliver(trouble, mail)
    assert (incident_of(trouble).status, incident_of(trouble).reason, mail.sent) == (IncidentStatus.RESOLVED, "地址有误，已另行告知", 0)
    with trouble.world.session() as session:
        assert session.scalars(select(OutboxMessage.status)).one() == OutboxStatus.DROPPED


# -- started cases ------------------------------------------------------------------------------------------------------

BROKEN_START = row(script("B", "x = missing"), office("A"))


def start_in_background(trouble: Trouble, process: str = KEY) -> None:
    with trouble.world.transaction() as session:
        payload = {"process": process, "region": COUNTY, "variables": {"begun": "2027-01-11"}, "start_key": "k1", "title": "后台立案"}
        outbox.put(session, key="start:k1", kind="start_case", payload=payload)
    trouble.world.work()


def test_a_case_that_cannot_begin_is_an_incident_at_once_and_names_the_element(trouble: Trouble) -> None:
    definition = trouble.deploy(BROKEN_START)
    start_in_background(trouble)
    incident = incident_of(trouble)
    assert (incident.element_id, incident.process_key, incident.definition_id) == ("B", KEY, definition.id)
    assert trouble.count(Case) == 0


def test_a_case_without_a_version_in_force_is_an_incident_at_once(trouble: Trouble) -> None:
    start_in_background(trouble, "t.nowhere")
    assert "没有可用的版本" in incident_of(trouble).message


def test_a_retry_starts_the_case_on_the_version_that_is_mended(trouble: Trouble) -> None:
    trouble.deploy(BROKEN_START)
    start_in_background(trouble)
    act(trouble, incidents.retry)
    trouble.world.work()
    assert incident_of(trouble).status == IncidentStatus.OPEN  # still the same version
    trouble.deploy(BROKEN_START.replace("missing", "1"))
    act(trouble, incidents.retry)
    trouble.world.work()
    assert (incident_of(trouble).status, trouble.count(Case)) == (IncidentStatus.RESOLVED, 1)


def test_each_listed_enterprise_that_cannot_begin_is_an_incident_of_its_own(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any) -> None:
        raise CaseError("流程目前没有可用的版本")

    monkeypatch.setattr(starting, "_start_for", refuse)
    trouble.world.publish(["甲厂", "乙厂"])
    found = trouble.unresolved()
    assert [incident.kind for incident in found] == ["delivery", "delivery"]
    assert len({incident.cause for incident in found}) == 1
    monkeypatch.undo()
    for incident in found:
        with trouble.world.transaction() as session:
            incidents.retry(session, trouble.world.principal(session, "admin"), incident.id, "已部署")
    trouble.world.work()
    assert trouble.unresolved() == []
    assert trouble.count(Case, Case.process_key == "shandong.mandatory_audit") == 2
