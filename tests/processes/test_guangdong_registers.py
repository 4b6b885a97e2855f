"""Guangdong's experts and consultants in cases: drawn from the province's pool, announced, ordered to correct, and removed only after a refusal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access.organisations import region_at
from app.cases import manual_start, register_days, starting
from app.law.registers import Act
from app.model import (
    Case,
    CaseStatus,
    DrawMember,
    Enterprise,
    ExpertDraw,
    ExpertInterest,
    Organisation,
    OrganisationKind,
    Register,
    RegisterEntry,
    Standing,
    Task,
)
from app.model.identifiers import made_up_uscc
from app.services import register_acts
from app.services.register_book import Doing, Hand
from app.services.register_opening import Applicant, apply, open_register
from app.simulation import places
from app.simulation.scenario import Facts
from tests.support.registers import GUANGDONG, entry_of, listed, marks_of
from tests.support.world import World

COUNTY = "440106"
AGENCY = {
    "consultant_name": "甲咨询", "consultant_uscc": made_up_uscc(COUNTY, 7), "senior_titles": 2, "intermediate_titles": 5,
    "leader_consulting_years": 2, "leader_related_years": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def province(world: World) -> None:
    """Every office that is competent for a county of Guangdong, with a clerk each, and no consultant yet."""
    with world.transaction() as session:
        places.set_up(session, [COUNTY])
        regions = [region_at(level, COUNTY) for level in ("county", "city", "province")]
        for office in session.scalars(select(Organisation).where(Organisation.region_code.in_(regions))):
            if office.kind == OrganisationKind.CONSULTANT:
                office.active = False
            else:
                world.add_user(session, clerk(office.id), office)


def clerk(organisation_id: int | None) -> str:
    return f"clerk-{organisation_id}"


def office(world: World, body: str) -> str:
    """The clerk of a body of the province."""
    with world.session() as session:
        found = select(Organisation.id).where(
            Organisation.region_code == GUANGDONG, Organisation.level == "province", Organisation.body == body
        )
        return clerk(session.scalars(found).one())


def do(world: World, case_id: int, step: str, **values: Any) -> Task:
    """Completes the open task of a step (the end of its id) or of a name, by whoever has it."""
    tasks = [t for t in world.open_tasks(case_id) if t.name == step or any(s.endswith(step) for s in t.basis.split())]
    assert tasks, [f"{t.name} [{t.basis}]" for t in world.open_tasks(case_id)]
    return world.do(clerk(tasks[0].organisation_id), tasks[0], **values)


def names(world: World, case_id: int) -> set[str]:
    return {task.name for task in world.open_tasks(case_id)}


def outcome(world: World, case_id: int) -> str | None:
    with world.session() as session:
        case = session.get_one(Case, case_id)
        return case.outcome if case.status == CaseStatus.ENDED else None


# -- experts ------------------------------------------------------------------------------------------------------------------


def pool(world: World, **experts: str) -> None:
    """Experts of the province's pool by name, each with a specialty."""
    with world.transaction() as session:
        register = open_register(session, "gd-audit-2009.experts", GUANGDONG)
        for name, specialty in experts.items():
            entry = apply(session, register, Applicant(name, employer="某研究院", specialties=(specialty,)), Hand())
            register_acts.act(session, entry, Doing(Act.ADMISSION), Hand())


def begun(world: World, process: str, **variables: Any) -> int:
    with world.transaction() as session:
        enterprise = places.enterprise(session, Facts(), COUNTY, 1)
        return starting.start(session, process=process, region=COUNTY, enterprise=enterprise, variables=variables).id


def drawn(world: World, case_id: int) -> set[str]:
    with world.session() as session:
        members = session.scalars(select(DrawMember).join(ExpertDraw).where(ExpertDraw.case_id == case_id)).all()
        return {entry_of(world, member.entry_id).name for member in members}


