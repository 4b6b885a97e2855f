"""Cases in the small province that fail, as they do in production: the act is rolled back, and in a second transaction the case is suspended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import failures, incidents, starting, work
from app.cases.failures import ActFailed
from app.cases.incidents import Move, Outcome
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import read_diagram
from app.model import (
    Case,
    Definition,
    DefinitionStatus,
    Enterprise,
    Event,
    Incident,
    IncidentStatus,
    Organisation,
    OrganisationKind,
    Task,
    TaskStatus,
)
from tests.support.diagrams import bpmn, end, path, script, start, user
from tests.support.world import COUNTY, World, uscc_of

KEY = "t.main"
COUNTY_ENV = "county_environment"


def office(element: str, actor: str = COUNTY_ENV, **facts: str) -> str:
    """A human task of a bureau."""
    return user(element, actor=actor, **facts)


def row(*elements: str) -> str:
    """Elements one after the other, between start and end."""
    names = [element.partition('id="')[2].partition('"')[0] for element in elements]
    return start() + "".join(elements) + end() + path("S", *names, "E")


BROKEN = row(office("A"), script("B", "x = missing + 1"), office("C"))
"""A script in the middle reads a variable that nobody sets."""


class Trouble:
    """One process in the small province, its cases, and what people and administrators do."""

    def __init__(self, world: World) -> None:
        self.world = world

    def deploy(
        self, body: str, forms: Mapping[str, Any] | None = None, children: Mapping[str, str] | None = None, **properties: Any
    ) -> Definition:
        """The next version of `t.main`. Forms given as bytes are stored as they are."""
        files = {f"processes/t/{KEY}.bpmn": bpmn(KEY, body, **properties)}
        files |= {f"processes/t/{name}.bpmn": bpmn(f"t.{name}", other) for name, other in (children or {}).items()}
        files |= {f"forms/{n}": form if isinstance(form, bytes) else json.dumps(form).encode() for n, form in (forms or {}).items()}
        process = read_diagram("main", files[f"processes/t/{KEY}.bpmn"]).processes[KEY]
        with self.world.transaction() as session:
            return store.save(session, process, files, content_hash(files), DefinitionStatus.DEPLOYED)

    def start(self, name: str = "甲厂", **variables: Any) -> int:
        """A case about an enterprise, which is made when it is not there."""
        with self.world.transaction() as session:
            own = session.scalars(select(Enterprise).where(Enterprise.name == name)).first()
            if own is None:
                organisation = Organisation(kind=OrganisationKind.ENTERPRISE, name=name, region_code=COUNTY)
                own = Enterprise(organisation=organisation, uscc=uscc_of(name), name=name, region_code=COUNTY)
                session.add(own)
            given = {"begun": "2027-01-11", **variables}
            return starting.start(session, process=KEY, region=COUNTY, enterprise=own, variables=given).id

    # -- acting -------------------------------------------------------------------------------------------------------

    def do(self, case_id: int, element: str = "A", username: str = "county-env", **values: Any) -> bool:
        """A person completes a task as the pages let them. False when the case was suspended over it."""
        task_id = self.task(case_id, element).id
        try:
            with self.world.transaction() as session:
                work.complete(session, self.world.principal(session, username), task_id, values)
        except ActFailed as failed:
            with self.world.transaction() as session:
                failures.suspend(session, failed)
            return False
        return True

    def suspended(self, body: str = BROKEN, name: str = "甲厂", **values: Any) -> int:
        """A case whose first task was completed and failed behind it."""
        self.deploy(body)
        case_id = self.start(name)
        assert not self.do(case_id, **values)
        return case_id

    def admin(self, act: Callable[[Session, Principal, int], Any], case_id: int, username: str = "admin") -> Any:
        """An administrator's act on the incident of a case."""
        incident_id = self.incident(case_id).id
        with self.world.transaction() as session:
            return act(session, self.world.principal(session, username), incident_id)

    def retry(self, case_id: int, reason: str = "已处理") -> Outcome:
        made: Outcome = self.admin(lambda session, who, i: incidents.retry(session, who, i, reason), case_id)
        return made

    def move(self, case_id: int, target: str, reason: str = "改办", **where: Any) -> Outcome:
        made: Outcome = self.admin(lambda session, who, i: incidents.move(session, who, i, Move(target, **where), reason), case_id)
        return made

    def cancel(self, case_id: int, reason: str = "企业已经关闭") -> Outcome:
        made: Outcome = self.admin(lambda session, who, i: incidents.cancel(session, who, i, reason), case_id)
        return made

    # -- looking ------------------------------------------------------------------------------------------------------

    def case(self, case_id: int) -> Case:
        with self.world.session() as session:
            return session.get_one(Case, case_id)

    def task(self, case_id: int, element: str) -> Task:
        with self.world.session() as session:
            query = select(Task).where(Task.case_id == case_id, Task.element_id == element, Task.status == TaskStatus.OPEN)
            return session.scalars(query).one()

    def open(self, case_id: int) -> list[str]:
        return sorted(task.element_id for task in self.world.open_tasks(case_id))

    def incident(self, case_id: int) -> Incident:
        """The newest incident of a case."""
        with self.world.session() as session:
            return session.scalars(select(Incident).where(Incident.case_id == case_id).order_by(Incident.id.desc()).limit(1)).one()

    def unresolved(self) -> list[Incident]:
        with self.world.session() as session:
            return list(session.scalars(select(Incident).where(Incident.status != IncidentStatus.RESOLVED).order_by(Incident.id)))

    def events(self, case_id: int, kind: str) -> list[Event]:
        with self.world.session() as session:
            return list(session.scalars(select(Event).where(Event.case_id == case_id, Event.kind == kind).order_by(Event.id)))

    def count(self, what: Any, *where: Any) -> int:
        with self.world.session() as session:
            return session.scalar(select(func.count()).select_from(what).where(*where)) or 0

    def mend(self, case_id: int, body: str) -> None:
        """Puts a case on a version that is mended, as a migration does where the elements stay the same."""
        definition = self.deploy(body)
        with self.world.transaction() as session:
            case = session.get_one(Case, case_id)
            case.definition_id, case.content_hash = definition.id, definition.content_hash
