"""Shandong's consultants and experts in cases: filed, graded, upgraded, ordered to correct, drawn from the pool of their level."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases import manual_start
from app.law.registers import Act
from app.model import Case, CaseStatus, Organisation, OrganisationKind, Publication, Register, RegisterEntry, Standing, Task
from tests.support.registers import SHANDONG, entry_of, listed, marks_of
from tests.support.world import COUNTY, World, uscc_of

FILING, GRADED, POOL = "sd-audit-2017.consultant-registry", "sd-agency-2008.registry", "sd-audit-2017.expert-registry"
CITY = "370100"
APPLICANT = {"consultant_name": "甲咨询", "consultant_uscc": uscc_of("甲咨询")}
USERS = {"province_coordinator": "province-coord", "province_environment": "province-env", "city_coordinator": "city-coord",
         "city_environment": "city-env"}  # fmt: skip
CONSULTANT = "甲咨询经办"


@pytest.fixture(autouse=True)
def consultant(world: World) -> int:
    """A consultant in the county, with somebody who acts for it."""
    with world.transaction() as session:
        made = Organisation(kind=OrganisationKind.CONSULTANT, name="甲咨询", region_code=COUNTY)
        session.add(made)
        session.flush()
        world.add_user(session, CONSULTANT, made)
        return made.id


def begun(world: World, process: str, user: str, region: str) -> int:
    with world.transaction() as session:
        return manual_start.start(session, world.principal(session, user), f"shandong.{process}", region, None, {}).id


def do(world: World, case_id: int, name: str, **values: Any) -> Task:
    """Completes the open task of a name, by whoever has it."""
    task = next(t for t in world.open_tasks(case_id) if t.name == name)
    return world.do(USERS.get(task.actor, CONSULTANT), task, **values)


def outcome(world: World, case_id: int) -> str | None:
    with world.session() as session:
        case = session.get_one(Case, case_id)
        return case.outcome if case.status == CaseStatus.ENDED else None


def filed(world: World) -> int:
    case = begun(world, "consultant_filing", CONSULTANT, COUNTY)
    do(world, case, "报送证明材料", **APPLICANT)
    return case


# -- filing ---------------------------------------------------------------------------------------------------------------------


def test_whoever_files_is_on_the_provinces_register_and_published(world: World) -> None:
    case = filed(world)
    do(world, case, "接收备案，核对证明材料", decision="approve")
    do(world, case, "会同接收备案", decision="confirm")
    assert outcome(world, case) == "已备案公布"
    with world.session() as session:
        rows = session.execute(select(Register.law, Register.region_code, RegisterEntry.status).join(RegisterEntry)).tuples().all()
        assert list(rows) == [(FILING, SHANDONG, Standing.LISTED)]
        assert (
            session.scalars(select(Publication.title).where(Publication.kind == "register_notice")).one() == "清洁生产审核咨询服务机构名录"
        )


def test_the_environment_office_may_send_a_filing_back(world: World) -> None:
    case = filed(world)
    do(world, case, "接收备案，核对证明材料", decision="approve")
    do(world, case, "会同接收备案", decision="return", returned_reason="缺少测试手段的证明")
    assert {t.name for t in world.open_tasks(case)} == {"接收备案，核对证明材料"}


def test_a_refused_filing_may_be_handed_in_again(world: World) -> None:
    first = filed(world)
    do(world, first, "接收备案，核对证明材料", decision="reject", unfit_reason="材料不足")
    do(world, first, "会同接收备案", decision="confirm")
    assert outcome(world, first) == "材料不足，未公布"
    again = filed(world)
    do(world, again, "接收备案，核对证明材料", decision="approve")
    do(world, again, "会同接收备案", decision="confirm")
    assert outcome(world, again) == "已备案公布"
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 1  # one entry with its history


# -- grades ---------------------------------------------------------------------------------------------------------------------


def graded(world: World, grade: str) -> int:
    """A consultant that applied and was put into a grade. Gives its entry."""
    case = begun(world, "agency_grading", CONSULTANT, COUNTY)
    do(world, case, "申请", channel="application", **APPLICANT)
    do(world, case, "研究确定", decision="approve")
    do(world, case, "定级", outstanding=grade == "A", grade=grade)
    do(world, case, "支持机构开展工作", from_elsewhere=False, has_problems=False)
    assert outcome(world, case) == "已确定、分级并公布"
    with world.session() as session:
        return session.scalars(select(RegisterEntry.id)).one()


@pytest.mark.parametrize("grade", ["A", "B"])
def test_a_consultant_is_entered_and_graded(world: World, grade: str) -> None:
    entry = graded(world, grade)
    assert (entry_of(world, entry).status, entry_of(world, entry).grade) == (Standing.LISTED, grade)
    assert [mark.kind for mark in marks_of(world, entry)] == [Act.APPLICATION, Act.ADMISSION, Act.GRADING]


def upgraded(world: World, decision: str = "approve") -> str | None:
    case = begun(world, "agency_upgrade", "province-coord", SHANDONG)
    do(world, case, "研究升级", decision=decision, consultant_name="甲咨询")
    return outcome(world, case)


def test_a_consultant_rises_from_b_to_a_once(world: World) -> None:
    entry = graded(world, "B")
    assert upgraded(world, "reject") == "不予升级"
    assert upgraded(world) == "已升为A级"
    assert entry_of(world, entry).grade == "A"
    assert marks_of(world, entry)[-1].facts["before"] == "B"
    assert upgraded(world) == "不是在册的B级机构"


def test_who_is_not_on_the_list_does_not_rise(world: World) -> None:
    assert upgraded(world) == "不是在册的B级机构"


# -- orders ---------------------------------------------------------------------------------------------------------------------


def ordered(world: World) -> int:
    case = begun(world, "penalty_consultant", "province-coord", SHANDONG)
    do(world, case, "责令改正", consultant_name="甲咨询", requirements="重新审核", correct_by="2027-02-10", decision="confirm")
    do(world, case, "会同责令改正", decision="confirm")
    return case


def test_an_order_to_a_filed_consultant_is_in_its_history_and_takes_nobody_off(world: World, consultant: int) -> None:
    entry = listed(world, SHANDONG, law=FILING, organisation_id=consultant)
    case = ordered(world)
    do(world, case, "认定后果", decision="no")
    do(world, case, "核查改正情况", decision="refuse")
    assert outcome(world, case) == "未改正，继续督促"
    order = marks_of(world, entry)[-1]
    assert (order.kind, order.article, order.facts["correct_by"]) == (Act.CORRECTION_ORDERED, "第三十三条", "2027-02-10")
    assert entry_of(world, entry).status == Standing.LISTED


def test_a_consultant_that_never_filed_is_ordered_and_published_all_the_same(world: World) -> None:
    case = ordered(world)
    do(world, case, "认定后果", decision="no")
    do(world, case, "核查改正情况", decision="correct")
    assert outcome(world, case) == "已改正"
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 0
        assert session.scalars(select(Publication.title)).one() == "责令改正的清洁生产审核咨询服务机构名单"


# -- experts --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "region", "task"), [("province-coord", SHANDONG, "登记一名省级专家"), ("city-coord", CITY, "登记一名地方专家")]
)
def test_the_province_and_a_city_each_keep_a_pool_of_their_own(world: World, user: str, region: str, task: str) -> None:
    case = begun(world, "expert_pool", user, region)
    do(world, case, "确定办理事项和专家名单", measures=["pool"], decision="confirm")
    do(world, case, "会同确定办理事项和专家名单", decision="confirm")
    for name, more in (("张一", True), ("李二", False)):
        do(world, case, task, expert_name=name, employer=f"{name}单位", specialties=["环保"], contact_phone="1", more_experts=more)
    with world.session() as session:
        rows = session.execute(select(Register.law, Register.region_code, RegisterEntry.name).join(RegisterEntry)).tuples().all()
        assert sorted(rows) == sorted([(POOL, region, "张一"), (POOL, region, "李二")])
    assert outcome(world, case) in ("省级办结", "市级办结")
