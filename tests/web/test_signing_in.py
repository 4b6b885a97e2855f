"""Signing in: passwords, lockout, sessions that end, and where a person lands."""

from __future__ import annotations

import time as wall
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from app.model import User
from tests.conftest import TestClock
from tests.support.world import PASSWORD, World


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def enter(client: FlaskClient) -> Callable[..., TestResponse]:
    def sign_in(username: str = "county-env", password: str = PASSWORD, following: str = "") -> TestResponse:
        return client.post(f"/login{following}", data={"username": username, "password": password})

    return sign_in


@pytest.mark.parametrize(
    ("username", "home"),
    [("county-env", "/desk/"), ("admin", "/admin/"), ("expert", "/desk/")],
)
def test_everybody_lands_where_their_work_is(enter: Callable[..., TestResponse], username: str, home: str) -> None:
    answer = enter(username)
    assert answer.status_code == 302
    assert answer.location == home


def test_a_wrong_password_does_not_tell_whether_the_account_exists(client: FlaskClient, enter: Callable[..., TestResponse]) -> None:
    known, unknown = enter("county-env", "wrong"), enter("nobody", "wrong")
    assert known.status_code == unknown.status_code == 401
    for answer in (known, unknown):
        assert "用户名或密码不正确" in answer.text


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(enter: Callable[..., TestResponse], time: TestClock) -> None:
    for _ in range(5):
        enter("county-env", "wrong")
    assert "锁定" in enter("county-env").text
    time.move(minutes=16)
    assert enter("county-env").status_code == 302


def test_a_success_forgets_earlier_failures(enter: Callable[..., TestResponse]) -> None:
    for _ in range(2):
        for _ in range(4):
            enter("county-env", "wrong")
        assert enter("county-env").status_code == 302


def test_a_session_ends_after_half_an_hour_without_a_request(
    client: FlaskClient, enter: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter()
    assert client.get("/desk/").status_code == 200
    later = int(wall.time()) + 31 * 60
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: later)
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_a_session_ends_when_its_user_is_signed_out_everywhere(
    client: FlaskClient, enter: Callable[..., TestResponse], world: World
) -> None:
    enter()
    with world.transaction() as session:
        session.get_one(User, world.users["county-env"]).session_version += 1
    assert client.get("/desk/").status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(enter: Callable[..., TestResponse], target: str) -> None:
    assert enter("county-env", following=f"?next={target}").location == "/desk/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: FlaskClient, enter: Callable[..., TestResponse]) -> None:
    asked = client.get("/cases?q=1")
    assert enter("county-env", following=asked.location.removeprefix("/login")).location == "/cases?q=1"


def test_a_form_without_its_token_is_refused_with_a_sentence(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/login", data={"username": "county-env", "password": PASSWORD})
    assert answer.status_code == 400
    assert "请刷新页面" in answer.text


@pytest.mark.parametrize("path", ["/", "/login", "/public/lists", "/nowhere", "/healthz"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
