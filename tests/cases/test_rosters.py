"""Work on a list on its way from county to province."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases import roster_queries, rosters, work
from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm, NotFound
from app.cases.roster_queries import Filters
from app.cases.rosters import BadWorkbook
from app.model import Case, EntryStatus, Roster, RosterEntry, RosterStatus
from tests.support import roster_2008
from tests.support.world import COUNTY, OTHER_COUNTY, World, uscc_of

APPROVE = {"decision": "approve"}
RETURN = {"decision": "return", "returned_reason": "请核实"}


def entries(world: World, roster_id: int) -> dict[str, RosterEntry]:
    with world.session() as session:
        return {e.name: e for e in session.scalars(select(RosterEntry).where(RosterEntry.roster_id == roster_id))}


def act(world: World, username: str, function: object, *args: object) -> object:
    with world.transaction() as session:
        return function(session, world.principal(session, username), *args)  # type: ignore[operator]


@pytest.fixture
def county_list(world: World) -> tuple[World, Case, int]:
    """A county's list with two enterprises, at the county."""
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, ["甲厂", "乙厂"], ["1"])
    return world, case, case.roster_id


# -- sending on -------------------------------------------------------------------------------------------------------


def test_an_empty_list_is_not_sent_on(world: World) -> None:
    case = world.new_roster("county-env")
    with pytest.raises(InvalidForm, match="没有列入的企业"):
        world.do_step("county-env", case.id, ".s1")
    assert world.step(case.id, ".s1").status == "open"


