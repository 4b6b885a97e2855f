"""Tianjin's agencies and experts in cases: published of their own will, warned and never removed; criticised or struck off by two departments."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.access.organisations import region_at
from app.cases import manual_start, register_days, starting
from app.cases.errors import InvalidForm
from app.law.registers import Act
from app.model import (
    Case,
    CaseStatus,
    ClientOutcome,
    DrawMember,
    Enterprise,
    ExpertDraw,
    ExpertInterest,
    Notice,
    Organisation,
    OrganisationKind,
    Publication,
    Standing,
    Task,
)
from app.model.identifiers import made_up_uscc
from app.services import register_acts
from app.services.register_book import Doing, Hand
from app.services.register_opening import Applicant, apply, open_register
from app.simulation import places, seats
from app.simulation.scenario import Facts
from tests.support.registers import TIANJIN, client, entry_of, listed, marks_of, proposals_of, result
from tests.support.world import World

COUNTY = "120104"
AGENCY = {
    "consultant_name": "甲咨询", "consultant_uscc": made_up_uscc(COUNTY, 7), "registered_capital": 50, "senior_titles": 2,
    "intermediate_titles": 5,
}  # fmt: skip


@pytest.fixture(autouse=True)
def city(world: World) -> None:
    """Every office that is competent for a county of Tianjin, with a clerk each, and two consultants."""
    with world.transaction() as session:
        places.set_up(session, [COUNTY])
        regions = [region_at(level, COUNTY) for level in ("county", "province")]
        for office in session.scalars(select(Organisation).where(Organisation.region_code.in_(regions))).all():
            if office.kind == OrganisationKind.CONSULTANT:
                office.active = False
            else:
                world.add_user(session, clerk(office.id), office)
        for name in ("乙咨询", "甲咨询"):
            made = Organisation(kind=OrganisationKind.CONSULTANT, name=name, region_code=COUNTY)
            session.add(made)
            session.flush()
            world.add_user(session, clerk(made.id), made)
            world.users[name] = world.users[clerk(made.id)]


def clerk(organisation_id: int | None) -> str:
    return f"clerk-{organisation_id}"


def office(world: World, kind: OrganisationKind, body: str | None = None, level: str | None = "province") -> str:
    """The clerk of a body or institution of the city, or of the county's body."""
    with world.session() as session:
        query = select(Organisation.id).where(Organisation.kind == kind, Organisation.region_code.startswith("12"), Organisation.active)
        if body:
            query = query.where(Organisation.body == body, Organisation.level == level)
        return clerk(session.scalars(query).one())


def association(world: World) -> str:
    return office(world, OrganisationKind.ASSOCIATION)


def begin(world: World, who: str, process: str, region: str = COUNTY, **data: Any) -> int:
    """Somebody starts a procedure that is about no enterprise."""
    with world.transaction() as session:
        return manual_start.start(session, world.principal(session, who), f"tianjin.{process}", region, None, data).id


def audit(world: World, number: int, **variables: Any) -> int:
    """A mandatory audit of the enterprise of that number."""
    with world.transaction() as session:
        enterprise = session.scalars(select(Enterprise).where(Enterprise.uscc == made_up_uscc(COUNTY, number))).first()
        enterprise = enterprise or places.enterprise(session, Facts(), COUNTY, number)
        if enterprise.organisation_id is None or clerk(enterprise.organisation_id) not in world.users:
            world.add_user(session, clerk(enterprise.organisation_id), enterprise.organisation)
        data = {"grounds": ["1"], "list_published_on": "2027-01-11", **variables}
        return starting.start(session, process="tianjin.audit", region=COUNTY, enterprise=enterprise, variables=data).id


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


@pytest.fixture
def entry(world: World) -> int:
    """甲咨询 on the list of published agencies."""
    with world.session() as session:
        own = session.scalars(select(Organisation.id).where(Organisation.name == "甲咨询")).one()
    return listed(world, TIANJIN, uscc=AGENCY["consultant_uscc"], organisation_id=own)


def warnings_of(world: World, entry_id: int) -> list[str | None]:
    return [mark.ground for mark in marks_of(world, entry_id) if mark.kind == Act.WARNING]


# -- publication --------------------------------------------------------------------------------------------------------------


