"""Organisations and people as administrators look at them. Who may read it is decided by the pages' roles."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.access.organisations import region_prefix
from app.cases.errors import NotFound
from app.model import (
    Organisation,
    OrganisationKind,
    User,
)

PAGE = 50
KIND_NAMES = {
    OrganisationKind.AUTHORITY.value: "主管部门",
    OrganisationKind.SUPPORT_BODY.value: "技术依托单位",
    OrganisationKind.ASSOCIATION.value: "行业协会",
    OrganisationKind.EXPERT_GROUP.value: "专家组",
    OrganisationKind.CONSULTANT.value: "咨询服务机构",
    OrganisationKind.ENTERPRISE.value: "企业",
    OrganisationKind.SYSTEM.value: "系统管理",
}
BODY_NAMES = {
    "environment": "生态环境", "coordinator": "清洁生产综合协调", "finance": "财政", "science": "科技", "safety": "应急管理",
    "government": "人民政府", "other": "其他",
}  # fmt: skip


def organisations(session: Session, *, region: str = "", kind: str = "", q: str = "", page: int = 1) -> tuple[list[Organisation], int]:
    """Organisations other than enterprises by region, and how many there are."""
    conditions: list[ColumnElement[bool]] = [Organisation.kind.not_in([OrganisationKind.ENTERPRISE, OrganisationKind.SYSTEM])]
    if region:
        conditions.append(Organisation.region_code.startswith(region_prefix(region), autoescape=True))
    if kind:
        conditions.append(Organisation.kind == kind)
    if q:
        conditions.append(Organisation.name.contains(q, autoescape=True))
    total = session.scalar(select(func.count()).select_from(Organisation).where(*conditions)) or 0
    rows = session.scalars(
        select(Organisation).where(*conditions)
        .order_by(Organisation.region_code, Organisation.kind, Organisation.body.desc(), Organisation.id)
        .limit(PAGE).offset((page - 1) * PAGE)
    )  # fmt: skip
    return list(rows), total


def regions(session: Session) -> list[str]:
    """Cities and provinces that have organisations."""
    codes = session.scalars(
        select(Organisation.region_code)
        .where(Organisation.kind == OrganisationKind.AUTHORITY)
        .distinct()
        .order_by(Organisation.region_code)
    )
    return [code for code in codes if code.endswith("00")]


def organisation(session: Session, organisation_id: int) -> Organisation:
    found = session.get(Organisation, organisation_id)
    if found is None or found.kind in (OrganisationKind.ENTERPRISE, OrganisationKind.SYSTEM):
        raise NotFound()
    return found


def users(session: Session, *, q: str = "", page: int = 1) -> tuple[list[User], int]:
    """Users with their roles, and how many there are."""
    where = [or_(User.username.contains(q, autoescape=True), User.name.contains(q, autoescape=True))] if q else []
    total = session.scalar(select(func.count()).select_from(User).where(*where)) or 0
    rows = session.scalars(select(User).where(*where).order_by(User.username).limit(PAGE).offset((page - 1) * PAGE))
    return list(rows.unique()), total


def user(session: Session, user_id: int) -> User:
    found = session.get(User, user_id)
    if found is None:
        raise NotFound()
    return found


def assignable(session: Session, q: str) -> list[Organisation]:
    """Organisations in which a role may be given, by part of their name."""
    query = select(Organisation).where(Organisation.active)
    query = (
        query.where(Organisation.name.contains(q, autoescape=True)) if q else query.where(Organisation.kind != OrganisationKind.ENTERPRISE)
    )
    return list(session.scalars(query.order_by(Organisation.region_code, Organisation.name).limit(200)))
