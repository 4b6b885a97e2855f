"""The verbs of a register: what a diagram's operator and a clerk's page both do to an entry.

Each writes its mark, settles the proposal that it answers, and asks the rules that count it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.law import periods
from app.law.admission import FIELDS, Verdict
from app.law.registers import Act, Registry
from app.model import ProposalStatus, RegisterEntry, RegisterMark, RegisterProposal
from app.services import client_record, register_rules
from app.services.register_book import Doing, Hand, Refused, enter, findings, law_of

CONTACTS = {
    "legal_representative": "法定代表人", "address": "工作场所地址", "contact_name": "联系人", "contact_phone": "联系电话",
    "business_scope": "经营范围", "local_office": "常设机构",
}  # fmt: skip
"""Facts of an applicant that are no figures."""
NAMES = {**CONTACTS, **{name: field.label for name, field in FIELDS.items()}}


def act(session: Session, entry: RegisterEntry, doing: Doing, hand: Hand) -> RegisterMark:
    """Does something to a locked entry. Raises `Refused`."""
    law = law_of(entry.register)
    ground = law.rule(doing.act).ground(doing.ground) if doing.ground else None
    doing = replace(doing, ground=ground.key if ground else doing.ground)
    proposal = _answered(session, entry, law, doing)
    if proposal is not None and proposal.counted:
        doing = replace(doing, facts={**doing.facts, "counted": proposal.counted})
    written = enter(session, entry, doing, hand)
    if proposal is not None:
        proposal.status, proposal.settled_on, proposal.settled_by_id = ProposalStatus.DONE, clock.today(), hand.user_id
        proposal.case_id = proposal.case_id or (hand.case.id if hand.case else None)
    if doing.act in (Act.ADMISSION, Act.READMISSION):
        client_record.adopt(session, entry)
    register_rules.after_mark(session, entry, _counted_as(doing), written.done_on)
    return written


def _answered(session: Session, entry: RegisterEntry, law: Registry, doing: Doing) -> RegisterProposal | None:
    """The proposal that an act carries out. A ground that is met by number needs one, or the reason why the number is reached all the same."""
    found = session.scalars(
        select(RegisterProposal)
        .where(
            RegisterProposal.entry_id == entry.id, RegisterProposal.act == doing.act, RegisterProposal.ground == doing.ground,
            RegisterProposal.status.in_((ProposalStatus.OPEN, ProposalStatus.STARTED)),
        )
        .order_by(RegisterProposal.id)
        .limit(1)
    ).first()  # fmt: skip
    by_number = any((rule.act, rule.ground) == (doing.act, doing.ground) for rule in law.reading.counted)
    if found is None and by_number and not doing.note.strip():
        raise Refused("系统记录的次数没有达到这一情形的规定，请在说明中写明所依据的案件")
    return found


def _counted_as(doing: Doing) -> list[str]:
    kinds = [str(doing.act)]
    if doing.act == Act.REVIEW and doing.facts.get("result") == "fail":
        kinds.append("review_failed")
    if doing.act == Act.CHANGE and doing.facts.get("lost"):
        kinds.append("condition_lost")
    return kinds


def change(
    session: Session, entry: RegisterEntry, occurred_on: dt.date, changes: Mapping[str, Any], hand: Hand, *, note: str = "", found: bool = False
) -> RegisterMark:  # fmt: skip
    """Reports a change and brings the entry up to date. Where the text sets a time, it counts from the change.

    `found`: the keeper learned of it by itself. Raises `Refused` for a change in the future or one that changes nothing.
    """
    if occurred_on > clock.today():
        raise Refused("变更发生的日期不能晚于今天")
    law = law_of(entry.register)
    before = _unmet(entry, law)
    known = {"name": entry.name, "specialties": entry.specialties, **entry.facts}
    changed = {name: [known.get(name), value] for name, value in changes.items() if known.get(name) != value}
    if not changed and not note.strip():
        raise Refused("没有填写变更的内容")
    limit = law.change_report.days_from_change if law.change_report else None
    deadline = periods.days(limit, occurred_on, "发生变更") if limit else None
    entry.facts = {**entry.facts, **{name: value for name, (_, value) in changed.items() if name not in ("name", "specialties")}}
    if "name" in changed:
        entry.name = str(changes["name"])
    if "specialties" in changed:
        entry.specialties = list(changes["specialties"])
    lost = sorted(_unmet(entry, law) - before)
    facts = {
        "occurred_on": occurred_on.isoformat(), "changed": changed, "lost": lost, "found": found,
        "due_on": deadline.due_on.isoformat() if deadline else None, "late": bool(deadline and clock.today() > deadline.due_on),
        "explained": deadline.explain() if deadline else [],
    }  # fmt: skip
    return act(session, entry, Doing(Act.CHANGE, note=note, facts=facts), hand)


def _unmet(entry: RegisterEntry, law: Registry) -> set[int]:
    return {one.condition.number for one in findings(entry, law) if one.verdict == Verdict.UNMET}


def yearly_report(
    session: Session, entry: RegisterEntry, hand: Hand, *, year: int | None = None, note: str = "", files: Sequence[Any] = ()
) -> RegisterMark:  # fmt: skip
    """Records the report about a year (default: last year), once; a case that reports again adds to it. Raises `Refused`."""
    law = law_of(entry.register)
    year = year or clock.today().year - 1
    if not clock.today().year - 5 <= year < clock.today().year:
        raise Refused("年度报告是上一年度或更早年度的工作总结，请核对年份")
    key = f"yearly_report:{entry.id}:{year}"
    first = session.scalars(select(RegisterMark).where(RegisterMark.key == key)).first()
    if first is not None:
        if hand.case is None:
            raise Refused(f"{entry.name}已经报送 {year} 年度的报告")
        added = Doing(Act.YEARLY_REPORT, note=f"补充报送。{note}", facts={**first.facts, "files": list(files)})
        return act(session, entry, added, replace(hand, key=f"{key}:{hand.case.id}"))
    due = report_due(law, year)
    facts = {"year": year, "due_on": due.isoformat() if due else None, "late": bool(due and clock.today() > due), "files": list(files)}
    return act(session, entry, Doing(Act.YEARLY_REPORT, note=note, facts=facts), replace(hand, key=key))


def report_due(law: Registry, year: int) -> dt.date | None:
    """The day by which the report about a year must be in: in the following year; none where the text asks for none."""
    duty = law.yearly_report
    return dt.date(year + 1, *duty.yearly) if duty and duty.yearly else None


def review(session: Session, entry: RegisterEntry, passed: bool, hand: Hand, note: str = "") -> RegisterMark:
    """Records a review. One that failed may be a ground of its own."""
    return act(session, entry, Doing(Act.REVIEW, note=note, facts={"result": "pass" if passed else "fail"}), hand)


def grade(session: Session, entry: RegisterEntry, given: str, hand: Hand, note: str = "") -> RegisterMark:
    """Puts an entry into a grade of its register. Raises `Refused` for one that the text does not know."""
    law = law_of(entry.register)
    if not law.knows(Act.GRADING):
        raise Refused(law.refusal(Act.GRADING))
    if given not in law.reading.grades:
        raise Refused(f"《{law.document.title}》的等级只有 {'、'.join(law.reading.grades)}")
    return act(session, entry, Doing(Act.GRADING, note=note, facts={"grade": given, "before": entry.grade}), hand)