def compose(world: World, case_id: int) -> None:
    do(world, case_id, "voluntary-acceptance.s6", wanted_industry="造纸")
    do(world, case_id, "voluntary-acceptance.s7", experts_environment=1, experts_energy=1, experts_industry=1)


def test_a_pool_that_covers_every_field_is_drawn_from_and_nobody_need_agree(world: World) -> None:
    pool(world, 甲="环保", 乙="能源", 丙="行业", 丁="行业")
    case = begun(world, "guangdong.voluntary_onsite")
    compose(world, case)
    assert names(world, case) == {"组织现场验收"}
    assert {"甲", "乙"} < drawn(world, case)
    assert len(drawn(world, case)) == 3


def test_a_field_that_the_pool_does_not_cover_is_agreed_between_province_and_city(world: World) -> None:
    pool(world, 甲="环保", 乙="能源")
    case = begun(world, "guangdong.voluntary_onsite")
    compose(world, case)
    assert names(world, case) == {"协商确定专家"}
    assert drawn(world, case) == set()


def serve(world: World, case_id: int, name: str) -> None:
    """An expert who once served the enterprise of a case."""
    with world.transaction() as session:
        enterprise = session.get_one(Enterprise, session.get_one(Case, case_id).enterprise_id)
        register = open_register(session, "gd-audit-2009.experts", GUANGDONG)
        entry = apply(session, register, Applicant(name, employer="某研究院", specialties=("环保",)), Hand())
        register_acts.act(session, entry, Doing(Act.ADMISSION), Hand())
        session.add(
            ExpertInterest(entry_id=entry.id, nature="served", uscc=enterprise.uscc, name=enterprise.name, declared_on=dt.date(2026, 5, 1))
        )


def group(world: World, case_id: int, wanted: int) -> None:
    do(world, case_id, "组织评估专家组", experts_wanted=wanted)
    do(world, case_id, "会同组织评估专家组")


def test_who_served_the_enterprise_is_not_drawn_for_its_assessment(world: World) -> None:
    pool(world, 甲="环保", 乙="能源")
    case = begun(world, "guangdong.assessment_review")
    serve(world, case, "丙")
    group(world, case, 2)
    assert drawn(world, case) == {"甲", "乙"}
    assert names(world, case) == {"评估、打分、形成意见"}


def test_where_recusal_leaves_too_few_the_province_names_the_experts(world: World) -> None:
    pool(world, 甲="环保", 乙="能源")
    case = begun(world, "guangdong.assessment_review")
    serve(world, case, "丙")
    group(world, case, 3)
    assert drawn(world, case) == set()
    assert names(world, case) == {"确定专家组成员"}


# -- the announcement of consultants --------------------------------------------------------------------------------------------


def apply_for(world: World, **facts: Any) -> int:
    """A consultant starts the procedure itself and hands in its application."""
    with world.transaction() as session:
        known = session.scalars(
            select(Organisation).where(Organisation.kind == OrganisationKind.CONSULTANT, Organisation.name == "甲咨询")
        ).first()
        if known is None:
            known = Organisation(kind=OrganisationKind.CONSULTANT, name="甲咨询", region_code=COUNTY)
            session.add(known)
            session.flush()
            world.add_user(session, clerk(known.id), known)
        who = world.principal(session, clerk(known.id))
        case = manual_start.start(session, who, "guangdong.agency_announcement", COUNTY, None, {}).id
    do(world, case, "agency-announcement.s1", **{**AGENCY, **facts})
    return case


def test_three_bodies_announce_whoever_meets_the_conditions_and_the_centre_keeps_in_touch(world: World) -> None:
    case = apply_for(world)
    do(world, case, "审查申报材料", decision="approve")
    for _ in range(2):
        do(world, case, "会签审查意见")
    assert names(world, case) == {"建立日常联系"}
    do(world, case, "agency-announcement.s4")
    assert outcome(world, case) == "公告在册"


