"""`processes check`: the whole library from cold, and the diagram that takes longest."""

from __future__ import annotations

import time
from pathlib import Path

from app.cases import library
from app.config import ROOT
from app.engine.checking import gate
from bench.report import Report


def run(report: Report, folder: Path) -> None:
    own = library.read_folder(ROOT)
    gate.forget()
    began = time.perf_counter()
    problems = library.check(own)
    report.add("check.library", time.perf_counter() - began, "s", against=60, peer="limit")
    if gate.errors(problems):
        raise AssertionError("the library does not pass its own check: " + "; ".join(map(str, problems)))
    slowest = max(_seconds(own, key) for key in own.diagrams)
    report.add("check.slowest_diagram", slowest, "s", against=2, peer="limit")
    report.add("check.diagrams", len(own.diagrams), "diagrams")


def _seconds(own: library.Library, key: str) -> float:
    """Checking one diagram with everything that it calls, nothing remembered."""
    gate.forget()
    began = time.perf_counter()
    library.check(own, [key])
    return time.perf_counter() - began
