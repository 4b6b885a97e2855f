"""Our chance. Everything that draws by lot asks here, so that tests and simulations can repeat a draw without patching anything."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SEED_BYTES = 32

_source: ContextVar[Callable[[], bytes] | None] = ContextVar("source", default=None)


def seed() -> bytes:
    """A fresh seed that nobody can foresee: from the operating system, unless a source was put in."""
    source = _source.get()
    return source() if source is not None else secrets.token_bytes(SEED_BYTES)


@contextmanager
def repeatable(phrase: str) -> Iterator[None]:
    """Within the block seeds follow from a phrase: the same acts draw the same lots."""
    count = 0

    def following() -> bytes:
        nonlocal count
        count += 1
        return hashlib.sha256(f"{phrase}:{count}".encode()).digest()

    token = _source.set(following)
    try:
        yield
    finally:
        _source.reset(token)
