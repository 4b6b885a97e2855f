"""Lists of enterprises that must audit: handed over by the offices that propose them, published together, and a case started for each enterprise."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import LEVELS, find_authority, levels_of, region_at, resolve_actor
from app.model import (
    Case,
    CaseStatus,
    Enterprise,
    EntryStatus,
    Organisation,
    OrganisationKind,
    Publication,
    PublicationEntry,
    Roster,
    RosterEntry,
    RosterStatus,
    Task,
    TaskStatus,
)
from app.model.identifiers import region_name
from app.services import list_kinds, local_law, outbox
from app.services.context import OperatorError, ServiceContext, operator

CASES_PER_BATCH = 25
PUBLISHERS = "province_coordinator province_environment"


def _province(context: ServiceContext) -> str:
    return region_at("province", context.case.region_code)


@operator("hand_over_list")
def hand_over_list(context: ServiceContext) -> dict[str, Any]:
    """Hands the approved entries of the case's roster to the open publication case of the province, starting one if there is none."""
    session = context.session
    roster = session.get(Roster, context.case.roster_id) if context.case.roster_id else None
    if roster is None:
        raise OperatorError("这个案件没有名单")
    returned = session.scalar(select(func.count()).where(RosterEntry.roster_id == roster.id, RosterEntry.status == EntryStatus.RETURNED))
    if returned:
        raise OperatorError(f"名单中还有 {returned} 家企业处于退回状态，请先补正或删除")
    province = _province(context)
    process = roster.publication
    open_case = session.scalars(
        select(Case)
        .where(Case.process_key == process, Case.region_code == province, Case.status != CaseStatus.ENDED)
        .order_by(Case.id.desc())
        .limit(1)
        .with_for_update(key_share=True)  # it must not settle its list between our finding it open and our handing over
    ).first()
    if open_case is not None and is_settled(session, open_case.id):
        open_case = None  # one of the bodies has consented to that list: this one is for the next batch
    if open_case is not None:
        # Whoever is looking at the list to be published now sees another one: what they decide on the old one is refused.
        session.execute(
            update(Task)
            .where(Task.case_id == open_case.id, Task.panel == "publication", Task.status == TaskStatus.OPEN)
            .values(revision=Task.revision + 1)
            .execution_options(synchronize_session=False)
        )
    roster.status = RosterStatus.APPROVED
    if open_case is None:
        # One publication case a province at a time: rosters approved before it publishes join it.
        done = session.scalar(select(func.count()).where(Case.process_key == process, Case.region_code == province)) or 0
        outbox.put(
            session,
            key=f"start:{process}:{province}:{done + 1}",
            kind="start_case",
            case_id=context.case.id,
            payload={
                "process": process,
                "region": province,
                "start_key": f"{process}:{province}:{done + 1}",
                "variables": {"year": roster.year},
                "title": f"{list_kinds.of_case(session, context.case).name}发布（第{done + 1}批）",
                "is_demo": context.case.is_demo,
            },
        )
    return {}


def is_settled(session: Session, case_id: int) -> bool:
    """Whether one of the bodies has consented to the list of a publication case: from then on nothing is added to it."""
    return bool(session.scalar(select(exists().where(Roster.publication_case_id == case_id))))


def settle(session: Session, case: Case) -> None:
    """Fixes the list of a publication case: the rosters handed over so far and in no other list."""
    if not is_settled(session, case.id):
        session.execute(
            update(Roster)
            .where(*_to_publish(case), Roster.publication_case_id.is_(None))
            .values(publication_case_id=case.id)
            .execution_options(synchronize_session=False)
        )


def _to_publish(publication_case: Case) -> tuple[ColumnElement[bool], ...]:
    """Approved rosters of the province that the case's process publishes."""
    low, high = publication_case.region_code[:2] + "0000", publication_case.region_code[:2] + "9999"
    return (
        Roster.status == RosterStatus.APPROVED,
        Roster.publication == publication_case.process_key,
        Roster.region_code.between(low, high),
    )


def handed_over(session: Session, publication_case: Case) -> list[tuple[RosterEntry, Roster]]:
    """The entries that a publication case would publish, with their rosters: its settled list, else all that is handed over and in none."""
    settled = is_settled(session, publication_case.id)
    own = Roster.publication_case_id == publication_case.id if settled else Roster.publication_case_id.is_(None)
    rows = session.execute(
        select(RosterEntry, Roster)
        .join(Roster, Roster.id == RosterEntry.roster_id)
        .where(
            *_to_publish(publication_case),
            own,
            RosterEntry.status == EntryStatus.LISTED,
            RosterEntry.publication_id.is_(None),
        )
        .order_by(RosterEntry.region_code, RosterEntry.id)
    ).all()
    return [(entry, roster) for entry, roster in rows]


