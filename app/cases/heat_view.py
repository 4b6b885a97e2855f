"""The heat of a version as administrators look at it: figures for every element of its diagrams, the trend by month, and which cases wait at one.

Administrators see how many and where, and the numbers of waiting cases with their office and limit; what a case is about stays in its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.access import scope
from app.access.principal import Principal
from app.cases import heat, process_view
from app.cases.errors import NotFound
from app.cases.heat import Failed, Finished, Month, Place, Unit, Waiting, Window
from app.engine.definition import CompiledDefinition
from app.engine.diagram import Element
from app.model import Case, Task, Timer
from app.office.table_workbook import Column, table_to_xlsx

UNITS = {Unit.DAY.value: "日", Unit.WORKDAY.value: "工作日"}
SHOWN = 50
"""Waiting cases that are listed; the rest are counted."""


@dataclass(frozen=True)
class ElementHeat:
    """The figures of one element. An activity has those of the work inside it, but no durations: they are told of each piece of work."""

    element: Element
    process_name: str
    waiting: Waiting
    finished: Finished | None  # none where no work was finished within the period
    failed: Failed
    shared: bool  # an activity whose process is called from several places: the figures are those of all of them together

    @property
    def place(self) -> Place:
        return self.element.process_key, self.element.id

    @property
    def name(self) -> str:
        return self.element.name or self.element.id

    @property
    def median(self) -> float | None:
        return self.finished.median if self.finished and self.element.is_human else None

    @property
    def ninth(self) -> float | None:
        return self.finished.ninth if self.finished and self.element.is_human else None

    @property
    def late_share(self) -> float | None:
        """Share of the finished work with a time limit that was late, 0 to 1; none where there was no such work."""
        return self.finished.late / self.finished.limited if self.finished and self.finished.limited else None

    @property
    def is_quiet(self) -> bool:
        return not (self.waiting.cases or self.finished or self.failed.count or self.failed.open)


@dataclass(frozen=True)
class HeatPage:
    """A version with its figures."""

    rows: tuple[ElementHeat, ...]
    months: tuple[Month, ...]
    elsewhere: int  # finished work at elements that this version does not have: done before the cases moved here


def heat_page(session: Session, compiled: CompiledDefinition, window: Window) -> HeatPage:
    """All figures of a version, its own diagram first, elements in the order of the file."""
    inside = places_inside(compiled)
    waiting, finished, failed = (
        heat.waiting(session, window, inside), heat.finished(session, window, compiled.processes), heat.failed(session, window),
    )  # fmt: skip
    calls = [e.called for p in compiled.processes.values() for e in p.elements.values() if e.called]
    rows = []
    for key in process_view.call_order(compiled):
        process = compiled.processes[key]
        for element in process.elements.values():
            places = inside.get((key, element.id), ())
            row = ElementHeat(
                element, process.name,
                waiting.get((key, element.id), Waiting(0, 0)),
                _together([finished[place] for place in places if place in finished]),
                _failures([failed[place] for place in (places or [(key, element.id)]) if place in failed]),
                element.called is not None and calls.count(element.called) > 1,
            )  # fmt: skip
            if places or not row.is_quiet:
                rows.append(row)
    known = {(key, element.id) for key, process in compiled.processes.items() for element in process.elements.values()}
    elsewhere = sum(work.count for place, work in finished.items() if place not in known)
    return HeatPage(tuple(rows), tuple(heat.months(session, window, compiled.processes)), elsewhere)


def places_inside(compiled: CompiledDefinition, *, optional: bool = False) -> dict[Place, tuple[Place, ...]]:
    """The elements whose figures belong to one where cases stand: itself, or for an activity all of them inside it at any depth.

    What may be done at any time counts only when `optional`: no case waits for it.
    """
    found: dict[Place, tuple[Place, ...]] = {}

    def of(element: Element) -> tuple[Place, ...]:
        place = element.process_key, element.id
        if place not in found:
            found[place] = ()  # a process that calls itself has itself inside
            if element.is_human:
                found[place] = (place,) if optional or element.properties.get("optional") != "true" else ()
            elif element.awaits_time:
                found[place] = (place,)
            elif element.called in compiled.processes:
                found[place] = _joined(of(inner) for inner in compiled.processes[element.called].elements.values())
            elif element.tag == "subProcess":
                own = compiled.processes[element.process_key].elements.values()
                found[place] = _joined(of(inner) for inner in own if inner.scope == element.id)
        return found[place]

    for process in compiled.processes.values():
        for element in process.elements.values():
            of(element)
    return {place: inside for place, inside in found.items() if inside}


def _joined(places: Iterable[tuple[Place, ...]]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place for some in places for place in some))


def _together(parts: Sequence[Finished]) -> Finished | None:
    """Figures of several elements; their durations are of no use together."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return Finished(sum(p.count for p in parts), sum(p.limited for p in parts), sum(p.late for p in parts), 0.0, 0.0)


