"""What the diagrams say of the lists that begin at a bureau: who opens them, on which grounds enterprises stand on them, and who publishes them.

A process with `starts` `roster` is a kind of list. Its properties are `starter`, `publication` (the process that publishes what is handed over),
`grounds` (JSON: value → “name：meaning”), and, where they differ from the usual, `list_name` and `letters`.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.engine import expressions, store
from app.engine.diagram import Process
from app.law.periods import Deadline
from app.model import Case, Definition, DefinitionStatus, Organisation, Roster
from app.services import local_law

LIST_NAME = "强制性审核名单"


@dataclass(frozen=True)
class Ground:
    """A ground for listing: how a clerk cites it, and what it is about."""

    value: str
    name: str
    meaning: str

    @classmethod
    def read(cls, value: str, text: str) -> Ground:
        """From “第八条（一）项：超标排放”."""
        name, _, meaning = text.partition("：")
        return cls(value, name, meaning)


@dataclass(frozen=True)
class ListKind:
    """One kind of list."""

    process: str
    jurisdiction: str
    name: str
    publication: str
    starters: tuple[str, ...]
    grounds: Mapping[str, Ground]
    letters: frozenset[str]  # official letters that its rosters have: listing_notice, copy_letter

    @classmethod
    def of(cls, process: Process) -> ListKind:
        said = process.properties
        grounds: dict[str, str] = json.loads(said.get("grounds", "{}"))
        return cls(
            process=process.key,
            jurisdiction=process.jurisdiction,
            name=said.get("list_name", LIST_NAME),
            publication=said.get("publication", ""),
            starters=tuple(said.get("starter", "").split()),
            grounds={value: Ground.read(value, text) for value, text in grounds.items()},
            letters=frozenset(said.get("letters", "").split()),
        )

    @property
    def explained(self) -> dict[str, tuple[str, str]]:
        """How a clerk cites each ground, and what it is about."""
        return {value: (ground.name, ground.meaning) for value, ground in self.grounds.items()}

    @property
    def names(self) -> dict[str, str]:
        """How a clerk cites each ground."""
        return {value: ground.name for value, ground in self.grounds.items()}

    def is_opened_by(self, office: Organisation) -> bool:
        return f"{office.level}_{office.body}" in self.starters


def of_case(session: Session, case: Case) -> ListKind:
    """The kind of a list's case, by the version that the case runs on; by today's where that version is older than the properties of lists."""
    kind = ListKind.of(store.of_case(session, case).process)
    if kind.grounds:
        return kind
    return next((newer for newer in in_force(session, [kind.jurisdiction]) if newer.process == kind.process), kind)


def of_roster(session: Session, roster: Roster) -> ListKind | None:
    """The kind of a roster; none for one that no bureau opened (enterprises rolled over to the next round)."""
    case = session.scalars(select(Case).where(Case.roster_id == roster.id).order_by(Case.id).limit(1)).first()
    return of_case(session, case) if case is not None else None


def in_force(session: Session, jurisdictions: Iterable[str] | None = None) -> list[ListKind]:
    """The kinds of list that may be opened today, in the order of their processes."""
    query = select(Definition).where(Definition.starts.contains("roster"), Definition.status == DefinitionStatus.DEPLOYED)
    if jurisdictions is not None:
        query = query.where(Definition.jurisdiction.in_(list(jurisdictions)))
    versions: dict[str, list[Definition]] = {}
    for definition in session.scalars(query.order_by(Definition.key, Definition.version.desc())):
        versions.setdefault(definition.key, []).append(definition)
    found = [store.in_force_among(of_key, clock.today()) for of_key in versions.values()]
    return [ListKind.of(store.compiled(session, definition).process) for definition in found if definition is not None]


def of_publication(session: Session, publication: str) -> list[ListKind]:
    """The kinds of list whose approved rosters a process publishes."""
    return [kind for kind in in_force(session, [publication.split(".")[0]]) if kind.publication == publication]


def grounds_of(kinds: Iterable[ListKind]) -> dict[str, Ground]:
    """The grounds of several kinds, in order."""
    found = {value: ground for kind in kinds for value, ground in kind.grounds.items()}
    return dict(sorted(found.items()))


def limits_since_publication(session: Session, publication_case: Case, published_on: dt.date) -> list[tuple[str, Deadline]]:
    """What the enterprises must do within a time that counts from the publication of their list, soonest first.

    Read from the process that the publication starts for each of them.
    """
    found: dict[str, tuple[str, Deadline]] = {}
    for named in _started_by(store.of_case(session, publication_case).process):
        key = local_law.process_there(session, named, publication_case.region_code, published_on)
        definition = store.in_force(session, key, published_on)
        if definition is None:
            continue
        compiled = store.compiled(session, definition)
        processes = (compiled.process, *compiled.processes.values())  # its own view first: that is where a limit has its broadest name
        facts = [(e.name, facts) for p in processes for e in p.elements.values() for facts in (e.properties, *e.parts.values())]
        for element_name, one in facts:
            for limit in _since_publication(one.get("due", "")):
                found.setdefault(limit, (one.get("name") or element_name, _deadline(limit, published_on)))
    return sorted(found.values(), key=lambda item: item[1].due_on)


def _since_publication(due: str) -> list[str]:
    """The limits in a `due` expression that count from the publication of the list, whatever decides which of them holds."""
    if "list_published_on" not in due:
        return []
    calls = [node for node in ast.walk(ast.parse(due, mode="eval")) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call) for call in calls if any(k.arg == "since" and ast.unparse(k.value) == "list_published_on" for k in call.keywords)
    ]


def _deadline(limit: str, published_on: dt.date) -> Deadline:
    found = expressions.evaluate(limit, {"list_published_on": published_on.isoformat()})
    assert isinstance(found, Deadline)
    return found


def _started_by(process: Process) -> list[str]:
    """The processes that a publication starts for its enterprises."""
    services = {element for element, name in process.operators if name == "start_listed_cases"}
    return [
        text for element, kind, source in process.expressions if element in services and kind == "parameter" and (text := _text(source))
    ]


def _text(source: str) -> str | None:
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None
