"""The organisation behind an actor: `county_environment` of 370102 is 历下区生态环境局.

Municipalities and directly administered counties have no city level; an actor of a level that a region lacks resolves to nobody, and diagrams ask
`levels` before they go there.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.law.labels import actor_label
from app.model import Case, CaseSubject, ConsultantService, Enterprise, Organisation, OrganisationKind

LEVELS = ("county", "city", "province", "national")
_KINDS = {
    "consultant": OrganisationKind.CONSULTANT,
    "expert": OrganisationKind.EXPERT_GROUP,
    "expert_group": OrganisationKind.EXPERT_GROUP,
    "support_body": OrganisationKind.SUPPORT_BODY,
    "association": OrganisationKind.ASSOCIATION,
}

_COMPETENT = (
    select(Organisation)
    .where(
        Organisation.region_code == bindparam("region"),
        Organisation.kind == bindparam("kind"),
        Organisation.body == bindparam("body"),
        Organisation.level == bindparam("level"),
        Organisation.active,
    )
    .limit(1)
)


def region_at(level: str, region_code: str) -> str:
    """The code of the region of `level` that holds `region_code` (GB/T 2260)."""
    return {
        "county": region_code,
        "city": region_code[:4] + "00",
        "province": region_code[:2] + "0000",
        "national": "000000",
    }[level]


def region_prefix(region_code: str) -> str:
    """What the codes of all regions within this one begin with."""
    if region_code == "000000":
        return ""
    return region_code[:2] if region_code.endswith("0000") else region_code[:4] if region_code.endswith("00") else region_code


def level_of_region(region_code: str) -> str:
    return {0: "national", 2: "province", 4: "city", 6: "county"}[len(region_prefix(region_code))]


def resolve_actor(session: Session, actor: str, case: Case) -> Organisation | None:
    """The organisation that carries out `actor`'s tasks in a case; none when nobody is set up."""
    if actor in (
        "enterprise",
        "enterprise_group",
    ):  # a group of the central government is registered like any enterprise and acts in its own name
        if case.enterprise_id is None:
            return None
        enterprise = session.get(Enterprise, case.enterprise_id)
        return enterprise.organisation if enterprise else None
    if actor == "consultant" and case.id is not None and (known := _consultant_of(session, case.id)) is not None:
        return session.get(Organisation, known.organisation_id) if known.organisation_id else None
    if actor in _KINDS:
        return _nearest(session, _KINDS[actor], case.region_code)
    level, _, body = actor.partition("_")
    if level not in LEVELS or not body:
        return None
    return find_authority(session, level, body, case.region_code)


def _consultant_of(session: Session, case_id: int) -> CaseSubject | ConsultantService | None:
    """The consultant that a case is about, or whom the enterprise named in it; it may have nobody here who acts for it."""
    served = session.scalars(select(ConsultantService).where(ConsultantService.case_id == case_id)).first()
    return session.get(CaseSubject, case_id) or served


def find_authority(session: Session, level: str, body: str, region_code: str) -> Organisation | None:
    """The authority of a level and body that is competent for a region."""
    return session.scalars(
        _COMPETENT, {"region": region_at(level, region_code), "kind": OrganisationKind.AUTHORITY, "body": body, "level": level}
    ).first()


def _nearest(session: Session, kind: str, region_code: str) -> Organisation | None:
    codes = [region_at(level, region_code) for level in LEVELS]
    found = session.scalars(
        select(Organisation).where(Organisation.kind == kind, Organisation.region_code.in_(codes), Organisation.active)
    ).all()
    return min(found, key=lambda o: (codes.index(o.region_code), o.id), default=None)


def what_is_missing(actor: str, region_code: str) -> str:
    """What an administrator must set up so that `actor` can be found, as a sentence."""
    return f"行政区划 {region_code} 尚未设置“{actor_label(actor)}”，请管理员在“组织机构”中添加"


def superior(session: Session, organisation: Organisation) -> Organisation | None:
    """The authority that supervises `organisation`: the same body one level up; for others the county's environment authority."""
    if organisation.kind != OrganisationKind.AUTHORITY or organisation.level is None or organisation.body is None:
        return find_authority(session, level_of_region(organisation.region_code), "environment", organisation.region_code)
    above = LEVELS[LEVELS.index(organisation.level) + 1 :]
    for level in above:
        found = find_authority(session, level, organisation.body, organisation.region_code)
        if found is not None and found.id != organisation.id:
            return found
    return None


def levels_of(session: Session, region_code: str) -> list[str]:
    """The levels of administration that exist around a region, lowest first."""
    codes = {level: region_at(level, region_code) for level in LEVELS[:3]}
    rows = session.execute(
        select(Organisation.level, Organisation.region_code)
        .where(Organisation.kind == OrganisationKind.AUTHORITY, Organisation.region_code.in_(codes.values()), Organisation.active)
        .distinct()
    ).all()
    present = {level for level, code in rows if level in codes and codes[level] == code}
    return [level for level in LEVELS[:3] if level in present]
