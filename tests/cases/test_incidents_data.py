"""Other data for a case that stands still: what may be set, what follows, and that both values are in the record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.cases import advancing, clock_stops, incident_data
from app.cases.errors import CaseError, InvalidForm
from app.cases.incident_data import Plan
from app.cases.incidents import Outcome
from app.law.periods import Deadline
from app.model import CaseParty, CaseStatus, IncidentStatus, Organisation, Task, Timer, TimerKind
from tests.cases.incident_support import Trouble, office, row
from tests.support.diagrams import boundary, end, parallel, path, script, start, wait
from tests.support.world import World

LATE_BRANCH = (
    start() + parallel("P") + office("A") + script("B", "x = ratio + 1") + office("Z", due="workdays(20, since=begun)") + boundary("L", "Z")
    + office("M") + end("ME") + wait("W", "days(5, since=begun)") + parallel("J") + end()
    + path("S", "P", "A", "B", "J", "E") + path("P", "Z", "J") + path("P", "W", "J") + path("L", "M", "ME")
)  # fmt: skip
"""A branch that fails, beside a task with a limit, its boundary timer, and a timer of the diagram."""


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


def edit(trouble: Trouble, case_id: int, reason: str = "按企业来函更正", *, and_retry: bool = True, **values: Any) -> Outcome:
    made: Outcome = trouble.admin(
        lambda session, who, i: incident_data.edit(session, who, i, values, reason, and_retry=and_retry), case_id
    )  # fmt: skip
    return made


def foresee(trouble: Trouble, case_id: int, **values: Any) -> Plan:
    with trouble.world.session() as session:
        return incident_data.plan(session, trouble.incident(case_id), session.merge(trouble.case(case_id)), values)


# -- the act ------------------------------------------------------------------------------------------------------------


def test_a_missing_variable_is_given_and_the_act_goes_through(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    assert edit(trouble, case_id, missing=41).done
    assert (trouble.case(case_id).status, trouble.open(case_id)) == (CaseStatus.ACTIVE, ["C"])


def test_both_values_and_the_reason_are_in_the_record(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("B", "x = begun + missing"), office("C")))
    edit(trouble, case_id, "来函更正", begun="2027-02-01", missing="x")
    (event,) = trouble.events(case_id, "incident_data_edited")
    assert event.detail == {
        "incident": trouble.incident(case_id).id,
        "reason": "来函更正",
        "changed": {"begun": ["2027-01-11", "2027-02-01"], "missing": [None, "x"]},
    }
    assert (event.user_id, event.public_to_enterprise) == (trouble.world.users["admin"], False)


def test_what_was_submitted_stays_as_it_was_submitted(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("B", "x = len(opinion) // zero"), office("C")), opinion="同意")
    task = trouble.task(case_id, "A")
    assert edit(trouble, case_id, opinion="改过", zero=1).done
    with trouble.world.session() as session:
        assert session.get_one(Task, task.id).data == {"opinion": "同意"}


def test_what_was_computed_on_the_way_gives_way_to_what_was_set(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("P", "ratio = 'x'"), script("B", "y = ratio + 1"), office("C")))
    assert edit(trouble, case_id, ratio=3).done


def test_new_data_stays_when_the_retry_fails_for_another_reason(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("B", "x = missing"), script("F", "y = absent"), office("C")))
    outcome = edit(trouble, case_id, missing=1)
    assert (outcome.done, "absent" in outcome.message) == (False, True)
    assert trouble.incident(case_id).element_id == "F"
    assert edit(trouble, case_id, absent=2).done
    assert trouble.open(case_id) == ["C"]


def test_data_may_be_changed_without_a_retry(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    assert not edit(trouble, case_id, and_retry=False, missing=1).done
    assert trouble.incident(case_id).status == IncidentStatus.OPEN
    assert trouble.case(case_id).status == CaseStatus.SUSPENDED
    assert trouble.retry(case_id).done


def test_new_data_is_stored_and_taken_up_again(trouble: Trouble) -> None:
    case_id = trouble.suspended(LATE_BRANCH)
    edit(trouble, case_id, and_retry=False, ratio=1)
    advancing._workflows.clear()
    assert trouble.retry(case_id).done


# -- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"x_files": 1}, "/x_files"),
        ({"region": "370000"}, "/region"),
        ({"missing": "a\0b"}, "/missing"),
        ({"missing": float("nan")}, "/missing"),
        ({"missing": "长" * 30_000}, "/missing"),
    ],
)
def test_what_cannot_be_set_is_refused_at_its_name(trouble: Trouble, values: dict[str, Any], pointer: str) -> None:
    case_id = trouble.suspended()
    with pytest.raises(InvalidForm) as refused:
        edit(trouble, case_id, **values)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_a_change_that_changes_nothing_is_refused(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("B", "x = begun + missing")))
    with pytest.raises(CaseError, match="没有改动"):
        edit(trouble, case_id, begun="2027-01-11")


def test_a_change_without_a_reason_is_refused(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    with pytest.raises(CaseError, match="原因"):
        edit(trouble, case_id, " ", missing=1)


@pytest.mark.parametrize("begun", ["never", 7, None])
def test_data_that_leaves_an_open_task_without_its_limit_is_refused(trouble: Trouble, begun: Any) -> None:
    case_id = trouble.suspended(LATE_BRANCH)
    before = trouble.task(case_id, "Z")
    with pytest.raises(CaseError, match="算不出来"):
        edit(trouble, case_id, begun=begun)
    assert trouble.task(case_id, "Z").due_on == before.due_on
    assert trouble.events(case_id, "incident_data_edited") == []


# -- what follows -------------------------------------------------------------------------------------------------------


def test_limits_reminders_and_timers_follow(trouble: Trouble) -> None:
    case_id = trouble.suspended(LATE_BRANCH)
    edit(trouble, case_id, and_retry=False, begun="2027-03-01")
    task = trouble.task(case_id, "Z")
    with trouble.world.session() as session:
        timers = session.scalars(select(Timer).where(Timer.case_id == case_id).order_by(Timer.kind, Timer.due_at)).all()
    assert task.due_on == dt.date(2027, 3, 29)
    ends = {timer.kind: timer.due_at.astimezone(clock.SHANGHAI).date() for timer in timers if timer.due_at}
    assert ends[TimerKind.OVERDUE] == dt.date(2027, 3, 30)
    events = [timer.due_at.astimezone(clock.SHANGHAI).date() for timer in timers if timer.kind == TimerKind.EVENT and timer.due_at]
    assert events == [dt.date(2027, 3, 9), dt.date(2027, 3, 30)]  # the eighth is the working day after a Saturday


def test_the_timers_of_the_engine_follow_too(trouble: Trouble) -> None:
    case_id = trouble.suspended(LATE_BRANCH)
    edit(trouble, case_id, begun="2027-03-01", ratio=1)
    advancing._workflows.clear()
    trouble.world.clock.to("2027-02-20")
    trouble.world.work()
    assert trouble.events(case_id, "timer_fired") == []
    trouble.world.clock.to("2027-03-31")
    trouble.world.work()
    assert trouble.open(case_id) == ["M", "Z"]
    assert len(trouble.events(case_id, "task_overdue")) == 1


def test_open_tasks_show_the_new_data(trouble: Trouble) -> None:
    case_id = trouble.suspended(LATE_BRANCH)
    edit(trouble, case_id, and_retry=False, begun="2027-03-01")
    assert (trouble.task(case_id, "Z").context or {})["begun"] == "2027-03-01"


def test_a_stopped_clock_stays_stopped_and_keeps_what_did_not_count(trouble: Trouble) -> None:
    trouble.deploy(LATE_BRANCH)
    case_id = trouble.start()
    with trouble.world.transaction() as session:
        clock_stops.stop(session, trouble.world.principal(session, "county-env"), trouble.task(case_id, "Z").id, "correction", "补材料")
    assert not trouble.do(case_id, "A")
    edit(trouble, case_id, and_retry=False, begun="2027-01-06")
    task = trouble.task(case_id, "Z")
    assert task.clock_stopped
    assert [str(stop.stopped_on) for stop in Deadline.from_dict(task.deadline or {}).stops] == ["2027-01-11"]
    with trouble.world.session() as session:
        attached = session.scalars(select(Timer).where(Timer.case_id == case_id, Timer.attached_to == task.engine_id)).one()
    assert attached.due_at is None


def test_a_task_falls_to_the_office_that_the_data_now_names(trouble: Trouble) -> None:
    body = (
        start() + parallel("P") + office("A") + script("B", "x = missing") + office("Q", actor="{lead}") + parallel("J") + end()
        + path("S", "P", "A", "B", "J", "E") + path("P", "Q", "J")
    )  # fmt: skip
    trouble.deploy(body)
    case_id = trouble.start(lead="county_environment")
    assert not trouble.do(case_id, "A")
    edit(trouble, case_id, and_retry=False, lead="city_environment")
    with trouble.world.session() as session:
        task = session.get_one(Task, trouble.task(case_id, "Q").id)
        organisation = session.get_one(Organisation, task.organisation_id)
        assert session.get(CaseParty, (case_id, organisation.id)) is not None
    assert (task.actor, organisation.name) == ("city_environment", "370100生态环境局")


def test_what_will_happen_is_said_beforehand_and_nothing_is_stored(trouble: Trouble) -> None:
    case_id = trouble.suspended(LATE_BRANCH)
    plan = foresee(trouble, case_id, begun="2027-03-01")
    assert [(c.name, c.before, c.after) for c in plan.changes] == [("begun", "2027-01-11", "2027-03-01")]
    assert [(n.task.name, str(n.before), str(n.deadline.due_on)) for n in plan.limits if n.deadline] == [("Z", "2027-02-08", "2027-03-29")]
    assert len(plan.times) == 2
    assert str(trouble.task(case_id, "Z").due_on) == "2027-02-08"


# -- what there is ------------------------------------------------------------------------------------------------------


def test_the_variables_that_the_failing_element_reads_come_first(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("P", "later = begun"), script("B", "x = begun + missing")))
    with trouble.world.session() as session:
        rows = incident_data.variables(session, trouble.incident(case_id), session.merge(trouble.case(case_id)))
    assert [(v.name, v.known, v.read_here) for v in rows][:2] == [("begun", True, True), ("missing", False, True)]
    assert "region" not in [v.name for v in rows]
