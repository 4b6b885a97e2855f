"""What a submission may hold: the browser checks for comfort, the server decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms, work
from app.cases.errors import InvalidForm
from app.config import ROOT
from app.model import Case, Task
from tests.support.world import World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"
SHEET: dict[str, Any] = json.loads((ROOT / "forms/shandong/acceptance_score.json").read_bytes())
RULE = SHEET["x-scoring"]
FULL = {name: field["maximum"] for name, field in SHEET["properties"]["scores"]["properties"].items()}
NO_VETO = {str(number): False for number in range(1, 6)}


def scored(total: float, **veto: bool) -> dict[str, Any]:
    """A sheet with exactly `total` points."""
    left, scores = sum(FULL.values()) - total, {}
    for name, most in FULL.items():
        cut = min(left, most) if name not in ("12-1", "12-2", "12-3") else 0
        scores[name], left = most - cut, left - cut
    assert left == 0
    return {
        "emission_compliant": True, "promise_years": 1, "scores": scores, "vetoes": {**NO_VETO, **{k[1:]: v for k, v in veto.items()}},
        "overall_opinion": "同意", "assessors": "张三", "assessed_on": "2027-06-01",
    }  # fmt: skip


def pointers(problems: list[Any]) -> set[str]:
    return {p.pointer for p in problems}


# -- the scoring sheet of the 2008 measures ---------------------------------------------------------------------------


def test_the_points_of_the_sheet_add_up_to_a_hundred() -> None:
    assert sum(FULL.values()) == 100


@pytest.mark.parametrize(
    ("total", "grade"),
    [(0, "fail"), (69.5, "fail"), (70, "qualified"), (70.5, "qualified"), (84.5, "qualified"), (85, "excellent"), (100, "excellent")],
)
def test_a_grade_is_reached_at_its_figure(total: float, grade: str) -> None:
    data = scored(total) if total >= 15 else {**scored(15), "scores": dict.fromkeys(FULL, 0)}
    assert forms.score(RULE, data)["score_grade"] == grade


@pytest.mark.parametrize("total", [69.5, 70, 84.5, 85, 99.5])
def test_points_are_added_exactly(total: float) -> None:
    assert forms.score(RULE, scored(total))["score_total"] == total


@pytest.mark.parametrize("number", ["1", "2", "3", "4", "5"])
def test_each_veto_fails_whatever_the_points(number: str) -> None:
    found = forms.score(RULE, scored(100, **{f"v{number}": True}))
    assert (found["score_veto"], found["score_grade"]) == (True, "fail")


def test_too_few_points_are_a_veto_of_their_own() -> None:
    found = forms.score(RULE, scored(69.5))
    assert (found["vetoes"]["6"], found["score_veto"]) == (True, True)


def test_enough_points_are_no_veto_even_if_ticked() -> None:
    assert forms.score(RULE, scored(70, v6=True))["score_veto"] is False


def test_a_valid_sheet_has_no_problem() -> None:
    assert forms.check(SHEET, scored(80)) == []


@pytest.mark.parametrize("name", list(FULL))
def test_an_item_above_its_points_is_named(name: str) -> None:
    data = scored(100)
    data["scores"][name] += 0.5
    assert f"/scores/{name}" in pointers(forms.check(SHEET, data))


@pytest.mark.parametrize("value", [-0.5, 0.3, "2", None, True])
def test_points_are_halves_from_nought_up(value: object) -> None:
    data = scored(100)
    data["scores"]["1"] = value
    assert "/scores/1" in pointers(forms.check(SHEET, data))


@pytest.mark.parametrize("item", ["12-1", "12-2", "12-3"])
def test_a_compliant_enterprise_gets_full_points_for_emissions(item: str) -> None:
    data = scored(100)
    data["scores"][item] = 4
    assert f"/scores/{item}" in pointers(forms.check(SHEET, data))


@pytest.mark.parametrize(
    ("years", "veto", "valid"), [(2, False, True), (2.1, False, False), (2.1, True, True), (2, True, False), (0, False, True)]
)
def test_a_promise_of_more_than_two_years_is_a_veto(years: float, veto: bool, valid: bool) -> None:
    data = {**scored(90, v5=veto), "promise_years": years}
    assert (forms.check(SHEET, data) == []) is valid


@pytest.mark.parametrize("years", [-1, 51, "2"])
def test_promise_years_are_sane(years: object) -> None:
    assert "/promise_years" in pointers(forms.check(SHEET, {**scored(90), "promise_years": years}))


# -- a submission -----------------------------------------------------------------------------------------------------


def submit(world: World, task: Task, data: Any, username: str = ENTERPRISE) -> Task:
    with world.transaction() as session:
        return work.complete(session, world.principal(session, username), task.id, data)


def refused(world: World, task: Task, data: Any, username: str = ENTERPRISE) -> dict[str, str]:
    with pytest.raises(InvalidForm) as caught:
        submit(world, task, data, username)
    return {p.pointer: p.message for p in caught.value.problems}


@pytest.mark.parametrize("data", [None, [], "text", 5, True])
def test_a_submission_that_is_no_form_is_refused(world: World, audit: Case, data: object) -> None:
    assert refused(world, world.step(audit.id, "disclosure.s2"), data) == {"": "表单数据应为对象"}


def test_a_missing_field_is_named_in_words(world: World, audit: Case) -> None:
    found = refused(world, world.step(audit.id, "execution.s2"), {"started_on": "2027-01-11"})
    assert found["/mode"].startswith("请填写")


def test_an_unknown_field_is_refused(world: World, audit: Case) -> None:
    found = refused(world, world.step(audit.id, "execution.s2"), {"mode": "self", "audit_outcome": "reported"})
    assert "含有表单之外的内容" in found.values()


def test_a_choice_that_is_none_is_refused(world: World, audit: Case) -> None:
    found = refused(world, world.step(audit.id, "execution.s2"), {"mode": "magic", "started_on": "2027-01-11"})
    assert found["/mode"] == "请从给出的选项中选择"


def test_a_date_that_is_none_is_refused(world: World, audit: Case) -> None:
    found = refused(world, world.step(audit.id, "execution.s2"), {"mode": "self", "started_on": "2027-02-30"})
    assert "日期" in found["/started_on"]


def test_forged_facts_of_the_case_are_replaced(world: World, audit: Case) -> None:
    with world.transaction() as session:
        world.principal(session, ENTERPRISE)
    task = world.step(audit.id, "disclosure.s2")
    done = submit(world, task, {**world.values_for(ENTERPRISE, task), "grounds": ["2"]})
    assert done.data is not None
    assert done.data["grounds"] == ["1"]


def test_a_forged_total_is_replaced_by_the_servers() -> None:
    assert forms.score(RULE, {**scored(70), "score_total": 100})["score_total"] == 70


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a\x00b", "\ud800"])
def test_what_no_database_keeps_is_a_field_problem(world: World, audit: Case, value: object) -> None:
    found = refused(world, world.step(audit.id, "execution.s2"), {"mode": "self", "started_on": "2027-01-11", "remark": value})
    assert "/remark" in found


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf")])
def test_points_that_are_no_numbers_are_refused(score: float) -> None:
    data = scored(100)
    data["scores"]["1"] = score
    assert "/scores/1" in pointers(forms.check(SHEET, data))


@pytest.mark.parametrize("yuan", [0.07, 1.13, 123456789.29])
def test_an_amount_in_fen_is_a_multiple_of_a_fen(yuan: float) -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "number", "multipleOf": 0.01}}}
    assert not forms.check(schema, {"amount": yuan})


def test_half_a_fen_is_refused() -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "number", "multipleOf": 0.01}}}
    assert [p.pointer for p in forms.check(schema, {"amount": 0.075})] == ["/amount"]
