"""Beijing's offices at work: their two lists, and the acceptance that two bureaus confirm and that counts for the consultant."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import roster_opening, roster_queries, rosters, starting
from app.cases.errors import Forbidden, NotFound
from app.cases.roster_queries import Filters
from app.law import periods
from app.model import Case, ClientOutcome, Enterprise, Organisation, OrganisationKind, Publication
from app.services import client_record
from tests.support.world import World, uscc_of

BEIJING, HAIDIAN, CHAOYANG = "110000", "110108", "110105"
BUREAUS = (
    ("env", "county", "environment", HAIDIAN), ("coord", "county", "coordinator", HAIDIAN), ("coord2", "county", "coordinator", CHAOYANG),
    ("bj-env", "province", "environment", BEIJING), ("bj-coord", "province", "coordinator", BEIJING),
)  # fmt: skip


@pytest.fixture
def beijing(world: World) -> World:
    """The bureaus of Beijing and of two districts."""
    with world.transaction() as session:
        for username, level, body, region in BUREAUS:
            bureau = Organisation(kind=OrganisationKind.AUTHORITY, name=username, level=level, body=body, region_code=region)
            session.add(bureau)
            world.add_user(session, username, bureau)
    return world


def opened(world: World, process: str, name: str, ground: str) -> Case:
    """A list with one enterprise, in the hands of the district's environment bureau."""
    with world.transaction() as session:
        who = world.principal(session, "env")
        case = roster_opening.open_roster(session, who, 2027, process=process)
        assert case.roster_id is not None
        values = {"name": name, "uscc": uscc_of(name, HAIDIAN), "region_code": HAIDIAN, "grounds": [ground]}
        rosters.add(session, who, case.roster_id, values)
        return case


def seen(world: World, session: Session, username: str, roster_id: int) -> list[str]:
    roster = rosters.find(session, world.principal(session, username), roster_id)
    return [entry.name for entry, _ in roster_queries.entry_page(session, roster.id, Filters(), 1).rows]


def test_a_district_opens_both_lists_and_only_its_environment_bureau(beijing: World) -> None:
    with beijing.session() as session:
        kinds = {u: [k.process for k, _ in roster_opening.kinds_to_open(session, beijing.principal(session, u))] for u, *_ in BUREAUS}
    assert kinds.pop("env") == ["beijing.listing_exceed", "beijing.listing_toxic"]
    assert set(map(tuple, kinds.values())) == {()}


def test_the_partner_of_a_joint_list_sees_it_when_asked_and_changes_nothing(beijing: World) -> None:
    case = opened(beijing, "beijing.listing_toxic", "甲厂", "2")
    roster_id = case.roster_id or 0
    with beijing.session() as session, pytest.raises(NotFound):
        seen(beijing, session, "coord", roster_id)
    beijing.do_step("env", case.id, "listing-toxic.s1")
    with beijing.session() as session:
        assert seen(beijing, session, "coord", roster_id) == ["甲厂"]
        with pytest.raises(NotFound):
            seen(beijing, session, "coord2", roster_id)
    values = {"name": "乙厂", "uscc": uscc_of("乙厂", HAIDIAN), "region_code": HAIDIAN, "grounds": ["2"]}
    with beijing.transaction() as session, pytest.raises(Forbidden):
        rosters.add(session, beijing.principal(session, "coord"), roster_id, values)
    beijing.do_step("coord", case.id, "listing-toxic.s1", decision="confirm")
    with beijing.transaction() as session:
        rosters.add(session, beijing.principal(session, "bj-env"), roster_id, values)
        assert seen(beijing, session, "coord", roster_id) == ["甲厂", "乙厂"]


def test_a_list_of_one_bureau_alone_stays_its_own(beijing: World) -> None:
    case = opened(beijing, "beijing.listing_exceed", "甲厂", "1")
    beijing.do_step("env", case.id, "listing-exceed.s1")
    beijing.do_step("bj-env", case.id, "listing-exceed.s3", decision="approve")
    with beijing.session() as session:
        for username in ("coord", "bj-coord"):
            with pytest.raises(NotFound):
                seen(beijing, session, username, case.roster_id or 0)


def test_what_counts_from_the_publication_is_read_from_the_audit(beijing: World) -> None:
    case = opened(beijing, "beijing.listing_exceed", "甲厂", "1")
    beijing.do_step("env", case.id, "listing-exceed.s1")
    beijing.do_step("bj-env", case.id, "listing-exceed.s3", decision="approve")
    beijing.work()
    publication = beijing.case_of("beijing.listing_exceed_publication")
    with beijing.session() as session:
        summary = roster_queries.about_to_publish(session, session.get_one(Case, publication.id))
    assert summary.grounds == {"1": "第七条第一项"}
    # A month and two months from Monday 11 January 2027 (a Thursday each), a year (a Tuesday); 45 working days as the calendar has them.
    assert {name: limit.due_on.isoformat() for name, limit in summary.deadlines} == {
        "在市级媒体公布排污情况": "2027-02-11", "开展清洁生产审核": "2027-03-11", "审核并报送报告": "2028-01-11",
        "审核报备": periods.workdays(45, since="2027-01-11").due_on.isoformat(),
    }  # fmt: skip
    beijing.do_step("bj-env", publication.id, "listing-exceed.s6")
    beijing.work()
    with beijing.session() as session:
        published = session.scalars(select(Publication).where(Publication.kind == "mandatory_list")).one()
    assert published.publishers == "bj-env"
    assert beijing.case_of("beijing.mandatory_audit", "甲厂").enterprise_id is not None


def test_a_result_counts_for_the_consultant_once_both_bureaus_agree(beijing: World) -> None:
    with beijing.transaction() as session:
        organisation = Organisation(kind=OrganisationKind.ENTERPRISE, name="甲厂", region_code=HAIDIAN)
        enterprise = Enterprise(organisation=organisation, uscc=uscc_of("甲厂", HAIDIAN), name="甲厂", region_code=HAIDIAN)
        session.add(enterprise)
        session.flush()
        data = {"audit_kind": "mandatory", "opinion_result": "pass", "subsidy": False}
        case = starting.start(
            session, process="beijing.acceptance_confirmation", region=HAIDIAN, enterprise=enterprise, variables=data, title="验收"
        )
        client_record.engage(session, case, "甲咨询", uscc_of("甲咨询"))
        case_id = case.id

    def outcomes() -> list[str]:
        with beijing.session() as session:
            return list(session.scalars(select(ClientOutcome.kind)))

    beijing.do_step("bj-coord", case_id, "acceptance.s15", joint_result="pass")
    beijing.do_step("bj-env", case_id, "acceptance.s15", decision="return")
    beijing.do_step("bj-coord", case_id, "acceptance.s15", joint_result="fail")
    assert outcomes() == []
    beijing.do_step("bj-env", case_id, "acceptance.s15", decision="fail")
    assert outcomes() == ["acceptance_failed"]
