"""Conclusions that the rules of Liaoning bind to facts, and the figures of its articles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms
from app.config import ROOT


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"forms/{name}.json").read_bytes())
    return found


def problems(name: str, **values: Any) -> list[str]:
    """The fields of a form that are refused."""
    return [p.pointer for p in forms.check(schema(name), values)]


@pytest.mark.parametrize(
    ("decision", "plan_done", "compliant", "advanced", "fits"),
    [
        ("excellent", True, True, True, True),
        ("excellent", True, False, True, False),  # excellent presupposes passing
        ("excellent", True, True, False, False),
        ("pass", True, True, False, True),
        ("pass", False, True, False, False),
        ("pass", True, False, False, False),
        ("fail", False, True, False, True),  # either is enough to fail
        ("fail", True, False, True, True),
        ("fail", True, True, False, False),
    ],
)
def test_the_conclusion_of_an_acceptance_follows_from_what_was_found(
    decision: str, plan_done: bool, compliant: bool, advanced: bool, fits: bool
) -> None:
    found = problems(
        "liaoning/acceptance_conclusion", decision=decision, plan_done=plan_done, compliant=compliant, advanced=advanced, reasons="见记录"
    )
    assert (found == []) is fits


@pytest.mark.parametrize(("level", "fits"), [("1", True), ("3", True), ("none", True), ("below", False)])
def test_a_review_is_passed_at_level_three_where_there_is_a_standard(level: str, fits: bool) -> None:
    assert (problems("liaoning/review_conclusion", decision="pass", compliant=True, standard_level=level, reasons="见记录") == []) is fits


def test_a_review_is_not_passed_without_compliance() -> None:
    assert problems("liaoning/review_conclusion", decision="pass", compliant=False, standard_level="none", reasons="见记录") == [
        "/compliant"
    ]


@pytest.mark.parametrize(("yuan", "fits"), [(100_000, True), (100_000.01, False), (0, False), (0.01, True)])
def test_a_fine_is_at_most_a_hundred_thousand(yuan: float, fits: bool) -> None:
    assert (problems("common/fine_to_100000", amount=yuan, heard=True, reason="见决定书") == []) is fits


def test_a_review_is_applied_for_with_all_ten_documents() -> None:
    form = schema("liaoning/review_application")
    assert len(form["required"]) == 10
    assert set(form["required"]) == set(form["properties"]) - {"last_returned_reason"}


def test_the_class_of_a_listed_enterprise_is_a_fact_of_the_case() -> None:
    assert schema("liaoning/penalty_determine")["x-prefill"]["grounds"] == "case.grounds"
