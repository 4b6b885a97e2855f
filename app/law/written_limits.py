"""Time limits as diagrams write them, read as the catalogue states them, so that the two can be compared.

``months(2, since=list_published_on)`` is two months from the publication of the list; ``every_year(12, 31)`` is 31 December of every year. An
expression may choose between several limits, or say that there is none this time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from app.law.catalogue_facts import PER_NOTICE, StepDeadline
from app.law.labels import event_label
from app.law.rules import Direction, Unit

_SPANS: Final = {
    "days": (Unit.DAY, Direction.AFTER),
    "workdays": (Unit.WORKDAY, Direction.AFTER),
    "months": (Unit.MONTH, Direction.AFTER),
    "years": (Unit.YEAR, Direction.AFTER),
    "days_before": (Unit.DAY, Direction.BEFORE),
    "workdays_before": (Unit.WORKDAY, Direction.BEFORE),
    "months_before": (Unit.MONTH, Direction.BEFORE),
}
DIFFERENCES: Final = {
    "kind": "期限的种类",
    "value": "长短",
    "unit": "单位",
    "since": "起算点",
    "direction": "向前还是向后计算",
    "day": "日期",
    "years": "年份",
    "extra": "条文没有规定期限",
}
"""In what a written limit may differ from the stated one."""


def limits_in(expression: str) -> tuple[StepDeadline, ...]:
    """Every limit that a ``due`` expression may give; one whose day stands in a variable is as a notice says (``per_notice``).

    Raises ``SyntaxError`` for what is no expression.
    """
    return tuple(_limits(ast.parse(expression.strip(), mode="eval").body))


def _limits(node: ast.expr) -> Iterator[StepDeadline]:
    match node:
        case ast.Constant(value=None):
            return
        case ast.IfExp(body=body, orelse=orelse):
            yield from _limits(body)
            yield from _limits(orelse)
        case ast.Call(func=ast.Name(id="every_year")):
            yield _yearly(node)
        case ast.Call(func=ast.Name(id="fixed_day"), args=[ast.Constant(value=str(day)), *_]):
            yield StepDeadline(by=day)
        case ast.Call(func=ast.Name(id=name)) if name in _SPANS:
            yield _span(node, *_SPANS[name])
        case _:
            yield StepDeadline(by=PER_NOTICE)


def _arguments(call: ast.Call, *names: str) -> dict[str, ast.expr]:
    """The arguments by name, wherever they stand."""
    return dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}


def _number(node: ast.expr | None) -> int | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def _span(call: ast.Call, unit: Unit, direction: Direction) -> StepDeadline:
    given = _arguments(call, "value", "since")
    return StepDeadline(value=_number(given.get("value")), unit=unit, since=_event(given.get("since")), direction=direction)


def _event(node: ast.expr | None) -> str | None:
    """The event behind ``since``: the variable's name without ``_on``, also when it is read by ``get("…")``."""
    match node:
        case ast.Name(id=name) | ast.Call(func=ast.Name(id="get"), args=[ast.Constant(value=str(name)), *_]):
            return name.removesuffix("_on")
        case None:
            return None
    return ast.unparse(node)


def _yearly(call: ast.Call) -> StepDeadline:
    given = _arguments(call, "month", "day", "years")
    month, day = _number(given.get("month")), _number(given.get("day"))
    years = given.get("years")
    parity = str(years.value) if isinstance(years, ast.Constant) else "every"
    if month is None or day is None:
        return StepDeadline(by=PER_NOTICE)
    return StepDeadline(by=f"{month:02}-{day:02}", years=None if parity == "every" else parity)


def differences(written: StepDeadline, stated: StepDeadline) -> tuple[str, ...]:
    """In what the written limit differs from the stated one: names of ``DIFFERENCES``, none when they agree."""
    if _kind(written) != _kind(stated):
        return ("kind",)
    if _kind(stated) == "notice":
        return ()
    if _kind(stated) == "day":
        (day, *years), (stated_day, *stated_years) = _day(written), _day(stated)
        found = {"day": day != stated_day, "years": years != stated_years}
    else:
        found = {
            "value": written.value != stated.value,
            "unit": written.unit is not stated.unit,
            "direction": written.direction is not stated.direction,
            "since": not _same_event(written.since, stated.since),
        }
    return tuple(name for name, differs in found.items() if differs)


def _kind(limit: StepDeadline) -> str:
    """A length of time, a day, or what a notice (for us: a variable) says."""
    if limit.by is not None:
        return "notice" if limit.by == PER_NOTICE else "day"
    return "span" if limit.value else "notice"


def _day(limit: StepDeadline) -> tuple[str, int | None, str | None]:
    """The day of a year as MM-DD, the one year that is meant, and whether only even or odd ones are."""
    *year, month, day = (limit.by or "").split("-")
    return f"{month}-{day}", int(year[0]) if year else limit.year, limit.years


def _same_event(one: str | None, other: str | None) -> bool:
    """Whether two names mean the same event: the catalogue has some under several names."""
    return one == other or event_label(f"{one}_on") == event_label(f"{other}_on")
