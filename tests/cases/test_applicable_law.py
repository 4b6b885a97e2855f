"""Choosing the law: a place and a day decide which procedures apply."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.cases import applicable_law
from app.model import Definition, DefinitionStatus
from tests.support.world import COUNTY, World

DAY = dt.date(2027, 1, 11)
BEIJING = "110105"


def deployed(
    world: World,
    key: str,
    kind: str,
    *,
    version: int = 1,
    since: str | None = None,
    until: str | None = None,
    status: str = DefinitionStatus.DEPLOYED,
) -> None:
    with world.transaction() as session:
        session.add(
            Definition(
                key=key, version=version, status=status, name=key, kind=kind, jurisdiction=key.partition(".")[0], starts="manual",
                content_hash=f"{key}{version}", created_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
                in_force_from=dt.date.fromisoformat(since) if since else None, in_force_to=dt.date.fromisoformat(until) if until else None,
            )
        )  # fmt: skip


def at(world: World, region: str, day: dt.date = DAY) -> dict[str, bool]:
    """Keys of what applies, and whether it is the nation's in place of the province's."""
    with world.session() as session:
        found = applicable_law.applicable(session, region, day)
    return {a.definition.key: a.instead for a in found if a.definition.key.endswith("_x")}


@pytest.mark.parametrize(("region", "slug"), [("370102", "shandong"), ("110105", "beijing"), ("000000", "national"), ("540102", None)])
def test_a_region_is_under_the_rules_of_its_province(region: str, slug: str | None) -> None:
    assert applicable_law.jurisdiction_of(region) == slug


def test_a_province_with_a_rule_of_its_own_follows_that(world: World) -> None:
    deployed(world, "beijing.meeting_x", "meeting")
    deployed(world, "national.meeting_x", "meeting")
    assert at(world, BEIJING) == {"beijing.meeting_x": False}


def test_a_province_without_one_falls_back_to_the_nation_visibly(world: World) -> None:
    deployed(world, "national.meeting_x", "meeting")
    assert at(world, BEIJING) == {"national.meeting_x": True}


def test_a_rule_that_has_expired_is_none_of_its_own(world: World) -> None:
    deployed(world, "beijing.meeting_x", "meeting", until="2026-12-31")
    deployed(world, "national.meeting_x", "meeting")
    assert at(world, BEIJING) == {"national.meeting_x": True}


def test_the_day_chooses_the_version(world: World) -> None:
    deployed(world, "beijing.meeting_x", "meeting", until="2027-01-31")
    deployed(world, "beijing.meeting_x", "meeting", version=2, since="2027-02-01")
    with world.session() as session:
        found = {
            day: [a.definition.version for a in applicable_law.applicable(session, BEIJING, day) if a.definition.key.endswith("_x")]
            for day in (DAY, dt.date(2027, 2, 1))
        }
    assert list(found.values()) == [[1], [2]]


def test_a_draft_applies_nowhere(world: World) -> None:
    deployed(world, "beijing.meeting_x", "meeting", status=DefinitionStatus.DRAFT)
    assert at(world, BEIJING) == {}


def test_another_province_s_procedure_does_not_apply(world: World) -> None:
    deployed(world, "beijing.meeting_x", "meeting")
    assert at(world, COUNTY) == {}


def test_what_does_not_apply_says_why(world: World) -> None:
    deployed(world, "beijing.meeting_x", "meeting")
    deployed(world, "national.meeting_x", "meeting")
    with world.session() as session:
        beijing, national = session.scalars(select(Definition).where(Definition.key.endswith("meeting_x")).order_by(Definition.key)).all()
        assert applicable_law.why_not(session, beijing, BEIJING, DAY) is None
        assert "北京市的程序" in (applicable_law.why_not(session, beijing, COUNTY, DAY) or "")
        assert "本地的程序" in (applicable_law.why_not(session, national, BEIJING, DAY) or "")
        assert applicable_law.why_not(session, national, COUNTY, DAY) is None
