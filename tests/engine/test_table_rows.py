"""Test rows of decision tables: how they are written down, what counts as the same answer, and the rows of the library."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import library
from app.config import ROOT
from app.engine.checking import rows
from app.engine.decision_tables import DecisionTable, read_tables
from app.engine.errors import DiagramError
from app.engine.table_rows import MAX_ROWS, Trial, ask, in_words, read_rows, rows_path, same, table_path
from tests.engine.test_decision_tables import FEE, dmn, table

PATH = "processes/beijing/grant.dmn"


def file(**decisions: Any) -> bytes:
    return json.dumps({"decisions": decisions}, ensure_ascii=False).encode()


def row(fee: float, grant: Any, title: str = "") -> dict[str, Any]:
    return {"title": title, "given": {"fee": fee}, "expected": {"grant": grant}}


def failing(body: bytes, made: bytes | None = None) -> list[tuple[str, str]]:
    found = rows.failing({PATH: made or dmn(FEE), rows_path(PATH): body})
    return [(problem.code, problem.message) for problem in found]


def test_rows_are_kept_beside_their_table() -> None:
    assert rows_path(PATH) == "checks/beijing/grant.rows.json"
    assert table_path(rows_path(PATH)) == PATH
    assert table_path("checks/beijing/grant/late.yaml") is None


def test_rows_that_the_table_answers_are_no_problem() -> None:
    assert failing(file(grant_table=[row(50000, 50000), row(80000, 71000.0)])) == []


def test_a_row_that_fails_says_what_was_expected_and_what_came() -> None:
    assert failing(file(grant_table=[row(50000, 50000), row(80000, 70000, "八万元")])) == [
        ("row-failed", "测试行 2（八万元）没有通过：“grant”应为 70000，实际是 71000")
    ]


def test_a_row_for_which_the_table_stops_fails() -> None:
    assert failing(file(grant_table=[row(-1, 0)])) == [("row-failed", "测试行 1没有通过：决策表“补助”没有适用的行：fee = -1")]


def test_a_row_without_an_expectation_fails() -> None:
    assert failing(file(grant_table=[{"given": {"fee": 5}, "expected": {}}]))[0][1].endswith("没有写应得结果，什么也没有核对")


def test_a_row_for_an_output_that_is_gone_fails() -> None:
    assert failing(file(grant_table=[{"given": {"fee": 5}, "expected": {"cap": 5}}]))[0][1].endswith("表里没有输出“cap”")


def test_rows_for_a_decision_that_is_gone_are_a_problem() -> None:
    assert [code for code, _ in failing(file(other=[row(5, 5)]))] == ["bad-rows"]


def test_a_table_that_cannot_be_read_is_said_elsewhere() -> None:
    assert failing(file(grant_table=[row(5, 5)]), dmn([(["import os"], ["1"])])) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "不是格式正确的 JSON"),
        (b"[" * 5000, "不是格式正确的 JSON"),
        (b"[]", "应为"),
        (b'{"decisions": {}, "more": 1}', "应为"),
        (file(a="x"), "应是一个列表"),
        (file(a=["x"]), "测试行 1：应写明"),
        (file(a=[{"given": {}, "expected": {}, "rule": 1}]), "不认识“rule”"),
        (file(a=[{"expected": {}}]), "没有给定值"),
        (file(a=[{"given": {}}]), "没有应得结果"),
        (file(a=[{"given": {}, "expected": {}, "title": 5}]), "说明（title）"),
        (file(a=[row(1, 1)] * (MAX_ROWS + 1)), f"最多 {MAX_ROWS} 个"),
    ],
)
def test_what_is_no_file_of_rows_is_refused_with_a_sentence(body: bytes, words: str) -> None:
    with pytest.raises(DiagramError) as refused:
        read_rows("checks/x.rows.json", body)
    assert words in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("actual", "expected", "equal"),
    [
        (50000.0, 50000, True),
        (0.3, 0.1 + 0.2, False),
        (True, 1, False),
        (True, True, True),
        (None, None, True),
        (None, 0, False),
        ("5", 5, False),
        ([1.0, "a"], [1, "a"], True),
        ([1], [1, 2], False),
    ],
)
def test_figures_are_the_same_whatever_way_they_are_written(actual: Any, expected: Any, equal: bool) -> None:
    assert same(actual, expected) is equal


def test_values_read_as_a_person_says_them() -> None:
    assert [in_words(value) for value in (None, True, 3.0, 3.5, "x", [1, 2], [])] == ["空", "是", "3", "3.5", "x", "1、2", "没有一项"]


def test_an_answer_names_the_rows_that_gave_it() -> None:
    assert ask(table(FEE), Trial(1, "", {"fee": 60000}, {"grant": 57000})).rules == (2,)


def test_true_and_false_may_stand_in_a_result_as_table_editors_write_them() -> None:
    made = table([(["true"], ["false"]), (["false"], ["null"])])
    assert [made.decide({"fee": value}).values["grant"] for value in (True, False)] == [False, None]


def test_a_wrong_cell_is_named_by_its_place() -> None:
    body = dmn(FEE).replace(b"<outputEntry><text>fee", b'<outputEntry id="cell"><text>import os')
    with pytest.raises(DiagramError) as refused:
        read_tables("t.dmn", body)
    assert [problem.element for problem in refused.value.problems] == ["cell"]


def test_a_table_tells_which_variables_it_reads() -> None:
    made: DecisionTable = table([(["-", "-"], ["fee + get('other', 0)"])], inputs=("has(grounds, '2')", "fee"))
    assert made.variables == ("grounds", "fee", "other")


# -- the library --------------------------------------------------------------------------------------------------------------

LIBRARY = library.read_folder(ROOT)
KEPT = sorted(path for path in LIBRARY.bodies if table_path(path))


def test_money_tables_of_the_library_have_rows() -> None:
    assert {"checks/beijing/fund.rows.json", "checks/guangdong/certificate.rows.json", "checks/national/central_fund.rows.json"} <= set(
        KEPT
    )


@pytest.mark.parametrize("path", KEPT)
def test_rows_of_the_library_are_about_a_table_and_pass(path: str) -> None:
    assert table_path(path) in LIBRARY.bodies
    assert list(rows.failing(LIBRARY.bodies)) == []


@pytest.mark.parametrize("path", KEPT)
def test_every_row_of_a_table_of_the_library_is_tried(path: str) -> None:
    of = table_path(path)
    assert of is not None
    tables, kept = read_tables(of, LIBRARY.bodies[of]), read_rows(path, LIBRARY.bodies[path])
    for name, trials in kept.items():
        tried = {rule for trial in trials for rule in ask(tables[name], trial).rules}
        assert tried == {rule.number for rule in tables[name].rules}, name
