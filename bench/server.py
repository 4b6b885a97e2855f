"""A real web process over a fresh SQLite database with a small province in it."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType

from app.model import Setting, migration
from app.runtime import Runtime
from tests.conftest import START, TestClock
from tests.crash.installation import Installation
from tests.support.world import World


class Server:
    """Starts the web process (and on demand a worker) and stops it."""

    def __init__(self, folder: Path, *, serving: bool = True) -> None:
        self._serving = serving
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.installation = Installation(folder, f"sqlite:///{folder / 'bench.db'}", self.port)
        self.clock = TestClock(START)

    def __enter__(self) -> Server:
        runtime = Runtime.from_settings(self.installation.settings)
        migration.upgrade(runtime.database)
        self.world = World.build(runtime, self.clock)
        self.set_clock()
        if self._serving:
            self.web = self.installation.start_web()
        return self

    def set_clock(self) -> None:
        """Gives the processes the time that this one has."""
        import datetime as dt

        from app import clock

        offset = clock.now() - dt.datetime.now(dt.UTC)
        with self.world.transaction() as session:
            session.merge(Setting(key="clock_offset_seconds", value=str(offset.total_seconds())))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.installation.stop()
        self.clock.stop()
