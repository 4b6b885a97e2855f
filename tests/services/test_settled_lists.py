"""A list that one of the bodies has consented to is what gets published: later rosters go into the next batch."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases import work
from app.cases.errors import Conflict
from app.model import Case, Publication, Task
from tests.support.world import COUNTY, World


def _hand_over(world: World, line: str, name: str, ground: str) -> None:
    case = world.new_roster(f"county-{line}")
    assert case.roster_id is not None
    world.add_entries(f"county-{line}", case.roster_id, [name], [ground], COUNTY)
    world.do_step(f"county-{line}", case.id, ".s1")
    world.do_step(f"city-{line}", case.id, ".s3", decision="approve")
    world.do_step(f"province-{line}", case.id, ".s4", decision="approve")
    world.work()


def _consenting(world: World, publication: Case) -> dict[str, Task]:
    return {task.actor: task for task in world.open_tasks(publication.id)}


def _publication_at_joint_step(world: World) -> Case:
    _hand_over(world, "env", "甲厂", "1")
    publication = world.case_of("shandong.list_publication")
    world.do_step("province-env", publication.id, "list-publication.s1")
    world.do_step("province-coord", publication.id, "list-publication.s2")
    return publication


def test_a_roster_that_comes_after_the_first_consent_goes_into_the_next_batch(world: World) -> None:
    publication = _publication_at_joint_step(world)
    world.do("province-coord", _consenting(world, publication)["province_coordinator"], decision="confirm")
    _hand_over(world, "coord", "乙厂", "2")
    world.do("province-env", _consenting(world, publication)["province_environment"], decision="confirm")
    world.work()
    with world.session() as session:
        published = session.scalars(select(Publication).where(Publication.kind == "mandatory_list")).one()
        assert published.cases_total == 1
    following = world.case_of("shandong.list_publication")
    assert following.id != publication.id
    world.do_step("province-env", following.id, "list-publication.s1")
    world.do_step("province-coord", following.id, "list-publication.s2")
    for actor, username in (("province_coordinator", "province-coord"), ("province_environment", "province-env")):
        world.do(username, _consenting(world, following)[actor], decision="confirm")
    world.work()
    assert world.case_of("shandong.mandatory_audit", "乙厂").status == "active"


def test_a_decision_on_a_list_that_has_grown_meanwhile_is_refused(world: World) -> None:
    publication = _publication_at_joint_step(world)
    seen = _consenting(world, publication)["province_coordinator"]
    _hand_over(world, "coord", "乙厂", "2")
    data = world.values_for("province-coord", seen, decision="confirm")
    with pytest.raises(Conflict), world.transaction() as session:
        work.complete(session, world.principal(session, "province-coord"), seen.id, data, seen.revision)
