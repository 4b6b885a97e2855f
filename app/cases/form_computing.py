"""Fields that are reckoned from others (`x-computed`), in decimals: sums, differences, products, shares. The server's figure counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import reduce
from typing import Any, Final

OPERATIONS: Final[Mapping[str, Callable[[Sequence[Decimal]], Decimal | None]]] = {
    "sum": lambda values: sum(values, Decimal(0)),
    "difference": lambda values: reduce(lambda a, b: a - b, values),
    "product": lambda values: reduce(lambda a, b: a * b, values),
    "quotient": lambda values: reduce(lambda a, b: a / b, values) if all(values[1:]) else None,
    "percent": lambda values: values[0] / values[1] * 100 if len(values) == 2 and values[1] else None,
}
DIGITS: Final = 2
"""Decimals of a result unless the formula says otherwise (`digits`); a half is rounded up."""
LARGEST: Final = Decimal(2**53 - 1)
"""Larger figures are not the same number in every program; whoever fills in such a one is not told any."""
PRECISION: Final = 60
"""Enough for every figure up to the largest with all its decimals."""


def computed(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the computed fields of a form; none for a field whose arguments are missing.

    `x-computed` is `{field: {"op", "of": [field, "table.column", number, …], "digits"}}`. A sum leaves out what is not filled in, a column of a
    table counts as the sum of its rows.
    """
    formulas = schema.get("x-computed", {})
    found: dict[str, Any] = {}
    for _ in formulas:  # a formula may count with another one's result
        found = {name: value for name, formula in formulas.items() if (value := _result(formula, {**data, **found})) is not None}
    return found


def _result(formula: Mapping[str, Any], data: Mapping[str, Any]) -> int | float | None:
    given = [_argument(one, data) for one in formula.get("of", ())]
    values = [value for value in given if value is not None]
    if not values or (formula["op"] != "sum" and len(values) < len(given)):
        return None
    with localcontext(prec=PRECISION):
        result = OPERATIONS[formula["op"]](values)
        if result is None or abs(result) > LARGEST:
            return None
        rounded = result.quantize(Decimal(1).scaleb(-int(formula.get("digits", DIGITS))), ROUND_HALF_UP)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _argument(one: Any, data: Mapping[str, Any]) -> Decimal | None:
    if not isinstance(one, str):
        return _number(one)
    field, _, column = one.partition(".")
    if not column:
        return _number(data.get(field))
    values = list(_cells(data.get(field), column))
    return sum(values, Decimal(0)) if values else None


def _cells(rows: Any, column: str) -> Iterator[Decimal]:
    for row in rows if isinstance(rows, list) else ():
        value = _number(row.get(column)) if isinstance(row, dict) else None
        if value is not None:
            yield value


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Decimal(str(value))
