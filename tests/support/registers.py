"""Registers in tests: keepers of other places, applicants, clients and what came of them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.law.registers import Act
from app.model import (
    Case,
    CaseStatus,
    CaseSubject,
    ClientOutcome,
    Definition,
    DefinitionStatus,
    Enterprise,
    Organisation,
    OrganisationKind,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    Task,
    TaskStatus,
)
from app.services import client_record, register_acts
from app.services.register_book import Doing, Hand, lock_entry
from app.services.register_opening import Applicant, apply, open_register
from tests.support.world import World, uscc_of

BEIJING, TIANJIN, GUANGDONG, ZHEJIANG, LIAONING, SHANDONG = "110000", "120000", "440000", "330000", "210000", "370000"
CONSULTANTS = {
    BEIJING: "bj-agency-2007.registry", TIANJIN: "tj-agency-2009.registry", GUANGDONG: "gd-audit-2009.agencies",
    ZHEJIANG: "zj-agency-2008.registry", LIAONING: "cn-audit-2004.consultants", SHANDONG: "sd-audit-2017.consultant-registry",
}  # fmt: skip
EXPERTS = {BEIJING: "bj-expert-2007.registry", TIANJIN: "tj-expert-2009.registry", SHANDONG: "sd-audit-2017.expert-registry"}
ABLE: dict[str, Any] = {
    "senior_titles": 3, "intermediate_titles": 6, "senior_experience_years": 4, "recent_projects": 7, "registered_capital": "200",
    "leader_consulting_years": 3, "auditors": 9, "energy_auditors": 3, "environment_auditors": 3, "industry_technicians": 2,
}  # fmt: skip
"""Facts of a consultant that meets the figures of every place."""


def offices(world: World, region: str) -> None:
    """Everybody who may keep a register of a province: its two bodies, a support body, an association; with a user each."""
    with world.transaction() as session:
        for body in ("environment", "coordinator"):
            if region == SHANDONG:
                break
            office = Organisation(kind=OrganisationKind.AUTHORITY, name=f"{region}{body}", level="province", body=body, region_code=region)
            session.add(office)
            world.add_user(session, f"{region}-{body}", office)
        for kind in (OrganisationKind.SUPPORT_BODY, OrganisationKind.ASSOCIATION):
            if region == SHANDONG and kind == OrganisationKind.SUPPORT_BODY:
                continue
            body_of = Organisation(kind=kind, name=f"{region}{kind.value}", region_code=region)
            session.add(body_of)
            world.add_user(session, f"{region}-{kind.value}", body_of)


def without_procedures(world: World, *slugs: str) -> None:
    """Takes back what places have drawn for their consultants and experts: what rules find then waits for the keeper's clerk."""
    with world.transaction() as session:
        for slug in slugs:
            drawn = or_(Definition.key.startswith(f"{slug}.agency_"), Definition.key.startswith(f"{slug}.expert_"))
            session.execute(update(Definition).where(drawn).values(status=DefinitionStatus.RETIRED))


def keeper_user(world: World, session: Session, register: Register) -> str:
    """Somebody who works for the keeper."""
    return next(name for name, uid in world.users.items() if uid and register.keeper_id in world.principal(session, name).organisation_ids)


def listed(
    world: World, region: str, name: str = "甲咨询", *, law: str | None = None, facts: dict[str, Any] | None = None, **more: Any
) -> int:
    """A consultant on the list of a place. Gives its entry."""
    with world.transaction() as session:
        register = open_register(session, law or CONSULTANTS[region], region)
        given = {"uscc": uscc_of(name), "facts": {**ABLE, **(facts or {})}, **more}
        entry = apply(session, register, Applicant(name, **given), Hand(organisation_id=register.keeper_id))
        register_acts.act(session, entry, Doing(Act.ADMISSION), Hand(organisation_id=register.keeper_id))
        return entry.id


def expert(world: World, region: str, name: str, *specialties: str, employer: str = "某研究院", **facts: Any) -> int:
    """An expert of the pool of a place. Gives the entry."""
    with world.transaction() as session:
        register = open_register(session, EXPERTS[region], region)
        able = {"education": "博士", "title": "正高级", "years": 15, **facts}
        entry = apply(session, register, Applicant(name, employer=employer, specialties=specialties, facts=able), Hand())
        register_acts.act(session, entry, Doing(Act.ADMISSION), Hand())
        return entry.id


def do(world: World, entry_id: int, act: Act, **given: Any) -> RegisterMark:
    """Does something to an entry as its keeper."""
    with world.transaction() as session:
        entry = lock_entry(session, entry_id)
        return register_acts.act(session, entry, Doing(act, **given), Hand(organisation_id=entry.register.keeper_id))


def client(world: World, region: str, consultant: str, name: str, *, mandatory: bool = True) -> int:
    """A case of an enterprise that a consultant serves. Gives the case."""
    with world.transaction() as session:
        county = region[:3] + "101"
        code = uscc_of(f"{region}{name}")
        enterprise = session.scalars(select(Enterprise).where(Enterprise.uscc == code)).first()
        if enterprise is None:
            organisation = Organisation(kind=OrganisationKind.ENTERPRISE, name=name, region_code=county)
            enterprise = Enterprise(organisation=organisation, uscc=code, name=name, region_code=county)
            session.add(enterprise)
        case = _case(session, county, enterprise)
        service = client_record.engage(session, case, consultant, uscc_of(consultant))
        service.mandatory = mandatory
        return case.id


def _case(session: Session, region: str, enterprise: Enterprise | None) -> Case:
    definition = session.scalars(select(Definition).where(Definition.key == "shandong.mandatory_audit")).first()
    assert definition is not None
    case = Case(
        title=f"{enterprise.name if enterprise else '名录'} 测试", process_key=definition.key, definition_id=definition.id,
        content_hash=definition.content_hash, region_code=region, enterprise=enterprise, status=CaseStatus.ACTIVE, started_at=clock.now(),
    )  # fmt: skip
    session.add(case)
    session.flush()
    return case


def case_about(world: World, region: str, entry_id: int | None = None) -> int:
    """A case about an entry, or about nobody yet."""
    with world.transaction() as session:
        case = _case(session, region, None)
        if entry_id is not None:
            session.add(CaseSubject(case_id=case.id, entry_id=entry_id))
        return case.id


def submitted(world: World, case_id: int, **data: Any) -> None:
    """Something that was handed in in a case."""
    with world.transaction() as session:
        session.add(
            Task(
                case_id=case_id, engine_id=uuid.uuid4().hex, process_key="t", element_id="T", name="申报", actor="consultant",
                status=TaskStatus.COMPLETED, created_at=clock.now(), completed_at=clock.now(), data=data,
            )
        )  # fmt: skip


def result(world: World, case_id: int, kind: str, on: str | None = None) -> ClientOutcome | None:
    """What came of a client."""
    with world.transaction() as session:
        day = dt.date.fromisoformat(on) if on else None
        return client_record.add_outcome(session, session.get_one(Case, case_id), kind, on=day)


def entry_of(world: World, entry_id: int) -> RegisterEntry:
    with world.session() as session:
        return session.get_one(RegisterEntry, entry_id)


def marks_of(world: World, entry_id: int) -> list[RegisterMark]:
    with world.session() as session:
        return list(session.scalars(select(RegisterMark).where(RegisterMark.entry_id == entry_id).order_by(RegisterMark.id)))


def proposals_of(world: World, entry_id: int) -> list[RegisterProposal]:
    with world.session() as session:
        return list(session.scalars(select(RegisterProposal).where(RegisterProposal.entry_id == entry_id).order_by(RegisterProposal.id)))
