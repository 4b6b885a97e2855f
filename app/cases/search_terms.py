"""What people type into a search box, as conditions on columns."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast
from sqlalchemy.orm import Session

from app.access.organisations import region_prefix

_NUMBER = re.compile(r"(?:QC\d{4}-)?0*(\d{1,12})", re.IGNORECASE)


def case_id_of(text: str) -> int | None:
    """The id behind a case number such as QC2027-000123; none when the text is no number."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


def escaped(q: str) -> str:
    """A text for LIKE with `!` as its escape character."""
    return re.sub(r"([!%_])", r"!\1", q)


def json_like(session: Session, column: Any, q: str) -> ColumnElement[bool]:
    """Whether JSON holds a text. SQLite stores it with Chinese characters escaped, PostgreSQL as they are."""
    plain = session.get_bind().dialect.name != "sqlite"
    inner = json.dumps(q, ensure_ascii=not plain)[1:-1]
    return cast(column, Text).like(f"%{escaped(inner)}%", escape="!")


def region_within(column: Any, region_code: str) -> ColumnElement[bool]:
    """Region codes within a region, as a range that an index serves."""
    prefix = region_prefix(region_code.ljust(6, "0"))
    return and_(column >= prefix.ljust(6, "0"), column <= prefix.ljust(6, "9"))
