"""Collects figures and prints them beside what they are held against."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from typing import Any


def median_ms(seconds: Sequence[float]) -> float:
    """The median in milliseconds."""
    return round(statistics.median(seconds) * 1000, 2)


class Report:
    """Rows of measure, value, peer or limit, ratio."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, measure: str, value: float, unit: str, *, against: float | None = None, peer: str = "") -> None:
        ratio = round(value / against, 2) if against else None
        row = {"measure": measure, "value": round(value, 2), "unit": unit, "against": against, "peer": peer, "ratio": ratio}
        self.rows.append(row)
        sys.stdout.write(self._line(row) + "\n")
        sys.stdout.flush()

    def print(self) -> None:
        sys.stdout.write("\n" + "\n".join(self._line(row) for row in self.rows) + "\n")

    @staticmethod
    def _line(row: dict[str, Any]) -> str:
        against = f"{row['ratio']:>8} x {row['peer']} ({row['against']} {row['unit']})" if row["ratio"] is not None else ""
        return f"{row['measure']:<34} {row['value']:>10} {row['unit']:<10} {against}"
