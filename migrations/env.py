"""Alembic's environment: migrates whichever database the application is set to."""

from __future__ import annotations

from alembic import context

from app.config import Settings
from app.model import Base
from app.model.session import make_engine


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    engine = make_engine(Settings.from_environment().database_url)
    with engine.execution_options(writing=True).connect() as fresh:
        _migrate(fresh)
    engine.dispose()


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run()
