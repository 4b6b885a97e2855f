"""An office with two administrators, in which one approves what the other deploys."""

from __future__ import annotations

from sqlalchemy import select

from app.cases import second_person
from app.model import Organisation, OrganisationKind, Role
from tests.support.world import World


def ask_for_second_person(world: World) -> None:
    """A second administrator (`second`) beside `admin`, and the rule that asks for one."""
    with world.transaction() as session:
        system = session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.SYSTEM)).one()
        world.add_user(session, "second", system, Role.ADMINISTRATOR).name = "第二管理员"
        second_person.turn_on(session, world.principal(session, "admin"))
