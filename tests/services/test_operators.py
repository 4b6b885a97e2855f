"""The verbs that diagrams use: what they refuse, and that none of them happens twice."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases.errors import InvalidForm
from app.engine.scripting import ServiceCall
from app.model import (
    Case,
    Enterprise,
    EnterpriseRecord,
    EntryStatus,
    Notice,
    OutboxMessage,
    Publication,
    Roster,
    RosterEntry,
)
from app.services import outbox
from app.services.context import OPERATORS, OperatorError, ServiceContext, carry_out, operator
from tests.support.world import World

NAME = "甲厂"


@pytest.fixture
def audit(world: World) -> Case:
    world.publish([NAME])
    return world.case_of("shandong.mandatory_audit", NAME)


def ask(
    world: World, case: Case, operator: str, *, engine_id: str = "a" * 32, variables: dict[str, Any] | None = None, **arguments: Any
) -> Any:
    with world.transaction() as session:
        call = ServiceCall(operator, arguments, {"grounds": ["1"], **(variables or {})}, None, None, engine_id)
        return carry_out(ServiceContext(session, session.get_one(Case, case.id), call, None, None))


def number_of(world: World, model: Any, *where: Any) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_an_unknown_operator_is_refused(world: World, audit: Case) -> None:
    with pytest.raises(OperatorError, match="launch_rocket"):
        ask(world, audit, "launch_rocket")


@pytest.mark.parametrize("operator", sorted(OPERATORS.keys() - {"start_case"}))  # that one takes any parameter as start data
def test_a_wrong_parameter_is_a_sentence(world: World, audit: Case, operator: str) -> None:
    with pytest.raises(OperatorError, match="参数不对"):
        ask(world, audit, operator, nonsense=1)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_operator_says_what_it_does(operator: str) -> None:
    assert (OPERATORS[operator].__doc__ or "").strip()


def test_an_operator_gives_only_what_it_declares(world: World, audit: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.context.OPERATORS", {})
    operator("probe", gives=("known",))(lambda context: {"known": 1, "unknown": 2})
    with pytest.raises(OperatorError, match="没有声明的变量：unknown"):
        ask(world, audit, "probe")


@pytest.mark.parametrize("to", ["city_finance", "consultant", "nobody"])
def test_a_notice_to_nobody_is_refused_by_name(world: World, audit: Case, to: str) -> None:
    with pytest.raises(OperatorError, match="找不到收件单位"):
        ask(world, audit, "send_notice", to=to)


def test_a_notice_is_sent_once_for_one_service_task(world: World) -> None:
    world.publish([NAME])
    case = world.case_of("shandong.mandatory_audit", NAME)
    before = number_of(world, Notice)
    for _ in range(2):
        ask(world, case, "send_notice", to="county_environment", template="copy")
    assert number_of(world, Notice) == before + 1
    assert number_of(world, OutboxMessage, OutboxMessage.key.like("mail:notice:%" + "a" * 32 + "%")) == 1


def test_a_related_case_is_started_once_for_one_service_task(world: World) -> None:
    world.publish([NAME])
    case = world.case_of("shandong.mandatory_audit", NAME)
    for _ in range(2):
        ask(world, case, "start_case", process="shandong.penalty", violation="audit")
        world.work()
    assert number_of(world, Case, Case.process_key == "shandong.penalty") == 1


@pytest.mark.parametrize(
    ("sanction", "amount"),
    [("sd-audit-2017.s31", 100_001), ("sd-audit-2017.s31", 0), ("sd-audit-2017.s31", None), ("sd-audit-2017.s32", 49_999.99),
     ("sd-audit-2017.s32", 500_000.01), ("sd-acceptance-2008.s22", 1), ("no-such.s1", 1)],
)  # fmt: skip
def test_a_fine_outside_its_article_is_refused(world: World, audit: Case, sanction: str, amount: float | None) -> None:
    with pytest.raises(OperatorError, match="罚款"):
        ask(world, audit, "record_sanction", kind="fine", sanction=sanction, amount=amount)
    assert number_of(world, EnterpriseRecord) == 0


@pytest.mark.parametrize(
    ("sanction", "amount"), [("sd-audit-2017.s31", 100_000), ("sd-audit-2017.s32", 50_000), ("sd-audit-2017.s32", 500_000)]
)
def test_a_fine_at_its_bounds_is_recorded(world: World, audit: Case, sanction: str, amount: int) -> None:
    ask(world, audit, "record_sanction", kind="fine", sanction=sanction, amount=amount)
    assert number_of(world, EnterpriseRecord, EnterpriseRecord.amount == amount) == 1


def test_lifting_ends_only_restrictions_of_this_case(world: World, audit: Case) -> None:
    sanction = "sd-acceptance-2008.s22"
    other = world.case_of("shandong.list_publication")
    ask(world, audit, "record_restriction", sanction=sanction)
    with world.transaction() as session:
        enterprise = session.scalars(select(Enterprise)).one()
        session.add(
            EnterpriseRecord(
                key="x",
                enterprise_id=enterprise.id,
                case_id=other.id,
                kind="restriction",
                sanction=sanction,
                recorded_on=audit.started_at.date(),
            )
        )
    ask(world, audit, "lift_restriction", sanction=sanction)
    assert number_of(world, EnterpriseRecord, EnterpriseRecord.lifted_on.is_(None)) == 1


def test_publishing_an_unknown_kind_is_refused(world: World, audit: Case) -> None:
    with pytest.raises(OperatorError):
        ask(world, audit, "publish_result", kind="gossip")


def test_a_result_is_published_without_internal_variables(world: World, audit: Case) -> None:
    ask(world, audit, "publish_result", kind="acceptance_notice", variables={"acceptance_result": "qualified", "opinion": "内部意见"})
    with world.session() as session:
        body = session.scalars(select(Publication.body).where(Publication.kind == "acceptance_notice")).one()
    assert body == {"grounds": ["1"], "acceptance_result": "qualified"}


def publications(world: World, kind: str) -> list[Publication]:
    with world.session() as session:
        return list(session.scalars(select(Publication).where(Publication.kind == kind)))


def test_a_publication_stays_open_as_long_as_its_service_task_says(world: World, audit: Case) -> None:
    element = SimpleNamespace(due="days(7, since=publication_started_on)")
    with world.transaction() as session:
        call = ServiceCall("publish_result", {"kind": "announcement", "title": "拟命名企业公示"}, {}, None, element, "b" * 32)
        case = session.get_one(Case, audit.id)
        started = carry_out(ServiceContext(session, case, call, None, None))
    [published] = publications(world, "announcement")
    assert started == {"publication_started_on": published.published_on.isoformat()}
    assert published.closes_on == published.published_on + dt.timedelta(days=7)


def test_a_publication_names_the_office_that_published_it(world: World, audit: Case) -> None:
    ask(world, audit, "publish_result", kind="disclosure", by="county_environment", title="代为公布", text="内容")
    [published] = publications(world, "disclosure")
    assert (published.publishers, published.title, published.body["text"]) == ("370102生态环境局", "甲厂：代为公布", "内容")


def test_an_announcement_needs_no_enterprise(world: World, audit: Case) -> None:
    ask(world, world.case_of("shandong.list_publication"), "publish_result", kind="announcement", title="监督检查公告")
    [published] = publications(world, "announcement")
    assert (published.enterprise_id, published.title, published.closes_on) == (None, "监督检查公告", None)


def test_an_order_to_rectify_need_not_be_a_sanction(world: World, audit: Case) -> None:
    ask(world, audit, "record_sanction", kind="order")
    assert number_of(world, EnterpriseRecord, EnterpriseRecord.kind == "order", EnterpriseRecord.sanction.is_(None)) == 1


def test_a_penalty_under_other_laws_is_kept_with_what_it_is(world: World, audit: Case) -> None:
    ask(world, audit, "record_sanction", kind="penalty", sanction="ln-mandatory-2006.s10-6", note="依其他法规处理")
    assert number_of(world, EnterpriseRecord, EnterpriseRecord.kind == "penalty", EnterpriseRecord.note == "依其他法规处理") == 1


def test_a_sanction_without_a_fine_fines_nobody(world: World, audit: Case) -> None:
    with pytest.raises(OperatorError, match="没有罚款规定"):
        ask(world, audit, "record_sanction", kind="fine", sanction="ln-mandatory-2006.s10-2", amount=1)


def test_an_operator_about_an_enterprise_needs_one(world: World, audit: Case) -> None:
    with pytest.raises(OperatorError, match="没有对应的企业"):
        ask(world, world.case_of("shandong.list_publication"), "record_credit", sanction="sd-audit-2017.s34")


def test_rolling_over_twice_lists_once(world: World) -> None:
    world.publish([NAME])
    case = world.case_of("shandong.mandatory_audit", NAME)
    for number in "ab":
        ask(world, case, "roll_over", line="environment", engine_id=number * 32)
    assert number_of(world, RosterEntry, RosterEntry.rolled_from_case_id == case.id) == 1


def test_the_outbox_takes_one_message_of_a_key(world: World) -> None:
    for _ in range(2):
        with world.transaction() as session:
            outbox.put(session, key="once", kind="mail", payload={"to": "a@example.invalid"})
    assert number_of(world, OutboxMessage, OutboxMessage.key == "once") == 1


def test_an_empty_list_cannot_be_published(world: World, audit: Case) -> None:
    with pytest.raises(OperatorError, match="空名单"):
        ask(world, world.case_of("shandong.list_publication"), "publish_list")


def approved(world: World, entries: list[str], **changes: Any) -> Case:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    if entries:
        world.add_entries("county-env", case.roster_id, entries, ["1"])
    with world.transaction() as session:
        for entry in session.scalars(select(RosterEntry).where(RosterEntry.roster_id == case.roster_id)):
            for name, value in changes.items():
                setattr(entry, name, value)
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    return case


def test_a_list_with_returned_entries_is_not_handed_over(world: World) -> None:
    with pytest.raises(InvalidForm, match="退回状态"):
        approved(world, [NAME], status=EntryStatus.RETURNED)


def test_a_list_with_nobody_on_it_starts_no_publication(world: World) -> None:
    with pytest.raises(InvalidForm, match="没有列入"):
        approved(world, [])
    world.work()
    assert number_of(world, Case, Case.process_key == "shandong.list_publication") == 0


def test_struck_entries_are_neither_notified_nor_published(world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME, "乙厂"], ["1"])
    with world.transaction() as session:
        session.scalars(select(RosterEntry).where(RosterEntry.name == "乙厂")).one().status = EntryStatus.STRUCK
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    world.do_step("county-env", case.id, ".s5")
    assert number_of(world, Notice, Notice.template == "listing") == 1
    assert number_of(world, Enterprise) == 1


def test_a_publication_bears_the_year_of_its_round(world: World, audit: Case) -> None:
    ask(world, audit, "roll_over", line="environment")
    world.publish(["乙厂"])
    with world.session() as session:
        assert session.scalars(select(Publication.year).where(Publication.kind == "mandatory_list").order_by(Publication.id)).all() == [
            2027,
            2027,
        ]
        assert set(session.scalars(select(Roster.status))) == {"published"}


def test_a_restriction_is_known_until_it_is_lifted_and_only_under_its_own_sanction(world: World, audit: Case) -> None:
    def restricted(sanction: str = "cn-fund-2009.s17") -> Any:
        return ask(world, audit, "check_restriction", sanction=sanction)["restricted"]

    assert restricted() is False
    ask(world, audit, "record_restriction", sanction="cn-fund-2009.s17")
    assert (restricted(), restricted("cn-fund-2009.s16")) == (True, False)
    ask(world, audit, "lift_restriction", sanction="cn-fund-2009.s17")
    assert restricted() is False


@pytest.mark.parametrize(("operator", "arguments"), [("file_record", {"title": "抄报"}), ("send_notice", {"text": "抄报"})])
def test_a_ministry_that_nobody_acts_for_here_stops_nothing_where_the_diagram_says_so(
    world: World, audit: Case, operator: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(OperatorError, match="找不到"):
        ask(world, audit, operator, to="national_science", **arguments)
    records, notices = number_of(world, EnterpriseRecord), number_of(world, Notice)
    ask(world, audit, operator, to="national_science", if_set_up=True, **arguments)
    assert number_of(world, Notice) == notices
    assert number_of(world, EnterpriseRecord) - records == (operator == "file_record")
