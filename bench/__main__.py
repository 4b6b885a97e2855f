"""Runs every benchmark, prints ratios, writes `results/latest.json`."""

from __future__ import annotations

import datetime as dt
import json
import platform
import sys
import tempfile
from pathlib import Path

from bench import bundles, checking, completion, heat, history, inbox, migration, roster, simulation, startup
from bench.report import Report

RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> int:
    report = Report()
    for measure in (
        completion.run,
        inbox.run,
        roster.run,
        roster.run_2008,
        startup.run,
        history.run,
        checking.run,
        migration.run,
        heat.run,
        simulation.run,
        bundles.run,
    ):
        with tempfile.TemporaryDirectory() as folder:
            measure(report, Path(folder))
    report.print()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps(
            {"on": dt.date.today().isoformat(), "python": platform.python_version(), "measures": report.rows}, ensure_ascii=False, indent=1
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
