"""Users and roles, for the security administrator alone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import administration
from app.cases import organisation_view as view
from app.cases.errors import CaseError, InvalidForm
from app.model import Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction


@bp.get("/users")
@roles_required(Role.SECURITY)
def users() -> Any:
    q = request.args.get("q", "").strip()
    page = max(1, request.args.get("page", 1, type=int))
    rows, total = view.users(reading(), q=q, page=page)
    return render_template(
        "admin/users.html", rows=rows, total=total, page=page, pages=max(1, -(-total // view.PAGE)), q=q, roles=administration.ROLE_NAMES
    )


@bp.get("/users/new")
@roles_required(Role.SECURITY)
def new_user() -> Any:
    return render_template("admin/user_new.html", values={}, errors={})


@bp.post("/users/new")
@roles_required(Role.SECURITY)
def create_user() -> Any:
    try:
        with transaction() as session:
            user = administration.create_user(session, principal(), request.form)
            session.flush()
    except InvalidForm as error:
        errors = {p.pointer[1:]: p.message for p in error.problems}
        return render_template("admin/user_new.html", values=request.form, errors=errors), 422
    flash(f"已新增 {user.name}，请接着授予角色", "success")
    return redirect(url_for("admin.user", user_id=user.id))


@bp.get("/users/<int:user_id>")
@roles_required(Role.SECURITY)
def user(user_id: int) -> Any:
    session, q = reading(), request.args.get("q", "").strip()
    return render_template(
        "admin/user.html", user=view.user(session, user_id), organisations=view.assignable(session, q), q=q, roles=administration.ROLE_NAMES
    )


@bp.post("/users/<int:user_id>/roles")
@roles_required(Role.SECURITY)
def grant_role(user_id: int) -> Any:
    return _act(
        user_id,
        lambda session: administration.grant_role(
            session, principal(), user_id, request.form.get("organisation", 0, type=int), request.form.get("role", "")
        ),
        "角色已授予",
    )


@bp.post("/users/<int:user_id>/roles/<int:membership_id>/revoke")
@roles_required(Role.SECURITY)
def revoke_role(user_id: int, membership_id: int) -> Any:
    return _act(user_id, lambda session: administration.revoke_role(session, principal(), membership_id), "角色已取消")


@bp.post("/users/<int:user_id>/active")
@roles_required(Role.SECURITY)
def user_active(user_id: int) -> Any:
    active = request.form.get("active") == "1"
    return _act(
        user_id,
        lambda session: administration.set_user_active(session, principal(), user_id, active),
        "账号已启用" if active else "账号已停用，登录已退出",
    )


@bp.post("/users/<int:user_id>/password")
@roles_required(Role.SECURITY)
def reset_password(user_id: int) -> Any:
    fresh = request.form.get("password", "")
    return _act(user_id, lambda session: administration.reset_password(session, principal(), user_id, fresh), "密码已重设，原有登录已退出")


def _act(user_id: int, act: Any, done: str) -> Any:
    """Carries out one act on a user and goes back to their page; a refusal is shown there."""
    try:
        with transaction() as session:
            act(session)
    except CaseError as error:
        flash(str(error), "danger")
    else:
        flash(done, "success")
    return redirect(url_for("admin.user", user_id=user_id))
