"""What every act of an administrator has in common: whose work it is, and its mark in the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases.errors import Forbidden
from app.model import Event, Role


def require(principal: Principal, role: Role) -> None:
    """Refuses whoever does not have the role. Raises `Forbidden`."""
    if not principal.has(role):
        raise Forbidden("这项工作由其他管理员负责")


def record(session: Session, principal: Principal, kind: str, name: str, case_id: int | None = None, **detail: Any) -> None:
    """Writes down an act: what kind, on what, with what detail. Enterprises do not see it."""
    session.flush()
    session.execute(
        insert(Event),
        [
            {
                "case_id": case_id, "at": clock.now(), "kind": kind, "name": name[:200], "user_id": principal.user_id,
                "basis": "", "public_to_enterprise": False, "detail": detail,
            }
        ],
    )  # fmt: skip