def _failures(parts: Sequence[Failed]) -> Failed:
    return Failed(sum(p.count for p in parts), sum(p.open for p in parts))


# -- measures ---------------------------------------------------------------------------------------------------------

MEASURES = {"waiting": "停留案件", "median": "中位用时", "ninth": "九成用时", "late": "逾期率", "incidents": "故障"}


def measures(row: ElementHeat) -> dict[str, float | None]:
    """The figures that may colour an element, by measure; none where there is nothing to say."""
    return {
        "waiting": row.waiting.cases, "median": row.median, "ninth": row.ninth, "late": row.late_share, "incidents": row.failed.count,
    }  # fmt: skip


def in_words(row: ElementHeat, unit: str) -> list[str]:
    """The figures of an element, a line each."""
    word = UNITS[unit]
    lines = [f"现在停留 {row.waiting.cases} 件" + (f"，其中逾期 {row.waiting.late} 件" if row.waiting.late else "")]
    if row.finished:
        lines.append(f"期内办结 {row.finished.count} 次")
    if row.median is not None and row.ninth is not None:
        lines.append(f"用时：中位 {row.median:.1f} {word}，九成在 {row.ninth:.1f} {word}以内")
    if row.finished and row.late_share is not None:
        lines.append(f"有期限的 {row.finished.limited} 次中逾期 {row.finished.late} 次（{row.late_share:.0%}）")
    if row.failed.count or row.failed.open:
        lines.append(f"期内故障 {row.failed.count} 次，还有 {row.failed.open} 次没有处理")
    if row.shared:
        lines.append("这个子流程有几处调用，数字是各处合计")
    return lines


# -- which cases ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaitingList:
    """The first of what waits at an element: open work, the most urgent first, and cases that wait for a day, the nearest first."""

    element: Element
    tasks: tuple[Task, ...]
    total: int  # of open work
    timers: tuple[Timer, ...] = ()
    timers_total: int = 0


def waiting_at(session: Session, principal: Principal, compiled: CompiledDefinition, window: Window, place: Place) -> WaitingList:
    """What waits at an element, or inside an activity, in the cases that the principal may see. Raises `NotFound`."""
    process = compiled.processes.get(place[0])
    element = process.elements.get(place[1]) if process else None
    if element is None:
        raise NotFound("没有这个环节")
    places = places_inside(compiled).get(place, ())
    open_there = (heat.OPEN, tuple_(Task.process_key, Task.element_id).in_(places), window.cases(), scope.tasks(principal))
    tasks = select(Task).join(Case, Case.id == Task.case_id).where(*open_there)
    urgent = tasks.options(joinedload(Task.case), joinedload(Task.organisation)).order_by(Task.sort_due, Task.id).limit(SHOWN)
    set_there = (tuple_(Timer.process_key, Timer.element_id).in_(places), window.cases(), scope.cases(principal))
    timers = select(Timer).join(Case, Case.id == Timer.case_id).where(*set_there)
    nearest = timers.options(joinedload(Timer.case)).order_by(Timer.due_at, Timer.id).limit(SHOWN)
    return WaitingList(
        element, tuple(session.scalars(urgent)), _count(session, tasks), tuple(session.scalars(nearest)), _count(session, timers)
    )


def _count(session: Session, rows: Select[Any]) -> int:
    return session.scalar(rows.with_only_columns(func.count(), maintain_column_froms=True)) or 0


# -- as a workbook ----------------------------------------------------------------------------------------------------


def workbook(page: HeatPage, title: str, unit: str) -> bytes:
    """The table of elements as an Excel workbook."""
    word = UNITS[unit]
    columns = (
        Column("process", "流程", 28), Column("element", "环节", 32), Column("waiting", "停留案件", 12, "integer"),
        Column("waiting_late", "其中逾期", 12, "integer"), Column("count", "期内办结", 12, "integer"),
        Column("median", f"中位用时（{word}）", 16, "number"), Column("ninth", f"九成用时（{word}）", 16, "number"),
        Column("late", "逾期次数", 12, "integer"), Column("late_share", "逾期率", 10, "percent"),
        Column("incidents", "期内故障", 12, "integer"), Column("incidents_open", "未处理故障", 12, "integer"),
    )  # fmt: skip
    return table_to_xlsx(title, columns, (_line(row) for row in page.rows))


def _line(row: ElementHeat) -> Mapping[str, object]:
    return {
        "process": row.process_name, "element": row.name, "waiting": row.waiting.cases, "waiting_late": row.waiting.late,
        "count": row.finished.count if row.finished else 0, "median": _rounded(row.median), "ninth": _rounded(row.ninth),
        "late": row.finished.late if row.finished else 0, "late_share": row.late_share,
        "incidents": row.failed.count, "incidents_open": row.failed.open,
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return round(value, 1) if value is not None else None
