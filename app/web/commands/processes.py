"""`flask processes …`: the process library on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.cases import library
from app.config import ROOT
from app.engine.errors import DiagramError
from app.model import Definition
from app.web.current import runtime

processes = AppGroup("processes", help="流程库")


@processes.command("list")
@click.option("--json", "as_json", is_flag=True, help="one object a line")
def list_processes(as_json: bool) -> None:
    """Lists the stored versions."""
    with runtime().database.session() as session:
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
        with runtime().database.transaction() as session:
            loaded = library.load(session, own)
    except DiagramError as error:
        for problem in error.problems:
            click.echo(str(problem))
        sys.exit(1)
    click.echo(f"流程库：{len(own.diagrams)} 个流程，新部署 {len(loaded)} 个版本")
