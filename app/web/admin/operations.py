"""Running the system: deliveries, and the record for the auditor."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import render_template, request

from app.cases import incident_view, operations_view, record_view
from app.model import Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import reading


@bp.get("/outbox")
@roles_required(Role.ADMINISTRATOR)
def outbox() -> Any:
    return render_template("admin/outbox.html", rows=operations_view.deliveries(reading()), names=incident_view.DELIVERY_NAMES)


@bp.get("/events")
@roles_required(Role.AUDITOR)
def events() -> Any:
    query = {name: request.args.get(name, "").strip() for name in ("kind", "who", "since", "until")}
    before = request.args.get("before", type=int)
    rows = record_view.events(
        reading(), kind=query["kind"], who=query["who"], since=_day(query["since"]), until=_day(query["until"]), before=before
    )
    return render_template(
        "admin/events.html", rows=rows, query=query, names=record_view.EVENT_NAMES, in_words=record_view.detail_in_words,
        more=rows[-1].event.id if len(rows) == record_view.PAGE else None, paged=before is not None,
    )  # fmt: skip


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
