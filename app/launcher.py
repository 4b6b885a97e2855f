"""`make run`: migrates, loads the library and the demo data, then keeps web, worker and clock alive in one foreground process tree.

A child that dies is started again; when this process ends, for whatever reason, its children end too.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.cases import library
from app.config import ROOT, Settings
from app.engine.errors import DiagramError
from app.model import migration
from app.runtime import Runtime

RESTART_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 10.0  # seconds after which a child counts as having run
STOP_SECONDS = 12
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process of the tree."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None)
    started_at: float = 0.0  # by time.monotonic(), as is the next
    restart_at: float | None = None
    pause: float = RESTART_PAUSE / 2

    def start(self) -> None:
        self.started_at, self.restart_at = time.monotonic(), None
        self.process = subprocess.Popen(self.command, cwd=ROOT, preexec_fn=_die_with_parent, start_new_session=False)

    def revive(self, say: Callable[[str], None]) -> None:
        """Starts it again when it has ended, after a pause that doubles while it dies young: a fault must not eat the machine."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if self.restart_at is None:
            self.pause = min(self.pause * 2, LONGEST_PAUSE) if now - self.started_at < STEADY else RESTART_PAUSE
            self.restart_at = now + self.pause
            say(f"{self.name} 进程已退出（{self.process.returncode}），{self.pause:g} 秒后重新启动")
        elif now >= self.restart_at:
            self.start()


def _die_with_parent() -> None:
    """On Linux the kernel ends the child when its parent is killed, so that nothing is left running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def prepare(settings: Settings, say: Callable[[str], None]) -> None:
    """Brings database, library and demo data to where the code is. Quick when there is nothing to do."""
    runtime = Runtime.from_settings(settings)
    if not migration.is_current(runtime.database):
        migration.upgrade(runtime.database)
    with runtime.database.transaction() as session:
        loaded = library.load_folder(session, ROOT)
    if loaded:
        say(f"流程库：{library.told(loaded)}")
    from app.demo import province

    accounts = province.load(runtime, empty_only=True) or province.accounts(runtime)
    if accounts:
        say(accounts)
    runtime.database.engine.dispose()


def children(settings: Settings) -> list[Child]:
    """The processes of an installation on one machine, started like those of the Procfile."""
    flask = [sys.executable, "-m", "flask", "--app", "app"]
    web = [
        sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"127.0.0.1:{settings.port}",
        "--workers", str(settings.web_workers), "--threads", str(settings.web_threads), "--worker-class", "gthread",
        "--graceful-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip
    return [Child("web", web), Child("worker", [*flask, "worker"]), Child("clock", [*flask, "clock"])]


def supervise(tree: list[Child], say: Callable[[str], None]) -> None:
    """Starts the children and keeps them alive until SIGTERM or Ctrl-C; then stops them and waits."""
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for child in tree:
        child.start()
    while not stopping:
        # Sleeps until a child ends or a signal comes; the loop looks again either way.
        time.sleep(0.2)
        for child in tree:
            if not stopping:
                child.revive(say)
    _stop(tree)


def _stop(tree: list[Child]) -> None:
    running = [child.process for child in tree if child.process is not None]
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> int:
    settings = Settings.from_environment()
    os.environ.setdefault("PYTHONUNBUFFERED", "1")

    def say(text: str) -> None:
        print(text, flush=True)

    try:
        prepare(settings, say)
    except DiagramError as error:
        for problem in error.problems:
            say(str(problem))
        return 1
    say(f"清程已启动：http://127.0.0.1:{settings.port} （按 Ctrl-C 停止）")
    supervise(children(settings), say)
    return 0


if __name__ == "__main__":
    sys.exit(main())
