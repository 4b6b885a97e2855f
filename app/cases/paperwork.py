"""Official documents of cases, rosters, notices and publications, for printing as PDF, Word or Excel. Changes nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.organisations import find_authority, region_at, superior
from app.access.principal import Principal
from app.cases import paper_notices, paper_publications, rosters
from app.cases.case_file import sees_own_side_only
from app.cases.errors import CaseError, NotFound
from app.cases.paper_sources import CaseFacts, Paper, authority, day_of, envelope, listed, place
from app.law import periods
from app.model import (
    Case,
    Enterprise,
    EntryStatus,
    Notice,
    Organisation,
    Publication,
    PublicationEntry,
    Roster,
    RosterEntry,
    RosterStatus,
    Task,
    TaskStatus,
)
from app.office import templates
from app.office.official_document import OfficialDocument
from app.office.table_workbook import Column, table_to_xlsx

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


# -- as files ---------------------------------------------------------------------------------------------------------


def render(paper: Paper, file_format: str) -> bytes:
    """A document as `pdf` or `docx`. The writers are loaded when they are first used: they are large."""
    if file_format == "pdf":
        from app.office.pdf import to_pdf

        return to_pdf(paper.document)
    from app.office.word import to_docx

    return to_docx(paper.document)


def render_all(title: str, papers: Sequence[Paper], file_format: str) -> bytes:
    """Many documents as one `pdf`, or as a `zip` of Word files."""
    if file_format == "pdf":
        from app.office.pdf_batch import to_pdf_batch

        return to_pdf_batch(title, [paper.document for paper in papers])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, paper in enumerate(papers, start=1):
            archive.writestr(f"{number:03d} {safe_name(paper.name)}.docx", render(paper, "docx"))
    return buffer.getvalue()


def safe_name(name: str) -> str:
    """A name that every file system takes."""
    return "".join("_" if character in '\\/:*?"<>|' or ord(character) < 32 else character for character in name).strip()[:100] or "文件"


# -- notices ----------------------------------------------------------------------------------------------------------


def notice_paper(session: Session, principal: Principal, notice_id: int) -> Paper:
    """The written form of a notice: for its recipient, and for authorities that see the case. Raises `NotFound`."""
    readable = scope.notices(principal)
    if not sees_own_side_only(principal):
        readable = or_(readable, Notice.case_id.in_(select(Case.id).where(scope.cases(principal))))
    row = session.execute(
        select(Notice, Organisation, Case)
        .join(Organisation, Organisation.id == Notice.organisation_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(Notice.id == notice_id, readable)
    ).first()
    if row is None:
        raise NotFound()
    notice, recipient, case = row
    return Paper(f"{notice.title}（{recipient.name}）", paper_notices.document_of(session, notice, recipient, case))


# -- rosters ----------------------------------------------------------------------------------------------------------

BATCH = 200
"""Notices in one file. A list of more comes in parts."""


def listing_papers(session: Session, principal: Principal, roster_id: int, part: int = 1) -> tuple[str, list[Paper]]:
    """The written notices to all listed enterprises of a roster. Raises `NotFound`, `CaseError` while it is not approved."""
    roster, case = _approved(session, principal, roster_id, "listing_notice")
    entries = session.scalars(
        select(RosterEntry)
        .where(RosterEntry.roster_id == roster.id, RosterEntry.status == EntryStatus.LISTED)
        .order_by(RosterEntry.region_code, RosterEntry.id)
        .limit(BATCH)
        .offset((max(part, 1) - 1) * BATCH)
    ).all()
    if not entries:
        raise CaseError("名单上没有列入的企业，没有通知书可打印")
    facts = CaseFacts(session, case) if case else None
    notified = facts.submitted("shandong/listing_notice.json") if facts else None
    on = day_of(notified.completed_at) if notified and notified.completed_at else clock.today()
    publication = session.get(Publication, entries[0].publication_id) if entries[0].publication_id else None
    on = max(on, publication.published_on) if publication else on
    bureau = session.get_one(Organisation, roster.organisation_id)
    papers = [Paper(entry.name, paper_notices.listing_notice(session, roster, entry, on, facts)) for entry in entries]
    return f"{bureau.name}{roster.year}年度强制性清洁生产审核书面通知", papers


def parts(listed_entries: int) -> int:
    """How many files the notices of a roster come in."""
    return max(1, -(-listed_entries // BATCH))


def copy_paper(session: Session, principal: Principal, roster_id: int) -> Paper:
    """抄送函 of an approved roster to the other line's authority at the level that proposed it. Raises `NotFound`, `CaseError`."""
    roster, case = _approved(session, principal, roster_id, "copy_letter")
    bureau = session.get_one(Organisation, roster.organisation_id)
    other = find_authority(session, bureau.level or "county", _other(roster.line), roster.region_code)
    copied = CaseFacts(session, case).submitted("shandong/listing_copy.json") if case else None
    on = day_of(copied.completed_at) if copied and copied.completed_at else clock.today()
    document = paper_notices.copy_letter(session, roster, other.name if other else "同级有关部门", on)
    return Paper(f"{bureau.name}{roster.year}年度名单抄送函", document)


