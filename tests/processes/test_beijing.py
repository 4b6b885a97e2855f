"""Beijing's lists, audits, acceptance and what follows from them: the traps of its texts, and what each form allows.

Registers and money of Beijing have tests of their own.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms, samples
from app.law.catalogue import catalogue
from tests.processes.jurisdictions import BEIJING, LIBRARY

TEXTS = catalogue().jurisdiction("beijing")


# -- the law ------------------------------------------------------------------------------------------------------------------


def test_the_acceptance_has_all_of_its_steps() -> None:
    assert len([s for s in BEIJING.steps if s.startswith("bj-acceptance-2007.acceptance.")]) == 27


def test_there_is_no_city_between_the_district_and_beijing() -> None:
    found = BEIJING.events("listing_exceed_published")
    done = [line.split()[3] for line in found if " 1 task_completed " in line]
    assert done == ["bj-audit-2006.listing-exceed.s2", "bj-audit-2006.listing-exceed.s3"]
    assert not any(e.actor == "city_environment" for e in BEIJING.play("listing_exceed_published").events)


# -- traps --------------------------------------------------------------------------------------------------------------------


def test_filing_after_two_months_is_in_time_within_45_workdays() -> None:
    """Article 13 and article 11 count by themselves: 45 workdays end later than two months."""
    found = BEIJING.events("mandatory_audit_filing_independent")
    assert "2025-03-20 1 task_completed bj-audit-2006.execution.s2b due=2025-03-20" in found
    assert not any("task_overdue" in line for line in found)


def test_starting_late_is_no_offence_of_the_first_class() -> None:
    assert not any("beijing.penalty" in line for line in BEIJING.events("mandatory_audit_filed_but_started_late"))
    assert sum("case_started beijing.penalty" in line for line in BEIJING.events("mandatory_audit_toxic_late")) == 2


@pytest.mark.parametrize("name", ["penalty_exceed_audit", "penalty_exceed_false_report", "penalty_toxic_disclosure", "penalty_other"])
def test_no_article_of_the_law_reaches_beyond_whom_it_names(name: str) -> None:
    found = BEIJING.events(name)
    assert any("supervision" in line for line in found)
    assert not any("责令" in line or "罚款 " in line for line in found)


def test_only_the_first_class_publishes_its_emissions() -> None:
    assert not any("disclosure" in line for line in BEIJING.events("mandatory_audit_toxic"))


def test_self_audits_are_filed_with_the_district_and_entrusted_ones_with_beijing() -> None:
    def told(name: str) -> set[str]:
        return {line.split("-> ")[1].split()[0] for line in BEIJING.events(name) if " filing " in line}

    assert told("execution_filing_self") == told("voluntary_filing_self") == {"北京市海淀区工业和信息化局", "北京市海淀区生态环境局"}
    assert told("execution_filing_entrusted") == told("voluntary_filing_entrusted") == {"北京市工业和信息化局", "北京市生态环境局"}


def test_the_first_list_is_copied_to_the_coordinator_and_the_second_is_not() -> None:
    assert any("listing-exceed.s5 notice -> 北京市工业和信息化局" in line for line in BEIJING.events("listing_exceed_published"))
    assert [line for line in BEIJING.events("listing_toxic_published") if "notice_sent" in line and " 3 " not in line] == [
        "2025-01-10 2 notice_sent bj-audit-2006.listing-toxic.s4 notice -> 甲厂"
    ]


def test_two_months_count_from_the_receipt_in_beijing_not_in_the_district() -> None:
    assert "2025-03-21 1 task_created bj-acceptance-2007.acceptance.s5a due=2025-05-21" in BEIJING.events("acceptance_returned")


def test_ten_workdays_count_from_the_end_of_the_visit_not_from_the_opinion() -> None:
    found = BEIJING.events("acceptance_voluntary")
    assert "2025-05-01 1 task_completed bj-acceptance-2007.acceptance.s13 =pass due=2025-05-06" in found
    assert "2025-05-01 1 task_created bj-acceptance-2007.acceptance.s14 due=2025-05-14" in found


def test_a_failure_is_copied_and_not_published() -> None:
    found = BEIJING.events("acceptance_mandatory_rectified")
    failed = next(i for i, line in enumerate(found) if "acceptance.s15 =fail" in line)
    again = next(i for i, line in enumerate(found) if "rectification.s2 " in line and "completed" in line)
    between = found[failed:again]
    assert any("acceptance.s16b notice -> 北京市工业和信息化局" in line for line in between)
    assert not any("published" in line or "acceptance.s17" in line for line in between)


@pytest.mark.parametrize(
    ("scenario", "bureau"), [("acceptance_voluntary", "province_coordinator"), ("acceptance_mandatory_rectified", "province_environment")]
)
def test_the_bureau_that_leads_gives_the_public_notice_and_hears_objections(scenario: str, bureau: str) -> None:
    done = [e for e in BEIJING.play(scenario).events if e.event == "task_completed" and "bj-acceptance-2007.acceptance.s17" in e.basis]
    assert [e.actor for e in done] == [bureau, bureau]


def test_only_applicants_for_the_subsidy_get_the_letters_of_2006() -> None:
    with_subsidy, without = BEIJING.events("acceptance_subsidy_rectified"), BEIJING.events("acceptance_voluntary")
    for step in ("s1", "s2", "s3", "s4", "s5", "s6"):
        assert any(f"subsidy-acceptance.{step} " in line for line in with_subsidy)
    assert not any("subsidy-acceptance" in line for line in without)
    assert not any("subsidy-acceptance" in line for line in BEIJING.events("acceptance_mandatory_rectified"))


def test_without_a_pool_the_case_waits_and_says_what_is_missing() -> None:
    found = BEIJING.play("acceptance_no_pool")
    waiting = [e for e in found.events if e.event == "task_created"][-1]
    assert (waiting.name, waiting.actor) == ("增补专家库", "support_body")
    assert not any(e.event == "incident" for e in found.events)


# -- forms --------------------------------------------------------------------------------------------------------------------


def form(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(LIBRARY.bodies[f"forms/beijing/{name}.json"])
    return loaded


def refused(name: str, **values: Any) -> list[str]:
    """Where a form filled with valid samples is refused once it has these values."""
    schema = form(name)
    return sorted({problem.pointer for problem in forms.check(schema, {**samples.sample(schema, values), **values})})


def fits(name: str, **values: Any) -> bool:
    """Whether a form can be filled in with these values."""
    try:
        return refused(name, **values) == []
    except samples.NoSample:
        return False


@pytest.mark.parametrize(
    ("name", "auditors", "seniors", "allowed"),
    [
        ("execution_self_filing", 5, 1, True),
        ("execution_self_filing", 4, 1, False),
        ("execution_self_filing", 5, 0, False),
        ("voluntary_self_filing", 2, 1, True),
        ("voluntary_self_filing", 1, 1, False),
        ("voluntary_self_filing", 2, 0, False),
    ],
)
def test_article_20_asks_five_auditors_of_listed_enterprises_and_two_of_others(
    name: str, auditors: int, seniors: int, allowed: bool
) -> None:
    assert fits(name, auditors=auditors, senior_auditors=seniors) is allowed


def test_the_first_class_publishes_everything_that_article_10_lists() -> None:
    fields = TEXTS.forms["bj-audit-2006.disclosure-form"].fields  # type: ignore[union-attr]
    titles = {about["title"] for about in form("disclosure")["properties"].values()}
    assert {field["label"] for field in fields} <= titles
    for table, columns in (("materials", 2), ("products", 2), ("pollutants", 7)):
        items = form("disclosure")["properties"][table]["items"]
        assert len(items["required"]) == columns


CATALOGUE_FORMS = [
    ("bj-audit-2006.candidate-form", "listing_propose", {"企业名称": "企业", "企业基本情况": "企业", "类别": "企业"}),
    ("bj-audit-2006.self-filing", "execution_self_filing", {}),
    ("bj-audit-2006.self-filing", "voluntary_self_filing", {}),
    ("bj-audit-2006.entrusted-filing", "execution_entrusted_filing", {}),
    ("bj-audit-2006.report-form", "execution_report_text", {}),
    ("bj-audit-2006.report-form", "voluntary_report", {}),
    ("bj-audit-2006.report-form", "acceptance_subsidy_report", {}),
    ("bj-acceptance-2007.application-form", "acceptance_application", {}),
]


@pytest.mark.parametrize(("law", "name", "inside"), CATALOGUE_FORMS, ids=[f"{law}-{name}" for law, name, _ in CATALOGUE_FORMS])
def test_a_form_has_the_fields_of_the_text(law: str, name: str, inside: dict[str, str]) -> None:
    schema = form(name)
    shown = {about["title"]: key for key, about in schema["properties"].items()}
    for field in TEXTS.forms[law].fields:  # type: ignore[union-attr]
        label = inside.get(field["label"], field["label"])
        key = next((key for title, key in shown.items() if title.startswith(label) or label.startswith(title)), None)
        assert key is not None, label
        assert not field["required"] or key in schema["required"], label


@pytest.mark.parametrize(
    ("decision", "grounds", "below", "allowed"),
    [
        ("pass", [], False, True),
        ("pass", ["4"], False, False),  # one of the six is enough
        ("fail", ["5"], False, True),
        ("fail", [], False, False),  # a refusal names its ground
        ("fail", ["6"], True, True),
        ("fail", ["1"], True, False),  # below the mark is ground six
        ("fail", ["6"], False, False),
        ("pass", [], True, False),
    ],
)
def test_the_opinion_of_the_experts_follows_from_article_9(decision: str, grounds: list[str], below: bool, allowed: bool) -> None:
    assert fits("acceptance_score", decision=decision, refusal_grounds=grounds, below_standard=below) is allowed


def test_the_sheet_is_not_in_the_sources_and_nothing_is_made_up_for_it() -> None:
    sheet = TEXTS.scoring["bj-acceptance-2007.score"]  # type: ignore[union-attr]
    schema = form("acceptance_score")
    assert (sheet.total, sheet.pass_mark) == (None, None)
    assert "x-scoring" not in schema
    assert "没有收录" in schema["description"]
    assert [schema["properties"][f"item_{n}"]["title"].split(" ", 1)[1] for n in range(1, 7)] == [i["label"] for i in sheet.items]
    assert len(schema["properties"]["refusal_grounds"]["items"]["enum"]) == len(sheet.veto)


@pytest.mark.parametrize(
    ("opinion", "partner", "decision", "allowed"),
    [
        ("pass", "pass", "pass", True),
        ("pass", "fail", "fail", True),  # by the state of the enterprise the two may refuse what the experts passed
        ("fail", "fail", "fail", True),
        ("fail", "fail", "pass", False),
        ("pass", "fail", "pass", False),
        ("pass", "pass", "fail", False),
        ("pass", "pass", "return", True),
    ],
)
def test_the_two_bureaus_agree_or_consult_again(opinion: str, partner: str, decision: str, allowed: bool) -> None:
    given = {"shown_opinion": opinion, "shown_joint": partner, "decision": decision}
    assert fits("acceptance_confirmation", **given) is allowed


def test_whom_the_experts_refuse_no_bureau_can_pass() -> None:
    assert not fits("acceptance_advice", shown_opinion="fail", joint_result="pass")
    assert fits("acceptance_advice", shown_opinion="fail", joint_result="fail")
    assert fits("acceptance_advice", shown_opinion="pass", joint_result="fail")


def test_only_voluntary_audits_can_apply_for_the_subsidy() -> None:
    common = {"mode": "self", "project_support": False}
    assert fits("acceptance_application", audit_kind="voluntary", ownership="district", subsidy=True, **common)
    assert refused("acceptance_application", audit_kind="mandatory", subsidy=True, **common) == [""]


@pytest.mark.parametrize(("months", "allowed"), [(1, True), (6, True), (7, False), (0, False)])
def test_an_order_to_rectify_leaves_at_most_half_a_year(months: int, allowed: bool) -> None:
    assert fits("rectification_order", rectify_months=months) is allowed


@pytest.mark.parametrize(
    ("scale", "industrial", "channel", "allowed"),
    [
        ("sme", True, "sme", True),
        ("sme", True, "fixed_asset", False),
        ("sme", False, "sme", False),
        ("sme", False, "fixed_asset", True),
        ("large", True, "sme", False),
        ("large", True, "fixed_asset", True),
        ("large", False, "pollution_fee", True),
        ("sme", True, "pollution_fee", True),
    ],
)
def test_projects_are_supported_through_the_channel_of_their_enterprise(scale: str, industrial: bool, channel: str, allowed: bool) -> None:
    given = {"decision": "approve", "acceptance_passed": True, "enterprise_scale": scale, "is_industrial": industrial}
    assert fits("project_selection", **given, fund_channel=channel) is allowed


def test_who_has_not_passed_gets_no_support() -> None:
    given = {"enterprise_scale": "large", "is_industrial": True, "audit_kind": "mandatory", "acceptance_passed": False}
    assert not fits("project_selection", decision="approve", fund_channel="fixed_asset", **given)
    assert fits("project_selection", decision="approve", fund_channel="fixed_asset", **{**given, "acceptance_passed": True})
    assert fits("project_selection", decision="reject", unfit_reason="未通过验收", **given)


@pytest.mark.parametrize(
    ("decision", "compliant", "passed", "effective", "leading", "allowed"),
    [
        ("performance", True, True, True, False, True),
        ("performance", True, True, False, True, False),  # all three of the first condition
        ("performance", False, True, True, False, False),
        ("level", False, False, False, True, True),  # the second stands by itself
        ("level", True, True, True, False, False),
        ("no", False, False, False, False, True),
    ],
)
def test_either_condition_of_article_26_is_enough(
    decision: str, compliant: bool, passed: bool, effective: bool, leading: bool, allowed: bool
) -> None:
    given = {"compliant": compliant, "acceptance_passed": passed, "effective": effective, "leading": leading}
    assert fits("commendation_recognise", decision=decision, **given) is allowed


@pytest.mark.parametrize(("seniors", "intermediates", "allowed"), [(2, 5, True), (1, 5, False), (2, 4, False)])
def test_a_consultant_has_two_senior_and_five_intermediate_auditors(seniors: int, intermediates: int, allowed: bool) -> None:
    hired = [{"name": "样例咨询有限公司", "senior_titles": seniors, "intermediate_titles": intermediates}]
    assert fits("consultant_hiring", hired=hired) is allowed


def test_the_class_of_a_listed_enterprise_is_a_fact_of_the_case() -> None:
    assert form("penalty_determine")["x-prefill"]["grounds"] == "case.grounds"


@pytest.mark.parametrize("sanction", ["cn-law-2002.s40", "cn-law-2002.s41"])
def test_the_fines_are_those_of_the_law_that_article_30_refers_to(sanction: str) -> None:
    found = catalogue().sanction(sanction)
    assert found is not None
    assert found.fine == {"min": 0, "max": 100_000, "currency": "CNY"}
    parts = [part for key in BEIJING.keys for e in LIBRARY.process(key).elements.values() for part in e.parts.values()]
    bounded = {part["formJsonSchemaFilename"] for part in parts if part.get("sanction") == sanction and "formJsonSchemaFilename" in part}
    assert bounded == {"common/fine_to_100000.json"}
