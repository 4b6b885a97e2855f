"""The pages of rosters as clerks use them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.cases import rosters
from app.model import RosterEntry
from app.model.identifiers import made_up_uscc
from tests.support import roster_2008
from tests.support.statements import counted
from tests.support.world import COUNTY, World, uscc_of
from tests.web.api_support import signed_in


class Clerk:
    """A browser of somebody, sending forms as the pages do."""

    def __init__(self, app: Flask, world: World, username: str) -> None:
        self.client: FlaskClient
        self.client, self.csrf = signed_in(app, world, username)

    def see(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.csrf, **fields})


@pytest.fixture
def roster_id(world: World) -> int:
    """The county's list with three enterprises, at the county."""
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, ["甲厂", "乙厂", "丙厂"], ["1"])
    return case.roster_id


@pytest.fixture
def county(app: Flask, world: World) -> Clerk:
    return Clerk(app, world, "county-env")


def ids(world: World, roster_id: int) -> list[int]:
    with world.session() as session:
        return list(session.scalars(select(RosterEntry.id).where(RosterEntry.roster_id == roster_id).order_by(RosterEntry.id)))


def states(world: World, roster_id: int) -> dict[str, str]:
    with world.session() as session:
        return {e.name: e.status for e in session.scalars(select(RosterEntry).where(RosterEntry.roster_id == roster_id))}


def test_a_new_list_leads_to_its_task(county: Clerk, world: World) -> None:
    answer = county.send("/rosters", year="2027")
    task = world.open_tasks(name="提出名单")[0]
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/tasks/{task.id}")
    assert "正在办理" in county.send("/rosters", year="2027").text
    assert county.send("/rosters", year="1999").status_code == 400


def test_the_index_shows_where_each_list_is_now(county: Clerk, world: World, roster_id: int) -> None:
    page = county.see("/rosters")
    assert "待本单位办理" in page
    assert "列入 3 家" in page
    world.do("county-env", world.open_tasks(name="提出名单")[0])
    assert "370100生态环境局" in county.see("/rosters")


def test_lists_are_for_authorities_of_their_region_and_line(app: Flask, world: World, roster_id: int) -> None:
    for username in ("county-coord", "county-env2", "expert", "admin"):
        Clerk(app, world, username).see(f"/rosters/{roster_id}", 404)
    Clerk(app, world, "city-env").see(f"/rosters/{roster_id}")
    assert app.test_client().get("/rosters").status_code == 302


def test_a_wrong_field_has_its_error_beside_it_and_nothing_typed_is_lost(county: Clerk, roster_id: int) -> None:
    answer = county.send(f"/rosters/{roster_id}/entries/new", name="丁厂", uscc="123", region_code=COUNTY)
    assert answer.status_code == 422
    assert "统一社会信用代码应为 18 位" in answer.text
    assert "请选择列入依据" in answer.text
    assert 'value="丁厂"' in answer.text


def test_an_enterprise_added_by_hand_is_on_the_list(county: Clerk, world: World, roster_id: int) -> None:
    fields = {"name": "丁厂", "uscc": uscc_of("丁厂"), "region_code": COUNTY, "grounds": ["1", "3"]}
    assert county.send(f"/rosters/{roster_id}/entries/new", **fields).headers["Location"] == f"/rosters/{roster_id}"
    page = county.see(f"/rosters/{roster_id}?q=丁厂")
    assert "丁厂" in page
    assert "甲厂" not in page


def test_the_form_offers_the_grounds_of_the_line_and_the_places_of_the_bureau(app: Flask, world: World) -> None:
    case = world.new_roster("city-coord")
    page = Clerk(app, world, "city-coord").see(f"/rosters/{case.roster_id}/entries/new")
    assert re.findall(r'name="grounds" value="(\d)"', page) == ["2"]
    assert {code[:4] for code in re.findall(r'<option value="(\d{6})"', page)} == {"3701"}


def test_one_entry_is_struck_with_its_reason_at_once(county: Clerk, world: World, roster_id: int) -> None:
    first = ids(world, roster_id)[0]
    assert county.send(f"/rosters/{roster_id}/decide", act="strike", entry=[first], reason="停产").status_code == 302
    assert states(world, roster_id)["甲厂"] == "struck"
    assert "停产" in county.see(f"/rosters/{roster_id}/entries/{first}")


def test_several_are_struck_after_a_page_that_names_them(county: Clerk, world: World, roster_id: int) -> None:
    chosen = ids(world, roster_id)[:2]
    asked = county.send(f"/rosters/{roster_id}/decide", act="strike", entry=chosen, reason="停产")
    assert asked.status_code == 200
    assert "剔除 2 家企业" in asked.text
    assert "甲厂" in asked.text
    assert set(states(world, roster_id).values()) == {"listed"}
    assert county.send(f"/rosters/{roster_id}/decide", act="strike", entry=chosen, reason="", confirmed="1").status_code == 422
    county.send(f"/rosters/{roster_id}/decide", act="strike", entry=chosen, reason="停产", confirmed="1")
    assert states(world, roster_id) == {"甲厂": "struck", "乙厂": "struck", "丙厂": "listed"}


