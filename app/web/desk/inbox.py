"""工作台: what is to be done, with filters in the address, Excel of the same, and acts on several rows at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request
from flask_login import login_required
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.cases import case_file, work, worklist
from app.cases.errors import CaseError, NotFound
from app.cases.worklist_rows import Filters, Row
from app.law import periods
from app.model import Case, Task, TaskStatus
from app.office.table_workbook import Column, table_to_xlsx
from app.web.context import LIGHT_WORDS, distance, light_of
from app.web.current import principal, reading, transaction
from app.web.desk.blueprint import bp
from app.web.desk.remembered import back_to_list, remember_list

TABS = {"todo": "待办", "anytime": "随时可办", "done": "已办", "started": "我发起的", "copied": "抄送"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/desk/")
@login_required
def inbox() -> Any:
    me, filters = principal(), Filters.from_query(request.args)
    remember_list(filters)
    page = worklist.page(reading(), me, filters)
    return render_template(
        "desk/inbox.html",
        filters=filters,
        page=page,
        counters=worklist.counters(reading(), me),
        options=worklist.options(reading(), me),
        columns=columns_of(filters),
        lights={row.key: light_word(row) for row in page.rows},
        tabs=TABS,
        acts=_acts(filters),
    )


@bp.get("/desk/list.xlsx")
@login_required
def inbox_workbook() -> Any:
    """The rows and columns of the list with its filters, as on the screen."""
    filters = Filters.from_query(request.args)
    rows = worklist.every_row(reading(), principal(), filters)
    title = f"工作台-{TABS[filters.tab]}"
    body = table_to_xlsx(title, [Column(key, label, width) for key, label, width in columns_of(filters)], map(cells_of, rows))
    return workbook(body, f"{title}-{clock.today()}")


def workbook(body: bytes, name: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": disposition})


def columns_of(filters: Filters) -> list[tuple[str, str, float]]:
    """The columns of a tab: key, heading, width in the workbook. The screen shows the same in the same order."""
    since = {"done": "办结于", "copied": "收到于"}.get(filters.tab, "到达于")
    columns: list[tuple[str, str, float]] = [
        ("light", "状态", 12), ("procedure", "事项", 30), ("subject", "企业或名单", 34), ("step", "环节", 24), ("article", "依据", 36),
        ("due", "期限", 30), ("from_whom", "来自", 26), ("since", since, 18),
    ]  # fmt: skip
    if filters.tab == "started" or filters.light == "supervised":
        columns.insert(6, ("holder", "现由谁办", 26))
    if filters.tab == "done":
        columns.insert(6, ("decision", "结论", 12))
    return columns


def cells_of(row: Row) -> dict[str, object]:
    """A row as text, cell by cell."""
    due = periods.format_date(row.due_on) if row.due_on else ("随时可办" if row.optional else "未规定期限")
    if row.due_on and row.completed_on is None:
        due += "，计时暂停" if row.clock_stopped else f"，{distance(row.due_on)}"
    if row.promise_due_on and row.promise_due_on != row.due_on:
        due += f"；承诺 {periods.format_date(row.promise_due_on)}"
    return {
        "light": light_word(row)[1],
        "procedure": f"{row.procedure} {row.case_number}".strip(),
        "subject": f"{row.subject} {row.uscc}".strip(),
        "step": row.step,
        "article": row.article,
        "due": due,
        "holder": row.holder,
        "decision": case_file.decision_word(row.decision) if row.decision else "",
        "from_whom": row.from_whom,
        "since": row.since.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
    }


def light_word(row: Row) -> tuple[str, str]:
    """Colour and word of a row; a finished one says whether it was in time."""
    if row.notice_id is not None:
        return ("yellow", "● 未读") if row.unread else ("none", "○ 已读")
    if row.completed_on is not None:
        if row.due_on is None:
            return "none", "✓ 已办"
        return ("red", "■ 逾期办结") if row.completed_on > row.due_on else ("green", "✓ 按期办结")
    light = light_of(row)  # type: ignore[arg-type]
    return ("none" if light == "stopped" else light), LIGHT_WORDS[light]


def _acts(filters: Filters) -> list[tuple[str, str]]:
    """What can be done to all selected rows: others' tasks may be urged, one's own office's claimed or handed on."""
    if filters.tab == "started" or (filters.tab == "todo" and filters.light == "supervised"):
        return [("urge", "催办")]
    return [("claim", "认领"), ("transfer", "转办"), ("urge", "催办")] if filters.tab == "todo" else []


# -- several rows at once -------------------------------------------------------------------------------------------------


@bp.post("/desk/bulk")
@login_required
def bulk() -> Any:
    """认领, 转办 or 催办 of the selected tasks, each in a transaction of its own, and an honest count."""
    me, act = principal(), request.form.get("act", "")
    ids = [int(value) for value in request.form.getlist("task") if value.isdigit()][:200]
    if not ids:
        flash("请先勾选要处理的事项", "warning")
        return redirect(back_to_list(me))
    if act == "transfer" and not request.form.get("to", "").isdigit():
        return _choose_colleague(ids)
    reason = request.form.get("reason", "").strip()

    def do(session: Session, task_id: int) -> None:
        who = principal()
        if act == "claim":
            task, _case = work.find(session, who, task_id)
            if task.assignee_id != who.user_id:
                work.claim(session, who, task_id)
        elif act == "transfer":
            work.transfer(session, who, task_id, int(request.form["to"]), reason)
        elif act == "urge":
            work.urge(session, who, task_id, reason)
        else:
            raise NotFound()

    done, refused = _each(ids, do)
    word = {"claim": "认领", "transfer": "转办", "urge": "催办"}.get(act, "处理")
    if done:
        flash(f"已{word} {done} 项", "success")
    for message, count in refused.items():
        flash(f"{count} 项没有{word}：{message}", "warning")
    return redirect(back_to_list(me))


def _each(ids: list[int], do: Callable[[Session, int], None]) -> tuple[int, dict[str, int]]:
    """Does something to each task by itself. Gives how many went well, and the reasons of the others with their number."""
    done = 0
    refused: dict[str, int] = {}
    for task_id in ids:
        try:
            with transaction() as session:
                do(session, task_id)
            done += 1
        except CaseError as error:
            refused[str(error)] = refused.get(str(error), 0) + 1
    return done, refused


def _choose_colleague(ids: list[int]) -> Any:
    me = principal()
    chosen = select(Task, Case).join(Case, Case.id == Task.case_id).where(Task.id.in_(ids), Task.status == TaskStatus.OPEN)
    rows = reading().execute(chosen.where(scope.own_tasks(me)).order_by(Task.sort_due, Task.id)).all()
    if not rows:
        flash("选中的事项都不能转办：不在您手中，或已办结", "warning")
        return redirect(back_to_list(me))
    offices = {row.Task.organisation_id for row in rows}
    if len(offices) > 1:
        flash("选中的事项属于不同单位，请分别转办", "warning")
        return redirect(back_to_list(me))
    colleagues = [user for user in work.colleagues(reading(), rows[0].Task) if user.id != me.user_id]
    return render_template("desk/bulk_transfer.html", rows=rows, colleagues=colleagues, back=back_to_list(me))
