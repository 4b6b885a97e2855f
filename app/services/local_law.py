"""Which rules hold at a place: the province's own, and the nation's where no rule of the province says that it stands instead.

A process of a province names in `instead_of` the national processes whose place it takes. A national process that no process in force there names applies in
the province as it does everywhere: that two procedures are of one kind (two penalties, two subsidies) does not make one of them the local form of the
other.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import store
from app.law.catalogue import catalogue
from app.model import Definition, DefinitionStatus

NATIONAL = "national"


def jurisdiction_of(region_code: str) -> str | None:
    """The slug of the jurisdiction whose rules hold in a region; none where the catalogue knows no texts of the province."""
    code = f"{region_code[:2]}0000"
    return next((j.slug for j in catalogue().jurisdictions() if j.code == code), None)


def in_force(session: Session, jurisdictions: set[str], on: dt.date) -> list[Definition]:
    """The version of each process of some jurisdictions that a case starting on a day takes."""
    rows = session.scalars(
        select(Definition)
        .where(Definition.status == DefinitionStatus.DEPLOYED, Definition.jurisdiction.in_(jurisdictions))
        .order_by(Definition.key, Definition.version.desc())
    ).all()
    versions = [store.in_force_among(list(same), on) for _, same in groupby(rows, key=lambda d: d.key)]
    return [definition for definition in versions if definition is not None]


def replacements(session: Session, own: list[Definition]) -> dict[str, Definition]:
    """The national processes whose place some processes of a province take, each with the one that does."""
    return {key: definition for definition in own for key in store.properties_of(session, definition).get("instead_of", "").split()}


def process_there(session: Session, key: str, region_code: str, on: dt.date) -> str:
    """The process that does in a region what a national one does where the province has no rule of its own. Any other process is itself."""
    own = jurisdiction_of(region_code)
    if own in (None, NATIONAL) or not key.startswith(f"{NATIONAL}."):
        return key
    instead = replacements(session, in_force(session, {own or ""}, on)).get(key)
    return instead.key if instead is not None else key
