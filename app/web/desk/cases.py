"""案件: the list, one case as a file, its live diagram, and the search box."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import case_diagram, case_file, case_search, forms, worklist
from app.cases.case_file import CaseHead
from app.cases.case_search import CaseRow
from app.engine import store
from app.law.periods import format_date
from app.model import Case, CaseStatus
from app.model.identifiers import region_name
from app.office.table_workbook import Column, table_to_xlsx
from app.web.context import distance
from app.web.current import principal, reading
from app.web.desk import readable
from app.web.desk.blueprint import bp
from app.web.desk.inbox import workbook
from app.web.desk.task_page import decision_in_words

TABS = {"diagram": "流程图", "history": "经过", "materials": "材料", "limits": "期限", "letters": "公文", "related": "关联案件"}
STATUS_WORDS = {CaseStatus.ACTIVE: "办理中", CaseStatus.SUSPENDED: "挂起", CaseStatus.ENDED: "已办结"}
COLUMNS = (
    Column("number", "案件编号", 18), Column("subject", "企业或名单", 34), Column("procedure", "事项", 26), Column("region", "所在地", 18),
    Column("stage", "当前环节", 34), Column("due", "最近期限", 30), Column("status", "状态", 12), Column("started", "立案日期", 18),
)  # fmt: skip


@bp.get("/cases")
@login_required
def cases() -> Any:
    me, query = principal(), _query()
    below = request.args.get("below", 0, type=int)
    rows, following = case_search.page(reading(), me, **query, below=below)
    return render_template(
        "desk/cases.html", rows=rows, query=query, columns=COLUMNS, status_words=STATUS_WORDS, options=worklist.options(reading(), me),
        next=url_for("desk.cases", **_given(query), below=following) if following else None,
        first=url_for("desk.cases", **_given(query)) if request.args.get("below") else None,
        download=url_for("desk.cases_workbook", **_given(query)),
    )  # fmt: skip


@bp.get("/cases.xlsx")
@login_required
def cases_workbook() -> Any:
    """The case list with its filters, as on the screen."""
    me, query, below = principal(), _query(), 0
    rows: list[dict[str, object]] = []
    while len(rows) < 20_000:
        part, below = case_search.page(reading(), me, **query, below=below, size=500)
        rows += [_cells(row) for row in part]
        if not below:
            break
    return workbook(table_to_xlsx("案件", COLUMNS, rows), f"案件-{clock.today()}")


def _query() -> dict[str, Any]:
    return {name: request.args.get(name, "").strip()[:80] for name in ("q", "process", "region", "status")}


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in query.items() if v}


def _cells(row: CaseRow) -> dict[str, object]:
    due = ""
    if row.due_on:
        due = f"{format_date(row.due_on)}，{'计时暂停' if row.clock_stopped else distance(row.due_on)}"
    return {
        "number": row.case.number,
        "subject": f"{row.subject} {row.uscc}".strip(),
        "procedure": row.procedure,
        "region": region_name(row.case.region_code),
        "stage": "、".join(row.stages) or (row.case.outcome or ""),
        "due": due,
        "status": STATUS_WORDS.get(CaseStatus(row.case.status), row.case.status),
        "started": format_date(row.case.started_at.astimezone(clock.SHANGHAI).date()),
    }


@bp.get("/cases/<int:case_id>")
@login_required
def case(case_id: int) -> Any:
    session, me = reading(), principal()
    head = case_file.head(session, me, case_id)
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else "diagram"
    shown = {"head": head, "case": head.case, "tab": tab, "tabs": TABS, "status_words": STATUS_WORDS}
    return render_template(f"desk/case_{tab}.html", **shown, **_of_tab(session, me, head, tab))


def _of_tab(session: Session, me: Principal, head: CaseHead, tab: str) -> dict[str, Any]:
    """What a tab shows."""
    match tab:
        case "history":
            return {"happenings": case_file.timeline(session, me, head.case)}
        case "materials":
            return {"papers": case_file.papers(session, me, head.case.id), "submissions": _submissions(session, me, head.case)}
        case "limits":
            return {"limits": case_file.time_limits(session, head.case.id)}
        case "letters":
            return {"letters": case_file.letters(session, me, head.case.id)}
        case "related":
            return {"related": case_search.related(session, me, head.case)}
        case _:
            return {"levels": _levels(session, head)}


def _levels(session: Session, head: CaseHead) -> list[dict[str, str]]:
    """The processes of the case's version with the addresses of drawing and state."""
    compiled = store.compiled(session, head.definition)
    return [
        {
            "process": level.process,
            "name": level.name,
            "xml_url": url_for("desk.diagram_xml", definition_id=head.definition.id, process_key=level.process),
            "state_url": url_for("desk.diagram_state", case_id=head.case.id, process=level.process),
        }
        for level in case_diagram.levels(compiled)
    ]


def _submissions(session: Session, me: Principal, case: Case) -> list[tuple[case_file.DoneTask, str, list[readable.Field]]]:
    """What was submitted at each step, readable, newest first; one's own side's for those who are no authority."""
    mine = me.organisation_ids if case_file.sees_own_side_only(me) else None
    found = []
    for done in case_file.done_tasks(session, case.id, mine):
        schema, ui = forms.form_for_reading(session, done.task, case)
        fields = readable.fields(schema, ui, done.task.data or {})
        found.append((done, decision_in_words(session, done.task, case), fields))
    return found


# -- the live diagram -----------------------------------------------------------------------------------------------------


@bp.get("/cases/<int:case_id>/diagram.json")
@login_required
def diagram_state(case_id: int) -> Any:
    session, me = reading(), principal()
    found = case_file.head(session, me, case_id).case
    return jsonify(asdict(case_diagram.diagram_state(session, me, found, request.args.get("process") or found.process_key)))


@bp.get("/processes/<int:definition_id>/<process_key>.bpmn")
@login_required
def diagram_xml(definition_id: int, process_key: str) -> Any:
    body = case_diagram.diagram_xml(reading(), principal(), definition_id, process_key)
    return Response(body, mimetype="application/xml", headers={"Cache-Control": "private, max-age=3600"})


# -- the search box -------------------------------------------------------------------------------------------------------


@bp.get("/search")
@login_required
def search() -> Any:
    """Straight to the case or enterprise when there is one, else a list of both."""
    session, me, q = reading(), principal(), request.args.get("q", "").strip()[:80]
    if not q:
        return render_template("desk/search.html", q=q, enterprises=[], rows=[])
    enterprises = case_search.search_enterprises(session, me, q)
    rows, _ = case_search.page(session, me, q=q)
    exact = next((row for row in rows if row.case.number == q.upper()), None)
    if exact is not None:
        return redirect(url_for("desk.case", case_id=exact.case.id))
    if len(enterprises) == 1 and all(row.case.enterprise_id == enterprises[0].id for row in rows):
        return redirect(url_for("desk.enterprise", enterprise_id=enterprises[0].id))
    if len(rows) == 1 and not enterprises:
        return redirect(url_for("desk.case", case_id=rows[0].case.id))
    return render_template("desk/search.html", q=q, enterprises=enterprises, rows=rows)
