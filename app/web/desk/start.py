"""发起: the procedures that a person may start by hand, by the law of their place."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.orm import Session

from app.cases import manual_start, roster_queries, work
from app.cases.errors import InvalidForm, NotFound
from app.cases.manual_start import Startable
from app.law.labels import PROCEDURE_KINDS
from app.model import Case, Task
from app.web.current import principal, reading, transaction
from app.web.desk.blueprint import bp


@bp.get("/start")
@login_required
def start() -> Any:
    offered = manual_start.startable(reading(), principal())
    kinds = [kind for kind in PROCEDURE_KINDS if any(_kind(one) == kind for one in offered)]
    groups = [(PROCEDURE_KINDS[kind], [one for one in offered if _kind(one) == kind]) for kind in kinds]
    return render_template("desk/start.html", groups=groups)


@bp.get("/start/<key>")
@login_required
def confirm_start(key: str) -> Any:
    return render_template("desk/start_confirm.html", one=_offered(key), uscc=request.args.get("uscc", ""), problems={})


@bp.post("/start/<key>")
@login_required
def start_case(key: str) -> Any:
    uscc = request.form.get("uscc", "").strip().upper()
    try:
        with transaction() as session:
            case = manual_start.start_from_page(session, principal(), key, uscc)
            task_id = _first_own_task(session, case)
    except InvalidForm as error:
        problems = {problem.pointer: problem.message for problem in error.problems}
        return render_template("desk/start_confirm.html", one=_offered(key), uscc=uscc, problems=problems), 422
    return redirect(url_for("desk.task", task_id=task_id) if task_id is not None else url_for("desk.case", case_id=case.id))


def _kind(one: Startable) -> str:
    kind = one.definition.kind or "other"
    return kind if kind in PROCEDURE_KINDS else "other"


def _first_own_task(session: Session, case: Case) -> int | None:
    """The first task of the new case, when it is the person's own."""
    task_id = roster_queries.first_task(session, case.id)
    task = session.get(Task, task_id) if task_id is not None else None
    return task.id if task is not None and work.may_do(principal(), task) else None


def _offered(key: str) -> Startable:
    found = next((one for one in manual_start.startable(reading(), principal()) if one.definition.key == key), None)
    if found is None:
        raise NotFound("没有这个流程，或者它目前不能由您发起")
    return found
