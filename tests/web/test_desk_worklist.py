"""工作台: counters, filters, paging, Excel, acts on several rows."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import work, worklist
from app.cases.worklist_rows import Filters
from app.model import Organisation, Task, User
from tests.support.world import World
from tests.web.desk_support import Desk, desk

__all__ = ["desk"]

ENTERPRISES = ["甲化工厂", "乙化工厂", "丙化工厂"]


@pytest.fixture
def listed(world: World) -> World:
    """Three enterprises on the published list, each with its case."""
    world.publish(names_env=ENTERPRISES)
    return world


@pytest.fixture
def penalties(listed: World) -> World:
    """The same, after they missed the first limit: the county has three penalty cases."""
    listed.clock.move(days=40)
    listed.work()
    return listed


def _steps(page: str) -> list[str]:
    return re.findall(r'<td><a href="/tasks/\d+">([^<]+)</a>', page)


def test_the_list_shows_what_is_to_be_done_and_who_handed_it_over(desk: Desk, world: World) -> None:
    case = world.new_roster("county-env")
    world.add_entries("county-env", case.roster_id or 0, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1")
    page = desk("city-env").get("/desk/").text
    assert _steps(page) == ["汇总各县名单并报省"]
    assert "370102生态环境局 county-env" in page
    assert "2027-12-31（周五）" in page


def test_what_may_be_done_at_any_time_does_not_crowd_the_list(desk: Desk, listed: World) -> None:
    county = desk("county-env")
    assert "环保部门监督督促" not in county.get("/desk/").text
    assert county.get("/desk/?tab=anytime").text.count("环保部门监督督促</a>") == len(ENTERPRISES)


def test_a_search_finds_enterprise_code_number_step_and_case_data(desk: Desk, penalties: World) -> None:
    county = desk("county-env")
    case = penalties.case_of("shandong.penalty", ENTERPRISES[0])
    assert len(_steps(county.get("/desk/?q=甲化工").text)) == 1
    assert len(_steps(county.get(f"/desk/?q={case.number}").text)) == 1
    assert len(_steps(county.get("/desk/?q=认定违法").text)) == 3
    assert len(_steps(county.get("/desk/?q=disclosure").text)) == 3, "a variable of the case"
    assert "没有符合筛选条件的事项" in county.get("/desk/?q=50%25").text


def test_counters_are_filters_of_the_same_rows(listed: World, desk: Desk) -> None:
    listed.clock.to("2027-12-01")
    case = listed.new_roster("county-env", 2028)
    listed.add_entries("county-env", case.roster_id or 0, ["新厂"], ["1"])
    listed.do_step("county-env", case.id, ".s1")
    listed.clock.to("2027-12-30")
    with listed.session() as session:
        me = listed.principal(session, "city-env")
        for light in ("yellow", "red"):
            shown = worklist.page(session, me, Filters(light=light)).rows
            assert len(shown) == getattr(worklist.counters(session, me), light)
        assert worklist.counters(session, me).yellow == 1
    listed.clock.to("2028-01-03")
    listed.work()
    page = desk("city-env").get("/desk/?light=red").text
    assert "■ 逾期" in page
    assert "已逾期 3 天" in page
    supervised = desk("province-env").get("/desk/?light=supervised").text
    assert _steps(supervised) == ["汇总各县名单并报省"], "the superior sees what it was told to press for"
    assert "370100生态环境局" in supervised


def test_pages_neither_skip_nor_repeat_rows(penalties: World) -> None:
    with penalties.session() as session:
        me = penalties.principal(session, "county-env")
        whole = [row.key for row in worklist.page(session, me, Filters()).rows]
        first = worklist.page(session, me, Filters(), size=2)
        second = worklist.page(session, me, Filters(after=first.next), size=2)
        back = worklist.page(session, me, Filters(before=second.previous), size=2)
    assert [r.key for r in (*first.rows, *second.rows)] == whole[:4]
    assert [r.key for r in back.rows] == [r.key for r in first.rows]
    assert not first.previous
    assert not back.previous


def test_a_made_up_cursor_shows_the_first_page(desk: Desk, penalties: World) -> None:
    assert desk("county-env").get("/desk/?after=nonsense").status_code == 200


def test_excel_has_the_rows_and_columns_of_the_screen(desk: Desk, penalties: World) -> None:
    county = desk("county-env")
    page = county.get("/desk/?q=化工厂").text
    sheet = load_workbook(io.BytesIO(county.get("/desk/list.xlsx?q=化工厂").data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert [row[3] for row in rows[1:]] == _steps(page)


def test_filters_and_page_are_there_again_on_the_way_back(desk: Desk, penalties: World) -> None:
    county = desk("county-env")
    county.get("/desk/?q=甲化工&process=shandong.penalty")
    task = penalties.open_tasks(name="认定违法情形")[0]
    assert "/desk/?process=shandong.penalty&amp;q=%E7%94%B2%E5%8C%96%E5%B7%A5" in county.get(f"/tasks/{task.id}").text


def test_several_tasks_are_claimed_at_once_with_an_honest_count(desk: Desk, penalties: World) -> None:
    county = desk("county-env")
    ids = [t.id for t in penalties.open_tasks(name="认定违法情形")]
    answer = county.post("/desk/bulk", data={"act": "claim", "task": [*ids, 999_999]}, follow_redirects=True).text
    assert "已认领 3 项" in answer
    assert "1 项没有认领" in answer
    assert {t.assignee_id for t in penalties.open_tasks(name="认定违法情形")} == {penalties.users["county-env"]}


def test_several_tasks_are_handed_to_a_colleague(desk: Desk, penalties: World) -> None:
    with penalties.transaction() as session:
        office = penalties.principal(session, "county-env").organisation
        assert isinstance(office, Organisation)
        colleague = penalties.add_user(session, "county-env-b", office).id
    ids = [t.id for t in penalties.open_tasks(name="认定违法情形")]
    county = desk("county-env")
    assert "county-env-b" in county.post("/desk/bulk", data={"act": "transfer", "task": ids}).text
    county.post("/desk/bulk", data={"act": "transfer", "task": ids, "to": colleague})
    assert {t.assignee_id for t in penalties.open_tasks(name="认定违法情形")} == {colleague}
    assert _steps(county.get("/desk/").text).count("认定违法情形") == 0


def test_done_started_and_copied_answer_other_questions(desk: Desk, world: World) -> None:
    case = world.new_roster("county-env")
    world.add_entries("county-env", case.roster_id or 0, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1")
    county = desk("county-env")
    assert "✓ 按期办结" in county.get("/desk/?tab=done").text or "✓ 已办" in county.get("/desk/?tab=done").text
    started = county.get("/desk/?tab=started").text
    assert _steps(started) == ["汇总各县名单并报省"]
    assert "370100生态环境局" in started
    assert "没有抄送" in county.get("/desk/?tab=copied").text


def test_another_county_sees_nothing_of_it(desk: Desk, penalties: World) -> None:
    assert _steps(desk("county-env2").get("/desk/").text) == []


def statements_of_a_page(world: World, session: Session) -> list[tuple[str, Any]]:
    """What rows and counters of a clerk's list ask the database."""
    statements: list[tuple[str, Any]] = []
    me = Principal(session.get_one(User, world.users["county-env"]))
    assert me.organisation_ids
    event.listen(world.runtime.database.engine, "before_cursor_execute", lambda c, cu, s, p, x, m: statements.append((s, p)))
    worklist.page(session, me, Filters())
    worklist.counters(session, me)
    return list(statements)


