"""The decision tables of a design: which there are, what they answer as they stand, and that a failing row keeps a design from being finished."""

from __future__ import annotations

import pytest

from app.cases import design_tables, designs, library
from app.cases.errors import InvalidForm
from app.config import ROOT
from app.engine import store
from app.engine.errors import DiagramError
from app.model import Design
from tests.support.world import World

KEY = "beijing.fund_audit_fee"
TABLE = "processes/beijing/fund.dmn"
ROWS = "checks/beijing/fund.rows.json"
NEW = {
    "name": "pass_mark", "title": "合格分数", "input": "score", "input_label": "得分", "input_type": "number",
    "output": "passed", "output_label": "合格", "output_type": "boolean",
}  # fmt: skip


def begun(world: World, key: str = KEY) -> int:
    with world.transaction() as session:
        return designs.begin(session, world.principal(session, "admin"), key, 1).id


def files(world: World, design_id: int) -> dict[str, bytes]:
    with world.session() as session:
        design = session.get_one(Design, design_id)
        return designs.files_of(session, designs.latest(session, design))


def test_a_design_has_the_tables_that_its_diagrams_ask_with_their_test_rows(world: World) -> None:
    design_id = begun(world)
    held = files(world, design_id)
    with world.session() as session:
        found = design_tables.listed(session, session.get_one(Design, design_id), held)
    assert ROWS in held
    assert [(one["path"], one["own"], one["files"]) for one in found] == [(TABLE, True, {})]
    assert {
        "decision": "beijing_audit_fee",
        "process": "beijing.fund_fee_payment",
        "name": "计算和拨付补助",
        "task": "计算补助额",
    } in found[0]["used_by"]


def test_a_table_of_the_library_that_a_new_diagram_asks_is_listed_with_its_text(world: World) -> None:
    with world.transaction() as session:
        design = designs.begin_new(session, world.principal(session, "admin"), "beijing", "trial_fee", "试用")
        main = designs.main_path(design, held := designs.files_of(session, designs.latest(session, design)))
        task = (
            '<bpmn:businessRuleTask id="Rule_Fee" name="算"><bpmn:extensionElements><spiffworkflow:calledDecisionId>beijing_audit_fee'
            "</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask></bpmn:process>"
        )
        asking = {main: held[main].replace(b"</bpmn:process>", task.encode())}
        found = design_tables.listed(session, design, asking)
        assert [(one["path"], one["own"], sorted(one["files"])) for one in found] == [(TABLE, False, [ROWS, TABLE])]


def test_a_failing_row_is_a_problem_of_the_design_and_keeps_it_from_being_finished(world: World) -> None:
    design_id = begun(world)
    wrong = files(world, design_id)[ROWS].replace(b'"subsidy_amount": 71000', b'"subsidy_amount": 71001')
    with world.transaction() as session:
        admin = world.principal(session, "admin")
        revision = designs.save(session, admin, design_id, 1, {ROWS: wrong}).revision
    with world.session() as session:
        design = session.get_one(Design, design_id)
        found = designs.check(session, design, files(world, design_id))
        assert [(p.file, p.element, p.code, p.severity) for p in found if p.code == "row-failed"] == [
            (ROWS, "beijing_audit_fee", "row-failed", "error")
        ]
    with pytest.raises(DiagramError), world.transaction() as session:
        designs.finish(session, world.principal(session, "admin"), design_id, revision)


def test_a_changed_table_and_its_rows_are_part_of_the_version(world: World) -> None:
    design_id = begun(world)
    held = files(world, design_id)
    changed = {
        TABLE: held[TABLE].replace(b"<text>100000</text>", b"<text>120000</text>"),
        ROWS: held[ROWS].replace(
            b'{"audit_fee_verified": 2000000}, "expected": {"subsidy_amount": 100000}',
            b'{"audit_fee_verified": 2000000}, "expected": {"subsidy_amount": 120000}',
        )
        .replace(
            b'{"audit_fee_verified": 121428.58}, "expected": {"subsidy_amount": 100000}',
            b'{"audit_fee_verified": 121428.58}, "expected": {"subsidy_amount": 120000}',
        ),
    }  # fmt: skip
    with world.transaction() as session:
        admin = world.principal(session, "admin")
        revision = designs.save(session, admin, design_id, 1, changed).revision
        made = designs.finish(session, admin, design_id, revision)
        stored = store.files_of(session, made.id)
        assert {path: stored[path] for path in changed} == changed


def test_a_table_that_nothing_asks_is_pointed_out(world: World) -> None:
    design_id = begun(world)
    held = files(world, design_id)
    with world.session() as session:
        design = session.get_one(Design, design_id)
        path, text = design_tables.new(session, design, held, NEW)
        found = designs.check(session, design, {**held, path: text.encode()})
    assert [(p.file, p.severity) for p in found if p.code == "unused-decision"] == [(path, "warning")]


def test_a_new_table_has_one_column_on_each_side_and_can_be_read(world: World) -> None:
    design_id = begun(world)
    with world.session() as session:
        path, text = design_tables.new(session, session.get_one(Design, design_id), {}, {**NEW, "title": "分数 <甲> & 乙"})
    found = design_tables.evaluated(path, {path: text.encode()})
    assert path == "processes/beijing/pass_mark.dmn"
    assert found["problems"] == []
    assert found["tables"]["beijing_pass_mark"]["variables"] == ("score",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../x"),
        ("name", "fund"),  # taken
        ("title", ""),
        ("input", "import os"),
        ("input_label", ""),
        ("input_type", "date"),
        ("output", "得分"),
        ("output", "sum"),
    ],
)
def test_a_new_table_is_refused_with_the_field(world: World, field: str, value: str) -> None:
    design_id = begun(world)
    with world.session() as session, pytest.raises(InvalidForm) as refused:
        design_tables.new(session, session.get_one(Design, design_id), {}, {**NEW, field: value})
    assert [problem.pointer for problem in refused.value.problems] == [f"/{field}"]


def test_a_table_is_evaluated_as_it_stands_with_gaps_and_the_answer_to_each_row() -> None:
    bodies = library.files_in(ROOT)
    holed = bodies[TABLE].replace(b"[0..50000]", b"[0..40000]")
    found = design_tables.evaluated(TABLE, {TABLE: holed, ROWS: bodies[ROWS]})["tables"]["beijing_audit_fee"]
    assert [fault["message"] for fault in found["faults"]][:1] == ["没有一行适用于 审核认定的实际发生额（元） = 45000"]
    assert [(answer["passed"], answer["rules"]) for answer in found["answers"]][:4] == [
        (True, (1,)),
        (True, (1,)),
        (False, ()),
        (True, (2,)),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<definitions", "malformed-xml"),
        (b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>', "dtd"),
        (b"<definitions/>", "not-dmn"),
        (b"", "malformed-xml"),
    ],
)
def test_a_broken_or_hostile_table_is_refused_with_a_reason(body: bytes, code: str) -> None:
    found = design_tables.evaluated(TABLE, {TABLE: body})
    assert [problem.code for problem in found["problems"]] == [code]
    assert found["tables"] == {}