def test_after_a_decision_one_is_back_where_one_was_and_nowhere_else(county: Clerk, world: World, roster_id: int) -> None:
    first, *_ = ids(world, roster_id)
    own = f"/rosters/{roster_id}"
    there = (("strike", f"{own}?q=厂", f"{own}?q=%E5%8E%82"), ("restore", "https://example.org/", own), ("strike", "//example.org", own))
    for act, back, target in there:
        answer = county.send(f"{own}/decide", act=act, entry=[first], reason="试试", back=back)
        assert answer.headers["Location"] == target


def test_a_bad_workbook_names_each_row_and_imports_nothing(county: Clerk, world: World, roster_id: int) -> None:
    foreign = roster_2008.by_county()["370202"][:1]
    body = roster_2008.workbook([*roster_2008.by_county()[COUNTY], *foreign])
    answer = county.send(f"/rosters/{roster_id}/import", file=(io.BytesIO(body), "名单.xlsx"))
    assert answer.status_code == 422
    assert "没有导入任何企业" in answer.text
    assert "不在本单位的管辖范围" in answer.text
    assert len(ids(world, roster_id)) == 3


def test_a_good_workbook_says_how_many(county: Clerk, world: World, roster_id: int) -> None:
    own = roster_2008.by_county()[COUNTY]
    answer = county.send(f"/rosters/{roster_id}/import", file=(io.BytesIO(roster_2008.workbook(own)), "名单.xlsx"))
    assert f"导入 {len(own)} 家企业" in county.see(answer.headers["Location"])
    assert "请先选择" in county.send(f"/rosters/{roster_id}/import").text


def test_the_export_holds_exactly_what_the_filters_show(county: Clerk, world: World, roster_id: int) -> None:
    county.send(f"/rosters/{roster_id}/decide", act="strike", entry=ids(world, roster_id)[:1], reason="停产")
    answer = county.client.get(f"/rosters/{roster_id}/export.xlsx?status=listed")
    rows = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["乙厂", "丙厂"]


def test_a_list_out_of_ones_hands_shows_no_way_to_change_it(county: Clerk, world: World, roster_id: int) -> None:
    world.do("county-env", world.open_tasks(name="提出名单")[0])
    page = county.see(f"/rosters/{roster_id}")
    assert "添加企业" not in page
    assert "data-row-check" not in page
    county.see(f"/rosters/{roster_id}/entries/new", 403)
    county.see(f"/rosters/{roster_id}/import", 403)


def test_a_thousand_entries_take_hardly_more_statements_than_three(app: Flask, world: World, county: Clerk, roster_id: int) -> None:
    def statements() -> int:
        with counted(app.extensions["runtime"].database.engine) as asked:
            county.see(f"/rosters/{roster_id}")
        return len(asked)

    few = statements()
    rows = [
        {"row": n, "name": f"演示{n:04d}", "uscc": made_up_uscc(COUNTY, 700_000 + n), "region_code": COUNTY, "grounds": ["1"]}
        for n in range(1000)
    ]
    with world.transaction() as session:
        rosters.import_rows(session, world.principal(session, "county-env"), roster_id, rows)
    assert statements() <= few + 2  # what is looked up again from time to time may fall into the second count
    assert "第 11 / 11 页" in county.see(f"/rosters/{roster_id}?page=99")


def test_the_task_page_shows_the_returned_entries_and_why(app: Flask, world: World, county: Clerk, roster_id: int) -> None:
    world.do("county-env", world.open_tasks(name="提出名单")[0])
    city = Clerk(app, world, "city-env")
    city.send(f"/rosters/{roster_id}/decide", act="return", entry=ids(world, roster_id)[:1], reason="依据不符")
    review = next(t for t in world.open_tasks() if t.panel == "roster")
    world.do("city-env", review, decision="return", returned_reason="请核实")
    page = county.see(f"/tasks/{world.open_tasks(name='提出名单')[0].id}")
    assert "退回待更正 1 家" in page
    assert "依据不符" in page


def test_the_publication_panel_says_what_publishing_does_and_then_how_far_it_is(app: Flask, world: World, roster_id: int) -> None:
    world.do("county-env", world.open_tasks(name="提出名单")[0])
    for username in ("city-env", "province-env"):
        world.do(username, next(t for t in world.open_tasks() if t.panel == "roster"), decision="approve")
    world.work()
    case = world.case_of("shandong.list_publication")
    clerk = Clerk(app, world, "province-env")
    page = clerk.see(f"/tasks/{world.step(case.id, 'list-publication.s1').id}")
    for sentence in ("3 家企业列入", "共 3 个案件", "2027-02-11", "2027-03-11", "2028-01-11", "不能撤回"):
        assert sentence in page
    world.do_step("province-env", case.id, "list-publication.s1")
    world.do_step("province-coord", case.id, "list-publication.s2")
    for task in world.open_tasks(case.id):
        world.do("province-coord" if task.actor == "province_coordinator" else "province-env", task, decision="confirm")
    waiting = clerk.see(f"/rosters/publications/{case.id}/progress")
    assert "0 / 3" in waiting
    assert "data-poll" in waiting
    world.work()
    done = clerk.see(f"/rosters/publications/{case.id}/progress")
    assert "已全部立案" in done
    assert "data-poll" not in done
    Clerk(app, world, "expert").see(f"/rosters/publications/{case.id}/progress", 404)
