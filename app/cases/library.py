"""The process library: reads `processes/` and `forms/`, checks them, and deploys what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import second_person
from app.cases.errors import Conflict, NotFound, Undeployable
from app.cases.library_limits import outsized
from app.engine import store
from app.engine.checking import gate
from app.engine.definition import content_hash
from app.engine.diagram import Diagram, Process, read_diagram
from app.engine.errors import WARNING, DiagramError, Problem
from app.model import Blob, Definition, DefinitionFile, DefinitionStatus, Setting
from app.services.context import OPERATORS

SUFFIXES = (".bpmn", ".dmn", ".json")
PATTERNS = ("processes/**/*.bpmn", "processes/**/*.dmn", "forms/**/*.json", "checks/**/*.yaml", "checks/**/*.json")
"""Files of a library under its root. `checks/` holds what a version must keep doing: scenarios (`checks/<slug>/<process>/*.yaml`) and rows that a
table must answer (`checks/<slug>/<table>.rows.json`)."""
LOADED = "library_loaded"
"""The setting that holds the content hash of the folder that was loaded last."""


@dataclass(frozen=True)
class Library:
    """Files of a library by path, and its diagrams by process key."""

    bodies: Mapping[str, bytes]
    diagrams: Mapping[str, Diagram]
    problems: tuple[Problem, ...]

    def process(self, key: str) -> Process:
        return self.diagrams[key].processes[key]


@dataclass(frozen=True)
class Drafted:
    """Stored drafts, and what the checks advise about the files they came from."""

    drafts: list[Definition]
    hints: list[Problem]


def read_folder(root: Path) -> Library:
    """Reads the diagrams, tables, forms and checks under a project root. Unreadable diagrams become problems."""
    return read_files(files_in(root))


def files_in(root: Path) -> dict[str, bytes]:
    """The files of a library under a project root, by path."""
    files = [path for pattern in PATTERNS for path in root.glob(pattern)]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(files)}


def read_files(bodies: Mapping[str, bytes]) -> Library:
    """Reads a library from bytes by path."""
    diagrams: dict[str, Diagram] = {}
    problems: list[Problem] = []
    for path, body in bodies.items():
        if not path.endswith(".bpmn"):
            continue
        try:
            diagram = _read(path, body)
        except DiagramError as error:
            problems.extend(error.problems)
            continue
        for key in diagram.processes:
            if key in diagrams:
                problems.append(Problem(path, "", key, "duplicate-process", f"流程标识“{key}”与 {diagrams[key].path} 重复"))
            diagrams[key] = diagram
    return Library(bodies, diagrams, tuple(problems))


@lru_cache(maxsize=1024)
def _read(path: str, body: bytes) -> Diagram:
    """A diagram by its content: the designer asks for the whole library again and again. Nobody changes what was read."""
    return read_diagram(path, body)


def with_files(library: Library, given: Mapping[str, bytes]) -> Library:
    """The library with some files instead of those that it has at their paths or for the same processes."""
    replaced = {library.diagrams[key].path for key in read_files(given).diagrams if key in library.diagrams}
    kept = {path: body for path, body in library.bodies.items() if path not in replaced}
    return read_files({**kept, **given})


def check(library: Library, keys: Iterable[str] | None = None) -> list[Problem]:
    """Everything wrong with the library, or with some of its processes: what keeps them from being deployed, and warnings."""
    return [*library.problems, *gate.check(library.diagrams if keys is None else keys, library.diagrams, library.bodies, OPERATORS)]


def load(session: Session, library: Library) -> list[Definition]:
    """Deploys every process whose content was never in use here. Raises `DiagramError` with all problems; then nothing is stored.

    What administrators deployed since, or took out of use, stays as they left it: the same content does not come back with the next start. Where a
    second person's approval is asked for, what is new becomes drafts.
    """
    status = DefinitionStatus.DRAFT if second_person.is_required(session) else DefinitionStatus.DEPLOYED
    latest = {
        d.key: d
        for d in session.scalars(select(Definition).where(Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.version))
    }
    used = select(Definition.key, Definition.content_hash)
    if status == DefinitionStatus.DEPLOYED:
        used = used.where(Definition.status != DefinitionStatus.DRAFT)
    known = set(session.execute(used).tuples())
    fresh: dict[str, dict[str, bytes]] = {}
    for key in library.diagrams:
        files = store.bundle(key, library.diagrams, library.bodies)
        if (key, content_hash(files)) not in known:
            fresh[key] = files
    if not fresh and not library.problems:
        return []
    problems = gate.errors(check(library))
    if problems:
        raise DiagramError(problems)
    loaded = []
    for key, files in sorted(fresh.items()):
        definition = store.save(session, library.process(key), files, content_hash(files), status)
        definition.extension_note = _extension_from(latest.get(key), definition)
        loaded.append(definition)
    return loaded


def load_folder(session: Session, root: Path) -> list[Definition]:
    """Deploys what is new under a project root, like `load`. Files that are those of the last time are not even read as diagrams: a start is quick."""
    bodies = files_in(root)
    seen = content_hash(bodies)
    last = session.get(Setting, LOADED)
    if last is not None and last.value == seen:
        return []
    loaded = load(session, read_files(bodies))
    session.merge(Setting(key=LOADED, value=seen))
    return loaded


def told(loaded: Sequence[Definition]) -> str:
    """What loading did, in words."""
    drafts = sum(one.status == DefinitionStatus.DRAFT for one in loaded)
    waits = f"，{drafts} 个存为草稿（部署前须经第二人审批）" if drafts else ""
    return f"新部署 {len(loaded) - drafts} 个流程版本{waits}"


def add_draft(session: Session, uploads: Mapping[str, bytes], without: Collection[str] = ()) -> Drafted:
    """Stores uploaded diagrams and forms as drafts. Called processes and forms that are not uploaded come from what is deployed, except the paths `without`.

    Raises `DiagramError` with every problem; then nothing is stored.
    """
    around = {path: body for path, body in deployed_files(session).items() if path not in without}
    library = read_files({**around, **uploads})
    own = [key for key, diagram in library.diagrams.items() if diagram.path in uploads]
    problems = [p for p in library.problems if p.file in uploads]
    if not own and not problems:
        problems.append(Problem("", "", "", "no-diagram", "没有收到可执行的 BPMN 流程图"))
    made = add_drafts_of(session, library, own, problems)
    return Drafted(made.drafts, [hint for hint in made.hints if hint.file in uploads])


def add_drafts_of(session: Session, library: Library, keys: Iterable[str], known: Iterable[Problem] = ()) -> Drafted:
    """Stores processes of a library as drafts, each with everything it needs.

    Raises `DiagramError` with every problem, those `known` before among them; then nothing is stored.
    """
    wanted = list(keys)
    found = gate.check(wanted, library.diagrams, library.bodies, OPERATORS)
    oversize = [problem for key in wanted for problem in outsized(library.diagrams[key].path, library.process(key))]
    if problems := [*known, *oversize, *gate.errors(found)]:
        raise DiagramError(problems)
    drafts = []
    for key in wanted:
        files = store.bundle(key, library.diagrams, library.bodies)
        drafts.append(store.save(session, library.process(key), files, content_hash(files), DefinitionStatus.DRAFT))
    return Drafted(drafts, _hints(found))


def deployed_files(session: Session) -> dict[str, bytes]:
    """The files of all processes in use by path, the newest version of each. A process's own diagram is that of its own version: another that was put
    back into force may still have an earlier one pinned."""
    newest = {
        one.key: one.id
        for one in session.scalars(select(Definition).where(Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.version))
    }
    own = {(definition_id, f"processes/{key.replace('.', '/', 1)}.bpmn") for key, definition_id in newest.items()}
    rows = session.execute(
        select(DefinitionFile.definition_id, DefinitionFile.path, DefinitionFile.sha256)
        .where(DefinitionFile.definition_id.in_(newest.values()))
        .order_by(DefinitionFile.definition_id)
    ).all()
    digests = {path: digest for _, path, digest in sorted(rows, key=lambda row: (row[0], row[1]) in own)}
    bodies = dict(session.execute(select(Blob.sha256, Blob.body).where(Blob.sha256.in_(set(digests.values())))).tuples().all())
    return {path: bodies[digest] for path, digest in digests.items()}


def deploy(session: Session, key: str, version: int) -> Definition:
    """Deploys a draft that passes every check.

    Raises `NotFound`, `Conflict` when the version is no draft or lacks an approval that is asked for, `Undeployable` with every problem: a draft
    may have been stored before a check existed, or while a process that it starts was still there.
    """
    wanted = select(Definition).where(Definition.key == key, Definition.version == version)
    definition = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if definition is None:
        raise NotFound("没有这个版本")
    if definition.status != DefinitionStatus.DRAFT:
        raise Conflict("只有草稿可以部署")
    second_person.ensure_approved(session, definition)
    problems = gate.errors(faults(session, definition))
    if problems:
        raise Undeployable(problems)
    definition.extension_note = definition.extension_note or extension_before(session, definition)
    definition.status, definition.deployed_at = DefinitionStatus.DEPLOYED, clock.now()
    return definition


def newest_deployed(session: Session, key: str) -> Definition | None:
    """The newest version of a process that is in use."""
    query = select(Definition).where(Definition.key == key, Definition.status == DefinitionStatus.DEPLOYED)
    return session.scalars(query.order_by(Definition.version.desc()).limit(1)).first()


def extension_before(session: Session, definition: Definition) -> str | None:
    """The extension that a draft takes over from the version before when it is deployed."""
    return _extension_from(newest_deployed(session, definition.key), definition)


def _extension_from(before: Definition | None, definition: Definition) -> str | None:
    """What was recorded about the version before: that the same regulation stays in force past its expiry."""
    return before.extension_note if before is not None and before.in_force_to == definition.in_force_to else None


def faults(session: Session, definition: Definition) -> list[Problem]:
    """What the checks say of a stored version among the processes that are deployed now: errors and hints."""
    own = store.files_of(session, definition.id)
    library = read_files({**deployed_files(session), **own})
    unreadable = [problem for problem in library.problems if problem.file in own]
    if unreadable or definition.key not in library.diagrams:
        return unreadable or [Problem("", "", definition.name, "no-diagram", "版本里没有可执行的流程图")]
    return gate.check([definition.key], library.diagrams, library.bodies, OPERATORS)


def hints(session: Session, definition: Definition) -> list[Problem]:
    """What the checks advise about a stored version; it keeps nothing from being deployed."""
    return _hints(faults(session, definition))


def _hints(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == WARNING]


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
