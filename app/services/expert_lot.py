"""Drawing experts by lot, as pure functions: the same seed, pool and wish always give the same experts, so that anybody can check a draw.

Every candidate gets a ticket, HMAC-SHA256 of the seed over its number. In the order of tickets each takes a seat of one of its specialties; those
seated before move to another of their specialties where that makes room, and never lose their place. With a seed from a secure source every candidate
of a specialty is as likely as any other, and nobody is left out while a seat could be filled.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ANY = "不限"
"""The specialty of a seat that any expert may take."""


@dataclass(frozen=True)
class Candidate:
    """An expert who may be drawn."""

    entry: int
    specialties: tuple[str, ...]


@dataclass(frozen=True)
class Lot:
    """Who was drawn for which specialty, in the order of tickets, and the seats that nobody could take."""

    seated: tuple[tuple[int, str], ...]
    missing: Mapping[str, int]


def ticket(seed: bytes, entry: int) -> bytes:
    """A candidate's ticket."""
    return hmac.new(seed, str(entry).encode(), hashlib.sha256).digest()


def draw(seed: bytes, pool: Sequence[Candidate], wanted: Mapping[str, int]) -> Lot:
    """Draws experts for the wanted numbers by specialty."""
    seats = [specialty for specialty, number in sorted(wanted.items()) for _ in range(number)]  # as stored, the wish has no order
    taken: dict[int, Candidate] = {}
    order = sorted(pool, key=lambda one: ticket(seed, one.entry))
    for candidate in order:
        if len(taken) == len(seats):
            break
        _seat(candidate, seats, taken, set())
    place = {candidate.entry: seats[number] for number, candidate in taken.items()}
    free = [specialty for number, specialty in enumerate(seats) if number not in taken]
    return Lot(
        tuple((one.entry, place[one.entry]) for one in order if one.entry in place),
        {specialty: free.count(specialty) for specialty in dict.fromkeys(free)},
    )


def _seat(candidate: Candidate, seats: Sequence[str], taken: dict[int, Candidate], tried: set[int]) -> bool:
    """Finds a seat for a candidate, moving others to other seats of theirs where needed (augmenting paths)."""
    for number, specialty in enumerate(seats):
        if number in tried or (specialty != ANY and specialty not in candidate.specialties):
            continue
        tried.add(number)
        if number not in taken or _seat(taken[number], seats, taken, tried):
            taken[number] = candidate
            return True
    return False


def digest(seed: bytes, pool: Sequence[Mapping[str, object]], wanted: Mapping[str, int]) -> str:
    """What binds a draw to its seed, pool and wish: SHA-256 over their JSON with sorted keys."""
    body = json.dumps({"seed": seed.hex(), "pool": list(pool), "wanted": dict(wanted)}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()