def test_any_of_several_consultants_may_start_its_publication_from_the_page(world: World) -> None:
    for name in ("甲咨询", "乙咨询"):
        with world.session() as session:
            offered = {one.definition.key for one in manual_start.startable(session, world.principal(session, name))}
        assert {"tianjin.agency_disclosure", "tianjin.agency_change", "tianjin.agency_annual_report"} <= offered
        assert "tianjin.agency_warning" not in offered


def test_whoever_falls_short_of_a_figure_is_published_all_the_same(world: World) -> None:
    case = begin(world, "甲咨询", "agency_disclosure")
    do(world, case, "disclosure.s1", **{**AGENCY, "registered_capital": 49.99})
    do(world, case, "disclosure.s2", decision="yes", check_result="注册资金不足")
    do(world, case, "disclosure.s4")
    assert outcome(world, case) == "已上网公示"
    with world.session() as session:
        told = session.scalars(select(Notice.body).where(Notice.case_id == case, Notice.title.contains("核查结果"))).all()
        assert told == ["甲咨询：注册资金不足"]
        assert session.scalars(select(Publication.title).where(Publication.kind == "register_notice")).all() == [
            "清洁生产审核咨询服务机构公示"
        ]


def test_without_a_check_nothing_is_reported(world: World) -> None:
    case = begin(world, "甲咨询", "agency_disclosure")
    do(world, case, "disclosure.s1", **AGENCY)
    do(world, case, "disclosure.s2", decision="no")
    assert names(world, case) == {"编制公示信息"}
    with world.session() as session:
        assert not session.scalars(select(Notice).where(Notice.case_id == case, Notice.title.contains("核查结果"))).all()


@pytest.mark.usefixtures("entry")
def test_who_is_published_already_need_not_apply_again(world: World) -> None:
    case = begin(world, "甲咨询", "agency_disclosure")
    do(world, case, "disclosure.s1", **AGENCY)
    assert outcome(world, case) == "不重复受理"


# -- changes ------------------------------------------------------------------------------------------------------------------


def test_a_change_within_thirty_days_is_published(world: World, entry: int) -> None:
    case = begin(world, "甲咨询", "agency_change")
    do(world, case, "change.s1", change_occurred_on="2026-12-12", change_note="迁址", address="新址")  # the thirtieth day is 2027-01-11
    do(world, case, "change.s2", concealed=False)
    assert outcome(world, case) == "公示已更新"
    change = next(mark for mark in marks_of(world, entry) if mark.kind == Act.CHANGE)
    assert (change.facts["due_on"], change.facts["late"]) == ("2027-01-11", False)
    assert entry_of(world, entry).facts["address"] == "新址"


def test_a_change_a_day_late_is_published_too_and_a_concealed_one_is_warned_about(world: World, entry: int) -> None:
    case = begin(world, "甲咨询", "agency_change")
    world.clock.to("2027-01-12")
    do(world, case, "change.s1", change_occurred_on="2026-12-12", change_note="迁址", address="新址")
    do(world, case, "change.s2", concealed=True)
    task = do(world, case, "warning.s1", decision="warn", ground_facts="隐瞒迁址")
    assert task.data is not None
    assert (task.data["ground"], task.data["shown_agency"]) == ("warnings.7", "甲咨询")
    assert outcome(world, case) == "已更新并转警告"
    assert warnings_of(world, entry) == ["warnings.7"]
    assert entry_of(world, entry).status == Standing.LISTED


def found_change(world: World, **facts: Any) -> int:
    case = begin(world, association(world), "agency_change")
    do(world, case, "登记发现的变更", consultant_name="甲咨询", change_occurred_on="2026-12-20", change_note="更换法定代表人", **facts)
    return case


def test_a_change_that_the_association_finds_waits_for_the_agency_thirty_days_from_the_change(world: World, entry: int) -> None:
    case = found_change(world, legal_representative="新法人")
    task = world.step(case, "change.s1")
    assert str(task.due_on) == "2027-01-19"
    assert world.users[clerk(task.organisation_id)] == world.users["甲咨询"]
    world.clock.to("2027-01-20")
    world.work()
    do(world, case, "决定是否代为公示", decision="yes", concealed=False)
    assert outcome(world, case) == "公示已更新"
    change = next(mark for mark in marks_of(world, entry) if mark.kind == Act.CHANGE)
    assert (change.facts["found"], change.facts["late"], change.facts["changed"]["legal_representative"][1]) == (True, True, "新法人")


@pytest.mark.usefixtures("entry")
def test_publishing_in_the_agencys_place_is_up_to_the_association(world: World) -> None:
    case = found_change(world)
    world.clock.to("2027-01-20")
    world.work()
    do(world, case, "决定是否代为公示", decision="no")
    assert outcome(world, case) == "不代为公示"


