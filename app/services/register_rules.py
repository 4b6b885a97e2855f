"""Rules that count: two failed clients in a year, three behind schedule, two idle years.

They are asked whenever something is written down that they count, and once a day for what passes by itself. A rule that is met makes one proposal for
its ground and period, with everything that was counted. Where a deployed process carries the procedure that the text orders, a case is started; else
the proposal waits for the keeper's clerk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.organisations import region_prefix
from app.engine import store
from app.law.registers import Act, Counted, Registry
from app.model import (
    Case,
    ClientOutcome,
    Definition,
    DefinitionStatus,
    Enterprise,
    ProposalStatus,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    Standing,
)
from app.model.statements import insert_unless_there
from app.services import outbox
from app.services.notices import Message, tell
from app.services.register_book import law_of

OUTCOME_LABELS = {
    "acceptance_failed": "验收不通过", "acceptance_passed": "验收通过", "assessment_failed": "评估不通过", "assessment_passed": "评估通过",
    "late": "未按进度完成", "refused": "拒不评估",
}  # fmt: skip
_UNITS = {"clients": "家企业", "times": "次"}


@dataclass(frozen=True)
class Fact:
    """One thing that a rule counts, with the case behind it."""

    id: int
    kind: str
    on: dt.date
    enterprise_id: int | None = None
    enterprise: str = ""
    case_id: int | None = None
    number: str = ""
    mark_id: int | None = None

    def shown(self) -> dict[str, Any]:
        """As it is kept with the proposal."""
        return {
            "id": self.id, "kind": self.kind, "on": self.on.isoformat(), "enterprise": self.enterprise, "case": self.case_id,
            "number": self.number, "mark": self.mark_id,
        }  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A rule that is met: for which act and ground, in which period (none: what is counted says it), and what was counted."""

    act: Act
    ground: str | None
    says: str
    period: str = ""
    judge: str = ""
    facts: Sequence[Fact] = ()


# -- asking the rules -------------------------------------------------------------------------------------------------------


def after_outcome(session: Session, outcome: ClientOutcome) -> list[RegisterProposal]:
    """Asks every rule that counts such a result, on every register of the place that the consultant is listed on."""
    entries = session.scalars(
        select(RegisterEntry)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(RegisterEntry.consultant_key == outcome.consultant_key, RegisterEntry.status == Standing.LISTED)
        .options(joinedload(RegisterEntry.register).joinedload(Register.keeper))
        .order_by(RegisterEntry.id)
        .with_for_update(of=RegisterEntry)  # two results at once are counted one after the other
    ).all()
    made = []
    for entry in entries:
        if region_covers(entry.register.region_code, outcome.region_code):
            made += _ask(session, entry, outcome.kind, outcome.happened_on)
    return made


def after_mark(session: Session, entry: RegisterEntry, kinds: Iterable[str], on: dt.date) -> list[RegisterProposal]:
    """Asks the rules that count acts on the entry itself: warnings, bad records, failed reviews. The entry is locked."""
    if entry.status != Standing.LISTED:
        return []
    return [made for kind in kinds for made in _ask(session, entry, kind, on)]


def _ask(session: Session, entry: RegisterEntry, kind: str, on: dt.date) -> list[RegisterProposal]:
    law = law_of(entry.register)
    made = []
    for rule in law.reading.counted:
        if kind in rule.kinds:
            facts = counted(session, entry, rule, on)
            if _reached(rule, facts):
                period = str(on.year) if rule.within == "calendar_year" else ""
                made += propose(
                    session, entry.register, entry, law, Finding(rule.act, rule.ground, says(rule, facts), period, rule.judged, facts)
                )
    return made


def _reached(rule: Counted, facts: Sequence[Fact]) -> bool:
    number = len({fact.enterprise_id for fact in facts}) if rule.of == "clients" else len(facts)
    return number >= rule.at_least


def counted(session: Session, entry: RegisterEntry, rule: Counted, on: dt.date) -> list[Fact]:
    """What a rule counts for an entry in the period that holds `on`.

    A calendar year is one period: more in the same year is the same ground. Otherwise each thing counts once. What a dismissed proposal counted may
    count again.
    """
    first, last = _window(rule, entry, on)
    earlier = select(func.max(RegisterProposal.last_counted_id)).where(
        RegisterProposal.entry_id == entry.id, RegisterProposal.act == rule.act, RegisterProposal.ground == rule.ground,
        RegisterProposal.status != ProposalStatus.DISMISSED,
    )  # fmt: skip
    used = (session.scalar(earlier) or 0) if rule.within != "calendar_year" else 0
    if set(rule.kinds) & set(OUTCOME_LABELS):
        return _outcomes(session, entry, rule, first, last, used)
    return _marks(session, entry, rule, first, last, used)


