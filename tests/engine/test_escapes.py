"""Nobody who edits a diagram owns the server: every known escape (`tests.engine.escapes`) ends in a Chinese sentence, and in time."""

from __future__ import annotations

import copy
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.engine import expressions
from app.engine.errors import ExpressionError
from app.engine.expression_library import FUNCTIONS, MAX_SIZE
from app.engine.scripting import SandboxedScriptEngine
from app.law.periods import Deadline
from tests.engine.escapes import ATTRIBUTES, CALLS, EXPRESSIONS, NAMES, SCRIPTS, SYNTAX

SECONDS = 2.0
"""Of computing, so that a busy machine is no failure. What stands still is found out, not waited for."""

CASE = {
    "a": [1, 2, 3],
    "b": {"k": "v"},
    "text": "abc",
    "n": 7,
    "day": "2027-01-11",
    "big": "x" * 150_000,
    "wide": ["row"] * 30_000,
    "figures": list(range(60_000)),
    "template": "{0.__class__.__mro__[1].__subclasses__}",
    "huge": 10**4000,
}


@contextmanager
def in_time() -> Iterator[None]:
    """Fails what takes longer than `SECONDS`."""

    def too_late(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"did not end within {SECONDS} s")

    before = signal.signal(signal.SIGVTALRM, too_late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(autouse=True)
def every_test_in_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """A property times each of its examples by itself: making them up takes its own time, which is not the sandbox's."""
    with nullcontext() if request.node.get_closest_marker("hypothesis") else in_time():
        yield


def sentence_of(source: str, *, script: bool = False) -> str:
    """What the sandbox says about a source, checked and then run as the engine would."""
    with pytest.raises(ExpressionError) as caught:
        expressions.check(source, script=script)
        if script:
            expressions.execute(source, copy.deepcopy(CASE))
        else:
            expressions.evaluate(source, CASE)
    return str(caught.value)


def is_a_sentence(said: str) -> bool:
    return bool(re.search("[一-鿿]", said)) and "\n" not in said and len(said) < 500 and "Traceback" not in said and "0x" not in said


@pytest.mark.parametrize("source", EXPRESSIONS, ids=lambda source: source[:60])
def test_an_expression_does_not_escape(source: str) -> None:
    assert is_a_sentence(sentence_of(source))


@pytest.mark.parametrize("source", SCRIPTS, ids=lambda source: source[:60])
def test_a_script_does_not_escape(source: str) -> None:
    assert is_a_sentence(sentence_of(source, script=True))


@pytest.mark.parametrize("source", [*ATTRIBUTES, *NAMES, *CALLS, *SYNTAX[:45]], ids=lambda source: source[:60])
def test_what_no_diagram_may_say_is_refused_before_it_is_deployed(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.check(source)


READERS = [
    "a + a",
    "sorted(a, reverse=True)",
    "[a, b]",
    "{'k': a}",
    "a[1:]",
    "get('a') + [4]",
    "get('missing', []) + a",
    "has(a, 1)",
    "max(a) + min(a) + sum(a)",
    "str(b) + text",
    "a if a else b",
    "a == [1, 2, 3] and b != {}",
]


@pytest.mark.parametrize("source", READERS)
def test_reading_changes_nothing(source: str) -> None:
    before = copy.deepcopy(CASE)
    expressions.evaluate(source, CASE)
    assert before == CASE


def test_what_a_script_stores_is_its_own() -> None:
    """A later change to one variable must not change another, nor another case that was started with the same data."""
    shared = {"rows": [{"name": "甲厂"}]}
    variables: dict[str, object] = dict(shared)
    expressions.execute("copy = rows\nboth = [rows, rows]", variables)
    variables["copy"].append("poison")  # type: ignore[attr-defined]  # a list by construction
    assert shared == {"rows": [{"name": "甲厂"}]}
    assert variables["both"] == [[{"name": "甲厂"}], [{"name": "甲厂"}]]


def test_a_default_does_not_remember() -> None:
    first = expressions.evaluate("get('missing', [])", {})
    first.append("poison")
    assert expressions.evaluate("get('missing', [])", {}) == []


def test_case_data_named_like_a_function_does_not_replace_it() -> None:
    assert expressions.evaluate("len(a)", {"a": [1], "len": lambda _: "poison", "_getitem_": None}) == 1
    assert expressions.evaluate("1 + 1", {"arithmetic_guarded": lambda *_: "poison"}) == 2


def test_what_is_no_data_of_a_case_gives_no_value() -> None:
    with pytest.raises(ExpressionError, match="案件数据"):
        expressions.evaluate("thing", {"thing": object()})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("len(figures)", 60_000),
        ("figures[59999]", 59_999),
        ("len(big) > 5", True),
        ("'row' in wide", True),
        ("len(wide + a)", 30_003),
        ("sum(figures)", 1_799_970_000),
        ("str(months(1, since=day))", "2027-02-11"),
        ("not huge", False),
    ],
)
def test_an_honest_table_of_thousands_of_rows_is_no_attack(source: str, value: object) -> None:
    assert expressions.evaluate(source, CASE) == value