@pytest.mark.usefixtures("entry")
def test_an_agency_that_answers_in_time_publishes_its_own_words(world: World) -> None:
    case = found_change(world)
    do(world, case, "change.s1", change_occurred_on="2026-12-20", change_note="更换法定代表人", legal_representative="张三")
    assert names(world, case) == {"更新公示内容"}


def test_losing_a_figure_brings_up_a_warning_that_the_association_may_decline(world: World, entry: int) -> None:
    case = begin(world, "甲咨询", "agency_change")
    do(world, case, "change.s1", change_occurred_on="2027-01-08", change_note="人员离职", senior_titles=1)
    world.work()
    warning = world.case_of("tianjin.agency_warning").id
    do(world, warning, "warning.s1", decision="no", dismissed_reason="已补足人员")
    assert outcome(world, warning) == "不予警告"
    assert warnings_of(world, entry) == []
    assert [(one.status, one.reason) for one in proposals_of(world, entry)] == [("dismissed", "已补足人员")]


def test_who_is_not_published_has_nothing_to_change(world: World) -> None:
    assert outcome(world, begin(world, "乙咨询", "agency_change")) == "没有公示，不需变更"


# -- the yearly report --------------------------------------------------------------------------------------------------------


def test_a_report_on_the_last_day_of_january_is_in_time_though_it_is_a_sunday(world: World, entry: int) -> None:
    case = begin(world, "甲咨询", "agency_annual_report")
    assert str(world.step(case, "annual-report.s1").due_on) == "2027-01-31"
    world.clock.to("2027-01-31")
    do(world, case, "annual-report.s1")
    assert outcome(world, case) == "年度总结已存档"
    report = next(mark for mark in marks_of(world, entry) if mark.kind == Act.YEARLY_REPORT)
    assert (report.facts["year"], report.facts["late"]) == (2026, False)


def test_a_report_a_day_late_is_noted_and_is_no_ground_for_a_warning(world: World, entry: int) -> None:
    case = begin(world, "甲咨询", "agency_annual_report")
    world.clock.to("2027-02-01")
    world.work()
    do(world, case, "annual-report.s1")
    assert next(mark for mark in marks_of(world, entry) if mark.kind == Act.YEARLY_REPORT).facts["late"] is True
    assert proposals_of(world, entry) == []


# -- warnings -----------------------------------------------------------------------------------------------------------------


def pool(world: World, *experts: str) -> None:
    with world.transaction() as session:
        register = open_register(session, "tj-expert-2009.registry", TIANJIN)
        for name in experts:
            able = {"title": "正高级", "years": 15}
            one = apply(session, register, Applicant(name, employer="某研究院", specialties=("环保",), facts=able), Hand())
            register_acts.act(session, one, Doing(Act.ADMISSION), Hand())


def drawn(world: World, case_id: int) -> set[str]:
    with world.session() as session:
        members = session.scalars(select(DrawMember).join(ExpertDraw).where(ExpertDraw.case_id == case_id)).all()
        return {entry_of(world, member.entry_id).name for member in members}


def assessed(world: World, case_id: int, decision: str) -> None:
    """The report goes in and the drawn experts decide."""
    do(world, case_id, "提交审核报告")
    do(world, case_id, "确定评估安排", experts_wanted=1)
    do(world, case_id, "核对回避和到会")
    with world.transaction() as session:
        seats.take(session, world.principal(session, association(world)), session.get_one(Case, case_id), 0)
    do(world, case_id, "audit.s4", decision=decision)
    do(world, case_id, "核实专家组意见")


def test_two_failed_assessments_within_a_year_start_a_warning_with_what_was_counted(world: World, entry: int) -> None:
    pool(world, "甲专家")
    case = audit(world, 1)
    do(world, case, "audit.s1", mode="consultant", consultant_name="甲咨询", consultant_uscc=AGENCY["consultant_uscc"])
    do(world, case, "受托审核，编写报告")
    assessed(world, case, "fail")
    world.work()
    assert proposals_of(world, entry) == []
    world.clock.to("2028-01-10")  # the last day of the year that began with the first
    assessed(world, case, "fail")
    world.work()
    warning = world.case_of("tianjin.agency_warning").id
    task = do(world, warning, "warning.s1", decision="warn", ground_facts="见所列案件")
    assert task.data is not None
    assert (task.data["ground"], task.data["shown_agency"]) == ("warnings.3", "甲咨询")
    assert outcome(world, warning) == "已标注警告"
    warned = marks_of(world, entry)[-1]
    assert (warned.kind, warned.ground, warned.step, len(warned.facts["counted"])) == (
        Act.WARNING, "warnings.3", "tj-agency-2009.warning.s1", 2,
    )  # fmt: skip
    assert [one.status for one in proposals_of(world, entry)] == ["done"]
    assert names(world, case) >= {"提交审核报告"}  # the enterprise goes on


