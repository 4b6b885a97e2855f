"""The index of rosters, one roster, and its workbook."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from app import clock
from app.cases import paperwork, roster_opening, roster_queries, rosters
from app.cases.errors import CaseError
from app.cases.roster_entries import LEVEL_NAMES
from app.cases.roster_queries import Filters
from app.model import EntryStatus, RosterStatus
from app.model.identifiers import IdentifierError, region_name
from app.office.table_workbook import Column, table_to_xlsx
from app.web.current import principal, reading, transaction
from app.web.desk.navigation import link_to
from app.web.downloads import attachment
from app.web.rosters import words
from app.web.rosters.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
def index() -> Any:
    year, status = request.args.get("year", type=int), request.args.get("status", "")
    page = roster_queries.index(reading(), principal(), year=year, status=status, page=request.args.get("page", 1, type=int))
    kinds = roster_opening.kinds_to_open(reading(), principal())
    return render_template(
        "rosters/index.html", page=page, year=year, status=status, years=roster_queries.years(reading(), principal()),
        kinds=[kind for kind, _ in kinds], new_years=roster_opening.possible_years(), new_year=_likely_year(kinds[0][1].body if kinds else None),
        words=words, address=_address,
    )  # fmt: skip


def _likely_year(body: str | None) -> int:
    """The coordinators list for the coming year; in the last quarter everybody prepares it."""
    today = clock.today()
    return today.year + 1 if body == "coordinator" or today.month >= 10 else today.year


@bp.post("")
def new() -> Any:
    year = request.form.get("year", type=int)
    if year is None:
        raise CaseError("请选择名单的年度")
    try:
        with transaction() as session:
            case = roster_opening.open_roster(session, principal(), year, process=request.form.get("process") or None)
            task_id = roster_queries.first_task(session, case.id)
    except roster_opening.NotBegun as failed:
        with transaction() as session:
            roster_opening.keep(session, failed)
        flash(str(failed), "warning")
        return redirect(url_for("rosters.index"))
    return redirect(link_to("desk.task", task_id=task_id) or url_for("rosters.show", roster_id=case.roster_id))


@bp.get("/<int:roster_id>")
def show(roster_id: int) -> Any:
    session = reading()
    roster = rosters.find(session, principal(), roster_id)
    filters = filters_of(request.args)
    page = roster_queries.entry_page(session, roster_id, filters, request.args.get("page", 1, type=int))
    row = roster_queries.row_of(session, roster)
    return render_template(
        "rosters/show.html", row=row, notice_parts=paperwork.parts(row.counts[EntryStatus.LISTED]), roster=roster,
        page=page, filters=filters,
        held=rosters.holding(session, principal(), roster), regions=roster_queries.regions(session, roster_id),
        publication=roster_queries.publication_of(session, roster_id) if roster.status == RosterStatus.PUBLISHED else None,
        words=words, kind=rosters.kind_of(session, roster), level_names=LEVEL_NAMES, address=_address,
    )  # fmt: skip


def filters_of(given: MultiDict[str, str]) -> Filters:
    get = given.get
    return Filters(status=get("status", ""), ground=get("ground", ""), region=get("region", ""), q=get("q", "").strip())


def _address(**changes: Any) -> str:
    """This page's address with some of its questions changed; an empty one is left out."""
    values = {**request.args.to_dict(), **(request.view_args or {}), **changes}
    return url_for(request.endpoint or "rosters.index", **{k: v for k, v in values.items() if v not in (None, "")})


COLUMNS = (
    Column("number", "序号", 6, "integer"), Column("status", "状态", 12), Column("name", "企业名称", 34),
    Column("uscc", "统一社会信用代码", 22), Column("region_code", "所在地行政区划代码", 12), Column("region", "所在地", 24),
    Column("industry_code", "行业代码", 10), Column("address", "地址", 34), Column("legal_representative", "法定代表人", 12),
    Column("contact_name", "联系人", 12), Column("contact_phone", "联系电话", 18), Column("grounds", "列入依据", 14),
    Column("level", "管理权限", 10), Column("added_by", "添加单位", 24), Column("reason", "退回或剔除原因", 40),
)  # fmt: skip


@bp.get("/<int:roster_id>/export.xlsx")
def export(roster_id: int) -> Response:
    """Exactly what the filters show, all pages of it."""
    session = reading()
    row = roster_queries.row_of(session, rosters.find(session, principal(), roster_id))
    found = roster_queries.all_entries(session, roster_id, filters_of(request.args))
    kind = rosters.kind_of(session, row.roster)
    title = f"{row.bureau.name}{row.roster.year}年度{kind.name}"
    records = (
        {
            **{column.key: getattr(entry, column.key, None) for column in COLUMNS},
            "number": number,
            "status": words.ENTRY_STATES[entry.status].word[2:],
            "region": _place(entry.region_code),
            "grounds": "、".join(kind.names.get(g, g) for g in entry.grounds),
            "level": LEVEL_NAMES.get(entry.management_level, ""),
            "added_by": added_by,
        }
        for number, (entry, added_by) in enumerate(found, start=1)
    )
    return attachment(table_to_xlsx(title, COLUMNS, records), f"{title}.xlsx", XLSX)


def _place(code: str) -> str:
    try:
        return region_name(code)
    except IdentifierError:
        return code
