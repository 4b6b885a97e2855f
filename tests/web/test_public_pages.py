"""What everybody sees without signing in, and what nobody does."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from app.model import EnterpriseRecord, Publication
from tests.support.world import World, uscc_of
from tests.web.portal_support import client_of


def _listing(world: World) -> int:
    with world.session() as session:
        return session.scalars(select(Publication.id).where(Publication.kind == "mandatory_list")).one()


def test_a_published_list_names_its_enterprises(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"], names_coord=["乙厂"])
    page = app.test_client().get(f"/public/lists/{_listing(world)}").text
    assert "甲厂" in page
    assert "乙厂" in page
    assert uscc_of("甲厂") in page


def test_a_list_that_is_not_published_shows_nothing(app: Flask, world: World) -> None:
    case = world.new_roster("county-env")
    world.add_entries("county-env", case.roster_id or 0, ["甲厂"], ["1"])
    client = app.test_client()
    assert "甲厂" not in client.get("/public/lists?q=甲厂").text.replace('value="甲厂"', "")
    assert client.get(f"/public/enterprises/{uscc_of('甲厂')}").status_code == 404


def test_an_announcement_stands_on_the_front_page_with_what_it_says(app: Flask, world: World) -> None:
    with world.transaction() as session:
        session.add(
            Publication(
                key="announcement:1", kind="announcement", title="监督检查公告", body={"text": "检查<三>家"}, year=2027, region_code="210000",
                publishers="省生态环境厅", published_on=dt.date(2027, 1, 11),
            )
        )  # fmt: skip
    page = app.test_client().get("/").text
    assert "监督检查公告" in page
    assert "检查&lt;三&gt;家" in page


def test_lists_are_found_by_enterprise_year_and_region(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    address = f"/public/lists/{_listing(world)}"
    client = app.test_client()
    for query in ("q=甲", f"q={uscc_of('甲厂')}", "year=2027", "region=370100"):
        assert address in client.get(f"/public/lists?{query}").text, query
    for query in ("q=丙", "year=2019", "region=370200", "q=%25"):
        assert address not in client.get(f"/public/lists?{query}").text, query


def test_an_enterprise_page_shows_what_was_published_and_no_penalty(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    world.do_step("enterprise:甲厂", case.id, "disclosure.s2")
    with world.transaction() as session:
        session.add(
            EnterpriseRecord(
                key="t",
                enterprise_id=case.enterprise_id,
                case_id=case.id,
                kind="fine",
                sanction="s",
                amount=50000,
                recorded_on=case.started_at.date(),
            )
        )
    page = app.test_client().get(f"/public/enterprises/{uscc_of('甲厂')}").text
    assert "企业信息公开" in page
    assert "罚" not in page
    assert "50000" not in page


@pytest.mark.parametrize("path", ["/", "/public/lists"])
def test_pages_for_everybody_set_no_cookie_and_may_be_kept(app: Flask, world: World, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]


def test_pages_of_a_signed_in_person_are_not_kept(app: Flask, world: World) -> None:
    answer = client_of(app, world, "county-env").get("/public/lists")
    assert answer.headers["Cache-Control"] == "no-store"


def test_demonstration_data_is_marked(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    with world.transaction() as session:
        session.get_one(Publication, _listing(world)).is_demo = True
    client = app.test_client()
    assert "演示数据" in client.get(f"/public/lists/{_listing(world)}").text
    assert "演示数据" in client.get("/").text


@pytest.mark.parametrize("query", ["page=0", "page=99999999", "page=x", "region=abc", "year=abc", "q=" + "长" * 500])
def test_strange_queries_are_answered(app: Flask, world: World, query: str) -> None:
    assert app.test_client().get(f"/public/lists?{query}").status_code == 200