def test_three_mandatory_clients_behind_schedule_start_a_warning(world: World, entry: int) -> None:
    for number in (1, 2, 3):
        case = audit(world, number)
        do(world, case, "audit.s1", mode="consultant", consultant_name="甲咨询", consultant_uscc=AGENCY["consultant_uscc"])
    world.clock.to("2028-01-11")
    world.work()
    assert proposals_of(world, entry) == []
    world.clock.to("2028-01-12")  # a year from the publication of the list is over
    world.work()
    assert [one.ground for one in proposals_of(world, entry)] == ["warnings.4"]
    assert names(world, world.case_of("tianjin.agency_warning").id) == {"认定是否属于所列情形"}


def test_a_refused_assessment_counts_for_the_agency(world: World) -> None:
    case = audit(world, 1)
    do(world, case, "audit.s1", mode="consultant", consultant_name="甲咨询", consultant_uscc=AGENCY["consultant_uscc"])
    do(world, case, "认定审核无效", decision="yes", invalid_ground="3", assessment_refused=True)
    assert outcome(world, case) == "审核无效"
    with world.session() as session:
        assert [(o.kind, o.mandatory) for o in session.scalars(select(ClientOutcome))] == [("refused", True)]


def test_two_idle_years_start_a_warning(world: World, entry: int) -> None:
    world.clock.to("2029-01-11")
    with world.transaction() as session:
        register_days.pass_day(session)
    world.work()
    do(world, world.case_of("tianjin.agency_warning").id, "warning.s1", decision="warn", ground_facts="两年没有业务")
    assert warnings_of(world, entry) == ["warnings.8"]


def test_any_number_of_warnings_leaves_the_agency_on_the_list(world: World, entry: int) -> None:
    for ground in ("warnings.1", "warnings.5", "warnings.6"):
        case = begin(world, association(world), "agency_warning", TIANJIN)
        do(world, case, "warning.s1", consultant_name="甲咨询", ground=ground, decision="warn", ground_facts="查明属实")
        assert outcome(world, case) == "已标注警告"
    found = entry_of(world, entry)
    assert (found.status, found.warnings) == (Standing.LISTED, 3)


def test_a_warning_by_number_that_was_not_counted_names_its_cases(world: World, entry: int) -> None:
    result(world, client(world, TIANJIN, "丙咨询", "一厂"), "assessment_failed")
    case = begin(world, association(world), "agency_warning", TIANJIN)
    do(world, case, "warning.s1", consultant_name="甲咨询", ground="warnings.3", decision="warn", ground_facts="纸面案件两起")
    assert marks_of(world, entry)[-1].note == "纸面案件两起"


def test_a_complaint_may_lead_to_a_warning_and_to_a_report_in_one_case(world: World, entry: int) -> None:
    case = begin(world, association(world), "agency_complaint")
    do(
        world,
        case,
        "complaint.s2",
        consultant_name="甲咨询",
        consultant_uscc=AGENCY["consultant_uscc"],
        decision="yes",
        handling=["warning", "violation"],
    )
    task = do(world, case, "warning.s1", ground="warnings.5", decision="warn", ground_facts="泄密")
    assert task.data is not None
    assert task.data["shown_agency"] == "甲咨询"
    assert warnings_of(world, entry) == ["warnings.5"]
    do(world, case, "violation.s1")
    assert names(world, case) == {"依法处罚"}


# -- experts ------------------------------------------------------------------------------------------------------------------


