"""The three administrators: each finds only its own work, and nobody else finds any of it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.cases import calendars
from app.config import ROOT
from app.engine import store
from app.model import Case, Definition, Event, Holiday, Membership, Organisation, Task, User
from tests.support.world import World
from tests.web.portal_support import client_of

OF_ADMINISTRATOR = (
    "/admin/processes", "/admin/processes/shandong.penalty", "/admin/processes/upload", "/admin/processes/shandong.penalty/1/heat",
    "/admin/processes/shandong.penalty/1/heat.xlsx", "/admin/processes/shandong.penalty/migration", "/admin/coverage", "/admin/coverage/shandong",
    "/admin/organisations", "/admin/organisations/new", "/admin/organisations/1", "/admin/promises", "/admin/holidays", "/admin/incidents", "/admin/outbox",
)  # fmt: skip
OF_SECURITY = ("/admin/users", "/admin/users/new", "/admin/users/1")
OF_AUDITOR = ("/admin/events",)
ALLOWED = {"admin": OF_ADMINISTRATOR, "security": OF_SECURITY, "auditor": OF_AUDITOR, "county-env": (), "expert": ()}


@pytest.mark.parametrize("username", ALLOWED)
def test_each_administrator_reaches_their_own_pages_alone(app: Flask, world: World, username: str) -> None:
    client = client_of(app, world, username)
    for path in OF_ADMINISTRATOR + OF_SECURITY + OF_AUDITOR:
        expected = 200 if path in ALLOWED[username] else 404
        assert client.get(path).status_code == expected, (username, path)


ACTS = {
    "/admin/promises": "admin", "/admin/holidays": "admin", "/admin/organisations/new": "admin", "/admin/incidents/1/retry": "admin",
    "/admin/incidents/1/cancel": "admin", "/admin/incidents/1/move": "admin", "/admin/incidents/1/data": "admin",
    "/admin/processes/extension": "admin", "/admin/processes/shandong.penalty/1/deploy": "admin",
    "/admin/users/new": "security", "/admin/users/1/roles": "security", "/admin/users/1/active": "security",
    "/admin/users/1/password": "security",
}  # fmt: skip


@pytest.mark.parametrize("username", ALLOWED)
def test_no_administrator_does_anothers_work(app: Flask, world: World, username: str) -> None:
    client = client_of(app, world, username)
    for path, owner in ACTS.items():
        if owner != username:
            assert client.post(path, data={}).status_code == 404, (username, path)


def test_a_diagram_is_served_with_the_processes_it_calls(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    page = client.get("/admin/processes/shandong.mandatory_audit").text
    assert "data-diagram" in page
    assert "审核效果评估验收" in page
    body = client.get("/admin/processes/shandong.mandatory_audit/1/shandong.disclosure.bpmn")
    assert body.status_code == 200
    assert b"Task_Disclose" in body.data
    assert client.get("/admin/processes/shandong.mandatory_audit/1/shandong.penalty.bpmn").status_code == 404


def test_a_changed_diagram_is_uploaded_as_a_draft_and_deployed_after_confirmation(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    body = (ROOT / "processes/shandong/penalty.bpmn").read_text().replace("认定违法情形", "认定违法事实").encode()
    answer = client.post(
        "/admin/processes/upload", data={"files": [(io.BytesIO(body), "penalty.bpmn")]}, content_type="multipart/form-data"
    )
    assert answer.status_code == 302, answer.text
    assert "草稿 第 2 版" in client.get("/admin/processes", query_string={"standing": "draft"}).text
    assert "第 2 版成为在用版本" in client.get("/admin/processes/shandong.penalty/2/deploy").text
    assert client.post("/admin/processes/shandong.penalty/2/deploy").status_code == 302
    with world.session() as session:
        assert (
            session.scalars(select(Definition.status).where(Definition.key == "shandong.penalty", Definition.version == 2)).one()
            == "deployed"
        )
        assert session.scalar(select(func.count()).where(Event.kind == "process_deployed")) == 1


def upload_and_deploy(client: Any, body: bytes) -> str:
    """Gives the page after the deployment."""
    client.post("/admin/processes/upload", data={"files": [(io.BytesIO(body), "penalty.bpmn")]}, content_type="multipart/form-data")
    return str(client.post("/admin/processes/shandong.penalty/2/deploy", follow_redirects=True).text)


def test_a_recorded_extension_holds_for_the_next_version_of_the_same_regulation(app: Flask, world: World) -> None:
    body = (ROOT / "processes/shandong/penalty.bpmn").read_text().replace("认定违法情形", "认定违法事实").encode()
    assert "新案件按这一版办理" in upload_and_deploy(client_of(app, world, "admin"), body)
    with world.session() as session:
        notes = session.scalars(
            select(Definition.extension_note).where(Definition.key == "shandong.penalty").order_by(Definition.version)
        ).all()
        assert notes[0] is not None
        assert notes[0] == notes[1]
        found = store.in_force(session, "shandong.penalty", clock.today())
        assert found is not None
        assert found.version == 2


def test_a_version_whose_regulation_has_expired_does_not_claim_new_cases(app: Flask, world: World) -> None:
    body = (ROOT / "processes/shandong/penalty.bpmn").read_text().replace('value="2022-05-19"', 'value="2022-05-18"').encode()
    client = client_of(app, world, "admin")
    page = upload_and_deploy(client, body)
    assert "新案件暂不按这一版开始" in page
    assert "新案件按这一版办理" not in page


def test_a_broken_diagram_is_refused_with_its_problems(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    answer = client.post("/admin/processes/upload", data={"files": [(io.BytesIO(b"<x"), "x.bpmn")]}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "没有保存任何内容" in answer.text


def test_a_task_that_waited_for_an_office_is_given_to_it(app: Flask, world: World) -> None:
    with world.transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "370102生态环境局")).one().active = False
    world.publish(names_coord=["甲厂"])
    with world.transaction() as session:
        office = session.scalars(select(Organisation).where(Organisation.name == "370102综合协调局")).one()
        task = session.scalars(select(Task).where(Task.organisation_id == office.id, Task.status == "open")).first()
        assert task is not None
        task.organisation_id, task.waiting_for = None, "没有"
        office.active = False
    client = client_of(app, world, "admin")
    data = {"kind": "authority", "name": "新设工信局", "body": "coordinator", "region_code": "370102"}
    assert client.post("/admin/organisations/new", data=data).status_code == 302
    with world.session() as session:
        fresh = session.scalars(select(Organisation).where(Organisation.name == "新设工信局")).one()
        assert session.get_one(Task, task.id).organisation_id == fresh.id


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"region_code": "999999"}, "不存在"),
        ({"name": ""}, "请填写机构名称"),
        ({"body": ""}, "请选择职能"),
        ({}, "已经有同一职能的机构"),
    ],
)
def test_a_wrong_organisation_is_refused_at_its_field(app: Flask, world: World, values: dict[str, str], sentence: str) -> None:
    data = {"kind": "authority", "name": "某局", "body": "environment", "region_code": "370102", **values}
    answer = client_of(app, world, "admin").post("/admin/organisations/new", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_an_office_with_open_tasks_stays(app: Flask, world: World) -> None:
    world.new_roster("county-env")
    with world.session() as session:
        office = session.scalars(select(Organisation.id).where(Organisation.name == "370102生态环境局")).one()
    answer = client_of(app, world, "admin").post(f"/admin/organisations/{office}/active", data={"active": "0"})
    assert answer.status_code == 409


# -- users ------------------------------------------------------------------------------------------------------------


def _grant(app: Flask, world: World, username: str, role: str, organisation: str) -> int:
    """Grants a role on the page and gives how many roles the user has afterwards."""
    with world.session() as session:
        unit = session.scalars(select(Organisation.id).where(Organisation.name == organisation)).one()
    client_of(app, world, "security").post(f"/admin/users/{world.users[username]}/roles", data={"organisation": unit, "role": role})
    with world.session() as session:
        return session.scalar(select(func.count()).where(Membership.user_id == world.users[username])) or 0


@pytest.mark.parametrize(
    ("username", "role", "organisation"),
    [
        ("admin", "security", "系统管理"),
        ("security", "auditor", "系统管理"),
        ("admin", "handler", "370102生态环境局"),
        ("county-env", "administrator", "系统管理"),
        ("county-env", "administrator", "370102生态环境局"),
        ("county-env", "king", "370102生态环境局"),
    ],
)
def test_the_kinds_of_roles_stay_apart(app: Flask, world: World, username: str, role: str, organisation: str) -> None:
    with world.session() as session:
        before = session.scalar(select(func.count()).where(Membership.user_id == world.users[username]))
    assert _grant(app, world, username, role, organisation) == before


def test_a_role_in_a_second_office_may_be_given(app: Flask, world: World) -> None:
    assert _grant(app, world, "county-env", "handler", "370103生态环境局") == 4


def test_a_new_user_signs_in_and_sees_nothing_until_given_a_role(app: Flask, world: World) -> None:
    security = client_of(app, world, "security")
    data = {"username": "new-clerk", "name": "新人", "password": "Zhongguo-2027"}
    assert security.post("/admin/users/new", data=data).status_code == 302
    fresh = app.test_client()
    assert fresh.post("/login", data={"username": "new-clerk", "password": "Zhongguo-2027"}).status_code == 302
    assert fresh.get("/admin/users").status_code == 404


def test_a_deactivated_user_is_signed_out(app: Flask, world: World) -> None:
    clerk = client_of(app, world, "county-env")
    assert clerk.get("/account").status_code == 200
    client_of(app, world, "security").post(f"/admin/users/{world.users['county-env']}/active", data={"active": "0"})
    assert clerk.get("/account").status_code == 302


def test_the_last_security_administrator_stays(app: Flask, world: World) -> None:
    with world.session() as session:
        membership = session.scalars(select(Membership.id).where(Membership.user_id == world.users["security"])).one()
    client = client_of(app, world, "security")
    client.post(f"/admin/users/{world.users['security']}/roles/{membership}/revoke")
    assert client.get("/admin/users").status_code == 200


# -- time limits ------------------------------------------------------------------------------------------------------

FIXED_2028 = (
    "2028-01-01,休,元旦\n2028-04-04,休,清明节\n2028-05-01,休,劳动节\n2028-05-02,休,劳动节\n"
    "2028-10-01,休,国庆节\n2028-10-02,休,国庆节\n2028-10-03,休,国庆节\n"
)


def test_an_imported_year_moves_the_limits_that_it_touches(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    with world.session() as session:
        before = session.scalars(select(Task).where(Task.name == "审核准备")).first()
        assert before is None
        # The report is due a year after publication, in January 2028.
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    world.do_step("enterprise:甲厂", case.id, "execution.s2")
    with world.session() as session:
        task = session.scalars(select(Task).where(Task.case_id == case.id, Task.status == "open", Task.name == "审核准备")).one()
        due = task.due_on
    assert due is not None
    assert due.year == 2028
    extra = f"{due.isoformat()},休,春节\n"
    client = client_of(app, world, "admin")
    answer = client.post("/admin/holidays", data={"year": "2028", "table": FIXED_2028 + extra})
    assert answer.status_code == 302, answer.text
    with world.session() as session:
        moved = session.get_one(Task, task.id)
        assert moved.due_on is not None
        assert moved.due_on > due
        assert not (moved.deadline or {})["provisional"]
        assert session.scalar(select(func.count()).where(Event.kind == "deadline_recomputed")) == 1
    world.clock.to(due.isoformat(), 23)
    world.clock.move(hours=2)
    world.work()
    with world.session() as session:  # the diagram's own timer followed
        assert (
            session.scalar(select(func.count()).where(Case.process_key == "shandong.penalty", Case.enterprise_id == case.enterprise_id))
            == 1
        )


@pytest.mark.parametrize("table", ["", "x", "2028-01-01,休,元旦", FIXED_2028 + "2028-12-30,班,元旦"])
def test_a_bad_table_of_holidays_changes_nothing(app: Flask, world: World, table: str) -> None:
    answer = client_of(app, world, "admin").post("/admin/holidays", data={"year": "2028", "table": table})
    assert answer.status_code == 422
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Holiday)) == 0


def test_the_calendar_in_force_knows_imported_years(world: World) -> None:
    with world.session() as session:
        assert calendars.calendar_in_force(session).is_provisional(2028)
    with world.transaction() as session:
        session.add(Holiday(day=dt.date(2028, 1, 3), is_workday=False, name="元旦"))
        calendars.changed(session)
    with world.session() as session, calendars.use(session) as calendar:
        assert not calendar.is_workday(dt.date(2028, 1, 3))
        assert not calendar.is_provisional(2028)


# -- running the system -----------------------------------------------------------------------------------------------


def test_the_auditor_reads_what_administrators_did(app: Flask, world: World) -> None:
    security = client_of(app, world, "security")
    security.post("/admin/users/new", data={"username": "new-clerk", "name": "新人", "password": "Zhongguo-2027"})
    page = client_of(app, world, "auditor").get("/admin/events?kind=user_created").text
    assert "新人（new-clerk）" in page
    assert "security" in page


def test_the_clock_of_a_real_installation_cannot_be_moved(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    assert client.get("/admin/clock").status_code == 404
    assert client.post("/admin/clock", data={"days": "3"}).status_code == 404


def test_home_pages_of_the_administrators(app: Flask, world: World) -> None:
    for username, ending in (("admin", "/admin/"), ("security", "/admin/"), ("auditor", "/admin/")):
        client = client_of(app, world, username)
        assert client.get("/home").headers["Location"].endswith(ending)
        assert client.get(ending, follow_redirects=True).status_code == 200
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(User))


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ({"q": "罚"}, "shandong.penalty", "shandong.extension"),
        ({"q": "SHANDONG.EXT"}, "shandong.extension", "shandong.penalty"),
        ({"jurisdiction": "common"}, "common.fine", "shandong.penalty"),
        ({"kind": "extension"}, "shandong.extension", "shandong.penalty"),
        ({"standing": "deployed"}, "shandong.penalty", "没有符合条件的流程"),
        ({"standing": "draft"}, "没有符合条件的流程", "shandong.penalty"),
    ],
)
def test_the_list_of_processes_is_narrowed_by_the_address(app: Flask, world: World, asked: dict[str, str], shown: str, hidden: str) -> None:
    page = client_of(app, world, "admin").get("/admin/processes", query_string=asked).text
    assert shown in page
    assert f">{hidden}<" not in page


def test_processes_that_only_others_call_are_marked(app: Flask, world: World) -> None:
    page = client_of(app, world, "admin").get("/admin/processes", query_string={"q": "shandong.extension"}).text
    assert "（由其他流程调用）" in page
