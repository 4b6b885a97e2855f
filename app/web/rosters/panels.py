"""What stands beside the form of a task that works on a list (`_panel.html`) or publishes one (`_publication_panel.html`)."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.cases import roster_queries, rosters
from app.cases.errors import NotFound
from app.cases.roster_queries import Filters, Progress
from app.model import Case, Task, TaskStatus
from app.web.current import principal, reading
from app.web.rosters import words
from app.web.rosters.blueprint import bp

PANEL_ROWS = 10


@bp.app_template_global()
def roster_panel(task: Task, case: Case) -> dict[str, Any] | None:
    """What the roster panel shows; none where the case has no roster or it is not the person's to see."""
    session = reading()
    if case.roster_id is None:
        return None
    try:
        roster = rosters.find(session, principal(), case.roster_id)
    except NotFound:
        return None
    held = rosters.holding(session, principal(), roster)
    return {
        "roster": roster,
        "row": roster_queries.row_of(session, roster),
        "held": held if held is not None and held.task.id == task.id else None,
        "returned": roster_queries.returned(session, roster.id),
        "page": roster_queries.entry_page(session, roster.id, Filters(), 1),
        "shown": PANEL_ROWS,
        "kind": rosters.kind_of(session, roster),
        "words": words,
    }


@bp.app_template_global()
def publication_panel(task: Task, case: Case) -> dict[str, Any]:
    """What the publication panel shows: what would be published, or how far the cases have been started."""
    session = reading()
    progress = roster_queries.progress(session, case.id)
    waiting = roster_queries.about_to_publish(session, case) if progress is None and task.status == TaskStatus.OPEN else None
    return {"progress": progress, "summary": waiting, "words": words}


@bp.get("/publications/<int:case_id>/progress")
def progress(case_id: int) -> Any:
    """The part of a page that shows how far the cases of a publication have been started; it asks again until all are."""
    case = roster_queries.publication_case(reading(), principal(), case_id)
    found: Progress | None = roster_queries.progress(reading(), case.id)
    return render_template("rosters/_progress.html", progress=found, case=case)