@operator("publish_list", gives=("list_published_on", "publication_id"))
def publish_list(
    context: ServiceContext, year: int | None = None, title: str = "强制性清洁生产审核企业名单", by: str = PUBLISHERS
) -> dict[str, Any]:
    """Publishes all handed-over entries as one list. An enterprise that several bodies listed gets the grounds of all.

    `by` are the actors that publish, separated by spaces.
    """
    session, province = context.session, _province(context)
    rows = handed_over(session, context.case)
    if not rows:
        raise OperatorError("没有经核定、待公布的企业，不能公布空名单")
    year = year or context.variable("year") or rows[0][1].year
    publication = Publication(
        key=f"list:{context.case.id}",
        kind="mandatory_list",
        title=f"{year}年度{title}",
        body={"case": context.case.id, "grounds": _ground_names(session, context.case.process_key)},
        year=year,
        region_code=province,
        case_id=context.case.id,
        publishers=_names(context, by),
        published_on=context.today,
        is_demo=context.case.is_demo,
    )
    session.add(publication)
    session.flush()
    grounds: dict[str, set[str]] = {}
    first: dict[str, RosterEntry] = {}
    for entry, _ in rows:
        grounds.setdefault(entry.uscc, set()).update(entry.grounds)
        first.setdefault(entry.uscc, entry)
    enterprises = ensure_enterprises(session, list(first.values()), is_demo=context.case.is_demo)
    session.execute(
        insert(PublicationEntry),
        [
            {
                "publication_id": publication.id,
                "enterprise_id": enterprises[uscc].id,
                "position": position,
                "grounds": sorted(grounds[uscc]),
                "case_id": None,
            }
            for position, uscc in enumerate(first, start=1)
        ],
    )
    publication.cases_total = len(first)
    _mark_published(session, publication.id, [entry.id for entry, _ in rows], {roster.id for _, roster in rows})
    return {"list_published_on": context.today.isoformat(), "publication_id": publication.id}


def _ground_names(session: Session, publication: str) -> dict[str, str]:
    return {value: ground.name for value, ground in list_kinds.grounds_of(list_kinds.of_publication(session, publication)).items()}


def _names(context: ServiceContext, actors: str) -> str:
    found = [resolve_actor(context.session, actor, context.case) for actor in actors.split()]
    return "、".join(office.name for office in found if office is not None)


def _mark_published(session: Session, publication_id: int, entry_ids: list[int], roster_ids: set[int]) -> None:
    for start in range(0, len(entry_ids), 500):
        chunk = entry_ids[start : start + 500]
        session.execute(update(RosterEntry).where(RosterEntry.id.in_(chunk)).values(publication_id=publication_id))
    session.execute(update(Roster).where(Roster.id.in_(roster_ids)).values(status=RosterStatus.PUBLISHED))


def ensure_enterprises(session: Session, entries: list[RosterEntry], *, is_demo: bool = False) -> dict[str, Enterprise]:
    """The enterprises of roster entries by their code; unknown ones are entered in the register, known ones brought up to date."""
    found: dict[str, Enterprise] = {}
    codes = [entry.uscc for entry in entries]
    for start in range(0, len(codes), 500):
        chunk = codes[start : start + 500]
        found |= {e.uscc: e for e in session.scalars(select(Enterprise).where(Enterprise.uscc.in_(chunk)))}
    fresh = []
    for entry in entries:
        known = found.get(entry.uscc)
        if known is None:
            organisation = Organisation(
                kind=OrganisationKind.ENTERPRISE, name=entry.name, region_code=entry.region_code,
                contact_name=entry.contact_name, contact_phone=entry.contact_phone, is_demo=is_demo,
            )  # fmt: skip
            known = Enterprise(organisation=organisation, uscc=entry.uscc, name=entry.name, region_code=entry.region_code, is_demo=is_demo)
            fresh.append(known)
            found[entry.uscc] = known
        for field in ("industry_code", "address", "legal_representative", "contact_name", "contact_phone"):
            value = getattr(entry, field)
            if value:
                setattr(known, field, value)
    session.add_all(fresh)
    session.flush()
    return found


