"""Keeping a register: what may happen to an entry, and writing it down.

Every act, by a diagram or by a clerk, goes through `enter`. It asks the register's text whether it knows the act, on which grounds and after what, and
refuses with a sentence where it does not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session, aliased, joinedload

from app import clock
from app.law import periods
from app.law.admission import Finding, Verdict, check
from app.law.registers import Act, ActRule, Ground, Registry, registry
from app.model import Case, CaseSubject, Event, Organisation, Register, RegisterEntry, RegisterMark, Standing
from app.services.context import OperatorError
from app.services.notices import Message, contact_of, tell

FOR_GOOD = dt.date(9999, 12, 31)
STANDING_LABELS = {
    Standing.APPLIED: "申请中", Standing.REFUSED: "未列入", Standing.LISTED: "在册", Standing.CANCELLED: "已取消", Standing.REMOVED: "已除名",
    Standing.EXPIRED: "已期满", Standing.LEFT: "已退出",
}  # fmt: skip

# Where an act leads, and from where it may be taken. What is not listed leaves the standing alone and is for those on the list.
_LEADS_TO = {
    Act.APPLICATION: Standing.APPLIED, Act.REFUSAL: Standing.REFUSED, Act.ADMISSION: Standing.LISTED, Act.READMISSION: Standing.LISTED,
    Act.CANCELLATION: Standing.CANCELLED, Act.REMOVAL: Standing.REMOVED, Act.EXPIRY: Standing.EXPIRED, Act.EXIT: Standing.LEFT,
}  # fmt: skip
_FROM = {
    Act.REFUSAL: {Standing.APPLIED},
    Act.ADMISSION: {Standing.APPLIED, Standing.LISTED},
    Act.READMISSION: {Standing.APPLIED},
    Act.EXIT: {Standing.APPLIED, Standing.LISTED},
}
_ON_THE_LIST = frozenset({Standing.LISTED})
_TOLD = frozenset(Act) - {Act.APPLICATION, Act.CHANGE, Act.YEARLY_REPORT, Act.BAD_RECORD}


class Refused(OperatorError):
    """A register's text or the state of an entry does not allow an act, with the reason as a sentence."""


@dataclass(frozen=True)
class Hand:
    """Who acts on a register: a person for an organisation, perhaps in a case. The same `key` never acts twice."""

    user_id: int | None = None
    organisation_id: int | None = None
    case: Case | None = None
    key: str | None = None


@dataclass(frozen=True)
class Doing:
    """What is done to an entry, in full."""

    act: Act
    ground: str | None = None
    note: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    exempt: bool = False  # admitted without meeting the conditions, where the text allows that
    correct_by: dt.date | None = None  # the last day to correct
    refused: bool = False  # the order to correct was refused before its time ran out


def law_of(register: Register) -> Registry:
    """The text that a register is kept after. Raises `Refused` when the catalogue does not have it any more."""
    found = registry(register.law, register.jurisdiction)
    if found is None:
        raise Refused(f"名录“{register.name}”所依据的文件（{register.law}）不在法规目录中")
    return found


# -- acts ---------------------------------------------------------------------------------------------------------------


def consultant_key(uscc: str | None, name: str) -> str:
    """What a consultant is known by in cases: its code, else its name."""
    return uscc or f"name:{name}"


