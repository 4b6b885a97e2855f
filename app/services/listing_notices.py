"""The written notice to each enterprise of a list: by the bureau that proposed it, or, once it is published, by the office of the place."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.access.organisations import region_prefix
from app.model import Enterprise, EntryStatus, Organisation, Publication, PublicationEntry, Roster, RosterEntry
from app.services.context import OperatorError, ServiceContext, operator
from app.services.lists import ensure_enterprises
from app.services.notices import TEMPLATES, Message, contact_of, tell


@operator("notify_listed_enterprises")
def notify_listed_enterprises(
    context: ServiceContext, title: str | None = None, text: str | None = None, next_step: str | None = None
) -> None:
    """The written notice to each enterprise of the case's roster; without one, to those of its region on the list `publication_id`."""
    session = context.session
    known_title, known_text = TEMPLATES["listing"]
    tell(
        session,
        context.case,
        [
            Message(
                key=f"listing:{context.key}:{listed.uscc}",
                organisation=listed.organisation,
                kind="notice",
                title=title or known_title,
                body=text or known_text,
                next_step=next_step or (None if text else "等待名单公布；公布后一个月内公开信息，两个月内启动审核"),
                contact=contact_of(listed.office),
                template=None if text else "listing",
                facts={"grounds": listed.grounds, "year": listed.year, "enterprise": listed.name, "uscc": listed.uscc},
            )
            for listed in (_of_roster(context) if context.case.roster_id else _of_published_list(context))
        ],
    )


@dataclass(frozen=True)
class _Listed:
    """An enterprise that is told that it is listed, and by whom."""

    uscc: str
    name: str
    organisation: Organisation
    grounds: list[str]
    year: int
    office: Organisation | None


def _of_roster(context: ServiceContext) -> list[_Listed]:
    session = context.session
    entries = session.scalars(
        select(RosterEntry).where(RosterEntry.roster_id == context.case.roster_id, RosterEntry.status == EntryStatus.LISTED)
    ).all()
    enterprises = ensure_enterprises(session, list(entries), is_demo=context.case.is_demo)
    roster = session.get_one(Roster, context.case.roster_id)
    office = session.get(Organisation, roster.organisation_id)
    return [
        _Listed(entry.uscc, entry.name, enterprises[entry.uscc].organisation, list(entry.grounds), roster.year, office) for entry in entries
    ]


def _of_published_list(context: ServiceContext) -> list[_Listed]:
    session = context.session
    publication = session.get(Publication, context.variable("publication_id"))
    if publication is None:
        raise OperatorError("这个案件没有对应的名单")
    rows = session.execute(
        select(PublicationEntry, Enterprise)
        .join(Enterprise, Enterprise.id == PublicationEntry.enterprise_id)
        .where(
            PublicationEntry.publication_id == publication.id,
            Enterprise.region_code.startswith(region_prefix(context.case.region_code), autoescape=True),
        )
        .order_by(PublicationEntry.position)
    ).all()
    office = session.get(Organisation, context.organisation_id) if context.organisation_id else None
    return [
        _Listed(enterprise.uscc, enterprise.name, enterprise.organisation, list(entry.grounds), publication.year, office)
        for entry, enterprise in rows
    ]
