"""A design begun from files: ours again, another tool's as far as it can be drawn, a hostile one refused with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cases import design_opening, designs
from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm
from app.config import ROOT
from app.engine.errors import DiagramError
from app.model import Design
from tests.support.world import World

FOREIGN = sorted(path for path in (ROOT / "tests/engine/foreign").iterdir() if path.stem != "choreography" and "ours" not in path.stem)
OURS = (ROOT / "processes/shandong/extension.bpmn").read_bytes()
HOSTILE = {
    "dtd": b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "b">]><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&a;</definitions>',
    "malformed-xml": b"<bpmn:definitions",
    "not-bpmn": b"<html/>",
    "no-bpmndi": b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>',
}


def opened(world: World, files: dict[str, bytes], place: str = "shandong", name: str = "foreign_one", title: str = "外来的流程") -> Design:
    with world.transaction() as session:
        return design_opening.begin_from_files(session, world.principal(session, "admin"), files, place, name, title)


def files(world: World, design: Design) -> dict[str, bytes]:
    with world.session() as session:
        found = session.get_one(Design, design.id)
        return designs.files_of(session, designs.latest(session, found))


@pytest.mark.parametrize("file", FOREIGN, ids=lambda file: file.stem)
def test_a_drawing_of_another_tool_becomes_a_process_whose_check_says_what_keeps_it_from_running(world: World, file: Path) -> None:
    design = opened(world, {file.name: file.read_bytes()})
    assert design.key == "shandong.foreign_one"
    with world.session() as session:
        found = session.get_one(Design, design.id)
        problems = designs.check(session, found, files(world, design))
    assert [problem for problem in problems if problem.severity == "error" and problem.element]
    assert not [problem for problem in problems if problem.code in ("malformed-xml", "not-bpmn", "no-diagram")]


def test_a_file_of_ours_goes_on_as_its_own_process_on_top_of_the_newest_version(world: World) -> None:
    design = opened(world, {"出自导出.bpmn": OURS.replace(b"Task_", b"Step_")}, "", "", "")
    held = files(world, design)
    assert design.key == "shandong.extension"
    assert design.base_id is not None
    assert b"Step_" in held["processes/shandong/extension.bpmn"]
    assert any(path.startswith("forms/") for path in held)


def test_a_file_of_a_process_that_is_being_edited_does_not_take_its_place(world: World) -> None:
    opened(world, {"a.bpmn": OURS})
    with pytest.raises(Conflict, match="已经有设计稿"):
        opened(world, {"a.bpmn": OURS})


def test_tables_and_forms_beside_come_along(world: World) -> None:
    table = (ROOT / "processes/national/reaudit.dmn").read_bytes()
    drawing = FOREIGN[0].read_bytes()
    design = opened(world, {"x.bpmn": drawing, "a/b/reaudit.dmn": table, "我的 表单.json": b'{"title": "t"}'})
    assert set(files(world, design)) == {
        "processes/shandong/foreign_one.bpmn",
        "processes/shandong/reaudit.dmn",
        "forms/shandong/我的_表单.json",
    }


@pytest.mark.parametrize("code", HOSTILE)
def test_what_is_broken_or_could_do_harm_is_refused_with_its_reason(world: World, code: str) -> None:
    with pytest.raises(DiagramError) as refused:
        opened(world, {"x.bpmn": HOSTILE[code]})
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("beside", [{"x.dmn": b"<!DOCTYPE x><x/>"}, {"x.json": b"{"}])
def test_a_broken_file_beside_is_refused_too(world: World, beside: dict[str, bytes]) -> None:
    with pytest.raises(DiagramError):
        opened(world, {"x.bpmn": FOREIGN[0].read_bytes(), **beside})


@pytest.mark.parametrize("given", [{}, {"a.bpmn": OURS, "b.bpmn": OURS}, {"a.bpmn": OURS, "b.exe": b"x"}])
def test_one_diagram_is_opened_at_a_time_and_nothing_else_than_its_files(world: World, given: dict[str, bytes]) -> None:
    with pytest.raises(CaseError):
        opened(world, given)


def test_a_foreign_drawing_needs_a_name_that_is_not_taken(world: World) -> None:
    drawing = {"x.bpmn": FOREIGN[0].read_bytes()}
    with pytest.raises(InvalidForm):
        opened(world, drawing, name="")
    with pytest.raises(Conflict):
        opened(world, drawing, name="extension")


def test_only_administrators_open_files(world: World) -> None:
    with pytest.raises(Forbidden), world.transaction() as session:
        design_opening.begin_from_files(session, world.principal(session, "county-env"), {"a.bpmn": OURS}, "", "", "")


def test_a_file_with_a_name_that_no_database_keeps_is_refused(world: World) -> None:
    with pytest.raises(CaseError, match="流程名称超过"):
        opened(world, {"x.bpmn": OURS.replace('name="延期申请"'.encode(), f'name="{"延" * 121}"'.encode())})
