"""Decision tables: what cells mean, what a table says, and what it refuses to say."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import expressions
from app.engine.decision_tables import INPUT, DecisionTable, Fault, read_tables, unary_test
from app.engine.errors import DiagramError, ExpressionError

Row = tuple[list[str], list[str]]


def dmn(
    rows: list[Row], *, inputs: tuple[str, ...] = ("fee",), outputs: tuple[str, ...] = ("grant",), policy: str = "UNIQUE", more: str = ""
) -> bytes:
    """A DMN 1.3 file with one table."""

    def text(tag: str, value: str, extra: str = "") -> str:
        escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"<{tag}{extra}><text>{escaped}</text></{tag}>"

    head = "".join(f'<input id="i{n}" label="{i}">{text("inputExpression", i)}</input>' for n, i in enumerate(inputs))
    head += "".join(f'<output id="o{n}" name="{o}"/>' for n, o in enumerate(outputs))
    body = "".join(
        f'<rule id="r{n}">' + "".join(text("inputEntry", c) for c in cells) + "".join(text("outputEntry", c) for c in results) + "</rule>"
        for n, (cells, results) in enumerate(rows)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="grant_table" name="补助"><decisionTable id="t" hitPolicy="{policy}">{head}{body}</decisionTable></decision>{more}</definitions>'
    ).encode()


def table(rows: list[Row], **options: Any) -> DecisionTable:
    return read_tables("t.dmn", dmn(rows, **options))["grant_table"]


FEE: list[Row] = [(["[0..50000]"], ["fee"]), (["> 50000"], ["min(100000, 50000 + (fee - 50000) * 0.7)"])]


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ("-", 5, True),
        ("", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ('"excellent"', "excellent", True),
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ('"a,b"', "a,b", True),
        ('not("a","b")', "c", True),
        ('not("a")', "a", False),
        ("< 10", 9, True),
        (">= 10", 10, True),
        ("!= 3", 3, False),
        ("[1..5]", 5, True),
        ("[1..5[", 5, False),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("(1..5]", 1, False),
        ("< 1,> 5", 6, True),
        ("true", True, True),
        ("false", True, False),
        ("null", None, True),
        ("? > 3 and ? < 5", 4, True),
        ('has(?, "1", "3")', ["3"], True),
    ],
)
def test_a_cell_means_what_table_editors_write(cell: str, value: Any, holds: bool) -> None:
    test = unary_test(cell)
    assert (test == "" or bool(expressions.evaluate(test, {INPUT: value}))) is holds


@pytest.mark.parametrize(
    ("fee", "grant"), [(0, 0), (49_999.99, 49_999.99), (50_000, 50_000), (73_448.1, 66_413.67), (121_428.58, 100_000), (10**9, 100_000)]
)
def test_an_amount_is_reckoned_in_decimals(fee: float, grant: float) -> None:
    assert table(FEE).decide({"fee": fee}).values == {"grant": grant}


@given(st.decimals(0, 10**9, places=2))
def test_a_grant_never_exceeds_its_cap_nor_the_fee(fee: Any) -> None:
    grant = table(FEE).decide({"fee": float(fee)}).values["grant"]
    assert 0 <= grant <= min(float(fee), 100_000)


def test_a_table_tells_which_row_it_followed() -> None:
    assert table(FEE).decide({"fee": 60_000}).rows == (2,)


def test_no_row_that_fits_is_an_error_in_words() -> None:
    with pytest.raises(ExpressionError, match="没有适用的行：fee = -1"):
        table(FEE).decide({"fee": -1})


def test_two_rows_that_fit_are_an_error_where_one_is_meant() -> None:
    with pytest.raises(ExpressionError, match="第 1、2 行同时适用"):
        table([(["<= 5"], ["1"]), ([">= 5"], ["2"])]).decide({"fee": 5})


def test_the_first_row_counts_where_the_table_says_so() -> None:
    assert table([(["<= 5"], ["1"]), (["-"], ["2"])], policy="FIRST").decide({"fee": 5}).values == {"grant": 1}


def test_all_rows_count_where_the_table_collects() -> None:
    rows: list[Row] = [(["> 1"], ['"a"']), (["> 2"], ['"b"']), (["> 9"], ['"c"'])]
    assert table(rows, policy="COLLECT").decide({"fee": 5}).values == {"grant": ["a", "b"]}


def test_what_is_collected_may_be_added_up() -> None:
    rows: list[Row] = [(["-"], ["0.1"]), (["-"], ["0.2"])]
    assert table(rows, policy='COLLECT" aggregation="SUM').decide({"fee": 5}).values == {"grant": 0.3}


def test_a_gap_between_the_figures_of_a_table_is_found() -> None:
    assert table([(["< 50"], ["1"]), (["> 50"], ["2"])]).faults() == [Fault((), "fee = 50")]


def test_an_overlap_is_found() -> None:
    assert table([(["<= 50"], ["1"]), ([">= 50"], ["2"])]).faults() == [Fault((1, 2), "fee = 50")]


def test_what_only_a_case_can_tell_is_neither_gap_nor_overlap() -> None:
    assert table([(["< cap"], ["1"]), ([">= 50"], ["2"])]).faults() == []


def test_a_wide_table_is_looked_through_in_no_time() -> None:
    wide: list[Row] = [([f"[{n}..{n + 1}["] * 3, ["1"]) for n in range(40)]
    began = time.process_time()
    assert table(wide, inputs=("a", "b", "c")).faults()
    assert time.process_time() - began < 3


def test_a_table_without_gap_or_overlap_has_no_fault() -> None:
    assert table(FEE).faults() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (dmn([(["__import__('os')"], ["1"])]), "bad-expression"),
        (dmn([(["1"], ["().__class__"])]), "bad-expression"),
        (dmn([(["1"], ["1", "2"])]), "bad-row"),
        (dmn([(["1"], ["1"])], policy="PRIORITY"), "hit-policy"),
        (dmn([(["1"], ["1"])], outputs=("",)), "bad-output"),
        (dmn([(["1"], ["1"])], more='<decision id="x" name="x"><literalExpression/></decision>'), "no-table"),
        (b"<definitions/>", "not-dmn"),
        (b"<", "malformed-xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "dtd"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(body: bytes, code: str) -> None:
    with pytest.raises(DiagramError) as caught:
        read_tables("t.dmn", body)
    assert code in {problem.code for problem in caught.value.problems}


def test_a_business_rule_task_asks_its_table_and_goes_on_with_what_it_says() -> None:
    from app.engine.definition import compile_definition
    from app.engine.runner import Run
    from tests.support.diagrams import bpmn, end, path, start, user

    rule = (
        '<bpmn:businessRuleTask id="R" name="计算补助"><bpmn:extensionElements>'
        "<spiffworkflow:calledDecisionId>grant_table</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
    )
    body = bpmn("t.main", start() + rule + user("T") + end() + path("S", "R", "T", "E"))
    definition = compile_definition("t.main", {"processes/t/main.bpmn": body, "processes/t/grant.dmn": dmn(FEE)})
    run = Run.start(definition, {"fee": 73_448.1}, lambda _call: {})
    assert run.finish().opened[0].variables["grant"] == 66_413.67
    assert "fee" in definition.variables