def test_a_value_of_just_the_largest_size_passes() -> None:
    assert len(expressions.evaluate("a + 'x'", {"a": "x" * (MAX_SIZE - 2)})) == MAX_SIZE - 1


def test_what_the_engine_evaluates_by_itself_is_sandboxed_too() -> None:
    """SpiffWorkflow takes some expressions to the script engine's environment directly: correlations, ad hoc conditions."""
    environment = SandboxedScriptEngine(None).environment
    with pytest.raises(ExpressionError):
        environment.evaluate("__import__('os').getcwd()", {})
    with pytest.raises(ExpressionError):
        environment.execute("import os", {})
    assert environment.evaluate("n + 1", {"n": 1}) == 2


WORDS = [
    *FUNCTIONS, *CASE, "__class__", "__import__", "os", "lambda", "for", "in", "if", "else", "not", "and", "or", "is", "None", "True",
    "1", "0", "1e9", "'a'", "''", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", "==", "<", "+", "-", "*", "/", "//", "%", "**", "@",
    ":=", "\n", "    ", "\\", "#", "f'", "'", '"', "since=", "due", "while", "import", "def", "await", "yield", ";", "​", "＿", "\t", "\r",
]  # fmt: skip
SOURCES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=25).map("".join),
)
SMALL = {"a": [1, 2], "b": {"k": "v"}, "text": "abc", "n": 7, "day": "2027-01-11", "big": "x" * 50, "wide": ["r"], "figures": [3, 1]}


def atoms() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from([*SMALL, "None", "True", "''", "0", "-1", "1.5", "[]", "{}"]),
        st.integers(0, 10**6).map(str),
        st.text(max_size=5).map(repr),
    )


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Sources that are well formed, so that they come as far as being run."""
    operators = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", ">=", "in", "not in", "is", "and", "or"]
    return st.one_of(
        st.tuples(inner, st.sampled_from(operators), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3)).map(lambda t: f"{t[0]}({', '.join(t[1])})"),
        st.tuples(st.sampled_from(["days", "months", "workdays"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, since={t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.tuples(inner, inner, inner).map(lambda t: f"{t[0]}[{t[1]}:{t[2]}]"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.lists(inner, max_size=4).map(lambda t: f"[{', '.join(t)}]"),
        st.tuples(inner, inner).map(lambda t: f"{{{t[0]}: {t[1]}}}"),
        inner.map(lambda t: f"-{t}"),
        inner.map(lambda t: f"(not {t})"),
    )


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(SOURCES, st.recursive(atoms(), compound, max_leaves=12)))
def test_whatever_is_written_gives_a_value_or_a_sentence(source: str) -> None:
    before = copy.deepcopy(SMALL)
    try:
        with in_time():
            value = expressions.evaluate(source, SMALL)
        assert value is None or isinstance(value, str | int | float | list | dict | tuple | set | Deadline)
    except ExpressionError as error:
        assert is_a_sentence(str(error))
    assert before == SMALL


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(SOURCES, st.recursive(atoms(), compound, max_leaves=12).map(lambda e: f"x = {e}\nif x:\n    y = x\nelse:\n    z = [x]")))
def test_whatever_a_script_says_it_stores_data_or_gives_a_sentence(source: str) -> None:
    variables = copy.deepcopy(SMALL)
    try:
        with in_time():
            expressions.execute(source, variables)
    except ExpressionError as error:
        assert is_a_sentence(str(error))
        assert variables == SMALL
    assert {name: variables[name] for name in SMALL if name not in source} == {n: v for n, v in SMALL.items() if n not in source}


def test_the_clock_of_an_expression_is_ours() -> None:
    assert expressions.evaluate("today()", {}) == clock.today().isoformat()
