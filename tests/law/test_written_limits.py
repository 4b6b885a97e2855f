"""Time limits as diagrams write them, against those of the catalogue."""

from __future__ import annotations

import pytest

from app.engine.expression_library import FUNCTIONS
from app.law.catalogue import PER_NOTICE, StepDeadline, catalogue
from app.law.rules import Direction, Unit
from app.law.written_limits import DIFFERENCES, differences, limits_in

TWO_MONTHS = StepDeadline(2, Unit.MONTH, "list_published")
YEAR_END = StepDeadline(by="12-31")


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("days(30, since=notified_on)", StepDeadline(30, Unit.DAY, "notified")),
        ("workdays(20, since=application_received_by_county_on)", StepDeadline(20, Unit.WORKDAY, "application_received_by_county")),
        ("months(2, since=list_published_on)", TWO_MONTHS),
        ("months(2, list_published_on)", TWO_MONTHS),
        ("months(value=2, since=list_published_on)", TWO_MONTHS),
        ("months(2, since=get('list_published_on'))", TWO_MONTHS),
        ("years(1, since=list_published_on)", StepDeadline(1, Unit.YEAR, "list_published")),
        ("days_before(15, since=acceptance_meeting_on)", StepDeadline(15, Unit.DAY, "acceptance_meeting", Direction.BEFORE)),
        ("workdays_before(5, since=meeting_on)", StepDeadline(5, Unit.WORKDAY, "meeting", Direction.BEFORE)),
        ("months_before(6, since=title_expiry_on)", StepDeadline(6, Unit.MONTH, "title_expiry", Direction.BEFORE)),
        ("every_year(12, 31)", YEAR_END),
        ("every_year(month=12, day=31, years='every')", YEAR_END),
        ("every_year(9, 30, years='even')", StepDeadline(by="09-30", years="even")),
        ("every_year(1, 5, 'odd')", StepDeadline(by="01-05", years="odd")),
        ("correct_by", StepDeadline(by=PER_NOTICE)),
        ("months(granted, since=list_published_on)", StepDeadline(None, Unit.MONTH, "list_published")),
    ],
)
def test_an_expression_is_read_as_the_limit_that_it_means(expression: str, limit: StepDeadline) -> None:
    assert limits_in(expression) == (limit,)


def test_no_limit_this_time_is_no_limit() -> None:
    assert limits_in("None") == ()
    assert limits_in("None if get('again') else months(2, since=list_published_on)") == (TWO_MONTHS,)


def test_a_choice_between_limits_has_them_all() -> None:
    assert limits_in("months(2, since=list_published_on) if a else (every_year(12, 31) if b else None)") == (TWO_MONTHS, YEAR_END)


def test_every_period_function_of_the_language_is_understood() -> None:
    periods = [name for name in FUNCTIONS if name.startswith(("days", "workdays", "months", "years"))]
    for name in periods:
        (limit,) = limits_in(f"{name}(3, since=meeting_on)")
        assert (limit.value, limit.since) == (3, "meeting"), name


@pytest.mark.parametrize(
    ("expression", "stated", "differs"),
    [
        ("months(2, since=list_published_on)", TWO_MONTHS, ()),
        ("months(3, since=list_published_on)", TWO_MONTHS, ("value",)),
        ("days(2, since=list_published_on)", TWO_MONTHS, ("unit",)),
        ("workdays(30, since=x_on)", StepDeadline(30, Unit.DAY, "x"), ("unit",)),
        ("months(2, since=notified_on)", TWO_MONTHS, ("since",)),
        ("days(60, since=notified_on)", TWO_MONTHS, ("value", "unit", "since")),
        ("days(15, since=meeting_on)", StepDeadline(15, Unit.DAY, "meeting", Direction.BEFORE), ("direction",)),
        ("months(2, since=today())", TWO_MONTHS, ("since",)),
        ("every_year(12, 31)", YEAR_END, ()),
        ("every_year(12, 30)", YEAR_END, ("day",)),
        ("every_year(12, 31, years='even')", YEAR_END, ("years",)),
        ("every_year(9, 30)", StepDeadline(by="09-30", years="even"), ("years",)),
        ("every_year(9, 30, years='even')", StepDeadline(by="09-30", years="even"), ()),
        ("every_year(12, 31)", StepDeadline(by="12-31", year=2008), ("years",)),
        ("every_year(10, 20)", StepDeadline(by="2007-10-20"), ("years",)),
        ("fixed_day('2007-10-20', since=notified_on)", StepDeadline(by="2007-10-20"), ()),
        ("fixed_day('2008-09-20', since=notified_on)", StepDeadline(by="09-20", year=2008), ()),
        ("fixed_day('2008-09-21', since=notified_on)", StepDeadline(by="09-20", year=2008), ("day",)),
        ("fixed_day(correct_by, since=notified_on)", StepDeadline(by=PER_NOTICE), ()),
        ("every_year(12, 31)", TWO_MONTHS, ("kind",)),
        ("months(2, since=list_published_on)", YEAR_END, ("kind",)),
        ("correct_by", StepDeadline(by=PER_NOTICE), ()),
        ("correct_by", StepDeadline(0, Unit.DAY, "acceptance_date_set_in_evaluation"), ()),
        ("days(granted, since=rectification_ordered_on)", StepDeadline(None, Unit.DAY, "rectification_ordered"), ()),
        ("days(30, since=rectification_ordered_on)", StepDeadline(None, Unit.DAY, "rectification_ordered"), ("kind",)),
        ("correct_by", TWO_MONTHS, ("kind",)),
        ("months(granted, since=list_published_on)", TWO_MONTHS, ("kind",)),
    ],
)
def test_it_says_in_what_the_two_differ(expression: str, stated: StepDeadline, differs: tuple[str, ...]) -> None:
    (written,) = limits_in(expression)
    assert differences(written, stated) == differs
    assert set(differs) <= set(DIFFERENCES)


def test_one_event_under_two_names_is_one_event() -> None:
    (written,) = limits_in("days(5, since=audit_finished_on)")
    assert differences(written, StepDeadline(5, Unit.DAY, "audit_completed")) == ()


def as_expression(limit: StepDeadline) -> str:
    if limit.by == PER_NOTICE or (limit.by is None and not limit.value):
        return "named_in_the_notice"
    if limit.by is not None:
        month, day = map(int, limit.by.split("-")[-2:])
        return f"every_year({month}, {day}, years='{limit.years or 'every'}')"
    side = "_before" if limit.direction is Direction.BEFORE else ""
    return f"{limit.unit}s{side}({limit.value}, since={limit.since}_on)"


def is_of_one_year(limit: StepDeadline) -> bool:
    return bool(limit.year or (limit.by and limit.by != PER_NOTICE and len(limit.by) > len("MM-DD")))


ALL = {d for j in catalogue().jurisdictions() for s in j.steps.values() for d in s.deadlines}
STATED = sorted(((as_expression(d), d) for d in ALL if not is_of_one_year(d)), key=repr)


@pytest.mark.parametrize(("expression", "stated"), STATED, ids=lambda value: str(value)[:50])
def test_every_lasting_limit_of_the_catalogue_can_be_written_so_that_it_agrees(expression: str, stated: StepDeadline) -> None:
    (written,) = limits_in(expression)
    assert differences(written, stated) == ()
