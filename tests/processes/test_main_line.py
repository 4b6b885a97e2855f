"""Scenarios of the main line: who gets what when, and what follows."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases import rosters, starting
from app.cases.errors import InvalidForm
from app.config import ROOT
from app.jobs import deliveries
from app.model import (
    Case,
    CaseStatus,
    Enterprise,
    EnterpriseRecord,
    Event,
    Notice,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Publication,
    PublicationEntry,
    Roster,
    RosterEntry,
    Task,
)
from tests.processes.walking import Walker
from tests.support.world import COUNTY, World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"
SHEET = json.loads((ROOT / "forms/shandong/acceptance_score.json").read_bytes())
FULL = {k: v["maximum"] for k, v in SHEET["properties"]["scores"]["properties"].items()}
PASS: dict[str, Any] = {"scores": FULL, "vetoes": {str(i): False for i in range(1, 6)}, "emission_compliant": True, "promise_years": 1}
POOR: dict[str, Any] = {**PASS, "scores": {**dict.fromkeys(FULL, 0), "12-1": 5, "12-2": 5, "12-3": 5}}
VETO: dict[str, Any] = {**PASS, "vetoes": {**PASS["vetoes"], "3": True}}


def listed(world: World, grounds: tuple[str, ...]) -> Case:
    """One enterprise on the published list, by the lines that its grounds belong to."""
    env = tuple(g for g in grounds if g != "2")
    world.publish([NAME] if env else [], [NAME] if "2" in grounds else [], env or ("1",))
    return world.case_of("shandong.mandatory_audit", NAME)


def told(world: World, *, kind: str | None = None, template: str | None = None) -> list[str]:
    """Who got the notices of a kind or template."""
    with world.session() as session:
        query = select(Organisation.name).join(Notice, Notice.organisation_id == Organisation.id).order_by(Notice.id)
        if kind:
            query = query.where(Notice.kind == kind)
        if template:
            query = query.where(Notice.template == template)
        return list(session.scalars(query))


def records(world: World, kind: str) -> list[EnterpriseRecord]:
    with world.session() as session:
        return list(session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.kind == kind).order_by(EnterpriseRecord.id)))


def penalties(world: World) -> list[Case]:
    with world.session() as session:
        return list(session.scalars(select(Case).where(Case.process_key == "shandong.penalty").order_by(Case.id)))


def number_of(world: World, model: Any, *where: Any) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


# -- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_goes_from_county_over_city_to_province(world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME], ["1"])
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    assert [t.actor for t in world.open_tasks(case.id)] == ["county_environment"]


def test_a_returned_list_is_corrected_and_goes_up_again(world: World) -> None:
    case = world.new_roster("county-env")
    roster_id = case.roster_id
    assert roster_id is not None
    world.add_entries("county-env", roster_id, [NAME, "乙厂"], ["1"])
    world.do_step("county-env", case.id, ".s1")
    with world.transaction() as session:
        who = world.principal(session, "city-env")
        wrong = session.scalars(select(RosterEntry.id).where(RosterEntry.name == "乙厂")).one()
        rosters.return_entries(session, who, roster_id, [wrong], "地址不清")
    world.do_step("city-env", case.id, ".s3", decision="return", returned_reason="乙厂地址不清")
    with world.transaction() as session:
        rosters.correct(session, world.principal(session, "county-env"), roster_id, wrong, {"address": "示例路 2 号"})
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    with world.session() as session:
        entry = session.get_one(RosterEntry, wrong)
        assert ([h["act"] for h in entry.history], entry.status) == (["added", "returned", "corrected"], "listed")


def test_the_province_returns_to_the_city(world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME], ["1"])
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="return", returned_reason="请核对")
    assert world.step(case.id, ".s3").actor == "city_environment"


@pytest.mark.parametrize(("who", "step"), [("city-env", ".s3"), ("province-env", ".s4")])
def test_a_higher_level_begins_at_its_own_step(world: World, who: str, step: str) -> None:
    case = world.new_roster(who)
    assert world.step(case.id, step).organisation_id is not None


def test_a_list_of_the_city_is_notified_and_copied_by_the_city(world: World) -> None:
    case = world.new_roster("city-env")
    assert case.roster_id is not None
    world.add_entries("city-env", case.roster_id, [NAME], ["3"])
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    world.do_step("city-env", case.id, ".s5")
    world.do_step("city-env", case.id, ".s6")
    assert told(world, template="listing") == [NAME]
    assert told(world, template="copy") == ["370100综合协调局"]


def test_yearly_lists_are_due_by_the_end_of_the_year(world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME], ["1"])
    world.do_step("county-env", case.id, ".s1")
    assert world.step(case.id, ".s3").due_on == dt.date(2027, 12, 31)


@pytest.mark.parametrize("grounds", [["2"], ["1", "2"], [], ["4"]])
def test_a_line_lists_its_own_grounds_only(world: World, grounds: list[str]) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    with pytest.raises(InvalidForm):
        world.add_entries("county-env", case.roster_id, [NAME], grounds)


# -- publication ------------------------------------------------------------------------------------------------------


def test_an_enterprise_on_both_lines_is_one_case_with_both_grounds(world: World) -> None:
    case = listed(world, ("1", "2"))
    assert number_of(world, Case, Case.process_key == "shandong.mandatory_audit") == 1
    with world.session() as session:
        assert session.scalars(select(PublicationEntry.grounds)).one() == ["1", "2"]
        assert session.scalars(select(PublicationEntry.case_id)).one() == case.id


def test_a_publication_that_one_office_refuses_goes_back_to_both(world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME], ["1"])
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    world.work()
    publication = world.case_of("shandong.list_publication")
    world.do_step("province-env", publication.id, "list-publication.s1")
    world.do_step("province-coord", publication.id, "list-publication.s2")
    (joint,) = [t for t in world.open_tasks(publication.id) if t.actor == "province_environment"]
    world.do("province-env", joint, decision="return", returned_reason="先核对")
    assert sorted(t.actor for t in world.open_tasks(publication.id)) == ["province_coordinator", "province_environment"]
    assert number_of(world, Publication) == 0


def test_starting_the_listed_cases_twice_starts_nothing(world: World) -> None:
    listed(world, ("1",))
    with world.transaction() as session:
        publication = session.scalars(select(Publication)).one()
        entries = list(session.scalars(select(PublicationEntry.id)))
        starting.start_listed(session, publication.id, "shandong.mandatory_audit", entries)
    assert number_of(world, Case, Case.process_key == "shandong.mandatory_audit") == 1


def test_delivering_again_starts_mails_and_publishes_nothing(world: World) -> None:
    listed(world, ("1", "2"))
    before = [number_of(world, m) for m in (Case, Notice, Publication, Event, Task)]
    with world.transaction() as session:
        for message in session.scalars(select(OutboxMessage).where(OutboxMessage.kind != "mail")):
            message.status = OutboxStatus.READY
    deliveries.deliver_ready(world.runtime.database, world.runtime.mailer)
    assert [number_of(world, m) for m in (Case, Notice, Publication, Event, Task)] == before


def test_an_enterprise_is_told_of_the_publication_and_of_each_task_once(world: World) -> None:
    listed(world, ("1",))
    assert told(world, template="list_published") == [NAME]
    assert told(world, kind="task") == [NAME] * 2


def test_nobody_else_gets_the_enterprises_notices(world: World) -> None:
    world.publish([NAME, "乙厂"])
    assert sorted(told(world, template="list_published")) == sorted([NAME, "乙厂"])
    case = world.case_of("shandong.mandatory_audit", "乙厂")
    with world.session() as session:
        other = session.scalars(select(Enterprise.organisation_id).where(Enterprise.name == NAME)).one()
    assert number_of(world, Notice, Notice.case_id == case.id, Notice.organisation_id == other) == 0


# -- grounds choose forms, authorities, recipients --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grounds", "receivers"),
    [
        (("1",), {"county_environment"}),
        (("3",), {"county_environment"}),
        (("2",), {"county_coordinator"}),
        (("1", "2"), {"county_environment", "county_coordinator"}),
    ],
)
def test_the_report_goes_to_the_authorities_of_the_grounds(world: World, grounds: tuple[str, ...], receivers: set[str]) -> None:
    walker = Walker(world, listed(world, grounds))
    walker.do(walker.until("execution.s3"))
    assert {t.actor for t in walker.open() if t.basis.endswith(("execution.s4", "execution.s5"))} == receivers


@pytest.mark.parametrize(
    ("grounds", "step", "city"),
    [(("1",), "2017.acceptance.s2", "city_environment"), (("3",), "2017.acceptance.s2", "city_environment"),
     (("2",), "2017.acceptance.s3", "city_coordinator"), (("1", "2"), "2017.acceptance.s4", "city_coordinator"),
     (("2", "3"), "2017.acceptance.s4", "city_coordinator")],
)  # fmt: skip
def test_the_grounds_choose_who_leads_the_acceptance(world: World, grounds: tuple[str, ...], step: str, city: str) -> None:
    walker = Walker(world, listed(world, grounds)).answer("result-publication.s3", decision="yes")
    walker.until(step)
    assert walker.until("2008.acceptance.s6").actor == city


@pytest.mark.parametrize(
    ("grounds", "actor"), [(("1",), "county_environment"), (("2",), "county_coordinator"), (("1", "2"), "county_environment")]
)
def test_the_grounds_choose_who_penalises(world: World, grounds: tuple[str, ...], actor: str) -> None:
    listed(world, grounds)
    world.clock.to("2027-02-25")
    world.work()
    (case,) = penalties(world)
    assert world.step(case.id, "penalty-enterprise.s1").actor == actor


@pytest.mark.parametrize("grounds", [("1",), ("2",), ("3",), ("1", "2", "3")])
def test_the_disclosure_form_knows_the_grounds(world: World, grounds: tuple[str, ...]) -> None:
    case = listed(world, grounds)
    done = world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    assert done.data is not None
    assert done.data["grounds"] == sorted(grounds)


# -- time limits of the text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "disclosure", "start", "report"),
    [
        ("2027-01-11", "2027-02-11", "2027-03-11", "2028-01-11"),
        ("2026-01-31", "2026-02-28", "2026-03-31", "2027-02-01"),
        ("2026-12-31", "2027-02-01", "2027-03-01", "2027-12-31"),
    ],
)
def test_limits_count_from_the_publication(world: World, published: str, disclosure: str, start: str, report: str) -> None:
    from app.law.holidays import current_calendar

    def next_workday(day: str) -> dt.date:
        moved = dt.date.fromisoformat(day)
        while not current_calendar().is_workday(moved):
            moved += dt.timedelta(days=1)
        return moved

    world.clock.to(published)
    case = listed(world, ("1",))
    assert world.step(case.id, "disclosure.s2").due_on == next_workday(disclosure)
    assert world.step(case.id, "execution.s2").due_on == next_workday(start)
    walker = Walker(world, case)
    assert walker.until("execution.s3").due_on == next_workday(report)


# -- penalties --------------------------------------------------------------------------------------------------------


def penalty(world: World, day: str = "2027-02-25") -> Walker:
    listed(world, ("1",))
    world.clock.to(day)
    world.work()
    return Walker(world, penalties(world)[-1])


def test_late_disclosure_ends_in_a_fine_and_a_credit_record(world: World) -> None:
    walker = penalty(world).answer("penalty-enterprise.s1", decision="disclosure")
    walker.answer("penalty-enterprise.s4", decision="fine", amount=80_000, heard=True, hearing_note="已听取")
    assert walker.to_end().outcome == "已处罚并联合惩戒"
    assert [r.amount for r in records(world, "fine")] == [Decimal(80_000)]
    assert [r.sanction for r in records(world, "order")] == ["sd-audit-2017.s31"]
    assert len(records(world, "credit")) == 1


@pytest.mark.parametrize("amount", [0, -1, 100_001, "100000", None])
def test_a_fine_for_late_disclosure_stays_within_its_bounds(world: World, amount: object) -> None:
    walker = penalty(world).answer("penalty-enterprise.s1", decision="disclosure")
    task = walker.until("penalty-enterprise.s4")
    data = {**world.values_for("county-env", task, decision="fine"), "amount": amount}
    with pytest.raises(InvalidForm), world.transaction() as session:
        from app.cases import work

        work.complete(session, world.principal(session, "county-env"), task.id, data)
    assert records(world, "fine") == []


@pytest.mark.parametrize("amount", [1, 100_000])
def test_a_fine_may_reach_its_bounds(world: World, amount: int) -> None:
    walker = penalty(world).answer("penalty-enterprise.s1", decision="disclosure")
    walker.answer("penalty-enterprise.s4", decision="fine", amount=amount, heard=True).to_end()
    assert [r.amount for r in records(world, "fine")] == [Decimal(amount)]


def test_an_order_alone_ends_without_fine_or_credit_record(world: World) -> None:
    walker = penalty(world).answer("penalty-enterprise.s1", decision="disclosure").answer("penalty-enterprise.s4", decision="order")
    assert walker.to_end().outcome == "已责令公布"
    assert records(world, "fine") + records(world, "credit") == []


def test_no_violation_ends_without_any_record(world: World) -> None:
    walker = penalty(world)
    task = walker.until("penalty-enterprise.s1")
    assert task.name == "认定违法情形"


def test_a_late_start_is_put_before_the_authority_as_an_audit_not_carried_out(world: World) -> None:
    case = listed(world, ("1",))
    world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    world.clock.to("2027-03-25")
    world.work()
    (opened,) = penalties(world)
    context = world.step(opened.id, "penalty-enterprise.s1").context
    assert context is not None
    assert context["violation"] == "audit"


def test_a_late_report_is_corrected_refused_and_fined(world: World) -> None:
    case = listed(world, ("1",))
    world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    world.do_step(ENTERPRISE, case.id, "execution.s2", mode="self")
    world.clock.to("2028-01-20")
    world.work()
    walker = Walker(world, penalties(world)[0]).answer("penalty-enterprise.s1", decision="audit")
    walker.answer("核查改正情况", decision="refuse").answer("penalty-enterprise.s6", amount=50_000, heard=True)
    walker.do(walker.until("penalty-enterprise.s1"))
    walker.do(walker.until("责令限期改正"))
    walker.do(walker.until("核查改正情况"), decision="refuse")
    assert walker.to_end().outcome == "已处罚并联合惩戒"
    assert [(r.sanction, r.amount) for r in records(world, "fine")] == [("sd-audit-2017.s32", Decimal(50_000))]


def test_a_corrected_violation_is_not_fined(world: World) -> None:
    case = listed(world, ("1",))
    world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    world.clock.to("2027-03-25")
    world.work()
    walker = Walker(world, penalties(world)[0]).answer("penalty-enterprise.s1", decision="audit")
    walker.do(walker.until("责令限期改正"))
    walker.do(walker.until("核查改正情况"), decision="correct")
    assert walker.case().outcome == "限期内已改正"
    assert records(world, "fine") == []


@pytest.mark.parametrize("amount", [49_999, 500_001])
def test_a_fine_for_refusing_the_audit_stays_within_its_bounds(world: World, amount: int) -> None:
    from app.cases import forms

    schema = json.loads((ROOT / "forms/shandong/penalty_fine.json").read_bytes())
    assert "/amount" in {p.pointer for p in forms.check(schema, {"amount": amount, "heard": True, "reason": "拒不改正"})}


def test_a_penalty_leaves_the_obligation_open(world: World) -> None:
    penalty(world)
    case = world.case_of("shandong.mandatory_audit", NAME)
    world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    assert number_of(world, Publication, Publication.kind == "disclosure") == 1


# -- extension --------------------------------------------------------------------------------------------------------


def test_an_extension_rolls_over_and_the_next_publication_takes_it_up(world: World) -> None:
    case = listed(world, ("1",))
    world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    world.do_step(ENTERPRISE, case.id, "extension.s1")
    world.do_step("county-env", case.id, "extension.s2")
    world.do_step("city-env", case.id, "extension.s6")
    world.do_step("province-env", case.id, "extension.s8")
    with world.session() as session:
        ended = session.get_one(Case, case.id)
        assert (ended.status, ended.outcome) == (CaseStatus.ENDED, "转入下一轮")
        rolled = session.execute(select(RosterEntry, Roster).join(Roster).where(RosterEntry.rolled_from_case_id == case.id)).one()
        assert (rolled[0].grounds, rolled[1].year) == (["1"], 2028)
    world.clock.to("2028-01-12")
    world.publish(["乙厂"], year=2028)
    again = world.case_of("shandong.mandatory_audit", NAME)
    assert again.id != case.id
    assert world.step(again.id, "disclosure.s2").due_on is not None
    with world.session() as session:
        assert session.scalars(select(Publication.year).where(Publication.kind == "mandatory_list").order_by(Publication.id)).all() == [
            2027,
            2028,
        ]


def test_an_extension_of_both_lines_goes_up_both_lines(world: World) -> None:
    case = listed(world, ("1", "2"))
    world.do_step(ENTERPRISE, case.id, "extension.s1")
    for who, step in (
        ("county-env", "s2"),
        ("county-coord", "s3"),
        ("city-env", "s6"),
        ("city-coord", "s7"),
        ("province-env", "s8"),
        ("province-coord", "s9"),
    ):
        world.do_step(who, case.id, f"extension.{step}")
    with world.session() as session:
        rows = session.execute(select(Roster.line, RosterEntry.grounds).join(RosterEntry, RosterEntry.roster_id == Roster.id)
                               .where(RosterEntry.rolled_from_case_id == case.id).order_by(Roster.line)).all()  # fmt: skip
    assert [tuple(r) for r in rows] == [("coordinator", ["2"]), ("environment", ["1"])]


def test_after_a_roll_over_no_limit_of_the_old_round_strikes(world: World) -> None:
    case = listed(world, ("1",))
    world.do_step(ENTERPRISE, case.id, "disclosure.s2")
    world.do_step(ENTERPRISE, case.id, "extension.s1")
    for who, step in (("county-env", "s2"), ("city-env", "s6"), ("province-env", "s8")):
        world.do_step(who, case.id, f"extension.{step}")
    world.clock.to("2028-03-01")
    world.work()
    assert penalties(world) == []


# -- acceptance -------------------------------------------------------------------------------------------------------


def acceptance(world: World, **score: Any) -> Walker:
    """A case on its way to acceptance."""
    walker = (
        Walker(world, listed(world, ("1",)))
        .answer("result-publication.s3", decision="yes")
        .answer("2008.acceptance.s17", **(score or PASS))
    )
    return walker.answer("2008.acceptance.s1", decision="yes").answer("2017.acceptance.s5", decision="pass")


def test_an_acceptance_by_the_city_is_noticed_published_and_filed(world: World) -> None:
    walker = acceptance(world).answer("2008.acceptance.s6", decision="city")
    assert walker.to_end().outcome == "验收办结"
    with world.session() as session:
        kinds = session.scalars(select(Publication.kind).where(Publication.enterprise_id.is_not(None)).order_by(Publication.id)).all()
    assert kinds == ["disclosure", "audit_result", "acceptance_notice", "passed_list"]
    assert told(world, kind="filing") == ["370000生态环境局"]


def test_an_acceptance_by_the_province_is_not_filed_with_itself(world: World) -> None:
    walker = acceptance(world).answer("2008.acceptance.s6", decision="province")
    task = walker.until("2008.acceptance.s9")
    assert task.actor == "province_environment"
    walker.to_end()
    assert told(world, kind="filing") == []
    assert any(s.endswith("2008.acceptance.s7") for s in walker.done)


@pytest.mark.parametrize(
    ("answers"),
    [{"2008.acceptance.s17": POOR}, {"2008.acceptance.s17": VETO}, {"2017.acceptance.s5": {"decision": "fail"}}],
    ids=["score", "veto", "effect"],
)
def test_an_acceptance_fails_by_score_by_veto_and_by_effect(world: World, answers: dict[str, dict[str, Any]]) -> None:
    walker = acceptance(world).answer("2008.acceptance.s6", decision="city")
    for step, values in answers.items():
        walker.answers.pop(step)
        walker.answer(step, **values)
    walker.until("rectification.s3")
    assert [r.sanction for r in records(world, "restriction")] == ["sd-acceptance-2008.s22"]
    assert told(world, kind="filing") == ["370000生态环境局"]


def test_a_failed_acceptance_is_rectified_passed_and_the_restriction_lifted(world: World) -> None:
    walker = acceptance(world, **POOR).answer("2008.acceptance.s6", decision="city")
    task = walker.until("rectification.s3")
    assert task.actor == "enterprise"
    walker.answers.pop("2008.acceptance.s17")
    walker.answer("2008.acceptance.s17", **PASS)
    assert walker.to_end().outcome == "验收办结"
    assert [r.lifted_on is not None for r in records(world, "restriction")] == [True]


def test_a_late_rectification_is_restricted_and_supervised(world: World) -> None:
    walker = acceptance(world, **POOR).answer("2008.acceptance.s6", decision="city")
    task = walker.until("rectification.s3")
    assert task.due_on is not None
    world.clock.to((task.due_on + dt.timedelta(days=1)).isoformat())
    world.work()
    assert len(records(world, "restriction")) == 2
    assert told(world, kind="supervision")[-1] == "370100生态环境局"
    assert [t.name for t in walker.open()] == [task.name]


def test_an_objection_that_holds_goes_back_to_the_experts_without_an_old_limit(world: World) -> None:
    walker = acceptance(world).answer("2008.acceptance.s6", decision="city")
    task = walker.until("2008.acceptance.s20")
    walker.do(task)
    world.clock.move(days=20)
    world.work()
    walker.do(walker.until("处理公示异议"), decision="return")
    again = walker.until("2008.acceptance.s17")
    assert (again.actor, again.due_on) == ("expert_group", None)


def test_the_objection_period_is_ten_workdays(world: World) -> None:
    from app.law import periods

    walker = acceptance(world).answer("2008.acceptance.s6", decision="city")
    walker.do(walker.until("2008.acceptance.s20"))
    with world.session() as session:
        published = session.scalars(select(Publication).where(Publication.kind == "acceptance_notice")).one()
    assert published.closes_on == periods.workdays(10, since=published.published_on).due_on
    world.clock.to(str(published.closes_on), 12)
    world.work()
    assert walker.open() == []


def test_a_result_that_needs_no_acceptance_ends_the_case(world: World) -> None:
    walker = Walker(world, listed(world, ("1",))).answer("result-publication.s3", decision="no")
    assert walker.to_end().outcome == "无须验收办结"
    assert number_of(world, Publication, Publication.kind == "audit_result") == 1


def test_a_voluntary_enterprise_is_advised_and_not_restricted(world: World) -> None:
    world.publish([NAME])
    with world.transaction() as session:
        enterprise = session.scalars(select(Enterprise)).one()
        case = starting.start(
            session, process="shandong.acceptance", region=COUNTY, enterprise=enterprise, variables={"grounds": [], "mandatory": False}
        )  # fmt: skip
    walker = Walker(world, case).answer("2008.acceptance.s17", **POOR).answer("2008.acceptance.s6", decision="city")
    walker.answer("2008.acceptance.s1", decision="yes").answer("2017.acceptance.s5", decision="pass")
    assert walker.to_end().outcome == "未通过，已提整改建议"
    assert records(world, "restriction") == []


def test_an_enterprise_not_ready_checks_again(world: World) -> None:
    walker = acceptance(world)
    walker.do(walker.until("2008.acceptance.s1"), decision="no")
    assert walker.until("2008.acceptance.s1").actor == "enterprise"


def test_application_materials_are_corrected(world: World) -> None:
    walker = acceptance(world)
    walker.do(walker.until("2008.acceptance.s3"), decision="return")
    assert walker.until("企业补正材料").actor == "enterprise"


def test_every_step_of_a_case_names_its_article(world: World) -> None:
    walker = acceptance(world).answer("2008.acceptance.s6", decision="city")
    walker.to_end()
    with world.session() as session:
        without = session.scalars(select(Task.name).where(Task.case_id == walker.case_id, Task.article == "", Task.basis != "")).all()
    assert without == []
