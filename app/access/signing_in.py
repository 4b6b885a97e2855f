"""Passwords and lockout."""

from __future__ import annotations

import datetime as dt

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.model import User

MAX_FAILURES = 5
LOCK_MINUTES = 15
MIN_PASSWORD = 10

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum for argon2id: a login costs 20 MB for a moment
_NOBODY = _hasher.hash("nobody has this password")


class SignInRefused(Exception):
    """Why somebody may not sign in, as a sentence that does not tell whether the account exists."""


class WeakPassword(ValueError):
    """A password that is too easy."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises `WeakPassword`."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(f"密码至少 {MIN_PASSWORD} 位")
    kinds = sum(
        (any(c.islower() for c in password), any(c.isupper() for c in password), any(c.isdigit() for c in password), not password.isalnum())
    )
    if kinds < 2:
        raise WeakPassword("密码应至少包含大写字母、小写字母、数字、符号中的两类")
    return _hasher.hash(password)


def sign_in(session: Session, username: str, password: str) -> User:
    """The user with this name and password. After five failures the account is locked for a quarter of an hour.

    Raises `SignInRefused`; the failure is counted, so the caller commits in either case.
    """
    user = session.scalars(select(User).where(User.username == username.strip()).with_for_update(of=User)).first()
    if user is None or not user.active:
        _matches(_NOBODY, password)  # takes as long as a real check
        raise SignInRefused("用户名或密码不正确")
    now = clock.now()
    if user.locked_until is not None and user.locked_until > now:
        minutes = int((user.locked_until - now).total_seconds() // 60) + 1
        raise SignInRefused(f"密码多次输入错误，账号已锁定，请 {minutes} 分钟后再试")
    if not _matches(user.password_hash, password):
        user.failed_logins += 1
        if user.failed_logins >= MAX_FAILURES:
            user.locked_until = now + dt.timedelta(minutes=LOCK_MINUTES)
            user.failed_logins = 0
            raise SignInRefused(f"密码连续 {MAX_FAILURES} 次输入错误，账号锁定 {LOCK_MINUTES} 分钟")
        raise SignInRefused("用户名或密码不正确")
    user.failed_logins, user.locked_until, user.last_login_at = 0, None, now
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    return user


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
