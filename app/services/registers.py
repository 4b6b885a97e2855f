"""The verbs with which diagrams keep registers of consultants and experts.

Each is about the entry that the case is about; `register_apply` enters it from what was submitted in the case. What a register's text does not know
is refused, and the case stops there with the reason.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from app.access.organisations import LEVELS, region_at
from app.law.admission import FIELDS, Verdict
from app.law.registers import Act, Registry, registry, slug_of
from app.model import (
    CaseParty,
    CaseSubject,
    Organisation,
    ProposalStatus,
    Publication,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    Standing,
    Task,
    TaskStatus,
)
from app.services import client_record, register_acts
from app.services.context import OperatorError, ServiceContext, operator
from app.services.register_acts import CONTACTS
from app.services.register_book import Doing, Hand, Refused, findings, law_of, lock_entry
from app.services.register_opening import Applicant, apply, open_register


def _hand(context: ServiceContext, verb: str) -> Hand:
    return Hand(context.user_id, context.organisation_id, context.case, f"{verb}:{context.key}")


def _entry(context: ServiceContext) -> RegisterEntry:
    """The entry that the case is about. Raises `OperatorError` where it is about none."""
    subject = context.session.get(CaseSubject, context.case.id)
    if subject is None or subject.entry_id is None:
        raise OperatorError("这个案件还没有对应名录中的条目，应先登记申请")
    return lock_entry(context.session, subject.entry_id)


def submitted(context: ServiceContext) -> dict[str, Any]:
    """Everything that was handed in in the case so far, the latest word of each field."""
    rows = context.session.scalars(
        select(Task.data)
        .where(Task.case_id == context.case.id, Task.status == TaskStatus.COMPLETED, Task.data.is_not(None))
        .order_by(Task.completed_at, Task.id)
    )
    merged: dict[str, Any] = {}
    for data in rows:
        merged.update(data or {})
    return merged


def facts_in(data: dict[str, Any]) -> dict[str, Any]:
    """The facts of an applicant among the fields of forms; figures that are none are left out."""
    found: dict[str, Any] = {name: str(data[name]).strip() for name in CONTACTS if data.get(name)}
    for name, field in FIELDS.items():
        value = data.get(name)
        if value is None or value == "":
            continue
        if field.choices:
            found[name] = str(value)
            continue
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            continue
        if number.is_finite():
            found[name] = str(number) if field.decimals else int(number)
    return found


# -- applying -----------------------------------------------------------------------------------------------------------------


@operator("register_apply", gives=("may_apply", "refusal", "conditions_met", "conditions_unmet", "conditions_by_hand"))
def register_apply(context: ServiceContext, register: str, level: str = "") -> dict[str, Any]:
    """Enters an application from what was submitted. `may_apply` is false during a ban or for a needless one; `refusal` says why.

    `level`: of the authority that keeps the register, where the text lets several keep their own.
    """
    session, case = context.session, context.case
    law = registry(register, slug_of(case.region_code))
    if law is None:
        raise OperatorError(f"法规目录中没有名录“{register}”")
    subject = session.get(CaseSubject, case.id)
    data = submitted(context)
    try:
        entry = apply(
            session,
            open_register(
                session, register, region_at(level, case.region_code) if level else _kept_at(law, case.region_code), is_demo=case.is_demo
            ),
            _applicant(context, law.kind, data, subject),
            _hand(context, "apply"),
        )
    except Refused as refused:
        return {"may_apply": False, "refusal": str(refused), "conditions_met": False, "conditions_unmet": 0, "conditions_by_hand": 0}
    if subject is None:
        subject = CaseSubject(case_id=case.id)
        session.add(subject)
    subject.entry_id = entry.id
    subject.organisation_id = subject.organisation_id or entry.organisation_id
    session.flush()
    return {"may_apply": True, "refusal": "", **_conditions(entry)}


def _kept_at(law: Registry, region_code: str) -> str:
    """Where the register of a place is kept: wherever the applicant sits, at the level of the keeper whom the place's own text names."""
    if law.jurisdiction != slug_of(region_code):
        return region_code
    level = (law.keeper or "").partition("_")[0]
    return region_at(level if level in LEVELS else "province", region_code)


