"""Which values of a variable are told apart, and what a token knows."""

from __future__ import annotations

import pytest

from app.engine.checking.answers import fields_of
from app.engine.checking.data import FREE, Known, Mind, Reason, merged
from app.engine.checking.domains import OTHER, Domains, Value
from tests.engine.checking.examples import form


def domains(*conditions: str, scripts: tuple[str, ...] = ()) -> Domains:
    found = Domains()
    for condition in conditions:
        found.condition(condition)
    for script in scripts:
        found.script(script)
    return found


@pytest.mark.parametrize(
    ("conditions", "candidates"),
    [
        (['x == "a"'], {"a", OTHER}),
        (['x != "a"', 'x in ("b", "c")'], {"a", "b", OTHER}),
        (['"a" == x', 'get("x", "c") == "b"'], {"a", "b", "c"}),
        (["x is None"], {None, OTHER}),
        (["x"], {True, False}),
        (["not x", "x and y"], {True, False}),
        (["x < 70", "x >= 85"], {69, 70, 85}),
        (["70 <= x"], {69, 70}),
        (['has(x, "1", "3")', 'has(x, "2")'], {(), ("1",), ("2",), ("1", "2")}),
        (['"1" in x'], {(), ("1",)}),
        (["x + 1 == 2"], None),
        (["len(x) > 1"], None),
        (["x == y"], None),
        (["x < 3", 'has(x, "1")'], None),
        (["today() > x"], None),
        (["(((", "x."], None),
    ],
)
def test_only_values_that_answer_differently_are_told_apart(conditions: list[str], candidates: set[Value] | None) -> None:
    domain = domains(*conditions).of("x")
    assert (domain and set(domain.candidates)) == candidates


def test_every_value_has_one_that_stands_for_it() -> None:
    known = domains("x < 70", "x >= 85", 'y == "a"', 'has(z, "1", "3")')
    settled = [(n, v, d.settle(v)) for n, v in (("x", 12), ("x", 84), ("x", 99), ("y", "b"), ("z", ("3", "7"))) if (d := known.of(n))]
    assert [s for *_, s in settled] == [69, 70, 85, OTHER, ("1",)]


def test_what_is_asked_of_a_copy_is_asked_of_the_original() -> None:
    known = domains('opinion == "a"', scripts=("opinion = decision if later else other",))
    for name in ("opinion", "decision", "other"):
        domain = known.of(name)
        assert domain is not None
        assert set(domain.candidates) == {"a", OTHER}


def test_a_counter_keeps_its_numbers_apart() -> None:
    domain = domains("n < 4", scripts=("n = 0", "n = n + 1")).of("n")
    assert domain is not None
    assert [domain.settle(value) for value in (-5, 0, 1, 2, 9)] == [-1, 0, 1, 2, 6]


def test_a_condition_over_something_unknown_goes_on_with_each_value() -> None:
    reason = Reason(domains('x == "a"', 'x == "b"'), frozenset({"x"}))
    found = reason.holds('x == "a"', Mind((), ()))
    assert {(outcome, mind.of("x")) for outcome, mind in found} == {(True, "a"), (False, "b"), (False, OTHER)}


def test_what_the_case_began_with_is_known_to_all_tokens_and_what_was_set_to_its_own() -> None:
    mind = Mind((("y", FREE),), ())
    assert mind.learn("x", "a").initial == (("x", "a"),)
    assert mind.learn("y", "b").own == (("y", "b"),)


def test_an_opaque_condition_may_come_out_either_way() -> None:
    reason = Reason(domains("len(x) > 1"), frozenset({"x"}))
    assert [outcome for outcome, _ in reason.holds("len(x) > 1", Mind((), ()))] == [None]


def test_scripts_set_what_matters_and_nothing_else() -> None:
    reason = Reason(domains('x == "a"', scripts=('x = "a"\ny = "b"',)), frozenset({"x"}))
    assert [mind.own for mind in reason.run('x = "a"\ny = "b"', Mind((), ()))] == [(("x", "a"),)]


@pytest.mark.parametrize(
    ("knowns", "after"),
    [
        ([(("x", 1),), (("y", 2),)], {(("x", 1), ("y", 2))}),
        ([(("x", 1),), (("x", 2),)], {(("x", 1),), (("x", 2),)}),
        ([(), ()], {()}),
        ([tuple((name, n) for name in "abcdef") for n in range(3)], {tuple((name, FREE) for name in "abcdef")}),
    ],
)
def test_after_a_join_any_of_the_branches_may_prevail(knowns: list[Known], after: set[Known]) -> None:
    assert set(merged(knowns)) == after


def test_the_fields_of_a_form_are_those_that_people_answer() -> None:
    found = fields_of(form("a", "b", count={"type": "integer"}, sure={"type": "boolean"}, seen={"enum": ["x"], "readOnly": True}))
    assert {name: field.values for name, field in found.items()} == {"decision": ("a", "b"), "count": (), "sure": (True, False)}
    assert found["decision"].title("a") == "«a»"


def test_a_field_that_appears_under_a_condition_need_not_be_answered() -> None:
    schema = b'{"required": [], "allOf": [{"if": {}, "then": {"properties": {"x": {"const": 1}}, "required": ["x"]}}]}'
    assert [(f.values, f.required) for f in fields_of(schema).values()] == [((1,), False)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"properties": 5}', b'{"required": 5, "allOf": {}, "properties": {"a": 1, "b": {"oneOf": [1]}}}']
)
def test_what_is_no_form_has_no_choices(body: bytes) -> None:
    assert all(not field.values for field in fields_of(body).values())
