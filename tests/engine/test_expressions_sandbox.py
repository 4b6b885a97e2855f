"""What an expression may cost, and what a script may leave behind. The ways out that it must not find are in `test_escapes`."""

from __future__ import annotations

import pytest

from app.engine import expressions
from app.engine.errors import ExpressionError


@pytest.mark.parametrize(
    "source",
    [
        "'a' * 1000000000",
        "a * 3",
        "sum([b, b], [])",
        "round(1, -1000000000)",
        "n % 7",
        "999999999999999 * 999999999999999",
        "workdays(1000000000, since='2027-01-11')",
        "years(1000000000, since='2027-01-11')",
        "days(999999999999999, since='2027-01-11')",
    ],
)
def test_a_computation_that_would_not_end_or_fit_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate(source, {"a": "text", "b": [1], "n": "%099999999999d"})


@pytest.mark.parametrize(
    "line",
    ["a = a + a", "a = [a, a]", "a = {'x': a, 'y': a}", "a = str(a) + str(a)"],
    ids=["text", "list", "dict", "str"],
)
def test_a_script_cannot_double_its_way_to_all_memory(line: str) -> None:
    with pytest.raises(ExpressionError, match="过大"):
        expressions.execute("\n".join(["a = 'xxxxxxxx'", *[line] * 150]), {})


@pytest.mark.parametrize("source", ["-" * 3000 + "1", "(" * 900 + "1" + ")" * 900, "not " * 900 + "a", "1" + "+1" * 1900])
def test_deep_nesting_is_refused_or_evaluated_but_never_crashes(source: str) -> None:
    try:
        expressions.evaluate(source, {"a": 1})
    except ExpressionError as error:
        assert str(error)


def test_too_long_a_source_is_refused() -> None:
    with pytest.raises(ExpressionError, match="4000"):
        expressions.check("1" + " " * 4000)


def test_case_data_cannot_bring_builtins_back() -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate("open", {"__builtins__": {"open": open}})


@pytest.mark.parametrize("source", ["x = len", "x = {1, 2}", "x = 1e999", "x = has"])
def test_a_script_stores_nothing_but_json(source: str) -> None:
    variables: dict[str, object] = {"x": 0}
    with pytest.raises(ExpressionError):
        expressions.execute(source, variables)
    assert variables == {"x": 0}


def test_a_failing_script_changes_no_variable() -> None:
    variables: dict[str, object] = {"a": 1}
    with pytest.raises(ExpressionError):
        expressions.execute("a = 2\nb = missing", variables)
    assert variables == {"a": 1}


def test_a_result_larger_than_the_bound_is_refused() -> None:
    with pytest.raises(ExpressionError, match="过大"):
        expressions.evaluate("a + a", {"a": "x" * 150_000})
