"""A trial: a simulation that somebody walks through. It stops wherever somebody has to decide, and goes on with what they say.

Nothing is kept between two steps: a trial is what it began with and its moves, and is played again from the beginning each time. The same moves give the
same events. A move is carried out at once where it can be: time passes by itself only to what was already decided, and only while nobody has to be asked.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import forms
from app.cases.errors import CaseError, Conflict
from app.engine.errors import ElementFailed
from app.law.dates import format_date
from app.model import Case, CaseStatus, Task, TaskStatus
from app.simulation.answering import Answerer, Turn
from app.simulation.delays import SAME_DAY, Delay
from app.simulation.errors import TakesTooLong
from app.simulation.events import CANCELLED, SimulatedEvent
from app.simulation.moves import MOST_MOVES, Answer, Move, Pass
from app.simulation.playing import Play
from app.simulation.preparing import Ready
from app.simulation.scenario import STARTS_AT
from app.simulation.stream import Stream

AT_ONCE = 200
"""Moves that a trial makes by itself before it asks whether it shall go on."""


@dataclass(frozen=True)
class Open:
    """A task that is there to be done."""

    task_id: int
    ref: str
    offered: Turn | None  # what the scenario, or the usual way, would answer
    optional: bool


class Trial(Play):
    """One trial under way, at the point that its moves have reached."""

    def __init__(self, ready: Ready, *, ends_at: float | None = None) -> None:
        answerer = Answerer(ready.scenario, ready.begun.strikes)
        stream = Stream(ready.stage, explain=True, passing=True)
        super().__init__(ready.stage, stream, answerer, self._happened, start=ready.start, until=ready.until, ends_at=ends_at)
        self.ready = ready
        self.events: list[tuple[int, SimulatedEvent]] = []  # after how many moves, what happened
        self.moves: list[Move] = []
        self.open: dict[int, Open] = {}  # by task id
        self.turns: dict[int, Turn] = {}  # what was decided, by task id
        self._times: Counter[str] = Counter()

    def begin(self) -> None:
        """To the first thing that somebody has to decide."""
        with clock.at(self.now):
            self._look()
        self._run_on()

    def do(self, move: Move) -> None:
        """Makes a move. Raises `CaseError` when it cannot be made, `InvalidForm` when the form does not take what is submitted; then nothing has moved."""
        if len(self.moves) >= MOST_MOVES:
            raise CaseError(f"试运行最多 {MOST_MOVES} 步")
        self.moves.append(move)
        try:
            if isinstance(move, Answer):
                self._take(move)
            else:
                self._pass(move)
        except CaseError:
            self.moves.pop()
            raise
        self._run_on()

    def go_on(self, until: dt.datetime | None = None) -> None:
        """Answers every task as offered, and lets time pass, until everything has ended, the given instant, or so many moves."""
        last = min(until or self.until, self.until)
        for _ in range(AT_ONCE):
            asked = next((one for one in self.open.values() if one.offered is not None and one.task_id not in self.turns), None)
            moment = self._next()
            if asked is not None and asked.offered is not None:
                self.do(Answer(asked.ref, self._explicit(asked)))
            elif moment is not None and moment < last and not self.all_ended():
                self.do(Pass())
            else:
                return

    def waits(self) -> bool:
        """Whether somebody has to decide something before time passes by itself."""
        return any(not one.optional and one.task_id not in self.turns for one in self.open.values())

    def coming(self) -> dict[int, dt.datetime]:
        """When the tasks that are decided will be done, by task id."""
        return {task_id: max(moment, self.now) for moment, task_id, _ in self._agenda}

    def counted(self, task_id: int, delay: Delay) -> Delay:
        """A delay from the present day, counted from the creation of a task."""
        with self.stage.database.session() as session:
            created = session.get_one(Task, task_id).created_at.astimezone(clock.SHANGHAI).date()
        today = self.now.astimezone(clock.SHANGHAI).date()
        return delay if created == today else Delay((delay.after(self.now).astimezone(clock.SHANGHAI).date() - created).days, "d")

    def task_of(self, ref: str) -> int:
        """The open task of a name. Raises `Conflict`."""
        found = next((task_id for task_id, one in self.open.items() if one.ref == ref), None)
        if found is None:
            raise Conflict("这项任务已经不在待办之中")
        return found

    def _happened(self, event: SimulatedEvent) -> None:
        self.events.append((len(self.moves), event))

    # -- moves --------------------------------------------------------------------------------------------------------

    def _take(self, answer: Answer) -> None:
        task_id = self.task_of(answer.task)
        if task_id in self.turns:
            raise Conflict("这项任务已经定过怎么办理，要改请退回到那一步")
        with self.stage.database.session() as session, clock.at(self.now):
            task = session.get_one(Task, task_id)
            case = session.get_one(Case, task.case_id)
            if answer.turn.exact and answer.turn.delay is not None:
                # A form that is at odds with the case fails when it is handed in, and is told as a fault there.
                with suppress(ElementFailed):
                    forms.accept(session, task, case, dict(answer.turn.values))
            self.turns[task_id] = answer.turn
            self._decide(task, answer.turn)

    def _pass(self, given: Pass) -> None:
        moment = self._next()
        if given.until is None:
            if moment is None or moment >= self.until:
                raise Conflict("没有期限在等待，时间过去也不会发生什么")
            while (due := self._next()) is not None and due <= moment:
                self._reach(due)
            return
        target = dt.datetime.combine(given.until, STARTS_AT, clock.SHANGHAI)
        if not self.now < target < self.until:
            raise CaseError(f"请选择 {format_date(self.now.astimezone(clock.SHANGHAI).date())} 之后、{self.until.year} 年之前的日期")
        known = set(self.open)
        while (due := self._next()) is not None and due < target:
            self._reach(due)
            if any(task_id not in known and not one.optional for task_id, one in self.open.items()):
                return  # somebody has to be asked
        self.now = target.astimezone(dt.UTC)

    def _run_on(self) -> None:
        """What is due today happens; later things only where they were decided and nobody has to be asked before."""
        while (moment := self._next()) is not None and moment < self.until:
            later = moment.astimezone(clock.SHANGHAI).date() > self.now.astimezone(clock.SHANGHAI).date()
            if later and (self.waits() or not self._agenda):
                return
            self._reach(moment)

    def _explicit(self, one: Open) -> Turn:
        """An offered answer, counted from when it can be given."""
        assert one.offered is not None
        delay = one.offered.delay
        if delay is None:
            return one.offered
        with self.stage.database.session() as session:
            created = session.get_one(Task, one.task_id).created_at
        return replace(one.offered, delay=self.counted(one.task_id, SAME_DAY)) if delay.after(created) < self.now else one.offered

    def stuck(self) -> list[tuple[Case, str]]:
        """Cases that wait for nobody and nothing, and why."""
        with self.stage.database.session() as session:
            return list(self._stuck(session))

    def _planned(self) -> set[int]:
        return {one.task_id for one in self.open.values() if not one.optional}

    # -- what opens and goes ------------------------------------------------------------------------------------------

    def _opened(self, session: Session, task: Task) -> None:
        place = f"{task.case_id}/{task.process_key}:{task.element_id}"
        self._times[place] += 1
        offered = self.answerer.turn(task, self.stream.choices(session, task))
        self.open[task.id] = Open(task.id, f"{place}/{self._times[place]}", offered, task.optional)

    def _look(self, fires: dict[str, dt.datetime] | None = None) -> None:
        super()._look(fires)
        if self.open:
            self._close()

    def _close(self) -> None:
        """Forgets the tasks that are done, and tells of those that went without being done."""
        with self.stage.database.session() as session:
            rows = session.execute(
                select(Task, Case).join(Case, Case.id == Task.case_id).where(Task.id.in_(self.open)).order_by(Task.id)
            ).tuples()
            for task, case in rows:
                if task.status == TaskStatus.OPEN and case.status == CaseStatus.ACTIVE and case.id not in self._refused:
                    continue
                del self.open[task.id]
                if task.status == TaskStatus.CANCELLED:
                    self._tell(
                        SimulatedEvent(
                            self.now, CANCELLED, case.number, process=task.process_key, element=task.element_id, name=task.name,
                            detail={"task": task.id, "callers": (task.context or {}).get("_callers")},
                        )
                    )  # fmt: skip
        self._agenda = [one for one in self._agenda if one[1] in self.open]
        heapq.heapify(self._agenda)


def played(trial: Trial, moves: Iterable[Move]) -> tuple[int, str] | None:
    """Makes moves that were made before. Gives the one that cannot be made any more, counted from 0, and why; those after it are left out.

    Raises `TakesTooLong`.
    """
    trial.begin()
    for number, move in enumerate(moves):
        try:
            trial.do(move)
        except TakesTooLong:
            raise
        except CaseError as error:
            return number, str(error)
    return None
