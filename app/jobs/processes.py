"""The two background processes.

`clock` is APScheduler: once a second, while it holds the lease, it fires the timers that are due; once a day it has the registers looked at; at night
it tidies up. `worker` carries out what was fired and delivers the outbox. Any number of either may run: rows are taken one at a time, and what was
missed while all were down is handled at start.
"""

from __future__ import annotations

import datetime as dt
import signal
import threading
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app import clock
from app.cases import calendars, migration_work, register_days, time_passing
from app.jobs import deliveries, lease
from app.jobs.mail import Mailer
from app.model import IdempotencyKey, Setting
from app.model.session import Database

log = structlog.get_logger()

CLOCK_LEASE = "clock"
LEASE_SECONDS = 10
IDLE_SECONDS = 0.5


def refresh_clock(session: Session) -> None:
    """Takes over the clock offset that demonstrations and tests keep in the database."""
    row = session.get(Setting, "clock_offset_seconds")
    clock.set_offset(dt.timedelta(seconds=float(row.value)) if row else dt.timedelta(0))


def stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def run_worker(database: Database, mailer: Mailer, stopping: threading.Event, *, adjustable: bool = False) -> None:
    """Works until told to stop."""
    while not stopping.is_set():
        try:
            with database.session() as session:
                if adjustable:
                    refresh_clock(session)
                calendar = calendars.use(session)
            with calendar:
                done = work_once(database, mailer)
        except Exception:  # the database may be away for a moment; the rows are still there
            log.exception("worker failed, trying again")
            done = 0
        if not done:
            stopping.wait(IDLE_SECONDS)


def work_once(database: Database, mailer: Mailer) -> int:
    """Handles everything that is due now. Gives how many rows were handled."""
    done = time_passing.handle_due(database, limit=50) + deliveries.deliver_ready(database, mailer, limit=50)
    return done + migration_work.carry_on(database, limit=20)


def run_clock(database: Database, stopping: threading.Event, *, adjustable: bool = False) -> None:
    """Runs the scheduler until told to stop."""
    scheduler = BackgroundScheduler(timezone=clock.SHANGHAI)
    scheduler.add_job(lambda: _tick(database, adjustable), "interval", seconds=1, max_instances=1, coalesce=True)
    scheduler.add_job(lambda: _tidy(database), "cron", hour=3, minute=17)
    # Asked every minute and put in once a day: a day that began while everything was down, or by moving the clock, is not missed.
    scheduler.add_job(lambda: _announce_day(database), "interval", minutes=1, max_instances=1, coalesce=True)
    scheduler.start()
    stopping.wait()
    scheduler.shutdown()
    lease.release(database, CLOCK_LEASE)


def _tick(database: Database, adjustable: bool) -> None:
    """Fires what is due. A second clock without the lease does nothing."""
    if not lease.hold(database, CLOCK_LEASE, LEASE_SECONDS):
        return
    if adjustable:
        with database.session() as session:
            refresh_clock(session)
    fired = time_passing.fire_due(database)
    if fired:
        log.info("timers fired", count=fired)


def _announce_day(database: Database) -> None:
    """Lets the workers look at the registers once a day: terms, idle years, missing reports, reviews."""
    if lease.hold(database, CLOCK_LEASE, LEASE_SECONDS):
        register_days.announce(database)


def _tidy(database: Database) -> None:
    """Forgets answers to requests that nobody repeats any more."""
    if not lease.hold(database, CLOCK_LEASE, LEASE_SECONDS):
        return
    with database.transaction() as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - dt.timedelta(days=7)))
