"""The central fund: conditions, shares and caps counted by hand, the amounts within them, and the three years of the ban."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import library, manual_start
from app.config import ROOT
from app.engine.decision_tables import read_tables
from app.model import Case, CaseStatus, Enterprise, EnterpriseRecord, Notice
from app.simulation import simulate
from tests.support.world import World

LIBRARY = library.read_folder(ROOT)
TABLES = read_tables("central_fund.dmn", LIBRARY.bodies["processes/national/central_fund.dmn"])
FITTING = {
    "restricted": False, "total_investment": 3000, "technology_listed": True, "preliminary_done": True, "no_other_fund": True,
    "project_type": "application", "project_state": "building",
}  # fmt: skip


def conditions(**facts: Any) -> tuple[bool, str]:
    found = TABLES["national_fund_conditions"].decide({**FITTING, **facts}).values
    return found["eligible"], found["fund_conditions"]


@pytest.mark.parametrize(
    ("facts", "eligible"),
    [
        ({}, True),  # 3000 is “3000万元以上”
        ({"total_investment": 2999.99}, False),
        ({"total_investment": 3000.01}, True),
        ({"technology_listed": False}, False),  # both at once, not either
        ({"preliminary_done": False}, False),
        ({"no_other_fund": False}, False),
        ({"restricted": True}, False),
        ({"project_state": "ready"}, True),
        ({"project_state": "not_ready"}, False),
        ({"project_state": "completed"}, False),  # done already: no subsidy beforehand
        ({"project_type": "promotion", "project_state": "completed"}, True),
        ({"project_type": "promotion", "project_state": "building"}, False),
        ({"project_type": "promotion", "project_state": "completed", "total_investment": 2999.99, "actual_investment": 9000}, False),
    ],
)
def test_the_conditions_of_article_6(facts: dict[str, Any], eligible: bool) -> None:
    found, said = conditions(**facts)
    assert found is eligible
    assert "第六条" in said or "第十七条" in said


@pytest.mark.parametrize(
    ("kind", "total", "actual", "cap", "said"),
    [
        ("application", 3000, None, "600", "项目总投资 3000 万元 × 20% = 600"),
        ("application", 3000.01, None, "600.002", "项目总投资 3000.01 万元 × 20% = 600.002"),
        ("application", 12345.67, None, "2469.134", "× 20% = 2469.134"),
        ("promotion", 5000, 2800, "420", "项目实际投资额 2800 万元 × 15% = 420"),  # the base is what was really invested
        ("promotion", 3000, 3333.33, "499.9995", "× 15% = 499.9995"),
    ],
)
def test_the_caps_of_article_8(kind: str, total: float, actual: float | None, cap: str, said: str) -> None:
    facts = {"project_type": kind, "total_investment": total, "actual_investment": actual}
    found = TABLES["national_fund_cap"].decide(facts).values
    assert Decimal(str(found["fund_cap"])) == Decimal(cap)
    assert said in found["fund_calculation"]
    assert Decimal(str(found["fund_share"])) == (Decimal("0.20") if kind == "application" else Decimal("0.15"))


X = "cn-fund-2009.application."
DECLARED = {
    "project_type": "application", "channel": "local", "total_investment": 3000, "project_state": "building", "preliminary_done": True,
    "no_other_fund": True, "technology_listed": True, "no_new_capacity": True,
}  # fmt: skip


def apply(planned: list[float], granted: list[float]) -> list[str]:
    """The steps that were done, for amounts that are tried one after the other."""
    scenario = {
        "process": "national.fund_application", "start": "2025-01-10", "region": "540102",
        "forms": {
            "填报项目和申报条件": DECLARED, "审查是否列入示范项目": {"agreed": True}, "组织审查申报材料": {"passed": True},
            f"{X}s7": [{"planned_amount": amount} for amount in planned], f"{X}s8": [{"granted_amount": amount} for amount in granted],
        },
    }  # fmt: skip
    found = simulate(scenario)
    assert (found.faults, found.unused) == ([], [])
    return [e.basis[0].removeprefix(X) for e in found.events if e.event == "task_completed" and e.basis]


@pytest.mark.parametrize(
    ("planned", "granted", "times"),
    [([600], [600], (1, 1)), ([600.01, 600], [600], (2, 1)), ([500], [600.01, 550], (1, 2))],
)
def test_nothing_above_the_cap_is_planned_or_granted(planned: list[float], granted: list[float], times: tuple[int, int]) -> None:
    done = apply(planned, granted)
    assert (done.count("s7"), done.count("s8")) == times
    assert done[-1] == "s9"


def test_the_clerk_sees_the_calculation() -> None:
    for form in ("fund_review", "fund_letter", "fund_letter_group", "fund_national_review", "fund_plan", "fund_grant"):
        assert b'"case.fund_calculation"' in LIBRARY.bodies[f"forms/national/{form}.json"], form


def test_an_enterprise_under_the_ban_of_article_17_cannot_apply(world: World) -> None:
    world.publish(["甲厂"])
    with world.transaction() as session:
        enterprise = session.scalars(select(Enterprise).where(Enterprise.name == "甲厂")).one()
        earlier = session.scalars(select(Case.id).where(Case.enterprise_id == enterprise.id)).first()
        session.add(
            EnterpriseRecord(
                key="ban", enterprise_id=enterprise.id, case_id=earlier, kind="restriction", sanction="cn-fund-2009.s17",
                recorded_on=dt.date(2026, 3, 2),
            )
        )  # fmt: skip
        principal = world.principal(session, "enterprise:甲厂")
        case = manual_start.start_from_page(session, principal, "national.fund_application", "")
    world.do("enterprise:甲厂", world.open_tasks(case.id)[0], **DECLARED)
    world.work()
    with world.session() as session:
        assert session.get_one(Case, case.id).status == CaseStatus.ENDED
        told = session.scalars(select(Notice.body).where(Notice.case_id == case.id, Notice.title == "专项资金申报条件核对结果")).one()
    assert "三年禁止申报期内" in told
