"""What a rule that counts has brought up, and which results count."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect, request, url_for

from app.cases import register_proposals
from app.cases.errors import CaseError
from app.web.current import principal, transaction
from app.web.registers.blueprint import bp


@bp.post("/proposals/<int:proposal_id>/dismiss")
def dismiss(proposal_id: int) -> Any:
    with transaction() as session:
        proposal = register_proposals.dismiss(session, principal(), proposal_id, request.form.get("reason", ""))
        back = _address(proposal.entry_id, proposal.register_id)
    flash("已记录不予办理的理由", "success")
    return redirect(back)


@bp.post("/proposals/<int:proposal_id>/start")
def start(proposal_id: int) -> Any:
    with transaction() as session:
        proposal = register_proposals.start_procedure(session, principal(), proposal_id)
        back = _address(proposal.entry_id, proposal.register_id)
    flash("已发起办理程序，任务会出现在工作台", "success")
    return redirect(back)


@bp.post("/entries/<int:entry_id>/outcomes/<int:outcome_id>")
def counting(entry_id: int, outcome_id: int) -> Any:
    counts = request.form.get("counts") == "1"
    with transaction() as session:
        register_proposals.set_counting(session, principal(), entry_id, outcome_id, counts, request.form.get("reason", ""))
    flash("已计入" if counts else "已不计入，理由已记录", "success")
    return redirect(_address(entry_id, 0))


@bp.post("/entries/<int:entry_id>/outcomes")
def add_result(entry_id: int) -> Any:
    try:
        day = dt.date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        raise CaseError("请填写发生的日期") from None
    case_id = request.form.get("case", 0, type=int)
    with transaction() as session:
        register_proposals.add_result(session, principal(), entry_id, case_id, request.form.get("kind", ""), day)
    flash("已登记", "success")
    return redirect(_address(entry_id, 0))


def _address(entry_id: int | None, register_id: int) -> str:
    if entry_id is not None:
        return url_for("registers.entry", entry_id=entry_id)
    return url_for("registers.show", register_id=register_id)
