"""Reads what production wrote since it was last asked (events, notices, publications, records, mail) and tells it as one stream.

Effects carry the key of the engine task that brought them about; each is told right after its element, so that the order is that of cause and effect.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases import forms
from app.engine import store
from app.law.catalogue import catalogue
from app.law.periods import Deadline
from app.law.registers import ACT_LABELS, Act
from app.model import (
    Case,
    DrawMember,
    Enterprise,
    EnterpriseRecord,
    Event,
    ExpertDraw,
    Notice,
    Organisation,
    Publication,
    PublicationEntry,
    RegisterEntry,
    RegisterMark,
    Roster,
    RosterEntry,
    Task,
)
from app.simulation.events import PASSED, SimulatedEvent
from app.simulation.stage import Stage

RECORD_WORDS = {
    "order": "责令",
    "fine": "罚款",
    "penalty": "依其他法律处罚",
    "withdrawal": "收回证书",
    "credit": "信用记录",
    "restriction": "限制享受优惠政策",
    "filing": "备案",
}
_ENGINE_ID = re.compile(r"[0-9a-f]{32}")
_READ: tuple[type[Any], ...] = (Event, Notice, Publication, EnterpriseRecord, RosterEntry, RegisterMark, ExpertDraw)
# Asked after every act: built once, and one statement says which tables have anything new.
NEWEST = (
    *(select(func.max(model.id)).scalar_subquery() for model in _READ),
    select(func.count()).where(EnterpriseRecord.lifted_on.is_not(None)).scalar_subquery(),
)
_SINCE = {model: select(model).where(model.id > bindparam("last")).order_by(model.id) for model in _READ}
_TOLD = frozenset({"case_started", "task_created", "task_completed", "task_overdue", "timer_fired", "case_ended", "incident"})


@dataclass(frozen=True)
class _Place:
    """An element that was passed, and where in the events of the act."""

    row: int
    process: str | None = None
    element: str | None = None
    basis: tuple[str, ...] = ()
    name: str = ""

    def facts(self) -> dict[str, Any]:
        return {"process": self.process, "element": self.element, "basis": self.basis}


@dataclass
class _Batch:
    """What one act wrote, to be brought into order."""

    rows: Sequence[Event]
    tasks: Mapping[int, Task]
    passed: dict[str, _Place] = field(default_factory=dict)  # engine id → element
    placed: list[tuple[int, int, SimulatedEvent]] = field(default_factory=list)

    def add(self, row: int, event: SimulatedEvent) -> None:
        self.placed.append((row, len(self.placed), event))

    def end(self) -> int:
        return len(self.rows)

    def in_order(self) -> list[SimulatedEvent]:
        return [event for _, _, event in sorted(self.placed, key=lambda one: one[:2])]


class Stream:
    """What a simulation tells, read act by act."""

    def __init__(self, stage: Stage, *, explain: bool = False, passing: bool = False) -> None:
        self.stage = stage
        self.explain = explain
        self.passing = passing  # tell every element that was passed, too, and through which activities one gets to each
        self._last: dict[type[Any], int] = {}
        self._lifted: set[int] = set()
        self._cases: dict[int, Case] = {}
        self._names: dict[int, str] = {}
        self._choices: dict[tuple[int, str | None], dict[str, str]] = {}
        self._notices: dict[str, SimulatedEvent] = {}

    def read(self, session: Session, values: Sequence[Any], fires: Mapping[str, dt.datetime] | None = None) -> list[SimulatedEvent]:
        """Everything since the last call, in order. `values` are those of `NEWEST`; `fires` says when the timers that went off just now ran out."""
        *newest, lifted = values
        new = {model: self._new(session, model, last or 0) for model, last in zip(_READ, newest, strict=True)}
        batch = self._batch(session, new[Event])
        for row, event in enumerate(batch.rows):
            if event.kind in _TOLD or (self.passing and event.kind == PASSED):
                batch.add(row, self._event(session, batch, event, fires or {}))
        for notice in new[Notice]:
            self._tell_notice(session, batch, notice)
        for publication in new[Publication]:
            self._tell_publication(session, batch, publication)
        for record in new[EnterpriseRecord]:
            self._tell_record(session, batch, record)
        if lifted > len(self._lifted):
            self._tell_lifted(session, batch)
        for draw in new[ExpertDraw]:
            self._tell_draw(session, batch, draw)
        for mark in new[RegisterMark]:
            self._tell_mark(session, batch, mark)
        for entry in new[RosterEntry]:
            if entry.rolled_from_case_id is not None:
                self._tell_rolled_over(session, batch, entry)
        for key, payload in self.stage.mail.take():
            self._tell_mail(batch, key, payload)
        return batch.in_order()

    def choices(self, session: Session, task: Task) -> dict[str, str]:
        """The decisions that a task knows, with their words."""
        case = self._case(session, task.case_id)
        key = case.definition_id, task.form
        if key not in self._choices:
            schema = store.of_case(session, case).form(task.form) if task.form else forms.CONFIRM_FORM
            self._choices[key] = {choice["value"]: choice["label"] for choice in forms.choices(schema)}
        return self._choices[key]

    # -- what production wrote ----------------------------------------------------------------------------------------

    def _new(self, session: Session, model: type[Any], newest: int) -> list[Any]:
        since = self._last.get(model, 0)
        if newest <= since:
            return []
        self._last[model] = newest
        return list(session.scalars(_SINCE[model], {"last": since}))

    def _batch(self, session: Session, rows: Sequence[Event]) -> _Batch:
        ids = {row.task_id for row in rows if row.task_id is not None}
        tasks = {task.id: task for task in session.scalars(select(Task).where(Task.id.in_(ids)))} if ids else {}
        batch = _Batch(rows, tasks)
        for number, row in enumerate(rows):
            if row.kind == PASSED:
                place = _Place(number, row.process_key, row.element_id, tuple(row.basis.split()), row.name)
                batch.passed.setdefault(str(row.detail.get("engine_id")), place)
        return batch

    def _case(self, session: Session, case_id: int) -> Case:
        if case_id not in self._cases:
            self._cases[case_id] = session.get_one(Case, case_id)
        return self._cases[case_id]

    def _number(self, session: Session, case_id: int | None) -> str:
        return self._case(session, case_id).number if case_id is not None else ""

    def _organisation(self, session: Session, organisation_id: int | None) -> str | None:
        if organisation_id is None:
            return None
        if organisation_id not in self._names:
            self._names[organisation_id] = session.get_one(Organisation, organisation_id).name
        return self._names[organisation_id]

    # -- events of cases ----------------------------------------------------------------------------------------------

    def _event(self, session: Session, batch: _Batch, row: Event, fires: Mapping[str, dt.datetime]) -> SimulatedEvent:
        assert row.case_id is not None
        case = self._case(session, row.case_id)
        told = SimulatedEvent(
            at=row.at, event=row.kind, case=case.number, process=row.process_key or case.process_key, element=row.element_id,
            basis=tuple(row.basis.split()), name=row.name, org=self._organisation(session, row.organisation_id),
        )  # fmt: skip
        if row.task_id is not None:
            return self._about_task(session, told, row, batch.tasks[row.task_id])
        if row.kind == "timer_fired":
            return self._about_timer(told, batch, str(row.detail.get("engine_id")), fires)
        if row.kind == "case_started":
            return replace(told, detail=self._start_detail(session, row, case))
        if row.kind == "case_ended":
            return replace(told, detail={"title": case.title})
        if row.kind == PASSED:
            return replace(told, detail={"callers": row.detail.get("callers", [])})
        return replace(told, detail=dict(row.detail))

    def _about_task(self, session: Session, told: SimulatedEvent, row: Event, task: Task) -> SimulatedEvent:
        detail: dict[str, Any] = {"article": task.article}
        if row.kind == "task_created":
            detail |= {"optional": task.optional, "waiting_for": task.waiting_for}
        choices = self.choices(session, task)
        if row.kind == "task_completed":
            detail |= {"choice": choices.get(task.decision or ""), "opinion": row.detail.get("opinion")}
        if self.passing:
            detail |= {"task": task.id, "callers": (task.context or {}).get("_callers")}
        if self.explain and task.deadline is not None:
            detail["derivation"] = Deadline.from_dict(task.deadline).explain()
        return replace(
            told, actor=task.actor, org=self._organisation(session, task.organisation_id), due=task.due_on,
            decision=task.decision if row.kind == "task_completed" else None, choices=tuple(choices),
            detail={name: value for name, value in detail.items() if value not in (None, "", False)},
        )  # fmt: skip

    @staticmethod
    def _about_timer(told: SimulatedEvent, batch: _Batch, engine_id: str, fires: Mapping[str, dt.datetime]) -> SimulatedEvent:
        place = batch.passed.get(engine_id)
        ran_out = fires.get(engine_id)
        last_day = (ran_out - dt.timedelta(microseconds=1)).astimezone(clock.SHANGHAI).date() if ran_out else None
        facts = {**place.facts(), "name": place.name} if place else {}
        return replace(told, due=last_day, **facts)

    def _start_detail(self, session: Session, row: Event, case: Case) -> dict[str, Any]:
        enterprise = session.get(Enterprise, case.enterprise_id) if case.enterprise_id is not None else None
        detail = {
            "title": case.title,
            "version": row.detail.get("version"),
            "region": case.region_code,
            "enterprise": {"name": enterprise.name, "uscc": enterprise.uscc} if enterprise else None,
            "parent": self._number(session, case.parent_id) if case.parent_id else None,
        }
        return {name: value for name, value in detail.items() if value is not None}

    # -- effects ------------------------------------------------------------------------------------------------------

    def _place(self, batch: _Batch, key: str) -> _Place:
        """The element that an effect's key names; the end of the act where it names none."""
        found = _ENGINE_ID.search(key)
        return batch.passed.get(found[0], _Place(batch.end())) if found else _Place(batch.end())

    def _tell_notice(self, session: Session, batch: _Batch, notice: Notice) -> None:
        place = self._place(batch, notice.key)
        task = session.get(Task, notice.task_id) if notice.task_id is not None else None
        if task is not None:
            row = next((n for n, r in enumerate(batch.rows) if r.task_id == task.id), batch.end())
            place = _Place(row, task.process_key, task.element_id, tuple(task.basis.split()), task.name)
        case = self._case(session, notice.case_id) if notice.case_id is not None else None
        facts: dict[str, Any] = {
            "kind": notice.kind,
            "body": notice.body,
            "next_step": notice.next_step,
            "contact": notice.contact,
            "template": notice.template,
        }
        if self.explain and task is not None and task.deadline is not None and notice.due_on == task.due_on:
            facts["derivation"] = Deadline.from_dict(task.deadline).explain()
        told = SimulatedEvent(
            at=notice.created_at, event="notice_sent", case=case.number if case else "",
            **{**place.facts(), "process": place.process or (case.process_key if case else None)},
            name=notice.title, org=self._organisation(session, notice.organisation_id), due=notice.due_on,
            detail={name: value for name, value in facts.items() if value is not None},
        )  # fmt: skip
        self._notices[notice.key] = told
        batch.add(place.row, told)

    def _tell_publication(self, session: Session, batch: _Batch, found: Publication) -> None:
        entries = session.scalar(select(func.count()).where(PublicationEntry.publication_id == found.id)) or 0
        # The key of a list names its case: a case publishes one list.
        place = (
            self._place(batch, found.key)
            if _ENGINE_ID.search(found.key)
            else self._by_operator(session, batch, found.case_id, "publish_list")
        )
        detail = {"kind": found.kind, "year": found.year, "body": found.body, **({"enterprises": entries} if entries else {})}
        self._effect(
            session, batch, place, found.case_id, "published", name=found.title, org=found.publishers, due=found.closes_on, detail=detail
        )

    def _tell_record(self, session: Session, batch: _Batch, record: EnterpriseRecord) -> None:
        word = RECORD_WORDS.get(record.kind, record.kind)
        detail = {
            "kind": record.kind, "sanction": record.sanction, "note": record.note,
            "amount": float(record.amount) if record.amount is not None else None, "citation": _citation(record.sanction),
        }  # fmt: skip
        self._record_changed(session, batch, self._place(batch, record.key), record, word, detail)

    def _tell_draw(self, session: Session, batch: _Batch, draw: ExpertDraw) -> None:
        """Who was drawn as experts of a case, and who was left out."""
        names = {one["entry"]: one["name"] for one in draw.pool}
        seated = session.execute(
            select(DrawMember.entry_id, DrawMember.specialty).where(DrawMember.draw_id == draw.id).order_by(DrawMember.id)
        )
        drawn = [f"{names[entry]}（{specialty}）" for entry, specialty in seated]
        detail = {"kind": "experts", "drawn": drawn, "excluded": [one["name"] for one in draw.excluded]}
        place, name = self._place(batch, draw.key), f"抽取 {len(drawn)} 名专家"
        self._effect(session, batch, place, draw.case_id, "record_changed", name=name, detail=detail)

    def _tell_mark(self, session: Session, batch: _Batch, mark: RegisterMark) -> None:
        """What happened to an entry of a register."""
        entry = session.get_one(RegisterEntry, mark.entry_id)
        detail = {"kind": "register", "act": mark.kind, "ground": mark.ground, "article": mark.article, "note": mark.note or None}
        kept = {name: value for name, value in detail.items() if value is not None}
        place = self._place(batch, mark.key or "")
        self._effect(session, batch, place, mark.case_id, "record_changed", name=ACT_LABELS[Act(mark.kind)], org=entry.name, detail=kept)

    def _tell_lifted(self, session: Session, batch: _Batch) -> None:
        """Records that were brought to an end since."""
        for record in session.scalars(
            select(EnterpriseRecord).where(EnterpriseRecord.lifted_on.is_not(None)).order_by(EnterpriseRecord.id)
        ):
            if record.id in self._lifted:
                continue
            self._lifted.add(record.id)
            place = self._by_operator(session, batch, record.case_id, "lift_restriction")
            word = f"{RECORD_WORDS.get(record.kind, record.kind)}（解除）"
            self._record_changed(session, batch, place, record, word, {"kind": record.kind, "sanction": record.sanction, "lifted": True})

    def _record_changed(
        self, session: Session, batch: _Batch, place: _Place, record: EnterpriseRecord, word: str, detail: dict[str, Any]
    ) -> None:
        enterprise = session.get_one(Enterprise, record.enterprise_id)
        kept = {name: value for name, value in detail.items() if value is not None}
        self._effect(session, batch, place, record.case_id, "record_changed", name=word, org=enterprise.name, detail=kept)

    def _tell_rolled_over(self, session: Session, batch: _Batch, entry: RosterEntry) -> None:
        roster = session.get_one(Roster, entry.roster_id)
        place = self._by_operator(session, batch, entry.rolled_from_case_id, "roll_over", roster.line)
        detail = {"kind": "roster", "year": roster.year, "line": roster.line, "grounds": entry.grounds}
        name = f"列入{roster.year}年度名单"
        self._effect(session, batch, place, entry.rolled_from_case_id, "record_changed", name=name, org=entry.name, detail=detail)

    def _tell_mail(self, batch: _Batch, key: str, payload: Mapping[str, Any]) -> None:
        """A mail repeats a notice: it is told with the notice's facts."""
        notice = self._notices.get(key.removeprefix("mail:"))
        detail = {"to": payload["to"], "subject": payload["subject"]}
        if notice is not None:
            batch.add(batch.end(), replace(notice, at=clock.now(), event="message_sent", detail=detail))
        else:
            batch.add(batch.end(), SimulatedEvent(clock.now(), "message_sent", "", name=payload["subject"], detail=detail))

    def _effect(self, session: Session, batch: _Batch, place: _Place, case_id: int | None, kind: str, **facts: Any) -> None:
        case = self._case(session, case_id) if case_id is not None else None
        told = SimulatedEvent(
            at=clock.now(), event=kind, case=case.number if case else "", process=place.process or (case.process_key if case else None),
            element=place.element, basis=place.basis, **facts,
        )  # fmt: skip
        batch.add(place.row, told)

    def _by_operator(self, session: Session, batch: _Batch, case_id: int | None, operator: str, argument: str = "") -> _Place:
        """The service task of the act that called an operator, for effects whose key does not name it."""
        for number, row in enumerate(batch.rows):
            if row.case_id != case_id or row.kind != PASSED or row.process_key is None or case_id is None:
                continue
            process = store.of_case(session, self._case(session, case_id)).processes[row.process_key]
            arguments = {source for element, kind, source in process.expressions if element == row.element_id and kind == "parameter"}
            if (row.element_id, operator) in process.operators and (not argument or f'"{argument}"' in arguments):
                return _Place(number, row.process_key, row.element_id, tuple(row.basis.split()), row.name)
        return _Place(batch.end())


def _citation(sanction: str | None) -> str | None:
    found = catalogue().sanction(sanction) if sanction else None
    return found.citation if found else None
