"""Calling the API in tests: as any user of the world, with a token or with a session."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.access import tokens
from app.cases import forms, samples, work
from app.model import Task
from tests.support.world import World

API = "/api/v1"


class Caller:
    """A program with the token of one user."""

    def __init__(self, app: Flask, world: World, username: str | None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token(app, world, username)}"} if username else {}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(API + path, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {}), **({"Idempotency-Key": key} if key is not None else {})}
        if body is not None:
            options["json"] = body
        return self.client.post(API + path, headers=headers, **options)

    def upload(self, body: bytes = b"%PDF-1.4\n%sample\n", name: str = "样例.pdf", *, key: str | None = None) -> TestResponse:
        import io

        return self.post("/files", data={"file": (io.BytesIO(body), name)}, content_type="multipart/form-data", key=key)


def token(app: Flask, world: World, username: str) -> str:
    with world.transaction() as session:
        return tokens.issue(str(app.config["SECRET_KEY"]), world.principal(session, username).user)


def signed_in(app: Flask, world: World, username: str) -> tuple[FlaskClient, str]:
    """A browser with a session, and the CSRF token of its pages."""
    client = app.test_client()
    with world.transaction() as session:
        user = world.principal(session, username).user
        identity = f"{user.id}:{user.session_version}"
    with client.session_transaction() as cookie:
        cookie.update(_user_id=identity, _fresh=True, csrf_token="raw")
    return client, str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps("raw"))


def valid_data(world: World, username: str, task: Task, **values: Any) -> dict[str, Any]:
    """Data that completes a task."""
    with world.transaction() as session:
        who = world.principal(session, username)
        found, case = work.find(session, who, task.id)
        schema, _ = forms.form_of(session, found, case)
        data = samples.sample(schema, {**forms.prefilled(session, found, case, schema), **values})
        made: dict[str, Any] = world._with_files(session, who, data)
        return made


def pointers(response: TestResponse) -> list[str]:
    """Where a problem document points, after a look at its form."""
    assert response.content_type == "application/problem+json", response.get_data(as_text=True)
    body = response.get_json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return [error["pointer"] for error in body["errors"]]
