"""Grounds that are met by number: what people make of them, and which results count."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.principal import Principal
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.cases.registers import find, keeps, office_for, refusals
from app.law.registers import Act, Registry
from app.model import (
    Case,
    ClientOutcome,
    ConsultantService,
    ProposalStatus,
    Register,
    RegisterEntry,
    RegisterProposal,
)
from app.services import client_record, register_rules
from app.services.register_book import law_of

LATE_KINDS = ("late", "refused")


def _proposal(session: Session, principal: Principal, proposal_id: int) -> tuple[RegisterProposal, Register, Registry]:
    """An open proposal of a register that the person's office decides on, locked. Raises `NotFound`, `Forbidden`, `Conflict`."""
    proposal = session.get(RegisterProposal, proposal_id, with_for_update=True)
    register = session.get(Register, proposal.register_id, options=[joinedload(Register.keeper)]) if proposal else None
    if proposal is None or register is None:
        raise NotFound()
    with refusals():
        law = law_of(register)
    if not keeps(principal, register) and office_for(principal, register, law, Act(proposal.act)) is None:
        raise Forbidden("这项由名录的管理单位或者决定机关处理")
    if proposal.status != ProposalStatus.OPEN:
        raise Conflict("这项提示已经处理")
    return proposal, register, law


def dismiss(session: Session, principal: Principal, proposal_id: int, reason: str) -> RegisterProposal:
    """Decides, with the reason, that a ground that is met by number is not met all the same."""
    proposal, _register, _law = _proposal(session, principal, proposal_id)
    if not reason.strip():
        raise CaseError("请写明不予办理的理由")
    settle(proposal, ProposalStatus.DISMISSED, principal, reason.strip())
    return proposal


def start_procedure(session: Session, principal: Principal, proposal_id: int) -> RegisterProposal:
    """Starts the case for a proposal that came before its process was deployed. Raises `CaseError` while there is none."""
    proposal, register, law = _proposal(session, principal, proposal_id)
    entry = session.get(RegisterEntry, proposal.entry_id) if proposal.entry_id else None
    if not register_rules.start(session, proposal, register, entry, law):
        raise CaseError("还没有部署办理这一事项的流程，可以直接在名录中登记办理结果")
    return proposal


def set_counting(session: Session, principal: Principal, entry_id: int, outcome_id: int, counts: bool, reason: str) -> ClientOutcome:
    """Says whether a client's result counts against the consultant. Proposals that no longer reach their number are closed."""
    entry = find(session, principal, entry_id)
    if not keeps(principal, entry.register):
        raise Forbidden("是否计入由名录的管理单位认定")
    outcome = session.get(ClientOutcome, outcome_id, with_for_update=True)
    if outcome is None or outcome.consultant_key != entry.consultant_key:
        raise NotFound()
    if not reason.strip():
        raise CaseError("请写明计入或者不计入的理由")
    outcome.counts, outcome.reason, outcome.judged_by_id = counts, reason.strip(), principal.user_id
    session.flush()
    if counts:
        register_rules.after_outcome(session, outcome)
        return outcome
    law = law_of(entry.register)
    for proposal in session.scalars(_open_of(entry)):
        if not register_rules.still_met(session, proposal, law):
            settle(proposal, ProposalStatus.DISMISSED, principal, f"有一项结果不计入后，不再达到规定的次数：{reason.strip()}")
    return outcome


def _open_of(entry: RegisterEntry) -> Any:
    return select(RegisterProposal).where(RegisterProposal.entry_id == entry.id, RegisterProposal.status == ProposalStatus.OPEN)


def settle(proposal: RegisterProposal, status: ProposalStatus, principal: Principal, reason: str) -> None:
    """Closes a proposal."""
    proposal.status, proposal.settled_on, proposal.settled_by_id, proposal.reason = status, clock.today(), principal.user_id, reason


def add_result(session: Session, principal: Principal, entry_id: int, case_id: int, kind: str, on: dt.date) -> ClientOutcome:
    """Enters by hand that a client's audit was not done on schedule, or that its assessment was refused."""
    entry = find(session, principal, entry_id)
    if not keeps(principal, entry.register):
        raise Forbidden("服务情况由名录的管理单位登记")
    if kind not in LATE_KINDS:
        raise CaseError("请选择要登记的情况")
    if on > clock.today():
        raise CaseError("发生的日期不能晚于今天")
    case = session.scalars(
        select(Case)
        .join(ConsultantService, ConsultantService.case_id == Case.id)
        .where(Case.id == case_id, ConsultantService.consultant_key == entry.consultant_key)
    ).first()
    if case is None:
        raise CaseError("请从这家机构服务的企业案件中选择")
    made = client_record.add_outcome(session, case, kind, on=on)
    if made is None:
        raise Conflict("这一情况已经登记过")
    return made
