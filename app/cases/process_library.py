"""The library of procedures as readers see it: what is deployed for a place, by kind, with the documents and articles that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.orm import Session

from app import clock
from app.cases import coverage
from app.cases.library import is_in_force
from app.engine.legal_facts import legal_facts
from app.law.catalogue import Document, Procedure, Step, catalogue
from app.law.labels import PROCEDURE_KINDS
from app.model import Definition

COMMON = "common"
_ARTICLES = re.compile("[；、](?=第[^条]*条|附)")
"""Between two articles of one citation, but not between paragraphs of one article."""


@dataclass(frozen=True)
class Source:
    """A document that a process rests on, with the articles in the order of its steps."""

    document: Document
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Title:
    """A process of the library."""

    definition: Definition
    procedures: tuple[Procedure, ...]
    sources: tuple[Source, ...]
    purpose: str  # the first paragraph of its documentation
    called: bool  # only part of others, never started by itself
    in_force: bool


@dataclass(frozen=True)
class Shelf:
    """The processes of one kind: those that are started first, then the parts that they call."""

    kind: str
    name: str
    titles: Sequence[Title]


def places(session: Session) -> list[tuple[str, str, int]]:
    """(slug, name, number of processes) of every jurisdiction that has any, the nation first, the shared parts last."""
    counted: dict[str, int] = {}
    for definition in coverage.in_use(session):
        counted[definition.jurisdiction] = counted.get(definition.jurisdiction, 0) + 1
    named = [(j.slug, j.name, counted[j.slug]) for j in catalogue().jurisdictions() if j.slug in counted]
    return [*named, (COMMON, "共用子流程", counted[COMMON])] if COMMON in counted else named


def shelves(session: Session, jurisdiction: str) -> list[Shelf]:
    """The library of one jurisdiction by kind."""
    definitions = [definition for definition in coverage.in_use(session) if definition.jurisdiction == jurisdiction]
    diagrams = coverage.diagrams_of(session, definitions)
    titles = []
    for definition in definitions:
        processes = {key: process for diagram in diagrams[definition.id] for key, process in diagram.processes.items()}
        starts = processes[definition.key].properties.get("starts", "called")
        steps = steps_in(name for facts in legal_facts(definition.key, processes) for name in facts.basis)
        titles.append(title(definition, steps, processes[definition.key].documentation, called=starts == "called"))
    kinds = list(PROCEDURE_KINDS)
    titles.sort(key=lambda one: (kinds.index(_kind(one)), one.called, one.definition.key))
    names = dict.fromkeys(kinds, "共用子流程") if jurisdiction == COMMON else PROCEDURE_KINDS
    return [Shelf(kind, names[kind], list(same)) for kind, same in groupby(titles, key=_kind)]


def title(definition: Definition, steps: Mapping[str, Step], documentation: str, *, called: bool) -> Title:
    """A process with what its steps say."""
    procedures: dict[str, Procedure] = {}
    articles: dict[str, dict[str, None]] = {}
    documents: dict[str, Document] = {}
    for step in steps.values():
        procedure = catalogue().procedure(step.procedure_id)
        if procedure is not None:
            procedures[procedure.id] = procedure
        documents[step.document.id] = step.document
        articles.setdefault(step.document.id, {}).update(dict.fromkeys(_ARTICLES.split(step.article)))
    sources = tuple(Source(documents[name], tuple(found)) for name, found in articles.items())
    purpose = documentation.strip().partition("\n")[0]
    return Title(definition, tuple(procedures.values()), sources, purpose, called, is_in_force(definition, clock.today()))


def steps_in(names: Iterable[str]) -> dict[str, Step]:
    """The steps of those names that the catalogue knows, in the order of the texts."""
    wanted = set(names)
    homes = {home.slug: home for name in wanted if (home := catalogue().home(name)) is not None}
    return {name: step for _, home in sorted(homes.items()) for name, step in home.steps.items() if name in wanted}


def _kind(one: Title) -> str:
    kind = one.definition.kind or "other"
    return kind if kind in PROCEDURE_KINDS else "other"
