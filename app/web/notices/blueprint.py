"""The notices of one's own organisation: the list, one of them, all read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from app.cases import notices
from app.web.current import principal, reading, transaction

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.before_request
@login_required
def _signed_in() -> None:
    """Nobody else has notices."""


@bp.get("")
def index() -> Any:
    unread_only = request.args.get("show") == "unread"
    page = notices.page(reading(), principal(), unread_only=unread_only, number=request.args.get("page", 1, type=int))
    return render_template("notices/index.html", page=page, unread_only=unread_only, kinds=notices.KINDS)


@bp.get("/<int:notice_id>")
def show(notice_id: int) -> Any:
    """Opening a notice marks it as read."""
    told = notices.find(reading(), principal(), notice_id)
    if told.notice.read_at is None:
        with transaction() as session:
            notices.mark_read(session, principal(), notice_id)
    return render_template("notices/show.html", told=told, kinds=notices.KINDS)


@bp.post("/read")
def read_all() -> Any:
    with transaction() as session:
        count = notices.mark_all_read(session, principal())
    flash(f"已把 {count} 条通知标为已读" if count else "没有未读的通知", "success")
    return redirect(url_for("notices.index"))
