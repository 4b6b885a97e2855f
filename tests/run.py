"""Runs the suite in groups: the quick ones in parallel, then those that need a browser or kill processes, one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

GROUPS = (
    ("quick and database tests", ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile", "-m", "not browser and not crash"]),
    ("crash tests", ["-m", "crash"]),
    ("browser tests", ["-m", "browser"]),
)


def main(arguments: list[str]) -> int:
    passed = failed = skipped = 0
    folder = Path(".venv")
    for number, (name, options) in enumerate(GROUPS):
        began = time.monotonic()
        report = folder / f"report-{number}.xml"
        report.unlink(missing_ok=True)
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *arguments]
        status = subprocess.call(command)
        if report.exists():
            suite = ET.parse(report).getroot().find("testsuite")
            assert suite is not None
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left_out = int(suite.get("skipped", 0))
            failed, skipped = failed + bad, skipped + left_out
            passed += int(suite.get("tests", 0)) - bad - left_out
        if status not in (0, 5) and not (report.exists() and bad):
            failed += 1
        sys.stdout.write(f"== {name}: {time.monotonic() - began:.0f} s\n")
    sys.stdout.write(f"{passed} passed, {failed} failed, {skipped} skipped\n")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
