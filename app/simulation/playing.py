"""Plays a simulation: goes from what happens next to what happens after it, never through the time between.

What happens next is the earliest of a delivery of the outbox, a timer that runs out, and an answer that somebody gives. Each happens in a transaction of
its own through the same functions as in production, with the clock standing at its instant.
"""

from __future__ import annotations

import datetime as dt
import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases import failures, time_passing
from app.cases.errors import CaseError, InvalidForm
from app.cases.samples import NoSample
from app.jobs.deliveries import deliver_ready
from app.model import Case, CaseStatus, OutboxMessage, OutboxStatus, Task, TaskStatus, Timer
from app.simulation.answering import Answerer, Turn
from app.simulation.errors import TakesTooLong
from app.simulation.events import INCIDENT, STUCK, SimulatedEvent
from app.simulation.stage import Stage
from app.simulation.stream import NEWEST, Stream

MOST_A_DAY = 500
"""Acts on one case within one day: a procedure that goes round and round without time passing is stopped here."""
MOST_ACTS = 100_000

_READY = OutboxMessage.status == OutboxStatus.READY
_NEWS = select(
    select(func.min(OutboxMessage.next_at)).where(_READY).scalar_subquery(),
    select(func.count()).where(_READY, OutboxMessage.next_at <= bindparam("now")).scalar_subquery(),
    select(func.min(Timer.due_at)).join(Case, Case.id == Timer.case_id).where(Case.status == CaseStatus.ACTIVE).scalar_subquery(),
    select(func.max(Task.id)).scalar_subquery(),
    select(func.count()).where(OutboxMessage.status == OutboxStatus.FAILED).scalar_subquery(),
    *NEWEST,
)
"""What comes next and what is new, in one statement: it is asked after everything that happens."""
_OPENED = select(Task).where(Task.id > bindparam("last")).order_by(Task.id)
_RUNNING_OUT = select(Timer.engine_id, Timer.due_at).where(Timer.due_at <= bindparam("now"))

Tell = Callable[[SimulatedEvent], None]


