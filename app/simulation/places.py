"""Who acts in a simulation: authorities of every level and body for a place, institutions, enterprises, and somebody in each of them.

All of them are fictional. Municipalities and counties directly under a province have no city level.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.organisations import LEVELS
from app.access.principal import Principal
from app.law.labels import ACTOR_LABELS
from app.model import Enterprise, Membership, Organisation, OrganisationKind, Role, User
from app.model.identifiers import IdentifierError, check_uscc, made_up_uscc, region_ancestors, region_name
from app.simulation.scenario import Facts

COUNTRY = "000000"
BODIES = {
    "environment": "生态环境局", "coordinator": "工业和信息化局", "finance": "财政局", "science": "科学技术局", "safety": "应急管理局",
    "government": "人民政府", "other": "其他有关部门",
}  # fmt: skip
INSTITUTIONS = {
    OrganisationKind.EXPERT_GROUP: "清洁生产审核专家组",
    OrganisationKind.SUPPORT_BODY: "清洁生产技术依托单位",
    OrganisationKind.CONSULTANT: "清洁生产咨询服务机构",
    OrganisationKind.ASSOCIATION: "清洁生产行业协会",
}
NAMES = "甲乙丙丁戊己庚辛壬癸"


def places(region: str) -> list[tuple[str, str]]:
    """(level, code) of the places that are competent for a region, highest first."""
    *above, own = region_ancestors(region)
    return [("national", COUNTRY), *zip(("province", "city"), above, strict=False), ("county", own)]


def set_up(session: Session, regions: Collection[str]) -> None:
    """Adds every authority and institution that is competent for some regions."""
    around = dict.fromkeys(place for region in regions for place in places(region))
    for level, code in around:
        for body in _bodies(level):
            session.add(_organisation(OrganisationKind.AUTHORITY, f"{_place(code)}{BODIES.get(body, body)}", code, level=level, body=body))
        if level == "province":
            session.add_all(_organisation(kind, f"{_place(code)}{name}", code) for kind, name in INSTITUTIONS.items())
    session.flush()


def _bodies(level: str) -> Iterator[str]:
    """The bodies of a level that diagrams may name."""
    for actor in ACTOR_LABELS:
        where, _, body = actor.partition("_")
        if where == level and where in LEVELS and body:
            yield body


def _place(code: str) -> str:
    return "国家" if code == COUNTRY else region_name(code)


def _organisation(kind: str, name: str, code: str, *, level: str | None = None, body: str | None = None) -> Organisation:
    return Organisation(
        kind=kind, name=name, region_code=code, level=level, body=body, contact_name="经办人", contact_phone="010-00000000",
        email=f"{level or kind}.{body or 'office'}.{code}@example.invalid",
    )  # fmt: skip


def enterprise(session: Session, facts: Facts, region: str, number: int) -> Enterprise:
    """A fictional enterprise with what a scenario says of it; the rest is made up from its number."""
    uscc = facts.uscc or made_up_uscc(region, number)
    name = facts.name or f"样例{NAMES[(number - 1) % len(NAMES)]}{number if number > len(NAMES) else ''}有限公司"
    given = facts.given
    organisation = _organisation(OrganisationKind.ENTERPRISE, name, region)
    organisation.email = f"enterprise.{number}@example.invalid"
    made = Enterprise(
        organisation=organisation, uscc=uscc, name=name, region_code=region,
        industry_code=given.get("industry_code", "C2614"),
        address=given.get("address", f"{region_name(region)}示例路 {number} 号"),
        legal_representative=given.get("legal_representative", "法人样例"),
        contact_name=given.get("contact_name", "联系人"), contact_phone=given.get("contact_phone", "010-00000000"),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def proper_uscc(made: Enterprise) -> str:
    """The code of a fictional enterprise, or one with the right check digit where a scenario gave one without."""
    try:
        return check_uscc(made.uscc)
    except IdentifierError:
        return made_up_uscc(made.region_code, made.id)


class People:
    """Somebody in each organisation, added when first asked for and kept for the whole simulation."""

    def __init__(self) -> None:
        self._known: dict[int, Principal] = {}

    def of(self, session: Session, organisation_id: int) -> Principal:
        """Who acts for an organisation."""
        if organisation_id not in self._known:
            username = f"simulated-{organisation_id}"
            user = User(username=username, name="模拟经办人", password_hash="!")
            user.memberships = [
                Membership(organisation_id=organisation_id, role=role) for role in (Role.HANDLER, Role.REVIEWER, Role.SIGNER)
            ]
            session.add(user)
            session.flush()
            session.expire(user)
            found = session.scalars(select(User).where(User.id == user.id)).unique().one()
            self._known[organisation_id] = Principal(found)
        return self._known[organisation_id]
