"""One timer that fails in an unforeseen way suspends its own case and keeps nobody else waiting."""

from __future__ import annotations

import pytest

from app.cases import time_passing
from app.model import Case, Task, Timer
from tests.support.world import World


def test_an_unforeseen_failure_suspends_its_case_and_the_others_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(["甲厂", "乙厂"])
    broken = world.case_of("shandong.mandatory_audit", "甲厂")
    whole = time_passing._handle

    def handle(session: object, timer: Timer) -> None:
        if timer.case_id == broken.id:
            raise KeyError("unforeseen")
        whole(session, timer)  # type: ignore[arg-type]

    monkeypatch.setattr(time_passing, "_handle", handle)
    world.clock.to("2027-02-20")
    world.work()
    with world.session() as session:
        suspended = session.get_one(Case, broken.id)
        assert suspended.status == "suspended"
        assert "unforeseen" in (suspended.incident or {})["message"]
    assert world.case_of("shandong.penalty", "乙厂").status == "active"


def test_a_timer_whose_clock_was_stopped_after_it_fired_does_not_act(world: World) -> None:
    world.publish(["甲厂"])
    audit = world.case_of("shandong.mandatory_audit", "甲厂")
    world.clock.to("2027-02-20")
    time_passing.fire_due(world.runtime.database)
    with world.transaction() as session:
        for timer in session.query(Timer).filter_by(case_id=audit.id):
            timer.due_at, timer.fired = None, False
    world.work()
    with world.session() as session:
        assert session.query(Task).filter(Task.case_id == audit.id, Task.overdue_at.is_not(None)).count() == 0
