"""The command line: `flask --app app …`. The contract names the commands; each is a thin shell over `app.cases` and `app.jobs`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app.access import tokens
from app.cases import library
from app.config import ROOT
from app.engine.errors import DiagramError
from app.jobs import processes as background
from app.model import Definition, User, migration
from app.runtime import Runtime

processes = AppGroup("processes", help="流程库")


def init(app: Flask) -> None:
    app.cli.add_command(processes)
    for command in (migrate, token, worker, clock_process, seed):
        app.cli.add_command(command)


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["runtime"]
    return runtime


@processes.command("list")
@click.option("--json", "as_json", is_flag=True, help="one object a line")
def list_processes(as_json: bool) -> None:
    """Lists the stored versions."""
    with _runtime().database.session() as session:
        for d in session.scalars(select(Definition).order_by(Definition.key, Definition.version)):
            row: dict[str, Any] = {
                "key": d.key, "version": d.version, "name": d.name, "kind": d.kind, "jurisdiction": d.jurisdiction, "state": d.status,
            }  # fmt: skip
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else f"{d.key} v{d.version} {d.status} {d.name}")


@processes.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def check_processes(paths: tuple[Path, ...]) -> None:
    """Checks diagrams (default: the library); a line a problem, exit status 1 if there is one."""
    own = library.read_folder(ROOT)
    if paths:
        given = {_name_in_library(path): path.read_bytes() for path in paths}
        own = library.read_files({**own.bodies, **given})
        problems = [p for p in library.check(own) if p.file in given]
    else:
        problems = library.check(own)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        sys.exit(1)
    click.echo("流程检查通过")


def _name_in_library(path: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else f"processes/{path.name}"


@processes.command("load")
def load_processes() -> None:
    """Deploys what is new in `processes/` and `forms/`."""
    own = library.read_folder(ROOT)
    try:
        with _runtime().database.transaction() as session:
            loaded = library.load(session, own)
    except DiagramError as error:
        for problem in error.problems:
            click.echo(str(problem))
        sys.exit(1)
    click.echo(f"流程库：{len(own.diagrams)} 个流程，新部署 {len(loaded)} 个版本")


@click.command("migrate")
def migrate() -> None:
    """Brings the database to the newest version (the `release` step of a deployment)."""
    migration.upgrade(_runtime().database)


@click.command("token")
@click.argument("username")
def token(username: str) -> None:
    """Prints an API bearer token for a user."""
    runtime = _runtime()
    with runtime.database.session() as session:
        user = session.scalars(select(User).where(User.username == username, User.active)).unique().first()
        if user is None:
            raise click.ClickException(f"没有用户“{username}”")
        click.echo(tokens.issue(runtime.settings.secret_key, user))


@click.command("worker")
def worker() -> None:
    """Carries out fired timers and delivers the outbox until stopped."""
    runtime = _runtime()
    background.run_worker(runtime.database, runtime.mailer, background.stop_event(), adjustable=runtime.settings.adjustable_clock)


@click.command("clock")
def clock_process() -> None:
    """Fires due timers (APScheduler, one at a time by a database lease) until stopped."""
    runtime = _runtime()
    background.run_clock(runtime.database, background.stop_event(), adjustable=runtime.settings.adjustable_clock)


@click.command("seed")
@click.option("--empty-only", is_flag=True, help="do nothing when there are users already")
def seed(empty_only: bool) -> None:
    """Loads the demo data."""
    from app.demo import province

    runtime = _runtime()
    click.echo(province.load(runtime, empty_only=empty_only) or "已有数据，未载入演示数据")
