"""What everybody may see without signing in: published lists, and what was published about one enterprise. Nothing else is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from app.access.organisations import region_prefix
from app.cases.errors import NotFound
from app.model import Enterprise, Publication, PublicationEntry

LIST = "mandatory_list"
KINDS = {
    LIST: "强制性审核名单",
    "disclosure": "企业信息公开",
    "audit_result": "审核结果公布",
    "acceptance_notice": "验收结果公示",
    "passed_list": "验收合格名单",
    "announcement": "公告",
}
PAGE = 50

T = TypeVar("T")


@dataclass(frozen=True)
class ListRow:
    """A published list with how many enterprises stand on it."""

    publication: Publication
    entries: int


@dataclass(frozen=True)
class Found(Generic[T]):
    """One page of something."""

    rows: Sequence[T]
    page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def lists(session: Session, *, q: str = "", year: int | None = None, region: str = "", page: int = 1) -> Found[ListRow]:
    """Published lists, newest first. `q` is part of a title or of the name or code of an enterprise on the list."""
    conditions: list[ColumnElement[bool]] = [Publication.kind == LIST]
    if year:
        conditions.append(Publication.year == year)
    about = [PublicationEntry.publication_id == Publication.id, Enterprise.id == PublicationEntry.enterprise_id]
    if region:
        conditions.append(exists().where(*about, _within(region)))
    if q:
        conditions.append(or_(Publication.title.contains(q, autoescape=True), exists().where(*about, _named(q))))
    total = session.scalar(select(func.count()).select_from(Publication).where(*conditions)) or 0
    entries = (
        select(func.count())
        .select_from(PublicationEntry)
        .where(PublicationEntry.publication_id == Publication.id)
        .correlate(Publication)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Publication, entries)
        .where(*conditions)
        .order_by(Publication.published_on.desc(), Publication.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return Found([ListRow(publication, count) for publication, count in rows], page, total)


def latest(session: Session, kinds: Sequence[str], limit: int) -> list[Publication]:
    """The newest publications of some kinds."""
    return list(
        session.scalars(
            select(Publication)
            .where(Publication.kind.in_(kinds))
            .order_by(Publication.published_on.desc(), Publication.id.desc())
            .limit(limit)
        )
    )


def years(session: Session) -> list[int]:
    return list(session.scalars(select(Publication.year).where(Publication.kind == LIST).distinct().order_by(Publication.year.desc())))


def cities(session: Session, publication_id: int | None = None) -> list[str]:
    """Codes of the cities whose enterprises stand on published lists."""
    city = func.substr(Enterprise.region_code, 1, 4)
    query = select(city).join(PublicationEntry, PublicationEntry.enterprise_id == Enterprise.id).distinct().order_by(city)
    if publication_id is not None:
        query = query.where(PublicationEntry.publication_id == publication_id)
    return [f"{code}00" for code in session.scalars(query)]


def publication(session: Session, publication_id: int) -> Publication:
    """A published list. Raises `NotFound`."""
    found = session.get(Publication, publication_id)
    if found is None or found.kind != LIST:
        raise NotFound("没有这份名单")
    return found


def entries(
    session: Session, publication_id: int, *, q: str = "", region: str = "", page: int = 1
) -> Found[tuple[PublicationEntry, Enterprise]]:
    """Enterprises of a published list, in its order."""
    conditions: list[ColumnElement[bool]] = [PublicationEntry.publication_id == publication_id]
    if q:
        conditions.append(_named(q))
    if region:
        conditions.append(_within(region))
    joined = select(PublicationEntry, Enterprise).join(Enterprise, Enterprise.id == PublicationEntry.enterprise_id).where(*conditions)
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    rows = session.execute(joined.order_by(PublicationEntry.position).limit(PAGE).offset((page - 1) * PAGE)).all()
    return Found([(entry, enterprise) for entry, enterprise in rows], page, total)


@dataclass(frozen=True)
class PublicRecord:
    """What was published about an enterprise."""

    enterprise: Enterprise
    lists: Sequence[tuple[PublicationEntry, Publication]]
    publications: Sequence[Publication]


def record(session: Session, uscc: str) -> PublicRecord:
    """An enterprise that something was published about; others are not shown. Raises `NotFound`."""
    enterprise = session.scalars(select(Enterprise).where(Enterprise.uscc == uscc)).first()
    if enterprise is None:
        raise NotFound("没有公布过这家企业的信息")
    on_lists = session.execute(
        select(PublicationEntry, Publication)
        .join(Publication, Publication.id == PublicationEntry.publication_id)
        .where(PublicationEntry.enterprise_id == enterprise.id)
        .order_by(Publication.published_on.desc())
    ).all()
    own = session.scalars(
        select(Publication)
        .where(Publication.enterprise_id == enterprise.id, Publication.kind.in_(set(KINDS) - {LIST}))
        .order_by(Publication.published_on.desc(), Publication.id.desc())
    ).all()
    if not on_lists and not own:
        raise NotFound("没有公布过这家企业的信息")
    return PublicRecord(enterprise, [(entry, found) for entry, found in on_lists], own)


def search_enterprises(session: Session, q: str, limit: int = 20) -> list[Enterprise]:
    """Enterprises on published lists by part of their name or by their code."""
    listed = exists().where(PublicationEntry.enterprise_id == Enterprise.id)
    return list(session.scalars(select(Enterprise).where(listed, _named(q)).order_by(Enterprise.name).limit(limit)))


def _named(q: str) -> ColumnElement[bool]:
    return or_(Enterprise.name.contains(q, autoescape=True), Enterprise.uscc == q.upper())


def _within(region: str) -> ColumnElement[bool]:
    return Enterprise.region_code.startswith(region_prefix(region), autoescape=True)
