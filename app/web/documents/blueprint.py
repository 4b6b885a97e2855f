"""Printing: whatever has a written form, as PDF, Word or Excel. Published lists are for everybody, the rest for who may see it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask_login import login_required

from app.cases import paperwork
from app.cases.paper_sources import Paper
from app.model import Case, Task
from app.web.current import principal, reading
from app.web.downloads import attachment

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.get("/notices/<int:notice_id>.<any(pdf, docx):format>")
@login_required
def notice(notice_id: int, format: str) -> Response:
    return _file(paperwork.notice_paper(reading(), principal(), notice_id), format)


@bp.get("/lists/<int:publication_id>.<any(pdf, docx, xlsx):format>")
def public_list(publication_id: int, format: str) -> Response:
    if format == "xlsx":
        title, body = paperwork.publication_table(reading(), publication_id)
        return attachment(body, f"{title}.xlsx", paperwork.MEDIA_TYPES["xlsx"])
    return _file(paperwork.publication_paper(reading(), publication_id), format)


@bp.get("/rosters/<int:roster_id>/notices.<any(pdf, zip):format>")
@login_required
def listing_notices(roster_id: int, format: str) -> Response:
    """The written notices to all enterprises of a roster in one file."""
    _authorities_only()
    title, papers = paperwork.listing_papers(reading(), principal(), roster_id, request.args.get("part", 1, type=int))
    body = paperwork.render_all(title, papers, format)
    return attachment(body, f"{title}.{format}", paperwork.MEDIA_TYPES[format], inline=format == "pdf")


@bp.get("/rosters/<int:roster_id>/copy.<any(pdf, docx):format>")
@login_required
def copy_letter(roster_id: int, format: str) -> Response:
    _authorities_only()
    return _file(paperwork.copy_paper(reading(), principal(), roster_id), format)


@bp.get("/tasks/<int:task_id>.<any(pdf, docx):format>")
@login_required
def task(task_id: int, format: str) -> Response:
    return _file(paperwork.task_paper(reading(), principal(), task_id), format)


@bp.app_template_global()
def printable_steps(case: Case) -> list[tuple[Task, str]]:
    """Completed steps of a case that can be printed, with what their document is called."""
    return paperwork.papers_of_case(reading(), principal(), case)


def _authorities_only() -> None:
    if not principal().is_authority:
        abort(404)


def _file(paper: Paper, format: str) -> Response:
    """A PDF opens in the browser, where it can be printed; a Word file is saved."""
    body = paperwork.render(paper, format)
    return attachment(body, f"{paper.name}.{format}", paperwork.MEDIA_TYPES[format], inline=format == "pdf")