@operator("start_listed_cases")
def start_listed_cases(context: ServiceContext, process: str, beside: str | None = None) -> None:
    """Starts one case per published enterprise, in the background and in batches. Each entry starts exactly one, whatever crashes.

    `beside` is a second process that each entry starts as well: a duty that runs beside the first, with a file of its own. In a province whose own
    process stands instead of a national one, that process is started.
    """
    province = _province(context)
    there = [local_law.process_there(context.session, key, province, context.today) for key in (process, beside) if key is not None]
    publication = context.session.scalars(select(Publication).where(Publication.key == f"list:{context.case.id}")).one()
    ids = context.session.scalars(
        select(PublicationEntry.id).where(PublicationEntry.publication_id == publication.id).order_by(PublicationEntry.position)
    ).all()
    outbox.put_all(
        context.session,
        [
            {
                "key": f"listed:{publication.id}:{start}",
                "kind": "start_listed",
                "case_id": context.case.id,
                "payload": {
                    "publication": publication.id,
                    "process": there[0],
                    "beside": there[1:],
                    "entries": list(ids[start : start + CASES_PER_BATCH]),
                },
            }
            for start in range(0, len(ids), CASES_PER_BATCH)
        ],
    )


@operator("start_regional_cases")
def start_regional_cases(context: ServiceContext, process: str, level: str = "city") -> None:
    """Starts one case for each region of a level that has enterprises on the list just published, once: what its office does for all of them."""
    publication = context.session.scalars(select(Publication).where(Publication.key == f"list:{context.case.id}")).one()
    codes = context.session.scalars(
        select(Enterprise.region_code)
        .join(PublicationEntry, PublicationEntry.enterprise_id == Enterprise.id)
        .where(PublicationEntry.publication_id == publication.id)
        .distinct()
    ).all()
    process = local_law.process_there(context.session, process, _province(context), context.today)
    for region in sorted({region_at(_level_there(context.session, level, code), code) for code in codes}):
        outbox.put(
            context.session,
            key=f"regional:{context.key}:{region}",
            kind="start_case",
            case_id=context.case.id,
            payload={
                "process": process,
                "region": region,
                "parent_id": context.case.id,
                "start_key": f"regional:{context.key}:{region}",
                "variables": {
                    "publication_id": publication.id, "list_published_on": publication.published_on.isoformat(), "year": publication.year,
                },
                "title": f"{region_name(region)} {publication.title}",
                "is_demo": context.case.is_demo,
            },
        )  # fmt: skip


def _level_there(session: Session, level: str, region_code: str) -> str:
    """The level, or the next one up that a region has: municipalities have no cities."""
    there = levels_of(session, region_code)
    above = LEVELS[LEVELS.index(level) :]
    return next((one for one in above if one in there), level)


@operator("roll_over")
def roll_over(context: ServiceContext, line: str, publication: str | None = None) -> dict[str, Any]:
    """Puts the case's enterprise on the next round's list of a line: an approved entry that the next publication takes up.

    `publication` is the process that publishes; usually that of the case's own jurisdiction.
    """
    session, enterprise = context.session, context.enterprise
    publication = publication or f"{context.case.process_key.split('.')[0]}.list_publication"
    kinds = [kind for kind in list_kinds.of_publication(session, publication) if any(a.endswith(f"_{line}") for a in kind.starters)]
    own = [g for g in context.variable("grounds", []) if g in list_kinds.grounds_of(kinds)]
    office = find_authority(session, "province", line, context.case.region_code)
    if office is None:
        raise OperatorError("找不到滚动纳入下一轮名单的省级部门")
    province, year = _province(context), context.today.year + 1
    roster = session.scalars(
        select(Roster)
        .where(
            Roster.line == line, Roster.year == year, Roster.region_code == province, Roster.publication == publication,
            or_(Roster.status == RosterStatus.APPROVED, Roster.status == RosterStatus.OPEN), Roster.publication_case_id.is_(None),
        )
        .limit(1)
    ).first()  # fmt: skip
    if roster is None:
        roster = Roster(
            line=line, year=year, region_code=province, organisation_id=office.id, status=RosterStatus.APPROVED,
            publication=publication, created_at=clock.now(),
        )  # fmt: skip
        session.add(roster)
        session.flush()
    known = session.scalars(select(RosterEntry).where(RosterEntry.roster_id == roster.id, RosterEntry.uscc == enterprise.uscc)).first()
    if known is None:
        session.add(
            RosterEntry(
                roster_id=roster.id, uscc=enterprise.uscc, name=enterprise.name, region_code=enterprise.region_code,
                industry_code=enterprise.industry_code, address=enterprise.address,
                legal_representative=enterprise.legal_representative, contact_name=enterprise.contact_name,
                contact_phone=enterprise.contact_phone, grounds=own, status=EntryStatus.LISTED, added_by_id=office.id,
                rolled_from_case_id=context.case.id, reason="延期申请滚动纳入",
            )
        )  # fmt: skip
    return {}
