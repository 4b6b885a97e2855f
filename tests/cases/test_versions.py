"""Which version a new case takes, what a running one stays on, and the way back from a version."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.cases import library, periods_in_force, starting, versions
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.engine import store
from app.engine.definition import content_hash
from app.model import Definition, DefinitionStatus, Event
from tests.cases.migration_support import KEY, Moving, at_county, row
from tests.support.diagrams import bpmn, call
from tests.support.world import COUNTY, World


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def dated(moving: Moving, since: str = "", until: str = "", name: str = "A") -> Definition:
    return moving.deploy(row(at_county("A", article=name)), in_force_from=since, in_force_to=until)


def taken(moving: Moving, on: str) -> int | None:
    """The version that a case takes which starts on a day."""
    with moving.world.session() as session:
        found = store.in_force(session, KEY, dt.date.fromisoformat(on))
        return found.version if found else None


# -- periods ----------------------------------------------------------------------------------------------------------


def test_a_case_takes_the_version_in_force_on_its_start_date(moving: Moving) -> None:
    dated(moving, "2020-01-01", "2026-12-31")
    dated(moving, "2027-01-01")
    assert [taken(moving, day) for day in ("2026-12-31", "2027-01-01")] == [1, 2]


def test_a_version_that_comes_into_force_later_does_not_begin_early(moving: Moving) -> None:
    dated(moving, "2020-01-01")
    dated(moving, "2028-01-01")
    assert [taken(moving, day) for day in ("2027-12-31", "2028-01-01")] == [1, 2]


def test_of_overlapping_periods_the_newest_version_counts(moving: Moving) -> None:
    dated(moving, "2020-01-01", "2030-12-31")
    dated(moving, "2022-01-01", "2024-12-31")
    assert [taken(moving, day) for day in ("2021-06-01", "2023-06-01", "2025-06-01")] == [1, 2, 1]


def test_before_any_period_and_after_all_of_them_there_is_none(moving: Moving) -> None:
    dated(moving, "2020-01-01", "2026-12-31")
    assert [taken(moving, day) for day in ("2019-12-31", "2027-01-01")] == [None, None]


def test_a_version_without_a_period_is_always_in_force(moving: Moving) -> None:
    dated(moving)
    assert taken(moving, "1999-01-01") == 1


def test_the_first_and_the_last_day_count(moving: Moving) -> None:
    dated(moving, "2020-01-01", "2026-12-31")
    assert [taken(moving, day) for day in ("2020-01-01", "2026-12-31")] == [1, 1]


def test_where_no_version_is_in_force_the_start_says_so(moving: Moving) -> None:
    dated(moving, "2020-01-01", "2026-12-31")
    with pytest.raises(CaseError, match="目前没有可用的版本"):
        moving.start()


def test_drafts_and_retired_versions_start_no_case(moving: Moving) -> None:
    dated(moving)
    for status in (DefinitionStatus.DRAFT, DefinitionStatus.RETIRED):
        made = dated(moving, name=status)
        with moving.world.transaction() as session:
            session.get_one(Definition, made.id).status = status
    assert taken(moving, "2027-01-11") == 1


def extend(moving: Moving, version: Definition) -> None:
    with moving.world.transaction() as session:
        session.get_one(Definition, version.id).extension_note = "某文件登记延续"


def test_an_expired_version_that_was_extended_starts_cases(moving: Moving) -> None:
    extend(moving, dated(moving, "2020-01-01", "2025-12-31"))
    assert taken(moving, "2027-01-11") == 1


def test_an_extension_ends_where_a_newer_version_begins(moving: Moving) -> None:
    extend(moving, dated(moving, "2015-01-01", "2020-12-31"))
    dated(moving, "2022-01-01", "2025-12-31")
    assert [taken(moving, day) for day in ("2021-06-01", "2023-01-01", "2026-06-01")] == [1, 2, None]


# -- pinned -----------------------------------------------------------------------------------------------------------


def test_a_running_case_stays_on_its_version(moving: Moving) -> None:
    moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    moving.deploy(row(at_county("A"), at_county("X")))
    moving.complete(case_id)
    assert moving.open(case_id) == ["B"]


def test_a_running_case_keeps_the_called_processes_and_forms_of_its_version(world: World) -> None:
    """A shared diagram changes and everything that calls it is deployed anew; who is under way goes on with the old one."""

    def files(shared: str, title: str) -> dict[str, bytes]:
        form = f'{{"type": "object", "title": "{title}", "properties": {{"opinion": {{"type": "string"}}}}}}'
        return {
            "processes/common/shared.bpmn": bpmn("common.shared", shared),
            f"processes/t/{KEY}.bpmn": bpmn(KEY, row(call("C", "common.shared"), at_county("N", formJsonSchemaFilename="f.json"))),
            "forms/f.json": form.encode(),
        }

    def deploy(bodies: dict[str, bytes]) -> None:
        read = library.read_files(bodies)
        with world.transaction() as session:
            for key in read.diagrams:
                own = store.bundle(key, read.diagrams, read.bodies)
                store.save(session, read.process(key), own, content_hash(own), DefinitionStatus.DEPLOYED)

    moving = Moving(world)
    deploy(files(row(at_county("A"), at_county("B")), "旧"))
    (case_id,) = moving.start()
    deploy(files(row(at_county("A"), at_county("X")), "新"))
    moving.complete(case_id)
    assert moving.open(case_id) == ["B"]
    moving.complete(case_id, "B")
    with world.session() as session:
        assert store.of_case(session, moving.case(case_id)).form("f.json")["title"] == "旧"
    (fresh,) = moving.start()
    moving.complete(fresh)
    assert moving.open(fresh) == ["X"]


# -- the way back -----------------------------------------------------------------------------------------------------


def retire(moving: Moving, version: int, reason: str = "内容有误", username: str = "admin") -> Definition:
    with moving.world.transaction() as session:
        return versions.retire(session, moving.world.principal(session, username), KEY, version, reason)


def test_with_the_newest_version_retired_new_cases_take_the_one_before(moving: Moving) -> None:
    dated(moving, name="一")
    dated(moving, name="二")
    retire(moving, 2)
    assert taken(moving, "2027-01-11") == 1


def test_what_new_cases_will_take_is_known_beforehand(moving: Moving) -> None:
    dated(moving, name="一")
    second = dated(moving, name="二")
    with moving.world.session() as session:
        assert [span.version for span in periods_in_force.once_retired(session, second)] == [1]


def test_a_case_on_a_retired_version_goes_on(moving: Moving) -> None:
    moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    retire(moving, 1)
    moving.complete(case_id)
    assert moving.open(case_id) == ["B"]


def test_with_every_version_retired_nothing_starts(moving: Moving) -> None:
    dated(moving)
    retire(moving, 1)
    with moving.world.transaction() as session, pytest.raises(CaseError, match="目前没有可用的版本"):
        starting.start(session, process=KEY, region=COUNTY, variables={})


@pytest.mark.parametrize("username", ["security", "auditor", "county-env"])
def test_only_system_administrators_retire_versions(moving: Moving, username: str) -> None:
    dated(moving)
    with pytest.raises(Forbidden):
        retire(moving, 1, username=username)


def test_retiring_needs_a_version_in_use_and_a_reason(moving: Moving) -> None:
    dated(moving)
    with pytest.raises(CaseError, match="原因"):
        retire(moving, 1, reason=" ")
    retire(moving, 1)
    with pytest.raises(Conflict, match="只有在用的版本可以停用"):
        retire(moving, 1)
    with pytest.raises(NotFound):
        retire(moving, 7)


def test_retiring_is_on_record(moving: Moving) -> None:
    dated(moving)
    retire(moving, 1)
    with moving.world.session() as session:
        (event,) = session.scalars(select(Event).where(Event.kind == "version_retired"))
        assert (event.user_id, event.detail["reason"]) == (moving.world.users["admin"], "内容有误")


def test_an_older_content_may_be_deployed_again(moving: Moving) -> None:
    first = dated(moving, name="一")
    dated(moving, name="二")
    with moving.world.transaction() as session:
        admin = moving.world.principal(session, "admin")
        draft = versions.draft_again(session, admin, KEY, 1)
        assert (draft.version, draft.status, draft.content_hash) == (3, DefinitionStatus.DRAFT, first.content_hash)
        library.deploy(session, KEY, 3)
    assert taken(moving, "2027-01-11") == 3


@pytest.fixture
def folder(world: World) -> library.Library:
    """The library that was loaded at the start, and is there again at the next."""
    with world.session() as session:
        return library.read_files(library.deployed_files(session))


def load(world: World, folder: library.Library) -> list[Definition]:
    with world.transaction() as session:
        return library.load(session, folder)


def test_a_content_that_was_retired_does_not_come_back_with_the_next_start(world: World, folder: library.Library) -> None:
    with world.transaction() as session:
        versions.retire(session, world.principal(session, "admin"), "shandong.disclosure", 1, "内容有误")
    assert load(world, folder) == []


def test_what_an_administrator_deployed_is_not_replaced_with_the_next_start(world: World, folder: library.Library) -> None:
    with world.transaction() as session:
        first = session.scalars(select(Definition).where(Definition.key == "shandong.disclosure")).one()
        files = store.files_of(session, first.id)
        files["processes/shandong/disclosure.bpmn"] = files["processes/shandong/disclosure.bpmn"].replace(b"months(1,", b"months(2,")
        process = library.read_files(files).process("shandong.disclosure")
        store.save(session, process, files, content_hash(files), DefinitionStatus.DEPLOYED)
    assert load(world, folder) == []