def _other(line: str) -> str:
    return "coordinator" if line == "environment" else "environment"


def _approved(session: Session, principal: Principal, roster_id: int, letter: str) -> tuple[Roster, Case | None]:
    roster = rosters.find(session, principal, roster_id)
    if letter not in rosters.kind_of(session, roster).letters:
        raise CaseError("这种名单的书面通知在公布以后由各案件送达，不在这里打印")
    if roster.status == RosterStatus.OPEN:
        raise CaseError("名单还没有核定，核定后才能打印通知书和抄送函")
    case = session.scalars(select(Case).where(Case.roster_id == roster.id).order_by(Case.id).limit(1)).first()
    return roster, case


# -- publications: for everybody --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """A publication with the enterprises that it names."""

    publication: Publication
    rows: list[tuple[Enterprise, list[str]]]


def published(session: Session, publication_id: int) -> Published:
    """A publication, which anybody may read. Raises `NotFound`."""
    publication = session.get(Publication, publication_id)
    if publication is None:
        raise NotFound()
    if publication.enterprise_id is not None:
        enterprise = session.get_one(Enterprise, publication.enterprise_id)
        return Published(publication, [(enterprise, list(publication.body.get("grounds") or []))])
    found = session.execute(
        select(Enterprise, PublicationEntry.grounds)
        .join(PublicationEntry, PublicationEntry.enterprise_id == Enterprise.id)
        .where(PublicationEntry.publication_id == publication.id)
        .order_by(PublicationEntry.position)
    ).all()
    return Published(publication, [(enterprise, list(grounds)) for enterprise, grounds in found])


def publication_paper(session: Session, publication_id: int) -> Paper:
    """The official document of a publication."""
    found = published(session, publication_id)
    publication = found.publication
    case = session.get(Case, publication.case_id) if publication.case_id else None
    in_words_of_its_rules = case is None or case.process_key.startswith("shandong.")
    builder = _PUBLICATIONS.get(publication.kind) if in_words_of_its_rules else None
    if builder is not None:
        return Paper(publication.title, builder(session, found))
    if publication.kind == "mandatory_list":
        return Paper(publication.title, paper_publications.published_list(session, publication, found.rows))
    return Paper(publication.title, paper_publications.announcement(publication, found.rows))


def _mandatory_list(session: Session, found: Published) -> OfficialDocument:
    publication = found.publication
    province = region_at("province", publication.region_code)
    offices = [find_authority(session, "province", body, province) for body in ("coordinator", "environment")]
    issuers = [authority(office) for office in offices if office is not None] or [templates.Authority(publication.publishers)]
    return templates.public_list(
        authorities=issuers, envelope=envelope(publication.published_on, demo=publication.is_demo), year=publication.year,
        enterprises=[listed(enterprise, grounds) for enterprise, grounds in found.rows], published_on=publication.published_on,
    )  # fmt: skip


def _acceptance_notice(session: Session, found: Published) -> OfficialDocument:
    publication = found.publication
    return templates.result_announcement(
        authority=_office(session, publication, "shandong/acceptance_notice.json"),
        envelope=envelope(publication.published_on, demo=publication.is_demo), enterprises=_with_results(found), year=publication.year,
        first_day=publication.published_on,
        last_day=publication.closes_on or periods.workdays(10, since=publication.published_on).due_on,
    )  # fmt: skip


def _passed_list(session: Session, found: Published) -> OfficialDocument:
    publication = found.publication
    return templates.passed_list(
        authority=_office(session, publication, "shandong/acceptance_passed_list.json"),
        envelope=envelope(publication.published_on, demo=publication.is_demo), enterprises=_with_results(found),
        period=f"{publication.published_on.year}年{publication.published_on.month}月",
    )  # fmt: skip


def _office(session: Session, publication: Publication, form: str) -> templates.Authority:
    """Who carried out the step that published; else whoever the publication names."""
    case = session.get(Case, publication.case_id) if publication.case_id else None
    office = CaseFacts(session, case).office_of(form) if case else None
    return authority(office) if office else _publisher(publication)


def _publisher(publication: Publication) -> templates.Authority:
    return templates.Authority(publication.publishers or "（发布机关待定）")