def _applicant(context: ServiceContext, kind: str, data: dict[str, Any], subject: CaseSubject | None) -> Applicant:
    organisation = context.session.get(Organisation, subject.organisation_id) if subject and subject.organisation_id else None
    if kind == "consultant":
        name = str(data.get("consultant_name") or data.get("organisation_name") or (organisation.name if organisation else "")).strip()
        code = str(data.get("consultant_uscc") or data.get("uscc") or "").strip() or None
        applicant = Applicant(name, uscc=code, organisation_id=organisation.id if organisation else None)
    else:
        name = str(data.get("expert_name") or data.get("name") or "").strip()
        applicant = Applicant(name, employer=str(data.get("employer") or data.get("organisation") or "").strip() or None)
    if not name:
        raise OperatorError("已提交的表单中没有写明是哪家机构或者哪位专家（consultant_name 或 expert_name）")
    given = data.get("specialties") or data.get("specialty") or []
    specialties = tuple(str(one) for one in given) if isinstance(given, list) else (str(given),)
    return Applicant(applicant.name, applicant.uscc, applicant.employer, applicant.organisation_id, None, specialties, facts_in(data))


@operator("register_find", gives=("entry_found", "entry_name", "entry_grade"))
def register_find(context: ServiceContext, register: str = "") -> dict[str, Any]:
    """Makes the case be about the entry of the consultant who started it, else of whoever the forms name, where no rule and nobody said whom.

    `entry_found`: on the list now; `entry_name`, `entry_grade`.
    """
    session, case = context.session, context.case
    subject = session.get(CaseSubject, case.id)
    if subject is not None and subject.entry_id is not None:
        return _found(session.get_one(RegisterEntry, subject.entry_id))
    law = registry(register, slug_of(case.region_code))
    if law is None:
        raise OperatorError(f"法规目录中没有名录“{register}”")
    own = session.get(Organisation, subject.organisation_id) if subject is not None and subject.organisation_id is not None else None
    query = select(RegisterEntry).join(Register).where(Register.law == register, RegisterEntry.status == Standing.LISTED)
    query = query.where(Register.region_code == _kept_at(law, case.region_code), _named(context, law.kind, own)).order_by(RegisterEntry.id)
    entry = session.scalars(query.limit(1)).first()
    if entry is None:
        return {"entry_found": False, "entry_name": None, "entry_grade": ""}
    if subject is None:
        subject = CaseSubject(case_id=case.id)
        session.add(subject)
    subject.entry_id, subject.organisation_id = entry.id, subject.organisation_id or entry.organisation_id
    if entry.organisation_id is not None and session.get(CaseParty, (case.id, entry.organisation_id)) is None:
        session.add(CaseParty(case_id=case.id, organisation_id=entry.organisation_id))
    session.flush()
    return _found(entry)


def _found(entry: RegisterEntry) -> dict[str, Any]:
    return {"entry_found": entry.status == Standing.LISTED, "entry_name": entry.name, "entry_grade": entry.grade or ""}


def _named(context: ServiceContext, kind: str, own: Organisation | None) -> ColumnElement[bool]:
    """Which entry is meant: the consultant's own; by its code, and by its name where the list has no code; an expert by name and employer."""
    if own is not None:
        return or_(RegisterEntry.organisation_id == own.id, and_(RegisterEntry.organisation_id.is_(None), RegisterEntry.name == own.name))
    one = _applicant(context, kind, submitted(context), None)
    named = RegisterEntry.name == one.name
    if one.uscc:
        return or_(RegisterEntry.uscc == one.uscc, and_(RegisterEntry.uscc.is_(None), named))
    return and_(named, RegisterEntry.employer == one.employer) if one.employer else named


@operator("check_conditions", gives=("conditions_met", "conditions_unmet", "conditions_by_hand"))
def check_conditions(context: ServiceContext) -> dict[str, Any]:
    """How the entry stands to the conditions: `conditions_met`, how many are unmet, how many a person must judge."""
    return _conditions(_entry(context))


def _conditions(entry: RegisterEntry) -> dict[str, Any]:
    verdicts = [one.verdict for one in findings(entry, law_of(entry.register))]
    unmet = verdicts.count(Verdict.UNMET)
    by_hand = verdicts.count(Verdict.BY_HAND) + verdicts.count(Verdict.MISSING)
    return {"conditions_met": unmet == 0, "conditions_unmet": unmet, "conditions_by_hand": by_hand}


