"""The designer's page of trials: for administrators alone, what its calls answer, and what keeps a version from being deployed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.principal import Principal
from app.cases import designs
from app.model import Case, Definition, Design, DesignStatus, Event
from app.simulation import places, turnstile
from app.simulation.scenario import Facts
from tests.support.world import World
from tests.web.portal_support import client_of

KEY = "shandong.disclosure"
PATH = "processes/shandong/disclosure.bpmn"
SETUP = {"start": "2027-01-11", "region": "370102", "enterprise": {"name": "甲厂"}}


@pytest.fixture
def base(world: World) -> str:
    with world.transaction() as session:
        return f"/admin/designer/{designs.begin(session, world.principal(session, 'admin'), KEY, 1).id}"


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    return client_of(app, world, "admin")


def post(client: FlaskClient, address: str, **given: Any) -> Any:
    answer = client.post(address, json=given)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def missed(admin: FlaskClient, base: str) -> Any:
    """A trial in which nobody discloses anything in time."""
    state = post(admin, f"{base}/trial/step", setup=SETUP, moves=[])
    return post(admin, f"{base}/trial/step", setup=SETUP, moves=state["moves"], act={"until": "2027-02-20"})


def kept_one(admin: FlaskClient, base: str) -> str:
    state = missed(admin, base)
    return str(post(admin, f"{base}/trial/keep", setup=SETUP, moves=state["moves"], title="一个月 没有公开")["path"])


def edited(world: World, base: str) -> None:
    """Two months instead of one."""
    design_id = int(base.rsplit("/", 1)[1])
    with world.transaction() as session:
        principal: Principal = world.principal(session, "admin")
        design = designs.find(session, principal, design_id)
        body = designs.files_of(session, designs.latest(session, design))[PATH]
        assert b"months(1," in body
        designs.save(session, principal, design_id, design.revision, {PATH: body.replace(b"months(1,", b"months(2,")})


@pytest.mark.parametrize("username", ["county-env", "security", "auditor"])
def test_nobody_but_administrators_reaches_a_trial(app: Flask, world: World, base: str, username: str) -> None:
    client = client_of(app, world, username)
    gets = ("", "/beginning", "/kept", "/counties", "/enterprises", f"/diagram/{KEY}")
    assert {client.get(f"{base}/trial{end}").status_code for end in gets} == {404}
    assert {client.post(f"{base}/trial/{end}", json={}).status_code for end in ("step", "keep", "check", "accept")} == {404}


def test_the_page_asks_from_what_to_begin(admin: FlaskClient, base: str) -> None:
    assert "data-trial" in admin.get(f"{base}/trial").text
    found: Any = admin.get(f"{base}/trial/beginning").get_json()
    assert (found["region"], found["kept"], found["provinces"][0]["label"]) == ("370102", [], "山东省")
    assert [ground["value"] for ground in found["grounds"]] == ["1", "2", "3"]


def test_a_drawing_that_cannot_run_says_where_it_is_wrong(admin: FlaskClient, world: World, base: str) -> None:
    design_id = int(base.rsplit("/", 1)[1])
    with world.transaction() as session:
        design = designs.find(session, world.principal(session, "admin"), design_id)
        body = designs.files_of(session, designs.latest(session, design))[PATH]
        designs.save(session, world.principal(session, "admin"), design_id, 1, {PATH: body.replace(b"months(1,", b"moons(1,")})
    answer = admin.post(f"{base}/trial/step", json={"setup": SETUP})
    assert answer.status_code == 422
    problems: Any = answer.get_json()
    assert (problems["problems"][0]["element"], problems["problems"][0]["code"]) == ("Task_Disclose", "bad-expression")


def test_enterprises_of_the_installation_can_be_chosen(admin: FlaskClient, world: World, base: str) -> None:
    with world.transaction() as session:
        places.enterprise(session, Facts({"name": "甲厂"}), "370102", 1)
    found: Any = admin.get(f"{base}/trial/enterprises?q=甲").get_json()
    assert set(found[0]) == {"name", "uscc", "industry_code", "address", "region"}


def test_a_trial_writes_nothing_into_the_installation(admin: FlaskClient, world: World, base: str) -> None:
    with world.session() as session:
        before = session.scalar(select(func.count(Event.id))), session.scalar(select(func.count(Case.id)))
    assert "逾期" in [event.get("kind") for event in missed(admin, base)["events"]]
    with world.session() as session:
        assert (session.scalar(select(func.count(Event.id))), session.scalar(select(func.count(Case.id)))) == before


def test_a_form_that_is_not_filled_in_properly_is_answered_field_by_field(admin: FlaskClient, base: str) -> None:
    state = post(admin, f"{base}/trial/step", setup=SETUP, moves=[])
    act = {"task": state["tasks"][0]["ref"], "exact": True, "values": {"year": "never"}}
    answer = admin.post(f"{base}/trial/step", json={"setup": SETUP, "moves": [], "act": act})
    refused: Any = answer.get_json()
    assert (answer.status_code, bool(refused["errors"])) == (422, True)


def test_whoever_comes_while_another_trial_runs_is_told_so(admin: FlaskClient, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "QUEUE", 0.01)
    with turnstile.one_at_a_time():
        answer = admin.post(f"{base}/trial/step", json={"setup": SETUP})
    told: Any = answer.get_json()
    assert (answer.status_code, "服务器正忙" in told["detail"]) == (503, True)


def test_a_kept_scenario_is_part_of_the_design_and_in_the_record(admin: FlaskClient, world: World, base: str) -> None:
    path = kept_one(admin, base)
    assert path == "checks/shandong/disclosure/一个月_没有公开.yaml"
    assert admin.get(f"{base}/trial/kept").get_json()["kept"] == [{"path": path, "title": "一个月_没有公开"}]
    assert post(admin, f"{base}/trial/check", path=path)["as_expected"]
    with world.session() as session:
        assert session.scalar(select(func.count(Event.id)).where(Event.kind == "trial_kept")) == 1


def test_a_name_is_used_once(admin: FlaskClient, base: str) -> None:
    kept_one(admin, base)
    state = missed(admin, base)
    answer = admin.post(f"{base}/trial/keep", json={"setup": SETUP, "moves": state["moves"], "title": "一个月 没有公开"})
    assert (answer.status_code, "换个名字" in answer.text) == (400, True)


def test_after_an_edit_a_kept_scenario_tells_the_difference_until_it_is_accepted(admin: FlaskClient, world: World, base: str) -> None:
    path = kept_one(admin, base)
    edited(world, base)
    found = post(admin, f"{base}/trial/check", path=path)
    assert not found["as_expected"]
    assert any(sign == "-" and "task_overdue" in line for sign, line in found["differences"])
    assert post(admin, f"{base}/trial/accept", path=path)["as_expected"]
    assert post(admin, f"{base}/trial/check", path=path)["as_expected"]


def test_a_scenario_that_is_not_there_is_not_found(admin: FlaskClient, base: str) -> None:
    for path in ("checks/shandong/disclosure/x.yaml", PATH, "../../etc/passwd"):
        assert admin.post(f"{base}/trial/check", json={"path": path}).status_code == 404


def finished(admin: FlaskClient, base: str) -> int:
    revision = admin.get(f"{base}/content").get_json()["revision"]
    location = post(admin, f"{base}/finish", revision=revision)["location"]
    return int(location.rsplit("/", 1)[1])


def test_a_design_whose_scenarios_give_other_events_is_not_finished(admin: FlaskClient, world: World, base: str) -> None:
    kept_one(admin, base)
    edited(world, base)
    answer = admin.post(f"{base}/finish", json={"revision": admin.get(f"{base}/content").get_json()["revision"]})
    assert (answer.status_code, "“一个月_没有公开”与原来不同，没有定稿" in answer.get_json()["detail"]) == (409, True)
    with world.session() as session:
        assert session.get_one(Design, int(base.rsplit("/", 1)[1])).status == DesignStatus.OPEN


def test_a_deployment_that_has_to_wait_for_a_trial_says_to_come_back(
    admin: FlaskClient, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_one(admin, base)
    version = finished(admin, base)
    monkeypatch.setattr(turnstile, "QUEUE", 0.01)
    with turnstile.one_at_a_time():
        for address in (f"/admin/processes/{KEY}/{version}/deploy", f"/api/v1/processes/{KEY}/versions/{version}/deploy"):
            answer = admin.post(address)
            assert (answer.status_code, "服务器正忙" in answer.text) == (503, True)


def test_a_version_whose_scenarios_give_other_events_is_not_deployed(admin: FlaskClient, world: World, base: str) -> None:
    kept_one(admin, base)
    edited(world, base)
    with world.transaction() as session:
        design = designs.find(session, world.principal(session, "admin"), int(base.rsplit("/", 1)[1]))
        version = designs.finish(session, world.principal(session, "admin"), design.id, design.revision).version
    answer = admin.post(f"/admin/processes/{KEY}/{version}/deploy")
    assert (answer.status_code, "原来有，现在没有" in answer.text, "确认部署" in answer.text) == (409, True, False)
    with world.session() as session:
        assert session.scalars(select(Definition.status).where(Definition.key == KEY, Definition.version == version)).one() == "draft"


def test_a_version_whose_scenarios_give_the_same_is_deployed(admin: FlaskClient, world: World, base: str) -> None:
    path = kept_one(admin, base)
    edited(world, base)
    post(admin, f"{base}/trial/accept", path=path)
    version = finished(admin, base)
    assert admin.post(f"/admin/processes/{KEY}/{version}/deploy").status_code == 302
    with world.session() as session:
        assert session.scalars(select(Definition.status).where(Definition.key == KEY, Definition.version == version)).one() == "deployed"


def test_the_scenario_of_another_process_is_not_changed_from_a_design(admin: FlaskClient, base: str) -> None:
    other = "checks/shandong/extension/别的流程.yaml"
    revision = admin.get(f"{base}/content").get_json()["revision"]
    sent = {"revision": revision, "files": {other: "expected: |\n"}}
    assert admin.put(f"{base}/content", json=sent).status_code == 200
    for call, given in (("check", {"path": other}), ("accept", {"path": other}), ("step", {"scenario": other})):
        assert admin.post(f"{base}/trial/{call}", json=given).status_code == 404
