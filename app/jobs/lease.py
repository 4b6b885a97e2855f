"""A database lease: of many processes that would do a job, one does it. A holder that dies loses it when it expires."""

from __future__ import annotations

import datetime as dt
import os
import socket

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError

from app.model import Lease
from app.model.session import Database


def hold(database: Database, name: str, seconds: int, holder: str = "") -> bool:
    """Takes or renews a lease for `seconds`. True while this process holds it. Wall-clock time: leases are about processes, not about the law."""
    holder = holder or f"{socket.gethostname()}:{os.getpid()}"
    now = dt.datetime.now(dt.UTC)
    until = now + dt.timedelta(seconds=seconds)
    try:
        with database.transaction() as session:
            taken = session.execute(
                update(Lease)
                .where(Lease.name == name, or_(Lease.holder == holder, Lease.expires_at < now))
                .values(holder=holder, expires_at=until)
            )
            if taken.rowcount == 1:  # type: ignore[attr-defined]
                return True
            if session.get(Lease, name) is None:
                session.add(Lease(name=name, holder=holder, expires_at=until))
                return True
            return False
    except IntegrityError:  # another process took it in the same moment
        return False


def release(database: Database, name: str, holder: str = "") -> None:
    """Gives a lease back, so that the next process need not wait for its expiry."""
    holder = holder or f"{socket.gethostname()}:{os.getpid()}"
    with database.transaction() as session:
        session.execute(
            update(Lease).where(Lease.name == name, Lease.holder == holder).values(expires_at=dt.datetime.fromtimestamp(0, dt.UTC))
        )
