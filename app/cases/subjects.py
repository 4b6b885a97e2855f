"""Whom a case is about where that is no enterprise: an entry of a register, or the consultant that started it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.cases.advancing import By
from app.model import Case, CaseParty, CaseSubject, Organisation, OrganisationKind, RegisterEntry, RegisterProposal


def attach(session: Session, case: Case, by: By, entry_id: int | None, proposal_id: int | None) -> None:
    """Writes down whom a new case is about, which bears its name then; it takes part from the start.

    The case deals with a proposal where one set it off.
    """
    entry = session.get(RegisterEntry, entry_id) if entry_id is not None else None
    organisation_id = entry.organisation_id if entry is not None else _consultant(session, case, by)
    if entry is not None or organisation_id is not None:
        session.add(CaseSubject(case_id=case.id, entry_id=entry.id if entry else None, organisation_id=organisation_id))
    if organisation_id is not None and session.get(CaseParty, (case.id, organisation_id)) is None:
        session.add(CaseParty(case_id=case.id, organisation_id=organisation_id))
    if case.enterprise_id is None and case.roster_id is None and not case.start_key:
        name = entry.name if entry is not None else _name(session, organisation_id)
        case.title = f"{name} {case.title}" if name else case.title
    if proposal_id is not None:
        session.get_one(RegisterProposal, proposal_id).case_id = case.id
    session.flush()


def _name(session: Session, organisation_id: int | None) -> str:
    found = session.get(Organisation, organisation_id) if organisation_id is not None else None
    return found.name if found is not None else ""


def _consultant(session: Session, case: Case, by: By) -> int | None:
    if case.enterprise_id is not None or by.organisation_id is None:
        return None
    starter = session.get(Organisation, by.organisation_id)
    return starter.id if starter is not None and starter.kind == OrganisationKind.CONSULTANT else None
