"""Regions to choose from, level by level: provinces, the cities of the chosen one, the counties of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.organisations import region_prefix
from app.model import Organisation, OrganisationKind
from app.model.identifiers import IdentifierError, region_ancestors, region_name


@dataclass(frozen=True)
class RegionLevel:
    """A level: what it is called, the regions of it, and the one that is chosen (empty: all)."""

    label: str
    regions: tuple[tuple[str, str], ...]
    chosen: str


def chosen_region(codes: Sequence[str]) -> str:
    """The most precise of the codes that fit into one another, province first; what does not fit is left out, such as a city of another province."""
    found = ""
    for code in codes:
        if len(code) == 6 and code.isdigit() and (not found or (code != found and code.startswith(region_prefix(found)))):
            found = code
    return found


def region_levels(session: Session, chosen: str) -> list[RegionLevel]:
    """The levels down to below the chosen region; regions are those that have an authority."""
    query = select(Organisation.region_code).where(Organisation.kind == OrganisationKind.AUTHORITY).distinct()
    lines = [line for code in session.scalars(query.order_by(Organisation.region_code)) if (line := _line(code))]
    levels, above = [], ""
    picked = _line(chosen) if chosen else []
    for depth, label in enumerate(("省", "市", "县（市、区）")):
        found = {line[depth]: None for line in lines if len(line) > depth and (not depth or line[depth - 1] == above)}
        if not found:
            break
        here = picked[depth] if len(picked) > depth else ""
        levels.append(RegionLevel(label, tuple((code, _own_name(code)) for code in found), here))
        if not here:
            break
        above = here
    return levels


def _line(code: str) -> list[str]:
    try:
        return region_ancestors(code)
    except IdentifierError:
        return []


def _own_name(code: str) -> str:
    line = region_ancestors(code)
    return region_name(code).removeprefix(region_name(line[-2]) if len(line) > 1 else "")
