"""Expectation files beside the scenarios of the tests: `app.simulation.expected` says what stands in them."""

from __future__ import annotations

from pathlib import Path

from app.simulation.expected import lines_of, read_expected, written

__all__ = ["expected_in", "lines_of", "written"]


def expected_in(path: Path) -> list[str]:
    """The lines of an expectation file, as full lines."""
    return read_expected(path.read_text(encoding="utf-8"))
