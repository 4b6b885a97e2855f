"""Registers as each place's text has them: conditions, terms, reports, warnings, removal, bans, and rules that count."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from app.engine.scripting import ServiceCall
from app.law.registers import Act
from app.model import Case, CaseSubject, ClientOutcome, Event, Notice, Publication, RegisterEntry, RegisterMark, Standing
from app.services import register_acts
from app.services.context import OperatorError, ServiceContext, carry_out
from app.services.register_book import Doing, Hand, Refused, lock_entry
from app.services.register_opening import Applicant, apply, open_register
from tests.support.registers import (
    ABLE,
    BEIJING,
    CONSULTANTS,
    EXPERTS,
    GUANGDONG,
    LIAONING,
    SHANDONG,
    TIANJIN,
    ZHEJIANG,
    case_about,
    client,
    do,
    entry_of,
    expert,
    listed,
    marks_of,
    offices,
    proposals_of,
    result,
    submitted,
    without_procedures,
)
from tests.support.world import World, uscc_of

PLACES = (BEIJING, TIANJIN, GUANGDONG, ZHEJIANG, LIAONING, SHANDONG)


@pytest.fixture(autouse=True)
def keepers(world: World) -> None:
    for region in PLACES:
        offices(world, region)
    without_procedures(world, "beijing")


# -- admission ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "lacking", "said"),
    [
        (BEIJING, {"senior_titles": 1}, "高级职称审核人员不少于 2 名，申报 1 名"),
        (BEIJING, {"recent_projects": 4}, "近两年审核咨询业绩不少于 5 个"),
        (GUANGDONG, {"intermediate_titles": 4}, "中级职称审核人员不少于 5 名"),
        (GUANGDONG, {"leader_consulting_years": 1, "leader_related_years": 2}, "项目负责人"),
        (ZHEJIANG, {"auditors": 5}, "不少于 6 名"),
    ],
)
def test_an_applicant_below_a_figure_is_not_admitted_and_told_which(world: World, region: str, lacking: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        listed(world, region, facts=lacking)


def test_either_of_two_experiences_will_do_in_guangdong(world: World) -> None:
    entry = listed(world, GUANGDONG, facts={"leader_consulting_years": 0, "leader_related_years": 3})
    assert entry_of(world, entry).status == Standing.LISTED


def test_in_tianjin_conditions_are_declared_and_nobody_approves_them(world: World) -> None:
    entry = listed(world, TIANJIN, facts={"registered_capital": "49.99"})
    assert entry_of(world, entry).status == Standing.LISTED
    assert marks_of(world, entry)[-1].facts["unmet"] == [2]


def test_beijing_lists_for_two_years_and_guangdong_without_a_term(world: World) -> None:
    assert entry_of(world, listed(world, BEIJING)).term_until == dt.date(2029, 1, 11)
    assert entry_of(world, listed(world, GUANGDONG)).term_until is None


def test_an_expert_who_lacks_a_condition_may_be_exempt_only_where_the_text_says_so(world: World) -> None:
    with pytest.raises(Refused, match="职称"):
        expert(world, BEIJING, "张三", "环保", title="中级")
    with world.transaction() as session:
        register = open_register(session, "bj-expert-2007.registry", BEIJING)
        special = apply(session, register, Applicant("张三", employer="某院", specialties=("环保",), facts={"title": "中级"}), Hand())
        written = register_acts.act(session, special, Doing(Act.ADMISSION, exempt=True), Hand())
    assert "第七条" in written.facts["exemption"]
    with pytest.raises(Refused, match="没有规定可以不具备条件"), world.transaction() as session:
        poor = apply(
            session,
            open_register(session, CONSULTANTS[BEIJING], BEIJING),
            Applicant("乙", uscc=uscc_of("乙"), facts={"senior_titles": 0}),
            Hand(),
        )
        register_acts.act(session, poor, Doing(Act.ADMISSION, exempt=True), Hand())


def test_an_expert_of_another_kind_is_not_asked_for_the_years_of_this_one(world: World) -> None:
    assert entry_of(world, expert(world, BEIJING, "李四", "清洁生产", years=6)).status == Standing.LISTED
    with pytest.raises(Refused, match="不少于 10 年"):
        expert(world, BEIJING, "王五", "能源", years=6)


def test_a_register_without_a_keeper_says_what_to_set_up(world: World) -> None:
    with pytest.raises(Refused, match="340000 尚未设置"), world.transaction() as session:
        open_register(session, "ah-audit-2007.consultants", "340000")


def test_a_province_without_its_own_register_keeps_the_nations(world: World) -> None:
    entry = listed(world, LIAONING)
    with world.session() as session:
        register = session.get_one(RegisterEntry, entry).register_id
        assert register
    assert (
        do(world, entry, Act.CORRECTION_ORDERED, ground="warnings.1", correct_by=dt.date(2027, 6, 1)).step == "ln-mandatory-2006.penalty.s5"
    )


# -- what a place knows, and what it does not ---------------------------------------------------------------------------------


def test_tianjin_warns_and_never_removes(world: World) -> None:
    entry = listed(world, TIANJIN)
    do(world, entry, Act.WARNING, ground="第十四条5")
    do(world, entry, Act.WARNING, ground="warnings.6")
    assert (entry_of(world, entry).warnings, entry_of(world, entry).status) == (2, Standing.LISTED)
    for act in (Act.REMOVAL, Act.CANCELLATION, Act.CORRECTION_ORDERED):
        with pytest.raises(Refused, match=r"天津市清洁生产审核咨询服务机构行业管理办法.*公示警告（第十四条）.*第十六条"):
            do(world, entry, act)


@pytest.mark.parametrize("ground", ["第十一条（一）", "第十一条（二）", "第十一条（三）", "第十一条（四）"])
def test_beijing_cancels_on_four_grounds_each_with_its_article(world: World, ground: str) -> None:
    entry = listed(world, BEIJING)
    written = do(world, entry, Act.CANCELLATION, ground=ground, note="据 2026 年两件验收材料")
    assert (written.step, written.article) == ("bj-agency-2007.removal.s1", ground)
    assert entry_of(world, entry).status == Standing.CANCELLED


def test_beijing_neither_warns_nor_removes_on_a_ground_of_its_own(world: World) -> None:
    entry = listed(world, BEIJING)
    with pytest.raises(Refused, match="没有规定“警告”"):
        do(world, entry, Act.WARNING)
    with pytest.raises(Refused, match="文件列举的情形之一"):
        do(world, entry, Act.CANCELLATION, ground="收费太高")


def test_guangdong_removes_only_after_the_order_to_correct_was_refused(world: World) -> None:
    entry, ground = listed(world, GUANGDONG), "第四十六条(五)"
    with pytest.raises(Refused, match="拒不改正的才能办理"):
        do(world, entry, Act.REMOVAL, ground=ground)
    order = do(world, entry, Act.CORRECTION_ORDERED, ground=ground, correct_by=dt.date(2027, 3, 1))
    with pytest.raises(Refused, match="改正期限至 2027-03-01"):
        do(world, entry, Act.REMOVAL, ground=ground)
    with pytest.raises(Refused, match="没有就"):
        do(world, entry, Act.REMOVAL, ground="第四十六条(六)", note="x")
    world.clock.to("2027-03-02")
    removal = do(world, entry, Act.REMOVAL, ground=ground)
    assert removal.answers_id == order.id
    assert entry_of(world, entry).status == Standing.REMOVED


def test_an_open_refusal_ends_the_time_to_correct_but_needs_its_story(world: World) -> None:
    entry, ground = listed(world, GUANGDONG), "removals.6"
    do(world, entry, Act.CORRECTION_ORDERED, ground=ground, correct_by=dt.date(2027, 3, 1))
    with pytest.raises(Refused, match="写明拒绝的经过"):
        do(world, entry, Act.REMOVAL, ground=ground, refused=True)
    assert do(world, entry, Act.REMOVAL, ground=ground, refused=True, note="书面回复拒绝改正").facts["refused"]


def test_what_was_corrected_cannot_be_removed_for(world: World) -> None:
    entry, ground = listed(world, GUANGDONG), "removals.2"
    do(world, entry, Act.CORRECTION_ORDERED, ground=ground, correct_by=dt.date(2027, 3, 1))
    do(world, entry, Act.CORRECTED, note="已更换项目负责人")
    world.clock.to("2027-03-02")
    with pytest.raises(Refused, match="没有就"):
        do(world, entry, Act.REMOVAL, ground=ground)


def test_an_order_to_correct_needs_a_day_to_come(world: World) -> None:
    entry = listed(world, GUANGDONG)
    for day in (None, dt.date(2027, 1, 11)):
        with pytest.raises(Refused, match="晚于今天"):
            do(world, entry, Act.CORRECTION_ORDERED, ground="removals.2", correct_by=day)


def test_criticism_of_an_expert_in_tianjin_is_not_told_to_everybody(world: World) -> None:
    entry = expert(world, TIANJIN, "赵六", "能源")
    assert do(world, entry, Act.CRITICISM, ground="第十三条1").public is False
    assert do(world, entry, Act.REMOVAL, ground="第十三条1").public is True


def test_who_is_not_on_the_list_is_not_warned(world: World) -> None:
    entry = listed(world, TIANJIN)
    do(world, entry, Act.EXIT)
    with pytest.raises(Refused, match="已退出"):
        do(world, entry, Act.WARNING, ground="第十四条5")


def test_history_is_never_changed(world: World) -> None:
    mark = marks_of(world, listed(world, TIANJIN))[0]
    with pytest.raises(DatabaseError, match="append-only"), world.transaction() as session:
        session.execute(update(RegisterMark).where(RegisterMark.id == mark.id).values(note="没有的事"))


# -- ban and return -----------------------------------------------------------------------------------------------------------


def application(world: World, region: str, name: str = "甲咨询") -> RegisterEntry:
    with world.transaction() as session:
        register = open_register(session, CONSULTANTS[region], region)
        return apply(session, register, Applicant(name, uscc=uscc_of(name), facts=ABLE), Hand())


def test_in_zhejiang_who_was_dismissed_may_apply_again_after_two_years_and_keeps_its_history(world: World) -> None:
    entry = listed(world, ZHEJIANG)
    do(world, entry, Act.REMOVAL, ground="第十二条（一）")
    assert entry_of(world, entry).banned_until == dt.date(2029, 1, 11)
    world.clock.to("2029-01-11")
    with pytest.raises(Refused, match=r"2029-01-11.*前不得再次申请"):
        application(world, ZHEJIANG)
    world.clock.to("2029-01-12")
    assert application(world, ZHEJIANG).id == entry
    assert do(world, entry, Act.ADMISSION).kind == Act.READMISSION
    assert [m.kind for m in marks_of(world, entry)] == ["application", "admission", "removal", "application", "readmission"]


def test_a_cancelled_one_in_beijing_may_apply_again_at_once(world: World) -> None:
    entry = listed(world, BEIJING)
    do(world, entry, Act.CANCELLATION, ground="第十一条（三）")
    assert application(world, BEIJING).id == entry


def test_applying_twice_or_while_listed_without_a_term_is_needless(world: World) -> None:
    application(world, BEIJING)
    with pytest.raises(Refused, match="正在办理"):
        application(world, BEIJING)
    listed(world, GUANGDONG)
    with pytest.raises(Refused, match="已经在册"):
        application(world, GUANGDONG)


def test_a_renewal_prolongs_the_term_and_the_old_place_stays_until_then(world: World) -> None:
    entry = listed(world, BEIJING)
    world.clock.to("2028-12-20")
    assert application(world, BEIJING).status == Standing.LISTED
    do(world, entry, Act.ADMISSION)
    assert entry_of(world, entry).term_until == dt.date(2030, 12, 20)


# -- duties -------------------------------------------------------------------------------------------------------------------


def change(world: World, entry: int, on: str, **changes: Any) -> RegisterMark:
    with world.transaction() as session:
        found = lock_entry(session, entry)
        return register_acts.change(session, found, dt.date.fromisoformat(on), changes, Hand(organisation_id=found.register.keeper_id))


def test_a_change_is_due_thirty_days_from_the_change_not_from_its_report(world: World) -> None:
    entry = listed(world, BEIJING)
    world.clock.to("2027-03-03")
    on_time = change(world, entry, "2027-02-01", address="海淀区某路 1 号")
    late = change(world, entry, "2027-01-29", legal_representative="钱七")
    assert (on_time.facts["due_on"], on_time.facts["late"]) == ("2027-03-03", False)
    assert (late.facts["due_on"], late.facts["late"]) == ("2027-03-01", True)
    assert entry_of(world, entry).facts["address"] == "海淀区某路 1 号"
    assert on_time.facts["changed"] == {"address": [None, "海淀区某路 1 号"]}


def test_where_the_text_sets_no_time_a_change_is_never_late(world: World) -> None:
    entry = listed(world, GUANGDONG)
    assert change(world, entry, "2026-01-01", address="天河区").facts["due_on"] is None


def test_a_change_to_come_or_of_nothing_is_refused(world: World) -> None:
    entry = listed(world, BEIJING)
    with pytest.raises(Refused, match="晚于今天"):
        change(world, entry, "2027-01-12", address="x")
    with pytest.raises(Refused, match="没有填写变更的内容"):
        change(world, entry, "2027-01-10", senior_titles=3)


def report(world: World, entry: int, year: int | None = None) -> RegisterMark:
    with world.transaction() as session:
        return register_acts.yearly_report(session, lock_entry(session, entry), Hand(), year=year, note="总结")


def test_the_yearly_report_is_about_last_year_and_comes_once(world: World) -> None:
    entry = listed(world, TIANJIN)
    world.clock.to("2027-01-31")
    assert report(world, entry).facts == {"year": 2026, "due_on": "2027-01-31", "late": False, "files": []}
    with pytest.raises(Refused, match="已经报送 2026 年度"):
        report(world, entry)
    with pytest.raises(Refused, match="核对年份"):
        report(world, entry, 2027)


def test_guangdong_asks_for_no_yearly_report(world: World) -> None:
    with pytest.raises(Refused, match="没有规定“年度报告”"):
        report(world, listed(world, GUANGDONG))


# -- rules that count ---------------------------------------------------------------------------------------------------------


def failures(world: World, region: str, names: list[str], kind: str, consultant: str = "甲咨询", **more: Any) -> list[int]:
    cases = [client(world, region, consultant, name, **more) for name in names]
    for case in cases:
        result(world, case, kind)
    return cases


def test_two_failed_clients_in_a_year_are_found_in_beijing_with_the_cases_behind_them(world: World) -> None:
    entry = listed(world, BEIJING)
    failures(world, BEIJING, ["一厂"], "acceptance_failed")
    assert proposals_of(world, entry) == []
    cases = failures(world, BEIJING, ["二厂"], "acceptance_failed")
    [found] = proposals_of(world, entry)
    assert (found.act, found.ground, found.status) == (Act.CANCELLATION, "removals.2", "open")
    assert [(one["enterprise"], one["kind"]) for one in found.counted] == [("一厂", "acceptance_failed"), ("二厂", "acceptance_failed")]
    assert found.counted[1]["case"] == cases[0]
    assert "因咨询服务不到位" in found.judge


def test_in_beijing_one_client_that_fails_twice_is_one(world: World) -> None:
    entry = listed(world, BEIJING)
    case = client(world, BEIJING, "甲咨询", "一厂")
    result(world, case, "acceptance_failed", "2027-01-05")
    result(world, case, "acceptance_failed", "2027-01-09")
    assert proposals_of(world, entry) == []


def test_in_beijing_the_year_is_the_calendar_year_and_speaks_once(world: World) -> None:
    entry = listed(world, BEIJING)
    first, second, third = (client(world, BEIJING, "甲咨询", name) for name in ("一厂", "二厂", "三厂"))
    result(world, first, "acceptance_failed", "2026-12-31")
    result(world, second, "acceptance_failed", "2027-01-04")
    assert proposals_of(world, entry) == []
    result(world, third, "acceptance_failed", "2027-01-05")
    result(world, first, "acceptance_failed", "2027-01-06")
    assert [one.period for one in proposals_of(world, entry)] == ["2027"]


def test_in_tianjin_a_year_is_any_year_and_times_count(world: World) -> None:
    entry = listed(world, TIANJIN)
    case = client(world, TIANJIN, "甲咨询", "一厂")
    result(world, case, "assessment_failed", "2026-01-10")
    result(world, case, "assessment_failed", "2027-01-10")
    assert proposals_of(world, entry) == []  # a year and a day apart
    result(world, case, "assessment_failed", "2027-01-11")
    [found] = proposals_of(world, entry)
    assert (found.act, found.ground, len(found.counted)) == (Act.WARNING, "warnings.3", 2)
    result(world, client(world, TIANJIN, "甲咨询", "二厂"), "assessment_failed", "2027-01-11")
    assert len(proposals_of(world, entry)) == 1  # each failure counts once


def test_three_mandatory_clients_behind_schedule_are_a_ground_in_tianjin(world: World) -> None:
    entry = listed(world, TIANJIN)
    failures(world, TIANJIN, ["一厂", "二厂"], "late")
    failures(world, TIANJIN, ["自愿厂"], "late", mandatory=False)
    assert proposals_of(world, entry) == []
    failures(world, TIANJIN, ["三厂"], "refused")
    [found] = proposals_of(world, entry)
    assert found.ground == "warnings.4"
    assert {one["enterprise"] for one in found.counted} == {"一厂", "二厂", "三厂"}


def test_clients_elsewhere_and_of_others_do_not_count(world: World) -> None:
    entry = listed(world, BEIJING)
    failures(world, BEIJING, ["一厂"], "acceptance_failed")
    failures(world, TIANJIN, ["二厂"], "acceptance_failed")
    failures(world, BEIJING, ["三厂"], "acceptance_failed", consultant="乙咨询")
    assert proposals_of(world, entry) == []


def test_a_cancellation_by_number_keeps_what_was_counted_and_settles_the_proposal(world: World) -> None:
    entry = listed(world, BEIJING)
    with pytest.raises(Refused, match="次数没有达到"):
        do(world, entry, Act.CANCELLATION, ground="第十一条（一）")
    failures(world, BEIJING, ["一厂", "二厂"], "acceptance_failed")
    written = do(world, entry, Act.CANCELLATION, ground="removals.2")
    assert len(written.facts["counted"]) == 2
    assert [one.status for one in proposals_of(world, entry)] == ["done"]


def test_two_warnings_in_a_year_lead_to_dismissal_in_zhejiang(world: World) -> None:
    entry = listed(world, ZHEJIANG)
    do(world, entry, Act.WARNING, ground="第十一条（二）")
    assert proposals_of(world, entry) == []
    do(world, entry, Act.WARNING, ground="第十一条（三）")
    assert [(one.act, one.ground) for one in proposals_of(world, entry)] == [(Act.REMOVAL, "removals.2")]


def test_two_bad_records_in_a_year_cost_an_expert_the_place_in_beijing(world: World) -> None:
    entry = expert(world, BEIJING, "张三", "环保")
    do(world, entry, Act.BAD_RECORD, note="迟到")
    world.clock.to("2028-01-12")
    do(world, entry, Act.BAD_RECORD, note="未到场")
    assert proposals_of(world, entry) == []
    do(world, entry, Act.BAD_RECORD, note="再次未到场")
    assert [one.ground for one in proposals_of(world, entry)] == ["removals.5"]


def test_a_failed_review_is_a_ground_and_the_next_one_is_due_in_two_years(world: World) -> None:
    entry = expert(world, BEIJING, "张三", "环保")
    world.clock.to("2028-06-01")
    with world.transaction() as session:
        register_acts.review(session, lock_entry(session, entry), False, Hand(), "不能履职")
    assert entry_of(world, entry).review_due_on == dt.date(2030, 6, 1)
    assert [one.ground for one in proposals_of(world, entry)] == ["removals.6"]


def test_losing_a_figure_by_a_change_is_brought_up_in_tianjin_and_guangdong(world: World) -> None:
    for region, ground in ((TIANJIN, "warnings.7"), (GUANGDONG, "removals.3")):
        entry = listed(world, region)
        change(world, entry, "2027-01-08", senior_titles=1)
        assert [one.ground for one in proposals_of(world, entry)] == [ground]


def test_a_consultant_named_without_its_code_is_known_once_it_is_listed(world: World) -> None:
    with world.transaction() as session:
        case = session.get_one(Case, client(world, BEIJING, "乙咨询", "一厂"))
        from app.services import client_record

        client_record.engage(session, case, "甲咨询")
    result(world, case.id, "acceptance_failed")
    entry = listed(world, BEIJING)
    with world.session() as session:
        assert session.scalars(select(ClientOutcome.consultant_key)).all() == [uscc_of("甲咨询")]
    failures(world, BEIJING, ["二厂"], "acceptance_failed")
    assert len(proposals_of(world, entry)) == 1


# -- operators ----------------------------------------------------------------------------------------------------------------


def ask(
    world: World, case_id: int, operator: str, *, engine_id: str = "a" * 32, variables: dict[str, Any] | None = None, **arguments: Any
) -> Any:
    with world.transaction() as session:
        call = ServiceCall(operator, arguments, variables or {}, None, None, engine_id)
        return carry_out(ServiceContext(session, session.get_one(Case, case_id), call, None, None))


def test_a_diagram_takes_an_application_through_to_the_list(world: World) -> None:
    case = case_about(world, BEIJING)
    submitted(world, case, consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"), **{**ABLE, "senior_titles": "1"})
    told = ask(world, case, "register_apply", register=CONSULTANTS[BEIJING])
    assert (told["may_apply"], told["conditions_met"], told["conditions_unmet"]) == (True, False, 1)
    with pytest.raises(OperatorError, match="不能列入"):
        ask(world, case, "register_admit")
    ask(world, case, "register_refuse", note="人员不足")
    with world.session() as session:
        entry_id = session.get_one(CaseSubject, case).entry_id
        assert session.get_one(RegisterEntry, entry_id).status == Standing.REFUSED


def test_a_banned_applicant_is_turned_away_by_a_branch_not_by_a_fault(world: World) -> None:
    entry = listed(world, ZHEJIANG)
    do(world, entry, Act.REMOVAL, ground="第十二条（一）")
    case = case_about(world, ZHEJIANG)
    submitted(world, case, consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"), **ABLE)
    told = ask(world, case, "register_apply", register=CONSULTANTS[ZHEJIANG])
    assert told["may_apply"] is False
    assert "不得再次申请" in told["refusal"]


def test_a_service_task_marks_an_entry_once(world: World) -> None:
    entry = listed(world, TIANJIN)
    case = case_about(world, TIANJIN, entry)
    for _ in range(2):
        ask(world, case, "register_warn", ground="第十四条5", note="泄密")
    assert entry_of(world, entry).warnings == 1
    ask(world, case, "register_warn", engine_id="b" * 32, variables={"ground": "warnings.6"})
    assert [m.article for m in marks_of(world, entry)[-2:]] == ["第十四条5", "第十四条6"]


def test_a_diagram_that_removes_in_tianjin_is_stopped_with_the_reason(world: World) -> None:
    case = case_about(world, TIANJIN, listed(world, TIANJIN))
    with pytest.raises(OperatorError, match="没有规定“除名”"):
        ask(world, case, "register_remove")


def test_an_act_about_nobody_is_refused(world: World) -> None:
    with pytest.raises(OperatorError, match="还没有对应名录中的条目"):
        ask(world, case_about(world, TIANJIN), "register_warn", ground="第十四条5")


def test_acts_are_told_published_and_audited(world: World) -> None:
    entry = listed(world, GUANGDONG, organisation_id=_consultant(world))
    case = case_about(world, GUANGDONG, entry)
    ask(world, case, "order_correction", ground="removals.5", correct_by="2027-03-01", note="泄露企业配方")
    ask(world, case, "record_corrected", engine_id="b" * 32)
    ask(world, case, "publish_register", engine_id="c" * 32)
    with world.session() as session:
        notice = session.scalars(select(Notice).where(Notice.title.contains("责令限期改正"))).one()
        assert (notice.due_on, notice.organisation_id) == (dt.date(2027, 3, 1), entry_of(world, entry).organisation_id)
        assert "第四十六条(五)" in notice.body
        assert session.scalars(select(Publication.title).where(Publication.kind == "register_notice")).one() == "关于甲咨询“列入公告”的公告"
        assert (
            session.scalars(select(Event.detail).where(Event.kind == "register_act", Event.case_id == case)).all()[0]["reason"]
            == "泄露企业配方"
        )


def test_an_act_that_the_caller_names_is_one_that_is_taken_on_a_ground(world: World) -> None:
    entry = listed(world, TIANJIN)
    case = case_about(world, TIANJIN, entry)
    ask(world, case, "register_act", act="warning", ground="warnings.6", correct_by="2027-03-01")
    assert [m.article for m in marks_of(world, entry)[-1:]] == ["第十四条6"]
    with pytest.raises(OperatorError, match="不是依情形"):
        ask(world, case, "register_act", engine_id="b" * 32, act="admission")


def test_a_case_that_an_office_starts_is_about_whom_its_form_names(world: World) -> None:
    entry = listed(world, GUANGDONG, organisation_id=_consultant(world))
    case = case_about(world, GUANGDONG)
    submitted(world, case, consultant_name="乙咨询", consultant_uscc=uscc_of("乙咨询"))
    assert ask(world, case, "register_find", register=CONSULTANTS[GUANGDONG])["entry_found"] is False
    submitted(world, case, consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"))
    for _ in range(2):
        assert ask(world, case, "register_find", register=CONSULTANTS[GUANGDONG]) == {
            "entry_found": True,
            "entry_name": "甲咨询",
            "entry_grade": "",
        }
    with world.session() as session:
        subject = session.get_one(CaseSubject, case)
        assert (subject.entry_id, subject.organisation_id) == (entry, entry_of(world, entry).organisation_id)


def test_a_consultant_that_started_a_case_is_found_whatever_it_writes(world: World) -> None:
    listed(world, TIANJIN, "乙咨询")
    own = _consultant(world)
    listed(world, TIANJIN, organisation_id=own)
    case = case_about(world, TIANJIN)
    with world.transaction() as session:
        session.add(CaseSubject(case_id=case, organisation_id=own))
    submitted(world, case, consultant_name="乙咨询", consultant_uscc=uscc_of("乙咨询"))
    assert ask(world, case, "register_find", register=CONSULTANTS[TIANJIN])["entry_name"] == "甲咨询"


def test_of_two_experts_of_one_name_the_employer_tells_and_who_is_removed_is_not_found(world: World) -> None:
    expert(world, TIANJIN, "张三", "环保", employer="一院")
    second = expert(world, TIANJIN, "张三", "环保", employer="二院")
    case = case_about(world, TIANJIN)
    submitted(world, case, expert_name="张三", employer="二院")
    assert ask(world, case, "register_find", register=EXPERTS[TIANJIN])["entry_found"] is True
    with world.session() as session:
        assert session.get_one(CaseSubject, case).entry_id == second
    do(world, second, Act.REMOVAL, ground="removals.3")
    assert ask(world, case, "register_find", register=EXPERTS[TIANJIN])["entry_found"] is False


def test_a_second_application_of_somebody_known_is_entered_in_the_old_entry(world: World) -> None:
    entry = listed(world, BEIJING)
    case = case_about(world, BEIJING)
    submitted(world, case, consultant_name="甲咨询", consultant_uscc=uscc_of("甲咨询"), **ABLE)
    assert ask(world, case, "register_apply", register=CONSULTANTS[BEIJING])["may_apply"] is True
    with world.session() as session:
        assert session.get_one(CaseSubject, case).entry_id == entry


def test_a_case_about_nobody_that_names_nobody_stops(world: World) -> None:
    with pytest.raises(OperatorError, match="没有写明是哪家机构"):
        ask(world, case_about(world, GUANGDONG), "register_find", register=CONSULTANTS[GUANGDONG])


def test_what_the_text_keeps_within_the_house_is_not_published(world: World) -> None:
    entry = listed(world, GUANGDONG)
    case = case_about(world, GUANGDONG, entry)
    ask(world, case, "register_act", act="correction_ordered", ground="removals.5", correct_by="2027-03-01")
    ask(world, case, "publish_register", engine_id="b" * 32, if_public=True)
    with world.session() as session:
        assert session.scalars(select(Publication.title).where(Publication.kind == "register_notice")).all() == []


def test_a_ground_that_does_not_hold_settles_what_the_rule_found(world: World) -> None:
    entry = listed(world, BEIJING)
    failures(world, BEIJING, ["一厂", "二厂"], "acceptance_failed")
    [found] = proposals_of(world, entry)
    case = case_about(world, BEIJING, entry)
    ask(world, case, "register_dismiss", reason="没有提请")
    assert proposals_of(world, entry)[0].status == "open"  # no rule started this case
    ask(world, case, "register_dismiss", reason="不是咨询服务所致", variables={"proposal_id": found.id})
    [settled] = proposals_of(world, entry)
    assert (settled.status, settled.reason, settled.settled_on) == ("dismissed", "不是咨询服务所致", dt.date(2027, 1, 11))


def _consultant(world: World) -> int:
    from app.model import Organisation, OrganisationKind

    with world.transaction() as session:
        made = Organisation(kind=OrganisationKind.CONSULTANT, name="甲咨询", region_code=GUANGDONG)
        session.add(made)
        session.flush()
        return made.id
