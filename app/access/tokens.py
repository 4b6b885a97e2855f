"""API bearer tokens: signed, bound to a user and their session version, valid for 30 days."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.model import User

VALID_SECONDS = 30 * 24 * 3600
_USER = select(User).where(User.id == bindparam("user_id"))


def issue(secret: str, user: User) -> str:
    """A token for `user`. Ending the user's sessions ends it too."""
    return str(_serializer(secret).dumps([user.id, user.session_version]))


def user_of(session: Session, secret: str, token: str) -> User | None:
    """The active user that a token stands for; none when it is forged, expired or revoked."""
    try:
        user_id, version = _serializer(secret).loads(token, max_age=VALID_SECONDS)
    except (BadSignature, ValueError):
        return None
    user = session.scalars(_USER, {"user_id": user_id}).unique().first()
    return user if user is not None and user.active and user.session_version == version else None


def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="api-token")
