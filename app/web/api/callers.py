"""Who calls: a program with a bearer token, or a page with its session and CSRF token."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from app.access import tokens
from app.access.principal import Principal
from app.model import Role
from app.web.access_control import csrf
from app.web.api.problems import Refusal
from app.web.current import reading, runtime

OPEN_TO_ALL = frozenset({"api.openapi"})


def authenticate() -> None:
    """Finds the caller before each call. A token, where there is one, is all that counts: a session beside it is not looked at."""
    if request.endpoint in OPEN_TO_ALL:
        return
    header = request.headers.get("Authorization")
    if header is not None:
        g.caller = _bearer(header)
        session.clear()  # not read, and no cookie goes back
        session.modified = False
        return
    if not current_user.is_authenticated:
        raise Refusal(401, "请登录，或者在 Authorization 中带上令牌。", headers={"WWW-Authenticate": "Bearer"})
    g.caller = current_user.principal
    if current_app.config["WTF_CSRF_ENABLED"]:
        try:
            csrf.protect()
        except CSRFError:
            raise Refusal(400, "安全凭据缺失或已失效，请刷新页面后再试（X-CSRFToken）。") from None


def _bearer(header: str) -> Principal:
    scheme, _, token = header.partition(" ")
    user = tokens.user_of(reading(), runtime().settings.secret_key, token.strip()) if scheme.lower() == "bearer" else None
    if user is None:
        raise Refusal(401, "令牌无效、已过期或已被撤销，请重新获取。", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return Principal(user)


def caller() -> Principal:
    """Who makes this call."""
    return cast(Principal, g.caller)


def require(role: Role) -> None:
    """Refuses callers without a role."""
    if not caller().has(role):
        raise Refusal(403, "这项操作只有系统管理员可以进行。")
