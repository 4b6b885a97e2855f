"""Dates as Chinese offices write them: a date is a day in Asia/Shanghai, an instant is kept in UTC."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_WEEKDAYS = "一二三四五六日"


def weekday_name(day: date) -> str:
    """The day of the week, e.g. ``周一``."""
    return f"周{_WEEKDAYS[day.weekday()]}"


def format_date(day: date) -> str:
    """The date with its day of the week, e.g. ``2027-02-08（周一）``."""
    return f"{day.isoformat()}（{weekday_name(day)}）"
