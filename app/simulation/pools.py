"""A pool of fictional experts for each province of a simulation, so that a draw has somebody to draw from."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.law.admission import SPECIALTIES
from app.law.registers import registries, slug_of
from app.model import RegisterEntry, Standing
from app.services.register_opening import open_register

OF_EACH = 4
"""Experts of each specialty: a draw of three with one who recuses succeeds."""


def set_up(session: Session, province: str) -> None:
    """Opens the pool that the province's text orders, and enters experts of every specialty."""
    laws = registries(slug_of(province), "expert")
    if not laws:
        return
    register = open_register(session, laws[0].id, province)
    for specialty in SPECIALTIES:
        for number in range(1, OF_EACH + 1):
            entry = RegisterEntry(
                register=register, name=f"{specialty}专家{number}", employer=f"样例研究院{number}", status=Standing.LISTED,
                applied_on=dt.date(2000, 1, 1), admitted_on=dt.date(2000, 1, 1),
            )  # fmt: skip
            entry.specialties = [specialty]
            session.add(entry)
    session.flush()