def _window(rule: Counted, entry: RegisterEntry, on: dt.date) -> tuple[dt.date, dt.date]:
    if rule.within == "calendar_year":
        return dt.date(on.year, 1, 1), dt.date(on.year, 12, 31)
    if rule.within == "year":
        return years_before(on, 1) + dt.timedelta(days=1), on
    return entry.admitted_on or entry.applied_on, on


def _outcomes(session: Session, entry: RegisterEntry, rule: Counted, first: dt.date, last: dt.date, used: int) -> list[Fact]:
    conditions: list[ColumnElement[bool]] = [
        ClientOutcome.consultant_key == entry.consultant_key, ClientOutcome.kind.in_(rule.kinds),
        ClientOutcome.happened_on.between(first, last), ClientOutcome.counts.is_(True),
        ClientOutcome.region_code.startswith(region_prefix(entry.register.region_code)), ClientOutcome.id > used,
    ]  # fmt: skip
    if rule.mandatory_only:
        conditions.append(ClientOutcome.mandatory.is_(True))
    rows = session.execute(
        select(ClientOutcome, Enterprise.name, Case)
        .join(Enterprise, Enterprise.id == ClientOutcome.enterprise_id)
        .join(Case, Case.id == ClientOutcome.case_id)
        .where(*conditions)
        .order_by(ClientOutcome.happened_on, ClientOutcome.id)
    ).all()
    return [Fact(o.id, o.kind, o.happened_on, o.enterprise_id, name, case.id, case.number) for o, name, case in rows]


def _marks(session: Session, entry: RegisterEntry, rule: Counted, first: dt.date, last: dt.date, used: int) -> list[Fact]:
    kinds = {_MARKED_AS.get(kind, kind) for kind in rule.kinds}
    first = max(first, entry.admitted_on or first)  # what happened before a readmission has had its consequence
    query = select(RegisterMark).where(
        RegisterMark.entry_id == entry.id, RegisterMark.kind.in_(kinds), RegisterMark.done_on.between(first, last), RegisterMark.id > used
    )
    marks = session.scalars(query.order_by(RegisterMark.id)).all()
    return [Fact(m.id, m.kind, m.done_on, mark_id=m.id) for m in marks if _is(rule, m)]


_MARKED_AS = {"review_failed": Act.REVIEW, "condition_lost": Act.CHANGE}


def _is(rule: Counted, mark: RegisterMark) -> bool:
    if "review_failed" in rule.kinds:
        return mark.facts.get("result") == "fail"
    return bool(mark.facts.get("lost")) if "condition_lost" in rule.kinds else True


def says(rule: Counted, facts: Sequence[Fact]) -> str:
    """The count in words, beside what the text asks for."""
    number = len({fact.enterprise_id for fact in facts}) if rule.of == "clients" else len(facts)
    span = {"calendar_year": "同一年内", "year": "一年内", "ever": ""}[rule.within]
    what = "、".join(dict.fromkeys(OUTCOME_LABELS.get(kind, _SAID.get(kind, kind)) for kind in rule.kinds))
    return f"{span}{what} {number} {_UNITS[rule.of]}（规定 {rule.at_least} {_UNITS[rule.of]}及以上）"


_SAID = {"warning": "书面警告", "bad_record": "不良记录", "review_failed": "考评不合格", "condition_lost": "变更后有数字条件不再具备"}


# -- proposing --------------------------------------------------------------------------------------------------------------


def propose(session: Session, register: Register, entry: RegisterEntry | None, law: Registry, found: Finding) -> list[RegisterProposal]:
    """One proposal for a ground and a period, unless there is one already that nobody dismissed: then nothing happens."""
    last = max((fact.id for fact in found.facts), default=None)
    same = (
        RegisterProposal.register_id == register.id, RegisterProposal.act == found.act, RegisterProposal.period == found.period,
        RegisterProposal.entry_id == (entry.id if entry else None), RegisterProposal.ground == found.ground,
        RegisterProposal.status != ProposalStatus.DISMISSED,
    )  # fmt: skip
    if found.period and session.scalar(select(RegisterProposal.id).where(*same).limit(1)) is not None:
        return []
    about = entry.id if entry else f"register-{register.id}"
    proposal_id = insert_unless_there(
        session,
        RegisterProposal,
        {
            "key": f"{about}:{found.act}:{found.ground or '-'}:{found.period}:{last or '-'}", "register_id": register.id,
            "entry_id": entry.id if entry else None, "act": str(found.act), "ground": found.ground, "period": found.period,
            "says": found.says[:300], "judge": found.judge, "counted": [fact.shown() for fact in found.facts], "last_counted_id": last,
            "status": str(ProposalStatus.OPEN), "created_on": clock.today(), "case_id": None, "settled_on": None, "settled_by_id": None,
            "reason": None,
        },
    )  # fmt: skip
    if proposal_id is None:
        return []
    proposal = session.get_one(RegisterProposal, proposal_id)
    if not start(session, proposal, register, entry, law):
        _tell_keeper(session, proposal, register, entry, law)
    return [proposal]


