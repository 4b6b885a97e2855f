"""`make run` on an existing database: how long until it answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from app.config import ROOT
from bench.report import Report
from tests.crash.installation import wait_until


def run(report: Report, folder: Path) -> None:
    first = _until_healthy(folder)
    again = _until_healthy(folder)
    report.add("startup.first", first, "s")
    report.add("startup.existing", again, "s", against=5, peer="limit")


def _until_healthy(folder: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "INSTANCE_DIR": str(folder), "PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "app.launcher"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as tree:
        wait_until(lambda: _answers(port), 120, "the installation answers")
        took = time.perf_counter() - began
        tree.send_signal(signal.SIGTERM)
    return took


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
