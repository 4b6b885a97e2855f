"""Small processes in the small province, deployed in versions, with cases that move between them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app import clock
from app.cases import drafts, migration_work, migrations, starting, time_passing, work
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import read_diagram
from app.engine.migration.plan import Pair
from app.model import (
    Case,
    CaseMigrationItem,
    CaseMigrationPlan,
    CaseMigrationRun,
    Definition,
    DefinitionStatus,
    Draft,
    Enterprise,
    Event,
    Notice,
    Organisation,
    OrganisationKind,
    Task,
    TaskStatus,
    Timer,
)
from tests.support.diagrams import bpmn, end, path, props, start, user
from tests.support.world import COUNTY, World, uscc_of

KEY = "t.main"
MAIN: Pair = (KEY, KEY)
COUNTY_ENV, CITY_ENV, ENTERPRISE = "county_environment", "city_environment", "enterprise"


def row(*tasks: str) -> str:
    """Human tasks one after the other."""
    names = [task.partition('id="')[2].partition('"')[0] for task in tasks]
    return start() + "".join(tasks) + end() + path("S", *names, "E")


def at_county(element: str = "A", **facts: str) -> str:
    return user(element, actor=COUNTY_ENV, **facts)


class Moving:
    """Versions of one process, cases on them, and administrators who move them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def deploy(
        self, body: str, forms: Mapping[str, Mapping[str, Any]] | None = None, children: Mapping[str, str] | None = None, **properties: str
    ) -> Definition:
        """The next version of `t.main`; `children` are called processes, `properties` those of the process."""
        files = {f"processes/t/{KEY}.bpmn": bpmn(KEY, props(**properties) + body)}
        files |= {f"processes/t/{name}.bpmn": bpmn(f"t.{name}", other) for name, other in (children or {}).items()}
        files |= {f"forms/{name}": json.dumps(form).encode() for name, form in (forms or {}).items()}
        process = read_diagram("main", files[f"processes/t/{KEY}.bpmn"]).processes[KEY]
        with self.world.transaction() as session:
            return store.save(session, process, files, content_hash(files), DefinitionStatus.DEPLOYED)

    def enterprise(self, name: str = "甲厂") -> Enterprise:
        with self.world.transaction() as session:
            known: Enterprise | None = session.scalars(select(Enterprise).where(Enterprise.name == name)).first()
            if known is not None:
                return known
            own = Organisation(kind=OrganisationKind.ENTERPRISE, name=name, region_code=COUNTY)
            made = Enterprise(organisation=own, uscc=uscc_of(name), name=name, region_code=COUNTY)
            session.add(made)
            return made

    def start(self, count: int = 1, enterprise: Enterprise | None = None, **variables: Any) -> list[int]:
        """Cases of the version in force, by id."""
        with self.world.transaction() as session:
            own = session.merge(enterprise) if enterprise is not None else None
            return [
                starting.start(session, process=KEY, region=COUNTY, enterprise=own, variables={"begun": "2027-01-11", **variables}).id
                for _ in range(count)
            ]

    # -- looking ------------------------------------------------------------------------------------------------------

    def task(self, case_id: int, element: str = "A") -> Task:
        with self.world.session() as session:
            query = select(Task).where(Task.case_id == case_id, Task.element_id == element, Task.status == TaskStatus.OPEN)
            return session.scalars(query).one()

    def open(self, case_id: int) -> list[str]:
        return sorted(task.element_id for task in self.world.open_tasks(case_id))

    def case(self, case_id: int) -> Case:
        with self.world.session() as session:
            return session.get_one(Case, case_id)

    def timers(self, case_id: int) -> list[Timer]:
        with self.world.session() as session:
            return list(session.scalars(select(Timer).where(Timer.case_id == case_id).order_by(Timer.id)))

    def events(self, case_id: int, kind: str) -> list[Event]:
        with self.world.session() as session:
            return list(session.scalars(select(Event).where(Event.case_id == case_id, Event.kind == kind).order_by(Event.id)))

    def notices(self) -> list[tuple[str, str]]:
        """(organisation, title) of the notices about migrations."""
        with self.world.session() as session:
            rows = session.execute(
                select(Organisation.name, Notice.title).join(Organisation, Organisation.id == Notice.organisation_id)
                .where(Notice.kind == "migration").order_by(Notice.id)
            )  # fmt: skip
            return [(name, title) for name, title in rows]

    def items(self, run: CaseMigrationRun) -> dict[int, CaseMigrationItem]:
        with self.world.session() as session:
            return {item.case_id: item for item in session.scalars(select(CaseMigrationItem).where(CaseMigrationItem.run_id == run.id))}

    def run(self, run_id: int) -> CaseMigrationRun:
        with self.world.session() as session:
            return session.get_one(CaseMigrationRun, run_id)

    # -- doing --------------------------------------------------------------------------------------------------------

    def complete(self, case_id: int, element: str = "A", username: str = "county-env", **values: Any) -> Task:
        with self.world.transaction() as session:
            return work.complete(session, self.world.principal(session, username), self.task(case_id, element).id, values)

    def draft(self, case_id: int, element: str = "A", username: str = "county-env", **data: Any) -> Draft:
        with self.world.transaction() as session:
            return drafts.save(session, self.world.principal(session, username), self.task(case_id, element).id, data, 0)

    def fire(self) -> None:
        """Lets everything happen whose time has come."""
        time_passing.fire_due(self.world.runtime.database)
        time_passing.handle_due(self.world.runtime.database)

    def plan(self, old: Definition, new: Definition, **decided: str) -> CaseMigrationPlan:
        """The plan between two versions; `A="B"` decides for the main diagram."""
        with self.world.transaction() as session:
            admin = self.world.principal(session, "admin")
            made = migrations.plan_between(session, admin, KEY, old.version, new.version)
            return migrations.change_plan(session, admin, made.id, {MAIN: decided}, made.revision) if decided else made

    def preview(self, plan: CaseMigrationPlan, cases: Sequence[int] = ()) -> CaseMigrationRun:
        with self.world.transaction() as session:
            run = migrations.preview(session, self.world.principal(session, "admin"), plan.id, cases)
        self.work()
        return self.run(run.id)

    def begin(self, preview: CaseMigrationRun, reason: str = "规定修订") -> CaseMigrationRun:
        with self.world.transaction() as session:
            return migrations.move(session, self.world.principal(session, "admin"), preview.id, reason)

    def move(self, old: Definition, new: Definition, cases: Sequence[int] = (), **decided: str) -> CaseMigrationRun:
        """Plan, preview and move, to the end."""
        run = self.begin(self.preview(self.plan(old, new, **decided), cases))
        self.work()
        return self.run(run.id)

    def undo(self, run: CaseMigrationRun) -> CaseMigrationRun:
        with self.world.transaction() as session:
            back = migrations.undo(session, self.world.principal(session, "admin"), run.id, "发现计划有误")
        self.work()
        return self.run(back.id)

    def work(self) -> None:
        """Lets the background work until nothing is left."""
        while migration_work.carry_on(self.world.runtime.database):
            pass


def today() -> str:
    return clock.today().isoformat()
