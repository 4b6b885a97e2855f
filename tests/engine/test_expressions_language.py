"""What the language of diagrams says."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.engine import expressions
from app.engine.errors import ExpressionError
from app.law.periods import Deadline

JANUARY = dt.datetime(2027, 1, 11, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3", 7),
        ("'a' + 'b'", "ab"),
        ("7 % 4", 3),
        ("10 // 3", 3),
        ("x if flag else y", 1),
        ("has(grounds, '1', '3')", True),
        ("has(grounds, '2')", False),
        ("has(missing_list, '2')", False),
        ("get('nothing')", None),
        ("get('nothing', 5)", 5),
        ("get('x', 5)", 1),
        ("grounds[0]", "1"),
        ("facts['a']", 4),
        ("len(grounds) == 2 and not flag", False),
        ("max(1, 2) + min(1, 2) + abs(-3) + round(2.5)", 9),
        ("sum([1, 2, 3])", 6),
        ("sorted(['b', 'a'])", ["a", "b"]),
        ("'1' in grounds", True),
        ("0 < x <= 1", True),
        ("str(12) + 'x'", "12x"),
        ("None", None),
    ],
)
def test_an_expression_has_its_value(source: str, value: object) -> None:
    variables = {"x": 1, "y": 2, "flag": True, "grounds": ["1", "3"], "missing_list": None, "facts": {"a": 4}}
    assert expressions.evaluate(source, variables) == value


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ExpressionError, match="缺少变量“audit_outcome”"):
        expressions.evaluate("audit_outcome == 'x'", {})


def test_a_failure_is_one_sentence_with_the_expression() -> None:
    with pytest.raises(ExpressionError, match=r"1 / 0") as caught:
        expressions.evaluate("1 / 0", {})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("source", ["", "1 +", "a b", "if x: 1", "\0"])
def test_a_syntax_error_is_a_sentence(source: str) -> None:
    with pytest.raises(ExpressionError, match="语法错误"):
        expressions.check(source)


def test_a_period_carries_the_name_of_its_event() -> None:
    found = expressions.evaluate("months(1, since=list_published_on)", {"list_published_on": "2027-01-11"})
    assert isinstance(found, Deadline)
    assert found.since_label == "名单公布"


def test_a_period_from_an_unknown_event_has_a_neutral_label() -> None:
    found = expressions.evaluate("days(3, since=something_on)", {"something_on": "2027-01-11"})
    assert found.since_label == "起算日"


def test_a_period_from_a_missing_date_names_the_variable() -> None:
    with pytest.raises(ExpressionError, match="list_published_on"):
        expressions.evaluate("months(1, since=list_published_on)", {})


@pytest.mark.parametrize("since", [None, "2027-13-01", "soon", 5])
def test_a_period_from_what_is_no_date_is_refused(since: object) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate("months(1, since=when)", {"when": since})


def test_a_yearly_day_is_the_next_one() -> None:
    with clock.at(JANUARY):
        assert expressions.evaluate("every_year(12, 31)", {}).due_on == dt.date(2027, 12, 31)


def test_today_is_the_day_in_china() -> None:
    with clock.at(dt.datetime(2027, 1, 11, 17, tzinfo=dt.UTC)):
        assert expressions.evaluate("today()", {}) == "2027-01-12"


def test_a_script_assigns_and_chooses() -> None:
    variables = {"grounds": ["2"]}
    expressions.execute("lead = 'a' if has(grounds, '1') else 'b'\nif lead == 'b':\n    other = 1\nelse:\n    other = 2", variables)
    assert variables == {"grounds": ["2"], "lead": "b", "other": 1}


def test_a_script_keeps_a_time_limit_as_its_date() -> None:
    variables: dict[str, object] = {}
    expressions.execute("until = days(1, since='2027-01-11')", variables)
    assert variables == {"until": "2027-01-12"}


def test_names_in_an_expression_include_those_read_by_get() -> None:
    assert expressions.names_in("a + get('b', c) + len(d)") == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0.1 + 0.2", 0.3),
        ("fee * 0.7", 51413.67),
        ("50000 + (fee - 50000) * 0.7", 66413.67),
        ("1.1 - 0.9", 0.2),
        ("sum([0.1, 0.2, 0.3])", 0.6),
        ("round(2.675, 2)", 2.68),
        ("round(0.5)", 1),
        ("round(-2.5)", -3),
        ("round(1234.5, -2)", 1200),
        ("7 // 2", 3),
        ("1 / 4", 0.25),
        ("3 * 4", 12),
    ],
)
def test_amounts_are_reckoned_in_decimals(source: str, value: float) -> None:
    assert expressions.evaluate(source, {"fee": 73448.1}) == value
