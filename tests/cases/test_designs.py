"""Changing a process in the designer: begun, saved, never overwritten silently, checked, finished."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from typing import Any

import pytest
from sqlalchemy import select

from app.access.principal import Principal
from app.cases import administration, designs, versions
from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm, NotFound
from app.engine.errors import DiagramError
from app.model import Definition, DefinitionStatus, Design, DesignStatus
from tests.support.world import World

KEY = "shandong.extension"
PATH = "processes/shandong/extension.bpmn"


def begun(world: World, username: str = "admin") -> int:
    with world.transaction() as session:
        return designs.begin(session, world.principal(session, username), KEY, 1).id


def body(world: World, design_id: int) -> bytes:
    with world.session() as session:
        design = session.get_one(Design, design_id)
        return designs.files_of(session, designs.latest(session, design))[PATH]


def saved(world: World, design_id: int, seen: int, text: bytes) -> int:
    with world.transaction() as session:
        return designs.save(session, world.principal(session, "admin"), design_id, seen, {PATH: text}).revision


def renamed(text: bytes, name: str) -> bytes:
    return text.replace('name="延期申请"'.encode(), f'name="{name}"'.encode())


def test_a_design_begins_with_the_files_of_its_version(world: World) -> None:
    design_id = begun(world)
    with world.session() as session:
        definition = session.scalars(select(Definition).where(Definition.key == KEY)).one()
        files = {file.path for file in definition.files}
        design = session.get_one(Design, design_id)
        assert set(designs.latest(session, design).files) == files


def test_several_people_edit_the_one_design_of_a_process(world: World) -> None:
    assert begun(world) == begun(world)


@pytest.mark.parametrize("username", ["county-env", "security", "auditor"])
def test_only_administrators_change_processes(world: World, username: str) -> None:
    with pytest.raises(Forbidden):
        begun(world, username)


def test_a_save_on_top_of_what_one_has_seen_is_the_next_revision(world: World) -> None:
    design_id = begun(world)
    text = renamed(body(world, design_id), "延期的申请")
    assert saved(world, design_id, 1, text) == 2
    assert body(world, design_id) == text


def test_saving_the_same_again_is_no_revision(world: World) -> None:
    design_id = begun(world)
    assert saved(world, design_id, 1, body(world, design_id)) == 1


def test_the_second_saver_gets_what_the_first_saved_and_what_both_began_from(world: World) -> None:
    design_id = begun(world)
    first = body(world, design_id)
    saved(world, design_id, 1, renamed(first, "甲的名称"))
    with pytest.raises(designs.Stale) as stale:
        saved(world, design_id, 1, renamed(first, "乙的名称"))
    assert stale.value.their_files[PATH] == renamed(first, "甲的名称")
    assert stale.value.base_files[PATH] == first
    assert body(world, design_id) == renamed(first, "甲的名称")


def test_what_both_began_from_is_nothing_once_it_is_no_longer_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(designs, "KEEP", 1)
    design_id = begun(world)
    first = body(world, design_id)
    saved(world, design_id, 1, renamed(first, "甲的名称"))
    with pytest.raises(designs.Stale) as stale:
        saved(world, design_id, 1, renamed(first, "乙的名称"))
    assert stale.value.base_files == {}


@pytest.mark.parametrize("path", ["../x.bpmn", "processes/x.exe", "forms/../../etc/passwd.json", "x"])
def test_files_stay_in_the_library(world: World, path: str) -> None:
    design_id = begun(world)
    with pytest.raises(CaseError, match="文件名不能使用"), world.transaction() as session:
        designs.save(session, world.principal(session, "admin"), design_id, 1, {path: b"x"})


def test_a_design_does_not_lose_its_own_diagram(world: World) -> None:
    design_id = begun(world)
    with pytest.raises(CaseError, match="没有流程"), world.transaction() as session:
        designs.save(session, world.principal(session, "admin"), design_id, 1, {PATH: None})


def test_the_check_says_what_is_wrong_with_what_is_not_saved_yet(world: World) -> None:
    design_id = begun(world)
    wrong = body(world, design_id).replace(b'value="county_environment"', b'value="nobody"')
    with world.session() as session:
        design = session.get_one(Design, design_id)
        codes = {problem.code for problem in designs.check(session, design, {PATH: wrong})}
    assert "unknown-actor" in codes


def test_a_finished_design_is_a_version_to_deploy(world: World) -> None:
    design_id = begun(world)
    saved(world, design_id, 1, renamed(body(world, design_id), "延期的申请"))
    with world.transaction() as session:
        admin = world.principal(session, "admin")
        made = designs.finish(session, admin, design_id, 2)
        assert (made.name, made.version, made.status) == ("延期的申请", 2, DefinitionStatus.DRAFT)
        assert made.extension_note
        administration.deploy(session, admin, KEY, 2)
        assert session.get_one(Design, design_id).status == DesignStatus.FINISHED


def test_a_design_with_errors_is_not_finished_and_stays_open(world: World) -> None:
    design_id = begun(world)
    saved(world, design_id, 1, body(world, design_id).replace(b'value="county_environment"', b'value="nobody"'))
    with pytest.raises(DiagramError), world.transaction() as session:
        designs.finish(session, world.principal(session, "admin"), design_id, 2)
    with world.session() as session:
        assert session.get_one(Design, design_id).status == DesignStatus.OPEN


def test_nobody_finishes_what_they_have_not_seen(world: World) -> None:
    design_id = begun(world)
    saved(world, design_id, 1, renamed(body(world, design_id), "延期的申请"))
    with pytest.raises(Conflict, match="有人在您之后保存过"), world.transaction() as session:
        designs.finish(session, world.principal(session, "admin"), design_id, 1)


def test_what_is_given_up_is_given_up_with_a_reason_and_another_may_begin(world: World) -> None:
    design_id = begun(world)
    with world.transaction() as session:
        designs.discard(session, world.principal(session, "admin"), design_id, "改为另行起草")
    assert begun(world) != design_id
    with pytest.raises(Conflict):
        saved(world, design_id, 1, b"x")


def new(world: World, jurisdiction: str, name: str, title: str) -> Design:
    with world.transaction() as session:
        principal: Principal = world.principal(session, "admin")
        return designs.begin_new(session, principal, jurisdiction, name, title)


def test_a_new_process_is_drawn_from_a_sheet_that_can_be_run(world: World) -> None:
    design = new(world, "shandong", "trial", "试用流程 <甲>")
    with world.session() as session:
        found = session.get_one(Design, design.id)
        files = designs.files_of(session, designs.latest(session, found))
        problems = designs.check(session, found, files)
    assert list(files) == ["processes/shandong/trial.bpmn"]
    assert [(problem.code, problem.severity) for problem in problems] == [("no-actor", "warning")]


@pytest.mark.parametrize(("jurisdiction", "name", "title"), [("atlantis", "x1", "流程"), ("shandong", "X", "流程"), ("shandong", "x1", "")])
def test_a_new_process_needs_a_place_a_name_and_a_title(world: World, jurisdiction: str, name: str, title: str) -> None:
    with pytest.raises(InvalidForm):
        new(world, jurisdiction, name, title)


def test_a_name_that_is_taken_is_refused(world: World) -> None:
    with pytest.raises(Conflict, match="已经有标识"):
        new(world, "shandong", "extension", "又一个延期")


def test_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound), world.transaction() as session:
        designs.begin(session, world.principal(session, "admin"), "shandong.nothing", 1)


def test_a_form_that_breaks_the_rules_is_marked_and_keeps_a_design_from_being_finished(world: World) -> None:
    design_id = begun(world)
    path = "forms/shandong/site_check.json"
    broken = b'{"title": "\xe8\xa1\xa8", "type": "object", "properties": {"n": {"type": "number"}}}'
    with world.transaction() as session:
        me = world.principal(session, "admin")
        revision = designs.save(session, me, design_id, 1, {path: broken}).revision
        design = designs.find(session, me, design_id)
        found = designs.check(session, design, designs.files_of(session, designs.latest(session, design)))
        assert [(one.file, one.element) for one in found] == [(path, "/properties/n")]
    with world.transaction() as session, pytest.raises(DiagramError):
        designs.finish(session, world.principal(session, "admin"), design_id, revision)


def test_a_scenario_that_was_deleted_does_not_come_back_with_what_is_deployed(world: World) -> None:
    path = "checks/shandong/extension/过了期限.yaml"

    def version_with(began: int, body: bytes | None) -> tuple[int, set[str]]:
        with world.transaction() as session:
            admin = world.principal(session, "admin")
            design = designs.begin(session, admin, KEY, began)
            designs.save(session, admin, design.id, design.revision, {path: body})
            told = designs.as_version(session, design, designs.files_of(session, designs.latest(session, design)))
            made = designs.finish(session, admin, design.id, design.revision)
            administration.deploy(session, admin, KEY, made.version)
            assert set(told) == {file.path for file in made.files}
            return made.version, set(told)

    kept, files = version_with(1, b"expected: |\n")
    assert path in files
    assert path not in version_with(kept, None)[1]


def test_a_name_that_no_case_could_keep_is_marked_and_keeps_a_design_from_being_finished(world: World) -> None:
    design_id = begun(world)
    text = renamed(body(world, design_id), "延" * 121)
    saved(world, design_id, 1, text)
    with world.session() as session:
        design = session.get_one(Design, design_id)
        assert "too-long" in {problem.code for problem in designs.check(session, design, {PATH: text})}
    with pytest.raises(DiagramError) as refused, world.transaction() as session:
        designs.finish(session, world.principal(session, "admin"), design_id, 2)
    assert "too-long" in {problem.code for problem in refused.value.problems}


def test_a_scenario_whose_name_has_a_space_is_edited_like_any_other(world: World) -> None:
    with world.transaction() as session:
        design = designs.begin(session, world.principal(session, "admin"), KEY, 1)
        designs.save(
            session, world.principal(session, "admin"), design.id, 1, {"checks/shandong/extension/过了 期限.yaml": b"expected: |\n"}
        )


def test_a_file_that_is_not_utf8_does_not_come_into_a_design(world: World) -> None:
    design_id = begun(world)
    with pytest.raises(CaseError, match="UTF-8"), world.transaction() as session:
        designs.save(session, world.principal(session, "admin"), design_id, 1, {"forms/shandong/a.json": "{}".encode("utf-16")})


# -- at the same time -------------------------------------------------------------------------------------------------


def waits(act: Future[Any]) -> None:
    """Whoever comes second waits until the first is done."""
    with pytest.raises(StillWaiting):
        act.result(timeout=1)


@pytest.mark.parametrize("act", ["finish", "discard", "restore"])
def test_what_is_saved_meanwhile_is_not_lost_with_a_design_that_is_finished_or_given_up(world: World, act: str) -> None:
    design_id = begun(world)
    text = renamed(body(world, design_id), "延期的申请")

    def other() -> None:
        with world.transaction() as session:
            admin = world.principal(session, "admin")
            if act == "discard":
                designs.discard(session, admin, design_id, "不再需要")
            elif act == "finish":
                designs.finish(session, admin, design_id, 1)
            else:
                designs.restore(session, admin, design_id, 1, 1)

    with ThreadPoolExecutor(1) as pool:
        with world.transaction() as session:
            designs.save(session, world.principal(session, "admin"), design_id, 1, {PATH: text})
            second = pool.submit(other)
            waits(second)
        if act == "discard":
            second.result()
        else:
            with pytest.raises((Conflict, designs.Stale)):
                second.result()
    assert body(world, design_id) == text


def test_two_who_begin_at_once_do_not_make_two_designs(world: World) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.transaction() as session:
            first = designs.begin(session, world.principal(session, "admin"), KEY, 1).id
            second = pool.submit(begun, world)
            waits(second)
        try:
            assert second.result() == first  # SQLite lets the second look only now
        except Conflict as refused:
            assert "刚刚有人开始修改" in str(refused)


def test_two_drafts_of_a_process_at_once_get_numbers_of_their_own(world: World) -> None:
    design_id = begun(world)

    def finished() -> int:
        with world.transaction() as session:
            return designs.finish(session, world.principal(session, "admin"), design_id, 1).version

    with ThreadPoolExecutor(1) as pool:
        with world.transaction() as session:
            assert versions.draft_again(session, world.principal(session, "admin"), KEY, 1).version == 2
            second = pool.submit(finished)
            waits(second)
        assert second.result() == 3
