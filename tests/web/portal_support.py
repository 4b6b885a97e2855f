"""Signing in with the test client, as a browser does."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import PASSWORD, World


def client_of(app: Flask, world: World, username: str) -> FlaskClient:
    """A browser in which somebody is signed in. Forms are posted without their token."""
    app.config["WTF_CSRF_ENABLED"] = False
    with world.session() as session:
        world_user = world.principal(session, username).user.username if username in world.users else None
    if world_user is None:
        with world.transaction() as session:
            world.principal(session, username)
    client = app.test_client()
    answer = client.post("/login", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client
