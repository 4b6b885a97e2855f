"""The administrators' pages. System, security and audit are apart: each finds only its own work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required

from app import clock
from app.cases import administration
from app.cases import operations_view as view
from app.model import Role
from app.web.access_control import roles_required
from app.web.current import principal, reading, runtime, transaction

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.before_request
@login_required
def _signed_in() -> None:
    """What each may see is said at each page."""


@bp.get("/")
@roles_required(Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR)
def overview() -> Any:
    """How the system is doing; the other administrators have one page each."""
    me = principal()
    if not me.has(Role.ADMINISTRATOR):
        return redirect(url_for("admin.users" if me.has(Role.SECURITY) else "admin.events"))
    session = reading()
    return render_template("admin/overview.html", numbers=view.overview(session), waiting=view.waiting_tasks(session))


@bp.get("/clock")
@roles_required(Role.ADMINISTRATOR)
def demonstration_clock() -> Any:
    _only_where_adjustable()
    return render_template("admin/clock.html", now=clock.now(), ahead=clock.offset())


@bp.post("/clock")
@roles_required(Role.ADMINISTRATOR)
def move_clock() -> Any:
    _only_where_adjustable()
    days = request.form.get("days", 0, type=int)
    with transaction() as session:
        administration.move_clock(session, principal(), days)
    flash(f"演示时间前进了 {days} 天；到期的事项会在几秒钟内自动处理", "success")
    return redirect(url_for("admin.demonstration_clock"))


def _only_where_adjustable() -> None:
    if not runtime().settings.adjustable_clock:
        abort(404)


from app.web.admin import (  # noqa: E402  # they add their views to the blueprint above
    approvals,  # noqa: F401
    compare,  # noqa: F401
    coverage,  # noqa: F401
    exchange,  # noqa: F401
    heat,  # noqa: F401
    incidents,  # noqa: F401
    limits,  # noqa: F401
    migrations,  # noqa: F401
    operations,  # noqa: F401
    organisations,  # noqa: F401
    people,  # noqa: F401
    processes,  # noqa: F401
    version_acts,  # noqa: F401
)
