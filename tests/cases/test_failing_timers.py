"""One timer that fails in an unforeseen way suspends its own case and keeps nobody else waiting."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.cases import time_passing
from app.model import Case, Incident, Task, Timer
from tests.support.world import World


def test_an_unforeseen_failure_suspends_its_case_and_the_others_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(["甲厂", "乙厂"])
    broken = world.case_of("shandong.mandatory_audit", "甲厂")
    whole = time_passing.carry_out

    def carry_out(session: Any, case: Case, timer: Timer) -> None:
        if timer.case_id == broken.id:
            raise KeyError("unforeseen")
        whole(session, case, timer)

    monkeypatch.setattr(time_passing, "carry_out", carry_out)
    world.clock.to("2027-02-20")
    world.work()
    with world.session() as session:
        assert session.get_one(Case, broken.id).status == "suspended"
        incident = session.scalars(select(Incident)).one()
        assert (incident.case_id, "unforeseen" in incident.message) == (broken.id, True)
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
