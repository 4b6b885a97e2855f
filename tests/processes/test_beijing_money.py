"""Beijing's money: the tables counted by hand at their edges, and who gets which money."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms, samples
from app.engine.decision_tables import read_tables
from app.law.catalogue import catalogue
from tests.processes.jurisdictions import LIBRARY

TABLES = read_tables("fund.dmn", LIBRARY.bodies["processes/beijing/fund.dmn"])


# -- the tables ---------------------------------------------------------------------------------------------------------------


def test_the_tables_have_neither_gaps_nor_overlaps() -> None:
    assert {name: table.faults() for name, table in TABLES.items() if table.faults()} == {}


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        (0.01, 0.01),
        (49_999.99, 49_999.99),
        (50_000, 50_000),
        (50_000.01, 50_000.01),  # 0.01 × 70 % = 0.007
        (50_001, 50_000.7),
        (80_000, 71_000),  # 30,000 × 70 % = 21,000
        (80_000.05, 71_000.04),  # 30,000.05 × 70 % = 21,000.035: half a fen goes up
        (121_428.57, 100_000),  # 71,428.57 × 70 % = 49,999.999
        (121_428.56, 99_999.99),  # 71,428.56 × 70 % = 49,999.992
        (121_428.58, 100_000),  # 71,428.58 × 70 % = 50,000.006: capped
        (1_000_000, 100_000),
    ],
)
def test_the_first_50000_of_an_audit_fee_are_paid_in_full_and_70_per_cent_of_the_rest_up_to_100000(fee: float, amount: float) -> None:
    assert TABLES["beijing_audit_fee"].decide({"audit_fee_verified": fee}).values["subsidy_amount"] == amount


def said(table: str, **facts: Any) -> str:
    return str(TABLES[table].decide(facts).values["subsidy_explained"])


def test_the_limit_of_a_project_is_told_with_its_base() -> None:
    assert said("beijing_fixed_asset", key_project=False, fixed_asset_investment=60_000_000) == (
        "项目固定资产投资 60000000 元的 30% 为 18000000 元，不超过最高额 30000000 元：补助上限 18000000 元。"
    )
    assert said("beijing_sme_project", key_project=False, total_investment=12_000_000.55) == (
        "项目总投资 12000000.55 元的 20% 为 2400000.11 元，超过最高额：补助上限 2000000 元。"
    )


def test_the_calculation_of_the_audit_fee_is_told_step_by_step() -> None:
    assert said("beijing_audit_fee", audit_fee_verified=80_000) == (
        "实际发生额 80000 元：50000 元以内全额，超出的 30000 元补助 70%，为 21000 元，合计 71000 元，不超过最高额 100000 元。"
    )
    assert said("beijing_audit_fee", audit_fee_verified=200_000).endswith("合计 155000 元，超过最高额，补助 100000 元。")


@pytest.mark.parametrize(
    ("investment", "cap"),
    [
        (1, 0.3),
        (60_000_000, 18_000_000),
        (100_000_000, 30_000_000),
        (99_999_999.99, 29_999_999.99),  # 29,999,999.997: a limit is cut, never rounded up
        (100_000_000.01, 30_000_000),
        (200_000_000, 30_000_000),
    ],
)
def test_government_investment_is_at_most_30_per_cent_of_the_fixed_assets_and_30_million(investment: float, cap: float) -> None:
    found = TABLES["beijing_fixed_asset"].decide({"key_project": False, "fixed_asset_investment": investment, "total_investment": 1})
    assert found.values["subsidy_cap"] == cap


@pytest.mark.parametrize(
    ("investment", "cap"),
    [(1, 0.2), (8_000_000, 1_600_000), (10_000_000, 2_000_000), (10_000_000.01, 2_000_000), (9_999_999.99, 1_999_999.99), (0.04, 0)],
)
def test_the_fund_for_small_enterprises_pays_at_most_20_per_cent_of_the_total_and_2_million(investment: float, cap: float) -> None:
    found = TABLES["beijing_sme_project"].decide({"key_project": False, "total_investment": investment, "fixed_asset_investment": 1})
    assert found.values["subsidy_cap"] == cap


@pytest.mark.parametrize(
    ("table", "base"), [("beijing_fixed_asset", "fixed_asset_investment"), ("beijing_sme_project", "total_investment")]
)
def test_a_key_project_has_no_limit(table: str, base: str) -> None:
    found = TABLES[table].decide({"key_project": True, base: 500_000_000})
    assert found.values["subsidy_cap"] is None


@pytest.mark.parametrize(
    ("size", "industrial", "fixed", "channel"),
    [
        ("small_medium", True, True, "sme"),
        ("small_medium", True, False, "sme"),
        ("small_medium", False, True, "fixed_asset"),
        ("large", True, True, "fixed_asset"),
        ("large", False, True, "fixed_asset"),
        ("small_medium", False, False, "none"),
        ("large", True, False, "none"),
    ],
)
def test_the_channel_follows_from_size_industry_and_fixed_assets(size: str, industrial: bool, fixed: bool, channel: str) -> None:
    found = TABLES["beijing_fund_channel"].decide({"enterprise_size": size, "industrial": industrial, "fixed_asset_project": fixed})
    assert found.values["fund_channel"] == channel


# -- what the clerk sees ------------------------------------------------------------------------------------------------------


def form(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(LIBRARY.bodies[f"forms/beijing/{name}.json"])
    return loaded


def refused(name: str, **values: Any) -> list[str]:
    """Where a form filled with valid samples is refused once it has these values."""
    schema = form(name)
    return [problem.pointer for problem in forms.check(schema, {**samples.sample(schema, values), **values})]


@pytest.mark.parametrize("name", ["fund_fee_submission", "fund_fee_payment", "fund_sme_grant", "fund_fixed_grant"])
def test_the_calculation_stands_in_the_form_that_follows(name: str) -> None:
    assert form(name)["x-prefill"]["shown_calculation"] == "case.subsidy_explained"
    assert form(name)["properties"]["shown_calculation"]["readOnly"]


def test_the_audit_fee_subsidy_is_the_tables_and_nobody_can_type_another() -> None:
    properties = form("fund_fee_payment")["properties"]
    assert [name for name, field in properties.items() if field.get("multipleOf") and not field.get("readOnly")] == []


def test_an_application_for_the_audit_fee_has_all_six_documents() -> None:
    needed = next(rule["then"]["required"] for rule in form("fund_fee_application")["allOf"])
    assert {"licence", "accounts", "application_form", "vouchers", "plan_form", "acceptance_proof"} < set(needed)


def test_an_application_for_investment_has_the_four_documents_and_the_five_parts_of_the_report() -> None:
    required = set(form("fund_fixed_application")["required"])
    assert {"approval", "environment_opinion", "land_opinion", "planning_opinion"} < required
    assert sum(name.startswith("report_") for name in required) == 5
    assert "other_files" not in required


def test_only_a_voluntary_audit_that_was_accepted_gets_the_fee() -> None:
    assert refused("fund_fee_review", decision="pass", voluntary_confirmed=False) == ["/voluntary_confirmed"]
    assert refused("fund_fee_review", decision="pass", acceptance_confirmed=False) == ["/acceptance_confirmed"]
    assert refused("fund_fee_review", decision="fail", voluntary_confirmed=False) == []


def test_nobody_is_selected_for_the_wrong_money() -> None:
    assert "/decision" in refused("fund_sme_selection", decision="yes", channel="fixed_asset")
    assert "/decision" in refused("fund_fixed_receipt", decision="yes", channel="sme", shown_three_years=True)
    assert refused("fund_fixed_receipt", decision="no", channel="sme", shown_three_years=True) == []


def test_three_years_of_production_are_the_systems_to_count() -> None:
    assert "/decision" in refused("fund_fixed_receipt", decision="yes", channel="fixed_asset", shown_three_years=False)
    assert refused("fund_fixed_receipt", decision="yes", channel="fixed_asset", shown_three_years=True) == []


def test_a_project_is_applied_for_once() -> None:
    for name in ("fund_sme_application", "fund_fixed_application"):
        assert refused(name, declared_once=False) == ["/declared_once"]


def test_a_key_project_names_the_document_behind_it() -> None:
    assert "/key_project_document" in [p.pointer for p in forms.check(form("fund_fixed_selection"), {"key_project": True})]


def test_the_sanction_for_misuse_has_no_figure() -> None:
    sanction = catalogue().sanction("bj-fund-2007.s5-4")
    assert sanction is not None
    assert sanction.fine is None
    assert not any("amount" in name for name in form("fund_sanction")["properties"])
