"""Our clock. Everything that asks for the time asks here, so that tests, demonstrations and simulation can move it.

A process's clock runs with the machine's plus an offset. Where `QINGCHENG_CLOCK=adjustable`, the offset lives in the database and every
process takes it over at the start of each request or job.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_offset = dt.timedelta(0)
_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen", default=None)


def now() -> dt.datetime:
    """The present instant, in UTC."""
    frozen = _frozen.get()
    return frozen if frozen is not None else dt.datetime.now(dt.UTC) + _offset


def today() -> dt.date:
    """The present date in China."""
    return now().astimezone(SHANGHAI).date()


def set_offset(offset: dt.timedelta) -> None:
    """From now on this process's clock is ahead of the machine's by `offset`."""
    global _offset
    _offset = offset


def offset() -> dt.timedelta:
    """How far this process's clock is ahead of the machine's."""
    return _offset


@contextmanager
def at(instant: dt.datetime) -> Iterator[None]:
    """Within the block it is `instant` (with a time zone)."""
    token = _frozen.set(instant.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
