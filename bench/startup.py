"""`make run`'s process tree: how long until it answers, with an empty folder and with an existing database."""

from __future__ import annotations

from pathlib import Path

from bench.report import Report
from tests.support.launched import launched


def run(report: Report, folder: Path) -> None:
    with launched(folder) as first:
        report.add("startup.first", first.seconds, "s")
    with launched(folder) as again:
        report.add("startup.existing", again.seconds, "s", against=5, peer="limit")
