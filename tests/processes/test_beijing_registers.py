"""Beijing's experts and consultants: what their registers count, start and remember."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.access import scope
from app.access.organisations import region_at
from app.cases import forms, manual_start, register_days, samples, starting
from app.law.registers import Act
from app.model import (
    Case,
    CaseStatus,
    DrawMember,
    ExpertDraw,
    ExpertInterest,
    MemberStatus,
    Organisation,
    OrganisationKind,
    ProposalStatus,
    RegisterEntry,
    Standing,
    Task,
)
from app.simulation import places
from app.simulation.scenario import Facts
from tests.processes import jurisdictions
from tests.support import registers
from tests.support.registers import BEIJING, client, entry_of, expert, listed, marks_of, proposals_of, result
from tests.support.world import World, uscc_of

COUNTY = "110105"


# -- forms ----------------------------------------------------------------------------------------------------------------------


def form(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(jurisdictions.LIBRARY.bodies[f"forms/beijing/{name}.json"])
    return loaded


def refused(name: str, **values: Any) -> list[str]:
    """Where a form filled with valid samples is refused once it has these values."""
    schema = form(name)
    return [problem.pointer for problem in forms.check(schema, {**samples.sample(schema, values), **values})]


@pytest.mark.parametrize("name", ["expert_screening", "agency_evaluation"])
def test_whoever_misses_a_figure_cannot_be_found_fit(name: str) -> None:
    assert refused(name, shown_conditions_met=True, decision="approve") == []
    assert "/decision" in refused(name, shown_conditions_met=False, decision="approve")
    assert refused(name, shown_conditions_met=False, decision="reject") == []


def test_a_condition_in_words_that_is_not_met_lets_nobody_pass_either() -> None:
    assert refused("expert_screening", shown_conditions_met=True, decision="approve", clean_record=False) == ["/clean_record"]
    assert refused("agency_evaluation", shown_conditions_met=True, decision="approve", independent=False) == ["/independent"]


def test_removal_knows_four_grounds_for_consultants_and_six_for_experts() -> None:
    register = {one.id: one for one in catalogue_registers()}
    for name, law, act in (
        ("agency_removal", "bj-agency-2007.registry", Act.CANCELLATION),
        ("agency_delisting", "bj-agency-2007.registry", Act.REMOVAL),
        ("expert_removal", "bj-expert-2007.registry", Act.REMOVAL),
    ):
        assert form(name)["properties"]["ground"]["enum"] == [ground.key for ground in register[law].rule(act).grounds]


def catalogue_registers() -> Any:
    from app.law.registers import registries

    return [*registries("beijing", "consultant"), *registries("beijing", "expert")]


def test_a_contract_that_lacks_a_term_can_be_reported_as_it_is() -> None:
    assert refused("agency_contract", site_days=29, trainings=2, leader_clients=1, leader_qualified="no") == []


def test_at_least_one_expert_of_cleaner_production_is_drawn() -> None:
    wanted = {"experts_cleaner": 1, "experts_industry": 0, "experts_environment": 0, "experts_energy": 0}
    assert refused("expert_composition", **wanted) == []
    assert refused("expert_composition", **{**wanted, "experts_cleaner": 0}) == ["/experts_cleaner"]


# -- cases ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(world: World) -> World:
    """Every office that is competent for a district of Beijing, with a clerk each, and no consultant yet."""
    with world.transaction() as session:
        places.set_up(session, [COUNTY])
        regions = [region_at(level, COUNTY) for level in ("county", "province")]
        for office in session.scalars(select(Organisation).where(Organisation.region_code.in_(regions))):
            if office.kind == OrganisationKind.CONSULTANT:
                office.active = False
            else:
                world.add_user(session, clerk(office.id), office)
    return world


def clerk(organisation_id: int | None) -> str:
    return f"clerk-{organisation_id}"


def office(world: World, body: str) -> str:
    """The clerk of a body of the municipality, or of its support body."""
    with world.session() as session:
        query = select(Organisation.id).where(Organisation.region_code == BEIJING)
        known = query.where(Organisation.kind == body) if body == OrganisationKind.SUPPORT_BODY else query.where(Organisation.body == body)
        return clerk(session.scalars(known).one())


def do(world: World, case_id: int, name: str, **values: Any) -> Task:
    """Completes the open task of a name, by whoever has it."""
    tasks = [task for task in world.open_tasks(case_id) if task.name == name]
    assert tasks, [task.name for task in world.open_tasks(case_id)]
    return world.do(clerk(tasks[0].organisation_id), tasks[0], **values)


def names(world: World, case_id: int) -> set[str]:
    return {task.name for task in world.open_tasks(case_id)}


def outcome(world: World, case_id: int) -> str | None:
    with world.session() as session:
        case = session.get_one(Case, case_id)
        return case.outcome if case.status == CaseStatus.ENDED else None


def cases_of(world: World, process: str) -> list[Case]:
    with world.session() as session:
        return list(session.scalars(select(Case).where(Case.process_key == process).order_by(Case.id)))


def consultant(world: World, name: str = "甲咨询") -> int:
    """An institution with somebody here who acts for it."""
    with world.transaction() as session:
        made = Organisation(kind=OrganisationKind.CONSULTANT, name=name, region_code=COUNTY)
        session.add(made)
        session.flush()
        world.add_user(session, clerk(made.id), made)
        return made.id


def begin(world: World, who: str, process: str, **data: Any) -> int:
    """Somebody starts a case by hand, about no enterprise."""
    with world.transaction() as session:
        return manual_start.start(session, world.principal(session, who), process, data.pop("region", BEIJING), None, data).id


def pass_day(world: World, day: str) -> None:
    world.clock.to(day)
    with world.transaction() as session:
        register_days.pass_day(session)
    world.work()


AGENCY = {
    "consultant_name": "甲咨询", "consultant_uscc": uscc_of("甲咨询"), "senior_titles": 2, "intermediate_titles": 5,
    "senior_experience_years": 2, "recent_projects": 5,
}  # fmt: skip
"""Exactly the figures of article 5."""


def apply_for(world: World, organisation: int, **facts: Any) -> int:
    case = begin(world, clerk(organisation), "beijing.agency_application", region=COUNTY)
    do(world, case, "申请聘用", **{**AGENCY, **facts})
    return case


def engaged(world: World, case: int) -> None:
    do(world, case, "专家考评", decision="approve")
    do(world, case, "审定", decision="approve")
    do(world, case, "会签审定意见", decision="confirm")


def the_entry(world: World) -> RegisterEntry:
    with world.session() as session:
        return session.scalars(select(RegisterEntry).where(RegisterEntry.name == "甲咨询")).one()


# -- consultants ------------------------------------------------------------------------------------------------------------------


def test_exactly_the_figures_of_article_5_are_enough_for_two_years_on_the_list(place: World) -> None:
    case = apply_for(place, consultant(place))
    engaged(place, case)
    entry = the_entry(place)
    assert outcome(place, case) == "审定聘用，列入名录"
    assert (entry.status, entry.term_until) == (Standing.LISTED, dt.date(2029, 1, 11))


@pytest.mark.parametrize(
    ("figure", "value"), [("senior_titles", 1), ("intermediate_titles", 4), ("senior_experience_years", 1), ("recent_projects", 4)]
)
def test_one_figure_short_and_the_experts_cannot_find_it_fit(place: World, figure: str, value: int) -> None:
    case = apply_for(place, consultant(place), **{figure: value})
    task = next(task for task in place.open_tasks(case) if task.name == "专家考评")
    assert (task.context or {})["conditions_met"] is False
    do(place, case, "专家考评", decision="reject")
    assert outcome(place, case) == "考评不符合条件"
    assert the_entry(place).status == Standing.REFUSED


def test_one_who_is_listed_renews_its_term_and_one_whose_term_is_over_comes_back(place: World) -> None:
    organisation = consultant(place)
    engaged(place, apply_for(place, organisation))
    place.clock.to("2028-12-01")
    engaged(place, apply_for(place, organisation))
    assert the_entry(place).term_until == dt.date(2030, 12, 1)
    pass_day(place, "2030-12-02")
    assert the_entry(place).status == Standing.EXPIRED
    engaged(place, apply_for(place, organisation))
    assert marks_of(place, the_entry(place).id)[-1].kind == Act.READMISSION


def test_an_application_that_is_under_way_makes_a_second_one_pointless(place: World) -> None:
    organisation = consultant(place)
    apply_for(place, organisation)
    assert outcome(place, apply_for(place, organisation)) == "不受理"


def test_the_body_that_does_not_agree_sends_the_decision_back_with_its_reason(place: World) -> None:
    case = apply_for(place, consultant(place))
    do(place, case, "专家考评", decision="approve")
    do(place, case, "审定", decision="approve")
    do(place, case, "会签审定意见", decision="return", returned_reason="业绩不实")
    task = next(task for task in place.open_tasks(case) if task.name == "审定")
    assert (task.context or {})["returned_reason"] == "业绩不实"


def fail(world: World, *clients: tuple[str, str]) -> None:
    """Clients of 甲咨询 whose acceptance failed on a day."""
    for name, on in clients:
        result(world, client(world, BEIJING, "甲咨询", name), "acceptance_failed", on)
    world.work()


def test_two_clients_failing_in_one_year_start_the_removal_by_themselves(place: World) -> None:
    entry = listed(place, BEIJING)
    place.clock.to("2027-12-20")
    fail(place, ("甲厂", "2027-02-01"), ("乙厂", "2027-12-20"))
    (case,) = cases_of(place, "beijing.agency_removal")
    task = next(task for task in place.open_tasks(case.id) if task.name == "认定情形，取消聘用")
    assert (task.context or {})["ground"] == "removals.2"
    do(place, case.id, "认定情形，取消聘用", decision="remove")
    assert outcome(place, case.id) == "已取消聘用"
    mark = marks_of(place, entry)[-1]
    assert (mark.kind, mark.ground, mark.step, mark.article) == (
        Act.CANCELLATION, "removals.2", "bj-agency-2007.removal.s1", "第十一条（一）",
    )  # fmt: skip
    assert [one["enterprise"] for one in mark.facts["counted"]] == ["甲厂", "乙厂"]


@pytest.mark.parametrize(
    "clients",
    [
        (("甲厂", "2027-02-01"),),
        (("甲厂", "2027-02-01"), ("甲厂", "2027-08-01")),  # one client twice
        (("甲厂", "2027-12-31"), ("乙厂", "2028-01-01")),  # 同一年内: a day apart, and in two years
    ],
)
def test_one_client_or_two_years_do_not_make_the_ground(place: World, clients: tuple[tuple[str, str], ...]) -> None:
    listed(place, BEIJING)
    place.clock.to("2028-01-02")
    fail(place, *clients)
    assert cases_of(place, "beijing.agency_removal") == []


def test_failures_that_are_not_the_consultants_fault_leave_it_on_the_list(place: World) -> None:
    entry = listed(place, BEIJING)
    place.clock.to("2027-09-01")
    fail(place, ("甲厂", "2027-02-01"), ("乙厂", "2027-08-20"))
    (case,) = cases_of(place, "beijing.agency_removal")
    do(place, case.id, "认定情形，取消聘用", decision="no", dismissed_reason="企业自行停产所致")
    assert outcome(place, case.id) == "不取消聘用"
    assert entry_of(place, entry).status == Standing.LISTED
    (proposal,) = proposals_of(place, entry)
    assert (proposal.status, proposal.reason) == (ProposalStatus.DISMISSED, "企业自行停产所致")
    fail(place, ("丙厂", "2027-08-30"))
    assert len(cases_of(place, "beijing.agency_removal")) == 2  # what was dismissed may count again


def test_beijing_knows_no_ban_and_remembers_the_removal(place: World) -> None:
    organisation = consultant(place)
    engaged(place, apply_for(place, organisation))
    entry = the_entry(place)
    case = begin(place, office(place, "coordinator"), "beijing.agency_removal", entry_id=entry.id)
    do(place, case, "认定情形，取消聘用", ground="removals.4", decision="remove")
    removed = the_entry(place)
    assert (removed.status, removed.banned_until) == (Standing.CANCELLED, None)
    engaged(place, apply_for(place, organisation))
    assert [mark.kind for mark in marks_of(place, entry.id)][-3:] == [Act.CANCELLATION, Act.APPLICATION, Act.READMISSION]


def test_a_failed_evaluation_strikes_from_the_recommended_list_and_cancels_nothing(place: World) -> None:
    organisation = consultant(place)
    entry = listed(place, BEIJING, organisation_id=organisation)
    case = begin(place, clerk(organisation), "beijing.agency_annual", region=COUNTY)
    do(place, case, "报送上年度总结和合同", consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"))
    do(
        place,
        case,
        "填写一份合同的基本条款",
        decision="yes",
        leader_qualified="no",
        leader_full_time="yes",
        leader_clients=2,
        site_days=30,
        trainings=3,
    )
    do(
        place,
        case,
        "填写一份合同的基本条款",
        decision="no",
        leader_qualified="yes",
        leader_full_time="yes",
        leader_clients=2,
        site_days=30,
        trainings=3,
    )
    task = next(task for task in place.open_tasks(case) if task.name == "评估")
    counted = {name: (task.context or {})[name] for name in ("contracts", "contracts_short", "unqualified_leaders")}
    assert counted == {"contracts": 2, "contracts_short": 1, "unqualified_leaders": 1}
    do(place, case, "评估", decision="fail")
    place.work()
    assert cases_of(place, "beijing.agency_removal") == []
    (struck,) = cases_of(place, "beijing.agency_delisting")
    do(place, struck.id, "移出推荐名单", decision="remove")
    mark = marks_of(place, entry)[-1]
    assert (mark.kind, mark.ground, mark.step) == (Act.REMOVAL, "removals.1", "bj-agency-2007.annual.s3")


@pytest.mark.parametrize(("day", "late"), [("2027-01-31", False), ("2027-02-01", True)])
def test_the_yearly_report_is_late_from_february_on(place: World, day: str, late: bool) -> None:
    organisation = consultant(place)
    entry = listed(place, BEIJING, organisation_id=organisation)
    place.clock.to(day)
    case = begin(place, clerk(organisation), "beijing.agency_annual", region=COUNTY)
    do(place, case, "报送上年度总结和合同", consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"))
    report = marks_of(place, entry)[-1]
    assert (report.kind, report.facts["year"], report.facts["late"]) == (Act.YEARLY_REPORT, 2026, late)


def test_a_report_that_never_came_is_written_down_and_has_no_other_consequence(place: World) -> None:
    entry = listed(place, BEIJING)
    pass_day(place, "2028-02-01")
    assert marks_of(place, entry)[-1].kind == Act.REPORT_MISSED
    assert entry_of(place, entry).status == Standing.LISTED


@pytest.mark.parametrize(("day", "late"), [("2027-02-09", False), ("2027-02-10", True)])
def test_a_change_is_reported_within_thirty_days_from_the_day_it_happened(place: World, day: str, late: bool) -> None:
    organisation = consultant(place)
    entry = listed(place, BEIJING, organisation_id=organisation)
    case = begin(place, clerk(organisation), "beijing.agency_change", region=COUNTY)
    do(
        place, case, "登记变更事项",
        consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"), change_matter="专职咨询人员", change_occurred_on="2027-01-10",
    )  # fmt: skip
    place.clock.to(day)
    place.work()
    do(place, case, "报送变更报告", shown_matter="专职咨询人员", change_note="两人离职", senior_titles=1, intermediate_titles=5)
    change = marks_of(place, entry)[-1]
    assert (change.kind, change.facts["late"], change.facts["lost"]) == (Act.CHANGE, late, [3])
    assert entry_of(place, entry).facts["senior_titles"] == 1
    assert proposals_of(place, entry) == []  # the text attaches nothing to it


def test_a_consultant_reports_for_itself_alone(place: World) -> None:
    own = listed(place, BEIJING, organisation_id=consultant(place))
    other = consultant(place, "乙咨询")
    case = begin(place, clerk(other), "beijing.agency_change", region=COUNTY)
    do(
        place, case, "登记变更事项",
        consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"), change_matter="工作场所", change_occurred_on="2027-01-05",
    )  # fmt: skip
    assert outcome(place, case) == "不在名录"
    assert marks_of(place, own)[-1].kind == Act.ADMISSION


def test_the_consultant_that_is_complained_of_does_not_see_the_case(place: World) -> None:
    organisation = consultant(place)
    listed(place, BEIJING, organisation_id=organisation)
    case = begin(place, office(place, "coordinator"), "beijing.agency_complaint")
    do(place, case, "登记举报", agency_name="甲咨询", informant="李四")
    do(place, case, "核查并为举报人保密", decision="yes")
    assert outcome(place, case) == "属实，另行取消聘用"
    with place.session() as session:
        for who, sees in ((clerk(organisation), 0), (office(place, "coordinator"), 1)):
            visible = scope.cases(place.principal(session, who))
            assert session.scalar(select(func.count(Case.id)).where(Case.id == case, visible)) == sees


# -- experts ----------------------------------------------------------------------------------------------------------------------


def apply_as_expert(world: World, **facts: Any) -> int:
    case = begin(world, office(world, OrganisationKind.SUPPORT_BODY), "beijing.expert_admission")
    given = {
        "expert_name": "张三",
        "employer": "某研究院",
        "specialty": "环保",
        "special_need": False,
        "education": "本科",
        "title": "副高级",
        "years": 10,
    }
    do(world, case, "提出申请", **{**given, **facts})
    return case


def of_expert(world: World, name: str = "张三") -> RegisterEntry:
    with world.session() as session:
        return session.scalars(select(RegisterEntry).where(RegisterEntry.name == name)).one()


@pytest.mark.parametrize(
    ("facts", "met"),
    [
        ({}, True),
        ({"years": 9}, False),
        ({"title": "中级"}, False),
        ({"education": "其他"}, False),
        ({"specialty": "清洁生产", "years": 5}, True),
        ({"specialty": "清洁生产", "years": 4}, False),
    ],
)
def test_an_expert_shows_the_years_of_the_kind_that_is_applied_for(place: World, facts: dict[str, Any], met: bool) -> None:
    case = apply_as_expert(place, **facts)
    task = next(task for task in place.open_tasks(case) if task.name == "审核遴选")
    assert (task.context or {})["conditions_met"] is met


def test_two_bureaus_may_admit_somebody_who_misses_the_figures(place: World) -> None:
    case = apply_as_expert(place, title="中级", special_need=True)
    do(place, case, "确认特殊需要的专家", decision="approve", special_reason="唯一的行业专家")
    assert of_expert(place).status == Standing.APPLIED  # one bureau is not enough
    do(place, case, "会签确认意见", decision="confirm")
    do(place, case, "建立专家档案")
    mark = marks_of(place, of_expert(place).id)[-1]
    assert (mark.kind, mark.facts["unmet"], mark.note) == (Act.ADMISSION, [3], "唯一的行业专家")
    assert "第七条" in mark.facts["exemption"]


def test_who_is_in_the_pool_need_not_apply_again(place: World) -> None:
    expert(place, BEIJING, "张三", "环保")
    assert outcome(place, apply_as_expert(place)) == "不受理"


def test_a_review_is_due_two_years_after_admission_and_then_after_the_last_review(place: World) -> None:
    entry = expert(place, BEIJING, "张三", "环保")
    pass_day(place, "2029-01-11")
    (case,) = cases_of(place, "beijing.expert_review")
    do(place, case.id, "评估专家工作")
    task = next(task for task in place.open_tasks(case.id) if task.name == "考评")
    assert task.due_on == dt.date(2029, 1, 11)
    do(place, case.id, "考评", decision="pass")
    do(place, case.id, "网上公布考评结果")
    assert outcome(place, case.id) == "考评合格，续任"
    assert entry_of(place, entry).review_due_on == dt.date(2031, 1, 11)
    pass_day(place, "2029-01-12")
    assert len(cases_of(place, "beijing.expert_review")) == 1
    pass_day(place, "2031-01-11")
    second = cases_of(place, "beijing.expert_review")[1]
    do(place, second.id, "评估专家工作")
    assert next(task for task in place.open_tasks(second.id) if task.name == "考评").due_on == dt.date(
        2031, 1, 13
    )  # the 11th is a Saturday


def test_two_bad_records_within_a_year_start_the_removal_of_the_title(place: World) -> None:
    entry = expert(place, BEIJING, "张三", "环保")
    registers.do(place, entry, Act.BAD_RECORD, note="无故不到会")
    place.clock.to("2028-01-10")
    registers.do(place, entry, Act.BAD_RECORD, note="泄露技术资料")
    place.work()
    (case,) = cases_of(place, "beijing.expert_review")
    assert names(place, case.id) == {"提出取消资格"}
    do(place, case.id, "提出取消资格", decision="yes")
    assert entry_of(place, entry).status == Standing.LISTED  # both bureaus decide
    do(place, case.id, "会签取消资格", decision="confirm")
    mark = marks_of(place, entry)[-1]
    assert (mark.kind, mark.ground, mark.step) == (Act.REMOVAL, "removals.5", "bj-expert-2007.review.s4")


def test_two_bad_records_more_than_a_year_apart_start_nothing(place: World) -> None:
    entry = expert(place, BEIJING, "张三", "环保")
    registers.do(place, entry, Act.BAD_RECORD, note="无故不到会")
    place.clock.to("2028-01-11")
    registers.do(place, entry, Act.BAD_RECORD, note="泄露技术资料")
    place.work()
    assert cases_of(place, "beijing.expert_review") == []


def test_a_failed_review_goes_to_the_two_bureaus_who_may_keep_the_expert(place: World) -> None:
    entry = expert(place, BEIJING, "张三", "环保")
    case = begin(place, office(place, OrganisationKind.SUPPORT_BODY), "beijing.expert_review")
    do(place, case, "写明专家和事项", expert_name="张三", employer="某研究院", act="review", previous_review_on="2027-01-10")
    do(place, case, "评估专家工作")
    do(place, case, "考评", decision="fail")
    place.work()
    removal = cases_of(place, "beijing.expert_review")[1]
    do(place, removal.id, "提出取消资格", decision="no", dismissed_reason="考评材料有误")
    do(place, removal.id, "会签取消资格", decision="confirm")
    assert outcome(place, removal.id) == "不取消资格"
    assert entry_of(place, entry).status == Standing.LISTED
    assert [one.status for one in proposals_of(place, entry)] == [ProposalStatus.DISMISSED]


# -- the draw ---------------------------------------------------------------------------------------------------------------------


def drawing(world: World, **wanted: int) -> int:
    with world.transaction() as session:
        enterprise = places.enterprise(session, Facts(), COUNTY, 1)
        case = starting.start(session, process="beijing.expert_selection", region=COUNTY, enterprise=enterprise, variables={}).id
    numbers = {"experts_cleaner": 1, "experts_industry": 0, "experts_environment": 0, "experts_energy": 0, **wanted}
    do(world, case, "确定专家构成", **numbers)
    return case


def drawn(world: World, case_id: int) -> list[str]:
    with world.session() as session:
        members = session.scalars(select(DrawMember).join(ExpertDraw).where(ExpertDraw.case_id == case_id)).all()
        return sorted(entry_of(world, member.entry_id).name for member in members)


def test_a_draw_waits_at_the_support_body_until_the_pool_is_filled(place: World) -> None:
    case = drawing(place)
    assert names(place, case) == {"增补专家库"}
    expert(place, BEIJING, "甲", "清洁生产")
    do(place, case, "增补专家库")
    assert drawn(place, case) == ["甲"]
    assert names(place, case) == {"核对回避和到会"}


def test_each_kind_is_drawn_in_its_number_and_no_kind_that_nobody_asked_for(place: World) -> None:
    for name, kind in (("甲", "清洁生产"), ("乙", "清洁生产"), ("丙", "环保"), ("丁", "行业"), ("戊", "能源")):
        expert(place, BEIJING, name, kind)
    assert drawn(place, drawing(place, experts_cleaner=2, experts_environment=1)) == sorted(["甲", "乙", "丙"])


def test_who_served_the_enterprise_is_never_drawn_for_it(place: World) -> None:
    served = expert(place, BEIJING, "甲", "清洁生产")
    expert(place, BEIJING, "乙", "清洁生产")
    with place.transaction() as session:
        known = places.enterprise(session, Facts(), COUNTY, 1)
        session.add(ExpertInterest(entry_id=served, nature="served", uscc=known.uscc, name=known.name, declared_on=dt.date(2026, 5, 1)))
        case = starting.start(session, process="beijing.expert_selection", region=COUNTY, enterprise=known, variables={}).id
    do(place, case, "确定专家构成", experts_cleaner=1, experts_industry=0, experts_environment=0, experts_energy=0)
    assert drawn(place, case) == ["乙"]


def test_an_expert_who_disagrees_writes_an_opinion_and_need_not_sign(place: World) -> None:
    for name in ("甲", "乙"):
        expert(place, BEIJING, name, "清洁生产")
    case = drawing(place, experts_cleaner=2)
    do(place, case, "核对回避和到会")
    do(place, case, "选聘结果记录备案")
    do(place, case, "参加验收，发表意见")
    assert names(place, case) == {"补齐专家意见"}  # nobody is passed over
    with place.transaction() as session:
        members = session.scalars(select(DrawMember).join(ExpertDraw).where(ExpertDraw.case_id == case)).all()
        for member, agrees in zip(members, (True, False), strict=True):
            assert member.status == MemberStatus.DRAWN
            member.opinion, member.agrees, member.signed, member.given_at = "见记录", agrees, agrees, clock.now()
            member.dissent = None if agrees else "数据不足以支持结论"
    do(place, case, "补齐专家意见")
    task = next(task for task in place.open_tasks(case) if task.name == "核实专家组意见")
    assert {name: (task.context or {})[name] for name in ("experts_present", "dissents")} == {"experts_present": 2, "dissents": 1}


def test_the_bureau_that_entrusts_the_acceptance_may_start_the_draw(place: World) -> None:
    with place.transaction() as session:
        known = places.enterprise(session, Facts(), COUNTY, 1)
        who = place.principal(session, office(place, "environment"))
        case = manual_start.start(session, who, "beijing.expert_selection", COUNTY, known.uscc, {}).id
    assert names(place, case) == {"确定专家构成"}
