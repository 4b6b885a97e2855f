"""The library of an installation as files: given out, compared with an archive, and taken in as drafts.

What is taken in never replaces what is in use: each process that differs becomes a draft, checked like any other, approved and deployed by people.
Nothing is removed for not being in an archive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import administration, archives, library, second_person
from app.cases.administrators import record, require
from app.cases.comparison import bundles
from app.cases.errors import Conflict, NotFound
from app.engine import store
from app.engine.checking import gate
from app.engine.definition import content_hash
from app.engine.errors import Problem
from app.model import Definition, DefinitionStatus, LibraryImport, Role
from app.services.context import OPERATORS

KEPT: Final = dt.timedelta(days=7)
"""How long an archive waits to be taken in."""


class State(StrEnum):
    """A file of an archive beside the one in use here."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ONLY_HERE = "only_here"


@dataclass(frozen=True)
class FileState:
    path: str
    state: State
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ProcessState:
    """A process that would become a draft: in use here as which version, what differs, what the checks say."""

    key: str
    name: str
    current: Definition | None
    summary: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """What differs between an archive and the library in use, before anything is stored."""

    files: tuple[FileState, ...]
    processes: tuple[ProcessState, ...]
    problems: tuple[Problem, ...]

    def count(self, state: State) -> int:
        return sum(file.state == state for file in self.files)

    @property
    def differs(self) -> bool:
        return bool(self.processes)


def given_out(session: Session) -> bytes:
    """The library in use as an archive: unpacked over a checkout it is `processes/`, `forms/` and `checks/`."""
    return archives.write(library.deployed_files(session))


def account(session: Session, files: Mapping[str, bytes]) -> Account:
    """What would follow from taking files in. Reads only."""
    here = library.deployed_files(session)
    whole = library.read_files({**here, **files})
    fresh = _differing(session, whole)
    problems = [
        *(problem for problem in whole.problems if problem.file in files),
        *gate.errors(gate.check(list(fresh), whole.diagrams, whole.bodies, OPERATORS)),
    ]
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    rows = [FileState(path, _state(path, here, files), tuple(by_file.get(path, ()))) for path in sorted({*here, *files})]
    return Account(tuple(rows), tuple(_process(session, key, whole, bundle) for key, bundle in fresh.items()), tuple(problems))


def _differing(session: Session, whole: library.Library) -> dict[str, dict[str, bytes]]:
    """The processes whose files are no longer those of the version in use, with their new files."""
    deployed = {one.key: one.content_hash for one in _newest(session).values()}
    bundled = {key: store.bundle(key, whole.diagrams, whole.bodies) for key in sorted(whole.diagrams)}
    return {key: files for key, files in bundled.items() if content_hash(files) != deployed.get(key)}


def _newest(session: Session) -> dict[str, Definition]:
    wanted = select(Definition).where(Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.version)
    return {one.key: one for one in session.scalars(wanted)}


def _state(path: str, here: Mapping[str, bytes], files: Mapping[str, bytes]) -> State:
    if path not in files:
        return State.ONLY_HERE
    if path not in here:
        return State.NEW
    return State.SAME if here[path] == files[path] else State.CHANGED


def _process(session: Session, key: str, whole: library.Library, files: Mapping[str, bytes]) -> ProcessState:
    current = library.newest_deployed(session, key)
    before = store.files_of(session, current.id) if current is not None else {}
    return ProcessState(
        key, whole.process(key).name, current, bundles.compare(before, files).summary if current is not None else ("新的流程",)
    )


# -- taken in ---------------------------------------------------------------------------------------------------------


def receive(session: Session, principal: Principal, name: str, body: bytes) -> LibraryImport:
    """Keeps an archive until somebody takes it in. Raises `BadArchive` with the reason; then nothing is kept."""
    require(principal, Role.ADMINISTRATOR)
    files = archives.read(body)
    session.execute(delete(LibraryImport).where(LibraryImport.sent_at < clock.now() - KEPT))
    sent = LibraryImport(name=name[:200] or "library.zip", archive=body, sent_by_id=principal.user_id, sent_at=clock.now())
    session.add(sent)
    record(session, principal, "library_sent", sent.name, count=len(files))
    return sent


def find(session: Session, principal: Principal, import_id: int, lock: bool = False) -> LibraryImport:
    """An archive that waits. Raises `NotFound` once it is taken in or dropped."""
    require(principal, Role.ADMINISTRATOR)
    wanted = select(LibraryImport).where(LibraryImport.id == import_id)
    found = session.scalars(wanted.with_for_update() if lock else wanted).first()
    if found is None:
        raise NotFound("这个压缩包已经导入或者放弃")
    return found


def take_in(session: Session, principal: Principal, import_id: int) -> list[Definition]:
    """Makes a draft of every process that differs. Raises `DiagramError` with every problem, `Conflict` when nothing differs; then nothing is stored."""
    sent = find(session, principal, import_id, lock=True)
    drafts = drafts_of(session, archives.read(sent.archive))
    administration.record_drafts(session, principal, drafts)
    for draft in drafts:
        second_person.add_authors(session, draft, [sent.sent_by_id])
    record(session, principal, "library_imported", sent.name, count=len(drafts))
    session.delete(sent)
    return drafts


def drafts_of(session: Session, files: Mapping[str, bytes]) -> list[Definition]:
    """Stores a draft of every process that differs from the one in use. Raises as `take_in`."""
    whole = library.read_files({**library.deployed_files(session), **files})
    fresh = _differing(session, whole)
    if not fresh and not whole.problems:
        raise Conflict("压缩包里的流程与在用的完全相同，没有要导入的")
    return library.add_drafts_of(session, whole, fresh, [problem for problem in whole.problems if problem.file in files]).drafts


def drop(session: Session, principal: Principal, import_id: int) -> None:
    """Does without an archive."""
    sent = find(session, principal, import_id, lock=True)
    record(session, principal, "library_import_dropped", sent.name)
    session.delete(sent)


def bundle_of(session: Session, files: Mapping[str, bytes], key: str) -> dict[str, bytes]:
    """The files that a process would have once an archive is taken in. Raises `NotFound`."""
    whole = library.read_files({**library.deployed_files(session), **files})
    if key not in whole.diagrams:
        raise NotFound("压缩包里没有这个流程")
    return store.bundle(key, whole.diagrams, whole.bodies)
