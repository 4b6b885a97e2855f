"""Rosters from Excel: the template, and the import that takes all or nothing."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.cases import roster_entries, roster_queries, rosters
from app.cases.errors import Conflict, Forbidden
from app.cases.rosters import BadWorkbook
from app.office import roster_workbook
from app.office.roster_workbook import RowProblem
from app.office.workbook_file import MAX_BYTES
from app.web.current import principal, reading, transaction
from app.web.downloads import attachment
from app.web.rosters import words
from app.web.rosters.blueprint import bp
from app.web.rosters.listing import XLSX


@bp.get("/<int:roster_id>/template.xlsx")
def template(roster_id: int) -> Response:
    """The empty workbook for a roster: its grounds to choose from, an example in its area."""
    roster = rosters.find(reading(), principal(), roster_id)
    kind = rosters.kind_of(reading(), roster)
    county = roster_entries.counties_within(roster.region_code)[0][0]
    return attachment(roster_workbook.template(kind.explained, county), f"{kind.name}模板.xlsx", XLSX)


@bp.route("/<int:roster_id>/import", methods=["GET", "POST"], endpoint="import_")
def import_workbook(roster_id: int) -> Any:
    if request.method == "GET":
        return _page(roster_id, "", [])
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page(roster_id, "", [RowProblem(None, None, "请先选择要导入的 Excel 文件")]), 422
    try:
        with transaction() as session:
            count = rosters.import_workbook(session, principal(), roster_id, upload.stream.read(MAX_BYTES + 1))
    except BadWorkbook as error:
        return _page(roster_id, upload.filename, error.problems), 422
    flash(f"已从“{upload.filename}”导入 {count} 家企业", "success")
    return redirect(url_for("rosters.show", roster_id=roster_id))


def _page(roster_id: int, filename: str, problems: list[RowProblem]) -> str:
    roster = rosters.find(reading(), principal(), roster_id)
    if not roster_queries.is_open(roster):
        raise Conflict("名单已经核定，不能再导入")
    held = rosters.holding(reading(), principal(), roster)
    if held is None:
        raise Forbidden("名单目前不在您单位手中，不能导入")
    return render_template(
        "rosters/import.html", row=roster_queries.row_of(reading(), roster), roster=roster, held=held, filename=filename, problems=problems,
        kind=held.kind, words=words, max_mb=MAX_BYTES // 1024 // 1024,
        bad_rows=len({p.row for p in problems if p.row}),
    )  # fmt: skip
