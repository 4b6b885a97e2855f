"""A small province for tests: bureaus at three levels, their clerks, an expert group, and ways to act as each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import forms, library, roster_opening, rosters, samples, time_passing, work
from app.config import ROOT
from app.jobs import deliveries
from app.model import (
    Case,
    Enterprise,
    Membership,
    Organisation,
    OrganisationKind,
    Role,
    Task,
    TaskStatus,
    User,
)
from app.model.identifiers import made_up_uscc
from app.runtime import Runtime

COUNTY, OTHER_COUNTY, CITY, PROVINCE = "370102", "370103", "370100", "370000"
PASSWORD = "Qingcheng-2027"
_LIBRARY = library.read_folder(ROOT)
_PASSWORD_HASH: list[str] = []


def password_hash() -> str:
    """One hash for all test users: hashing is meant to be slow."""
    from app.access import signing_in

    if not _PASSWORD_HASH:
        _PASSWORD_HASH.append(signing_in.hash_password(PASSWORD))
    return _PASSWORD_HASH[0]


@dataclass
class World:
    """Everything a test needs in hand."""

    runtime: Runtime
    clock: Any
    users: dict[str, int] = field(default_factory=dict)

    @classmethod
    def build(cls, runtime: Runtime, clock: Any) -> World:
        made = cls(runtime, clock)
        with runtime.database.transaction() as session:
            library.load(session, _LIBRARY)
            library.record_extension(session, "shandong.", "测试：登记延续")
            made._people(session)
        return made

    def _people(self, session: Session) -> None:
        for level, region in (("county", COUNTY), ("county", OTHER_COUNTY), ("city", CITY), ("province", PROVINCE)):
            for body, words in (("environment", "生态环境"), ("coordinator", "综合协调")):
                bureau = Organisation(
                    kind=OrganisationKind.AUTHORITY, name=f"{region}{words}局", level=level, body=body, region_code=region,
                    contact_name="王工", contact_phone="0531-12345678", email=f"{body}-{region}@example.invalid",
                )  # fmt: skip
                session.add(bureau)
                name = f"{level}-{'env' if body == 'environment' else 'coord'}" + ("2" if region == OTHER_COUNTY else "")
                self.add_user(session, name, bureau)
        other = Organisation(kind=OrganisationKind.AUTHORITY, name="省发展改革委", level="province", body="other", region_code=PROVINCE)
        experts = Organisation(kind=OrganisationKind.EXPERT_GROUP, name="省清洁生产专家组", region_code=PROVINCE)
        support = Organisation(kind=OrganisationKind.SUPPORT_BODY, name="省清洁生产中心", region_code=PROVINCE)
        session.add_all([other, experts, support])
        self.add_user(session, "province-other", other)
        self.add_user(session, "expert", experts)
        self.add_user(session, "support", support)
        system = Organisation(kind=OrganisationKind.SYSTEM, name="系统管理", region_code=PROVINCE)
        session.add(system)
        self.add_user(session, "admin", system, Role.ADMINISTRATOR)
        self.add_user(session, "security", system, Role.SECURITY)
        self.add_user(session, "auditor", system, Role.AUDITOR)

    def add_user(self, session: Session, username: str, organisation: Organisation, *roles: Role) -> User:
        user = User(username=username, name=username, password_hash=password_hash())
        session.add(user)
        session.flush()
        for role in roles or (Role.HANDLER, Role.REVIEWER, Role.SIGNER):
            session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=role))
        session.flush()
        self.users[username] = user.id
        return user

    # -- acting -------------------------------------------------------------------------------------------------------

    def transaction(self) -> Any:
        return self.runtime.database.transaction()

    def session(self) -> Session:
        return self.runtime.database.session()

    def principal(self, session: Session, username: str) -> Principal:
        """The user with what they may do. An enterprise's user is made when first asked for: `enterprise:<name>`."""
        if username.startswith("enterprise:") and username not in self.users:
            name = username.partition(":")[2]
            found = session.scalars(select(Enterprise).where(Enterprise.name == name)).one()
            self.add_user(session, username, found.organisation)
        return Principal(session.get_one(User, self.users[username]))

    def work(self) -> int:
        """Lets everything happen that is due: timers and the outbox, until nothing is left."""
        total = 0
        while True:
            time_passing.fire_due(self.runtime.database)
            done = time_passing.handle_due(self.runtime.database)
            done += deliveries.deliver_ready(self.runtime.database, self.runtime.mailer)
            total += done
            if not done:
                return total

    def open_tasks(self, case_id: int | None = None, *, name: str | None = None) -> list[Task]:
        with self.session() as session:
            query = select(Task).where(Task.status == TaskStatus.OPEN).order_by(Task.id)
            if case_id is not None:
                query = query.where(Task.case_id == case_id)
            if name is not None:
                query = query.where(Task.name == name)
            return list(session.scalars(query))

    def step(self, case_id: int, step: str) -> Task:
        """The open task of a case that carries a legal step (the end of its id will do)."""
        tasks = [t for t in self.open_tasks(case_id) if any(s.endswith(step) for s in t.basis.split())]
        names = [f"{t.name} [{t.basis}]" for t in self.open_tasks(case_id)]
        assert len(tasks) == 1, f"{step} is carried by {len(tasks)} open tasks; open: {names}"
        return tasks[0]

    def do(self, username: str, task: Task, **values: Any) -> Task:
        """Completes a task as a user, required fields filled with valid samples."""
        data = self.values_for(username, task, **values)
        with self.transaction() as session:
            return work.complete(session, self.principal(session, username), task.id, data)

    def values_for(self, username: str, task: Task, **values: Any) -> dict[str, Any]:
        """Valid values for a task's form, `values` among them, files uploaded."""
        with self.transaction() as session:
            who = self.principal(session, username)
            found, case = work.find(session, who, task.id)
            schema, _ = forms.form_of(session, found, case)
            data = samples.sample(schema, {**forms.prefilled(session, found, case, schema), **values})
            uploaded: dict[str, Any] = self._with_files(session, who, data)
            return uploaded

    def _with_files(self, session: Session, who: Principal, data: Any) -> Any:
        """Sample files become real uploads."""
        import io

        from app.cases import documents

        if isinstance(data, dict):
            if set(data) == {"id", "name", "size"}:
                pdf = io.BytesIO(b"%PDF-1.4\n%sample\n")
                made = documents.upload(session, self.runtime.files, who, "样例.pdf", pdf)
                return {"id": made.id, "name": made.name, "size": made.size}
            return {k: self._with_files(session, who, v) for k, v in data.items()}
        if isinstance(data, list):
            return [self._with_files(session, who, v) for v in data]
        return data

    def do_step(self, username: str, case_id: int, step: str, **values: Any) -> Task:
        return self.do(username, self.step(case_id, step), **values)

    # -- the main line ------------------------------------------------------------------------------------------------

    def new_roster(self, username: str, year: int = 2027) -> Case:
        with self.transaction() as session:
            return roster_opening.open_roster(session, self.principal(session, username), year)

    def add_entries(self, username: str, roster_id: int, names: Sequence[str], grounds: Sequence[str], region: str = COUNTY) -> None:
        with self.transaction() as session:
            who = self.principal(session, username)
            for name in names:
                values = {"name": name, "uscc": uscc_of(name, region), "region_code": region, "grounds": list(grounds)}
                rosters.add(session, who, roster_id, values)

    def publish(
        self, names_env: Sequence[str] = (), names_coord: Sequence[str] = (), grounds: Sequence[str] = ("1",), year: int = 2027
    ) -> None:
        """Takes lists of both lines from county to publication and starts the cases."""
        for line, names, given in (("env", names_env, grounds), ("coord", names_coord, ("2",))):
            if names:
                case = self.new_roster(f"county-{line}", year)
                assert case.roster_id is not None
                self.add_entries(f"county-{line}", case.roster_id, names, given)
                self.do_step(f"county-{line}", case.id, ".s1")
                self.do_step(f"city-{line}", case.id, ".s3", decision="approve")
                self.do_step(f"province-{line}", case.id, ".s4", decision="approve")
        self.work()
        publication = self.case_of("shandong.list_publication")
        self.do_step("province-env", publication.id, "list-publication.s1")
        self.do_step("province-coord", publication.id, "list-publication.s2")
        for username in ("province-coord", "province-env"):
            task = next(
                t for t in self.open_tasks(publication.id) if t.actor.startswith("province_" + ("env" if "env" in username else "coord"))
            )
            self.do(username, task, decision="confirm")
        self.work()

    def case_of(self, process: str, enterprise: str | None = None) -> Case:
        """The newest case of a process, of an enterprise where named."""
        with self.session() as session:
            query = select(Case).where(Case.process_key == process).order_by(Case.id.desc())
            if enterprise is not None:
                query = query.join(Enterprise, Enterprise.id == Case.enterprise_id).where(Enterprise.name == enterprise)
            found = session.scalars(query).first()
            assert found is not None, f"no case of {process}"
            return found


def uscc_of(name: str, region: str = COUNTY) -> str:
    """A valid code for a made-up enterprise, the same for the same name."""
    import zlib

    return made_up_uscc(region, zlib.crc32(name.encode()) % 900_000)
