"""When actors act: days, months that end early, workdays, never; always on the day that was asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.simulation.delays import SAME_DAY, read_delay


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def acts(delay: str, created: str) -> str:
    found = read_delay(delay)
    assert found is not None
    return found.after(at(created)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("delay", "created", "expected"),
    [
        ("70d", "2025-01-10T09:00", "2025-03-21 09:01"),
        ("0d", "2025-01-10T09:00", "2025-01-10 09:01"),
        ("1m", "2025-01-31T10:30", "2025-02-28 10:31"),
        ("12m", "2024-02-29T10:30", "2025-02-28 10:31"),
        ("5w", "2025-01-24T09:00", "2025-02-07 09:01"),  # 26 January is worked, 28 January to 4 February are not
        ("1w", "2025-09-30T09:00", "2025-10-09 09:01"),
        ("3d", "2025-01-11T00:00", "2025-01-14 09:01"),  # what a limit at midnight opened is done in the morning
        ("2d", "2025-01-10T23:59:30", "2025-01-12 23:59"),
    ],
)
def test_an_act_falls_on_the_day_that_was_asked_for(delay: str, created: str, expected: str) -> None:
    assert acts(delay, created) == expected


@pytest.mark.parametrize("created", ["2025-01-10T00:00", "2025-01-10T09:00", "2025-01-10T23:58:59", "2025-01-10T23:59:59"])
def test_without_a_delay_the_act_is_on_the_same_day_and_not_before_its_task(created: str) -> None:
    done = SAME_DAY.after(at(created))
    assert done >= at(created)
    assert done.astimezone(clock.SHANGHAI).date() == at(created).date()


def test_never_is_no_delay() -> None:
    assert read_delay("never") is None


@pytest.mark.parametrize("text", ["", "70", "d", "-1d", "1.5d", "70 d", "7y", "99999d", "Never", None, 70, ["70d"], True])
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValueError):
        read_delay(text)