# -- acts ---------------------------------------------------------------------------------------------------------------------


def _act(context: ServiceContext, act: Act, **given: Any) -> RegisterMark:
    return register_acts.act(context.session, _entry(context), Doing(act, **given), _hand(context, act))


@operator("register_admit")
def register_admit(context: ServiceContext, note: str = "", exempt: bool = False) -> None:
    """Puts the applicant on the list, or renews its term. `exempt`: without the conditions, where the text allows that."""
    _act(context, Act.ADMISSION, note=note, exempt=exempt)


@operator("register_refuse")
def register_refuse(context: ServiceContext, note: str = "") -> None:
    """Does not put the applicant on the list."""
    _act(context, Act.REFUSAL, note=note)


@operator("register_change", gives=("change_late",))
def register_change(context: ServiceContext, occurred_on: str | None = None, note: str = "", found: bool = False) -> dict[str, Any]:
    """Records a reported change with the fields submitted in the case. `change_late` says whether it came after its time."""
    data = submitted(context)
    day = occurred_on or data.get("change_occurred_on") or data.get("occurred_on")
    if not day:
        raise OperatorError("变更报告没有写明变更发生的日期（change_occurred_on）")
    said = note or str(data.get("change_note") or data.get("change_content") or "")
    written = register_acts.change(
        context.session,
        _entry(context),
        dt.date.fromisoformat(str(day)),
        facts_in(data),
        _hand(context, Act.CHANGE),
        note=said,
        found=found,
    )
    return {"change_late": bool(written.facts["late"])}


@operator("register_report", gives=("report_late",))
def register_report(context: ServiceContext, year: int | None = None, note: str = "") -> dict[str, Any]:
    """Records the yearly report. `report_late` says whether it came after its day."""
    written = register_acts.yearly_report(context.session, _entry(context), _hand(context, Act.YEARLY_REPORT), year=year, note=note)
    return {"report_late": bool(written.facts["late"])}


@operator("register_review")
def register_review(context: ServiceContext, passed: bool, note: str = "") -> None:
    """Records the result of a review."""
    register_acts.review(context.session, _entry(context), passed, _hand(context, Act.REVIEW), note)


@operator("register_grade")
def register_grade(context: ServiceContext, grade: str, note: str = "") -> None:
    """Puts the entry into a grade."""
    register_acts.grade(context.session, _entry(context), grade, _hand(context, Act.GRADING), note)


@operator("register_warn")
def register_warn(context: ServiceContext, ground: str | None = None, note: str = "") -> None:
    """A warning on a ground of the text, told to everybody."""
    _act(context, Act.WARNING, ground=ground or context.variable("ground"), note=note)


@operator("register_criticise")
def register_criticise(context: ServiceContext, ground: str | None = None, note: str = "") -> None:
    """A criticism within the house (内部通报批评), told to nobody else."""
    _act(context, Act.CRITICISM, ground=ground or context.variable("ground"), note=note)


@operator("register_bad_record")
def register_bad_record(context: ServiceContext, ground: str | None = None, note: str = "") -> None:
    """A bad record (不良记录)."""
    _act(context, Act.BAD_RECORD, ground=ground, note=note)


@operator("order_correction")
def order_correction(context: ServiceContext, correct_by: str, ground: str | None = None, note: str = "") -> None:
    """An order to correct by a day, on a ground of the text."""
    day = dt.date.fromisoformat(correct_by)
    _act(context, Act.CORRECTION_ORDERED, ground=ground or context.variable("ground"), correct_by=day, note=note)


@operator("record_corrected")
def record_corrected(context: ServiceContext, note: str = "") -> None:
    """What was ordered has been corrected."""
    _act(context, Act.CORRECTED, note=note)


@operator("register_cancel")
def register_cancel(context: ServiceContext, ground: str | None = None, note: str = "") -> None:
    """Cancels the engagement (取消聘用) on a ground of the text."""
    _act(context, Act.CANCELLATION, ground=ground or context.variable("ground"), note=note)


@operator("register_remove")
def register_remove(context: ServiceContext, ground: str | None = None, note: str = "", refused: bool = False) -> None:
    """Removes the entry on a ground of the text. `refused`: the order to correct was refused before its time ran out."""
    _act(context, Act.REMOVAL, ground=ground or context.variable("ground"), note=note, refused=refused)


