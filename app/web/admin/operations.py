"""Running the system: incidents, deliveries, and the record for the auditor."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import administration
from app.cases import administration_view as view
from app.model import Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction


@bp.get("/incidents")
@roles_required(Role.ADMINISTRATOR)
def incidents() -> Any:
    return render_template("admin/incidents.html", rows=view.incidents(reading()))


@bp.post("/incidents/<int:case_id>/retry")
@roles_required(Role.ADMINISTRATOR)
def retry_incident(case_id: int) -> Any:
    with transaction() as session:
        case = administration.retry_incident(session, principal(), case_id, request.form.get("reason", ""))
    flash(f"{case.title}已恢复，系统会自动再试一次；若原因还在，会再次出现在这里", "success")
    return redirect(url_for("admin.incidents"))


@bp.get("/outbox")
@roles_required(Role.ADMINISTRATOR)
def outbox() -> Any:
    return render_template("admin/outbox.html", rows=view.deliveries(reading()))


@bp.post("/outbox/<int:message_id>/retry")
@roles_required(Role.ADMINISTRATOR)
def retry_delivery(message_id: int) -> Any:
    with transaction() as session:
        administration.retry_delivery(session, principal(), message_id, request.form.get("reason", ""))
    flash("已重新排队，几秒钟内会再投递", "success")
    return redirect(url_for("admin.outbox"))


@bp.get("/events")
@roles_required(Role.AUDITOR)
def events() -> Any:
    query = {name: request.args.get(name, "").strip() for name in ("kind", "who", "since", "until")}
    before = request.args.get("before", type=int)
    rows = view.events(
        reading(), kind=query["kind"], who=query["who"], since=_day(query["since"]), until=_day(query["until"]), before=before
    )
    return render_template(
        "admin/events.html", rows=rows, query=query, names=view.EVENT_NAMES, in_words=view.detail_in_words,
        more=rows[-1].event.id if len(rows) == view.PAGE else None, paged=before is not None,
    )  # fmt: skip


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
