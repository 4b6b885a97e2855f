"""The process library: reads `processes/` and `forms/`, checks them, and deploys what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.errors import Conflict, NotFound
from app.engine import store
from app.engine.definition import bad_forms, compile_definition, content_hash
from app.engine.diagram import Diagram, Process, read_diagram
from app.engine.errors import DiagramError, Problem
from app.law.labels import ACTOR_LABELS
from app.model import Definition, DefinitionStatus
from app.services.context import OPERATORS


@dataclass(frozen=True)
class Library:
    """Files of a library by path, and its diagrams by process key."""

    bodies: Mapping[str, bytes]
    diagrams: Mapping[str, Diagram]
    problems: tuple[Problem, ...]

    def process(self, key: str) -> Process:
        return self.diagrams[key].processes[key]


def read_folder(root: Path) -> Library:
    """Reads `processes/**/*.bpmn` and `forms/**/*.json` under a project root. Unreadable diagrams become problems."""
    files = [*root.glob("processes/**/*.bpmn"), *root.glob("processes/**/*.dmn"), *root.glob("forms/**/*.json")]
    return read_files({path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(files)})


def read_files(bodies: Mapping[str, bytes]) -> Library:
    """Reads a library from bytes by path."""
    diagrams: dict[str, Diagram] = {}
    problems: list[Problem] = []
    for path, body in bodies.items():
        if not path.endswith(".bpmn"):
            continue
        try:
            diagram = read_diagram(path, body)
        except DiagramError as error:
            problems.extend(error.problems)
            continue
        for key in diagram.processes:
            if key in diagrams:
                problems.append(Problem(path, "", key, "duplicate-process", f"流程标识“{key}”与 {diagrams[key].path} 重复"))
            diagrams[key] = diagram
    return Library(bodies, diagrams, tuple(problems))


def check(library: Library) -> list[Problem]:
    """Everything that keeps a process of the library from being deployed."""
    problems = list(library.problems)
    for key in library.diagrams:
        files = store.bundle(key, library.diagrams, library.bodies)
        problems.extend(p for p in _faults(library, key, files) if p not in problems)
    return problems


def _faults(library: Library, key: str, files: Mapping[str, bytes]) -> list[Problem]:
    problems = bad_forms(files)
    try:
        compile_definition(key, files)
    except DiagramError as error:
        problems.extend(error.problems)
    return problems + _unknown_names(library, key)


def _unknown_names(library: Library, key: str) -> list[Problem]:
    """Actors and operators that nobody knows."""
    diagram, process = library.diagrams[key], library.process(key)
    problems = []
    for element in process.elements.values():
        actors = [f.get("actor", "") for f in (element.properties, *element.parts.values())]
        for actor in actors:
            if actor and not actor.startswith("{") and actor not in ACTOR_LABELS:
                problems.append(Problem(diagram.path, element.id, element.name, "unknown-actor", f"没有“{actor}”这个办理角色"))
    for element_id, operator in process.operators:
        if operator not in OPERATORS:
            found = process.elements.get(element_id)
            problems.append(
                Problem(diagram.path, element_id, found.name if found else "", "unknown-operator", f"没有名为“{operator}”的服务")
            )
    return problems


def load(session: Session, library: Library) -> list[Definition]:
    """Deploys every process whose content is new. Raises `DiagramError` with all problems; then nothing is stored."""
    latest = {
        d.key: d
        for d in session.scalars(select(Definition).where(Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.version))
    }
    fresh: dict[str, dict[str, bytes]] = {}
    for key in library.diagrams:
        files = store.bundle(key, library.diagrams, library.bodies)
        known = latest.get(key)
        if known is None or known.content_hash != content_hash(files):
            fresh[key] = files
    if not fresh and not library.problems:
        return []
    problems = check(library)
    if problems:
        raise DiagramError(problems)
    loaded = []
    for key, files in sorted(fresh.items()):
        definition = store.save(session, library.process(key), files, content_hash(files), DefinitionStatus.DEPLOYED)
        known = latest.get(key)
        if known is not None and known.extension_note and known.in_force_to == definition.in_force_to:
            definition.extension_note = known.extension_note
        loaded.append(definition)
    return loaded


def add_draft(session: Session, uploads: Mapping[str, bytes]) -> list[Definition]:
    """Stores uploaded diagrams and forms as drafts. Called processes and forms that are not uploaded come from what is deployed.

    Raises `DiagramError` with every problem; then nothing is stored.
    """
    bodies = {**_deployed_files(session), **uploads}
    library = read_files(bodies)
    own = [key for key, diagram in library.diagrams.items() if diagram.path in uploads]
    problems = [p for p in library.problems if p.file in uploads]
    if not own and not problems:
        problems.append(Problem("", "", "", "no-diagram", "没有收到可执行的 BPMN 流程图"))
    drafts = []
    for key in own:
        files = store.bundle(key, library.diagrams, bodies)
        problems.extend(_faults(library, key, files))
    if problems:
        raise DiagramError(problems)
    for key in own:
        files = store.bundle(key, library.diagrams, bodies)
        drafts.append(store.save(session, library.process(key), files, content_hash(files), DefinitionStatus.DRAFT))
    return drafts


def _deployed_files(session: Session) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for definition in session.scalars(select(Definition).where(Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.id)):
        files.update(store.files_of(session, definition.id))
    return files


def deploy(session: Session, key: str, version: int) -> Definition:
    """Deploys a draft. Raises `NotFound`, and `Conflict` when the version is none."""
    definition = session.scalars(select(Definition).where(Definition.key == key, Definition.version == version).with_for_update()).first()
    if definition is None:
        raise NotFound("没有这个版本")
    if definition.status != DefinitionStatus.DRAFT:
        raise Conflict("只有草稿可以部署")
    definition.status, definition.deployed_at = DefinitionStatus.DEPLOYED, clock.now()
    return definition


def record_extension(session: Session, prefix: str, note: str) -> int:
    """Records that the regulation behind the processes of a prefix stays in force past its expiry, with the reference. Gives how many."""
    rows = session.scalars(
        select(Definition).where(
            Definition.key.startswith(prefix), Definition.in_force_to.is_not(None), Definition.extension_note.is_(None)
        )
    ).all()
    for definition in rows:
        definition.extension_note = note
    return len(rows)


def is_in_force(definition: Definition, on: dt.date) -> bool:
    """Whether the regulation of a version is in force on a day, recorded extensions included."""
    if definition.in_force_from and on < definition.in_force_from:
        return False
    return not (definition.in_force_to and on > definition.in_force_to and not definition.extension_note)
