"""Heat and history of a version: where cases wait, how long work takes, what is late, what fails, by period and region."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import render_template, request

from app import clock
from app.cases import heat_view
from app.cases import process_view as view
from app.cases.errors import NotFound
from app.cases.heat import Unit, Window
from app.cases.heat_view import HeatPage
from app.cases.region_choices import chosen_region, region_levels
from app.model import Definition, DefinitionStatus, Role
from app.web import definition_levels
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading
from app.web.downloads import XLSX, attachment

LONGEST = dt.timedelta(days=5 * 366)
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2199, 12, 31)
SORTS = ("waiting", "median", "ninth", "late", "incidents")


@bp.get("/processes/<key>/<int:version>/heat")
@roles_required(Role.ADMINISTRATOR)
def heat(key: str, version: int) -> Any:
    session = reading()
    definition = _version(key, version)
    compiled = view.compiled(session, definition)
    window, problem = _window(definition)
    page = heat_view.heat_page(session, compiled, window)
    rows = {row.place: row for row in page.rows}
    levels = definition_levels.levels(definition, compiled, "admin.process_xml")
    for level in levels:
        for element_id, row in ((r.element.id, r) for r in page.rows if r.element.process_key == level.process):
            known = level.state["elements"].setdefault(element_id, {"title": row.name, "lines": []})
            known["lines"] = heat_view.in_words(row, window.unit)
    figures: dict[str, dict[str, Any]] = {}
    for (process, element), row in rows.items():
        figures.setdefault(process, {})[element] = heat_view.measures(row)
    sort = request.args.get("sort", "")
    return render_template(
        "admin/heat.html",
        definition=definition,
        window=window,
        problem=problem,
        query={**_query(window), **({"sort": sort} if sort in SORTS else {})},
        levels=levels,
        figures=figures,
        rows=_sorted(page, sort),
        sort=sort if sort in SORTS else "",
        quiet=sum(row.is_quiet for row in page.rows),
        page=page,
        regions=region_levels(session, window.region),
        measures=heat_view.MEASURES,
        units=heat_view.UNITS,
    )


@bp.get("/processes/<key>/<int:version>/heat.xlsx")
@roles_required(Role.ADMINISTRATOR)
def heat_workbook(key: str, version: int) -> Any:
    session = reading()
    definition = _version(key, version)
    window, _ = _window(definition)
    page = heat_view.heat_page(session, view.compiled(session, definition), window)
    title = f"{definition.name} 第{definition.version}版 {window.first}至{window.last}"
    return attachment(heat_view.workbook(page, title, window.unit), f"环节热度 {title}.xlsx", XLSX)


@bp.get("/processes/<key>/<int:version>/heat/waiting")
@roles_required(Role.ADMINISTRATOR)
def heat_waiting(key: str, version: int) -> Any:
    """The cases that wait at one element: a page of its own, or the part of it that the drawing shows beside itself."""
    session = reading()
    definition = _version(key, version)
    window, _ = _window(definition)
    place = request.args.get("process", ""), request.args.get("element", "")
    found = heat_view.waiting_at(session, principal(), view.compiled(session, definition), window, place)
    template = "admin/_heat_waiting.html" if request.headers.get("X-Requested-With") else "admin/heat_waiting.html"
    return render_template(template, definition=definition, found=found, window=window, query=_query(window))


def _version(key: str, version: int) -> Definition:
    """A version that cases may be on. Raises `NotFound`."""
    definition = next((d for d in view.versions(reading(), key) if d.version == version), None)
    if definition is None or definition.status == DefinitionStatus.DRAFT:
        raise NotFound("没有这个版本，或者它还是草稿，没有案件按它办理")
    return definition


def _window(definition: Definition) -> tuple[Window, str]:
    """What the address asks for, the last twelve months where it does not say; and what was wrong with it."""
    last = _asked("to", clock.today())
    first = _asked("from", _year_before(last)) if last else None
    problem = ""
    if first is None or last is None or not first <= last <= first + LONGEST:
        first, last = _year_before(clock.today()), clock.today()
        problem = "起止日期不对：起日不能晚于止日，最长五年。现在显示的是最近 12 个月。"
    unit = Unit.WORKDAY if request.args.get("unit") == Unit.WORKDAY else Unit.DAY
    return Window(definition.id, first, last, chosen_region(request.args.getlist("region")), unit), problem


def _asked(name: str, otherwise: dt.date) -> dt.date | None:
    """A day of the address; none for what is no day of our time."""
    text = request.args.get(name, "")
    try:
        day = dt.date.fromisoformat(text) if text else otherwise
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _year_before(day: dt.date) -> dt.date:
    """The first day of the month eleven months earlier: twelve months with that of the day."""
    return dt.date(day.year - (day.month < 12), day.month % 12 + 1, 1)


def _query(window: Window) -> dict[str, str]:
    query = {"from": window.first.isoformat(), "to": window.last.isoformat(), "unit": window.unit.value, "region": window.region}
    return {name: value for name, value in query.items() if value}


def _sorted(page: HeatPage, sort: str) -> list[heat_view.ElementHeat]:
    if sort not in SORTS:
        return list(page.rows)
    return sorted(page.rows, key=lambda row: heat_view.measures(row)[sort] or 0, reverse=True)
