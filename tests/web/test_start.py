"""发起: what a person may start by hand, and starting it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.model import Case, Enterprise, Task
from tests.support.world import World
from tests.web.desk_support import Desk, desk

__all__ = ["desk"]
PENALTY = "/start/shandong.penalty"


@pytest.fixture
def uscc(world: World) -> str:
    """The code of an enterprise of the county."""
    world.publish(["甲厂"])
    with world.session() as session:
        return session.scalars(select(Enterprise.uscc)).one()


def cases(world: World) -> list[Case]:
    with world.session() as session:
        return list(session.scalars(select(Case).where(Case.process_key == "shandong.penalty")))


def test_an_office_finds_what_its_law_lets_it_start(desk: Desk) -> None:
    page = desk("county-env").get("/start")
    assert PENALTY in page.text


@pytest.mark.parametrize("username", ["city-env", "expert", "admin"])
def test_others_do_not_find_it(desk: Desk, username: str) -> None:
    assert PENALTY not in desk(username).get("/start").text
    assert desk(username).get(PENALTY).status_code == 404


def test_it_starts_about_the_enterprise_that_is_named(desk: Desk, world: World, uscc: str) -> None:
    answer = desk("county-env").post(PENALTY, data={"uscc": uscc.lower()})
    assert answer.status_code == 302
    [case] = cases(world)
    assert (case.enterprise_id is not None, case.started_by_id) == (True, world.users["county-env"])


@pytest.mark.parametrize(
    ("given", "words"),
    [("", "请填写企业"), ("91370102MA3C0L6X0A", "校验位不符"), ("91370102MA0000770Q", "没有这家企业")],
)
def test_a_wrong_code_is_said_beside_the_field_and_kept(desk: Desk, world: World, uscc: str, given: str, words: str) -> None:
    answer = desk("county-env").post(PENALTY, data={"uscc": given})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{given}"' in answer.text
    assert cases(world) == []


def test_what_is_not_offered_cannot_be_started_by_its_address(app: Flask, desk: Desk, world: World, uscc: str) -> None:
    for key in ("shandong.mandatory_audit", "beijing.nothing"):
        assert desk("county-env").post(f"/start/{key}", data={"uscc": uscc}).status_code == 404


def test_a_national_procedure_is_offered_as_such_where_nothing_local_stands_instead(desk: Desk) -> None:
    page = desk("county-env").get("/start").text
    assert "/start/national.polluter_disclosure" in page
    assert "本省没有专门规定，按国家规定办理" in page
    assert '/start/national.penalty"' not in page
    assert desk("county-env").get("/start/national.penalty").status_code == 404
    assert "按<strong>国家规定</strong>办理" in desk("county-env").get("/start/national.polluter_disclosure").text


def test_the_year_s_report_of_a_province_is_about_no_enterprise(desk: Desk, world: World) -> None:
    assert desk("province-coord").post("/start/national.yearly_report").status_code == 302
    with world.session() as session:
        assert session.scalars(select(Case).where(Case.process_key == "national.yearly_report")).one().enterprise_id is None


def test_a_group_of_the_central_government_acts_in_its_own_name(desk: Desk, world: World, uscc: str) -> None:
    answer = desk("enterprise:甲厂").post("/start/national.yearly_report_group")
    assert answer.status_code == 302
    with world.session() as session:
        case = session.scalars(select(Case).where(Case.process_key == "national.yearly_report_group")).one()
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
        assert (case.enterprise_id is not None, task.actor, task.waiting_for) == (True, "enterprise_group", None)
