"""Coverage of the law by what is deployed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.library import Library, is_in_force
from app.engine.diagram import Diagram, read_diagram
from app.engine.legal_facts import legal_facts
from app.law.catalogue import catalogue
from app.law.coverage import ElementFacts, JurisdictionCoverage, cover
from app.model import Blob, Definition, DefinitionFile, DefinitionStatus


def of_deployed(session: Session) -> list[JurisdictionCoverage]:
    """The coverage by the version of each process that a case starting today takes, or else its newest deployed one."""
    chosen = in_use(session)
    diagrams = diagrams_of(session, chosen)
    facts: list[ElementFacts] = []
    for definition in chosen:
        processes = {key: process for diagram in diagrams[definition.id] for key, process in diagram.processes.items()}
        facts += legal_facts(definition.key, processes, definition.version)
    return cover(catalogue(), facts)


def of_library(library: Library) -> list[JurisdictionCoverage]:
    """The coverage by a library on disk, deployed or not."""
    processes = {key: process for diagram in library.diagrams.values() for key, process in diagram.processes.items()}
    return cover(catalogue(), [facts for key in sorted(processes) for facts in legal_facts(key, processes)])


def has_deployed(session: Session) -> bool:
    """Whether anything is deployed."""
    return session.scalar(select(Definition.id).where(Definition.status == DefinitionStatus.DEPLOYED).limit(1)) is not None


def in_use(session: Session) -> list[Definition]:
    """The version of each process that a case starting today takes, or else its newest deployed one, by key."""
    deployed = select(Definition).where(Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.key, Definition.version)
    newest: dict[str, Definition] = {}
    in_force: dict[str, Definition] = {}
    for definition in session.scalars(deployed):
        newest[definition.key] = definition
        if is_in_force(definition, clock.today()):
            in_force[definition.key] = definition
    return sorted((newest | in_force).values(), key=lambda definition: definition.key)


def diagrams_of(session: Session, definitions: list[Definition]) -> dict[int, list[Diagram]]:
    """The diagrams of each definition. Definitions share most of their files: each is fetched and read once."""
    ids = [definition.id for definition in definitions]
    rows = session.execute(
        select(DefinitionFile.definition_id, DefinitionFile.path, DefinitionFile.sha256).where(
            DefinitionFile.definition_id.in_(ids), DefinitionFile.path.endswith(".bpmn")
        )
    ).all()
    wanted = {sha256 for _, _, sha256 in rows}
    bodies = dict(session.execute(select(Blob.sha256, Blob.body).where(Blob.sha256.in_(wanted))).tuples().all())
    read: dict[tuple[str, str], Diagram] = {}
    found: dict[int, list[Diagram]] = {definition_id: [] for definition_id in ids}
    for definition_id, path, sha256 in rows:
        if (path, sha256) not in read:
            read[path, sha256] = read_diagram(path, bodies[sha256])
        found[definition_id].append(read[path, sha256])
    return found
