"""The enterprise's pages: what is next, what is done, nothing of anybody else's."""

from __future__ import annotations

from flask import Flask

from tests.support.world import World
from tests.web.portal_support import client_of


def test_the_first_sentence_says_what_is_next_and_by_when(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    page = client_of(app, world, "enterprise:甲厂").get("/portal/").text
    lead = page[page.index("qc-lead") :][:600]
    assert "备齐并公开信息" in lead
    assert "2027-02-18（周四）" in lead or "2027-02-11（周四）" in lead


def test_after_a_step_the_next_one_leads_and_the_old_one_is_done(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    client = client_of(app, world, "enterprise:甲厂")
    world.do_step("enterprise:甲厂", case.id, "disclosure.s2")
    page = client.get("/portal/").text
    assert "确定方式启动审核" in page[page.index("qc-lead") :][:600]
    assert "已办：备齐并公开信息" in page


def test_a_missed_limit_is_said_in_the_first_sentence(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    client = client_of(app, world, "enterprise:甲厂")
    world.clock.move(days=60)
    world.work()
    page = client_of(app, world, "enterprise:甲厂").get("/portal/").text
    assert "已经逾期" in page
    assert client is not None


def test_the_optional_application_is_offered_and_does_not_lead(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    page = client_of(app, world, "enterprise:甲厂").get("/portal/").text
    assert "申请延期" in page[page.index("需要时可以办") :]
    assert "申请延期" not in page[page.index("qc-lead") :][:600]


def test_another_enterprise_is_not_there(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂", "乙厂"])
    other = world.case_of("shandong.mandatory_audit", "乙厂")
    client = client_of(app, world, "enterprise:甲厂")
    assert client.get(f"/portal/cases/{other.id}").status_code == 404
    assert "乙厂" not in client.get("/portal/").text


def test_clerks_have_no_portal(app: Flask, world: World) -> None:
    assert client_of(app, world, "county-env").get("/portal/").status_code == 404


def test_strangers_are_asked_to_sign_in(app: Flask, world: World) -> None:
    answer = app.test_client().get("/portal/")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]
