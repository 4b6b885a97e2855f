"""What holds for every period, whatever the numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.law.holidays import WorkCalendar
from app.law.periods import (
    Deadline,
    Extension,
    Stop,
    Unit,
    days,
    days_before,
    every_year,
    fixed_day,
    format_date,
    light,
    months,
    months_before,
    warn_on,
    workdays,
    workdays_before,
    years,
)

CALENDAR = WorkCalendar()
ONE_DAY = timedelta(days=1)

AFTER = (days, workdays, months, years)
BEFORE = (days_before, workdays_before, months_before)

# Through announced years and well into years that are not.
events = st.dates(date(2005, 1, 1), date(2032, 12, 31))
counts = st.integers(1, 60)
notes = st.text(alphabet='专家评审补正，"\n', max_size=8)
forward = st.builds(lambda build, n, since: build(n, since), st.sampled_from(AFTER), counts, events)
backward = st.builds(lambda build, n, since: build(n, since), st.sampled_from(BEFORE), counts, events)
fixed = st.one_of(
    st.builds(every_year, st.integers(1, 12), st.integers(1, 28), events, st.sampled_from(("every", "even", "odd"))),
    st.builds(fixed_day, events, events),
)
amounts = st.builds(
    Extension,
    notes,
    events,
    value=st.integers(1, 30),
    unit=st.sampled_from(Unit),
    by=notes,
    legal_basis=notes,
)


@st.composite
def stopped(draw: st.DrawFn) -> Deadline:
    """A forward period with up to three stops, the last of them perhaps still open."""
    deadline: Deadline = draw(forward)
    for _ in range(draw(st.integers(0, 3))):
        if deadline.is_stopped:
            break
        stopped_on = draw(st.dates(deadline.since, deadline.due_on))
        resumed_on = draw(st.none() | st.dates(stopped_on, stopped_on + timedelta(days=90)))
        deadline = deadline.with_stop(Stop(draw(notes), stopped_on, resumed_on, draw(notes)))
    return deadline


@st.composite
def changed(draw: st.DrawFn) -> Deadline:
    """Any kind of deadline, perhaps stopped and extended."""
    deadline = draw(st.one_of(stopped(), backward, fixed))
    if not deadline.is_stopped:
        for extension in draw(st.lists(amounts, max_size=2)):
            deadline = deadline.extended(extension)
    return deadline


@given(st.one_of(stopped(), backward))
def test_a_period_always_ends_on_a_working_day(deadline: Deadline) -> None:
    assert CALENDAR.is_workday(deadline.due_on)


@given(forward)
def test_a_period_ends_after_its_event_and_never_before_the_day_it_lands_on(deadline: Deadline) -> None:
    assert deadline.since < deadline.nominal_on <= deadline.due_on


@given(backward)
def test_a_backward_period_ends_before_its_event_and_never_after_the_day_it_lands_on(
    deadline: Deadline,
) -> None:
    assert deadline.due_on <= deadline.nominal_on < deadline.since


@given(st.one_of(forward, backward))
def test_only_days_off_are_shifted_over(deadline: Deadline) -> None:
    step = ONE_DAY if deadline.due_on > deadline.nominal_on else -ONE_DAY
    day = deadline.nominal_on
    while day != deadline.due_on:
        assert not CALENDAR.is_workday(day)
        day += step


@pytest.mark.parametrize("build", AFTER)
@given(counts, events)
def test_a_longer_period_never_ends_earlier(build: Callable[..., Deadline], n: int, since: date) -> None:
    assert build(n, since).due_on <= build(n + 1, since).due_on


@pytest.mark.parametrize("build", [*AFTER, *BEFORE])
@given(counts, events)
def test_a_later_event_never_ends_a_period_earlier(build: Callable[..., Deadline], n: int, since: date) -> None:
    assert build(n, since).due_on <= build(n, since + ONE_DAY).due_on


@given(counts, events.filter(CALENDAR.is_workday))
def test_workdays_forward_and_back_again_return_to_the_event(n: int, since: date) -> None:
    assert workdays_before(n, workdays(n, since).due_on).due_on == since


@given(counts, events)
def test_a_month_period_keeps_the_day_number_or_takes_the_last_of_the_month(n: int, since: date) -> None:
    landed = months(n, since).nominal_on
    assert landed.day == since.day or (landed.day < since.day and (landed + ONE_DAY).day == 1)


@given(st.integers(1, 5), events)
def test_a_year_is_twelve_months(n: int, since: date) -> None:
    assert years(n, since).due_on == months(12 * n, since).due_on


@given(st.integers(2, 60), events, st.integers(0, 40), st.data())
def test_a_stop_of_k_workdays_moves_a_workday_period_by_k_workdays(n: int, since: date, k: int, data: st.DataObject) -> None:
    deadline = workdays(n, since)
    stopped_on = CALENDAR.add_workdays(since, data.draw(st.integers(1, n)))
    resumed_on = CALENDAR.add_workdays(stopped_on, k)
    moved = deadline.with_stop(Stop("评审", stopped_on, resumed_on))
    assert CALENDAR.workdays_between(deadline.due_on, moved.due_on) == k


@given(stopped())
def test_a_stop_never_brings_the_last_day_forward_and_ends_before_it(deadline: Deadline) -> None:
    without = Deadline(deadline.rule, deadline.since, "", deadline.since, deadline.since).recomputed()
    assert deadline.due_on >= without.due_on
    assert all(stop.resumed_on <= deadline.due_on for stop in deadline.stops if stop.resumed_on)


@given(stopped(), amounts)
def test_an_extension_never_takes_time_and_gives_some_unless_backdated(deadline: Deadline, extension: Extension) -> None:
    if deadline.is_stopped:
        return
    extended = deadline.extended(extension)
    assert extended.due_on >= deadline.due_on
    # A backdated one may vanish in a weekend that a later stop had to shift over anyway.
    if all(stop.stopped_on <= extension.decided_on for stop in deadline.stops):
        assert extended.due_on > deadline.due_on


@given(changed())
def test_json_keeps_everything(deadline: Deadline) -> None:
    assert Deadline.from_dict(json.loads(json.dumps(deadline.to_dict()))) == deadline


@given(changed())
def test_recomputing_under_the_same_calendar_changes_nothing(deadline: Deadline) -> None:
    assert deadline.recomputed() == deadline


@given(changed())
def test_the_explanation_ends_with_the_last_day(deadline: Deadline) -> None:
    lines = deadline.explain()
    assert format_date(deadline.due_on) in lines[-1]
    assert len(lines) >= 3
    assert not any("原登记日期尚未更新" in line for line in lines)


@given(changed())
def test_what_is_provisional_says_so(deadline: Deadline) -> None:
    assert deadline.provisional == any(line.startswith("暂定") for line in deadline.explain())


@given(changed())
def test_the_period_expires_at_the_end_of_its_last_day_in_shanghai(deadline: Deadline) -> None:
    assert (deadline.expires_at + timedelta(hours=8, microseconds=-1)).date() == deadline.due_on


@given(forward, st.fractions(0, 1))
@settings(max_examples=60)
def test_the_lights_follow_one_another(deadline: Deadline, share: float) -> None:
    warning = warn_on(deadline, share)
    assert deadline.since <= warning <= deadline.due_on
    order = ("green", "yellow", "red")
    seen = [order.index(light(deadline, warning + timedelta(days=offset), warning)) for offset in range(-2, 200, 3)]
    assert seen == sorted(seen)
    assert light(deadline, deadline.due_on, warning) == "yellow"
    assert light(deadline, deadline.due_on + ONE_DAY, warning) == "red"