def test_the_register_of_a_consultant_from_a_county_is_the_provinces(world: World) -> None:
    case = apply_for(world)
    do(world, case, "审查申报材料", decision="approve")
    for _ in range(2):
        do(world, case, "会签审查意见")
    with world.session() as session:
        rows = session.execute(select(Register.region_code, RegisterEntry.status).join(RegisterEntry)).tuples().all()
    assert list(rows) == [(GUANGDONG, Standing.LISTED)]


def test_one_body_that_disagrees_sends_the_review_back(world: World) -> None:
    case = apply_for(world)
    do(world, case, "审查申报材料", decision="approve")
    do(world, case, "会签审查意见", decision="return", returned_reason="管理制度不健全")
    assert names(world, case) == {"审查申报材料"}


def test_who_is_announced_already_need_not_apply_again(world: World) -> None:
    listed(world, GUANGDONG, uscc=AGENCY["consultant_uscc"])
    assert outcome(world, apply_for(world)) == "不受理"


# -- correction and removal -------------------------------------------------------------------------------------------------------


@pytest.fixture
def entry(world: World) -> int:
    """A consultant on the list, with somebody here who acts for it."""
    with world.transaction() as session:
        made = Organisation(kind=OrganisationKind.CONSULTANT, name="甲咨询", region_code=GUANGDONG)
        session.add(made)
        session.flush()
        world.add_user(session, clerk(made.id), made)
        organisation_id = made.id
    return listed(world, GUANGDONG, organisation_id=organisation_id)


def ordered(world: World, entry: int) -> int:
    """The province orders a listed consultant to correct by 2027-02-10."""
    with world.transaction() as session:
        who = world.principal(session, office(world, "coordinator"))
        case = manual_start.start(session, who, "guangdong.agency_removal", GUANGDONG, None, {"entry_id": entry}).id
    do(world, case, "agency-removal.s1", ground="removals.2", correct_by="2027-02-10")
    return case


def test_who_corrects_in_time_stays_on_the_list(world: World, entry: int) -> None:
    case = ordered(world, entry)
    do(world, case, "改正并报告")
    do(world, case, "核查改正情况", decision="correct")
    assert outcome(world, case) == "已改正，保留公告"
    assert entry_of(world, entry).status == Standing.LISTED
    assert [m.kind for m in marks_of(world, entry)][-2:] == [Act.CORRECTION_ORDERED, Act.CORRECTED]


def test_who_lets_the_time_run_out_is_checked_and_then_removed(world: World, entry: int) -> None:
    case = ordered(world, entry)
    world.clock.to("2027-02-10")
    world.work()
    assert names(world, case) == {"改正并报告"}
    world.clock.to("2027-02-11")
    world.work()
    do(world, case, "核查改正情况", decision="refuse")
    assert entry_of(world, entry).status == Standing.LISTED  # a refusal is found before anybody is removed
    do(world, case, "agency-removal.s2")
    assert outcome(world, case) == "已除名"
    removal = marks_of(world, entry)[-1]
    assert (removal.kind, removal.ground, removal.step) == (Act.REMOVAL, "removals.2", "gd-audit-2009.agency-removal.s2")
    assert "refused" not in removal.facts


def test_who_refuses_before_the_time_is_over_is_removed_with_the_story(world: World, entry: int) -> None:
    case = ordered(world, entry)
    do(world, case, "改正并报告")
    do(world, case, "核查改正情况", decision="refuse")
    do(world, case, "agency-removal.s2", removal_reason="明确答复不改正")
    removal = marks_of(world, entry)[-1]
    assert (removal.kind, removal.note, removal.facts["refused"]) == (Act.REMOVAL, "明确答复不改正", True)


def test_two_idle_years_start_the_procedure_with_its_ground(world: World, entry: int) -> None:
    world.clock.to("2029-01-11")
    with world.transaction() as session:
        register_days.pass_day(session)
    world.work()
    case = world.case_of("guangdong.agency_removal")
    do(world, case.id, "agency-removal.s1", correct_by="2029-03-01")
    assert marks_of(world, entry)[-1].ground == "removals.1"
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Case.process_key == "guangdong.agency_removal")) == 1