@operator("register_act", gives=("ordered_on",))
def register_act(
    context: ServiceContext, act: str, ground: str | None = None, note: str = "", correct_by: str | None = None, refused: bool = False
) -> dict[str, Any]:
    """Does to an entry what the caller of a shared sub-process says: `act` is one of those taken on a ground. An order gives `ordered_on`."""
    if act not in _ON_A_GROUND:
        raise OperatorError(f"“{act}”不是依情形对名录条目作出的处理，只能是 {'、'.join(_ON_A_GROUND)}")
    day = dt.date.fromisoformat(correct_by) if correct_by and act == Act.CORRECTION_ORDERED else None
    _act(context, Act(act), ground=ground or context.variable("ground"), note=note, correct_by=day, refused=refused)
    return {"ordered_on": context.today.isoformat()} if day else {}


_ON_A_GROUND = tuple(
    str(one) for one in (Act.WARNING, Act.CRITICISM, Act.BAD_RECORD, Act.CORRECTION_ORDERED, Act.CANCELLATION, Act.REMOVAL)
)


@operator("register_dismiss", gives=("decision",))
def register_dismiss(context: ServiceContext, reason: str = "") -> dict[str, Any]:
    """No ground holds; settles the proposal where a rule that counts started the case. Gives `decision` no."""
    proposal = context.session.get(RegisterProposal, context.variable("proposal_id")) if context.variable("proposal_id") else None
    if proposal is not None and proposal.status in (ProposalStatus.OPEN, ProposalStatus.STARTED):
        proposal.status, proposal.reason = ProposalStatus.DISMISSED, reason.strip()
        proposal.settled_on, proposal.settled_by_id = context.today, context.user_id
    return {"decision": "no"}


@operator("publish_register")
def publish_register(context: ServiceContext, title: str | None = None, if_public: bool = False) -> None:
    """Publishes what happened to the entry last: everybody sees it beside the register. `if_public`: nothing where the text keeps that within."""
    entry = _entry(context)
    register, law = entry.register, law_of(entry.register)
    newest = select(RegisterMark.public).where(RegisterMark.entry_id == entry.id).order_by(RegisterMark.id.desc()).limit(1)
    if if_public and not context.session.scalar(newest):
        return
    last = context.session.scalars(
        select(RegisterMark)
        .where(RegisterMark.entry_id == entry.id, RegisterMark.public.is_(True))
        .order_by(RegisterMark.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise OperatorError("这个条目还没有可以公布的办理结果")
    context.session.add(
        Publication(
            key=f"register:{register.id}:{context.key}", kind="register_notice", title=title or f"关于{entry.name}“{law.title(Act(last.kind))}”的公告",
            body={"register": register.id, "entry": entry.id, "mark": last.id}, year=context.today.year, region_code=register.region_code,
            case_id=context.case.id, publishers=register.keeper.name, published_on=context.today, is_demo=context.case.is_demo,
        )
    )  # fmt: skip


# -- clients ------------------------------------------------------------------------------------------------------------------


@operator("record_consultant")
def record_consultant(context: ServiceContext, name: str | None = None, uscc: str | None = None) -> None:
    """Links a consultant to the enterprise's case: its results count for it. Forms with `consultant_name` do so by themselves."""
    if context.case.enterprise_id is None:
        raise OperatorError("这个案件没有对应的企业，不能登记咨询服务机构")
    data = submitted(context)
    called = name or data.get("consultant_name")
    if not called:
        raise OperatorError("没有写明咨询服务机构的名称（consultant_name）")
    client_record.engage(context.session, context.case, str(called), uscc or data.get("consultant_uscc"))


@operator("record_client_result")
def record_client_result(context: ServiceContext, kind: str, result: str) -> None:
    """A client's result for its consultant where no task decides it: `kind` is assessment or acceptance, `result` a decision; or kind late, refused."""
    if kind in ("late", "refused"):
        client_record.add_outcome(context.session, context.case, kind)
        return
    if kind not in ("assessment", "acceptance") or result not in client_record.PASSED | client_record.FAILED:
        raise OperatorError(f"没有“{kind} {result}”这种结果")
    word = "passed" if result in client_record.PASSED else "failed"
    client_record.add_outcome(context.session, context.case, f"{kind}_{word}")
