"""Guangdong's procedures: what the text does not sanction, and the sheets as their annexes have them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms, samples
from app.law.catalogue import catalogue
from app.simulation import simulate
from app.simulation.values import filled
from tests.processes.jurisdictions import GUANGDONG, LIBRARY

JUDGED = {"vetoes": {"1": False}, "assessors": "甲", "research_share": 3, "gas_rate": 98, "water_rate": 98}


def test_a_city_without_counties_checks_the_application_itself() -> None:
    check = next(
        e for e in GUANGDONG.play("mandatory_assessment_no_county").events if e.event == "task_completed" and e.name == "形式审查并上报"
    )
    assert check.actor == "city_environment"


def test_the_other_reading_of_thirty_days_before_the_expiry_is_one_cell_of_a_table() -> None:
    """Article 24: by default at least thirty days before the expiry; an administrator may allow the whole time until it."""
    table = "processes/guangdong/certificate.dmn"
    lenient = {**LIBRARY.bodies, table: LIBRARY.bodies[table].replace(b'"strict"', b'"lenient"')}
    scenario = {
        "process": "guangdong.certificate", "start": "2024-09-10", "region": "440106", "until": "2025-12-31",
        "data": {"title_level": "province", "certificate_no": "1", "certificate_issued_on": "2024-09-10"},
        "delays": {"gd-audit-2009.certificate.s1": "never"},
    }  # fmt: skip
    due = [[str(e.due) for e in simulate(scenario, files).events if e.event == "task_created"] for files in (None, lenient)]
    assert due == [["2026-08-11"], ["2026-09-10"]]


# -- what the text does not sanction ------------------------------------------------------------------------------------------


def test_a_report_that_is_late_leads_to_no_sanction() -> None:
    """Article 45 lists refusing the audit, not applying and not passing; reporting late is none of them."""
    found = GUANGDONG.events("mandatory_audit_late")
    assert any("task_overdue cn-audit-2004.execution.s8" in line for line in found)
    assert not any("mandatory-penalty" in line for line in found)


def test_the_nations_limits_have_the_nations_consequences() -> None:
    """Two months and a year are the nation's, so is what follows: only whoever handles toxic materials can be penalised, for whatever the audit has come to."""
    late, toxic = GUANGDONG.events("mandatory_audit_late"), GUANGDONG.events("mandatory_audit_toxic_late")
    assert not any("case_started national.penalty" in line for line in late)
    assert [line for line in toxic if "case_started national.penalty" in line] == [
        "2025-03-11 2 case_started national.penalty",
        "2026-01-13 3 case_started national.penalty",
    ]


def test_the_day_of_scoring_starts_the_twenty_workdays_and_not_the_opinion() -> None:
    found = GUANGDONG.events("voluntary_acceptance_80")
    assert "2025-04-13 1 task_completed gd-audit-2009.voluntary-acceptance.s10" in found
    assert "2025-04-13 1 task_created gd-audit-2009.voluntary-acceptance.s11 due=2025-05-12" in found


def test_a_good_score_that_fails_at_the_province_gives_no_city_title() -> None:
    assert not any("voluntary-acceptance.s17" in line for line in GUANGDONG.events("voluntary_acceptance_spot_check"))


def test_the_record_of_article_45_knows_no_fine() -> None:
    sanction = catalogue().sanction("gd-audit-2009.s45")
    assert sanction is not None
    assert sanction.fine is None
    assert not any(" 罚款" in line for path in GUANGDONG.scenarios for line in GUANGDONG.events(path.stem))


# -- sheets -------------------------------------------------------------------------------------------------------------------


