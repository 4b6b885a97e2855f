"""Pages that begin behind a row: nothing is skipped or shown twice when rows come and go, and the thousandth page costs what the first does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import Session


def rows_of_page(
    session: Session, query: Select[Any], sort: tuple[Any, Any], size: int, *, after: str, before: str, newest_first: bool
) -> tuple[list[Any], bool, bool]:
    """The rows of a page behind or before a cursor (`<value>.<id>`), and whether there are pages before and after it."""
    backwards = bool(before)
    position = _position(before or after)
    falling = newest_first != backwards
    if position is not None:
        at = tuple_(*(literal(value, column.type) for value, column in zip(position, sort, strict=True)))
        query = query.where(tuple_(*sort) < at if falling else tuple_(*sort) > at)
    order = [column.desc() if falling else column.asc() for column in sort]
    found = list(session.execute(query.order_by(*order).limit(size + 1)))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
        return found, more and bool(found), bool(found) and position is not None
    return found, position is not None and bool(found), more


def _position(cursor: str) -> tuple[Any, int] | None:
    """The sort values in a cursor; none when somebody wrote it by hand."""
    value, _, row_id = cursor.rpartition(".")
    try:
        return (dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)), int(row_id)
    except ValueError:
        return None
