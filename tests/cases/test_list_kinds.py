"""Kinds of lists are what the diagrams say: who opens them, on which grounds, who publishes them, what follows."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import paperwork, roster_opening, roster_queries, rosters, starting
from app.cases.errors import CaseError, Forbidden, InvalidForm
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import read_diagram
from app.law import periods
from app.model import (
    Case,
    DefinitionStatus,
    Enterprise,
    Notice,
    Organisation,
    OrganisationKind,
    Publication,
    PublicationEntry,
    Roster,
)
from app.office.official_document import Paragraph
from app.services import list_kinds
from app.services.notices import handling_office
from tests.support.world import COUNTY, World, uscc_of

SHENYANG, HEPING, DALIAN, ZHONGSHAN = "210100", "210102", "210200", "210202"
LIAONING, TIANHE = "210000", "440106"


@pytest.fixture
def liaoning(world: World) -> World:
    """Environment bureaus of Liaoning beside those of Shandong."""
    with world.transaction() as session:
        for username, level, region in (
            ("ln-county", "county", HEPING), ("ln-county2", "county", ZHONGSHAN), ("ln-city", "city", SHENYANG),
            ("ln-city2", "city", DALIAN), ("ln-province", "province", LIAONING),
        ):  # fmt: skip
            bureau = Organisation(
                kind=OrganisationKind.AUTHORITY, name=f"{region}环保局", level=level, body="environment", region_code=region
            )
            session.add(bureau)
            world.add_user(session, username, bureau)
    return world


@pytest.fixture
def guangdong(world: World) -> World:
    """Bureaus of Guangdong, which has no list of its own, and of Tibet, whose texts the catalogue does not have."""
    with world.transaction() as session:
        for username, level, body, region in (
            ("gd-county", "county", "environment", TIANHE), ("gd-city", "city", "environment", "440100"),
            ("gd-province", "province", "environment", "440000"), ("gd-coordinator", "province", "coordinator", "440000"),
            ("xz-county", "county", "environment", "540102"),
        ):  # fmt: skip
            office = Organisation(kind=OrganisationKind.AUTHORITY, name=f"{region}{body}", level=level, body=body, region_code=region)
            session.add(office)
            world.add_user(session, username, office)
    return world


def approved(world: World, region: str, county: str, city: str, name: str, grounds: list[str]) -> Roster:
    """A list of Liaoning that the province has determined."""
    case = world.new_roster(county, 2027)
    assert case.roster_id is not None
    world.add_entries(county, case.roster_id, [name], grounds, region)
    world.do_step(county, case.id, "listing.s1")
    world.do_step(city, case.id, "listing.s3", decision="approve")
    world.do_step("ln-province", case.id, "listing.s5", decision="approve")
    with world.session() as session:
        return session.get_one(Roster, case.roster_id)


def kinds(world: World, session: Session, username: str) -> list[str]:
    return [kind.process for kind, _ in roster_opening.kinds_to_open(session, world.principal(session, username))]


def test_a_bureau_opens_the_lists_of_its_own_province_and_body(liaoning: World) -> None:
    with liaoning.session() as session:
        assert kinds(liaoning, session, "county-env") == ["shandong.listing_env"]
        assert kinds(liaoning, session, "county-coord") == ["shandong.listing_coordinator"]
        assert kinds(liaoning, session, "ln-city") == ["liaoning.listing"]


def test_a_kind_that_is_not_the_bureaus_is_refused(liaoning: World) -> None:
    with liaoning.transaction() as session, pytest.raises(Forbidden, match="不能提出"):
        roster_opening.open_roster(session, liaoning.principal(session, "county-env"), 2027, process="shandong.listing_coordinator")


def test_an_entry_stands_on_the_grounds_of_its_list_alone(liaoning: World) -> None:
    case = liaoning.new_roster("ln-county", 2027)
    values = {"name": "甲厂", "uscc": uscc_of("甲厂", HEPING), "region_code": HEPING, "grounds": ["3"]}
    with liaoning.transaction() as session, pytest.raises(InvalidForm) as refused:
        rosters.add(session, liaoning.principal(session, "ln-county"), case.roster_id or 0, values)
    assert [p.message.endswith("第一类、第二类") for p in refused.value.problems] == [True]


def test_lists_of_another_process_are_not_published_with_it(liaoning: World) -> None:
    ours = approved(liaoning, HEPING, "ln-county", "ln-city", "甲厂", ["1"])
    liaoning.work()
    publication = liaoning.case_of("liaoning.list_publication")
    with liaoning.transaction() as session:
        other = session.get_one(Roster, ours.id)
        other.publication = "liaoning.voluntary_publication"
    with liaoning.session() as session:
        assert roster_queries.about_to_publish(session, session.get_one(Case, publication.id)).enterprises == 0


def test_the_limits_after_publication_are_those_of_the_diagrams(liaoning: World) -> None:
    approved(liaoning, HEPING, "ln-county", "ln-city", "甲厂", ["1"])
    liaoning.work()
    publication = liaoning.case_of("liaoning.list_publication")
    with liaoning.session() as session:
        summary = roster_queries.about_to_publish(session, session.get_one(Case, publication.id))
    assert summary.grounds == {"1": "第一类", "2": "第二类"}
    # A month and two months from Monday 11 January 2027 (a Thursday each), a year (a Tuesday); 45 working days as the calendar has them.
    expected = {
        "公布排污情况": "2027-02-11", "开始审核工作": "2027-03-11", "完成审核并形成报告": "2028-01-11",
        "审核报备": periods.workdays(45, since="2027-01-11").due_on.isoformat(),
    }  # fmt: skip
    assert {name: limit.due_on.isoformat() for name, limit in summary.deadlines} == expected


def test_each_city_tells_its_own_enterprises_once_the_province_has_published(liaoning: World) -> None:
    approved(liaoning, HEPING, "ln-county", "ln-city", "甲厂", ["1"])
    approved(liaoning, ZHONGSHAN, "ln-county2", "ln-city2", "乙厂", ["2"])
    liaoning.work()
    liaoning.do_step("ln-province", liaoning.case_of("liaoning.list_publication").id, "listing.s6")
    liaoning.work()
    with liaoning.session() as session:
        cases = {c.region_code: c.id for c in session.scalars(select(Case).where(Case.process_key == "liaoning.listing_notice"))}
        published = session.scalars(select(Publication).where(Publication.kind == "mandatory_list")).one()
        assert (published.publishers, published.body["grounds"]) == ("210000环保局", {"1": "第一类", "2": "第二类"})
    assert sorted(cases) == [SHENYANG, DALIAN]
    liaoning.do_step("ln-city2", cases[DALIAN], "listing.s7", notice_text="请按期办理。")
    with liaoning.session() as session:
        told = session.execute(
            select(Organisation.name, Notice.body)
            .join(Notice, Notice.organisation_id == Organisation.id)
            .where(Notice.title.contains("书面通知"))
        ).all()
    assert [tuple(row) for row in told] == [("乙厂", "请按期办理。")]


def test_the_printed_list_cites_the_article_of_its_own_diagram(liaoning: World) -> None:
    roster = approved(liaoning, HEPING, "ln-county", "ln-city", "甲厂", ["1"])
    liaoning.work()
    liaoning.do_step("ln-province", liaoning.case_of("liaoning.list_publication").id, "listing.s6")
    with liaoning.session() as session:
        publication = session.scalars(select(Publication)).one()
        document = paperwork.publication_paper(session, publication.id).document
        with pytest.raises(CaseError, match="由各案件送达"):
            paperwork.listing_papers(session, liaoning.principal(session, "ln-county"), roster.id)
    said = "".join(block.text for block in document.body if isinstance(block, Paragraph))
    assert "《辽宁省重点企业强制性清洁生产审核实施细则》第四条(三)" in said
    assert "山东" not in said


def test_the_body_that_listed_an_enterprise_handles_its_case(liaoning: World) -> None:
    approved(liaoning, HEPING, "ln-county", "ln-city", "甲厂", ["2"])
    liaoning.work()
    liaoning.do_step("ln-province", liaoning.case_of("liaoning.list_publication").id, "listing.s6")
    liaoning.work()
    with liaoning.session() as session:
        audit = session.get_one(Case, liaoning.case_of("liaoning.mandatory_audit", "甲厂").id)
        context = liaoning.open_tasks(audit.id)[0].context
        office = handling_office(session, audit, context or {})
    assert (context or {})["line"] == "environment"
    assert office is not None
    assert office.region_code == HEPING


def test_shandongs_ground_two_alone_stays_with_the_coordinator(world: World) -> None:
    world.publish([], ["丙厂"])
    with world.session() as session:
        audit = session.get_one(Case, world.case_of("shandong.mandatory_audit", "丙厂").id)
        office = handling_office(session, audit, world.open_tasks(audit.id)[0].context or {})
        enterprise = session.scalars(select(Enterprise).where(Enterprise.name == "丙厂")).one()
    assert office is not None
    assert (office.body, office.region_code, enterprise.region_code) == ("coordinator", COUNTY, COUNTY)


def test_a_list_of_a_version_without_grounds_takes_those_of_today(world: World) -> None:
    opened = world.new_roster("county-env")
    with world.transaction() as session:
        case = session.get_one(Case, opened.id)
        files = store.files_of(session, case.definition_id)
        path = next(path for path in files if path.endswith("listing_env.bpmn"))
        older = {**files, path: re.sub(rb'<spiffworkflow:property name="grounds"[^>]*/>', b"", files[path])}
        process = read_diagram(path, older[path]).processes[case.process_key]
        version = store.save(session, process, older, content_hash(older), DefinitionStatus.RETIRED)
        case.definition_id, case.content_hash = version.id, version.content_hash
        session.flush()
        assert set(list_kinds.of_case(session, case).grounds) == {"1", "3"}


def test_where_a_province_has_no_list_the_nation_s_stands_in(guangdong: World) -> None:
    with guangdong.session() as session:
        for username in ("gd-county", "gd-city", "xz-county"):
            assert kinds(guangdong, session, username) == ["national.listing_exceed"]
        assert kinds(guangdong, session, "gd-province") == ["national.listing_exceed", "national.listing_toxic"]
        assert kinds(guangdong, session, "gd-coordinator") == []


def test_the_nation_s_list_starts_what_the_place_has_for_it_and_the_disclosure_beside(guangdong: World) -> None:
    case = guangdong.new_roster("gd-county", 2027)
    assert case.roster_id is not None
    guangdong.add_entries("gd-county", case.roster_id, ["甲厂"], ["1"], TIANHE)
    guangdong.do_step("gd-county", case.id, "listing-exceed.s1")
    guangdong.do_step("gd-city", case.id, "listing-exceed.s2", decision="approve")
    guangdong.do_step("gd-province", case.id, "listing-exceed.s3", decision="approve")
    guangdong.work()
    publication = guangdong.case_of("national.list_publication_exceed")
    with guangdong.session() as session:
        limits = roster_queries.about_to_publish(session, session.get_one(Case, publication.id)).deadlines
    # From Guangdong's own audit and from the nation's disclosure: a month, two months, a year from Monday 11 January 2027.
    assert [limit.due_on.isoformat() for _, limit in limits] == ["2027-02-11", "2027-03-11", "2028-01-11"]
    guangdong.do_step("gd-province", publication.id, "listing-exceed.s4")
    guangdong.do_step("gd-province", publication.id, "listing-exceed.s6")
    guangdong.work()
    with guangdong.session() as session:
        started = {c.process_key for c in session.scalars(select(Case).where(Case.parent_id == publication.id))}
        entry = session.scalars(select(PublicationEntry)).one()
        main = session.get_one(Case, entry.case_id)
        assert starting.start_listed(session, entry.publication_id, main.process_key, [entry.id], ["national.disclosure"]) == 0
    assert started == {"guangdong.mandatory_audit", "national.disclosure"}
    assert main.process_key == "guangdong.mandatory_audit"
