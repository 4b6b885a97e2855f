"""Documents of publications that have no wording of their own: what was published, on which article, and until when objections are taken.

Only Shandong's publications have documents in the words of its rules (`paperwork`); everybody else's say what their diagram says.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.cases.paper_sources import envelope, listed, place
from app.engine import store
from app.law import periods
from app.model import Case, Enterprise, Publication
from app.office import letters, templates
from app.office.official_document import OfficialDocument
from app.services import list_kinds

Rows = list[tuple[Enterprise, list[str]]]


def announcement(publication: Publication, rows: Rows) -> OfficialDocument:
    """What was published about an enterprise, or about a region."""
    named = "、".join(f"{e.name}（统一社会信用代码 {e.uscc}，{place(e.region_code)}）" for e, _ in rows)
    on = periods.format_date(publication.published_on)
    paragraphs = [f"{named}按照清洁生产审核的有关规定公布有关信息，公布日期 {on}"] if named else []
    paragraphs += [str(publication.body["text"])] if publication.body.get("text") else []
    paragraphs += [f"公示至 {periods.format_date(publication.closes_on)}，有异议的，请在期满前书面提出"] if publication.closes_on else []
    return letters.general_letter(
        authority=_publisher(publication), envelope=envelope(publication.published_on, demo=publication.is_demo), recipient="",
        title=publication.title, paragraphs=paragraphs or [f"公布日期 {on}"],
    )  # fmt: skip


def published_list(session: Session, publication: Publication, rows: Rows) -> OfficialDocument:
    """A published list: the article that its step cites, the enterprises, and the limits that count from the day."""
    case = session.get(Case, publication.case_id) if publication.case_id else None
    article = _article(session, case) if case is not None else ""
    limits = list_kinds.limits_since_publication(session, case, publication.published_on) if case is not None else []
    names: dict[str, str] = publication.body.get("grounds") or {}
    return templates.published_list(
        authority=_publisher(publication), envelope=envelope(publication.published_on, demo=publication.is_demo), title=publication.title,
        article=article, limits=[(name, limit.due_on) for name, limit in limits],
        enterprises=[listed(enterprise, basis="、".join(names.get(g, g) for g in grounds)) for enterprise, grounds in rows],
    )  # fmt: skip


def _article(session: Session, case: Case) -> str:
    """How the step that published cites its article: 《…细则》第四条(三)."""
    process = store.of_case(session, case).process
    publishing = {element for element, operator in process.operators if operator == "publish_list"}
    cited = next((e.properties.get("article", "") for e in process.elements.values() if e.id in publishing), "")
    title, _, place_in_it = cited.rpartition(" ")
    return f"《{title}》{place_in_it}" if title else cited


def _publisher(publication: Publication) -> templates.Authority:
    return templates.Authority(publication.publishers or "（发布机关待定）")
