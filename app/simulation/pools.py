"""Whom a scenario has on registers when it starts: fictional experts of its province's pool, and whoever it names. Without a pool a draw finds nobody, as
in a place that has set none up."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import region_at
from app.law.registers import registries, slug_of
from app.model import Organisation, OrganisationKind, RegisterEntry, Standing
from app.model.identifiers import made_up_uscc
from app.services.register_book import consultant_key
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


def enter(session: Session, region: str, registered: Mapping[str, Mapping[str, str | None]]) -> None:
    """Puts consultants and experts on the registers of the province, in their grades. The office of consultants acts for each of them;
    their codes are made up in this order."""
    province, today = region_at("province", region), clock.today()
    office = select(Organisation.id).where(Organisation.kind == OrganisationKind.CONSULTANT, Organisation.region_code == province)
    for law, names in registered.items():
        register = open_register(session, law, province)
        for number, (name, grade) in enumerate(names.items(), start=1):
            code = made_up_uscc(province, number) if register.kind == "consultant" else None
            entry = RegisterEntry(
                register=register,
                name=name,
                uscc=code,
                status=Standing.LISTED,
                grade=grade,
                applied_on=today,
                admitted_on=today,
                idle_since=today,
            )
            if register.kind == "consultant":
                entry.consultant_key, entry.organisation_id = consultant_key(code, name), session.scalar(office)
            session.add(entry)
    session.flush()
