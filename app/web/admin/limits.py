"""Time limits: the bureaus' own promises, and the yearly arrangement of holidays."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app import clock
from app.cases import administration, calendars, holiday_import
from app.cases import promise_view as view
from app.cases.errors import CaseError
from app.model import Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction


@bp.get("/promises")
@roles_required(Role.ADMINISTRATOR)
def promises() -> Any:
    session = reading()
    return render_template(
        "admin/promises.html", rows=view.promises(session), steps=view.promise_steps(session), offices=view.authorities(session)
    )


@bp.post("/promises")
@roles_required(Role.ADMINISTRATOR)
def set_promise() -> Any:
    form = request.form
    with transaction() as session:
        administration.set_promise(
            session,
            principal(),
            form.get("organisation", 0, type=int),
            form.get("step", ""),
            form.get("value", 0, type=int),
            form.get("unit", ""),
        )
    flash("承诺时限已保存，今后下达的任务按此显示", "success")
    return redirect(url_for("admin.promises"))


@bp.post("/promises/<int:promise_id>/remove")
@roles_required(Role.ADMINISTRATOR)
def remove_promise(promise_id: int) -> Any:
    with transaction() as session:
        administration.remove_promise(session, principal(), promise_id)
    flash("承诺时限已取消", "success")
    return redirect(url_for("admin.promises"))


@bp.get("/holidays")
@roles_required(Role.ADMINISTRATOR)
def holidays() -> Any:
    return _holidays({"year": clock.today().year + 1, "table": ""}, "")


@bp.post("/holidays")
@roles_required(Role.ADMINISTRATOR)
def import_holidays() -> Any:
    year, table = request.form.get("year", 0, type=int), request.form.get("table", "")
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            table = _text_of(file.read())
        with transaction() as session:
            imported = holiday_import.import_holidays(session, principal(), year, table)
    except CaseError as error:
        return _holidays({"year": year, "table": table}, str(error)), 422
    flash(f"{year} 年放假安排已导入，共 {imported.days} 天；{imported.moved} 项期限随之调整", "success")
    if imported.unread:
        flash(f"{'、'.join(imported.unread)} 因故障挂起，等待时间没有重算；故障处理后请再导入一次", "warning")
    return redirect(url_for("admin.holidays"))


def _text_of(body: bytes) -> str:
    """A text file as offices save it: UTF-8, else GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CaseError("文件不是文本，请另存为 CSV 后再导入")


def _holidays(values: dict[str, Any], problem: str) -> str:
    session = reading()
    calendar = calendars.calendar_in_force(session)
    this_year = clock.today().year
    return render_template(
        "admin/holidays.html",
        values=values,
        problem=problem,
        years=[(year, year in calendar.imported, calendar.is_provisional(year)) for year in range(this_year - 1, this_year + 3)],
        imported=calendar.imported,
    )
