"""The published list of 2008 on its way: imported from Excel in every county, over every city to the province, published, and a case for each enterprise."""

from __future__ import annotations

from sqlalchemy import func, select

from app.cases import rosters
from app.model import Organisation, OrganisationKind, PublicationEntry
from app.model.identifiers import region_name
from tests.support import roster_2008
from tests.support.world import World


def open_offices(world: World) -> None:
    """An environment authority with a clerk in every county and city of the list that the small province lacks."""
    places = {"county": roster_2008.by_county(), "city": roster_2008.by_city()}
    with world.transaction() as session:
        known = set(session.scalars(select(Organisation.region_code).where(Organisation.body == "environment")))
        for level, found in places.items():
            for code in found:
                if code in known:
                    continue
                bureau = Organisation(
                    kind=OrganisationKind.AUTHORITY,
                    name=f"{region_name(code)}生态环境局",
                    level=level,
                    body="environment",
                    region_code=code,
                )
                session.add(bureau)
                world.add_user(session, f"{level}-env:{code}", bureau)


def clerk(world: World, level: str, code: str) -> str:
    """The clerk of an office: the small province's own where it has one."""
    name = f"{level}-env:{code}"
    if name in world.users:
        return name
    return {"370102": "county-env", "370103": "county-env2", "370100": "city-env"}[code]


def travel(world: World) -> int:
    """From the Excel files of the counties to publication. Gives how many enterprises were imported; the cases start when the world works."""
    imported = 0
    for code, listed in roster_2008.by_county().items():
        county = clerk(world, "county", code)
        case = world.new_roster(county)
        assert case.roster_id is not None
        with world.transaction() as session:
            who = world.principal(session, county)
            imported += rosters.import_workbook(session, who, case.roster_id, roster_2008.workbook(listed, "environment"))
        world.do_step(county, case.id, "listing-env.s1")
        world.do_step(clerk(world, "city", code[:4] + "00"), case.id, "listing-env.s3", decision="approve")
        world.do_step("province-env", case.id, "listing-env.s4", decision="approve")
    world.work()
    publication = world.case_of("shandong.list_publication")
    world.do_step("province-env", publication.id, "list-publication.s1")
    world.do_step("province-coord", publication.id, "list-publication.s2")
    for task in world.open_tasks(publication.id):
        world.do("province-coord" if task.actor == "province_coordinator" else "province-env", task, decision="confirm")
    return imported


def started(world: World) -> int:
    """How many enterprises of the published list have their case."""
    with world.session() as session:
        return session.scalar(select(func.count()).where(PublicationEntry.case_id.is_not(None))) or 0
