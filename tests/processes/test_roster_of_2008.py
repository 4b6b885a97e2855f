"""Real input: the 171 enterprises that Shandong published in 2008, from Excel to 171 started cases."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from app.model import Case, Enterprise, Publication, Task, TaskStatus
from tests.conftest import TestClock
from tests.support import journey_2008, roster_2008
from tests.support.world import World


def test_the_list_of_2008_travels_from_excel_over_three_levels_to_171_started_cases(world: World, time: TestClock) -> None:
    journey_2008.open_offices(world)
    assert journey_2008.travel(world) == 171
    world.work()
    assert journey_2008.started(world) == 171
    with world.session() as session:
        publication = session.scalars(select(Publication).where(Publication.kind == "mandatory_list")).one()
        assert publication.cases_total == 171
        names = session.scalars(
            select(Enterprise.name).join(Case, Case.enterprise_id == Enterprise.id).where(Case.process_key == "shandong.mandatory_audit")
        ).all()
        assert Counter(names) == Counter(e.name for e in roster_2008.enterprises())
        disclosing = session.scalar(
            select(func.count()).where(Task.status == TaskStatus.OPEN, Task.basis.contains("sd-audit-2017.disclosure.s2"))
        )
        assert disclosing == 171
