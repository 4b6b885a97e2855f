"""Lets one simulation at a time into a web process, for a bounded time: whoever tries out a drawing does not keep the office from its work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.cases.errors import CaseError

PATIENCE = 20.0
"""How long one simulation may run, in seconds."""
QUEUE = 4.0
"""How long one waits for the one before, in seconds."""
_places = BoundedSemaphore(1)


class Busy(CaseError):
    """Somebody else's simulation is running in this process."""

    def __init__(self) -> None:
        super().__init__("服务器正忙：有别的试运行还没有结束，请稍候再试")


@contextmanager
def one_at_a_time(patience: float = PATIENCE) -> Iterator[float]:
    """The block runs alone; it is given the value of `time.monotonic()` at which its time is over. Raises `Busy`."""
    if not _places.acquire(timeout=QUEUE):
        raise Busy
    try:
        yield time.monotonic() + patience
    finally:
        _places.release()
