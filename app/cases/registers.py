"""What people do to registers: each act one function, refused with a sentence where the text or the person's office does not allow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access import scope
from app.access.organisations import level_of_region
from app.access.principal import Principal
from app.cases import register_forms
from app.cases.errors import CaseError, Conflict, FieldProblem, Forbidden, InvalidForm, NotFound
from app.law.admission import Verdict
from app.law.registers import Act, Registry, registries, slug_of
from app.model import (
    ExpertInterest,
    Organisation,
    OrganisationKind,
    ProposalStatus,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    Standing,
    User,
)
from app.services import register_acts
from app.services.register_book import Doing, Hand, Refused, findings, law_of, lock_entry
from app.services.register_opening import Applicant, amend, apply, open_register

_SUBJECTS = {"consultant", "expert"}


@contextmanager
def refusals() -> Iterator[None]:
    """What a register's text refuses is a refusal of the act."""
    try:
        yield
    except Refused as refused:
        raise CaseError(str(refused)) from refused


# -- who may ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """An entry that is locked for an act, with its law and for whom the person acts."""

    entry: RegisterEntry
    law: Registry
    office: Organisation


def office_for(principal: Principal, register: Register, law: Registry, act: Act) -> Organisation | None:
    """The person's organisation that may do an act: whom the legal step names, jointly or alone; else the keeper.

    What the listed one does itself (a change, a yearly report) the keeper may enter for it.
    """
    rule = law.acts.get(act) or (law.acts.get(Act.ADMISSION) if act in (Act.REFUSAL, Act.READMISSION) else None)
    actors = {rule.step.actor, *rule.step.partners} if rule is not None and rule.step is not None else set()
    for organisation in principal.organisations:
        if organisation.id == register.keeper_id and (not actors - _SUBJECTS or _is(organisation, register, actors)):
            return organisation
        if _is(organisation, register, actors):
            return organisation
    return None


def _is(organisation: Organisation, register: Register, actors: set[str]) -> bool:
    """Whether an organisation is one of some actors for a register, at the level on which it is kept."""
    if organisation.kind != OrganisationKind.AUTHORITY:
        return organisation.kind in actors and organisation.id == register.keeper_id
    bodies = {actor.partition("_")[2] for actor in actors}
    level = level_of_region(register.region_code)
    return organisation.level == level and organisation.body in bodies and organisation.region_code == register.region_code


def would_keep(office: Organisation, law: Registry) -> bool:
    """Whether an organisation would be the keeper of a register for its own region."""
    keeper = law.keeper or ""
    if office.kind != OrganisationKind.AUTHORITY:
        return office.kind == keeper
    own_level = office.level == "province" or (office.level == "city" and law.kind == "expert")  # cities may keep pools of their own
    return own_level and office.body == keeper.partition("_")[2]


def keeps(principal: Principal, register: Register) -> bool:
    """Whether the person works for the keeper."""
    return register.keeper_id in principal.organisation_ids


def is_own(principal: Principal, entry: RegisterEntry) -> bool:
    """Whether the entry is the person's own, or that of the consultant they work for."""
    return entry.organisation_id in principal.organisation_ids or (entry.user_id is not None and entry.user_id == principal.user_id)


def find(session: Session, principal: Principal, entry_id: int) -> RegisterEntry:
    """An entry that the person may see whole, with its register. Raises `NotFound`."""
    found = session.scalars(
        select(RegisterEntry)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(RegisterEntry.id == entry_id, scope.register_entries(principal))
        .options(joinedload(RegisterEntry.register).joinedload(Register.keeper))
    ).first()
    if found is None:
        raise NotFound()
    return found


def hold(session: Session, principal: Principal, entry_id: int, act: Act) -> Held:
    """An entry locked for an act. Raises `NotFound`, `Forbidden`, `CaseError` for an act that the text does not know."""
    find(session, principal, entry_id)
    entry = lock_entry(session, entry_id)
    with refusals():
        law = law_of(entry.register)
    if not law.knows(act):
        raise CaseError(law.refusal(act))
    office = office_for(principal, entry.register, law, act)
    if office is None and act in (Act.CHANGE, Act.YEARLY_REPORT, Act.EXIT) and is_own(principal, entry):
        office = next((o for o in principal.organisations if o.id == entry.organisation_id), principal.organisation)
    if office is None:
        raise Forbidden(f"“{law.title(act)}”不由您单位办理")
    return Held(entry, law, office)


