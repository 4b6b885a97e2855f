"""Conclusions that Shandong's texts bind to facts, and what its diagrams say beside the steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms
from app.config import ROOT
from app.simulation import read_scenario, simulate
from tests.processes.jurisdictions import LIBRARY

FILE = [{"id": 1, "name": "材料.pdf", "size": 1}]


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"forms/shandong/{name}.json").read_bytes())
    return found


def problems(name: str, **values: Any) -> list[str]:
    """The fields of a form that are refused."""
    return [p.pointer for p in forms.check(schema(name), values)]


# -- filing ---------------------------------------------------------------------------------------------------------------------

PROOFS = {"independent": True, "equipped": True, "has_industry_staff": True, "has_audit_staff": True, "review_findings": "见材料"}


@pytest.mark.parametrize("lacking", [None, *(name for name in PROOFS if name != "review_findings")])
def test_a_consultant_is_published_with_all_four_proofs_only(lacking: str | None) -> None:
    given = {**PROOFS, **({lacking: False} if lacking else {})}
    assert problems("filing_review", decision="approve", **given) == ([f"/{lacking}"] if lacking else [])
    assert problems("filing_review", decision="reject", unfit_reason="材料不足", **given) == []


def test_who_refuses_a_filing_says_why() -> None:
    assert problems("filing_review", decision="reject", **PROOFS) == ["/unfit_reason"]


# -- grades ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outstanding", "grade", "fits"), [(True, "A", True), (False, "B", True), (True, "B", False), (False, "A", False)])
def test_who_is_outstanding_is_of_grade_a_and_everybody_else_of_b(outstanding: bool, grade: str, fits: bool) -> None:
    assert (problems("agency_grade", outstanding=outstanding, grade=grade, grade_reason="见业绩") == []) is fits


# -- recognition ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audit_kind", "acceptance_passed", "all_implemented", "decision"),
    [
        ("voluntary", False, False, "approve"),  # whoever audits of its own accord is never held off
        ("voluntary", True, True, "approve"),
        ("mandatory", True, True, "approve"),
        ("mandatory", True, False, "reject"),
        ("mandatory", False, True, "reject"),
        ("mandatory", False, False, "reject"),
    ],
)
def test_a_level_is_not_assessed_before_a_mandatory_audit_is_accepted_and_carried_out(
    audit_kind: str, acceptance_passed: bool, all_implemented: bool, decision: str
) -> None:
    facts = {
        "audit_kind": audit_kind, "acceptance_passed": acceptance_passed, "all_implemented": all_implemented, "judgement": "见验收材料"
    }  # fmt: skip
    other = "reject" if decision == "approve" else "approve"
    assert problems("recognition_judgement", decision=decision, **facts) == []
    assert problems("recognition_judgement", decision=other, **facts) == ["/decision"]


def test_a_self_assessment_by_an_index_system_names_it_and_the_missing_sheet_is_filled_in_by_hand() -> None:
    given = {"self_result": "见附件", "sheet": FILE, "decision": "yes"}
    assert problems("recognition_assessment", assessed_by="system", **given) == ["/system_name"]
    assert problems("recognition_assessment", assessed_by="sheet", **given) == []
    assert "x-scoring" not in schema("recognition_assessment")


def test_a_recognised_level_is_named() -> None:
    given = {"recognised_by": "水泥行业清洁生产评价指标体系", "recognition_findings": "见材料"}
    assert problems("recognition_result", decision="pass", **given) == ["/level"]
    assert problems("recognition_result", decision="fail", **given) == []


def test_benchmarking_looks_at_all_eight_sides_and_knows_the_24_published_systems() -> None:
    aspects = schema("benchmark_2")["properties"]["aspects"]
    assert (aspects["minItems"], len(aspects["items"]["enum"])) == (8, 8)
    assert len(set(schema("benchmark_1")["properties"]["reference_system"]["enum"]) - {"later", "none"}) == 24


# -- projects -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mandatory", "result", "awarded"),
    [(False, "excellent", True), (False, "qualified", False), (True, "excellent", False), (True, "qualified", False)],
)
def test_an_award_is_for_voluntary_audits_that_were_excellent(mandatory: bool, result: str, awarded: bool) -> None:
    data = {"organised_by": "city", "mandatory": mandatory, "acceptance_result": result}
    scenario = {"process": "shandong.projects", "start": "2025-03-03", "region": "370102", "data": data}
    run = simulate(read_scenario(json.dumps(scenario)))
    asked = [e.actor for e in run.events if e.event == "task_created" and e.name == "决定奖励或者补助"]
    assert asked == (["city_coordinator"] if awarded else [])


def test_an_award_has_an_amount_and_a_refusal_none() -> None:
    assert "/award_amount" in problems("project_award", decision="yes", award_reason="优秀", award_kind="award")
    assert "/award_amount" in problems("project_award", decision="yes", award_reason="优秀", award_kind="award", award_amount=0)
    assert problems("project_award", decision="no", award_reason="资金不足") == []


def test_projects_are_named_where_there_are_any() -> None:
    given = {"selection_reason": "见审核报告", "decision": "confirm"}
    assert problems("project_selection", has_projects=True, **given) == ["/key_projects"]
    assert problems("project_selection", has_projects=False, **given) == []


# -- penalties ------------------------------------------------------------------------------------------------------------------


def test_no_fine_is_known_for_consultants() -> None:
    operators = {name for _, name in LIBRARY.process("shandong.penalty_consultant").operators}
    assert operators == {"register_find", "register_act", "publish_result", "record_corrected"}
    assert "record_sanction" not in operators
