"""`flask processes …`: the process library on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from structlog.testing import capture_logs

from app import clock
from app.cases import archives, exchange, library
from app.config import ROOT
from app.engine import store
from app.engine.checking import gate
from app.engine.errors import DiagramError
from app.model import Definition, Event
from app.simulation import kept
from app.web.current import runtime

processes = AppGroup("processes", help="流程库")

_XML = "#.bpmn"
"""Put behind the name of a file that some tools save as `.bpmn20.xml`, so that it is taken for the diagram that it is."""


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
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--scenarios", is_flag=True, help="play the library's kept scenarios (checks/), too")
def check_processes(paths: tuple[Path, ...], scenarios: bool) -> None:
    """Checks diagrams, forms and folders of them (default: the library) before they are deployed; a line a problem.

    What is given takes the place of what the library has for the same process. Exit status 1 if anything keeps a process from being deployed; hints alone do
    not.
    """
    if paths:
        given = {name_in_library(path): path.read_bytes() for path in _files(paths)}
        own = library.with_files(library.read_folder(ROOT), given)
        problems = [p for p in library.check(own, [key for key in own.diagrams if needs_any(own, key, given)]) if p.file in given]
    else:
        problems = library.check(library.read_folder(ROOT))
    for problem in problems:
        click.echo(str(replace(problem, file=problem.file.removesuffix(_XML))))
    if gate.errors(problems) or (scenarios and not _as_kept()):
        sys.exit(1)
    click.echo("流程检查通过")


def _as_kept() -> bool:
    """Whether in every kept scenario of the library what must happen happens; what differs is told line by line."""
    files = library.files_in(ROOT)
    with capture_logs():
        outcomes = [kept.play(path, files) for path in kept.paths_in(files)]
    for one in outcomes:
        for text in (*one.problems, *(f"{sign} {line}" for sign, line in one.differences)):
            click.echo(f"{one.path}: {text}")
    return all(one.as_expected for one in outcomes)


def needs_any(own: library.Library, key: str, given: Mapping[str, bytes]) -> bool:
    """Whether a process needs any of some files: its diagram, its forms, its tables, or what is checked of them."""
    return not given.keys().isdisjoint(store.bundle(key, own.diagrams, own.bodies))


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """The files of the library's kinds among some paths and in the folders among them."""
    folders = [inner for path in paths if path.is_dir() for inner in sorted(path.rglob("*"))]
    found = [*(path for path in paths if not path.is_dir()), *(path for path in folders if path.suffix in library.SUFFIXES)]
    return list(dict.fromkeys(found))


def name_in_library(path: Path) -> str:
    """The path under which a file is looked for: that under the project root; from elsewhere, that under its folder `checks` or `forms`."""
    resolved = path.resolve()
    if resolved.is_relative_to(ROOT) and resolved.relative_to(ROOT).parts[0] in ("processes", "forms", "checks"):
        return resolved.relative_to(ROOT).as_posix()
    if "checks" in resolved.parts[:-1]:
        return f"checks/{resolved.as_posix().rpartition('/checks/')[2]}"
    if path.suffix == ".json":
        _, _, inside = resolved.as_posix().rpartition("/forms/")
        return f"forms/{inside}" if "/forms/" in resolved.as_posix() else f"forms/{path.name}"
    return path.as_posix() + (_XML if path.suffix == ".xml" else "")


@processes.command("load")
def load_processes() -> None:
    """Deploys what is new in `processes/` and `forms/`."""
    try:
        with runtime().database.transaction() as session:
            loaded = library.load_folder(session, ROOT)
    except DiagramError as error:
        for problem in error.problems:
            click.echo(str(problem))
        sys.exit(1)
    click.echo(f"流程库：{library.told(loaded)}")


@processes.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_processes(file: Path) -> None:
    """Writes the library in use into a zip archive; unpacked over a checkout it is `processes/`, `forms/` and `checks/`."""
    with runtime().database.session() as session:
        file.write_bytes(exchange.given_out(session))
    click.echo(f"流程库已导出到 {file}")


@processes.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="only tell what differs; store nothing")
def import_processes(file: Path, dry_run: bool) -> None:
    """Tells what differs between an archive and the library in use, then stores the processes that differ as drafts.

    Exit status 1, and nothing stored, when the archive is none or a check fails; a line a problem.
    """
    try:
        files = archives.read(file.read_bytes())
    except archives.BadArchive as error:
        click.echo(str(error))
        sys.exit(1)
    with runtime().database.session() as session:
        found = exchange.account(session, files)
    _tell(found)
    if found.problems:
        sys.exit(1)
    if dry_run or not found.differs:
        return
    with runtime().database.transaction() as session:
        drafts = exchange.drafts_of(session, files)
        session.add(
            Event(at=clock.now(), kind="library_imported", name=file.name[:200], public_to_enterprise=False, detail={"count": len(drafts)})
        )
    click.echo(f"已存为 {len(drafts)} 个草稿")


def _tell(found: exchange.Account) -> None:
    counts = (
        (exchange.State.NEW, "新增"),
        (exchange.State.CHANGED, "改动"),
        (exchange.State.SAME, "相同"),
        (exchange.State.ONLY_HERE, "只在本系统"),
    )
    click.echo("，".join(f"{word} {found.count(state)} 个文件" for state, word in counts))
    for process in found.processes:
        click.echo(f"{process.key} {process.name}：{'；'.join(process.summary)}")
    for problem in found.problems:
        click.echo(str(problem))
