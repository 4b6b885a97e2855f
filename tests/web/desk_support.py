"""Browsers of signed-in people, for the tests of the desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import World

Desk = Callable[[str], FlaskClient]


@pytest.fixture
def desk(app: Flask, world: World) -> Desk:
    """Gives a client that is signed in as a user of the world. Forms need no token here."""
    app.config["WTF_CSRF_ENABLED"] = False

    def client(username: str) -> FlaskClient:
        made = app.test_client()
        with world.transaction() as session:
            user = world.principal(session, username).user
            identity = f"{user.id}:{user.session_version}"
        with made.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = identity, True
        return made

    return client
