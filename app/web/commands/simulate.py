"""`flask simulate`: plays a scenario through and prints what happened."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect
from structlog.testing import capture_logs

from app.cases import calendars, library
from app.config import ROOT
from app.engine.diagram import read_diagram
from app.engine.errors import DiagramError
from app.model import Definition
from app.model.session import Database
from app.simulation import Scenario, ScenarioError, Simulation, kept, read_scenario, simulate
from app.simulation.events import SimulatedEvent
from app.simulation.simulation import MALFORMED, OTHERWISE, UNUSED
from app.simulation.timeline import Timeline
from app.web.commands.processes import name_in_library
from app.web.current import runtime


@click.command("simulate")
@click.argument("process", required=False)
@click.option("--scenario", "source", required=True, metavar="FILE|-", help="the scenario, as YAML")
@click.option("--json", "as_json", is_flag=True, help="one object a line")
@click.option("--explain", is_flag=True, help="how each due date is derived")
@click.option("--library", "folder", is_flag=True, help="the processes of the library folder, deployed or not")
@with_appcontext
def simulate_command(process: str | None, source: str, as_json: bool, explain: bool, folder: bool) -> None:
    """Plays a scenario on a throw-away database: PROCESS is a process id or a BPMN file (default: that of the scenario).

    Processes are those that the installation has deployed; without any, those of the library folder.

    Exit status: 0 every answer was used; 2 the scenario or the diagram is faulty and nothing was run; 3 an answer names a step that never came up; 4 a
    case failed or stood still; 5 other events than the scenario's `expected`, which are told line by line.
    """
    try:
        scenario = read_scenario(_read(source))
        files, calendar = _library(runtime().database, folder=folder)
        files, key = _given(process, scenario.process, files)
        timeline = Timeline()

        def tell(event: SimulatedEvent) -> None:
            for line in [event.to_json()] if as_json else timeline.lines(event):
                click.echo(line)

        with calendar, capture_logs():  # what production logs is in the stream
            result = simulate(scenario, files, process=key, explain=explain, tell=tell)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSED if error.only_unknown_steps else MALFORMED)
    except DiagramError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(MALFORMED)
    for line in () if as_json else timeline.summary(result):
        click.echo(line)
    _tell_faults(result)
    different = _tell_differences(scenario, result)
    sys.exit(result.exit_status or (OTHERWISE if different else 0))


def _tell_differences(scenario: Scenario, result: Simulation) -> bool:
    """Says what happened otherwise than the scenario expects, and whether anything did."""
    if scenario.expected is None:
        return False
    found = kept.differences(scenario.expected, kept.lines_in(result.events))
    for sign, line in found:
        click.echo(f"{sign} {line}", err=True)
    return bool(found)


def _tell_faults(result: Simulation) -> None:
    for sentence in (*result.remarks, *map(str, result.unused), *result.faults):
        click.echo(sentence, err=True)


def _read(source: str) -> str:
    """The text of the scenario file, or of standard input."""
    try:
        body = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return body.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"读不到模拟方案 {source}：{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"模拟方案 {source} 不是 UTF-8 文本") from error


def _library(database: Database, *, folder: bool) -> tuple[dict[str, bytes], AbstractContextManager[Any]]:
    """What the installation has deployed and the work calendar it counts with; the project's own library where it has deployed nothing."""
    path = database.engine.url.database
    there = not database.is_sqlite or (path is not None and Path(path).exists())  # asking SQLite would make the file
    if not folder and there and inspect(database.engine).has_table(Definition.__tablename__):
        with database.session() as session:
            files = library.deployed_files(session)
            if files:
                return files, calendars.use(session)
    return library.files_in(ROOT), nullcontext()


def _given(process: str | None, of_scenario: str | None, files: Mapping[str, bytes]) -> tuple[dict[str, bytes], str | None]:
    """The library with a given BPMN file laid over it, and the process to simulate. Raises `DiagramError`."""
    if process is None or not process.endswith((".bpmn", ".xml")):
        return dict(files), process
    path = Path(process)
    if not path.is_file():
        raise click.UsageError(f"没有流程图文件 {process}")
    body, name = path.read_bytes(), name_in_library(path)
    keys = list(read_diagram(name, body).processes)
    # The file may be one that the scenario's process calls; otherwise it is the process itself.
    own = library.read_files(files)
    replaced = {name: body}
    others = {other: content for other, content in files.items() if not any(key in keys for key in _keys_at(own, other))}
    return {**others, **replaced}, of_scenario if of_scenario is not None else keys[0]


def _keys_at(own: library.Library, path: str) -> list[str]:
    return [key for key, diagram in own.diagrams.items() if diagram.path == path]
