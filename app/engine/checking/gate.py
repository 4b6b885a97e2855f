"""The gate before deployment: everything that is checked of a process, all at once.

A process passes when nothing here has an error against it. Warnings are for the person who draws.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from threading import Lock

from app.engine import store
from app.engine.checking import limits, lint, reachability, rows, schema, support, tables
from app.engine.checking.references import Operators, Surroundings, unresolved, without_actor
from app.engine.checking.results import given_by
from app.engine.checking.sheet import Finding, Sheet
from app.engine.checking.soundness.inspection import Inspection
from app.engine.checking.soundness.verdicts import TOO_LARGE, gist
from app.engine.definition import bad_forms, compile_definition, content_hash
from app.engine.diagram import Diagram
from app.engine.errors import ERROR, WARNING, DiagramError, Problem
from app.engine.legal_facts import TooManyCalls

MAX_ELEMENTS = 1_500
"""Elements and flows of one file. A view that people read has about 25."""
_KEEP = 256
_INVALID = "invalid-bpmn"
_SAID_BETTER = frozenset({_INVALID, "not-executable"})  # what the engine stumbles over, in its words, once the rules have said it in ours
_UNWALKABLE = frozenset(
    {"dangling-flow", "dangling-reference", "bad-expression", "start-event-required", "too-many-elements", "duplicate-id"}
)

_known: OrderedDict[tuple[str, str, frozenset[str], frozenset[str]], tuple[Problem, ...]] = OrderedDict()
_lock = Lock()


def check(keys: Iterable[str], diagrams: Mapping[str, Diagram], bodies: Mapping[str, bytes], operators: Operators) -> list[Problem]:
    """Everything wrong with some processes and with what they call, each thing once: errors and warnings, by file.

    `diagrams` by process key, `bodies` by path, `operators` by name. The answer for a process is kept by its content: asking again costs nothing.
    """
    found: dict[tuple[str, str, str, str], Problem] = {}
    for key in keys:
        for problem in _of_process(key, diagrams, bodies, operators):
            found.setdefault((problem.file, problem.element, problem.code, gist(problem.message)), problem)
    return sorted(found.values(), key=lambda problem: problem.file)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep a process from being deployed."""
    return [problem for problem in problems if problem.severity == ERROR]


def forget() -> None:
    """Forgets every answer, so that the next check is made anew."""
    with _lock:
        _known.clear()


def _of_process(key: str, diagrams: Mapping[str, Diagram], bodies: Mapping[str, bytes], operators: Operators) -> tuple[Problem, ...]:
    files = store.bundle(key, diagrams, bodies)
    decisions = {path: body for path, body in bodies.items() if path.endswith(".dmn")}
    identity = (key, content_hash({**files, **decisions}), frozenset(operators), frozenset(diagrams))
    with _lock:
        if identity in _known:
            _known.move_to_end(identity)
            return _known[identity]
    inner = {k: diagram for k, diagram in diagrams.items() if diagram.path in files}
    fresh = tuple(_examine(key, files, inner, Surroundings(operators, diagrams, bodies)))
    if any(problem.code == TOO_LARGE for problem in fresh):
        return fresh  # a busy machine may have run out of time: the next may not
    with _lock:
        _known[identity] = fresh
        while len(_known) > _KEEP:
            _known.popitem(last=False)
    return fresh


def _examine(key: str, files: Mapping[str, bytes], inner: Mapping[str, Diagram], around: Surroundings) -> Iterator[Problem]:
    sheets = {diagram.path: Sheet.of(diagram) for diagram in inner.values()}
    on_sheets = [problem for sheet in sheets.values() for problem in _of_sheet(sheet, inner, around)]
    compiling = [*bad_forms(files), *_compiling(key, files, inner)]
    said = {problem.code for problem in errors(on_sheets)}
    yield from (problem for problem in compiling if not said or problem.code not in _SAID_BETTER)
    yield from on_sheets
    yield from rows.failing(files)
    if not errors([*compiling, *on_sheets]):
        yield from _of_limits(key, inner)
    broken = {problem.file for problem in (*compiling, *on_sheets) if problem.code in _UNWALKABLE}
    walkable = {k for k, diagram in inner.items() if diagram.path not in broken}
    forms = {path.removeprefix("forms/"): body for path, body in files.items() if path.startswith("forms/")}
    given = {k: given_by(diagram.processes[k], around) for k, diagram in inner.items()}
    yield from Inspection(inner, {k: sheets[d.path] for k, d in inner.items()}, forms, walkable, given).problems(key)


def _of_sheet(sheet: Sheet, diagrams: Mapping[str, Diagram], around: Surroundings) -> Iterator[Problem]:
    """What can be said of one file by itself."""

    def at(code: str, found: Finding) -> Problem:
        return Problem(sheet.path, found.element, found.name, code, found.message)

    size = sum(len(graph.nodes) + len(graph.flows) for graph in sheet.graphs)
    if size > MAX_ELEMENTS:
        yield at("too-many-elements", Finding("", "", f"图中有 {size} 个元素，超过 {MAX_ELEMENTS} 个，请拆成几个流程"))
        return
    yield from (at(_INVALID, found) for found in schema.departures(sheet.root))
    yield from lint.problems(sheet)
    for graph in sheet.graphs:
        if graph.id not in diagrams:
            continue
        process = diagrams[graph.id].processes[graph.id]
        yield from (at("unreachable", found) for found in reachability.unreachable(graph))
        yield from (at("not-supported", found) for found in support.not_executed_as_drawn(graph))
        yield from (at("timer-without-due", found) for found in support.timer_without_due(graph, process))
        yield from (at(code, found) for code, found in unresolved(graph, process, around))
        yield from (replace(at("no-actor", found), severity=WARNING) for found in without_actor(process))
        hints = tables.gaps_and_overlaps(graph, process, around.bodies)
        yield from (replace(at(code, found), severity=WARNING) for code, found in hints)


def _of_limits(key: str, diagrams: Mapping[str, Diagram]) -> Iterator[Problem]:
    """What the texts say otherwise about the limits of a process and of the parts that it hands on. It keeps nothing from being deployed."""
    path, name = diagrams[key].path, diagrams[key].processes[key].name
    processes = {k: diagram.processes[k] for k, diagram in diagrams.items()}
    try:
        for found in limits.differing(key, processes):
            yield Problem(path, found.element, found.name, "limit-differs", found.message, WARNING)
    except TooManyCalls as error:
        yield Problem(path, "", name, "too-many-calls", str(error))


def _compiling(key: str, files: Mapping[str, bytes], diagrams: Mapping[str, Diagram]) -> list[Problem]:
    try:
        compile_definition(key, files)
    except DiagramError as error:
        return [replace(problem, file=diagrams[key].path) if problem.file == key else problem for problem in error.problems]
    return []
