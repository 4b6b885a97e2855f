"""Heat and history of a version as administrators meet them."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cases.migration_support import ENTERPRISE, KEY, Moving, at_county, row
from tests.support.diagrams import end, path, start, user, wait
from tests.support.world import CITY, COUNTY, World
from tests.web.portal_support import client_of

HEAT = f"/admin/processes/{KEY}/1/heat"


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    return client_of(app, world, "admin")


@pytest.fixture
def moving(world: World) -> Moving:
    """Three cases that begin on 11 January: two wait at A, one has gone on to B after two days."""
    made = Moving(world)
    made.deploy(row(at_county("A"), at_county("B")))
    first, *_ = made.start(3, made.enterprise("机密化工厂"))
    world.clock.move(days=2)
    made.complete(first, "A")
    return made


def test_the_page_shows_figures_elements_and_months(admin: FlaskClient, moving: Moving) -> None:
    page = admin.get(HEAT).text
    assert '"A": {"incidents": 0, "late": null, "median": 2.0, "ninth": 2.0, "waiting": 2}' in page
    assert "2027-01" in page
    assert "2026-02" in page  # twelve months
    assert "2026-01" not in page


def test_period_region_and_unit_come_from_the_address(admin: FlaskClient, moving: Moving) -> None:
    before = admin.get(
        HEAT, query_string={"from": "2026-01-01", "to": "2026-12-31", "region": ["370000", CITY, ""], "unit": "workday"}
    ).text
    assert '"median": null' in before
    assert "用时（工作日）" in before
    assert f'<option value="{CITY}" selected>' in before
    assert f'<option value="{COUNTY}">' in before
    elsewhere = admin.get(HEAT, query_string={"region": ["420000", CITY]}).text
    assert '"waiting": 2' not in elsewhere


@pytest.mark.parametrize(
    "period", [("2027-02-01", "2027-01-01"), ("2000-01-01", "2027-01-01"), ("gestern", ""), ("0001-01-01", "0001-01-02")]
)
def test_an_impossible_period_gives_the_last_twelve_months_and_says_so(admin: FlaskClient, moving: Moving, period: tuple[str, str]) -> None:
    answer = admin.get(HEAT, query_string={"from": period[0], "to": period[1]})
    assert answer.status_code == 200
    assert "起止日期不对" in answer.text
    assert 'value="2026-02-01"' in answer.text


def test_elements_are_sorted_by_what_is_asked_for(admin: FlaskClient, moving: Moving) -> None:
    assert _order(admin.get(HEAT, query_string={"sort": "waiting"}).text) == ["A", "B"]
    moving.complete(moving.start()[0], "A")
    moving.complete(_waiting(moving, "A"), "A")
    assert _order(admin.get(HEAT, query_string={"sort": "waiting"}).text) == ["B", "A"]
    assert _order(admin.get(HEAT, query_string={"sort": "nonsense"}).text) == ["A", "B"]


def _order(page: str) -> list[str]:
    table = page.partition('id="elements"')[2]
    return sorted(("A", "B"), key=lambda name: table.index(f"<td>{name}<"))


def _waiting(moving: Moving, element: str) -> int:
    return next(task.case_id for task in moving.world.open_tasks(name=element))


def test_the_workbook_holds_every_element(admin: FlaskClient, moving: Moving) -> None:
    answer = admin.get(HEAT + ".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    found = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    assert found == [["测试", "A", 2, 0, 1, 2, 2, 0, None, 0, 0], ["测试", "B", 1, 0, 0, None, None, 0, None, 0, 0]]


def test_waiting_cases_are_numbers_and_offices_not_files(admin: FlaskClient, moving: Moving) -> None:
    asked = {"process": KEY, "element": "A"}
    page = admin.get(HEAT + "/waiting", query_string=asked).text
    numbers = [moving.case(task.case_id).number for task in moving.world.open_tasks(name="A")]
    assert len(numbers) == 2
    assert all(number in page for number in numbers)
    assert f"{COUNTY}生态环境局" in page
    assert "机密化工厂" not in page
    assert "/cases/" not in page
    moving.deploy(row(user("A", actor=ENTERPRISE)))
    moving.start(1, moving.enterprise("机密化工厂"))
    held = admin.get(HEAT.replace("/1/", "/2/") + "/waiting", query_string=asked).text
    assert "<td>企业</td>" in held
    assert "机密化工厂" not in held
    part = admin.get(HEAT + "/waiting", query_string=asked, headers={"X-Requested-With": "XMLHttpRequest"}).text
    assert "<html" not in part
    assert numbers[0] in part
    assert admin.get(HEAT + "/waiting", query_string={"process": KEY, "element": "X"}).status_code == 404


def test_cases_that_wait_for_a_day_are_listed_with_the_day(admin: FlaskClient, world: World) -> None:
    made = Moving(world)
    made.deploy(start() + wait("W", "days(10, since=begun)") + end() + path("S", "W", "E"))
    (case_id,) = made.start()
    page = admin.get(HEAT + "/waiting", query_string={"process": KEY, "element": "W"}).text
    assert made.case(case_id).number in page
    assert "2027-01-22 00:00" in page
    assert "共 1 件等候期满。" in page
    assert "等候期满" in admin.get(HEAT).text


@pytest.mark.parametrize("address", [HEAT, HEAT + ".xlsx", HEAT + "/waiting?process=t.main&element=A"])
def test_only_the_process_administrator_finds_it(app: Flask, world: World, moving: Moving, address: str) -> None:
    found = {name: client_of(app, world, name).get(address).status_code for name in ("admin", "security", "auditor", "county-env")}
    assert found == {"admin": 200, "security": 404, "auditor": 404, "county-env": 404}


def test_a_draft_has_no_heat(admin: FlaskClient, moving: Moving) -> None:
    assert admin.post(f"/admin/processes/{KEY}/1/again").status_code == 302
    assert admin.get(f"/admin/processes/{KEY}/2/heat").status_code == 404
    assert "热度和走势" not in admin.get(f"/admin/processes/{KEY}/2").text
    assert f"{KEY}/1/heat" in admin.get(f"/admin/processes/{KEY}/1").text
