"""A second person's approval: the rule, a version submitted, approved or sent back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import approvals, library, periods_in_force, second_person, version_history
from app.cases import process_view as view
from app.cases.errors import NotFound, Undeployable
from app.model import Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.admin.compare import side_by_side
from app.web.current import principal, reading, transaction


@bp.get("/processes/approvals")
@roles_required(Role.ADMINISTRATOR)
def approval_rule() -> Any:
    """The rule and what waits."""
    session = reading()
    return render_template(
        "admin/approvals.html", required=second_person.is_required(session), proposal=second_person.proposal(session),
        waiting=approvals.waiting(session),
    )  # fmt: skip


RULE_ACTS = {
    "on": "今后每个版本部署前都须经另一名管理员批准",
    "propose-off": "已提出不再要求审批，等另一名管理员确认；确认之前仍须审批",
    "confirm-off": "不再要求第二人审批",
    "keep": "继续要求第二人审批",
}


@bp.post("/processes/approvals/<any(on,'propose-off','confirm-off',keep):act>")
@roles_required(Role.ADMINISTRATOR)
def change_approval_rule(act: str) -> Any:
    with transaction() as session:
        if act == "propose-off":
            second_person.propose_off(session, principal(), request.form.get("reason", ""))
        else:
            {"on": second_person.turn_on, "confirm-off": second_person.confirm_off, "keep": second_person.keep_on}[act](
                session, principal()
            )
    flash(RULE_ACTS[act], "success")
    return redirect(url_for("admin.approval_rule"))


@bp.get("/processes/<key>/<int:version>/approval")
@roles_required(Role.ADMINISTRATOR)
def approval(key: str, version: int) -> Any:
    """A version as its second person sees it: what differs from the one in use, what follows, who worked on it."""
    session = reading()
    definition = next((one for one in view.versions(session, key) if one.version == version), None)
    if definition is None:
        raise NotFound("没有这个版本")
    submitted = approvals.latest(session, definition)
    current = library.newest_deployed(session, key)
    return render_template(
        "admin/approval.html", definition=definition, approval=submitted, current=current, states=view.STATE_NAMES,
        refusal=approvals.why_not(session, principal(), submitted) if submitted is not None else "",
        shown=side_by_side(session, current, definition) if current is not None and current.id != definition.id else None,
        takes=periods_in_force.once_deployed(session, definition), steps=version_history.history(session, definition),
    )  # fmt: skip


@bp.post("/processes/<key>/<int:version>/approval/<any(submit,withdraw,approve,'send-back'):act>")
@roles_required(Role.ADMINISTRATOR)
def decide_approval(key: str, version: int, act: str) -> Any:
    words = request.form.get("reason", "")
    try:
        with transaction() as session:
            match act:
                case "submit":
                    approvals.submit(session, principal(), key, version, words)
                    said = f"第 {version} 版已提交，等另一名管理员审批"
                case "withdraw":
                    approvals.withdraw(session, principal(), key, version)
                    said = f"第 {version} 版的提交已撤回"
                case "approve":
                    approvals.approve(session, principal(), key, version, words)
                    said = f"第 {version} 版已批准，可以部署"
                case _:
                    approvals.send_back(session, principal(), key, version, words)
                    said = f"第 {version} 版已退回修改"
    except Undeployable:
        flash("检查没有通过，不能提交审批：问题列在下面", "error")
        return redirect(url_for("admin.process", key=key, version=version))
    flash(said, "success")
    return redirect(url_for("admin.process", key=key, version=version))
