"""Opening registers and entering applications: who is asked to keep one, and who may apply, again or at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.organisations import level_of_region, resolve_actor
from app.law import periods
from app.law.catalogue import catalogue
from app.law.labels import actor_label
from app.law.registers import Act, ActRule, Registry, registry, slug_of
from app.model import Case, Organisation, Register, RegisterEntry, Standing
from app.model.identifiers import region_name
from app.services.register_book import FOR_GOOD, Doing, Hand, Refused, consultant_key, law_of, mark


@dataclass(frozen=True)
class Applicant:
    """Who applies: a consultant with its code, or an expert with an employer."""

    name: str
    uscc: str | None = None
    employer: str | None = None
    organisation_id: int | None = None
    user_id: int | None = None
    specialties: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def open_register(session: Session, registry_id: str, region_code: str, *, is_demo: bool = False) -> Register:
    """The register of a text for a region, opened when it is first needed. Raises `Refused` with what is missing."""
    known = session.scalars(
        select(Register).where(Register.law == registry_id, Register.region_code == region_code).options(joinedload(Register.keeper))
    ).first()
    if known is not None:
        return known
    slug = slug_of(region_code)
    law = registry(registry_id, slug)
    if law is None or law.keeper is None:
        raise Refused(f"法规目录中没有名录“{registry_id}”，或者文件没有规定由谁管理")
    keeper = _keeper(session, law, region_code)
    if keeper is None:
        who = actor_label(_keeping_actor(law, region_code))
        raise Refused(f"“{law.name}”由{who}管理，但 {region_code} 尚未设置这一单位，请管理员在“组织机构”中添加")
    name = _own_name(law) if law.jurisdiction == slug and region_code.endswith("0000") else _local_name(law, region_code)
    register = Register(
        law=registry_id, jurisdiction=slug, kind=law.kind, name=name, region_code=region_code, keeper=keeper,
        opened_on=clock.today(), is_demo=is_demo,
    )  # fmt: skip
    session.add(register)
    session.flush()
    return register


def _keeper(session: Session, law: Registry, region_code: str) -> Organisation | None:
    return resolve_actor(session, _keeping_actor(law, region_code), Case(region_code=region_code))


def _keeping_actor(law: Registry, region_code: str) -> str:
    """The keeper at the level of the region: a city's own pool is kept by the city's authority of the same body."""
    _level, _, body = (law.keeper or "").partition("_")
    return f"{level_of_region(region_code)}_{body}" if body and law.keeper != "support_body" else law.keeper or ""


def _own_name(law: Registry) -> str:
    """A register's own name with its place, without what the catalogue notes behind it."""
    found = catalogue().jurisdiction(law.jurisdiction)
    name, place = re.sub("（[^（）]*）$", "", law.name), found.name if found else ""
    return name if name.startswith(place[:2]) else f"{place}{re.sub('^(省级|全省|全区|省|市)', '', name)}"


def _local_name(law: Registry, region_code: str) -> str:
    return f"{region_name(region_code)}{'清洁生产专家库' if law.kind == 'expert' else '清洁生产审核咨询服务机构记录'}"


def apply(session: Session, register: Register, applicant: Applicant, hand: Hand) -> RegisterEntry:
    """Enters an application. Whoever was on the register before keeps the entry with its history.

    Raises `Refused` during a ban, and while an application or a place on the list without a term makes it pointless.
    """
    entry = _known(session, register, applicant)
    if entry is not None:
        _refuse_needless(entry, law_of(register))
    else:
        entry = RegisterEntry(
            register=register, name=applicant.name, uscc=applicant.uscc, status=Standing.APPLIED, is_demo=register.is_demo
        )
        session.add(entry)
    on_list = entry.status == Standing.LISTED
    entry.name, entry.employer = applicant.name, applicant.employer or entry.employer
    entry.organisation_id = applicant.organisation_id or entry.organisation_id
    entry.user_id = applicant.user_id or entry.user_id
    if applicant.specialties:
        entry.specialties = list(applicant.specialties)
    entry.facts = {**(entry.facts or {}), **applicant.facts}
    entry.judged, entry.applied_on = {}, clock.today()
    if register.kind == "consultant":
        entry.consultant_key = consultant_key(entry.uscc, entry.name)
    session.flush()
    mark(session, entry, register, Doing(Act.APPLICATION), hand, ActRule(Act.APPLICATION, "申请续聘" if on_list else "申请", public=False))
    if not on_list:
        entry.status = Standing.APPLIED
    return entry


def amend(session: Session, entry: RegisterEntry, applicant: Applicant, hand: Hand) -> None:
    """Corrects an application that is not decided yet; what was judged of the old one is judged anew. Raises `Refused` after the decision."""
    if entry.status != Standing.APPLIED:
        raise Refused(f"{entry.name}的申请已经有结论，不能再更正；在册的请登记变更")
    before = {"name": entry.name, **entry.facts}
    changed = {
        name: [before.get(name), value] for name, value in {"name": applicant.name, **applicant.facts}.items() if before.get(name) != value
    }
    entry.name, entry.employer, entry.judged = applicant.name, applicant.employer or entry.employer, {}
    entry.user_id, entry.facts = applicant.user_id or entry.user_id, {**entry.facts, **applicant.facts}
    if applicant.specialties:
        entry.specialties = list(applicant.specialties)
    doing = Doing(Act.APPLICATION, note="更正申请", facts={"changed": changed})
    mark(session, entry, entry.register, doing, hand, ActRule(Act.APPLICATION, "更正申请", public=False))


def _known(session: Session, register: Register, applicant: Applicant) -> RegisterEntry | None:
    same = RegisterEntry.uscc == applicant.uscc if applicant.uscc else (RegisterEntry.name == applicant.name)
    query = (
        select(RegisterEntry)
        .where(RegisterEntry.register_id == register.id, same)
        .options(joinedload(RegisterEntry.register).joinedload(Register.keeper))
        .with_for_update(of=RegisterEntry)
    )
    if not applicant.uscc and applicant.employer:
        query = query.where(RegisterEntry.employer == applicant.employer)
    return session.scalars(query.limit(1)).first()


def _refuse_needless(entry: RegisterEntry, law: Registry) -> None:
    if entry.banned_until is not None and clock.today() <= entry.banned_until:
        until = "不再受理其申请" if entry.banned_until == FOR_GOOD else f"{periods.format_date(entry.banned_until)}前不得再次申请"
        raise Refused(f"{entry.name}被取消资格后，{until}")
    if entry.status == Standing.APPLIED:
        raise Refused(f"{entry.name}的申请正在办理，不需要重复申请")
    if entry.status == Standing.LISTED and law.term_years is None:
        raise Refused(f"{entry.name}已经在册，“{law.name}”没有期限，不需要再次申请")
