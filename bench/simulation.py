"""Simulating: one enterprise from its list to its acceptance with a rectification, and a hundred enterprises through a year."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from app.simulation import Simulation, simulate
from bench.report import Report, median_ms

TIMES = 5
ENTERPRISES = 100
ONE_AUDIT: dict[str, Any] = {
    "process": "shandong.listing_env",
    "start": "2025-01-06",
    "region": "370102",
    "roster": [{"name": "样例厂", "grounds": ["1"]}],
    "decisions": {"sd-audit-2017.acceptance.s5": ["fail", "pass"]},
    "delays": {"sd-audit-2017.execution.s2": "45d", "sd-audit-2017.execution.p6": "6m", "sd-acceptance-2008.rectification.s3": "4m"},
}
A_YEAR: dict[str, Any] = {
    "process": "shandong.list_publication",
    "start": "2025-01-06",
    "region": "370102",
    "roster": [{"name": f"样例厂{n:03d}", "grounds": ["1"]} for n in range(ENTERPRISES)],
    "decisions": {"sd-audit-2017.result-publication.s3": "no"},
    "delays": {
        "sd-audit-2017.disclosure.s2": "20d", "sd-audit-2017.execution.s2": "45d", "sd-audit-2017.execution.p3": "2m",
        "sd-audit-2017.execution.p6": "6m", "sd-audit-2017.execution.s3": "2m",
    },
}  # fmt: skip


def run(report: Report, _folder: Path) -> None:
    began = time.perf_counter()
    _played(ONE_AUDIT)
    report.add("simulation.first", time.perf_counter() - began, "s")
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        _played(ONE_AUDIT)
        seconds.append(time.perf_counter() - began)
    report.add("simulation.audit", median_ms(seconds) / 1000, "s", against=2, peer="limit")
    began = time.perf_counter()
    result = _played(A_YEAR)
    spent = time.perf_counter() - began
    report.add("simulation.hundred_enterprises", spent, "s")
    report.add("simulation.hundred_case_years", 100 * spent / case_years(result), "s", against=60, peer="a minute")


def _played(scenario: dict[str, Any]) -> Simulation:
    result = simulate(scenario)
    assert (result.exit_status, result.ended) == (0, True), result.faults
    return result


def case_years(result: Simulation) -> float:
    """The time that all cases of a simulation ran, in years."""
    started = {e.case: e.at for e in result.events if e.event == "case_started"}
    ended = {e.case: e.at for e in result.events if e.event == "case_ended"}
    return sum((ended[case] - at).days for case, at in started.items()) / 365
