"""Which official document stands behind a notice: by its template, else by its kind, else a plain letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.organisations import superior
from app.cases.paper_sources import (
    CaseFacts,
    as_line,
    authority,
    day_of,
    envelope,
    limits,
    line_of,
    listed,
    listed_entry,
    office_near,
    place,
)
from app.law import periods
from app.law.periods import Deadline, Unit
from app.law.rules import Span
from app.model import (
    Case,
    ClockStop,
    Document,
    Enterprise,
    EntryStatus,
    Notice,
    Organisation,
    Publication,
    Roster,
    RosterEntry,
    Task,
)
from app.office import letters, templates
from app.office.official_document import OfficialDocument
from app.office.templates import Envelope, Overdue

RULES = "《山东省清洁生产审核实施细则》"
LAW = "《中华人民共和国清洁生产促进法》"
ANSWER_WORKDAYS = 10
"""Workdays within which a 督办 is to be answered. No regulation says; it is the usual time of the office."""


@dataclass
class Told:
    """A notice with what its document is made from."""

    session: Session
    notice: Notice
    recipient: Organisation
    case: Case | None

    @property
    def on(self) -> dt.date:
        return day_of(self.notice.created_at)

    @property
    def facts(self) -> CaseFacts:
        """Raises `_Unprintable` when the notice is about no case."""
        if self.case is None:
            raise _Unprintable
        return CaseFacts(self.session, self.case, until=self.notice.created_at)

    @property
    def enterprise(self) -> Enterprise:
        found = self.facts.enterprise
        if found is None:
            raise _Unprintable
        return found

    @property
    def grounds(self) -> list[str]:
        return list(self.notice.facts.get("grounds") or self.facts.variables().get("grounds") or [])

    @property
    def office(self) -> Organisation | None:
        if self.case is None:
            return office_near(self.session, self.recipient)
        return self.facts.office({"grounds": self.notice.facts.get("grounds") or self.facts.variables().get("grounds") or []})

    def envelope(self, number: str | None = None) -> Envelope:
        return envelope(self.on, demo=self.recipient.is_demo or bool(self.case and self.case.is_demo), number=number)


class _Unprintable(Exception):
    """The facts for the proper document are not there: a plain letter says what the notice says."""


def document_of(session: Session, notice: Notice, recipient: Organisation, case: Case | None) -> OfficialDocument:
    """The written form of a notice."""
    told = Told(session, notice, recipient, case)
    in_words_of_its_rules = case is None or case.process_key.startswith("shandong.")
    builder = (_BY_TEMPLATE.get(notice.template or "") if in_words_of_its_rules else None) or _BY_KIND.get(notice.kind)
    if builder is not None:
        try:
            return builder(told)
        except _Unprintable:
            pass
    return _plain_letter(told)


def _plain_letter(told: Told) -> OfficialDocument:
    notice = told.notice
    return letters.general_letter(
        authority=authority(told.office), envelope=told.envelope(), recipient=told.recipient.name, title=notice.title,
        paragraphs=[notice.body], next_step=notice.next_step or "", due=notice.due_on,
    )  # fmt: skip


# -- lists ------------------------------------------------------------------------------------------------------------


def _listing(told: Told) -> OfficialDocument:
    """The notice that a listed enterprise gets from the bureau that proposed it."""
    roster = told.facts.roster
    uscc = told.notice.facts.get("uscc")
    entry = None
    if roster is not None:
        entry = told.session.scalars(select(RosterEntry).where(RosterEntry.roster_id == roster.id, RosterEntry.uscc == uscc)).first()
    if roster is None or entry is None:
        raise _Unprintable
    return listing_notice(told.session, roster, entry, told.on, told.facts)


def listing_notice(session: Session, roster: Roster, entry: RosterEntry, on: dt.date, facts: CaseFacts | None) -> OfficialDocument:
    """The written notice of an entry: with the three dates once the list is published, before that with what they count from."""
    bureau = session.get_one(Organisation, roster.organisation_id)
    given = facts.data("shandong/listing_notice.json") if facts else {}
    cover = envelope(on, demo=bureau.is_demo, number=given.get("notice_number"))
    common: dict[str, Any] = {
        "authority": authority(bureau), "envelope": cover, "enterprise": listed_entry(entry), "year": roster.year, "line": as_line(roster),
    }  # fmt: skip
    publication = session.get(Publication, entry.publication_id) if entry.publication_id else None
    if publication is None or publication.published_on > on:  # a notice says what was known on its day
        return letters.listing_notice_ahead(**common, content=given.get("content", ""))
    return templates.listing_notice(
        **common, published_on=publication.published_on, publisher=publication.publishers, deadlines=limits(publication.published_on)
    )


def _list_published(told: Told) -> OfficialDocument:
    """What an enterprise gets when its case starts: the three dates."""
    variables = {**told.facts.variables(), **told.notice.facts}
    if not variables.get("list_published_on"):
        raise _Unprintable
    published_on = dt.date.fromisoformat(variables["list_published_on"])
    publication = told.session.get(Publication, variables["publication_id"]) if variables.get("publication_id") else None
    return templates.listing_notice(
        authority=authority(told.office), envelope=told.envelope(), enterprise=listed(told.enterprise, told.grounds),
        year=publication.year if publication else variables.get("year") or published_on.year, line=line_of(told.grounds),
        published_on=published_on, publisher=publication.publishers if publication else "省级主管部门", deadlines=limits(published_on),
    )  # fmt: skip


def _copy(told: Told) -> OfficialDocument:
    roster = told.facts.roster
    if roster is None:
        raise _Unprintable
    return copy_letter(told.session, roster, told.recipient.name, told.on)


def copy_letter(session: Session, roster: Roster, recipient: str, on: dt.date) -> OfficialDocument:
    """抄送函 of a roster to the other authority of its level."""
    bureau = session.get_one(Organisation, roster.organisation_id)
    entries = session.scalars(
        select(RosterEntry)
        .where(RosterEntry.roster_id == roster.id, RosterEntry.status == EntryStatus.LISTED)
        .order_by(RosterEntry.region_code, RosterEntry.id)
    )
    return templates.copy_letter(
        authority=authority(bureau), envelope=envelope(on, demo=bureau.is_demo), recipient=recipient, year=roster.year,
        line=as_line(roster), enterprises=[listed_entry(entry) for entry in entries],
    )  # fmt: skip


# -- acceptance -------------------------------------------------------------------------------------------------------


def _rectification(told: Told) -> OfficialDocument:
    return rectification(told.session, told.facts, told.enterprise, told.grounds, told.on, demo=bool(told.envelope().watermark))


def rectification(
    session: Session, facts: CaseFacts, enterprise: Enterprise, grounds: list[str], on: dt.date, *, demo: bool, advice: bool = False
) -> OfficialDocument:
    """整改通知, or advice for an enterprise that was audited of its own accord. Six months count from the order."""
    form = "shandong/rectification_advice.json" if advice else "shandong/rectification_order.json"
    task, given = facts.submitted(form), facts.data(form)
    scored = facts.submitted("shandong/acceptance_score.json")
    ordered_on = day_of(task.completed_at) if task is not None and task.completed_at else on
    limit = periods.months(6, since=ordered_on, since_label="责令整改")
    demands = [text for text in (given.get("problems"), given.get("requirements"), given.get("advice")) if text]
    return templates.rectification_order(
        authority=authority(facts.office_of(form) or facts.office()), envelope=envelope(ordered_on, demo=demo),
        enterprise=listed(enterprise, grounds), inspected_on=day_of(scored.completed_at) if scored and scored.completed_at else ordered_on,
        findings=demands or ["见验收意见"], due=None if advice else limit.due_on,
        counted="自责令整改之日起6个月" + ("，届满日为休息日，顺延" if limit.due_on != limit.nominal_on else ""),
    )  # fmt: skip


# -- sanctions --------------------------------------------------------------------------------------------------------

_VIOLATIONS = {
    "disclosure": (f"{RULES}第十一条关于公开信息的规定", f"{RULES}第三十一条、{LAW}第三十六条"),
    "audit": (f"{RULES}第十一条、第十七条关于实施强制性审核和报告审核结果的规定", f"{RULES}第三十二条、{LAW}第三十九条"),
}
_DETERMINE = "shandong/penalty_determine.json"


def _order_disclosure(told: Told) -> OfficialDocument:
    return _order(told, "disclosure", "shandong/penalty_disclosure.json", "拒不公布的，可以处十万元以下罚款，并建立信用记录、实施联合惩戒")


def _order_correction(told: Told) -> OfficialDocument:
    consequence = "拒不改正的，处五万元以上五十万元以下罚款，并建立信用记录、实施联合惩戒"
    return _order(told, "audit", "shandong/penalty_correction.json", consequence)


def _order(told: Told, violation: str, form: str, consequence: str) -> OfficialDocument:
    given, violated = told.facts.data(form), _VIOLATIONS[violation]
    due = given.get("correct_by") or told.notice.facts.get("correct_by")
    return letters.order(
        authority=authority(told.facts.office_of(form) or told.office), envelope=told.envelope(given.get("document_no")),
        enterprise=listed(told.enterprise, told.grounds), title="责令公布信息通知书" if violation == "disclosure" else "责令限期改正通知书",
        facts=[text for text in [told.facts.data(_DETERMINE).get("facts")] if text], violated=violated[0], legal_basis=violated[1],
        demands=[given.get("requirements") or told.notice.body], due=dt.date.fromisoformat(due) if due else None, consequence=consequence,
    )  # fmt: skip


def _penalty(told: Told) -> OfficialDocument:
    """行政处罚决定书: a fine beside the order to publish, or for a correction that was refused."""
    facts, enterprise = told.facts, told.enterprise
    determined = facts.data(_DETERMINE)
    fined_later = facts.submitted("shandong/penalty_fine.json") is not None
    form = "shandong/penalty_fine.json" if fined_later else "shandong/penalty_disclosure.json"
    given = facts.data(form)
    amount = told.notice.facts.get("amount", given.get("amount"))
    if not amount:
        raise _Unprintable
    office = facts.office_of(form) or told.office
    found = [determined.get("facts"), facts.data("shandong/penalty_check.json").get("findings") if fined_later else None]
    violated, basis = _VIOLATIONS["audit" if fined_later else "disclosure"]
    where = place(office.region_code) if office else ""
    return templates.penalty_decision(
        authority=authority(office), envelope=told.envelope(given.get("document_no")), enterprise=listed(enterprise, told.grounds),
        representative=enterprise.legal_representative or "（未登记）", address=enterprise.address or "（未登记）",
        facts=[text for text in found if text] or [told.notice.body], evidence=_evidence(told.session, determined),
        hearing=given.get("hearing_note") or "本机关已告知你单位拟作出处罚的事实、理由、依据以及陈述、申辩和要求听证的权利",
        violated=violated, legal_basis=basis, review_body=f"{where}人民政府", court=f"{where}人民法院",
        order="" if fined_later else str(given.get("requirements", "")).rstrip("。"), fine=Decimal(str(amount)),
    )  # fmt: skip


def _evidence(session: Session, determined: dict[str, Any]) -> list[str]:
    ids = [file["id"] for file in determined.get("evidence") or [] if isinstance(file, dict) and "id" in file]
    names = session.scalars(select(Document.name).where(Document.id.in_(ids)).order_by(Document.id)).all() if ids else []
    return [f"“{name}”" for name in names] or ["本机关的核查记录"]


# -- pressing and stopping --------------------------------------------------------------------------------------------


def _supervision(told: Told) -> OfficialDocument:
    """督办: from the superior of whoever is late."""
    task = told.session.get(Task, told.notice.task_id) if told.notice.task_id else None
    late = told.session.get(Organisation, task.organisation_id) if task and task.organisation_id else None
    due = told.notice.due_on
    if task is None or late is None or due is None or told.case is None:
        raise _Unprintable
    above = superior(told.session, late) or told.office
    overdue = Overdue(late.name, f"{told.case.title}：{task.name}", due, max((told.on - due).days, 1), task.article or "见流程")
    answer = periods.workdays(ANSWER_WORKDAYS, since=told.on, since_label="督办").due_on
    return templates.supervision_notice(
        authority=authority(above), envelope=told.envelope(), recipient=late.name, overdue=[overdue], answer_by=answer
    )


_RESUMES_WHEN = {"correction": "材料补正齐全", "expert_review": "专家评审结束", "hearing": "听证结束", "inspection": "检验检测结束"}


def _clock_stop(told: Told) -> OfficialDocument:
    """暂停计时告知书. What tells of resuming or extending is a plain letter."""
    task = told.session.get(Task, told.notice.task_id) if told.notice.task_id else None
    if task is None or told.case is None or not told.notice.key.startswith("stop:"):
        raise _Unprintable
    stop = told.session.scalars(
        select(ClockStop).where(ClockStop.task_id == task.id, ClockStop.stopped_on == told.on).order_by(ClockStop.id.desc()).limit(1)
    ).first()
    former = told.notice.due_on or task.due_on
    if stop is None or former is None:
        raise _Unprintable
    office = told.session.get(Organisation, task.organisation_id) if task.organisation_id else told.office
    return templates.clock_stop_notice(
        authority=authority(office), envelope=told.envelope(), recipient=told.recipient.name, matter=task.name,
        case_number=told.case.number, reason=stop.reason, article=stop.legal_basis, stopped_on=stop.stopped_on, former_due=former,
        resumes_when=_RESUMES_WHEN.get(stop.ground, "暂停的情形消除"), remaining=_remaining(task, stop.stopped_on, former),
    )  # fmt: skip


def _remaining(task: Task, stopped_on: dt.date, former: dt.date) -> str:
    """What is left of a period, in the days that it counts."""
    rule = Deadline.from_dict(task.deadline).rule if task.deadline else None
    if isinstance(rule, Span) and rule.unit is Unit.WORKDAY:
        return f"{periods.current_calendar().workdays_between(stopped_on, former)} 个工作日"
    return f"{(former - stopped_on).days} 天"


_Builder = Callable[[Told], OfficialDocument]
_BY_TEMPLATE: dict[str, _Builder] = {
    "listing": _listing,
    "list_published": _list_published,
    "copy": _copy,
    "rectification_order": _rectification,
    "order_disclosure": _order_disclosure,
    "order_correction": _order_correction,
    "penalty_decision": _penalty,
    "supervision": _supervision,
    "clock_stop": _clock_stop,
}
_BY_KIND: dict[str, _Builder] = {"supervision": _supervision, "clock_stop": _clock_stop}