def _hand(principal: Principal, office: Organisation) -> Hand:
    return Hand(principal.user_id, office.id)


# -- opening and applying -----------------------------------------------------------------------------------------------------


def open_for(session: Session, principal: Principal, law_id: str) -> Register:
    """Opens a register that the person's office keeps. Raises `Forbidden`, `CaseError`."""
    for office in principal.organisations:
        laws = (law for kind in ("consultant", "expert") for law in registries(slug_of(office.region_code), kind))
        if any(law.id == law_id and would_keep(office, law) for law in laws):
            with refusals():
                return open_register(session, law_id, office.region_code)
    raise Forbidden("这份名录不由您单位管理")


def enter_application(session: Session, principal: Principal, register_id: int, given: Mapping[str, Any]) -> RegisterEntry:
    """Enters an application: by the keeper from paper, or by the consultant itself. Raises `InvalidForm`, `Forbidden`, `CaseError`."""
    register = session.get(Register, register_id, options=[joinedload(Register.keeper)])
    if register is None:
        raise NotFound()
    own = next((o for o in principal.organisations if o.kind == OrganisationKind.CONSULTANT), None)
    if not keeps(principal, register) and not (register.kind == "consultant" and own is not None):
        raise Forbidden("申请由申请者本身提出，或者由名录的管理单位录入")
    office = own if own is not None and not keeps(principal, register) else register.keeper
    with refusals():
        law = law_of(register)
    clean = register_forms.application(register.kind, law, given)
    acts_for = own.id if own is not None and own.id == office.id else None
    applicant = Applicant(
        clean.name, clean.uscc, clean.employer, acts_for or _organisation(session, register, clean.name), _account(session, clean.username),
        clean.specialties, clean.facts,
    )  # fmt: skip
    with refusals():
        return apply(session, register, applicant, _hand(principal, office))


def amend_application(session: Session, principal: Principal, entry_id: int, given: Mapping[str, Any]) -> RegisterEntry:
    """Corrects an application that waits for its decision. Raises `InvalidForm`, `Forbidden`, `CaseError`."""
    entry = find(session, principal, entry_id)
    if not keeps(principal, entry.register) and not is_own(principal, entry):
        raise Forbidden("申请由申请者本身或者名录的管理单位更正")
    entry = lock_entry(session, entry_id)
    law = law_of(entry.register)
    clean = register_forms.application(entry.register.kind, law, {**given, "uscc": entry.uscc or ""})
    account = _account(session, clean.username) if keeps(principal, entry.register) else None
    applicant = Applicant(clean.name, entry.uscc, clean.employer, None, account, clean.specialties, clean.facts)
    office = entry.register.keeper if keeps(principal, entry.register) else principal.organisation or entry.register.keeper
    with refusals():
        amend(session, entry, applicant, _hand(principal, office))
    return entry


def _organisation(session: Session, register: Register, name: str) -> int | None:
    """The organisation that acts for a consultant of that name, where an administrator has set it up."""
    if register.kind != "consultant":
        return None
    return session.scalar(
        select(Organisation.id).where(Organisation.kind == OrganisationKind.CONSULTANT, Organisation.name == name, Organisation.active)
    )


def _account(session: Session, username: str) -> int | None:
    if not username:
        return None
    found = session.scalar(select(User.id).where(User.username == username, User.active))
    if found is None:
        raise InvalidForm([FieldProblem("/username", "没有这个用户名，请先由安全管理员建立账号，或者留空")])
    return found


# -- deciding -----------------------------------------------------------------------------------------------------------------


def judge(session: Session, principal: Principal, entry_id: int, judged: Mapping[str, bool]) -> RegisterEntry:
    """Writes down what a person found of the conditions that are in words. Raises `Forbidden`."""
    held = hold(session, principal, entry_id, Act.ADMISSION)
    asked = {str(one.condition.number) for one in findings(held.entry, held.law)}
    held.entry.judged = {**held.entry.judged, **{number: value for number, value in judged.items() if number in asked}}
    return held.entry


def decide(session: Session, principal: Principal, entry_id: int, doing: Doing) -> RegisterMark:
    """Does something to an entry for the person's office. Raises `NotFound`, `Forbidden`, `CaseError`."""
    held = hold(session, principal, entry_id, doing.act)
    if doing.act in (Act.ADMISSION, Act.READMISSION) and not held.law.reading.declared and not doing.exempt:
        _require_judged(held)
    with refusals():
        return register_acts.act(session, held.entry, doing, _hand(principal, held.office))


