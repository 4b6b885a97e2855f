"""Signing in and staying in, CSRF, security headers, and roles for whole blueprints."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect

from app.access import tokens
from app.access.principal import Principal
from app.cases import calendars
from app.jobs.processes import refresh_clock
from app.model import Role, User
from app.web.current import principal, reading, runtime

csrf = CSRFProtect()
login_manager = LoginManager()

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class SignedIn(UserMixin):
    """Flask-Login's view of a user."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.principal = Principal(user)

    def get_id(self) -> str:
        # Raising the user's session version ends all sessions.
        return f"{self.user.id}:{self.user.session_version}"


def init(app: Flask) -> None:
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.login_view = "auth.login"
    login_manager.login_message = "请先登录"
    login_manager.unauthorized_handler(_unauthorized)
    login_manager.user_loader(_load)
    login_manager.request_loader(_load_by_token)
    app.before_request(_begin)
    app.after_request(_headers)
    app.teardown_request(_end)


def _begin() -> None:
    session.permanent = True  # slides: the session ends after the set minutes without a request
    if runtime().settings.adjustable_clock and request.endpoint != "static":
        refresh_clock(reading())
    if request.endpoint != "static":
        g.calendar = calendars.use(reading())
        g.calendar.__enter__()


def _end(_error: BaseException | None) -> None:
    calendar = g.pop("calendar", None)
    if calendar is not None:
        calendar.__exit__(None, None, None)
    open_session = g.pop("reading", None)
    if open_session is not None:
        open_session.close()


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if request.endpoint not in ("static",) and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _load(identity: str) -> SignedIn | None:
    user_id, _, version = identity.partition(":")
    user = reading().get(User, int(user_id)) if user_id.isdigit() else None
    if user is None or not user.active or str(user.session_version) != version:
        return None
    return SignedIn(user)


def _load_by_token(_request: Any) -> SignedIn | None:
    """Programs sign in with `Authorization: Bearer`; only the API takes tokens."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Bearer ") or not request.path.startswith("/api/"):
        return None
    user = tokens.user_of(reading(), runtime().settings.secret_key, header.removeprefix("Bearer ").strip())
    return SignedIn(user) if user else None


def _unauthorized() -> Any:
    if request.path.startswith("/api/"):
        abort(401)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("auth.login")})
    following = request.full_path if request.method == "GET" else None
    return redirect(url_for("auth.login", next=following))


def roles_required(*roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Only for people with one of these roles; for others the page does not exist."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not any(principal().has(role) for role in roles):
                abort(404)
            return view(*args, **kwargs)

        return guarded

    return decorate