def lock_entry(session: Session, entry_id: int) -> RegisterEntry:
    """An entry with its register, locked until the transaction ends. Raises `Refused` when there is none."""
    found = session.scalars(
        select(RegisterEntry)
        .where(RegisterEntry.id == entry_id)
        .options(joinedload(RegisterEntry.register).joinedload(Register.keeper))
        .with_for_update(of=RegisterEntry)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Refused(f"名录中没有编号为 {entry_id} 的条目")
    return found


def findings(entry: RegisterEntry, law: Registry) -> list[Finding]:
    """How an entry stands to each condition of its register."""
    return check(law.conditions, {**entry.facts, "specialties": entry.specialties}, entry.judged)


def enter(session: Session, entry: RegisterEntry, doing: Doing, hand: Hand) -> RegisterMark:
    """Does something to a locked entry and writes it down. The same key gives the mark that it made before.

    Raises `Refused`: the text does not know the act or the ground, what must go before did not, or the entry is not on the list.
    """
    if hand.key is not None:
        before = session.scalars(select(RegisterMark).where(RegisterMark.key == hand.key)).first()
        if before is not None:
            return before
    register, law = entry.register, law_of(entry.register)
    if not law.knows(doing.act):
        raise Refused(law.refusal(doing.act))
    if entry.status not in _FROM.get(doing.act, _ON_THE_LIST):
        raise Refused(f"{entry.name}现在是“{STANDING_LABELS[Standing(entry.status)]}”，不能办理“{law.title(doing.act)}”")
    rule = law.rule(doing.act)
    ground = _ground(law, rule, doing.ground)
    order = _order(session, entry, doing, rule, ground)
    if doing.act in (Act.ADMISSION, Act.READMISSION):
        doing = _admission(session, entry, law, doing)
        rule = law.rule(doing.act)
    written = mark(session, entry, register, doing, hand, rule, ground=ground, answers_id=order.id if order else None)
    _change(entry, law, rule, doing)
    return written


def _ground(law: Registry, rule: ActRule, given: str | None) -> Ground | None:
    if not rule.grounds:
        if given:
            raise Refused(f"《{law.document.title}》没有为“{rule.title}”列举情形")
        return None
    found = rule.ground(given) if given else None
    if found is None:
        raise Refused(f"“{rule.title}”应当选择文件列举的情形之一：{'；'.join(f'{g.article} {g.text}' for g in rule.grounds)}")
    return found


def _order(session: Session, entry: RegisterEntry, doing: Doing, rule: ActRule, ground: Ground | None) -> RegisterMark | None:
    """The open order to correct that an act settles."""
    if doing.act == Act.CORRECTION_ORDERED:
        if doing.correct_by is None or doing.correct_by <= clock.today():
            raise Refused("责令限期改正应当写明改正的截止日期，并且晚于今天")
        return None
    if doing.act != Act.CORRECTED and not rule.after_refusal:
        return None
    pending = open_orders(session, entry.id)
    fitting = [one for one in pending if ground is None or one.ground == ground.key]
    if not fitting:
        what = f"就“{ground.text}”作出的责令限期改正" if ground else "尚未改正的责令限期改正"
        raise Refused(f"没有{what}，不能办理“{rule.title}”" + (f"；{rule.article}要求先责令限期改正，拒不改正的才能办理" if ground else ""))
    order = fitting[0]
    if rule.after_refusal and not doing.refused:
        until = dt.date.fromisoformat(order.facts["correct_by"])
        if clock.today() <= until:
            raise Refused(
                f"改正期限至 {periods.format_date(until)}，期满仍不改正或者明确拒绝改正的，才能办理“{rule.title}”（{rule.article}）"
            )
    if rule.after_refusal and doing.refused and not doing.note.strip():
        raise Refused("期限未满而拒绝改正的，请写明拒绝的经过")
    return order


def open_orders(session: Session, entry_id: int) -> list[RegisterMark]:
    """Orders to correct that nothing has settled yet, oldest first."""
    answer = aliased(RegisterMark)
    settled = exists().where(answer.answers_id == RegisterMark.id)
    query = select(RegisterMark).where(RegisterMark.entry_id == entry_id, RegisterMark.kind == Act.CORRECTION_ORDERED, ~settled)
    return list(session.scalars(query.order_by(RegisterMark.id)))


def _admission(session: Session, entry: RegisterEntry, law: Registry, doing: Doing) -> Doing:
    if entry.status == Standing.LISTED and law.term_years is None:
        raise Refused(f"{entry.name}已经在册，不需要再次列入")
    unmet = [one for one in findings(entry, law) if one.verdict == Verdict.UNMET]
    if unmet and not law.reading.declared:
        if not doing.exempt:
            listed = "；".join(f"{one.condition.text}（{one.reason}）" for one in unmet)
            raise Refused(f"{entry.name}有 {len(unmet)} 项条件不符合，不能列入：{listed}")
        if not law.reading.exemption:
            raise Refused(f"《{law.document.title}》没有规定可以不具备条件而列入")
    ended = select(RegisterMark.id).where(RegisterMark.entry_id == entry.id, RegisterMark.kind.in_(_ENDED)).limit(1)
    again = doing.act == Act.READMISSION or session.scalar(ended) is not None
    until = periods.years(law.term_years, clock.today(), "列入").nominal_on.isoformat() if law.term_years else None
    facts = {
        **doing.facts,
        "unmet": [one.condition.number for one in unmet],
        "exemption": law.reading.exemption if doing.exempt else "",
        "until": until,
    }
    return Doing(Act.READMISSION if again else Act.ADMISSION, None, doing.note, facts, doing.exempt)


_ENDED = (Act.CANCELLATION, Act.REMOVAL, Act.EXPIRY, Act.EXIT)


def _change(entry: RegisterEntry, law: Registry, rule: ActRule, doing: Doing) -> None:
    """What an act changes in the entry itself."""
    today = clock.today()
    if doing.act in _LEADS_TO:
        entry.status = _LEADS_TO[doing.act]
    if doing.act in (Act.ADMISSION, Act.READMISSION):
        entry.admitted_on, entry.idle_since, entry.banned_until, entry.warnings = today, today, None, 0
        entry.term_until = periods.years(law.term_years, today, "列入").nominal_on if law.term_years else None
        entry.review_due_on = _next_review(law)
    elif doing.act == Act.REVIEW:
        entry.review_due_on = _next_review(law)
    elif doing.act == Act.WARNING:
        entry.warnings += 1
    elif doing.act == Act.GRADING:
        entry.grade = doing.facts["grade"]
    if rule.ends and rule.ban_years is not None:
        entry.banned_until = periods.years(rule.ban_years, today, rule.title).nominal_on if rule.ban_years else FOR_GOOD


def _next_review(law: Registry) -> dt.date | None:
    return periods.years(law.reading.review_years, clock.today(), "上次考评").nominal_on if law.reading.review_years else None


# -- writing down -----------------------------------------------------------------------------------------------------------


def mark(
    session: Session, entry: RegisterEntry, register: Register, doing: Doing, hand: Hand, rule: ActRule, *,
    ground: Ground | None = None, answers_id: int | None = None,
) -> RegisterMark:  # fmt: skip
    """Appends to the history of an entry, to the events of the case, and tells whoever it is about."""
    law = law_of(register)
    facts = {**doing.facts, **({"correct_by": doing.correct_by.isoformat()} if doing.correct_by else {})}
    if doing.refused:
        facts["refused"] = True
    article = ground.article if ground else rule.article
    written = RegisterMark(
        key=hand.key, entry_id=entry.id, kind=doing.act, done_on=clock.today(), ground=ground.key if ground else None,
        step=rule.step.id if rule.step else None, article=article, note=doing.note.strip(), facts=facts, answers_id=answers_id,
        public=rule.public, case_id=hand.case.id if hand.case else None, organisation_id=hand.organisation_id, user_id=hand.user_id,
        at=clock.now(),
    )  # fmt: skip
    session.add(written)
    session.flush()
    title = rule.title
    session.execute(
        insert(Event),
        [
            {
                "case_id": written.case_id, "at": written.at, "kind": "register_act", "name": f"{entry.name}：{title}"[:200],
                "user_id": hand.user_id, "organisation_id": hand.organisation_id, "basis": written.step or "", "public_to_enterprise": False,
                "detail": {"register": register.name, "entry": entry.id, "act": doing.act, "ground": article, "reason": written.note},
            }
        ],
    )  # fmt: skip
    if doing.act in _TOLD and entry.organisation_id is not None:
        _tell(session, entry, register, law, title, written, ground, hand)
    return written


def _tell(
    session: Session, entry: RegisterEntry, register: Register, law: Registry, title: str, written: RegisterMark, ground: Ground | None,
    hand: Hand,
) -> None:  # fmt: skip
    organisation = session.get_one(Organisation, entry.organisation_id)
    lines = [f"您单位在“{register.name}”中有一项办理：{title}。"]
    if written.article:
        lines.append(f"依据：《{law.document.title}》{written.article}{'：' + ground.text if ground else ''}。")
    if written.note:
        lines.append(f"说明：{written.note}")
    until = written.facts.get("correct_by") or written.facts.get("until")
    message = Message(
        key=f"register:{written.id}", organisation=organisation, kind="register", title=f"{register.name}：{title}", body="\n".join(lines),
        due_on=dt.date.fromisoformat(written.facts["correct_by"]) if written.facts.get("correct_by") else None,
        next_step=f"请在 {until} 前改正并报告" if written.facts.get("correct_by") else None, contact=contact_of(register.keeper),
    )  # fmt: skip
    tell(session, hand.case, [message])


def subject_of(session: Session, case: Case) -> CaseSubject | None:
    """Whom a case is about where that is no enterprise."""
    return session.get(CaseSubject, case.id)
