"""Time in SQL that both kinds of database understand: instants are kept in UTC, days and months are those of China (UTC+8 without summer time)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, LargeBinary, String, case, cast, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

EPOCH = dt.date(1970, 1, 1)


class days_between(FunctionElement[float]):  # reads like the SQL function that it stands for
    """Days from one instant to another, with their fraction."""

    inherit_cache = True
    type = Float()


class day_number(FunctionElement[int]):
    """The day of an instant, counted from `EPOCH`."""

    inherit_cache = True
    type = Integer()


class month_of(FunctionElement[str]):
    """The month of an instant: `2027-01`."""

    inherit_cache = True
    type = String()


@compiles(days_between, "sqlite")
def _days_between_on_sqlite(element: FunctionElement[float], compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(julianday({end}) - julianday({start}))"


@compiles(days_between, "postgresql")
def _days_between_on_postgresql(element: FunctionElement[float], compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(extract(epoch FROM {end} - {start})::float8 / 86400)"


@compiles(day_number, "sqlite")
def _day_number_on_sqlite(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(julianday(date({compiler.process(element.clauses, **kw)}, '+8 hours')) - 2440587.5 AS INTEGER)"


@compiles(day_number, "postgresql")
def _day_number_on_postgresql(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    return f"(timezone('Asia/Shanghai', {compiler.process(element.clauses, **kw)})::date - DATE '1970-01-01')"


@compiles(month_of, "sqlite")
def _month_on_sqlite(element: FunctionElement[str], compiler: SQLCompiler, **kw: Any) -> str:
    return f"strftime('%Y-%m', {compiler.process(element.clauses, **kw)}, '+8 hours')"


@compiles(month_of, "postgresql")
def _month_on_postgresql(element: FunctionElement[str], compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_char(timezone('Asia/Shanghai', {compiler.process(element.clauses, **kw)}), 'YYYY-MM')"


_DIGITS = 5


def looked_up(numbers: Sequence[int], position: ColumnElement[int]) -> ColumnElement[int]:
    """The number at a position, the first one for positions before it. The numbers (0 to 99999) travel as one text of equal parts.

    A join with rows would do as well, but SQLite does not see that it had better index them.
    """
    text = literal("".join(f"{number:0{_DIGITS}d}" for number in numbers), String())
    listed = cast(text, String().with_variant(LargeBinary(), "sqlite"))  # SQLite finds a place in bytes at once, in text it walks there
    place = case((position < 0, 0), else_=position)
    return cast(func.substr(listed, place * _DIGITS + 1, _DIGITS), Integer)
