"""What a request works with: its runtime, its reading session, its principal, its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import abort, current_app, g
from flask_login import current_user
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.runtime import Runtime


def runtime() -> Runtime:
    return cast(Runtime, current_app.extensions["runtime"])


def reading() -> Session:
    """The request's session for reading. Closed when the request ends."""
    if "reading" not in g:
        g.reading = runtime().database.session()
    return cast(Session, g.reading)


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction for one act. What was read before is forgotten, so that the page after it shows the new state."""
    with runtime().database.transaction() as session:
        yield session
    if "reading" in g:
        g.reading.close()
        del g.reading


def principal() -> Principal:
    """Who is signed in. 401 when nobody is."""
    if not current_user.is_authenticated:
        abort(401)
    return cast(Principal, current_user.principal)
