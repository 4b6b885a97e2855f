"""Who sees what, as one matrix: a case of 历下区 (370102) about 甲厂, its tasks, events, documents, lists and notices."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from app.access import scope
from app.cases import documents, worklist  # noqa: F401  (the lists read through the scope)
from app.model import Case, Document, Enterprise, Event, Notice, Roster, Task
from tests.support.world import World

NAMES = ("甲厂", "乙厂")
SEES_CASE = {
    "county-env": True,
    "county-coord": True,
    "city-env": True,
    "city-coord": True,
    "province-env": True,
    "province-coord": True,
    "province-other": True,
    "admin": True,
    "enterprise:甲厂": True,
    "enterprise:乙厂": False,
    "county-env2": False,
    "county-coord2": False,
    "expert": False,
    "support": False,
    "security": False,
    "auditor": False,
}
SEES_LISTS = {  # by line
    "county-env": {"environment"},
    "county-coord": {"coordinator"},
    "city-env": {"environment"},
    "city-coord": {"coordinator"},
    "province-env": {"environment"},
    "province-coord": {"coordinator"},
    "province-other": set(),
    "admin": set(),
    "enterprise:甲厂": set(),
    "county-env2": set(),
    "county-coord2": set(),
    "expert": set(),
    "support": set(),
    "security": set(),
    "auditor": set(),
}


@pytest.fixture
def listed(world: World) -> Case:
    world.publish(NAMES, ["甲厂"])
    with world.transaction() as session:
        for name in NAMES:
            world.principal(session, f"enterprise:{name}")
    return world.case_of("shandong.mandatory_audit", "甲厂")


def seen(world: World, username: str, query: Any, condition: Any) -> list[Any]:
    with world.session() as session:
        who = world.principal(session, username)
        return list(session.scalars(query.where(condition(who))))


@pytest.mark.parametrize("username", SEES_CASE)
def test_a_case_is_seen_by_its_region_and_its_parties(world: World, listed: Case, username: str) -> None:
    found = seen(world, username, select(Case.id).where(Case.id == listed.id), scope.cases)
    assert bool(found) is SEES_CASE[username]


@pytest.mark.parametrize("username", SEES_CASE)
def test_tasks_are_seen_with_their_case(world: World, listed: Case, username: str) -> None:
    query = select(Task.id).join(Case, Case.id == Task.case_id).where(Case.id == listed.id)
    assert bool(seen(world, username, query, scope.tasks)) is SEES_CASE[username]


@pytest.mark.parametrize("username", SEES_CASE)
def test_only_one_organisation_does_a_task(world: World, listed: Case, username: str) -> None:
    task = world.step(listed.id, "disclosure.s2")
    assert bool(seen(world, username, select(Task.id).where(Task.id == task.id), scope.own_tasks)) is (username == "enterprise:甲厂")


@pytest.mark.parametrize("username", SEES_LISTS)
def test_lists_are_seen_by_their_line_and_region(world: World, listed: Case, username: str) -> None:
    assert set(seen(world, username, select(Roster.line), scope.rosters)) == SEES_LISTS[username]


@pytest.mark.parametrize("username", SEES_CASE)
def test_enterprises_are_seen_by_their_region_and_themselves(world: World, listed: Case, username: str) -> None:
    found = set(seen(world, username, select(Enterprise.name), scope.enterprises))
    if username.startswith("enterprise:"):
        assert found == {username.partition(":")[2]}
    else:
        assert found == (set(NAMES) if SEES_CASE[username] else set())


@pytest.mark.parametrize("username", SEES_CASE)
def test_a_notice_is_seen_by_its_recipient_alone(world: World, listed: Case, username: str) -> None:
    with world.session() as session:
        own = world.principal(session, username).organisation_ids
    found = seen(world, username, select(Notice.organisation_id), scope.notices)
    assert set(found) <= own


@pytest.mark.parametrize("username", SEES_CASE)
def test_documents_are_seen_with_their_case(world: World, listed: Case, username: str) -> None:
    world.do_step("enterprise:甲厂", listed.id, "extension.s1")
    query = select(Document.id).where(Document.case_id == listed.id)
    assert seen(world, "county-env", query, scope.documents)
    assert bool(seen(world, username, query, scope.documents)) is SEES_CASE[username]


@pytest.mark.parametrize("username", ["enterprise:甲厂", "enterprise:乙厂", "expert"])
def test_internal_events_are_not_for_enterprises(world: World, listed: Case, username: str) -> None:
    with world.transaction() as session:
        session.add(Event(case_id=listed.id, at=listed.started_at, kind="incident", public_to_enterprise=False))
    assert seen(world, username, select(Event.kind).where(Event.kind == "incident"), scope.events) == []


def test_an_expert_sees_a_case_once_a_task_came_to_them(world: World, listed: Case) -> None:
    from tests.processes.walking import Walker

    walker = Walker(world, listed)
    walker.until("2008.acceptance.s11")
    found = seen(world, "expert", select(Case.id), scope.cases)
    assert found == [listed.id]


def test_an_upload_of_ones_own_is_seen_before_it_is_submitted(world: World, listed: Case) -> None:
    with world.transaction() as session:
        who = world.principal(session, "county-env")
        made = documents.upload(session, world.runtime.files, who, "a.pdf", io.BytesIO(b"%PDF-1.4"))
    assert seen(world, "county-env", select(Document.id), scope.documents) == [made.id]


@pytest.mark.parametrize("region", ["370000", "370100", "370102"])
def test_a_user_without_working_role_sees_nothing(world: World, listed: Case, region: str) -> None:
    from app.model import Organisation, Role

    with world.transaction() as session:
        office = session.scalars(select(Organisation).where(Organisation.region_code == region).limit(1)).one()
        world.add_user(session, "clerk-of-nothing", office, Role.AUDITOR)
    assert seen(world, "clerk-of-nothing", select(Case.id), scope.cases) == []
