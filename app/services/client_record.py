"""Whom a consultant serves, and what came of it, written down from the cases' own data.

A form that names a consultant (`consultant_name`, `consultant_uscc`) or outside experts (`experts`) links them to the enterprise. A task that decides
an assessment or acceptance, or misses a limit that is the consultant's, becomes a result of whoever serves the enterprise then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import region_prefix
from app.law.registers import LATE, RESULTS, slug_of
from app.model import (
    Case,
    ClientOutcome,
    ConsultantService,
    Enterprise,
    ExpertInterest,
    Organisation,
    OrganisationKind,
    Register,
    RegisterEntry,
    Standing,
    Task,
)
from app.model.statements import insert_new, insert_unless_there
from app.services import register_rules
from app.services.register_book import consultant_key

PASSED, FAILED = frozenset({"pass", "excellent", "qualified", "passed"}), frozenset({"fail", "failed"})


def after_completion(session: Session, case: Case, task: Task, data: Mapping[str, Any]) -> None:
    """What a completed task says about a consultant or about outside experts, and about a client's result."""
    if case.enterprise_id is None:
        return
    name = data.get("consultant_name")
    if isinstance(name, str) and name.strip() and data.get("mode", "consultant") == "consultant":
        engage(session, case, name, data.get("consultant_uscc"))
    if isinstance(data.get("experts"), list):
        _served_by_experts(session, case, data["experts"])
    for kind, steps in RESULTS.get(slug_of(case.region_code), {}).items():
        if any(step in steps for step in task.basis.split()):
            said = data.get("decision")
            said = said if said in PASSED | FAILED else (task.context or {}).get(f"{kind}_result")
            if said in PASSED | FAILED:
                add_outcome(session, case, f"{kind}_{'passed' if said in PASSED else 'failed'}", task=task)


def after_miss(session: Session, case: Case, task: Task) -> None:
    """A missed limit that is the consultant's delay."""
    if case.enterprise_id is not None and any(s.startswith(LATE.get(slug_of(case.region_code), ("-",))) for s in task.basis.split()):
        add_outcome(session, case, "late", task=task)


def after_withdrawal(session: Session, task: Task) -> None:
    """A result that was taken back never was."""
    session.execute(delete(ClientOutcome).where(ClientOutcome.task_id == task.id).execution_options(synchronize_session=False))


# -- consultants ------------------------------------------------------------------------------------------------------------


def engage(session: Session, case: Case, name: str, uscc: Any = None) -> ConsultantService:
    """Links a consultant to an enterprise's case. The last one named in a case is the one who serves."""
    assert case.enterprise_id is not None
    name = name.strip()
    code = uscc.strip() if isinstance(uscc, str) and uscc.strip() else _code_of(session, case, name)
    key = consultant_key(code, name)
    facts = {
        "consultant_key": key,
        "name": name,
        "mandatory": _is_mandatory(session, case),
        "organisation_id": _organisation_of(session, key, name),
    }
    known = session.scalars(select(ConsultantService).where(ConsultantService.case_id == case.id)).first()
    if known is None:
        known = ConsultantService(
            case_id=case.id, enterprise_id=case.enterprise_id, region_code=case.region_code, engaged_on=clock.today(), **facts
        )
        session.add(known)
    else:
        facts["engaged_on"] = known.engaged_on if known.consultant_key == key else clock.today()
        for field, value in facts.items():
            setattr(known, field, value)
    session.flush()
    session.execute(
        update(RegisterEntry)
        .where(RegisterEntry.consultant_key == key, RegisterEntry.status == Standing.LISTED, RegisterEntry.idle_since < known.engaged_on)
        .values(idle_since=known.engaged_on)
    )
    return known


def _code_of(session: Session, case: Case, name: str) -> str | None:
    """The code of a consultant that was named without it, from a register of the place or from earlier cases."""
    prefix = region_prefix(f"{case.region_code[:2]}0000")
    listed = (
        select(RegisterEntry.uscc)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(RegisterEntry.name == name, RegisterEntry.uscc.is_not(None), Register.region_code.startswith(prefix))
    )
    return session.scalar(listed.limit(1))