class Play:
    """One simulation under way."""

    def __init__(
        self,
        stage: Stage,
        stream: Stream,
        answerer: Answerer,
        tell: Tell,
        *,
        start: dt.datetime,
        until: dt.datetime,
        ends_at: float | None = None,
    ) -> None:
        self.stage = stage
        self.stream = stream
        self.answerer = answerer
        self.now = start
        self.until = until
        self.faults: list[str] = []
        self.acts = 0
        self._tell = tell
        self._ends_at = ends_at  # of `time.monotonic()`
        self._agenda: list[tuple[dt.datetime, int, Turn]] = []  # when, which task
        self._never: set[int] = set()  # tasks that nobody ever does, as the scenario has it
        self._refused: set[int] = set()  # cases with a task that cannot be completed
        self._given_up: set[int] = set()  # deliveries that were told to have failed
        self._today: tuple[dt.date, Counter[str]] = (start.date(), Counter())  # acts on each case
        self._last_task = 0
        self._delivery: dt.datetime | None = None  # when the next one is ready
        self._deliveries = 0  # how many are ready now
        self._timer: dt.datetime | None = None  # when the next one runs out

    def run(self) -> bool:
        """Plays to the end of everything, or until the time is over. Gives whether something was still to come then."""
        with clock.at(self.now):
            self._look()
        while (moment := self._next()) is not None and moment < self.until:
            self._reach(moment)
            if self.acts > MOST_ACTS:
                self._fault(f"模拟超过 {MOST_ACTS} 次办理仍没有结束，请缩短期间（until）")
                break
        with clock.at(self.now):
            self._tell_stuck()
        return moment is not None

    def all_ended(self) -> bool:
        """Whether no case runs any more."""
        with self.stage.database.session() as session:
            return not session.scalar(select(exists().where(Case.status != CaseStatus.ENDED)))

    # -- what comes next ----------------------------------------------------------------------------------------------

    def _next(self) -> dt.datetime | None:
        """The instant of the next thing that happens."""
        answer = self._agenda[0][0] if self._agenda else None
        return min((moment for moment in (self._delivery, self._timer, answer) if moment is not None), default=None)

    def _reach(self, moment: dt.datetime) -> None:
        """Goes to an instant at which something is due, and lets it happen. Raises `TakesTooLong`."""
        if self._ends_at is not None and time.monotonic() > self._ends_at:
            raise TakesTooLong
        self.now = max(self.now, moment)
        with clock.at(self.now):
            self._happen()

    def _happen(self) -> None:
        """Lets happen what is due now: deliveries before timers, timers before answers."""
        database = self.stage.database
        if self._delivery is not None and self._delivery <= self.now:
            deliver_ready(database, self.stage.mail, limit=max(self._deliveries, 1))
            self._look()
        elif self._timer is not None and self._timer <= self.now:
            fires = self._running_out()
            time_passing.fire_due(database)
            time_passing.handle_due(database)
            self._look(fires)
        else:
            _, task_id, turn = heapq.heappop(self._agenda)
            self._answer(task_id, turn)
            self._look()

    def _running_out(self) -> dict[str, dt.datetime]:
        """Timers that run out now, by engine id."""
        with self.stage.database.session() as session:
            rows = session.execute(_RUNNING_OUT, {"now": self.now}).tuples()
            return {engine_id or "": due_at for engine_id, due_at in rows if due_at is not None}

    # -- acting -------------------------------------------------------------------------------------------------------

    def _answer(self, task_id: int, turn: Turn) -> None:
        """Completes a task, unless it is gone. What fails behind it suspends the case, as in production; what is refused is told."""
        database = self.stage.database
        try:
            with database.transaction() as session:
                task = session.get_one(Task, task_id)
                case = session.get_one(Case, task.case_id)
                if task.status != TaskStatus.OPEN or case.status != CaseStatus.ACTIVE or case.id in self._refused:
                    return
                self.acts += 1
                if self._too_often(case.number):
                    raise CaseError(f"一天之内在这个案件上办理了 {MOST_A_DAY} 次，流程在原地循环")
                self.answerer.complete(session, self.stage, task, case, turn)
        except failures.ActFailed as failed:
            with database.transaction() as session:
                failures.suspend(session, failed)
        except (CaseError, NoSample) as error:
            with database.session() as session:
                self._refuse(session, task_id, _sentence(error))

    def _too_often(self, case: str) -> bool:
        """Whether more is done in a case today than any sound procedure needs."""
        day = self.now.astimezone(clock.SHANGHAI).date()
        if day != self._today[0]:
            self._today = day, Counter()
        self._today[1][case] += 1
        return self._today[1][case] > MOST_A_DAY

    # -- looking ------------------------------------------------------------------------------------------------------

    def _look(self, fires: dict[str, dt.datetime] | None = None) -> None:
        """Tells what was written, plans an answer for every task that opened, and sees what comes next."""
        with self.stage.database.session() as session:
            news = session.execute(_NEWS, {"now": self.now}).one()
            self._delivery, self._deliveries, self._timer, newest_task, given_up, *newest = news
            for event in self.stream.read(session, newest, fires):
                self._tell(event)
                if event.event == INCIDENT:
                    self._fault(f"{event.case} 因故障挂起，停在“{event.name}”：{event.detail.get('message', '')}")
            if (newest_task or 0) > self._last_task:
                self._plan(session)
            if given_up > len(self._given_up):
                self._undelivered(session)

    def _plan(self, session: Session) -> None:
        for task in session.scalars(_OPENED, {"last": self._last_task}).all():
            self._last_task = task.id
            if task.status == TaskStatus.OPEN and task.organisation_id is not None:
                self._opened(session, task)

    def _opened(self, session: Session, task: Task) -> None:
        """A task is there for somebody to do."""
        turn = self.answerer.turn(task, self.stream.choices(session, task))
        if turn is not None:
            self._decide(task, turn)

    def _decide(self, task: Task, turn: Turn) -> None:
        """What a task gets, and when."""
        if turn.delay is None:
            self._never.add(task.id)
        else:
            heapq.heappush(self._agenda, (turn.delay.after(task.created_at), task.id, turn))

    def _undelivered(self, session: Session) -> None:
        """Deliveries that were given up: nobody would ever hear of them."""
        for message in session.scalars(select(OutboxMessage).where(OutboxMessage.status == OutboxStatus.FAILED)):
            if message.id in self._given_up:
                continue
            self._given_up.add(message.id)
            number = session.get_one(Case, message.case_id).number if message.case_id is not None else ""
            sentence = f"{number} 的后续事项没有办成（{message.kind}）：{message.last_error}"
            self._tell(SimulatedEvent(self.now, INCIDENT, number, name=sentence))
            self._fault(sentence)

    # -- faults -------------------------------------------------------------------------------------------------------

    def _refuse(self, session: Session, task_id: int, message: str) -> None:
        """Nobody can complete a task as the scenario has it, or as the form asks: its case goes no further."""
        task = session.get_one(Task, task_id)
        case = session.get_one(Case, task.case_id)
        self._refused.add(case.id)
        self._tell(
            SimulatedEvent(
                self.now, INCIDENT, case.number, process=task.process_key, element=task.element_id, basis=tuple(task.basis.split()),
                name=task.name, actor=task.actor, detail={"message": message},
            )
        )  # fmt: skip
        self._fault(f"{case.number} 的“{task.name}”办不成：{message}")

    def _tell_stuck(self) -> None:
        """Cases that wait for nobody and nothing."""
        with self.stage.database.session() as session:
            for case, why in self._stuck(session):
                self._tell(SimulatedEvent(self.now, STUCK, case.number, process=case.process_key, name=why))
                self._fault(f"{case.number}（{case.title}）停住了：{why}")

    def _stuck(self, session: Session) -> Iterator[tuple[Case, str]]:
        waiting = {
            *session.scalars(select(Timer.case_id).where(Timer.due_at.is_not(None))),
            *session.scalars(select(OutboxMessage.case_id).where(OutboxMessage.status == OutboxStatus.READY)),
        }
        planned = self._planned()
        for case in session.scalars(select(Case).where(Case.status == CaseStatus.ACTIVE).order_by(Case.id)):
            tasks = session.scalars(select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)).all()
            if case.id in waiting or case.id in self._refused or any(task.id in planned for task in tasks):
                continue
            unset = [task.waiting_for for task in tasks if task.waiting_for]
            yield case, unset[0] if unset else _why(tasks)

    def _planned(self) -> set[int]:
        """Tasks of which it is known what becomes of them."""
        return {task_id for _, task_id, _ in self._agenda} | self._never

    def _fault(self, sentence: str) -> None:
        self.faults.append(sentence)


def _why(tasks: object) -> str:
    return "只剩可办可不办的任务，案件不会自己办结" if tasks else "没有待办任务，也没有在等待的期限，流程走不下去"


def _sentence(error: Exception) -> str:
    """What went wrong, in words for people; for a form, its first problem."""
    if isinstance(error, InvalidForm):
        return "；".join(f"{problem.pointer.lstrip('/')} {problem.message}".strip() for problem in error.problems[:3])
    if isinstance(error, NoSample):
        return f"表单没有能填成的内容：{error}"
    return str(error)
