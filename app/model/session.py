"""Engine and sessions.

Reads run in a plain transaction. Everything that changes anything runs in `transaction()`: one per action. On SQLite it begins with
`BEGIN IMMEDIATE`, so that two writers queue up instead of failing half-way; on PostgreSQL rows are locked where it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

DATABASE_AWAY = (OperationalError,)
"""The database itself fails (busy, gone, a deadlock): the same act may well succeed later. Anything else is the fault of the act."""


def in_short(error: Exception) -> str:
    """What an error says, in one line: without the statement and the values that were to be written."""
    told = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"{type(told).__name__}: {next(iter(str(told).splitlines()), '')}"


BUSY_SECONDS = 15
"""How long a writer on SQLite waits for another one, in seconds."""


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for `url`, set up for SQLite (WAL, foreign keys, explicit transactions) or PostgreSQL."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **options)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **options)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a completed action survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Database:
    """One database: its engine and the two kinds of session."""

    def __init__(self, url: str, **options: Any) -> None:
        self.engine = make_engine(url, **options)
        self._writing = self.engine.execution_options(writing=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def session(self) -> Session:
        """A session for reading. Its caller closes it."""
        return Session(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session for one action: commits at the end, rolls everything back on an error."""
        with Session(self._writing, expire_on_commit=False) as session:
            with session.begin():
                yield session
            for act in session.info.pop(_AFTER, ()):
                act()


_AFTER = "after the whole transaction"


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Lets `act` happen once the whole transaction has committed (SQLAlchemy's own event also comes with each savepoint)."""
    session.info.setdefault(_AFTER, []).append(act)


def forget_after_commit(session: Session) -> None:
    """What was to happen after the commit belonged to a savepoint that was rolled back."""
    session.info.pop(_AFTER, None)
