"""The processes of an installation as administrators and readers look at them: versions, elements with their legal facts, who calls whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases import library
from app.cases.errors import NotFound
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.diagram import Element, read_diagram
from app.law.catalogue import Catalogue, Step, catalogue
from app.law.labels import actor_label
from app.model import (
    Case,
    CaseStatus,
    Definition,
    DefinitionFile,
    DefinitionStatus,
)

STATE_NAMES = {"draft": "草稿", "deployed": "在用", "retired": "停用"}


@dataclass(frozen=True)
class ProcessRow:
    """A process: its newest deployed version, its drafts, and how many cases run."""

    current: Definition
    drafts: Sequence[Definition]
    versions: int
    running: int
    expired: bool


STANDINGS = {"deployed": "在用", "draft": "有草稿", "expired": "依据已失效", "retired": "停用"}
"""By what the list of processes can be narrowed: how its newest deployed version stands, or that a draft waits."""


@dataclass(frozen=True)
class ProcessFilter:
    """Which processes are wanted. What is empty does not narrow."""

    jurisdiction: str = ""
    kind: str = ""
    standing: str = ""  # of `STANDINGS`
    q: str = ""  # part of a name or a key

    def fits(self, row: ProcessRow) -> bool:
        d, q = row.current, self.q.casefold()
        stands = {"draft": bool(row.drafts), "expired": row.expired}.get(self.standing, d.status == self.standing)
        return (
            self.jurisdiction in ("", d.jurisdiction)
            and self.kind in ("", d.kind)
            and (not self.standing or stands)
            and (q in d.name.casefold() or q in d.key.casefold())
        )


def processes(session: Session, wanted: ProcessFilter) -> dict[str, list[ProcessRow]]:
    """The processes that are wanted, by jurisdiction, then by kind; those that only others call come after the others."""
    counted = session.execute(select(Case.process_key, func.count()).where(Case.status != CaseStatus.ENDED).group_by(Case.process_key))
    running: dict[str, int] = {row[0]: row[1] for row in counted}
    versions: dict[str, list[Definition]] = {}
    for definition in session.scalars(
        select(Definition).order_by(Definition.jurisdiction, Definition.kind, Definition.key, Definition.version)
    ):
        versions.setdefault(definition.key, []).append(definition)
    found: dict[str, list[ProcessRow]] = {}
    for key, rows in versions.items():
        deployed = [d for d in rows if d.status == DefinitionStatus.DEPLOYED]
        current = deployed[-1] if deployed else rows[-1]
        drafts = [d for d in rows if d.status == DefinitionStatus.DRAFT]
        past = not library.is_in_force(current, clock.today())
        row = ProcessRow(current, drafts, len(rows), running.get(key, 0), past)
        if wanted.fits(row):
            found.setdefault(current.jurisdiction, []).append(row)
    for rows_of_place in found.values():
        rows_of_place.sort(key=lambda row: (row.current.kind, row.current.starts == "called"))
    return found


def expired(session: Session) -> list[Definition]:
    """Deployed versions whose regulation is past its expiry without a recorded extension."""
    return list(
        session.scalars(
            select(Definition)
            .where(
                Definition.status == DefinitionStatus.DEPLOYED,
                Definition.in_force_to < clock.today(),
                Definition.extension_note.is_(None),
            )
            .order_by(Definition.key)
        )
    )


def versions(session: Session, key: str) -> list[Definition]:
    """All versions of a process, newest first. Raises `NotFound`."""
    found = list(session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc())))
    if not found:
        raise NotFound("没有这个流程")
    return found


@dataclass(frozen=True)
class ElementRow:
    """An element of a diagram with its legal facts."""

    element: Element
    basis: tuple[str, ...]
    steps: tuple[Step, ...]
    actor: str
    due: str
    form: str


def compiled(session: Session, definition: Definition) -> CompiledDefinition:
    return store.compiled(session, definition)


def elements(definition: CompiledDefinition, process_key: str) -> list[ElementRow]:
    """Elements that carry out something, in the order of the file; shared ones show the parts that callers give."""
    law = catalogue()
    rows = []
    for element in definition.processes[process_key].elements.values():
        facts = element.properties
        if not (element.is_human or facts.get("basis") or element.called):
            continue
        basis = tuple(facts.get("basis", "").split())
        steps = tuple(step for one in basis if (step := _step(law, one)) is not None)
        actor = facts.get("actor", "")
        rows.append(
            ElementRow(
                element, basis, steps, "由案件确定" if actor.startswith("{") else actor_label(actor) if actor else "",
                facts.get("due", ""), facts.get("formJsonSchemaFilename", ""),
            )
        )  # fmt: skip
    return rows


def _step(law: Catalogue, step_id: str) -> Step | None:
    return None if step_id.startswith("{") else law.step(step_id)


def call_order(definition: CompiledDefinition) -> list[str]:
    """The processes of a version, each followed by those that it calls."""
    found: list[str] = []
    pending = [definition.key]
    while pending:
        key = pending.pop(0)
        if key not in found:
            found.append(key)
            pending = [e.called for e in definition.processes[key].elements.values() if e.called] + pending
    return found


def callers_of(session: Session, definition: Definition) -> list[str]:
    """Names of the processes in use that have the diagram of a process pinned: they go on with what they have until they are deployed anew."""
    own = f"processes/{definition.key.replace('.', '/', 1)}.bpmn"
    rows = select(Definition.key, Definition.name).join(DefinitionFile, DefinitionFile.definition_id == Definition.id)
    rows = rows.where(DefinitionFile.path == own, Definition.key != definition.key, Definition.status == DefinitionStatus.DEPLOYED)
    return sorted(set(dict(session.execute(rows.order_by(Definition.version)).tuples().all()).values()))


def diagram_body(definition: CompiledDefinition, process_key: str) -> bytes:
    """The BPMN file of a process of a version. Raises `NotFound`."""
    for path, body in definition.files.items():
        if path.endswith(".bpmn") and process_key.encode() in body and process_key in read_diagram(path, body).processes:
            return body
    raise NotFound("没有这张流程图")
