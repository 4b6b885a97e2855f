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
STOP_SECONDS = 12
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process of the tree."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, cwd=ROOT, preexec_fn=_die_with_parent, start_new_session=False)


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
            if not stopping and child.process is not None and child.process.poll() is not None:
                say(f"{child.name} 进程已退出（{child.process.returncode}），正在重新启动")
                time.sleep(RESTART_PAUSE)
                child.start()
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
