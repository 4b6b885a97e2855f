"""Plays a story through the real acts, with the clock in the past: whatever is shown later has happened the way it happens in work."""

from __future__ import annotations

import datetime as dt
import heapq
import io
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import documents, forms, time_passing, work
from app.cases.samples import sample
from app.demo.places import People, add_user
from app.jobs.deliveries import deliver_ready
from app.law.holidays import current_calendar
from app.model import Case, Enterprise, Organisation, OutboxMessage, OutboxStatus, Task, TaskStatus, Timer, User
from app.runtime import Runtime

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
    b"0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
"""An empty page: what stands for a file that a form requires."""

Values = Mapping[str, Mapping[str, Any]]


class Stage:
    """The database, the people, and an agenda of what happens on which day. Days are counted back from today."""

    def __init__(self, runtime: Runtime, people: People, password_hash: str) -> None:
        self.runtime = runtime
        self.people = people
        self.password_hash = password_hash
        self.today = clock.today()
        self.end = clock.now()
        self.now = self.end
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()

    # -- the agenda ---------------------------------------------------------------------------------------------------

    def on(self, days_ago: int, act: Callable[[], None]) -> None:
        """Puts an act on the agenda."""
        heapq.heappush(self._agenda, (-days_ago, next(self._order), act))

    def play(self) -> None:
        """Lets everything happen, in order of days; what falls due between happens at its own time."""
        first = True
        while self._agenda:
            negative, _, act = heapq.heappop(self._agenda)
            moment = self.moment(-negative)
            if first:
                self.now, first = moment, False
            self._pass_time(max(moment, self.now))
            with clock.at(self.now):
                act()
            self._deliver()
            self.now += dt.timedelta(minutes=7)
        self._pass_time(self.end)

    def day(self, days_ago: int) -> dt.date:
        return self.today - dt.timedelta(days=days_ago)

    def moment(self, days_ago: int) -> dt.datetime:
        """The morning of a working day, so many days back."""
        day = current_calendar().next_workday(self.day(days_ago))
        moment = dt.datetime.combine(day, dt.time(9, 10), clock.SHANGHAI).astimezone(dt.UTC)
        return min(moment, self.end - dt.timedelta(minutes=1))

    def _pass_time(self, until: dt.datetime) -> None:
        """Fires the timers on the way, each at its own instant."""
        database = self.runtime.database
        while True:
            with database.session() as session:
                due = session.scalar(select(func.min(Timer.due_at)).where(Timer.due_at <= until, Timer.fired.is_(False)))
            if due is None:
                break
            with clock.at(due + dt.timedelta(seconds=30)):
                time_passing.fire_due(database)
                time_passing.handle_due(database)
            self.now = max(self.now, due + dt.timedelta(seconds=30))
            self._deliver()
        self.now = max(self.now, until)

    def _deliver(self) -> None:
        with clock.at(self.now):
            deliver_ready(self.runtime.database, self.runtime.mailer)
            with self.runtime.database.session() as session:
                failed = session.scalars(
                    select(OutboxMessage).where(OutboxMessage.status != OutboxStatus.DONE, OutboxMessage.last_error.is_not(None)).limit(1)
                ).first()
        if failed is not None:
            raise RuntimeError(f"{failed.key}: {failed.last_error}")

    # -- acting -------------------------------------------------------------------------------------------------------

    def transaction(self) -> Any:
        return self.runtime.database.transaction()

    def clerk(self, session: Session, organisation_id: int) -> Principal:
        """Somebody who acts for an organisation; added when nobody does yet."""
        user_id = self.people.clerk_of.get(organisation_id)
        if user_id is None:
            organisation = session.get_one(Organisation, organisation_id)
            username = f"demo-{organisation.region_code}-{organisation_id}"
            user_id = add_user(session, username, "经办演示", self.password_hash, organisation_id).id
            self.people.clerk_of[organisation_id] = user_id
        return Principal(session.get_one(User, user_id))

    def office(self, session: Session, key: str) -> Principal:
        return self.clerk(session, self.people.organisations[key])

    def case_id(self, session: Session, uscc: str, process: str) -> int:
        """The newest case of a process about an enterprise."""
        found = session.scalar(
            select(func.max(Case.id))
            .join(Enterprise, Enterprise.id == Case.enterprise_id)
            .where(Enterprise.uscc == uscc, Case.process_key == f"shandong.{process}")
        )
        if found is None:
            raise LookupError(f"{uscc} has no case of {process}")
        return int(found)

    def open_tasks(self, session: Session, case_id: int) -> list[Task]:
        return list(session.scalars(select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN).order_by(Task.id)))

    def finish(self, case_id: int, element: str, values: Mapping[str, Any] | None = None) -> None:
        """Completes the open task of an element by whoever has it, with valid values."""
        with self.transaction() as session:
            task = next((t for t in self.open_tasks(session, case_id) if t.element_id == element), None)
            if task is None or task.organisation_id is None:
                raise LookupError(f"case {case_id} has no open task {element}")
            principal = self.clerk(session, task.organisation_id)
            case = session.get_one(Case, case_id)
            schema, _ = forms.form_of(session, task, case)
            given = {**forms.prefilled(session, task, case, schema), **_chosen(schema, values or {})}
            data = sample(schema, given, make_file=lambda: self._file(session, principal))
            work.complete(session, principal, task.id, data)

    def _file(self, session: Session, principal: Principal) -> dict[str, Any]:
        document = documents.upload(session, self.runtime.files, principal, "演示材料.pdf", io.BytesIO(PDF))
        return {"id": document.id, "name": document.name, "size": document.size}

    def walk(
        self,
        find: Callable[[Session], int],
        *,
        start: int,
        gap: int,
        until: Collection[str] = (),
        leave: Collection[str] = (),
        values: Values | None = None,
    ) -> None:
        """Completes a case's tasks round by round, every `gap` days from `start`, until one of `until` is open; `leave` stays undone."""

        def tick(days_ago: int) -> None:
            with self.runtime.database.session() as session:
                case_id = find(session)
                waiting = [t.element_id for t in self.open_tasks(session, case_id) if not t.optional]
            if any(element in until for element in waiting):
                return
            doing = [element for element in waiting if element not in leave]
            for element in doing:
                self.finish(case_id, element, (values or {}).get(element))
            if days_ago - gap >= 0 and self._goes_on(case_id):
                self.on(days_ago - gap, lambda: tick(days_ago - gap))

        self.on(start, lambda: tick(start))

    def _goes_on(self, case_id: int) -> bool:
        with self.runtime.database.session() as session:
            return session.get_one(Case, case_id).status == "active"


def _chosen(schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with the first choice where none is given."""
    options = forms.choices(schema)
    return {**({"decision": options[0]["value"]} if options else {}), **values}
