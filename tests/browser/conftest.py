"""A whole installation (web, worker, clock) on loopback, real Chromium, and people who click."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from app import clock
from app.model import Setting, migration
from app.runtime import Runtime
from tests.browser.people import PATIENCE, Office
from tests.crash.installation import Installation
from tests.support.world import World

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


class SharedClock:
    """The time of this process and, through the database, of the whole installation. It runs on; it can be set ahead."""

    def __init__(self) -> None:
        self.runtime: Runtime | None = None

    def to(self, day: str, hour: int = 9) -> None:
        target = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), clock.SHANGHAI)
        offset = target - dt.datetime.now(dt.UTC)
        clock.set_offset(offset)
        if self.runtime is not None:
            with self.runtime.database.transaction() as session:
                session.merge(Setting(key="clock_offset_seconds", value=str(offset.total_seconds())))


@pytest.fixture(autouse=True, scope="session")
def patient() -> None:
    """What a page saves and asks takes its time on a busy machine."""
    expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def shared_clock() -> Iterator[SharedClock]:
    made = SharedClock()
    made.to("2027-01-11")
    yield made
    clock.set_offset(dt.timedelta(0))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, shared_clock: SharedClock) -> Iterator[World]:
    """Web, worker and clock running over a fresh database with a small province in it."""
    folder: Path = tmp_path_factory.mktemp("installation")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    installation = Installation(folder, f"sqlite:///{folder / 'browser.db'}", port)
    runtime = Runtime.from_settings(installation.settings)
    migration.upgrade(runtime.database)
    world = World.build(runtime, shared_clock)
    shared_clock.runtime = runtime
    shared_clock.to("2027-01-11")
    installation.start_web()
    installation.start("worker")
    installation.start("clock")
    yield world
    installation.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's own Chromium."""
    path = next((p for p in (shutil.which(n) for n in ("chromium", "chromium-browser", "google-chrome")) if p), None)
    assert path is not None, "no Chromium on this machine: run tests/install_browser.sh"
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def office(installed: World, chromium: Browser, shared_clock: SharedClock) -> Iterator[Office]:
    """Everybody's browser windows."""
    made = Office(installed, chromium, installed.runtime.settings.port, shared_clock)
    yield made
    made.close()
