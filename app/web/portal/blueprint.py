"""The enterprise's pages: what to do next and by when, its cases in plain words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template
from flask_login import login_required

from app import clock
from app.cases import portal_view
from app.web.current import principal, reading

bp = Blueprint("portal", __name__, url_prefix="/portal")

STATE_WORDS = {
    "done": "已完成",
    "now": "正在办理",
    "late": "已逾期",
    "waiting": "等待中",
    "later": "以后",
    "maybe": "视情况，由主管部门判断是否需要",
}
MARKS = {"done": "✓", "now": "●", "late": "!", "waiting": "…", "later": "", "maybe": "?"}


@bp.before_request
@login_required
def _enterprises_only() -> None:
    """For others these pages do not exist; clerks and experts have their work list."""
    if not principal().is_enterprise:
        abort(404)


@bp.get("/")
def overview() -> Any:
    me, session = principal(), reading()
    todo = portal_view.todos(session, me)
    cases = portal_view.cases(session, me)
    running = [case for case in cases if case.status != "ended"]
    main = todo[0].case.id if todo else (running[0].id if running else None)
    return render_template(
        "portal/overview.html",
        todo=todo,
        cases=cases,
        view=portal_view.case_view(session, me, main, clock.today()) if main else None,
        notices=portal_view.notices(session, me),
        states=STATE_WORDS,
        marks=MARKS,
    )


@bp.get("/cases/<int:case_id>")
def case(case_id: int) -> Any:
    view = portal_view.case_view(reading(), principal(), case_id, clock.today())
    return render_template("portal/case.html", view=view, states=STATE_WORDS, marks=MARKS)
