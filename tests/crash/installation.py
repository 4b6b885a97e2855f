"""A real installation in a folder of its own: real processes, real kills."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.config import ROOT, Settings


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Polls a condition of another process. There is no event to wait for across processes; the limit is a failure."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.02)


@dataclass
class Installation:
    """Processes of the application over one database."""

    folder: Path
    database_url: str
    port: int = 0
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "INSTANCE_DIR": str(self.folder),
            "UPLOAD_DIR": str(self.folder / "uploads"),
            "SECRET_KEY": "test",
            "QINGCHENG_CLOCK": "adjustable",
            "PORT": str(self.port),
        }

    @property
    def settings(self) -> Settings:
        return Settings(
            database_url=self.database_url, secret_key="test", upload_dir=self.folder / "uploads", instance_dir=self.folder,
            port=self.port, adjustable_clock=True,
        )  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts `flask --app app …`, or any other module with `-m`."""
        command = [sys.executable, "-m", *(arguments if arguments[0] == "gunicorn" else ("flask", "--app", "app", *arguments))]
        log = (self.folder / f"{arguments[0]}.log").open("ab")
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        self.running.append(process)
        return process

    def start_web(self) -> subprocess.Popen[bytes]:
        process = self.start("gunicorn", "app:create_app()", "--bind", f"127.0.0.1:{self.port}", "--threads", "4")
        wait_until(self.healthy, 30, "the web process answers")
        return process

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """`kill -9` of the process and whatever it started: no clean-up of any kind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running:
            self.kill(process)
