"""What people may do to registers, what passes by itself, and how a rule that is met becomes a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.access import scope
from app.cases import expert_acts, register_days, register_entry_view, register_proposals, register_view, registers, starting
from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm, NotFound
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import read_diagram
from app.law.registers import Act
from app.model import (
    Case,
    ClientOutcome,
    ConsultantService,
    DefinitionStatus,
    DrawMember,
    Enterprise,
    Event,
    ExpertInterest,
    MemberStatus,
    Notice,
    Organisation,
    OrganisationKind,
    OutboxMessage,
    RegisterEntry,
    RegisterProposal,
    Standing,
    Task,
)
from app.services import experts, register_acts
from app.services.register_book import Doing, Hand, law_of
from app.services.register_opening import open_register
from tests.support import diagrams
from tests.support.registers import (
    ABLE,
    BEIJING,
    CONSULTANTS,
    EXPERTS,
    GUANGDONG,
    SHANDONG,
    TIANJIN,
    ZHEJIANG,
    client,
    do,
    entry_of,
    expert,
    listed,
    marks_of,
    offices,
    proposals_of,
    result,
    without_procedures,
)
from tests.support.statements import counted
from tests.support.world import World, uscc_of

PLACES = (BEIJING, TIANJIN, GUANGDONG, ZHEJIANG, SHANDONG)


@pytest.fixture(autouse=True)
def keepers(world: World) -> None:
    for region in PLACES:
        offices(world, region)
    without_procedures(world, "beijing")


def act(world: World, who: str, entry: int, kind: Act, **given: Any) -> Any:
    with world.transaction() as session:
        return registers.decide(session, world.principal(session, who), entry, Doing(kind, **given))


def consultant(world: World, name: str = "甲咨询", region: str = BEIJING) -> int:
    """An organisation of a consultant with a user of its name. Gives the organisation."""
    with world.transaction() as session:
        made = Organisation(kind=OrganisationKind.CONSULTANT, name=name, region_code=region)
        session.add(made)
        world.add_user(session, name, made)
        return made.id


# -- who may ------------------------------------------------------------------------------------------------------------------


def test_whom_the_step_names_decides_alone_or_jointly_and_nobody_else(world: World) -> None:
    entry = listed(world, BEIJING)
    for stranger in (f"{TIANJIN}-coordinator", "county-coord"):
        with pytest.raises(NotFound):
            act(world, stranger, entry, Act.CANCELLATION, ground="第十一条（三）")
    with pytest.raises(Forbidden):  # the step names the coordinator alone
        act(world, f"{BEIJING}-environment", entry, Act.CANCELLATION, ground="第十一条（三）")
    act(world, f"{BEIJING}-coordinator", entry, Act.CANCELLATION, ground="第十一条（三）")
    assert entry_of(world, entry).status == Standing.CANCELLED


def test_joint_bodies_may_each_admit(world: World) -> None:
    entry = apply_on_paper(world, GUANGDONG, f"{GUANGDONG}-coordinator")
    with world.transaction() as session:
        registers.judge(session, world.principal(session, f"{GUANGDONG}-environment"), entry, {str(n): True for n in range(1, 8)})
    act(world, f"{GUANGDONG}-environment", entry, Act.ADMISSION)
    assert entry_of(world, entry).status == Standing.LISTED


def test_the_support_body_keeps_beijings_experts_but_the_offices_take_their_title(world: World) -> None:
    entry = expert(world, BEIJING, "张三", "环保")
    with pytest.raises(Forbidden):
        act(world, f"{BEIJING}-support_body", entry, Act.REMOVAL, ground="第十四条（一）")
    act(world, f"{BEIJING}-support_body", entry, Act.REVIEW, facts={"result": "pass"})
    act(world, f"{BEIJING}-environment", entry, Act.REMOVAL, ground="第十四条（一）")
    assert entry_of(world, entry).status == Standing.REMOVED


def test_the_association_warns_in_tianjin_and_the_office_does_not(world: World) -> None:
    entry = listed(world, TIANJIN)
    with pytest.raises(Forbidden):
        act(world, f"{TIANJIN}-coordinator", entry, Act.WARNING, ground="第十四条5")
    act(world, f"{TIANJIN}-association", entry, Act.WARNING, ground="第十四条5")
    with pytest.raises(CaseError, match="没有规定“除名”"):
        act(world, f"{TIANJIN}-association", entry, Act.REMOVAL)


def test_a_consultant_sees_its_own_entry_whole_and_others_not_at_all(world: World) -> None:
    own = listed(world, BEIJING, organisation_id=consultant(world))
    other = listed(world, BEIJING, "乙咨询")
    with world.session() as session:
        me = world.principal(session, "甲咨询")
        assert register_entry_view.entry_file(session, me, own).entry.id == own
        with pytest.raises(NotFound):
            register_entry_view.entry_file(session, me, other)
    with pytest.raises(Forbidden):
        act(world, "甲咨询", own, Act.REVIEW, facts={"result": "pass"})


def test_the_public_part_of_a_list_leaves_applications_and_inner_criticism_out(world: World) -> None:
    entry = expert(world, TIANJIN, "赵六", "能源")
    do(world, entry, Act.CRITICISM, ground="第十三条1")
    with world.transaction() as session:
        register = register_view.find_register(session, entry_of(world, entry).register_id)
        who = world.principal(session, f"{TIANJIN}-coordinator")
        values = {"name": "钱七", "employer": "某院", "specialties": ["环保"], "title": "正高级", "years": "12"}
        registers.enter_application(session, who, register.id, values)
        law = law_of(register)
        public = register_view.entries(session, None, register, register_view.Filters(), 1)
        assert [one.name for one in public.rows] == ["赵六"]
        shown = register_entry_view.history(session, session.get_one(RegisterEntry, entry), law, public_only=True)
        assert [line.mark.kind for line in shown] == ["admission"]
        assert register_view.entries(session, who, register, register_view.Filters(), 1).total == 2


# -- opening and applying -----------------------------------------------------------------------------------------------------


def test_an_office_opens_only_what_it_keeps(world: World) -> None:
    with world.transaction() as session:
        keeper = world.principal(session, f"{BEIJING}-support_body")
        assert registers.open_for(session, keeper, EXPERTS[BEIJING]).region_code == BEIJING
        with pytest.raises(Forbidden):
            registers.open_for(session, keeper, CONSULTANTS[BEIJING])
        with pytest.raises(Forbidden):
            registers.open_for(session, world.principal(session, "county-coord"), EXPERTS[SHANDONG])
        city = registers.open_for(session, world.principal(session, "city-coord"), EXPERTS[SHANDONG])
        assert (city.region_code, city.name) == ("370100", "山东省济南市清洁生产专家库")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"uscc": "123"}, "/uscc"),
        ({"senior_titles": "两名"}, "/senior_titles"),
        ({"senior_titles": "1.5"}, "/senior_titles"),
        ({"recent_projects": "-1"}, "/recent_projects"),
    ],
)
def test_an_application_that_cannot_be_right_is_refused_field_by_field(world: World, values: dict[str, str], pointer: str) -> None:
    given = {"name": "甲咨询", "uscc": uscc_of("甲咨询"), "senior_titles": "3", **values}
    with pytest.raises(InvalidForm) as refused, world.transaction() as session:
        register = open_register(session, CONSULTANTS[BEIJING], BEIJING)
        registers.enter_application(session, world.principal(session, f"{BEIJING}-coordinator"), register.id, given)
    assert [p.pointer for p in refused.value.problems] == [pointer]


def apply_on_paper(world: World, region: str, who: str, **facts: Any) -> int:
    with world.transaction() as session:
        register = open_register(session, CONSULTANTS[region], region)
        given = {"name": "甲咨询", "uscc": uscc_of("甲咨询"), **ABLE, **facts}
        return registers.enter_application(session, world.principal(session, who), register.id, given).id


def test_a_clerk_admits_once_every_condition_in_words_was_judged(world: World) -> None:
    who = f"{BEIJING}-coordinator"
    entry = apply_on_paper(world, BEIJING, who)
    with pytest.raises(CaseError, match="还有 6 项条件没有核对"):
        act(world, who, entry, Act.ADMISSION)
    with world.transaction() as session:
        registers.judge(session, world.principal(session, who), entry, {str(n): True for n in (1, 2, 3, 4, 5, 7, 99)})
    assert "99" not in entry_of(world, entry).judged
    act(world, who, entry, Act.ADMISSION)
    assert entry_of(world, entry).status == Standing.LISTED


def test_a_condition_judged_unmet_keeps_the_applicant_out(world: World) -> None:
    who = f"{BEIJING}-coordinator"
    entry = apply_on_paper(world, BEIJING, who)
    with world.transaction() as session:
        registers.judge(session, world.principal(session, who), entry, {str(n): n != 7 for n in (1, 2, 3, 4, 5, 7)})
    with pytest.raises(CaseError, match="1 项条件不符合"):
        act(world, who, entry, Act.ADMISSION)
    act(world, who, entry, Act.REFUSAL, note="有违法记录")


def test_a_consultant_applies_for_itself_and_then_acts_for_the_entry(world: World) -> None:
    organisation = consultant(world, region=GUANGDONG)
    entry = apply_on_paper(world, GUANGDONG, "甲咨询")
    assert entry_of(world, entry).organisation_id == organisation
    with pytest.raises(Forbidden):
        act(world, "甲咨询", entry, Act.ADMISSION)


# -- duties -------------------------------------------------------------------------------------------------------------------


def test_a_consultant_reports_a_change_and_its_year_itself(world: World) -> None:
    entry = listed(world, BEIJING, organisation_id=consultant(world))
    with world.transaction() as session:
        me = world.principal(session, "甲咨询")
        given = {"occurred_on": "2027-01-05", "address": "海淀区", "senior_titles": "2"}
        change = registers.report_change(session, me, entry, given)
        year = registers.report_year(session, me, entry, None, "完成 12 家")
    assert change.facts["changed"] == {"address": [None, "海淀区"], "senior_titles": [3, 2]}
    assert year.facts["year"] == 2026
    with pytest.raises(CaseError, match="工作总结的要点"), world.transaction() as session:
        registers.report_year(session, world.principal(session, "甲咨询"), entry, 2025, " ")


def test_a_case_that_reports_a_year_again_adds_to_the_report(world: World) -> None:
    entry = listed(world, TIANJIN)
    case_id = client(world, TIANJIN, "甲咨询", "一厂")
    with world.transaction() as session:
        registers.report_year(session, world.principal(session, f"{TIANJIN}-association"), entry, 2026, "总结")
    with world.transaction() as session:
        hand = Hand(case=session.get_one(Case, case_id))
        known = session.get_one(RegisterEntry, entry, options=[joinedload(RegisterEntry.register)])
        again = register_acts.yearly_report(session, known, hand, year=2026, note="更正家数")
        assert (again.note, again.facts["late"]) == ("补充报送。更正家数", False)
    assert [mark.kind for mark in marks_of(world, entry)].count("yearly_report") == 2


def test_what_the_keeper_found_is_marked_so(world: World) -> None:
    entry = listed(world, BEIJING)
    with world.transaction() as session:
        who = world.principal(session, f"{BEIJING}-coordinator")
        mark = registers.report_change(session, who, entry, {"occurred_on": "2026-11-01", "note": "法定代表人已变", "found": "1"})
    assert (mark.facts["found"], mark.facts["late"]) == (True, True)


# -- proposals ----------------------------------------------------------------------------------------------------------------


def failed(world: World, region: str, *names: str, kind: str = "acceptance_failed") -> list[int]:
    made = [client(world, region, "甲咨询", name) for name in names]
    for case in made:
        result(world, case, kind)
    return made


def test_the_keeper_is_told_once_and_may_dismiss_with_a_reason(world: World) -> None:
    entry = listed(world, BEIJING)
    failed(world, BEIJING, "一厂", "二厂")
    [proposal] = proposals_of(world, entry)
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Notice.key == f"proposal:{proposal.id}")) == 1
    who = f"{BEIJING}-coordinator"
    for reason, error in (("", CaseError), ("均为企业停产所致", None), ("再来", Conflict)):
        with world.transaction() as session:
            principal = world.principal(session, who)
            if error is None:
                register_proposals.dismiss(session, principal, proposal.id, reason)
            else:
                with pytest.raises(error):
                    register_proposals.dismiss(session, principal, proposal.id, reason)
    assert [p.status for p in proposals_of(world, entry)] == ["dismissed"]
    failed(world, BEIJING, "三厂")
    assert [p.status for p in proposals_of(world, entry)] == ["dismissed", "open"]


def test_a_result_that_does_not_count_closes_what_no_longer_reaches_its_number(world: World) -> None:
    entry = listed(world, BEIJING)
    failed(world, BEIJING, "一厂", "二厂")
    with world.transaction() as session:
        outcome = session.scalars(select(ClientOutcome).order_by(ClientOutcome.id)).first()
        assert outcome is not None
        who = world.principal(session, f"{BEIJING}-coordinator")
        register_proposals.set_counting(session, who, entry, outcome.id, False, "企业自行改动方案，与咨询无关")
    [proposal] = proposals_of(world, entry)
    assert proposal.status == "dismissed"
    assert "不再达到规定的次数" in (proposal.reason or "")
    failed(world, BEIJING, "三厂")
    assert proposals_of(world, entry)[-1].status == "open"


def test_only_the_keeper_says_what_counts(world: World) -> None:
    entry = listed(world, BEIJING, organisation_id=consultant(world))
    [case] = failed(world, BEIJING, "一厂")
    with world.transaction() as session:
        outcome = session.scalars(select(ClientOutcome)).one()
        for who in ("甲咨询", f"{BEIJING}-environment"):
            with pytest.raises(Forbidden):
                register_proposals.set_counting(session, world.principal(session, who), entry, outcome.id, False, "x")
        with pytest.raises(CaseError, match="请从这家机构服务的企业案件中选择"):
            principal = world.principal(session, f"{BEIJING}-coordinator")
            register_proposals.add_result(session, principal, entry, case + 1000, "late", dt.date(2027, 1, 5))
        register_proposals.add_result(session, principal, entry, case, "late", dt.date(2027, 1, 5))
        with pytest.raises(Conflict):
            register_proposals.add_result(session, principal, entry, case, "late", dt.date(2027, 1, 5))


REMOVAL = diagrams.bpmn(
    "beijing.agency_removal",
    diagrams.start()
    + diagrams.user("T", "决定是否取消聘用", actor="province_coordinator", basis="bj-agency-2007.removal.s1", article="第十一条")
    + diagrams.service("Cancel", "register_cancel")
    + diagrams.end()
    + diagrams.path("S", "T", "Cancel", "E"),
    starts="service",
    jurisdiction="beijing",
)


def deploy(world: World, body: bytes = REMOVAL, path: str = "processes/beijing/agency_removal.bpmn") -> None:
    with world.transaction() as session:
        [process] = read_diagram(path, body).processes.values()
        files = {path: body}
        store.save(session, process, files, content_hash(files), DefinitionStatus.DEPLOYED)


def test_where_a_process_carries_the_procedure_a_case_is_started_once_and_carries_it_out(world: World) -> None:
    deploy(world)
    entry = listed(world, BEIJING, organisation_id=consultant(world))
    failed(world, BEIJING, "一厂", "二厂", "三厂")
    world.work()
    world.work()
    with world.session() as session:
        case = session.scalars(select(Case).where(Case.process_key == "beijing.agency_removal")).one()
        assert case.title.startswith("甲咨询 ")
    [proposal] = proposals_of(world, entry)
    assert (proposal.status, proposal.case_id) == ("started", case.id)
    world.do(f"{BEIJING}-coordinator", world.step(case.id, "removal.s1"))
    assert entry_of(world, entry).status == Standing.CANCELLED
    mark = marks_of(world, entry)[-1]
    assert (mark.case_id, mark.ground, len(mark.facts["counted"])) == (case.id, "removals.2", 2)
    assert [p.status for p in proposals_of(world, entry)] == ["done"]


def test_a_proposal_from_before_its_process_can_be_started_by_hand(world: World) -> None:
    entry = listed(world, BEIJING)
    failed(world, BEIJING, "一厂", "二厂")
    [proposal] = proposals_of(world, entry)
    with world.transaction() as session, pytest.raises(CaseError, match="还没有部署"):
        register_proposals.start_procedure(session, world.principal(session, f"{BEIJING}-coordinator"), proposal.id)
    deploy(world)
    with world.transaction() as session:
        register_proposals.start_procedure(session, world.principal(session, f"{BEIJING}-coordinator"), proposal.id)
    world.work()
    assert proposals_of(world, entry)[0].case_id is not None


def test_tasks_of_a_case_about_a_consultant_go_to_that_consultant(world: World) -> None:
    body = diagrams.bpmn(
        "beijing.agency_removal",
        diagrams.start() + diagrams.user("T", "陈述", actor="consultant", basis="bj-agency-2007.removal.s1") + diagrams.end()
        + diagrams.path("S", "T", "E"),
        starts="service", jurisdiction="beijing",
    )  # fmt: skip
    deploy(world, body)
    consultant(world, "别家")
    listed(world, BEIJING, organisation_id=consultant(world))
    failed(world, BEIJING, "一厂", "二厂")
    world.work()
    [task] = world.open_tasks(name="陈述")
    with world.session() as session:
        assert session.get_one(Organisation, task.organisation_id).name == "甲咨询"
        assert session.get_one(Case, task.case_id).title.startswith("甲咨询")


REVIEW = diagrams.bpmn(
    "beijing.review",
    diagrams.start()
    + diagrams.service("Draw", "draw_experts", wanted='{"环保": 1}')
    + diagrams.xor("Drawn", default="Drawn_Wait")
    + diagrams.user("Wait", "增补专家库", actor="support_body", panel="experts")
    + diagrams.user("Meet", "召开评审会", actor="support_body", panel="experts")
    + diagrams.end()
    + diagrams.path("S", "Draw", "Drawn")
    + diagrams.flow("Drawn", "Meet", "experts_drawn")
    + diagrams.flow("Drawn", "Wait")
    + diagrams.path("Wait", "Draw")
    + diagrams.path("Meet", "E"),
    starts="service",
    jurisdiction="beijing",
)


def test_a_case_without_enough_experts_waits_with_what_is_missing_and_goes_on_once_they_are_there(world: World) -> None:
    deploy(world, REVIEW, "processes/beijing/review.bpmn")
    with world.transaction() as session:
        open_register(session, EXPERTS[BEIJING], BEIJING)
        case = starting.start(session, process="beijing.review", region=BEIJING, variables={})
    [waiting] = world.open_tasks(case.id)
    assert waiting.name == "增补专家库"
    assert "“环保”专家需要 1 名，可抽取的 0 名" in (waiting.context or {})["draw_missing"]
    world.do(f"{BEIJING}-support_body", waiting)
    assert [task.name for task in world.open_tasks(case.id)] == ["增补专家库"]
    expert(world, BEIJING, "环一", "环保")
    world.do(f"{BEIJING}-support_body", world.open_tasks(case.id)[0])
    assert [task.name for task in world.open_tasks(case.id)] == ["召开评审会"]


def test_a_case_that_is_about_an_entry_bears_its_name_and_is_seen_by_it(world: World) -> None:
    deploy(world)
    entry = listed(world, BEIJING, organisation_id=consultant(world))
    with world.transaction() as session:
        case = starting.start(session, process="beijing.agency_removal", region=BEIJING, variables={}, entry_id=entry)
        assert case.title == "甲咨询 测试"
        assert session.scalar(select(Case.id).where(Case.id == case.id, scope.cases(world.principal(session, "甲咨询")))) == case.id


# -- the cases' own data ------------------------------------------------------------------------------------------------------


def test_a_form_that_names_a_consultant_and_a_result_that_a_task_decides_are_written_down_by_themselves(world: World) -> None:
    world.publish(["甲厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    world.do_step("enterprise:甲厂", case.id, "disclosure.s2")
    world.do_step(
        "enterprise:甲厂", case.id, "execution.s1", mode="consultant", consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询")
    )
    with world.session() as session:
        service = session.scalars(select(ConsultantService)).one()
        assert (service.case_id, service.consultant_key, service.mandatory) == (case.id, uscc_of("甲咨询"), True)
    with world.transaction() as session:
        from app.services import client_record

        task = Task(
            case_id=case.id, engine_id="x" * 32, process_key="t", element_id="T", name="确定结果", actor="city_coordinator", status="completed",
            basis="sd-acceptance-2008.acceptance.s19", created_at=case.started_at, context={"acceptance_result": "fail"},
        )  # fmt: skip
        session.add(task)
        session.flush()
        found = session.get_one(Case, case.id)
        client_record.after_completion(session, found, task, {"decision": "return"})
        client_record.after_completion(session, found, task, {"decision": "confirm"})
        assert session.scalars(select(ClientOutcome.kind)).all() == ["acceptance_failed"]
        client_record.after_withdrawal(session, task)
        assert session.scalars(select(ClientOutcome.kind)).all() == []


# -- what passes by itself ----------------------------------------------------------------------------------------------------


def pass_day(world: World, day: str) -> int:
    world.clock.to(day)
    with world.transaction() as session:
        return register_days.pass_day(session)


def test_a_term_ends_the_day_after_its_last_day(world: World) -> None:
    entry = listed(world, BEIJING)
    assert entry_of(world, entry).term_until == dt.date(2029, 1, 11)
    pass_day(world, "2029-01-11")
    assert entry_of(world, entry).status == Standing.LISTED
    pass_day(world, "2029-01-12")
    assert entry_of(world, entry).status == Standing.EXPIRED
    assert marks_of(world, entry)[-1].kind == Act.EXPIRY


def test_two_idle_years_are_a_warning_in_tianjin_counted_from_the_last_client(world: World) -> None:
    entry = listed(world, TIANJIN)
    world.clock.to("2027-06-01")
    client(world, TIANJIN, "甲咨询", "一厂")
    pass_day(world, "2029-05-31")
    assert [p for p in proposals_of(world, entry) if p.ground == "warnings.8"] == []
    for day in ("2029-06-01", "2029-06-02", "2030-06-01"):
        pass_day(world, day)
    found = [p for p in proposals_of(world, entry) if p.ground == "warnings.8"]
    assert [p.created_on for p in found] == [dt.date(2029, 6, 1)]
    assert "自 2027-06-01（最近一次业务）起已满 2 年" in found[0].says
    pass_day(world, "2031-06-01")
    assert len([p for p in proposals_of(world, entry) if p.ground == "warnings.8"]) == 2


def test_two_years_without_a_client_after_the_announcement_lead_to_an_order_in_guangdong(world: World) -> None:
    idle, busy = listed(world, GUANGDONG), listed(world, GUANGDONG, "乙咨询")
    world.clock.to("2028-01-05")
    client(world, GUANGDONG, "乙咨询", "一厂")
    pass_day(world, "2029-01-11")
    pass_day(world, "2031-02-01")
    assert [(p.act, p.ground) for p in proposals_of(world, idle)][:1] == [(Act.CORRECTION_ORDERED, "removals.1")]
    assert proposals_of(world, busy) == []  # it had a client within two years of the announcement


def test_a_missing_yearly_report_is_recorded_once_and_has_no_consequence(world: World) -> None:
    entry, diligent, fresh = listed(world, TIANJIN), listed(world, TIANJIN, "乙咨询"), None
    world.clock.to("2028-01-20")
    with world.transaction() as session:
        who = world.principal(session, f"{TIANJIN}-association")
        registers.report_year(session, who, diligent, 2027, "总结")
    fresh = listed(world, TIANJIN, "丙咨询")
    pass_day(world, "2028-01-31")
    assert [m.kind for m in marks_of(world, entry)][-1] == "admission"
    for day in ("2028-02-01", "2028-02-02"):
        pass_day(world, day)
    assert [m.kind for m in marks_of(world, entry)].count("report_missed") == 1
    assert not {"report_missed"} & {m.kind for one in (diligent, fresh) for m in marks_of(world, one)}
    assert entry_of(world, entry).warnings == 0


def test_reviews_that_are_due_make_one_round_and_end_it(world: World) -> None:
    first, second = expert(world, BEIJING, "张三", "环保"), expert(world, BEIJING, "李四", "能源")
    for day in ("2029-01-10", "2029-01-11", "2029-01-12"):
        pass_day(world, day)
    with world.session() as session:
        round_ = session.scalars(select(RegisterProposal)).one()
        assert (round_.act, round_.entry_id, len(round_.counted)) == (Act.REVIEW, None, 2)
    with world.transaction() as session:
        who = world.principal(session, f"{BEIJING}-support_body")
        with pytest.raises(CaseError, match="有不合格的"):
            registers.review(session, who, {first: "pass", second: "fail"}, "")
    with world.transaction() as session:
        registers.review(session, world.principal(session, f"{BEIJING}-support_body"), {first: "pass"}, "")
        assert session.get_one(RegisterProposal, round_.id).status == "open"
        registers.review(session, world.principal(session, f"{BEIJING}-support_body"), {second: "fail"}, "不能履职")
        assert session.get_one(RegisterProposal, round_.id).status == "done"
    assert [p.ground for p in proposals_of(world, second)] == ["removals.6"]


def test_the_day_is_announced_once_and_done_by_a_worker(world: World) -> None:
    entry = listed(world, BEIJING)
    world.clock.to("2029-02-01")
    assert [register_days.announce(world.runtime.database) for _ in range(2)] == [True, False]
    world.work()
    assert entry_of(world, entry).status == Standing.EXPIRED
    with world.session() as session:
        assert session.scalars(select(OutboxMessage.status).where(OutboxMessage.kind == "registers_day")).all() == ["done"]


def test_the_daily_look_costs_no_query_for_an_entry_that_is_not_due(world: World) -> None:
    listed(world, TIANJIN)
    with counted(world.runtime.database.engine) as few:
        pass_day(world, "2027-01-20")
    for number in range(12):
        listed(world, TIANJIN, f"第{number}咨询")
    with counted(world.runtime.database.engine) as many:
        pass_day(world, "2027-01-21")
    assert len(many) == len(few)


# -- experts ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sitting(world: World) -> tuple[int, list[int]]:
    """A case in Beijing with two experts drawn out of four. Gives the case and the members."""
    for name, specialty in (("环一", "环保"), ("环二", "环保"), ("环三", "环保"), ("能一", "能源")):
        expert(world, BEIJING, name, specialty)
    case_id = client(world, BEIJING, "甲咨询", "一厂")
    with world.transaction() as session:
        case = session.get_one(Case, case_id)
        register = experts.pool_register(session, case)
        assert register is not None
        made = experts.hold(session, case, register, {"环保": 1, "能源": 1}, Hand())
        assert not isinstance(made, str)
        members = list(session.scalars(select(DrawMember.id).where(DrawMember.draw_id == made.id).order_by(DrawMember.specialty.desc())))
    return case_id, members[::-1] if _specialty(world, members[0]) != "环保" else members


def _specialty(world: World, member: int) -> str:
    with world.session() as session:
        return session.get_one(DrawMember, member).specialty


def attend(world: World, who: str, member: int, status: MemberStatus, reason: str = "有事") -> None:
    with world.transaction() as session:
        expert_acts.set_attendance(session, world.principal(session, who), member, status, reason)


def test_who_recuses_is_replaced_and_never_judges_that_enterprise(world: World, sitting: tuple[int, list[int]]) -> None:
    case, (member, _) = sitting
    who = f"{BEIJING}-support_body"
    with pytest.raises(CaseError, match="写明原因"):
        attend(world, f"{BEIJING}-coordinator", member, MemberStatus.RECUSED, " ")
    attend(world, f"{BEIJING}-coordinator", member, MemberStatus.RECUSED, "亲属在该企业任职")
    with world.session() as session:
        assert session.scalars(select(ExpertInterest.note)).one() == "亲属在该企业任职"
    with pytest.raises(NotFound), world.transaction() as session:  # the support body has no part in this case
        expert_acts.redraw(session, world.principal(session, who), case)
    with world.transaction() as session:
        made = expert_acts.redraw(session, world.principal(session, f"{BEIJING}-coordinator"), case)
        assert (made.replaces, made.wanted) == (True, {"环保": 1})
    with pytest.raises(Conflict, match="补抽了其他专家"):
        attend(world, f"{BEIJING}-coordinator", member, MemberStatus.DRAWN, "又能来了")
    with pytest.raises(Conflict, match="没有空出的名额"), world.transaction() as session:
        expert_acts.redraw(session, world.principal(session, f"{BEIJING}-coordinator"), case)


def say(
    world: World, who: str, member: int, agrees: bool | None = True, signed: bool = True, dissent: str = "", opinion: str = "可行"
) -> None:
    with world.transaction() as session:
        expert_acts.give_opinion(session, world.principal(session, who), member, opinion, agrees, signed, dissent)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"opinion": ""}, "请填写意见"),
        ({"agrees": None}, "是否同意"),
        ({"agrees": False, "signed": False}, "个人书面意见"),
        ({"signed": False}, "应当签字"),
    ],
)
def test_an_opinion_is_complete_or_refused(world: World, sitting: tuple[int, list[int]], given: dict[str, Any], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        say(world, f"{BEIJING}-coordinator", sitting[1][0], **given)


def test_dissent_is_recorded_with_its_reasons_and_need_not_be_signed(world: World, sitting: tuple[int, list[int]]) -> None:
    case, (member, other) = sitting
    say(world, f"{BEIJING}-coordinator", member, agrees=False, signed=False, dissent="中高费方案未落实")
    with world.session() as session:
        found = session.get_one(DrawMember, member)
        assert (found.agrees, found.signed, found.dissent) == (False, False, "中高费方案未落实")
        events = session.scalars(select(Event).where(Event.case_id == case, Event.kind == "expert_opinion")).all()
        assert "不同意专家组意见，不签字" in events[0].name
    with pytest.raises(Conflict, match="已经发表意见"):
        attend(world, f"{BEIJING}-coordinator", member, MemberStatus.ABSENT)
    attend(world, f"{BEIJING}-coordinator", other, MemberStatus.ABSENT)
    with pytest.raises(Conflict, match="没有参加"):
        say(world, f"{BEIJING}-coordinator", other)


def test_an_expert_with_an_account_speaks_for_itself_and_for_nobody_else(world: World, sitting: tuple[int, list[int]]) -> None:
    _case, (member, other) = sitting
    with world.transaction() as session:
        session.get_one(RegisterEntry, session.get_one(DrawMember, member).entry_id).user_id = world.users["expert"]
    say(world, "expert", member)
    with pytest.raises(NotFound):
        say(world, "expert", other)


def test_naming_experts_without_a_lot_needs_a_reason_and_no_tie(world: World, sitting: tuple[int, list[int]]) -> None:
    case, _ = sitting
    with world.session() as session:
        free, barred = expert_acts.entries_to_choose(session, session.get_one(Case, case))
    assert len(free) == 2
    for chosen, reason, said in (({free[0].id: "环保"}, "", "写明依据和理由"), ({barred[0][0].id: "环保"}, "专家库不能涵盖", "不能参加")):
        with pytest.raises(CaseError, match=said), world.transaction() as session:
            expert_acts.designate(session, world.principal(session, f"{BEIJING}-coordinator"), case, chosen, reason)
    with world.transaction() as session:
        made = expert_acts.designate(
            session, world.principal(session, f"{BEIJING}-coordinator"), case, {free[0].id: "环保"}, "库内不能涵盖"
        )
        assert (made.method, made.seed, made.sitting) == ("designated", "", 1)


def test_an_interest_is_declared_by_the_expert_or_the_keeper(world: World) -> None:
    entry = expert(world, BEIJING, "张三", "环保")
    given = {"nature": "served", "name": "一厂", "uscc": "", "note": ""}
    with world.transaction() as session:
        with pytest.raises(Forbidden):
            registers.declare_interest(session, world.principal(session, f"{BEIJING}-environment"), entry, given)
        registers.declare_interest(session, world.principal(session, f"{BEIJING}-support_body"), entry, given)
        with pytest.raises(Conflict):
            registers.declare_interest(session, world.principal(session, f"{BEIJING}-support_body"), entry, given)
        with pytest.raises(InvalidForm):
            registers.declare_interest(session, world.principal(session, f"{BEIJING}-support_body"), entry, {"nature": "x", "name": ""})
        assert session.scalars(select(Enterprise)).all() == []
