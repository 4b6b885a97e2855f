"""Statements that both kinds of database understand alike, built once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.model.base import Base


def table(model: type[Base]) -> Table:
    """The table of a model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


def insert_new(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows of the same columns with one statement; those that a unique key already has are left out."""
    if rows:
        columns = tuple(rows[0])
        session.execute(_insert_new(model, columns, False), [{**_defaults(model, columns), **row} for row in rows])


def insert_unless_there(session: Session, model: type[Base], row: dict[str, Any]) -> int | None:
    """Inserts one row and gives its id; none when a unique key already has it."""
    columns = tuple(row)
    inserted: int | None = session.execute(_insert_new(model, columns, True), {**_defaults(model, columns), **row}).scalar()
    return inserted


@lru_cache(maxsize=64)
def _insert_new(model: type[Base], columns: tuple[str, ...], returning: bool) -> TextClause:
    """As text: SQLAlchemy compiles its own `on_conflict_do_nothing` anew each time."""
    into = table(model)
    names = (*columns, *_defaults(model, columns))
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    statement = f'INSERT INTO "{into.name}" ({listed}) VALUES ({values}) ON CONFLICT DO NOTHING{" RETURNING id" if returning else ""}'
    return text(statement).bindparams(*(bindparam(name, type_=into.c[name].type) for name in names))


@lru_cache(maxsize=64)
def _defaults(model: type[Base], given: tuple[str, ...]) -> dict[str, Any]:
    """The plain defaults of the columns that a row does not give."""
    defaults = {column.name: column.default for column in table(model).columns if column.name not in given}
    return {name: default.arg for name, default in defaults.items() if isinstance(default, ScalarElementColumnDefault)}
