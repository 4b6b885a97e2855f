"""Signing in and out, one's own password."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import login_required, login_user, logout_user
from sqlalchemy import select

from app.access import signing_in
from app.access.principal import Principal
from app.access.signing_in import SignInRefused, WeakPassword
from app.cases.administration import ROLE_NAMES
from app.model import Role, User
from app.web.access_control import SignedIn
from app.web.current import principal, reading, transaction

bp = Blueprint("auth", __name__)


@bp.route("/login", methods=["GET", "POST"])
def login() -> Any:
    if request.method == "GET":
        return render_template("auth/login.html", username="", demo=_is_demonstration())
    username = request.form.get("username", "")
    refused: SignInRefused | None = None
    user: User | None = None
    with transaction() as database:
        try:
            user = signing_in.sign_in(database, username, request.form.get("password", ""))
        except SignInRefused as error:
            refused = error  # the counted failure is committed
    if user is None:
        flash(str(refused), "danger")
        return render_template("auth/login.html", username=username, demo=_is_demonstration()), 401
    session.clear()
    login_user(SignedIn(user))
    return redirect(_safe(request.args.get("next")) or home_of(Principal(user)))


@bp.post("/logout")
@login_required
def logout() -> Any:
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"))


@bp.route("/account", methods=["GET", "POST"])
@login_required
def account() -> Any:
    if request.method == "POST":
        with transaction() as database:
            try:
                user = signing_in.sign_in(database, principal().user.username, request.form.get("current", ""))
                user.password_hash = signing_in.hash_password(request.form.get("fresh", ""))
                user.session_version += 1
                login_user(SignedIn(user))
                flash("密码已修改，其他设备上的登录已退出", "success")
            except SignInRefused:
                flash("当前密码不正确", "danger")
            except WeakPassword as error:
                flash(str(error), "danger")
    return render_template("auth/account.html", role_names=ROLE_NAMES)


@bp.get("/home")
@login_required
def home() -> Any:
    return redirect(home_of(principal()))


def home_of(who: Principal) -> str:
    """The first page of a person by what they do here."""
    if who.is_enterprise:
        return url_for("portal.overview")
    if who.has(Role.ADMINISTRATOR) or who.has(Role.SECURITY) or who.has(Role.AUDITOR):
        return url_for("admin.overview")
    return url_for("desk.inbox")


def _safe(target: str | None) -> str | None:
    """Only paths of this site: a login page must not send people elsewhere."""
    if not target:
        return None
    parts = urlsplit(target)
    ok = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if ok else None


def _is_demonstration() -> bool:
    """Whether this installation holds demonstration accounts."""
    return reading().scalar(select(User.id).where(User.is_demo).limit(1)) is not None
