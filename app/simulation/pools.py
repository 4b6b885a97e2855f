"""The pool of fictional experts that a scenario gives its province. Without one a draw finds nobody, as in a place that has set none up."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import region_at
from app.law.registers import registries, slug_of
from app.model import RegisterEntry, Standing
from app.services.register_opening import open_register


def set_up(session: Session, region: str, experts: Mapping[str, int]) -> None:
    """Opens the pool that the province's text orders, with so many experts of each specialty."""
    if not experts:
        return
    province, today = region_at("province", region), clock.today()
    register = open_register(session, registries(slug_of(province), "expert")[0].id, province)
    for specialty, number in experts.items():
        for which in range(1, number + 1):
            session.add(
                RegisterEntry(
                    register=register, name=f"{specialty}专家{which}", employer=f"样例研究院{which}", status=Standing.LISTED,
                    specialties=[specialty], applied_on=today, admitted_on=today,
                )
            )  # fmt: skip
    session.flush()
