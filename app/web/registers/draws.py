"""The experts of a case: who was drawn out of whom, who comes, what each thinks; and the panel beside a task."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import expert_acts, expert_view, register_view
from app.cases.errors import NotFound
from app.model import Case, DrawMember, MemberStatus, RegisterEntry, Task
from app.web.current import principal, reading, transaction
from app.web.registers import words
from app.web.registers.blueprint import bp


@bp.app_template_global()
def experts_panel(task: Task, case: Case) -> dict[str, Any] | None:
    """What the panel of experts shows beside a task; none where they are not the person's to see."""
    try:
        file = expert_view.of_case(reading(), principal(), case.id)
    except NotFound:
        return None
    return {"file": file, "words": words}


@bp.app_template_global()
def register_subject(case: Case) -> RegisterEntry | None:
    """The entry of a register that a case is about, where the reader may see it."""
    return register_view.subject_of(reading(), principal(), case) if case.enterprise_id is None and case.roster_id is None else None


@bp.get("/cases/<int:case_id>/experts")
def experts(case_id: int) -> Any:
    file = expert_view.of_case(reading(), principal(), case_id)
    return render_template("registers/experts.html", file=file, words=words)


@bp.post("/members/<int:member_id>/attendance")
def attendance(member_id: int) -> Any:
    given = request.form.get("status", "")
    status = MemberStatus(given) if given in set(MemberStatus) else MemberStatus.UNAVAILABLE
    with transaction() as session:
        member = expert_acts.set_attendance(session, principal(), member_id, status, request.form.get("reason", ""))
        case_id = member.draw.case_id
    flash("已登记" + ("，可以补抽" if status in (MemberStatus.RECUSED, MemberStatus.UNAVAILABLE) else ""), "success")
    return _back(case_id)


@bp.route("/members/<int:member_id>/opinion", methods=["GET", "POST"])
def opinion(member_id: int) -> Any:
    if request.method == "GET":
        member, file = expert_view.member(reading(), principal(), member_id)
        return render_template("registers/opinion.html", member=member, file=file, words=words)
    agrees = {"yes": True, "no": False}.get(request.form.get("agrees", ""))
    with transaction() as session:
        member = expert_acts.give_opinion(
            session, principal(), member_id, request.form.get("opinion", ""), agrees, request.form.get("signed") == "1",
            request.form.get("dissent", ""),
        )  # fmt: skip
        case_id = _case_of(member)
    flash("专家意见已登记", "success")
    return _back(case_id)


def _case_of(member: DrawMember) -> int:
    return member.draw.case_id


@bp.post("/cases/<int:case_id>/redraw")
def redraw(case_id: int) -> Any:
    with transaction() as session:
        made = expert_acts.redraw(session, principal(), case_id)
        number = len(made.members)
    flash(f"已补抽 {number} 名专家", "success")
    return _back(case_id)


@bp.route("/cases/<int:case_id>/designate", methods=["GET", "POST"])
def designate(case_id: int) -> Any:
    if request.method == "GET":
        file, eligible, excluded = expert_view.to_choose(reading(), principal(), case_id)
        return render_template("registers/designate.html", file=file, eligible=eligible, excluded=excluded, words=words)
    chosen = {int(key[7:]): value for key, value in request.form.items() if key.startswith("expert-") and key[7:].isdigit() and value}
    with transaction() as session:
        expert_acts.designate(session, principal(), case_id, chosen, request.form.get("reason", ""))
    flash(f"已确定 {len(chosen)} 名专家，理由已记录", "success")
    return _back(case_id)


def _back(case_id: int) -> Any:
    back = request.form.get("back", "")
    own = url_for("registers.experts", case_id=case_id)
    return redirect(back if back.startswith("/tasks/") and back[7:].isdigit() else own)