def form(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(LIBRARY.bodies[f"forms/guangdong/{name}.json"])
    return loaded


def leaves(items: Any) -> list[int]:
    return [most for item in items for most in (leaves(item["items"]) if "items" in item else [item["max"]])]


@pytest.mark.parametrize(("name", "sheet"), [("voluntary_score", "gd-audit-2009.f2"), ("assessment_score", "gd-audit-2009.f5")])
def test_a_sheet_has_the_points_of_its_annex(name: str, sheet: str) -> None:
    annex = catalogue().jurisdiction("guangdong").scoring[sheet]  # type: ignore[union-attr]
    points = form(name)["properties"]["scores"]["properties"]
    assert [p["maximum"] for p in points.values()] == leaves(annex.items)
    assert sum(p["maximum"] for p in points.values()) == annex.total


@pytest.mark.parametrize(("total", "grade"), [(100, "good"), (80, "good"), (79.5, "qualified"), (60, "qualified"), (59.5, "fail")])
def test_80_is_good_and_60_is_enough(total: float, grade: str) -> None:
    found = forms.score(form("voluntary_score")["x-scoring"], {"scores": {"1": total}, "vetoes": {"1": False}})
    assert (found["score_total"], found["score_grade"]) == (total, grade)


def test_exceeding_the_standard_fails_whatever_the_points() -> None:
    found = forms.score(form("voluntary_score")["x-scoring"], {"scores": {"1": 100}, "vetoes": {"1": True}})
    assert (found["score_veto"], found["score_grade"]) == (True, "fail")


def test_the_assessment_sheet_has_no_pass_mark_only_the_grounds_of_article_28() -> None:
    rule = form("assessment_score")["x-scoring"]
    assert forms.score(rule, {"scores": {"1-1": 0}, "vetoes": {}}) == {"vetoes": {}, "score_total": 0, "score_veto": False}
    assert forms.score(rule, {"scores": {"1-1": 3}, "vetoes": {"4": True}})["score_veto"] is True


def test_grounds_of_article_28_in_the_experts_opinion_leave_only_a_refusal() -> None:
    assert refused("assessment_decision", shown_veto=False, decision="pass") == []
    assert "/decision" in refused("assessment_decision", shown_veto=True, decision="pass")
    assert refused("assessment_decision", shown_veto=True, decision="fail", assessment_grounds=["2"]) == []


def test_the_acceptance_of_a_mandatory_audit_has_no_sheet() -> None:
    assert "x-scoring" not in form("acceptance_decision")


def scored(**changed: Any) -> list[str]:
    """Where a sheet with full marks and some changes is refused."""
    schema = form("voluntary_score")
    data = filled(schema, JUDGED)
    points = {**data["scores"], **changed.pop("scores", {})}
    return [problem.pointer for problem in forms.check(schema, {**data, **changed, "scores": points})]


@pytest.mark.parametrize(
    ("share", "points", "allowed"),
    [
        (3, 4, True),
        (3, 2, False),
        (2, 2, True),
        (2.5, 4, False),
        (1, 0, True),
        (1, 1, False),
        (1.5, 1, True),
        (1.5, 2, True),
        (1.5, 4, False),
    ],
)
def test_between_one_and_two_per_cent_of_research_the_experts_judge(share: float, points: float, allowed: bool) -> None:
    assert (scored(research_share=share, scores={"16": points}) == []) is allowed


def test_below_97_per_cent_there_are_no_points_for_gas_and_water() -> None:
    assert scored(gas_rate=97, water_rate=97) == []
    assert scored(gas_rate=96.9) == ["/scores/23"]
    assert scored(water_rate=96.9, scores={"24": 0}) == []


def test_the_level_of_the_industry_has_three_steps() -> None:
    assert scored(scores={"11": 4}) == scored(scores={"11": 0}) == []
    assert scored(scores={"11": 6}) == ["/scores/11"]


def test_what_the_environment_office_states_cannot_be_left_unticked() -> None:
    assert scored(stated_over_total=True) == ["/vetoes/1"]
    assert scored(stated_over_total=True, vetoes={"1": True}) == []


# -- figures ------------------------------------------------------------------------------------------------------------------


def refused(name: str, **values: Any) -> list[str]:
    """Where a form filled with valid samples is refused once it has these values."""
    schema = form(name)
    return [problem.pointer for problem in forms.check(schema, {**samples.sample(schema, values), **values})]


def test_a_mandatory_audit_of_its_own_takes_five_auditors_one_of_them_senior() -> None:
    assert refused("audit_start", mode="self", auditors=5, senior_auditors=1) == []
    assert "/auditors" in refused("audit_start", mode="self", auditors=4, senior_auditors=1)
    assert "/senior_auditors" in refused("audit_start", mode="self", auditors=5, senior_auditors=0)


def test_a_voluntary_audit_of_its_own_takes_one_senior_auditor() -> None:
    assert refused("voluntary_audit_report", mode="self", senior_auditors=1) == []
    assert "/senior_auditors" in refused("voluntary_audit_report", mode="self", senior_auditors=0)


def test_the_panel_has_one_expert_of_each_kind_at_least() -> None:
    assert refused("expert_composition", experts_environment=1, experts_energy=1, experts_industry=1) == []
    assert refused("expert_composition", experts_environment=3, experts_energy=0, experts_industry=1) == ["/experts_energy"]


@pytest.mark.parametrize(
    ("grounds", "violation", "allowed"),
    [
        (["2"], "audit_refused", True), (["1", "2"], "assessment_failed", True), (["1"], "audit_refused", False),
        (["2"], "assessment_not_applied", False), (["2"], "acceptance_not_applied", False),
    ],
)  # fmt: skip
def test_article_40_of_the_law_reaches_only_whom_it_names(grounds: list[str], violation: str, allowed: bool) -> None:
    given = {"shown_grounds": grounds, "shown_violation": violation, "decision": "yes"}
    assert refused("penalty_decision", **given, penalty_basis="other") == []
    assert (refused("penalty_decision", **given, penalty_basis="law40") == []) is allowed


def test_whoever_misses_a_figure_cannot_be_announced() -> None:
    assert "/decision" in refused("agency_review", shown_conditions_met=False, decision="approve")
    assert refused("agency_review", shown_conditions_met=False, decision="reject") == []


def test_only_who_meets_all_seven_requirements_is_fit_for_the_site_visit() -> None:
    assert refused("voluntary_conclusion", decision="yes", policy_fit=False) == ["/policy_fit"]
    assert refused("voluntary_conclusion", decision="no", policy_fit=False) == []
