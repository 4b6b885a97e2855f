"""Finding cases and enterprises: lists, searches, and what belongs together. Changes nothing."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.access import scope
from app.access.principal import Principal
from app.cases.errors import NotFound
from app.cases.search_terms import case_id_of, region_within
from app.model import (
    Case,
    CaseStatus,
    Definition,
    Enterprise,
    EnterpriseRecord,
    Publication,
    PublicationEntry,
    Task,
    TaskStatus,
)

PAGE = 50
RECORD_KINDS = {
    "order": "责令改正",
    "fine": "罚款",
    "penalty": "依其他法律处罚",
    "withdrawal": "收回证书",
    "credit": "信用记录",
    "restriction": "限制享受优惠政策",
    "filing": "备案",
}


@dataclass(frozen=True)
class CaseRow:
    """A case in a list: what it is about, where it stands, what is due next."""

    case: Case
    procedure: str
    subject: str
    uscc: str
    stages: tuple[str, ...] = ()
    due_on: dt.date | None = None
    warn_on: dt.date | None = None
    clock_stopped: bool = False


def page(
    session: Session, principal: Principal, *, q: str = "", process: str = "", region: str = "", status: str = "", below: int = 0,
    size: int = PAGE,
) -> tuple[list[CaseRow], int]:  # fmt: skip
    """Cases that the person may see, newest first, with the id below which the next page lies (0: there is none)."""
    query = _case_query(principal)
    if q:
        query = query.where(_case_matches(q))
    if process:
        query = query.where(Case.process_key == process)
    if region:
        query = query.where(region_within(Case.region_code, region))
    if status in set(CaseStatus):
        query = query.where(Case.status == status)
    if below:
        query = query.where(Case.id < below)
    found = session.execute(query.order_by(Case.id.desc()).limit(size + 1)).all()
    rows = with_stages(session, [CaseRow(r.Case, r.procedure, r.enterprise or r.Case.title, r.uscc or "") for r in found[:size]])
    return rows, rows[-1].case.id if len(found) > size else 0


def _case_query(principal: Principal) -> Select[Any]:
    return (
        select(Case, Definition.name.label("procedure"), Enterprise.name.label("enterprise"), Enterprise.uscc)
        .join(Definition, Definition.id == Case.definition_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(scope.cases(principal))
    )


def _case_matches(q: str) -> Any:
    case_id = case_id_of(q)
    clauses = [_enterprise_matches(q), Case.title.like(_pattern(q), escape="!")]
    return or_(*clauses, Case.id == case_id) if case_id is not None else or_(*clauses)


def _enterprise_matches(q: str) -> Any:
    return or_(Enterprise.name.like(_pattern(q), escape="!"), Enterprise.uscc.like(_pattern(q.upper()), escape="!"))


def _pattern(q: str) -> str:
    return "%" + re.sub(r"([!%_])", r"!\1", q) + "%"


def with_stages(session: Session, rows: list[CaseRow]) -> list[CaseRow]:
    """The rows with the open steps of their cases and the limit that comes first, in one more statement for all of them."""
    ids = [row.case.id for row in rows if row.case.status != CaseStatus.ENDED]
    if not ids:
        return rows
    found: dict[int, list[Any]] = {}
    for task in session.execute(
        select(Task.case_id, Task.name, Task.due_on, Task.warn_on, Task.clock_stopped, Task.optional)
        .where(Task.case_id.in_(ids), Task.status == TaskStatus.OPEN)
        .order_by(Task.case_id, Task.sort_due, Task.id)
    ):
        found.setdefault(task.case_id, []).append(task)
    filled = []
    for row in rows:
        tasks = found.get(row.case.id, [])
        names = tuple(dict.fromkeys(t.name for t in tasks if not t.optional)) or tuple(dict.fromkeys(t.name for t in tasks))
        first = next((t for t in tasks if t.due_on is not None), None)
        due = (first.due_on, first.warn_on, first.clock_stopped) if first else (None, None, False)
        filled.append(CaseRow(row.case, row.procedure, row.subject, row.uscc, names, *due))
    return filled


def search_enterprises(session: Session, principal: Principal, q: str, limit: int = PAGE) -> list[Enterprise]:
    """Enterprises by name or code."""
    query = select(Enterprise).where(scope.enterprises(principal), _enterprise_matches(q))
    return list(session.scalars(query.order_by(Enterprise.name, Enterprise.id).limit(limit)))


def enterprises(
    session: Session, principal: Principal, *, q: str = "", region: str = "", above: int = 0, size: int = PAGE
) -> tuple[list[Enterprise], int]:
    """Enterprises that the person may see, in the order of their entry, with the id above which the next page lies."""
    query = select(Enterprise).where(scope.enterprises(principal), Enterprise.id > above)
    if q:
        query = query.where(_enterprise_matches(q))
    if region:
        query = query.where(region_within(Enterprise.region_code, region))
    found = list(session.scalars(query.order_by(Enterprise.id).limit(size + 1)))
    return found[:size], found[size - 1].id if len(found) > size else 0


# -- what happened --------------------------------------------------------------------------------------------------------


def related(session: Session, principal: Principal, case: Case) -> list[tuple[str, CaseRow]]:
    """The case that this one came from, those that came from it, and others about the same enterprise."""
    same = [Case.parent_id == case.id]
    if case.parent_id is not None:
        same.append(Case.id == case.parent_id)
    if case.enterprise_id is not None:
        same.append(Case.enterprise_id == case.enterprise_id)
    found = session.execute(_case_query(principal).where(or_(*same), Case.id != case.id).order_by(Case.id.desc()).limit(200)).all()
    rows = with_stages(session, [CaseRow(r.Case, r.procedure, r.enterprise or r.Case.title, r.uscc or "") for r in found])

    def how(row: CaseRow) -> str:
        if row.case.id == case.parent_id:
            return "来源案件"
        return "由本案发起" if row.case.parent_id == case.id else "同一企业"

    return [(how(row), row) for row in rows]


# -- one enterprise -------------------------------------------------------------------------------------------------------


def enterprise(session: Session, principal: Principal, enterprise_id: int) -> Enterprise:
    """An enterprise that the person may see. Raises `NotFound`."""
    found = session.scalars(select(Enterprise).where(Enterprise.id == enterprise_id, scope.enterprises(principal))).first()
    if found is None:
        raise NotFound()
    return found


def cases_of(session: Session, principal: Principal, enterprise_id: int) -> list[CaseRow]:
    found = session.execute(_case_query(principal).where(Case.enterprise_id == enterprise_id).order_by(Case.id.desc())).all()
    return with_stages(session, [CaseRow(r.Case, r.procedure, r.enterprise or "", r.uscc or "") for r in found])


def records_of(session: Session, enterprise_id: int) -> list[tuple[EnterpriseRecord, Case]]:
    """Sanctions, credit records, restrictions and filings, newest first."""
    rows = session.execute(
        select(EnterpriseRecord, Case)
        .join(Case, Case.id == EnterpriseRecord.case_id)
        .where(EnterpriseRecord.enterprise_id == enterprise_id)
        .order_by(EnterpriseRecord.recorded_on.desc(), EnterpriseRecord.id.desc())
    )
    return [(record, case) for record, case in rows]


def listings_of(session: Session, enterprise_id: int) -> list[tuple[Publication, PublicationEntry]]:
    """The published lists that name an enterprise."""
    rows = session.execute(
        select(Publication, PublicationEntry)
        .join(PublicationEntry, PublicationEntry.publication_id == Publication.id)
        .where(PublicationEntry.enterprise_id == enterprise_id)
        .order_by(Publication.published_on.desc())
    )
    return [(publication, entry) for publication, entry in rows]


# -- the live diagram -----------------------------------------------------------------------------------------------------