def test_experts_who_served_an_enterprise_do_not_judge_it(world: World) -> None:
    pool(world, "甲专家", "乙专家")
    audited = audit(world, 1)
    with world.transaction() as session:
        enterprise = session.get_one(Case, audited).enterprise_id
        found = session.get_one(Enterprise, enterprise)
        serving = starting.start(session, process="tianjin.expert_selection", region=COUNTY, enterprise=found, variables={}).id
    chosen = [{"name": "甲专家", "employer": "某研究院", "specialty": "环保"}]
    do(world, serving, "selection.s1", purpose="audit", mode="self", selected_experts=chosen)
    with world.session() as session:
        assert session.scalars(select(ExpertInterest)).all() == []  # nobody has served yet
    do(world, serving, "selection.s3", decision="no")
    do(world, serving, "selection.s4")
    with world.session() as session:
        assert [tie.nature for tie in session.scalars(select(ExpertInterest))] == ["served"]
    do(world, audited, "audit.s1", mode="consultant", consultant_name="甲咨询")
    do(world, audited, "受托审核，编写报告")
    do(world, audited, "提交审核报告")
    do(world, audited, "确定评估安排", experts_wanted=1)
    assert drawn(world, audited) == {"乙专家"}


def test_without_a_pool_the_case_waits_at_its_keeper_and_goes_on_when_there_is_one(world: World) -> None:
    case = audit(world, 1)
    do(world, case, "audit.s1", mode="consultant", consultant_name="甲咨询")
    do(world, case, "受托审核，编写报告")
    do(world, case, "提交审核报告")
    do(world, case, "确定评估安排", experts_wanted=1)
    task = next(t for t in world.open_tasks(case) if t.name == "增补专家库")
    assert clerk(task.organisation_id) == office(world, OrganisationKind.AUTHORITY, "coordinator")
    pool(world, "甲专家")
    do(world, case, "增补专家库")
    assert drawn(world, case) == {"甲专家"}


def removal(world: World, *decisions: str) -> int:
    """The two departments find on an expert; the second agrees."""
    case = begin(world, office(world, OrganisationKind.AUTHORITY, "coordinator"), "expert_removal", TIANJIN)
    for decision in decisions:
        do(
            world,
            case,
            "认定情形，区分轻重",
            expert_name="甲专家",
            employer="某研究院",
            ground_item="3",
            finding="收受财物",
            decision=decision,
        )
        do(world, case, "会签认定意见", decision="confirm" if decision == decisions[-1] else "return")
    return case


def expert_entry(world: World) -> int:
    with world.session() as session:
        from app.model import RegisterEntry

        return session.scalars(select(RegisterEntry.id).where(RegisterEntry.name == "甲专家")).one()


def test_a_criticised_expert_stays_in_the_pool_and_the_public_is_not_told(world: World) -> None:
    pool(world, "甲专家")
    case = removal(world, "minor")
    do(world, case, "发内部通报")
    assert outcome(world, case) == "已内部通报批评"
    mark = marks_of(world, expert_entry(world))[-1]
    assert (mark.kind, mark.ground, mark.public) == (Act.CRITICISM, "warnings.3", False)
    assert entry_of(world, expert_entry(world)).status == Standing.LISTED


def test_an_experts_title_is_taken_only_where_both_departments_find_the_case_serious(world: World) -> None:
    pool(world, "甲专家")
    case = removal(world, "minor", "serious")
    assert entry_of(world, expert_entry(world)).status == Standing.LISTED
    do(world, case, "决定取消专家称号")
    assert outcome(world, case) == "已取消称号并公告"
    mark = marks_of(world, expert_entry(world))[-1]
    assert (mark.kind, mark.ground, mark.step) == (Act.REMOVAL, "removals.3", "tj-expert-2009.removal.s3")
    with world.session() as session:
        assert session.scalars(select(Publication.title).where(Publication.case_id == case)).all() == ["取消清洁生产专家库专家称号公告"]


# -- who starts ---------------------------------------------------------------------------------------------------------------


def test_whoever_starts_a_check_has_the_first_task(world: World) -> None:
    with world.transaction() as session:
        code = places.enterprise(session, Facts(), COUNTY, 9).uscc
    for body, level, region in (("coordinator", "county", COUNTY), ("environment", "province", COUNTY)):
        who = office(world, OrganisationKind.AUTHORITY, body, level)
        with world.transaction() as session:
            case = manual_start.start(session, world.principal(session, who), "tianjin.tracking", region, code, {}).id
        assert clerk(world.step(case, "tracking.s1").organisation_id) == who


def test_nobody_says_in_whose_name_a_case_was_started(world: World) -> None:
    who = office(world, OrganisationKind.AUTHORITY, "coordinator")
    with pytest.raises(InvalidForm):
        begin(world, who, "concealment", TIANJIN, started_by="province_environment")
