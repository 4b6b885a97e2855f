"""What people do with a task: submit, keep a draft, send back, hand on, claim, urge, take back, stop the clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.orm import Session

from app.cases import clock_stops, drafts, failures, forms, idempotency, work
from app.cases.drafts import DraftConflict
from app.cases.errors import CaseError, Conflict, InvalidForm
from app.cases.failures import ActFailed
from app.cases.idempotency import Answer
from app.law.periods import PeriodError, format_date
from app.model import Case, Draft, Task
from app.web.current import principal, reading, transaction
from app.web.desk.blueprint import bp
from app.web.desk.remembered import back_to_list
from app.web.desk.task_page import legal_steps, rights_of
from app.web.errors import problem

# -- the form's own calls -------------------------------------------------------------------------------------------------


@bp.post("/tasks/<int:task_id>/complete")
@login_required
def complete(task_id: int) -> Any:
    me, body = principal(), _body()
    key = request.headers.get("Idempotency-Key", "")[: idempotency.MAX_KEY]
    digest = hashlib.sha256(request.path.encode() + b"\0" + request.get_data()).hexdigest()

    def once(act: Callable[[Session], Answer]) -> Answer:
        """A second click, or a lost answer asked for again, acts once."""
        with transaction() as session:
            return idempotency.once(session, me.user_id, key, digest, lambda: act(session)) if key else act(session)

    def act(session: Session) -> Answer:
        task = work.complete(session, me, task_id, body.get("data"), _number(body.get("revision")))
        flash(f"已提交“{task.name}”", "success")
        return Answer(200, {"next": back_to_list(me)})

    def keep(session: Session, failed: ActFailed) -> Answer:
        failures.suspend(session, failed)
        return Answer(202, {"next": url_for("desk.task", task_id=task_id)})

    try:
        answer = once(act)
    except ActFailed as failed:
        kept = failed
        answer = once(lambda session: keep(session, kept))
    return jsonify(answer.body), answer.status


@bp.put("/tasks/<int:task_id>/draft")
@login_required
def save_draft(task_id: int) -> Any:
    body = _body()
    data = body.get("data")
    if not isinstance(data, dict):
        return problem(422, "草稿内容应为表单数据")
    with transaction() as session:
        try:
            revision = _number(body.get("revision")) or 0
            draft = drafts.save(session, principal(), task_id, data, revision, overwrite=body.get("overwrite") is True)
        except DraftConflict as conflict:
            other = conflict.other
            return problem(409, str(conflict), other={**_mark(other), "data": other.data, "saved_by": conflict.who})
    return jsonify(_mark(draft))


def _mark(draft: Draft) -> dict[str, Any]:
    return {"revision": draft.revision, "saved_at": draft.saved_at.isoformat()}


def _number(value: Any) -> int | None:
    """A revision as sent; none when there is none to check."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


# -- acts with a page of their own ----------------------------------------------------------------------------------------


def _page(task_id: int, template: str, status: int = 200, **values: Any) -> Any:
    """A page for an act on a task that the person may see."""
    task, case = work.find(reading(), principal(), task_id)
    return render_template(template, task=task, case=case, **values), status


def _back(task_id: int) -> Any:
    return redirect(url_for("desk.task", task_id=task_id))


@bp.route("/tasks/<int:task_id>/return", methods=["GET", "POST"])
@login_required
def send_back(task_id: int) -> Any:
    """退回, with the reason; what the draft holds goes with it."""
    if request.method == "GET":
        return _page(task_id, "desk/act_return.html", reason="", problems=[], consequence=_return_consequence(task_id))
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            draft = drafts.of(session, task_id)
            kept = {k: v for k, v in (draft.data if draft else {}).items() if k not in ("decision", "returned_reason", "opinion")}
            task = work.send_back(session, principal(), task_id, reason, kept)
    except ActFailed as failed:
        with transaction() as session:
            failures.suspend(session, failed)
        return _back(task_id)
    except InvalidForm as error:
        messages = [p.message for p in error.problems]
        return _page(task_id, "desk/act_return.html", 422, reason=reason, problems=messages, consequence=_return_consequence(task_id))
    except Conflict:
        raise
    except CaseError as error:
        return _page(task_id, "desk/act_return.html", 400, reason=reason, problems=[str(error)], consequence="")
    flash(f"已退回“{task.name}”", "success")
    return redirect(back_to_list(principal()))


def _return_consequence(task_id: int) -> str:
    task, case = work.find(reading(), principal(), task_id)
    schema, _ = forms.form_for_reading(reading(), task, case)
    return str(schema.get("x-consequences", {}).get(work.RETURN_DECISION, ""))