def test_rows_and_counters_take_one_statement_each(penalties: World) -> None:
    with penalties.session() as session:
        assert len(statements_of_a_page(penalties, session)) == 2


def test_rows_and_counters_come_from_the_inbox_index(penalties: World) -> None:
    with penalties.session() as session:
        for statement, values in statements_of_a_page(penalties, session):
            plan = plan_of(session, statement, values)
            assert any("ix_tasks_inbox" in line for line in plan), plan
            assert not any(line.startswith("SCAN tasks") for line in plan), plan


def plan_of(session: Session, statement: str, values: Any) -> list[str]:
    """How the database would carry a statement out.

    In a table as small as this PostgreSQL reads everything unless it is told not to, and any index on open tasks is as good to it as another: it is
    asked whether the one of the list serves.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    connection.exec_driver_sql("DROP INDEX IF EXISTS ix_tasks_waiting")  # rolled back with the session
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]


def test_the_list_comes_sorted_from_its_index(penalties: World) -> None:
    with penalties.session() as session:
        plan = plan_of(session, *statements_of_a_page(penalties, session)[0])
    sorts = [
        i for i, line in enumerate(plan) if line == "USE TEMP B-TREE FOR ORDER BY" or line.strip().startswith("Sort Key: tasks.sort_due")
    ]
    assert all("tasks_" in plan[i - 1] for i in sorts), "only the look at the step before sorts"


def test_the_same_list_on_both_databases(world: World) -> None:
    case = world.new_roster("county-env")
    world.add_entries("county-env", case.roster_id or 0, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1", opinion="拟列入甲厂，请审核")
    with world.session() as session:
        me = world.principal(session, "city-env")
        for filters in (Filters(), Filters(q="请审核"), Filters(region="370100"), Filters(q=case.number)):
            assert [row.step for row in worklist.page(session, me, filters).rows] == ["汇总各县名单并报省"], filters
        assert worklist.counters(session, me).open == 1
        county = world.principal(session, "county-env")
        assert len(worklist.page(session, county, Filters(tab="done")).rows) == 1
        assert len(worklist.page(session, county, Filters(tab="started")).rows) == 1
        assert worklist.page(session, me, Filters(tab="copied")).rows == []
        assert worklist.page(session, me, Filters(light="supervised")).rows == []


def test_a_page_beyond_the_last_is_empty_but_well(world: World) -> None:
    with world.session() as session:
        me = world.principal(session, "county-env")
        page = worklist.page(session, me, Filters(after="9999-12-31.99999"))
    assert (page.rows, page.previous, page.next) == ([], "", "")


def test_urging_from_the_list_reaches_the_office(desk: Desk, listed: World) -> None:
    case = listed.new_roster("county-env", 2028)
    listed.add_entries("county-env", case.roster_id or 0, ["新厂"], ["1"])
    listed.do_step("county-env", case.id, ".s1")
    task = listed.open_tasks(case.id)[0]
    desk("county-env").post("/desk/bulk", data={"act": "urge", "task": [task.id]})
    with listed.session() as session:
        assert session.get_one(Task, task.id).urged_at is not None
        assert work.may_do(listed.principal(session, "city-env"), task)