def test_a_list_of_struck_entries_alone_counts_as_empty(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    act(world, "county-env", rosters.strike, roster_id, [e.id for e in entries(world, roster_id).values()], "停产")
    with pytest.raises(InvalidForm, match="没有列入的企业"):
        world.do_step("county-env", case.id, ".s1")


def test_a_list_with_a_returned_entry_goes_back_but_neither_up_nor_through(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    world.do_step("county-env", case.id, ".s1")
    act(world, "city-env", rosters.return_entries, roster_id, [entries(world, roster_id)["乙厂"].id], "依据不符")
    with pytest.raises(InvalidForm, match="1 家企业处于退回状态"):
        world.do_step("city-env", case.id, ".s3", **APPROVE)
    world.do_step("city-env", case.id, ".s3", **RETURN)
    with pytest.raises(InvalidForm, match="1 家企业处于退回状态"):
        world.do_step("county-env", case.id, ".s1")
    act(world, "county-env", rosters.correct, roster_id, entries(world, roster_id)["乙厂"].id, {"grounds": ["3"]})
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", **APPROVE)
    world.do_step("province-env", case.id, ".s4", **APPROVE)
    with world.session() as session:
        assert session.get_one(Roster, roster_id).status == RosterStatus.APPROVED


def test_the_province_does_not_approve_a_list_without_entries(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", **APPROVE)
    act(world, "province-env", rosters.strike, roster_id, [e.id for e in entries(world, roster_id).values()], "不属于应审核企业")
    with pytest.raises(InvalidForm, match="没有列入的企业"):
        world.do_step("province-env", case.id, ".s4", **APPROVE)
    world.do_step("province-env", case.id, ".s4", **RETURN)


def test_sending_back_by_the_button_needs_no_complete_list(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    world.do_step("county-env", case.id, ".s1")
    act(world, "city-env", rosters.return_entries, roster_id, [entries(world, roster_id)["甲厂"].id], "依据不符")
    with world.transaction() as session:
        work.send_back(session, world.principal(session, "city-env"), world.step(case.id, ".s3").id, "请核实甲厂")
    assert world.step(case.id, ".s1").organisation_id is not None


# -- who may ----------------------------------------------------------------------------------------------------------


def test_only_whoever_holds_the_list_works_on_it(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    values = {"name": "丙厂", "uscc": uscc_of("丙厂"), "region_code": COUNTY, "grounds": ["1"]}
    with pytest.raises(Forbidden, match="不在您单位手中"):
        act(world, "city-env", rosters.add, roster_id, values)
    with pytest.raises(NotFound):
        act(world, "county-coord", rosters.add, roster_id, values)
    with pytest.raises(NotFound):
        act(world, "county-env2", rosters.add, roster_id, values)


def test_an_approved_list_is_never_changed_again(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", **APPROVE)
    world.do_step("province-env", case.id, ".s4", **APPROVE)
    with pytest.raises(Conflict, match="已经核定"):
        act(world, "county-env", rosters.strike, roster_id, [entries(world, roster_id)["甲厂"].id], "晚了")


def test_the_city_adds_enterprises_of_its_own_area_and_the_list_says_who_added_them(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    world.do_step("county-env", case.id, ".s1")
    world.add_entries("city-env", roster_id, ["市属厂"], ["3"], region=OTHER_COUNTY)
    with world.session() as session:
        page = roster_queries.entry_page(session, roster_id, Filters(), 1)
    assert {entry.name: added_by for entry, added_by in page.rows} == {
        "甲厂": "370102生态环境局", "乙厂": "370102生态环境局", "市属厂": "370100生态环境局",
    }  # fmt: skip
    with pytest.raises(CaseError, match="本单位添加的"):
        act(world, "city-env", rosters.return_entries, roster_id, [entries(world, roster_id)["市属厂"].id], "看看")


def test_a_county_has_nobody_to_return_an_entry_to(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    with pytest.raises(CaseError, match="没有下级"):
        act(world, "county-env", rosters.return_entries, roster_id, [entries(world, roster_id)["甲厂"].id], "看看")


def test_the_county_does_not_restore_what_the_province_struck(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", **APPROVE)
    struck = entries(world, roster_id)["甲厂"].id
    act(world, "province-env", rosters.strike, roster_id, [struck], "已搬迁")
    world.do_step("province-env", case.id, ".s4", **RETURN)
    with pytest.raises(CaseError, match="370000生态环境局剔除"):
        act(world, "city-env", rosters.restore, roster_id, [struck])
    world.do_step("city-env", case.id, ".s3", **APPROVE)
    act(world, "province-env", rosters.restore, roster_id, [struck])
    assert entries(world, roster_id)["甲厂"].status == EntryStatus.LISTED


# -- entries ----------------------------------------------------------------------------------------------------------


def test_a_correction_keeps_what_was_changed(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    one = entries(world, roster_id)["甲厂"].id
    act(world, "county-env", rosters.correct, roster_id, one, {"address": "演示路1号", "grounds": ["1", "3"]})
    marks = entries(world, roster_id)["甲厂"].history
    assert [mark["act"] for mark in marks] == ["added", "corrected"]
    assert marks[-1]["changes"] == [["地址", "未填", "演示路1号"], ["列入依据", "第八条（一）项", "第八条（一）项、第八条（三）项"]]


def test_a_correction_does_not_take_the_code_of_another_entry(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    found = entries(world, roster_id)
    with pytest.raises(InvalidForm) as refused:
        act(world, "county-env", rosters.correct, roster_id, found["甲厂"].id, {"uscc": found["乙厂"].uscc})
    assert [(p.pointer, p.message) for p in refused.value.problems] == [("/uscc", "这家企业已经在名单上（乙厂）")]


def test_every_wrong_field_is_named(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    values = {"name": "", "uscc": "9137", "region_code": OTHER_COUNTY, "industry_code": "ZZ", "contact_phone": "无", "grounds": ["2"]}
    with pytest.raises(InvalidForm) as refused:
        act(world, "county-env", rosters.add, roster_id, values)
    assert {p.pointer for p in refused.value.problems} == {
        "/name", "/uscc", "/region_code", "/industry_code", "/contact_phone", "/grounds",
    }  # fmt: skip


def test_a_struck_entry_is_restored_before_it_is_corrected(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    one = entries(world, roster_id)["甲厂"].id
    act(world, "county-env", rosters.strike, roster_id, [one], "停产")
    with pytest.raises(CaseError, match="请先恢复"):
        act(world, "county-env", rosters.correct, roster_id, one, {"address": "演示路1号"})


def test_a_decision_made_on_an_older_list_is_refused(county_list: tuple[World, Case, int]) -> None:
    world, case, roster_id = county_list
    seen = world.step(case.id, ".s1").revision
    world.add_entries("county-env", roster_id, ["丙厂"], ["1"])
    with world.transaction() as session, pytest.raises(Conflict):
        work.complete(session, world.principal(session, "county-env"), world.step(case.id, ".s1").id, {}, revision=seen)


# -- Excel ------------------------------------------------------------------------------------------------------------


def test_a_workbook_with_one_bad_row_imports_nothing(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    own = roster_2008.by_county()[COUNTY]
    foreign = roster_2008.by_county()["370202"][:1]
    with pytest.raises(BadWorkbook) as refused:
        act(world, "county-env", rosters.import_workbook, roster_id, roster_2008.workbook([*own, *foreign]))
    assert [(p.row, p.column) for p in refused.value.problems] == [(len(own) + 2, "所在地行政区划代码")]
    assert len(entries(world, roster_id)) == 2


def test_a_workbook_imported_twice_names_every_enterprise_that_is_there_already(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    body = roster_2008.workbook(roster_2008.by_county()[COUNTY])
    count = act(world, "county-env", rosters.import_workbook, roster_id, body)
    with pytest.raises(BadWorkbook) as refused:
        act(world, "county-env", rosters.import_workbook, roster_id, body)
    assert len(refused.value.problems) == count
    assert all(p.column == "统一社会信用代码" and "已经在名单上" in p.message for p in refused.value.problems)


def test_what_is_no_workbook_is_refused_with_a_sentence(county_list: tuple[World, Case, int]) -> None:
    world, _, roster_id = county_list
    with pytest.raises(BadWorkbook) as refused:
        act(world, "county-env", rosters.import_workbook, roster_id, b"%PDF-1.4")
    assert "PDF" in refused.value.problems[0].message


def test_the_list_of_2008_has_171_enterprises_and_imports_as_a_whole(world: World) -> None:
    assert {city: sum(e.city == city for e in roster_2008.enterprises()) for city in roster_2008.COUNTS} == roster_2008.COUNTS
    assert sum(roster_2008.COUNTS.values()) == 171
    case = world.new_roster("province-env")
    assert act(world, "province-env", rosters.import_workbook, case.roster_id, roster_2008.workbook()) == 171


# -- what is about to be published ------------------------------------------------------------------------------------


def test_an_enterprise_of_both_lines_counts_once_and_with_all_its_grounds(world: World) -> None:
    for line, names, grounds in (("env", ["甲厂", "乙厂"], ["1"]), ("coord", ["乙厂", "丙厂"], ["2"])):
        case = world.new_roster(f"county-{line}")
        assert case.roster_id is not None
        world.add_entries(f"county-{line}", case.roster_id, names, grounds)
        world.do_step(f"county-{line}", case.id, ".s1")
        world.do_step(f"city-{line}", case.id, ".s3", **APPROVE)
        world.do_step(f"province-{line}", case.id, ".s4", **APPROVE)
    world.work()
    publication = world.case_of("shandong.list_publication")
    with world.session() as session:
        summary = roster_queries.about_to_publish(session, session.get_one(Case, publication.id))
    assert (summary.enterprises, summary.both_lines) == (3, 1)
    assert summary.regions == [("370100", {"all": 3, "1": 2, "2": 2})]
    assert [limit.due_on.isoformat() for _, limit in summary.deadlines] == ["2027-02-11", "2027-03-11", "2028-01-11"]