def _with_results(found: Published) -> list[templates.ListedEnterprise]:
    result = str(found.publication.body.get("acceptance_result") or "")
    return [listed(enterprise, grounds, result) for enterprise, grounds in found.rows]


_PUBLICATIONS: dict[str, Callable[[Session, Published], OfficialDocument]] = {
    "mandatory_list": _mandatory_list,
    "acceptance_notice": _acceptance_notice,
    "passed_list": _passed_list,
}
_COLUMNS = (
    Column("number", "序号", 6, "integer"), Column("name", "企业名称", 36), Column("uscc", "统一社会信用代码", 22),
    Column("region", "所在地", 24), Column("industry", "行业代码", 10), Column("grounds", "列入依据", 18),
)  # fmt: skip


def publication_table(session: Session, publication_id: int) -> tuple[str, bytes]:
    """A published list as an Excel workbook, with its title."""
    found = published(session, publication_id)
    names: dict[str, str] = found.publication.body.get("grounds") or {g: f"第八条{item}项" for g, item in _ITEMS.items()}
    rows = (
        {
            "number": number, "name": enterprise.name, "uscc": enterprise.uscc, "region": place(enterprise.region_code),
            "industry": enterprise.industry_code, "grounds": "、".join(names.get(g, g) for g in grounds),
        }
        for number, (enterprise, grounds) in enumerate(found.rows, start=1)
    )  # fmt: skip
    return found.publication.title, table_to_xlsx(found.publication.title, _COLUMNS, rows)


_ITEMS = {"1": "（一）", "2": "（二）", "3": "（三）"}


# -- documents of single steps ----------------------------------------------------------------------------------------

PRINTABLE = {
    "shandong/extension_opinion.json": "延期申请意见",
    "shandong/rectification_order.json": "整改通知书",
    "shandong/rectification_advice.json": "整改建议书",
}
"""Forms of completed steps whose document is not a notice or a publication."""


def papers_of_case(session: Session, principal: Principal, case: Case) -> list[tuple[Task, str]]:
    """Completed steps of a visible case that can be printed as a document, for authorities."""
    if not principal.is_authority:
        return []
    tasks = session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.form.in_(PRINTABLE), Task.status == TaskStatus.COMPLETED)
        .order_by(Task.completed_at)
    )
    return [(task, PRINTABLE[task.form or ""]) for task in tasks]


def task_paper(session: Session, principal: Principal, task_id: int) -> Paper:
    """The document of a completed step, for authorities that see the case. Raises `NotFound`."""
    row = session.execute(select(Task, Case).join(Case, Case.id == Task.case_id).where(Task.id == task_id, scope.tasks(principal))).first()
    if row is None or not principal.is_authority or row[0].form not in PRINTABLE or row[0].status != TaskStatus.COMPLETED:
        raise NotFound()
    task, case = row
    facts = CaseFacts(session, case, until=task.completed_at)
    enterprise = facts.enterprise
    if enterprise is None:
        raise NotFound()
    grounds = list(facts.variables().get("grounds") or [])
    name = f"{PRINTABLE[task.form]}（{enterprise.name}）"
    if task.form == "shandong/extension_opinion.json":
        return Paper(name, _extension_opinion(session, facts, task, enterprise, grounds))
    advice = task.form == "shandong/rectification_advice.json"
    on = day_of(task.completed_at)
    return Paper(name, paper_notices.rectification(session, facts, enterprise, grounds, on, demo=case.is_demo, advice=advice))


def _extension_opinion(session: Session, facts: CaseFacts, task: Task, enterprise: Enterprise, grounds: list[str]) -> OfficialDocument:
    office = session.get(Organisation, task.organisation_id) if task.organisation_id else None
    above = superior(session, office) if office else None
    applied = facts.submitted("shandong/extension_apply.json")
    given: dict[str, Any] = dict(task.data or {})
    variables = facts.variables()
    on = day_of(task.completed_at) if task.completed_at else clock.today()
    since = variables.get("list_published_on")
    due = periods.years(1, since=since, since_label="名单公布").due_on if since else on
    stated = [text for text in ((applied.data or {}).get("reason"), (applied.data or {}).get("progress")) if text] if applied else []
    return templates.extension_opinion(
        authority=authority(office), envelope=envelope(on, demo=facts.case.is_demo), recipient=above.name if above else "上级主管部门",
        enterprise=listed(enterprise, grounds), applied_on=day_of(applied.completed_at) if applied and applied.completed_at else on,
        original_due=due, reasons=stated or ["见企业书面说明"], opinion=given.get("opinion") or "情况属实", supports=True,
    )  # fmt: skip