def start(session: Session, proposal: RegisterProposal, register: Register, entry: RegisterEntry | None, law: Registry) -> bool:
    """Starts the case that deals with an open proposal, where a deployed process carries the procedure. Once, whatever happens twice."""
    process = process_for(session, register, law, Act(proposal.act))
    if process is None:
        return False
    proposal.status = ProposalStatus.STARTED
    outbox.put(
        session,
        key=f"proposal:{proposal.id}",
        kind="start_case",
        payload={
            "process": process.key,
            "region": register.region_code,
            "start_key": f"proposal:{proposal.id}",
            "variables": {
                "entry_id": entry.id if entry else None,
                "proposal_id": proposal.id,
                "act": proposal.act,
                "ground": proposal.ground,
                **_last_review(session, entry, Act(proposal.act)),
            },
            "title": f"{entry.name if entry else register.name} {process.name}",
            "entry_id": entry.id if entry else None,
            "proposal_id": proposal.id,
            "is_demo": register.is_demo,
        },
    )
    return True


def _last_review(session: Session, entry: RegisterEntry | None, act: Act) -> dict[str, str | None]:
    """What the time of a review counts from, as `previous_review_on`: the last review since the entry was listed, else the admission."""
    if act != Act.REVIEW or entry is None or entry.admitted_on is None:
        return {}
    reviewed = select(func.max(RegisterMark.done_on)).where(RegisterMark.entry_id == entry.id, RegisterMark.kind == Act.REVIEW)
    last = session.scalar(reviewed.where(RegisterMark.done_on >= entry.admitted_on)) or entry.admitted_on
    return {"previous_review_on": last.isoformat()}


def process_for(session: Session, register: Register, law: Registry, act: Act) -> Definition | None:
    """The process in force that other cases may start (`starts` names `service`) and that carries the procedure of an act in its own diagram."""
    step = law.rule(act).step
    if step is None:
        return None
    keys = session.scalars(
        select(Definition.key)
        .where(
            Definition.jurisdiction.in_({register.jurisdiction, law.jurisdiction}), Definition.status == DefinitionStatus.DEPLOYED,
            Definition.starts.contains("service"),
        )
        .distinct()
        .order_by(Definition.key)
    ).all()  # fmt: skip
    for key in keys:
        definition = store.in_force(session, key, clock.today())
        if definition is not None and _carries(session, definition, step.procedure_id):
            return definition
    return None


def _carries(session: Session, definition: Definition, procedure_id: str) -> bool:
    elements = store.compiled(session, definition).process.elements.values()
    return any(step.startswith(f"{procedure_id}.") for element in elements for step in element.properties.get("basis", "").split())


def _tell_keeper(session: Session, proposal: RegisterProposal, register: Register, entry: RegisterEntry | None, law: Registry) -> None:
    rule = law.rule(Act(proposal.act))
    ground = rule.ground(proposal.ground) if proposal.ground else None
    about = entry.name if entry else register.name
    basis = f"《{law.document.title}》{ground.article if ground else rule.article}"
    message = Message(
        key=f"proposal:{proposal.id}", organisation=register.keeper, kind="register", title=f"{about}：达到“{rule.title}”的规定情形",
        body=f"{about}{proposal.says}，依据{basis}，请到“名录”核对后办理。",
    )  # fmt: skip
    tell(session, None, [message])


def still_met(session: Session, proposal: RegisterProposal, law: Registry) -> bool:
    """Whether the results behind a proposal still reach the number, after some were found not to count."""
    rule = next((r for r in law.reading.counted if (r.act, r.ground) == (proposal.act, proposal.ground)), None)
    if rule is None or not set(rule.kinds) & set(OUTCOME_LABELS):
        return True
    ids = [one["id"] for one in proposal.counted]
    rows = session.execute(
        select(ClientOutcome.id, ClientOutcome.kind, ClientOutcome.happened_on, ClientOutcome.enterprise_id).where(
            ClientOutcome.id.in_(ids), ClientOutcome.counts.is_(True)
        )
    )
    return _reached(rule, [Fact(*row) for row in rows.tuples()])


# -- small things -----------------------------------------------------------------------------------------------------------


def region_covers(outer: str, inner: str) -> bool:
    """Whether one region lies in another (GB/T 2260)."""
    return inner.startswith(region_prefix(outer))


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day some years earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
