"""Moving running cases to another version: choose, plan, preview, move, watch, take back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.cases import migration_view as view
from app.cases import migration_words as words
from app.cases import migrations
from app.cases.errors import CaseError, Conflict
from app.engine.migration.plan import GIVEN_UP, Pair
from app.model import MigrationAct, MigrationOutcome, Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction
from app.web.downloads import XLSX, attachment

UNDECIDED, GONE = "?", "-"
"""What the form sends for an element that nobody decided about, and for one that is given up."""
MAX_CHOSEN = 200


@bp.get("/processes/<key>/migration")
@roles_required(Role.ADMINISTRATOR)
def migration_new(key: str) -> Any:
    """Choosing the two versions; `case` limits the move to some cases, `version` says which version they are on."""
    session = reading()
    rows = view.version_rows(session, key)
    return render_template(
        "admin/migration_new.html",
        key=key,
        name=rows[0].definition.name,
        rows=rows,
        sources=[row for row in rows if row.running],
        targets=[row.definition for row in rows if row.definition.status == "deployed"],
        chosen_version=request.args.get("version", 0, type=int),
        cases=_chosen_cases(),
        numbers=view.case_numbers(session, _chosen_cases()),
        runs=view.runs_of(session, key),
        words=words,
    )


@bp.post("/processes/<key>/migration")
@roles_required(Role.ADMINISTRATOR)
def migration_propose(key: str) -> Any:
    old, new = (request.form.get(name, 0, type=int) for name in ("from", "to"))
    with transaction() as session:
        plan = migrations.plan_between(session, principal(), key, old, new)
    return redirect(url_for("admin.migration_plan", plan_id=plan.id, case=_chosen_cases()))


@bp.get("/migrations/<int:plan_id>")
@roles_required(Role.ADMINISTRATOR)
def migration_plan(plan_id: int) -> Any:
    session = reading()
    return render_template(
        "admin/migration_plan.html",
        page=view.plan_page(session, plan_id),
        cases=_chosen_cases(),
        numbers=view.case_numbers(session, _chosen_cases()),
        words=words,
        undecided=UNDECIDED,
        gone=GONE,
    )


@bp.post("/migrations/<int:plan_id>")
@roles_required(Role.ADMINISTRATOR)
def migration_decide(plan_id: int) -> Any:
    """Keeps what was decided, and tries it when asked to."""
    cases = _chosen_cases()
    with transaction() as session:
        plan = migrations.change_plan(session, principal(), plan_id, _decisions(), request.form.get("revision", 0, type=int))
        run = migrations.preview(session, principal(), plan.id, cases) if "preview" in request.form else None
    if run is not None:
        return redirect(url_for("admin.migration_run", run_id=run.id))
    flash("迁移计划已保存", "success")
    return redirect(url_for("admin.migration_plan", plan_id=plan_id, case=cases))


def _decisions() -> dict[Pair, dict[str, str]]:
    """What the form says becomes of each element: fields are named `old>new/element`."""
    found: dict[Pair, dict[str, str]] = {}
    for name, value in request.form.items():
        pair, slash, element = name.rpartition("/")
        old, arrow, new = pair.partition(">")
        if slash and arrow and value != UNDECIDED:
            found.setdefault((old, new), {})[element] = GIVEN_UP if value == GONE else value
    return found


@bp.get("/migrations/runs/<int:run_id>")
@roles_required(Role.ADMINISTRATOR)
def migration_run(run_id: int) -> Any:
    session = reading()
    query = {name: request.args.get(name, "") for name in ("outcome", "reason")}
    after = request.args.get("after", 0, type=int)
    page = view.run_page(session, run_id)
    rows, more = view.items(session, run_id, outcome=query["outcome"], reason=query["reason"], after=after)
    return render_template(
        "admin/migration_run.html",
        page=page,
        reasons=view.reasons(session, run_id),
        rows=rows,
        more=more,
        paged=bool(after),
        query={name: value for name, value in query.items() if value},
        undoable=view.undoable(session, run_id) if page.run.act == MigrationAct.MOVE else 0,
        words=words,
        Act=MigrationAct,
        Outcome=MigrationOutcome,
    )


@bp.get("/migrations/runs/<int:run_id>/progress")
@roles_required(Role.ADMINISTRATOR)
def migration_progress(run_id: int) -> Any:
    """How far a run is. At its end the whole page is asked for again."""
    page = view.run_page(reading(), run_id)
    answer = Response(render_template("admin/_migration_progress.html", page=page, words=words))
    if not page.is_running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.get("/migrations/runs/<int:run_id>/report.xlsx")
@roles_required(Role.ADMINISTRATOR)
def migration_report(run_id: int) -> Any:
    session = reading()
    page = view.run_page(session, run_id)
    name = f"{words.ACTS[page.run.act]}结果 {page.new.name} 第{page.old.version}版到第{page.new.version}版.xlsx"
    return attachment(view.report(session, page), name, XLSX)


@bp.get("/migrations/runs/<int:run_id>/move")
@roles_required(Role.ADMINISTRATOR)
def migration_confirm(run_id: int) -> Any:
    session = reading()
    page = view.run_page(session, run_id)
    if page.run.act != MigrationAct.PREVIEW or page.is_running:
        raise Conflict("请在预演完成之后再迁移")
    if not page.good:
        raise CaseError("预演中没有可以迁移的案件，请修改计划后重新预演")
    return render_template("admin/migration_confirm.html", page=page)


@bp.post("/migrations/runs/<int:run_id>/move")
@roles_required(Role.ADMINISTRATOR)
def migration_move(run_id: int) -> Any:
    with transaction() as session:
        run = migrations.move(session, principal(), run_id, request.form.get("reason", ""))
    return redirect(url_for("admin.migration_run", run_id=run.id))


@bp.post("/migrations/runs/<int:run_id>/stop")
@roles_required(Role.ADMINISTRATOR)
def migration_stop(run_id: int) -> Any:
    with transaction() as session:
        migrations.stop(session, principal(), run_id)
    flash("已停止。已经处理的案件保持处理结果，其余案件没有改动", "success")
    return redirect(url_for("admin.migration_run", run_id=run_id))


@bp.get("/migrations/runs/<int:run_id>/undo")
@roles_required(Role.ADMINISTRATOR)
def migration_confirm_undo(run_id: int) -> Any:
    """What taking back means: for all cases of a run, or for one."""
    session = reading()
    page, case_id = view.run_page(session, run_id), request.args.get("case", 0, type=int)
    rows, _ = view.items(session, run_id, after=case_id - 1, limit=1) if case_id else ([], None)
    one = next((row for row in rows if row.case.id == case_id), None)
    return render_template("admin/migration_undo.html", page=page, one=one, count=view.undoable(session, run_id))


@bp.post("/migrations/runs/<int:run_id>/undo")
@roles_required(Role.ADMINISTRATOR)
def migration_undo(run_id: int) -> Any:
    case_id, reason = request.form.get("case", 0, type=int), request.form.get("reason", "")
    with transaction() as session:
        if case_id:
            case = migrations.undo_one(session, principal(), run_id, case_id, reason)
            flash(f"{case.title}（{case.number}）已退回原来的版本", "success")
            return redirect(url_for("admin.migration_run", run_id=run_id))
        run = migrations.undo(session, principal(), run_id, reason)
    return redirect(url_for("admin.migration_run", run_id=run.id))


def _chosen_cases() -> list[int]:
    """The cases that somebody came with, at most a screenful."""
    return [case_id for case_id in request.values.getlist("case", type=int) if case_id > 0][:MAX_CHOSEN]
