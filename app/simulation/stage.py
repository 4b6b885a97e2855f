"""The throw-away database of a simulation, with the library in it, and what would leave the house: recorded, not sent.

The database lives in memory. What every simulation of the same library in the same place begins with is made once and copied.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import StaticPool
from sqlalchemy.orm import Session

from app import clock
from app.cases import library
from app.cases.documents import FileStore
from app.cases.library import Library
from app.config import ROOT
from app.engine import store
from app.engine.definition import content_hash
from app.model import Base, DefinitionStatus
from app.model.session import Database
from app.simulation import places

EXTENSION_NOTE = "模拟：假定依据在模拟期间有效"
_KEPT = 4
_libraries: OrderedDict[str, Library] = OrderedDict()
_templates: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
_lock = Lock()


class RecordedMail:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self._sent: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, key: str, payload: Mapping[str, Any]) -> None:
        self._sent.append((key, dict(payload)))

    def take(self) -> list[tuple[str, dict[str, Any]]]:
        """What was sent since it was last asked."""
        sent, self._sent = self._sent, []
        return sent


class ForgottenFiles(FileStore):
    """A file store that keeps nothing: nobody opens a sample file."""

    def __init__(self) -> None:
        super().__init__(Path())

    def put(self, body: bytes) -> str:
        return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class Stage:
    """Everything that a simulation acts on."""

    database: Database
    mail: RecordedMail = field(default_factory=RecordedMail)
    files: FileStore = field(default_factory=ForgottenFiles)
    people: places.People = field(default_factory=places.People)


def read_library(files: Mapping[str, bytes] | None) -> tuple[str, Library]:
    """A library and its digest: of files by path, or of the project's own `processes/` and `forms/`."""
    if files is None:
        files = library.files_in(ROOT)
    digest = content_hash(files)
    with _lock:
        known = _libraries.get(digest)
    if known is None:
        known = library.read_files(dict(files))
        with _lock:
            _keep(_libraries, digest, known)
    return digest, known


@contextmanager
def opened(digest: str, own: Library, processes: Collection[str], regions: Collection[str]) -> Iterator[Stage]:
    """A database with some processes of a library and everybody who is competent for some regions, gone after the block.

    The other processes of the same jurisdictions are deployed too: lists that are published together know of each other.
    """
    slugs = {key.split(".")[0] for key in processes}
    identity = digest, *sorted(slugs), *sorted(regions)
    with _lock:
        template = _templates.get(identity)
    if template is None:
        template = _make(own, [key for key in sorted(own.diagrams) if key.split(".")[0] in slugs], regions)
        with _lock:
            _keep(_templates, identity, template)
    database = Database("sqlite://", poolclass=StaticPool)
    try:
        _driver(database).deserialize(template)
        yield Stage(database)
    finally:
        database.engine.dispose()


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _make(own: Library, processes: Collection[str], regions: Collection[str]) -> bytes:
    database = Database("sqlite://", poolclass=StaticPool)
    try:
        Base.metadata.create_all(database.engine)
        with clock.at(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)), database.transaction() as session:
            _deploy(session, own, processes)
            places.set_up(session, regions)
        body: bytes = _driver(database).serialize()
        return body
    finally:
        database.engine.dispose()


def _deploy(session: Session, own: Library, processes: Collection[str]) -> None:
    for key in processes:
        files = store.bundle(key, own.diagrams, own.bodies)
        store.save(session, own.process(key), files, content_hash(files), DefinitionStatus.DEPLOYED)
    library.record_extension(session, "", EXTENSION_NOTE)


def _driver(database: Database) -> Any:
    """The connection of Python's own driver: there is one."""
    return database.engine.raw_connection().driver_connection
