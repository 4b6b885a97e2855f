"""Who may reach what over the API: every route once, tokens, sessions, CSRF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.access import signing_in, tokens
from app.model import CaseParty, Organisation, OrganisationKind, User
from tests.support.world import PROVINCE, World, uscc_of
from tests.web.api_support import API, Caller, pointers, signed_in, token

PEOPLE = (
    "nobody",
    "enterprise:甲厂",
    "enterprise:乙厂",
    "consultant",
    "county-env",
    "county-env2",
    "city-env",
    "admin",
    "security",
    "auditor",
)

# Method and route, and for each of PEOPLE the status: the same for all, or one each. Acts on a task are on one that 甲厂 has to do.
MATRIX: dict[tuple[str, str], str] = {
    ("GET", "/openapi.json"): "200 200 200 200 200 200 200 200 200 200",
    ("GET", "/processes"): "401 200 200 200 200 200 200 200 200 200",
    ("POST", "/processes"): "401 403 403 403 403 403 403 422 403 403",
    ("POST", "/processes/<key>/versions/<version>/deploy"): "401 403 403 403 403 403 403 409 403 403",
    ("GET", "/cases"): "401 200 200 200 200 200 200 200 200 200",
    ("POST", "/cases"): "401 403 422 422 201 422 403 403 422 422",
    ("GET", "/cases/<case_id>"): "401 200 404 200 200 404 200 200 404 404",
    ("GET", "/cases/<case_id>/events"): "401 200 404 200 200 404 200 200 404 404",
    ("GET", "/tasks"): "401 200 200 200 200 200 200 200 200 200",
    ("GET", "/tasks/<task_id>"): "401 200 404 200 200 404 200 200 404 404",
    ("POST", "/tasks/<task_id>/claim"): "401 200 404 403 403 404 403 403 404 404",
    ("POST", "/tasks/<task_id>/complete"): "401 422 404 403 403 404 403 403 404 404",
    ("POST", "/tasks/<task_id>/return"): "401 422 404 403 403 404 403 403 404 404",
    ("POST", "/tasks/<task_id>/transfer"): "401 422 404 403 403 404 403 403 404 404",
    ("POST", "/tasks/<task_id>/delegate"): "401 422 404 403 403 404 403 403 404 404",
    ("POST", "/tasks/<task_id>/withdraw"): "401 403 404 403 403 404 403 403 404 404",
    ("POST", "/tasks/<task_id>/urge"): "401 403 404 403 200 404 200 403 404 404",
    ("POST", "/files"): "401 201 201 201 201 201 201 201 201 201",
    ("GET", "/files/<file_id>"): "401 200 404 404 200 404 200 200 404 404",
}
BODIES: dict[str, Any] = {"complete": {"data": {}}, "return": {"reason": "不符"}, "transfer": {"to": 999}, "delegate": {"to": 999}}


def add_consultant(world: World) -> None:
    """A consultant with a user `consultant` that takes part in no case."""
    with world.transaction() as session:
        organisation = Organisation(kind=OrganisationKind.CONSULTANT, name="样例咨询公司", region_code=PROVINCE)
        session.add(organisation)
        world.add_user(session, "consultant", organisation)


@dataclass(frozen=True)
class Scene:
    case_id: int
    task_id: int
    file_id: int


@pytest.fixture
def scene(app: Flask, world: World) -> Scene:
    """甲厂's case with a file, in which the consultant takes part; 乙厂's beside it."""
    world.publish(names_env=["甲厂", "乙厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    start = world.do_step("enterprise:甲厂", case.id, "execution.s1", mode="self")
    assert start.data
    add_consultant(world)
    with world.transaction() as session:
        consultant = world.principal(session, "consultant").organisation
        assert consultant is not None
        session.add(CaseParty(case_id=case.id, organisation_id=consultant.id))
    task = world.step(case.id, "disclosure.s1")
    world.do("enterprise:甲厂", task)
    from sqlalchemy import select

    from app.model import Document

    with world.session() as session:
        file_id = session.scalars(select(Document.id).where(Document.case_id == case.id).order_by(Document.id)).first()
    assert file_id is not None
    extension = world.step(case.id, "extension.s1")
    return Scene(case.id, extension.id, file_id)


def test_every_route_is_in_the_matrix(app: Flask) -> None:
    rules = {
        (method, rule.rule.removeprefix(API).replace("int(max=9223372036854775807):", "").replace("int(max=2147483647):", ""))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == set(MATRIX)


@pytest.mark.parametrize(("method", "route"), MATRIX, ids=[f"{m} {r}" for m, r in MATRIX])
def test_who_may_reach_what(app: Flask, world: World, scene: Scene, method: str, route: str) -> None:
    path = route.replace("<case_id>", str(scene.case_id)).replace("<task_id>", str(scene.task_id)).replace("<file_id>", str(scene.file_id))
    path = path.replace("<key>", "shandong.penalty").replace("<version>", "1")
    statuses = {}
    for who in PEOPLE:
        caller = Caller(app, world, None if who == "nobody" else who)
        if route == "/tasks/<task_id>/urge":
            world.clock.move(days=1)
        statuses[who] = str(_call(caller, method, path).status_code)
    assert statuses == dict(zip(PEOPLE, MATRIX[method, route].split(), strict=True))


def _call(caller: Caller, method: str, path: str) -> Any:
    if method == "GET":
        return caller.get(path)
    if path == "/files":
        return caller.upload()
    if path == "/processes":
        form = {"files": (io.BytesIO(b"no diagram"), "x.bpmn")}
        return caller.post(path, data=form, content_type="multipart/form-data")
    if path == "/cases":
        return caller.post(
            path, {"process": "shandong.penalty", "region": "370102", "enterprise": uscc_of("甲厂"), "data": {"grounds": ["1"]}}
        )
    return caller.post(path, BODIES.get(path.rpartition("/")[2], {}))


# -- tokens and sessions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "bearer é", "Token x"])
def test_a_bad_token_is_refused(app: Flask, world: World, header: str) -> None:
    answer = app.test_client().get(f"{API}/tasks", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    pointers(answer)


def test_a_token_ends_with_the_password_and_with_the_account(app: Flask, world: World) -> None:
    first = Caller(app, world, "county-env")
    assert first.get("/tasks").status_code == 200
    with world.transaction() as session:
        user = session.get_one(User, world.users["county-env"])
        user.password_hash = signing_in.hash_password("Another-2027")
        user.session_version += 1
    assert first.get("/tasks").status_code == 401
    second = Caller(app, world, "county-env")
    assert second.get("/tasks").status_code == 200
    with world.transaction() as session:
        session.get_one(User, world.users["county-env"]).active = False
    assert second.get("/tasks").status_code == 401


def test_a_token_runs_out_and_cannot_be_altered(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    good = token(app, world, "county-env")
    with monkeypatch.context() as patched:
        patched.setattr(tokens, "VALID_SECONDS", -1)
        assert app.test_client().get(f"{API}/tasks", headers={"Authorization": f"Bearer {good}"}).status_code == 401
    head, _, tail = good.rpartition(".")
    forged = f"{head}.{'A' if tail[0] != 'A' else 'B'}{tail[1:]}"
    assert app.test_client().get(f"{API}/tasks", headers={"Authorization": f"Bearer {forged}"}).status_code == 401


def test_a_session_needs_the_csrf_token_to_act_and_not_to_read(app: Flask, world: World) -> None:
    client, csrf = signed_in(app, world, "county-env")
    form = {"file": (io.BytesIO(b"%PDF-1.4"), "x.pdf")}
    assert client.get(f"{API}/tasks").status_code == 200
    refused = client.post(f"{API}/files", data=form)
    assert refused.status_code == 400
    pointers(refused)
    form = {"file": (io.BytesIO(b"%PDF-1.4"), "x.pdf")}
    assert client.post(f"{API}/files", data=form, headers={"X-CSRFToken": "forged"}).status_code == 400
    form = {"file": (io.BytesIO(b"%PDF-1.4"), "x.pdf")}
    assert client.post(f"{API}/files", data=form, headers={"X-CSRFToken": csrf}).status_code == 201
    assert client.post(f"{API}/cases", json={}, headers={"X-CSRFToken": csrf}).status_code == 422
    assert client.post(f"{API}/cases", json={}).status_code == 400


def test_a_token_beside_a_session_decides_who_calls(app: Flask, world: World) -> None:
    client, _ = signed_in(app, world, "county-env")
    admin = {"Authorization": f"Bearer {token(app, world, 'admin')}"}
    deploy = f"{API}/processes/shandong.penalty/versions/1/deploy"
    assert client.post(deploy, headers=admin).status_code == 409
    assert client.post(deploy, headers={"Authorization": "Bearer bad"}).status_code == 401
    assert client.get(f"{API}/tasks").status_code == 200
    assert "Set-Cookie" not in client.post(deploy, headers=admin).headers


def test_tokens_open_the_api_and_no_page(app: Flask, world: World) -> None:
    answer = app.test_client().get("/home", headers={"Authorization": f"Bearer {token(app, world, 'county-env')}"})
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


# -- requests that are none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/cases/0",
        "/cases/-1",
        "/cases/x",
        "/cases/1e3",
        "/cases/99999999999999999999",
        "/cases/%00",
        "/cases/1%20",
        "/cases/../tasks",
        "/tasks/9223372036854775807",
        "/files/9223372036854775808",
        "/cases/999/events",
        "/nothing",
        "/cases/",
    ],
)
def test_weird_ids_are_not_found(app: Flask, world: World, path: str) -> None:
    answer = Caller(app, world, "county-env").get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"process": NaN}', "application/json", 400),
        (b'{"process": 1e999}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"data":' + b'{"a":' * 60 + b"1" + b"}" * 61, "application/json", 422),
        (b'{"data": {"a": "\\u0000"}}', "application/json", 422),
        (b'{"data": {"\\ud800": 1}}', "application/json", 422),
        (b'{"data": {"a": 123456789012345678901234567890}}', "application/json", 422),
        (b'{"data": 1' + b"0" * 5000 + b"}", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"process=x", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"<a/>", "application/xml", 415),
        (b'{"data": {"a": "' + b"x" * 2_100_000 + b'"}}', "application/json", 413),
    ],
)
def test_bodies_that_are_none(app: Flask, world: World, body: bytes, kind: str, status: int) -> None:
    answer = Caller(app, world, "county-env").post("/cases", data=body, content_type=kind)
    assert answer.status_code == status
    pointers(answer)


def test_a_misspelt_member_is_named(app: Flask, world: World) -> None:
    answer = Caller(app, world, "county-env").post("/tasks/1/complete", {"data": {}, "revison": 1})
    assert answer.status_code == 422
    assert pointers(answer) == ["/revison"]
    assert "revision" in answer.get_json()["errors"][0]["message"]


def test_a_method_that_is_none_says_which_are(app: Flask, world: World) -> None:
    answer = app.test_client().delete(f"{API}/cases")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"
