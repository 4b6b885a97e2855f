"""The demonstration: loaded once for all tests of this file, because a year of work takes some seconds to play."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.access.signing_in import sign_in
from app.cases import library
from app.config import ROOT, Settings
from app.demo import places, province
from app.model import (
    Case,
    CaseStatus,
    Enterprise,
    EntryStatus,
    OutboxMessage,
    OutboxStatus,
    Publication,
    RosterEntry,
    Task,
    TaskStatus,
    User,
    migration,
)
from app.model.identifiers import check_uscc
from app.runtime import Runtime


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    folder: Path = tmp_path_factory.mktemp("demo")
    made = Runtime.from_settings(
        Settings(database_url=f"sqlite:///{folder / 'demo.db'}", secret_key="test", upload_dir=folder / "uploads", instance_dir=folder)
    )
    migration.upgrade(made.database)
    with made.database.transaction() as session:
        library.load(session, library.read_folder(ROOT))
    return made


@pytest.fixture(scope="module")
def text(runtime: Runtime) -> Iterator[str]:
    yield province.load(runtime)
    runtime.database.engine.dispose()


@pytest.fixture(autouse=True)
def loaded(text: str) -> None:
    """Every test looks at the loaded demonstration."""


def test_every_account_of_the_contract_signs_in_with_the_printed_password(runtime: Runtime, text: str) -> None:
    password = text.rsplit("：", 1)[1]
    for username in (
        "county-env", "county-coord", "city-env", "city-coord", "province-env", "province-coord",
        "enterprise", "consultant", "expert", "admin", "security", "auditor",
    ):  # fmt: skip
        assert username in text
        with runtime.database.transaction() as session:
            assert sign_in(session, username, password).username == username


def test_the_password_is_kept_readable_by_its_owner_only(runtime: Runtime, text: str) -> None:
    kept = runtime.settings.instance_dir / "demo_password"
    assert kept.read_text() in text
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_second_load_changes_nothing_and_prints_the_accounts_again(runtime: Runtime, text: str) -> None:
    with runtime.database.session() as session:
        before = session.scalar(select(func.count(Case.id)))
    assert province.load(runtime, empty_only=True) == text
    assert province.load(runtime) == text
    with runtime.database.session() as session:
        assert session.scalar(select(func.count(Case.id))) == before


def test_a_database_with_other_users_is_left_alone(tmp_path: Path, runtime: Runtime) -> None:
    own = replace(runtime.settings, database_url=f"sqlite:///{tmp_path / 'own.db'}", instance_dir=tmp_path)
    made = Runtime.from_settings(own)
    migration.upgrade(made.database)
    with made.database.transaction() as session:
        session.add(User(username="somebody", name="某人", password_hash="-"))
    assert province.load(made, empty_only=True) == ""
    made.database.engine.dispose()


def test_everybody_in_it_is_fictional_and_marked(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        for enterprise in session.scalars(select(Enterprise)):
            assert enterprise.is_demo
            assert enterprise.name.startswith(("样例", "示例"))
            assert check_uscc(enterprise.uscc) == enterprise.uscc
        assert set(session.scalars(select(Case.is_demo))) == {True}
        assert set(session.scalars(select(Publication.is_demo))) == {True}
        assert set(session.scalars(select(User.is_demo))) == {True}


def test_nothing_failed_on_the_way(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        assert session.scalar(select(func.count()).where(Case.status == CaseStatus.SUSPENDED)) == 0
        assert session.scalar(select(func.count()).where(OutboxMessage.status != OutboxStatus.DONE)) == 0
        assert session.scalar(select(func.count()).where(Task.organisation_id.is_(None), Task.status == TaskStatus.OPEN)) == 0


@pytest.mark.parametrize(
    ("company", "waiting"),
    [
        (province.PLATING, "Task_Rectify"),
        (province.PAPER, "Task_Organise"),
        (province.PHARMACY, "Task_PublishResult"),
        (province.HEATING, "Task_Carry"),
        (province.MACHINERY, "Task_ReviewPolicy"),
        (province.FOUNDRY, "Task_Options"),
        (province.RUBBER, "Task_Report"),
        (province.CIRCUITS, "Task_StartAudit"),
        (province.MATERIALS, "Task_Disclose"),
    ],
)
def test_there_is_a_case_in_every_stage(runtime: Runtime, company: places.Company, waiting: str) -> None:
    with runtime.database.session() as session:
        elements = session.scalars(
            select(Task.element_id)
            .join(Case, Case.id == Task.case_id)
            .join(Enterprise, Enterprise.id == Case.enterprise_id)
            .where(Enterprise.uscc == company.uscc, Task.status == TaskStatus.OPEN)
        ).all()
    assert waiting in elements


def test_cases_ended_in_different_ways(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        outcomes = set(session.scalars(select(Case.outcome).where(Case.status == CaseStatus.ENDED)))
    assert {"验收办结", "无须验收办结", "转入下一轮", "已处罚并联合惩戒"} <= outcomes


def test_the_rolled_over_enterprise_stands_on_two_lists(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        rows = session.scalars(select(RosterEntry).where(RosterEntry.uscc == province.MATERIALS.uscc)).all()
        assert len(rows) == 2
        assert any(row.rolled_from_case_id for row in rows)


def test_some_tasks_are_late_and_one_clock_stands_still(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        open_tasks = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).all()
    assert sum(1 for t in open_tasks if t.overdue_at) >= 3
    assert sum(1 for t in open_tasks if t.clock_stopped) == 1
    assert any(t.promise_due_on for t in open_tasks)


def test_one_list_came_back_with_a_returned_entry(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        assert session.scalar(select(func.count()).where(RosterEntry.status == EntryStatus.RETURNED)) == 1
