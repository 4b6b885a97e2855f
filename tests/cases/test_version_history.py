"""Which version new cases take from when, and how a version came to be."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.cases import administration, designs, library, periods_in_force, version_history, versions
from app.cases.periods_in_force import Standing
from app.engine import store
from app.model import Definition
from tests.support.world import World

KEY = "shandong.extension"
PATH = "processes/shandong/extension.bpmn"


def standing(version: int, begins: str = "", ends: str = "", note: str | None = None) -> Standing:
    first, last = (dt.date.fromisoformat(day) if day else None for day in (begins, ends))
    return Standing(version, first, last, note)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([standing(1)], ["今天起的新案件按第 1 版办理。"]),
        ([], ["今天起没有可用的版本，不能开始新案件。"]),
        (
            [standing(2, "2027-03-01"), standing(1)],
            ["今天起的新案件按第 1 版办理（至 2027-02-28）。", "2027-03-01 起的新案件按第 2 版办理。"],
        ),
        (
            [standing(1, "2017-05-20", "2027-05-19")],
            ["今天起的新案件按第 1 版办理（至 2027-05-19）。", "2027-05-20 起没有可用的版本，不能开始新案件。"],
        ),
        ([standing(1, "2017-05-20", "2022-05-19")], ["今天起没有可用的版本，不能开始新案件。"]),
        ([standing(1, "2017-05-20", "2022-05-19", "延续")], ["今天起的新案件按第 1 版办理。"]),
        ([standing(3, "2017-05-20"), standing(2, "2028-01-01"), standing(1)], ["今天起的新案件按第 3 版办理。"]),
        ([standing(1, "2017-05-20", "9999-12-31")], ["今天起的新案件按第 1 版办理。"]),
    ],
    ids=["one", "none", "later", "ends", "ended", "extended", "newest wins", "no end"],
)
@pytest.mark.usefixtures("time")
def test_what_takes_new_cases_from_when_is_said_in_words(given: list[Standing], words: list[str]) -> None:
    assert [str(span) for span in periods_in_force.spans(given)] == words


def changed(world: World, begins: str = "") -> int:
    """A deployed version that differs, by one admin in the designer; its number."""
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        design = designs.begin(session, principal, KEY, 1)
        body = designs.files_of(session, designs.latest(session, design))[PATH].replace("延期申请".encode(), "延期的申请".encode(), 1)
        if begins:
            body = body.replace(b'"in_force_from" value="2017-05-20"', f'"in_force_from" value="{begins}"'.encode())
            body = body.replace(b'<spiffworkflow:property name="in_force_to" value="2022-05-19"/>', b"")
        designs.save(session, principal, design.id, 1, {PATH: body})
        version = designs.finish(session, principal, design.id, 2).version
        administration.deploy(session, principal, KEY, version)
    return version


def test_what_is_said_is_what_starting_a_case_does(world: World) -> None:
    version = changed(world, "2027-03-01")
    with world.session() as session:
        spans = periods_in_force.now(session, KEY)
        taken = [store.in_force(session, KEY, dt.date.fromisoformat(day)) for day in ("2027-02-28", "2027-03-01")]
    assert [(span.version, span.start.isoformat()) for span in spans] == [(1, "2027-01-11"), (version, "2027-03-01")]
    assert [one.version if one else None for one in taken] == [1, version]


def test_a_version_says_who_did_what_when_and_why(world: World) -> None:
    version = changed(world)
    with world.transaction() as session:
        versions.retire(session, world.principal(session, "admin"), KEY, version, "内容有误")
    with world.session() as session:
        definition = session.scalars(select(Definition).where(Definition.key == KEY, Definition.version == version)).one()
        steps = version_history.history(session, definition)
        first = session.scalars(select(Definition).where(Definition.key == KEY, Definition.version == 1)).one()
        shipped = version_history.history(session, first)
    assert [step.act for step in steps] == ["开始修改", "修改并保存 1 次", "定稿", "部署", "停用"]
    assert (steps[0].why, steps[-1].why) == ("原自第 1 版", "内容有误")
    assert [step.act for step in shipped] == ["随程序的流程库装入并部署"]


def test_the_saves_of_a_design_say_what_each_changed(world: World) -> None:
    changed(world)
    with world.session() as session:
        ((design, save, definition),) = version_history.finished(session)
        assert (save.revision, definition.version if definition else None) == (2, 2)
        assert [(one.revision, one.changed) for one in version_history.saves(session, design)] == [(2, (PATH,)), (1, ())]


def test_a_diagram_that_was_put_back_elsewhere_does_not_replace_the_one_in_use(world: World) -> None:
    """A process pins what it calls; going back to an earlier one of its versions brings no earlier diagram of another process back."""
    changed(world)
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        design = designs.begin(session, principal, "shandong.execution", 1)
        own = "processes/shandong/execution.bpmn"
        body = designs.files_of(session, designs.latest(session, design))[own]
        designs.save(session, principal, design.id, 1, {own: body.replace("申请延期".encode(), "申请延长".encode())})
        made = designs.finish(session, principal, design.id, 2)
        administration.deploy(session, principal, "shandong.execution", made.version)
    with world.transaction() as session:
        versions.roll_back(session, world.principal(session, "admin"), "shandong.execution", 1, "新版有误")
    with world.session() as session:
        assert "延期的申请" in library.deployed_files(session)[PATH].decode()