@bp.route("/tasks/<int:task_id>/transfer", methods=["GET", "POST"])
@login_required
def transfer(task_id: int) -> Any:
    """转办 or 委派 to a colleague."""
    me, form = principal(), request.form
    error = ""
    if request.method == "POST":
        hand = work.delegate if form.get("way") == "delegate" else work.transfer
        if form.get("to", "").isdigit():
            try:
                with transaction() as session:
                    task = hand(session, principal(), task_id, int(form["to"]), form.get("reason", "").strip())
                flash(f"已{'委派' if hand is work.delegate else '转办'}“{task.name}”", "success")
                return redirect(back_to_list(principal()))
            except Conflict:
                raise
            except CaseError as refused:
                error = str(refused)
        else:
            error = "请选择同事"
    found, _case = work.find(reading(), me, task_id)
    colleagues = [user for user in work.colleagues(reading(), found) if user.id != me.user_id]
    return _page(task_id, "desk/act_transfer.html", 400 if error else 200, colleagues=colleagues, form=form, error=error)


@bp.post("/tasks/<int:task_id>/claim")
@login_required
def claim(task_id: int) -> Any:
    """认领; one's own again gives it back."""
    with transaction() as session:
        task = work.claim(session, principal(), task_id)
    flash("已认领，本单位其他人不会重复办理" if task.assignee_id else "已放回，本单位的人都可以办理", "success")
    return _back(task_id)


@bp.route("/tasks/<int:task_id>/urge", methods=["GET", "POST"])
@login_required
def urge(task_id: int) -> Any:
    """催办: a notice to whoever has the task."""
    if request.method == "GET":
        return _page(task_id, "desk/act_urge.html", error="")
    try:
        with transaction() as session:
            work.urge(session, principal(), task_id, request.form.get("message", "").strip())
    except Conflict:
        raise
    except CaseError as error:
        return _page(task_id, "desk/act_urge.html", 400, error=str(error))
    flash("已催办，承办单位会收到通知", "success")
    return _back(task_id)


@bp.route("/tasks/<int:task_id>/withdraw", methods=["GET", "POST"])
@login_required
def withdraw(task_id: int) -> Any:
    """撤回 of one's own task that nobody has acted on yet, after a page that says what happens."""
    if request.method == "GET":
        return _page(task_id, "desk/act_withdraw.html")
    with transaction() as session:
        task = work.withdraw(session, principal(), task_id)
    flash(f"已撤回“{task.name}”，可以修改后重新提交", "success")
    return _back(task.id)


# -- the clock ------------------------------------------------------------------------------------------------------------


@bp.route("/tasks/<int:task_id>/clock/<any(stop,resume,extend):act>", methods=["GET", "POST"])
@login_required
def clock_act(task_id: int, act: str) -> Any:
    """暂停计时, 恢复计时, 延长期限: each with its reason, and told to the parties."""
    form, error = request.form, ""
    if request.method == "POST":
        try:
            return _clock(task_id, act, form)
        except Conflict:
            raise
        except (CaseError, PeriodError) as refused:
            error = str(refused)
    task, case = work.find(reading(), principal(), task_id)
    if request.method == "GET" and not _may_touch_clock(task, case):
        error = "这项任务不在您手中，或没有自己的法定期限，不能改动计时"
    steps = [step for step, _ in legal_steps(task.basis)]
    values = {"grounds": clock_stops.GROUNDS, "form": form, "error": error, "steps": steps}
    return _page(task_id, f"desk/act_clock_{act}.html", 400 if error else 200, **values)


def _clock(task_id: int, act: str, form: Any) -> Any:
    reason = form.get("reason", "")
    with transaction() as session:
        if act == "stop":
            clock_stops.stop(session, principal(), task_id, form.get("ground", ""), reason)
            said = "已暂停计时，并书面告知当事人"
        elif act == "resume":
            task = clock_stops.resume(session, principal(), task_id)
            said = f"已恢复计时，期限顺延至 {format_date(task.due_on)}" if task.due_on else "已恢复计时"
        else:
            value = form.get("value", "")
            number = int(value) if value.isdigit() else 0
            task = clock_stops.extend(session, principal(), task_id, number, form.get("unit", ""), reason, form.get("legal_basis", ""))
            said = f"期限已延长至 {format_date(task.due_on)}，并书面告知当事人" if task.due_on else "期限已延长"
    flash(said, "success")
    return _back(task_id)


def _may_touch_clock(task: Task, case: Case) -> bool:
    return rights_of(principal(), task, case, []).can_touch_clock
