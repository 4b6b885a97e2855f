"""One entry: its facts, how it stands to the conditions, its history, its clients; and the changes and reports that it owes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app import clock
from app.cases import register_entry_view, register_forms, registers
from app.cases.errors import InvalidForm
from app.cases.register_proposals import LATE_KINDS
from app.law.admission import FIELDS, Verdict
from app.law.registers import Act
from app.model import Standing
from app.services.experts import NATURES
from app.services.register_acts import CONTACTS, NAMES, report_due
from app.services.register_book import law_of
from app.services.register_rules import OUTCOME_LABELS
from app.web.current import principal, reading, transaction
from app.web.registers import words
from app.web.registers.acts import possible
from app.web.registers.blueprint import bp


@bp.get("/entries/<int:entry_id>")
def entry(entry_id: int) -> Any:
    session, me = reading(), principal()
    file = register_entry_view.entry_file(session, me, entry_id)
    found, register, law = file.entry, file.entry.register, file.law
    own = registers.is_own(me, found)
    keeps = registers.keeps(me, register)
    renewing = found.status == Standing.LISTED and found.admitted_on is not None and found.applied_on > found.admitted_on
    judging = (found.status == Standing.APPLIED or renewing) and registers.office_for(me, register, law, Act.ADMISSION) is not None
    return render_template(
        "registers/entry.html", file=file, entry=found, register=register, law=law, words=words, own=own, keeps=keeps, judging=judging,
        acts=possible(me, file), names=NAMES, fields=FIELDS, verdicts=Verdict, outcome_labels=OUTCOME_LABELS, late_kinds=LATE_KINDS,
        natures=NATURES, may_change=own or keeps, may_declare=own or keeps,
    )  # fmt: skip


@bp.post("/entries/<int:entry_id>/judge")
def judge(entry_id: int) -> Any:
    judged = {name[6:]: value == "yes" for name, value in request.form.items() if name.startswith("judge-") and value in ("yes", "no")}
    with transaction() as session:
        registers.judge(session, principal(), entry_id, judged)
    flash(f"已记录 {len(judged)} 项核对结果", "success")
    return _back(entry_id)


@bp.route("/entries/<int:entry_id>/change", methods=["GET", "POST"])
def change(entry_id: int) -> Any:
    if request.method == "GET":
        return _change_form(entry_id, {})
    try:
        with transaction() as session:
            mark = registers.report_change(session, principal(), entry_id, request.form)
            late = mark.facts["late"]
    except InvalidForm as error:
        return _change_form(entry_id, request.form, {p.pointer[1:]: p.message for p in error.problems}), 422
    flash("变更已登记" + ("，报告时已超过规定的期限" if late else ""), "warning" if late else "success")
    return _back(entry_id)


def _change_form(entry_id: int, values: Any, problems: dict[str, str] | None = None) -> str:
    found = registers.find(reading(), principal(), entry_id)
    law = law_of(found.register)
    return render_template(
        "registers/change.html", entry=found, register=found.register, law=law, problems=problems or {}, fields=FIELDS, contacts=CONTACTS,
        values=values or {"name": found.name, **found.facts}, asked=register_forms.asked(found.register.kind, law),
        own=registers.is_own(principal(), found),
    )  # fmt: skip


@bp.route("/entries/<int:entry_id>/report", methods=["GET", "POST"])
def report(entry_id: int) -> Any:
    if request.method == "GET":
        found = registers.find(reading(), principal(), entry_id)
        law = law_of(found.register)
        year = clock.today().year - 1
        return render_template(
            "registers/report.html", entry=found, register=found.register, law=law, year=year, due=report_due(law, year),
            own=registers.is_own(principal(), found),
        )  # fmt: skip
    with transaction() as session:
        mark = registers.report_year(session, principal(), entry_id, request.form.get("year", type=int), request.form.get("note", ""))
        year, late = mark.facts["year"], mark.facts["late"]
    flash(f"{year} 年度报告已登记" + ("，晚于规定的日期" if late else ""), "warning" if late else "success")
    return _back(entry_id)


@bp.post("/entries/<int:entry_id>/interests")
def declare_interest(entry_id: int) -> Any:
    try:
        with transaction() as session:
            registers.declare_interest(session, principal(), entry_id, request.form)
    except InvalidForm as error:
        flash("；".join(p.message for p in error.problems), "danger")
    else:
        flash("已登记，今后抽取专家时会自动回避", "success")
    return _back(entry_id)


def _back(entry_id: int) -> Any:
    return redirect(url_for("registers.entry", entry_id=entry_id))