def _organisation_of(session: Session, key: str, name: str) -> int | None:
    listed = select(RegisterEntry.organisation_id).where(RegisterEntry.consultant_key == key, RegisterEntry.organisation_id.is_not(None))
    named = select(Organisation.id).where(Organisation.kind == OrganisationKind.CONSULTANT, Organisation.name == name, Organisation.active)
    return session.scalar(listed.limit(1)) or session.scalar(named.limit(1))


def adopt(session: Session, entry: RegisterEntry) -> None:
    """Gives a consultant that has come onto a register what cases knew of it by its name alone."""
    if entry.uscc is None or entry.consultant_key is None:
        return
    named = consultant_key(None, entry.name)
    for model in (ConsultantService, ClientOutcome):
        session.execute(update(model).where(model.consultant_key == named).values(consultant_key=entry.consultant_key))
    last = session.scalar(
        select(ConsultantService.engaged_on)
        .where(ConsultantService.consultant_key == entry.consultant_key)
        .order_by(ConsultantService.engaged_on.desc())
        .limit(1)
    )
    if last is not None and entry.idle_since is not None and last > entry.idle_since:
        entry.idle_since = last


def _is_mandatory(session: Session, case: Case) -> bool:
    """Whether the audit is one that the law demands: the first task's variables say so."""
    context = session.scalar(select(Task.context).where(Task.case_id == case.id).order_by(Task.id).limit(1)) or {}
    return bool(context.get("mandatory", context.get("grounds")))


# -- results ----------------------------------------------------------------------------------------------------------------


def add_outcome(session: Session, case: Case, kind: str, *, task: Task | None = None, on: dt.date | None = None) -> ClientOutcome | None:
    """A result of the consultant who serves the case's enterprise; none where nobody does. One of a kind a day for each case."""
    service = serving(session, case)
    if service is None or case.enterprise_id is None:
        return None
    day = on or clock.today()
    outcome_id = insert_unless_there(
        session,
        ClientOutcome,
        {
            "key": f"{case.id}:{kind}:{day}" if kind != "late" else f"{case.id}:{kind}:{task.id if task else day}",
            "consultant_key": service.consultant_key, "enterprise_id": case.enterprise_id, "case_id": case.id,
            "task_id": task.id if task else None, "kind": kind, "happened_on": day, "region_code": case.region_code,
            "mandatory": service.mandatory, "counts": True, "reason": None, "judged_by_id": None,
        },
    )  # fmt: skip
    if outcome_id is None:
        return None
    outcome = session.get_one(ClientOutcome, outcome_id)
    register_rules.after_outcome(session, outcome)
    return outcome


def serving(session: Session, case: Case) -> ConsultantService | None:
    """Who serves the enterprise: whom this case or the one that started it names, else whom its latest case names."""
    order = (ConsultantService.case_id == case.id).desc(), (ConsultantService.case_id == (case.parent_id or 0)).desc()
    return session.scalars(
        select(ConsultantService)
        .where(ConsultantService.enterprise_id == case.enterprise_id)
        .order_by(*order, ConsultantService.engaged_on.desc(), ConsultantService.id.desc())
        .limit(1)
    ).first()


# -- experts ----------------------------------------------------------------------------------------------------------------


def _served_by_experts(session: Session, case: Case, experts: list[Any]) -> None:
    """Pool members whom an enterprise engaged for its audit: from then on they must not judge it."""
    names = {str(one["name"]).strip() for one in experts if isinstance(one, dict) and one.get("name")}
    if not names:
        return
    enterprise = session.get_one(Enterprise, case.enterprise_id)
    prefix = region_prefix(f"{case.region_code[:2]}0000")
    entries = session.scalars(
        select(RegisterEntry)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(
            Register.kind == "expert", RegisterEntry.name.in_(names),
            or_(Register.region_code.startswith(prefix), Register.region_code == "000000"),
        )
    ).all()  # fmt: skip
    insert_new(
        session,
        ExpertInterest,
        [
            {
                "entry_id": entry.id, "nature": "served", "uscc": enterprise.uscc, "name": enterprise.name,
                "note": "案件材料载明受聘参与该企业的审核", "case_id": case.id, "declared_on": clock.today(), "declared_by_id": None,
            }
            for entry in entries
        ],
    )  # fmt: skip