def _require_judged(held: Held) -> None:
    open_ = [one for one in findings(held.entry, held.law) if one.verdict in (Verdict.BY_HAND, Verdict.MISSING)]
    if open_:
        raise CaseError(f"还有 {len(open_)} 项条件没有核对：{'；'.join(one.condition.text for one in open_)}")


def report_change(session: Session, principal: Principal, entry_id: int, given: Mapping[str, Any]) -> RegisterMark:
    """Reports a change: by the consultant, or by the keeper from paper or from what it found. Raises `InvalidForm`."""
    held = hold(session, principal, entry_id, Act.CHANGE)
    clean = register_forms.change(held.entry, held.law, given)
    found = bool(given.get("found")) and not is_own(principal, held.entry)
    with refusals():
        return register_acts.change(
            session, held.entry, clean.occurred_on, clean.changes, _hand(principal, held.office), note=clean.note, found=found
        )


def report_year(
    session: Session, principal: Principal, entry_id: int, year: int | None, note: str, files: Sequence[Mapping[str, Any]] = ()
) -> RegisterMark:
    """Hands in the yearly report, or enters one that came on paper. Raises `CaseError`."""
    held = hold(session, principal, entry_id, Act.YEARLY_REPORT)
    if not note.strip() and not files:
        raise CaseError("请填写工作总结的要点，或者上传总结文件")
    with refusals():
        return register_acts.yearly_report(
            session, held.entry, _hand(principal, held.office), year=year, note=note, files=[dict(one) for one in files]
        )


def review(session: Session, principal: Principal, results: Mapping[int, str], note: str) -> int:
    """Records the results of a review of many entries, each with its own verdict. Gives how many. Raises `CaseError`."""
    given = {entry_id: result for entry_id, result in results.items() if result in ("pass", "fail")}
    if not given:
        raise CaseError("请逐名选择考评结果")
    registers = set()
    for entry_id, result in sorted(given.items()):
        held = hold(session, principal, entry_id, Act.REVIEW)
        if result == "fail" and not note.strip():
            raise CaseError("有不合格的，请写明考评情况")
        with refusals():
            register_acts.review(session, held.entry, result == "pass", _hand(principal, held.office), note)
        registers.add(held.entry.register_id)
    _settle_reviews(session, principal, registers)
    return len(given)


def _settle_reviews(session: Session, principal: Principal, register_ids: set[int]) -> None:
    """A round of reviews is over once nobody is due any more."""
    due = select(RegisterEntry.register_id).where(
        RegisterEntry.register_id.in_(register_ids), RegisterEntry.status == Standing.LISTED, RegisterEntry.review_due_on <= clock.today()
    )
    rounds = select(RegisterProposal).where(
        RegisterProposal.register_id.in_(register_ids - set(session.scalars(due))), RegisterProposal.entry_id.is_(None),
        RegisterProposal.act == Act.REVIEW, RegisterProposal.status == ProposalStatus.OPEN,
    )  # fmt: skip
    for proposal in session.scalars(rounds):
        proposal.status, proposal.settled_on, proposal.settled_by_id = ProposalStatus.DONE, clock.today(), principal.user_id


def declare_interest(session: Session, principal: Principal, entry_id: int, given: Mapping[str, Any]) -> ExpertInterest:
    """Writes down why an expert must not judge an organisation: by the expert, or by the keeper. Raises `InvalidForm`, `Forbidden`."""
    entry = find(session, principal, entry_id)
    if not keeps(principal, entry.register) and not is_own(principal, entry):
        raise Forbidden("利益关系由专家本人申报，或者由管理单位登记")
    clean = register_forms.interest(given)
    known = session.scalars(
        select(ExpertInterest).where(
            ExpertInterest.entry_id == entry.id, ExpertInterest.nature == clean["nature"], ExpertInterest.uscc == clean["uscc"],
            ExpertInterest.name == clean["name"],
        )
    ).first()  # fmt: skip
    if known is not None:
        raise Conflict("这一利益关系已经登记")
    made = ExpertInterest(entry_id=entry.id, declared_on=clock.today(), declared_by_id=principal.user_id, **clean)
    session.add(made)
    session.flush()
    return made
