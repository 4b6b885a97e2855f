"""Starting cases: by hand, by another case, or one for each enterprise of a published list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import levels_of
from app.cases import advancing, subjects
from app.cases.advancing import SYSTEM, By
from app.cases.errors import CaseError
from app.engine import store
from app.engine.errors import EngineError
from app.model import Case, CaseParty, CaseStatus, Definition, Enterprise, Publication, PublicationEntry, Roster, RosterEntry
from app.model.session import forget_after_commit
from app.services import outbox


def start(
    session: Session,
    *,
    process: str,
    region: str,
    variables: dict[str, Any],
    enterprise: Enterprise | None = None,
    roster_id: int | None = None,
    parent_id: int | None = None,
    start_key: str | None = None,
    title: str | None = None,
    entry_id: int | None = None,
    proposal_id: int | None = None,
    is_demo: bool = False,
    by: By = SYSTEM,
) -> Case:
    """Starts a case of the version in force today and runs it to its first wait. `entry_id`: the entry of a register that it is about.

    With a `start_key` that was used before, gives the case that it started then. Raises `CaseError` when no version is in force.
    """
    if start_key is not None:
        known = session.scalars(select(Case).where(Case.start_key == start_key)).first()
        if known is not None:
            return known
    definition = store.in_force(session, process, clock.today())
    if definition is None:
        raise CaseError(f"流程“{process}”目前没有可用的版本：尚未部署，或依据已经失效且未登记延续")
    case = Case(
        title=title or (f"{enterprise.name} {definition.name}" if enterprise else definition.name),
        process_key=process,
        definition_id=definition.id,
        content_hash=definition.content_hash,
        region_code=region,
        enterprise=enterprise,
        roster_id=roster_id,
        parent_id=parent_id,
        start_key=start_key,
        started_by_id=by.user_id,
        status=CaseStatus.ACTIVE,
        started_at=clock.now(),
        is_demo=is_demo or bool(enterprise and enterprise.is_demo),
    )
    session.add(case)
    session.flush()
    parties = {enterprise.organisation_id if enterprise else None, by.organisation_id} - {None}
    session.add_all(CaseParty(case_id=case.id, organisation_id=organisation_id) for organisation_id in parties)
    session.flush()
    subjects.attach(session, case, by, entry_id, proposal_id)
    started = advancing.event_row(case, "case_started", by, name=definition.name, detail={"version": definition.version})
    advancing.begin(session, case, _start_variables(session, case, variables), by, [started])
    return case


def _start_variables(session: Session, case: Case, variables: dict[str, Any]) -> dict[str, Any]:
    return {"region": case.region_code, "levels": levels_of(session, case.region_code), **variables}


def start_listed(session: Session, publication_id: int, process: str, entry_ids: list[int], beside: Sequence[str] = ()) -> int:
    """Starts the cases of some entries of a published list; those that have one are left alone. Gives how many entries were started.

    `beside` are processes that each entry starts as well. All cases of an entry are started together or not at all.
    """
    publication = session.get_one(Publication, publication_id)
    rows = session.execute(
        select(PublicationEntry, Enterprise)
        .join(Enterprise, Enterprise.id == PublicationEntry.enterprise_id)
        .where(PublicationEntry.id.in_(entry_ids), PublicationEntry.case_id.is_(None))
        .order_by(PublicationEntry.position)
    ).all()
    started, lines = 0, _lines(session, publication.id, [enterprise.uscc for _, enterprise in rows])
    for entry, enterprise in rows:
        try:
            with session.begin_nested():
                entry.case_id = _start_for(session, publication, process, entry, enterprise, lines).id
                for other in beside:
                    _start_for(session, publication, other, entry, enterprise, lines, beside=True)
            started += 1
        except (CaseError, EngineError):
            if len(entry_ids) == 1:
                raise
            # One that cannot be started does not hold up the others: it is tried again alone, and fails for itself.
            forget_after_commit(session)
            outbox.put(
                session,
                key=f"listed:{publication.id}:entry:{entry.id}",
                kind="start_listed",
                case_id=publication.case_id,
                payload={"publication": publication.id, "process": process, "beside": list(beside), "entries": [entry.id]},
            )
    session.flush()
    return started


def _lines(session: Session, publication_id: int, codes: list[str]) -> dict[str, str]:
    """Which body handles an enterprise: the one that listed it, the environment authority where several did."""
    listed = (
        select(RosterEntry.uscc, Roster.line)
        .join(Roster, Roster.id == RosterEntry.roster_id)
        .where(RosterEntry.publication_id == publication_id, RosterEntry.uscc.in_(codes))
    )
    found: dict[str, str] = {}
    for uscc, line in session.execute(listed).tuples():
        found[uscc] = line if found.get(uscc, line) == line else "environment"
    return found


def _start_for(
    session: Session,
    publication: Publication,
    process: str,
    entry: PublicationEntry,
    enterprise: Enterprise,
    lines: dict[str, str],
    *,
    beside: bool = False,
) -> Case:
    """The case of one listed enterprise, or one beside it."""
    line = {"line": lines[enterprise.uscc]} if enterprise.uscc in lines else {}
    return start(
        session,
        process=process,
        region=enterprise.region_code,
        enterprise=enterprise,
        parent_id=publication.case_id,
        start_key=f"listed:{entry.id}:{process}" if beside else f"listed:{entry.id}",
        variables={
            "grounds": list(entry.grounds),
            "list_published_on": publication.published_on.isoformat(),
            "publication_id": publication.id,
            **line,
            "mandatory": True,
            "year": publication.year,
        },
        is_demo=publication.is_demo,
    )


def definitions_to_start(session: Session) -> list[Definition]:
    """Deployed processes that people may start by hand, newest version of each in force today."""
    keys = session.scalars(select(Definition.key).where(Definition.starts.contains("manual")).distinct()).all()
    found = [store.in_force(session, key, clock.today()) for key in sorted(keys)]
    return [definition for definition in found if definition is not None]
