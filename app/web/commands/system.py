"""Commands that keep an installation running: the database, tokens, background processes, demo data."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.access import tokens
from app.jobs import processes as background
from app.model import User, migration
from app.web.current import runtime as current_runtime


@click.command("migrate")
def migrate() -> None:
    """Brings the database to the newest version (the `release` step of a deployment)."""
    migration.upgrade(current_runtime().database)


@click.command("token")
@click.argument("username")
def token(username: str) -> None:
    """Prints an API bearer token for a user."""
    runtime = current_runtime()
    with runtime.database.session() as session:
        user = session.scalars(select(User).where(User.username == username, User.active)).unique().first()
        if user is None:
            raise click.ClickException(f"没有用户“{username}”")
        click.echo(tokens.issue(runtime.settings.secret_key, user))


@click.command("worker")
def worker() -> None:
    """Carries out fired timers and delivers the outbox until stopped."""
    runtime = current_runtime()
    background.run_worker(runtime.database, runtime.mailer, background.stop_event(), adjustable=runtime.settings.adjustable_clock)


@click.command("clock")
def clock_process() -> None:
    """Fires due timers (APScheduler, one at a time by a database lease) until stopped."""
    runtime = current_runtime()
    background.run_clock(runtime.database, background.stop_event(), adjustable=runtime.settings.adjustable_clock)


@click.command("seed")
@click.option("--empty-only", is_flag=True, help="do nothing when there are users already")
def seed(empty_only: bool) -> None:
    """Loads the demo data."""
    from app.demo import province

    runtime = current_runtime()
    click.echo(province.load(runtime, empty_only=empty_only) or "已有数据，未载入演示数据")
