"""Which procedures apply at a place on a day: the province's own that are in force, and the nation's that none of them stands in for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.law.catalogue import catalogue
from app.model import Definition
from app.services.local_law import NATIONAL, in_force, jurisdiction_of, replacements

__all__ = ["Applicable", "applicable", "jurisdiction_of", "why_not"]


@dataclass(frozen=True)
class Applicable:
    """A procedure that applies. `instead` says that it is the nation's, because the province has no rule of its own for this."""

    definition: Definition
    instead: bool


def applicable(session: Session, region_code: str, on: dt.date) -> list[Applicable]:
    """Every procedure that applies in a region on a day, shared parts left out, by kind and key."""
    own, nations = _rules(session, region_code, on)
    replaced = replacements(session, own)
    in_province = jurisdiction_of(region_code) != NATIONAL
    found = [Applicable(d, False) for d in own] + [Applicable(d, in_province) for d in nations if d.key not in replaced]
    return sorted(found, key=lambda a: (a.definition.kind or "", a.definition.key))


def _rules(session: Session, region_code: str, on: dt.date) -> tuple[list[Definition], list[Definition]]:
    """What is in force of the province, and of the nation."""
    own = jurisdiction_of(region_code)
    both = in_force(session, {own or NATIONAL, NATIONAL}, on)
    return [d for d in both if d.jurisdiction != NATIONAL], [d for d in both if d.jurisdiction == NATIONAL]


def why_not(session: Session, definition: Definition, region_code: str, on: dt.date) -> str | None:
    """Why a procedure does not apply in a region on a day, as a sentence; none when it does."""
    if definition.jurisdiction == NATIONAL:
        own, _ = _rules(session, region_code, on)
        instead = replacements(session, own).get(definition.key)
        return f"“{definition.name}”是国家的一般规定；这里有自己的规定，请按本地的“{instead.name}”办理" if instead else None
    if definition.jurisdiction == jurisdiction_of(region_code):
        return None
    known = catalogue().jurisdiction(definition.jurisdiction)
    return f"“{definition.name}”是{known.name if known else '其他地区'}的程序，不适用于这里"
