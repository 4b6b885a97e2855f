"""`make run` as a newcomer starts it: the whole process tree over a fresh folder with the demo data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.config import ROOT
from tests.crash.installation import wait_until

DEMO_PASSWORD = "Demonstration-2027"


@dataclass(frozen=True)
class Launched:
    """A running installation."""

    base: str
    folder: Path
    seconds: float  # until it answered
    process: subprocess.Popen[bytes]

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'qingcheng.db'}"


@contextmanager
def launched(folder: Path) -> Iterator[Launched]:
    """Starts the process tree and stops it with SIGTERM; it must end by itself then."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "INSTANCE_DIR": str(folder), "PORT": str(port), "DEMO_PASSWORD": DEMO_PASSWORD}
    for name in ("DATABASE_URL", "UPLOAD_DIR", "SECRET_KEY"):
        environment.pop(name, None)
    began = time.monotonic()
    log = (folder / "launcher.log").open("ab")
    with subprocess.Popen([sys.executable, "-m", "app.launcher"], cwd=ROOT, env=environment, stdout=log, stderr=log) as process:
        try:
            wait_until(lambda: answers(port), 240, "the installation answers")
            yield Launched(f"http://127.0.0.1:{port}", folder, time.monotonic() - began, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def answers(port: int) -> bool:
    """Whether the web process is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
