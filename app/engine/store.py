"""Definitions in the database: files stored once by content hash, versions compiled once per process and kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.engine.decision_tables import ids_of
from app.engine.definition import CompiledDefinition, compile_definition
from app.engine.diagram import Diagram, Process, read_diagram
from app.engine.table_rows import rows_path
from app.model import Blob, Case, Definition, DefinitionFile, DefinitionStatus

_compiled: OrderedDict[str, CompiledDefinition] = OrderedDict()
_properties: OrderedDict[str, Mapping[str, str]] = OrderedDict()
_lock = Lock()
_KEEP = 64
_KEEP_PROPERTIES = 1024


def files_of(session: Session, definition_id: int) -> dict[str, bytes]:
    """The files of a version by path."""
    rows = session.execute(
        select(DefinitionFile.path, Blob.body)
        .join(Blob, Blob.sha256 == DefinitionFile.sha256)
        .where(DefinitionFile.definition_id == definition_id)
    )
    return dict(rows.tuples().all())


def compiled(session: Session, definition: Definition) -> CompiledDefinition:
    """The compiled version, from this process's memory when it is there."""
    return _from_memory(session, definition.id, definition.key, definition.content_hash)


def properties_of(session: Session, definition: Definition) -> Mapping[str, str]:
    """What the diagram of a version says of the process as a whole, read without compiling it and kept."""
    identity = f"{definition.key}:{definition.content_hash}"
    with _lock:
        found = _properties.get(identity)
    if found is None:
        found = _read_properties(session, definition)
        with _lock:
            _properties[identity] = found
            while len(_properties) > _KEEP_PROPERTIES:
                _properties.popitem(last=False)
    return found


def _read_properties(session: Session, definition: Definition) -> Mapping[str, str]:
    for path, body in files_of(session, definition.id).items():
        if path.endswith(".bpmn") and definition.key.encode() in body:
            process = read_diagram(path, body).processes.get(definition.key)
            if process is not None:
                return process.properties
    return {}


def of_case(session: Session, case: Case) -> CompiledDefinition:
    """The compiled version that a case runs on, mostly without asking the database."""
    return _from_memory(session, case.definition_id, case.process_key, case.content_hash)


def _from_memory(session: Session, definition_id: int, key: str, content_hash: str) -> CompiledDefinition:
    identity = f"{key}:{content_hash}"
    with _lock:
        found = _compiled.get(identity)
        if found is not None:
            _compiled.move_to_end(identity)
            return found
    fresh = compile_definition(key, files_of(session, definition_id))
    with _lock:
        _compiled[identity] = fresh
        while len(_compiled) > _KEEP:
            _compiled.popitem(last=False)
    return fresh


def in_force(session: Session, key: str, on: dt.date) -> Definition | None:
    """The deployed version of a process that a case starting on `on` takes. See `in_force_among`."""
    deployed = select(Definition).where(Definition.key == key, Definition.status == DefinitionStatus.DEPLOYED)
    return in_force_among(session.scalars(deployed.order_by(Definition.version.desc())).all(), on)


class Dated(Protocol):
    """What has a period in which its regulation is in force."""

    @property
    def in_force_from(self) -> dt.date | None: ...
    @property
    def in_force_to(self) -> dt.date | None: ...
    @property
    def extension_note(self) -> str | None: ...


Version = TypeVar("Version", bound=Dated)


def in_force_among(versions: Sequence[Version], on: dt.date) -> Version | None:
    """Of versions, newest first, the newest whose period holds a day.

    A regulation past its expiry starts no case unless an administrator recorded its extension; an extension ends where a newer version begins.
    """
    begun = [d for d in versions if d.in_force_from is None or d.in_force_from <= on]
    own_period = next((d for d in begun if d.in_force_to is None or d.in_force_to >= on), None)
    if own_period is not None or not begun:
        return own_period
    return begun[0] if begun[0].extension_note is not None else None


def save(session: Session, process: Process, files: Mapping[str, bytes], content_hash: str, status: str) -> Definition:
    """Stores a new version with its files; blobs that are known are not stored again. Whoever stores another one meanwhile waits for its number."""
    newest = select(Definition.version).where(Definition.key == process.key).order_by(Definition.version.desc()).limit(1)
    session.execute(newest.with_for_update())
    latest = session.scalar(newest)
    now = clock.now()
    definition = Definition(
        key=process.key,
        version=(latest or 0) + 1,
        status=status,
        name=process.name,
        kind=process.properties.get("kind"),
        jurisdiction=process.jurisdiction,
        starts=process.properties.get("starts", "called"),
        content_hash=content_hash,
        in_force_from=process.date("in_force_from"),
        in_force_to=process.date("in_force_to"),
        created_at=now,
        deployed_at=now if status == DefinitionStatus.DEPLOYED else None,
    )
    digests = {path: hashlib.sha256(body).hexdigest() for path, body in files.items()}
    known = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(digests.values()))))
    for path, digest in digests.items():
        if digest not in known:
            session.add(Blob(sha256=digest, body=files[path]))
            known.add(digest)
        definition.files.append(DefinitionFile(path=path, sha256=digest))
    session.add(definition)
    session.flush()
    return definition


def bundle(process_key: str, diagrams: Mapping[str, Diagram], bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that a process needs: its diagram, every diagram called from it, their forms and tables; and its own checks.

    `diagrams` by process key; `bodies` by path. What is missing is left out: compiling says so.
    """
    wanted: dict[str, bytes] = {}
    pending: list[str] = [process_key]
    seen: set[str] = set()
    while pending:
        key = pending.pop()
        diagram = diagrams.get(key)
        if diagram is None or key in seen:
            continue
        seen.add(key)
        wanted[diagram.path] = bodies[diagram.path]
        pending.extend(diagram.called)
        wanted.update(_forms(diagram.forms, bodies))
        wanted.update(_tables(diagram.decisions, bodies))
    wanted.update(_checks(process_key, wanted, bodies))
    return wanted


def _checks(process_key: str, wanted: Mapping[str, bytes], bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """The scenarios kept for a process, and the test rows of the tables that it needs."""
    scenarios = f"checks/{process_key.replace('.', '/', 1)}/"
    rows = {rows_path(path) for path in wanted if path.endswith(".dmn")}
    return {path: body for path, body in bodies.items() if path.startswith(scenarios) or path in rows}


def _tables(decisions: set[str], bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that hold the decisions. A file that cannot be read is left out; where it is checked this is said."""
    files = {path: body for path, body in bodies.items() if path.endswith(".dmn")} if decisions else {}
    return {path: body for path, body in files.items() if decisions & ids_of(path, body)}


def _forms(names: Iterable[str], bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: bodies[path] for path in (f"forms/{name}" for name in names) if path in bodies}
