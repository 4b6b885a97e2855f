"""Which procedures apply at a place on a day: the province's own that are in force, and the nation's where it has none of a kind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import store
from app.law.catalogue import catalogue
from app.model import Definition, DefinitionStatus

NATIONAL = "national"


@dataclass(frozen=True)
class Applicable:
    """A procedure that applies. `instead` says that it is the nation's, because the province has no rule of its own for this."""

    definition: Definition
    instead: bool


def jurisdiction_of(region_code: str) -> str | None:
    """The slug of the jurisdiction whose rules hold in a region; none where the catalogue knows no texts of the province."""
    code = f"{region_code[:2]}0000"
    return next((j.slug for j in catalogue().jurisdictions() if j.code == code), None)


def applicable(session: Session, region_code: str, on: dt.date) -> list[Applicable]:
    """Every procedure that applies in a region on a day, shared parts left out, by kind and key."""
    own = jurisdiction_of(region_code)
    rows = session.scalars(
        select(Definition)
        .where(Definition.status == DefinitionStatus.DEPLOYED, Definition.jurisdiction.in_({own, NATIONAL} - {None}))
        .order_by(Definition.key, Definition.version.desc())
    ).all()
    versions = [store.in_force_among(list(same), on) for _, same in groupby(rows, key=lambda d: d.key)]
    in_force = [d for d in versions if d is not None]
    regulated = {d.kind for d in in_force if d.jurisdiction == own}
    found = [Applicable(d, d.jurisdiction != own) for d in in_force if d.jurisdiction == own or d.kind not in regulated]
    return sorted(found, key=lambda a: (a.definition.kind or "", a.definition.key))


def why_not(session: Session, definition: Definition, region_code: str, on: dt.date) -> str | None:
    """Why a procedure does not apply in a region on a day, as a sentence; none when it does."""
    own = jurisdiction_of(region_code)
    if definition.jurisdiction == own or any(a.definition.key == definition.key for a in applicable(session, region_code, on)):
        return None
    if definition.jurisdiction == NATIONAL:
        return f"“{definition.name}”是国家的一般规定；这里有自己的规定，请按本地的程序办理"
    known = catalogue().jurisdiction(definition.jurisdiction)
    return f"“{definition.name}”是{known.name if known else '其他地区'}的程序，不适用于这里"
