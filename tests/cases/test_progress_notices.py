"""The enterprise is told before it asks: who has its case now, what for, by when, and whom to call."""

from __future__ import annotations

from sqlalchemy import select

from app.model import Case, Notice
from tests.cases.test_clock_stops import to_review
from tests.support.world import World


def _told(world: World, case: Case, kind: str = "progress") -> list[Notice]:
    with world.session() as session:
        return list(session.scalars(select(Notice).where(Notice.case_id == case.id, Notice.kind == kind).order_by(Notice.id)))


def test_when_a_case_goes_on_to_another_office_the_enterprise_is_told_who_has_it_and_until_when(world: World, audit: Case) -> None:
    review = to_review(world, audit)
    before = len(_told(world, audit))
    world.do("county-coord", review, decision="approve")
    notice = _told(world, audit)[before]
    assert review.name in notice.title
    assert "370102生态环境局" in notice.body
    assert notice.next_step
    assert notice.due_on == review.due_on
    assert notice.contact
    assert "0531" in notice.contact


def test_nobody_is_told_twice_when_the_next_step_is_the_enterprise_s_own(world: World, audit: Case) -> None:
    review = to_review(world, audit)
    before = len(_told(world, audit))
    world.do("county-coord", review, decision="return")
    assert len(_told(world, audit)) == before
    assert _told(world, audit, "task")[-1].organisation_id == world.open_tasks(audit.id)[-1].organisation_id


def test_what_offices_do_among_themselves_in_a_penalty_is_not_told(world: World, audit: Case) -> None:
    world.clock.to("2027-02-20")
    world.work()
    penalty = world.case_of("shandong.penalty")
    world.do_step("county-env", penalty.id, "penalty-enterprise.s1", decision="disclosure")
    world.do_step("county-env", penalty.id, "penalty-enterprise.s4", decision="fine", amount=1000)
    assert _told(world, penalty) == []
