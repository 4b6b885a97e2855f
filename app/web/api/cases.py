"""Cases: list, start, look at one and at what happened in it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for
from sqlalchemy.orm import Session

from app.cases import manual_start
from app.cases.idempotency import Answer
from app.model import Case, CaseStatus
from app.model.identifiers import IdentifierError, check_region
from app.web.api import bodies, paging, queries, shapes
from app.web.api.acts import perform
from app.web.api.callers import caller
from app.web.api.problems import invalid
from app.web.current import reading


def list_cases() -> Response:
    filters = {
        "q": bodies.text("q"),
        "process": bodies.text("process"),
        "status": bodies.one_of("status", tuple(CaseStatus)),
        "region": _region(),
    }
    size, after = paging.limit(), paging.cursor(paging.row_id)
    rows = queries.cases(reading(), caller(), filters, after, size + 1)
    return paging.page(list(rows), size, shapes.case, lambda row: str(row.id))


def _region() -> str | None:
    code = bodies.text("region")
    try:
        return check_region(code) if code else None
    except IdentifierError as error:
        raise invalid("/region", str(error)) from error


def start() -> Response:
    body = bodies.json_body("CaseStart")

    def act(session: Session) -> Answer:
        case = manual_start.start(session, caller(), body["process"], body["region"], body.get("enterprise"), body.get("data", {}))
        return Answer(201, {"id": case.id, "number": case.number}, {"Location": url_for("api.case", case_id=case.id)})

    return perform(act)


def case(case_id: int) -> Response:
    found: Case = queries.case(reading(), caller(), case_id)
    return jsonify(shapes.case_with_tasks(found, list(queries.open_tasks(reading(), found.id))))


def events(case_id: int) -> Response:
    size, after = paging.limit(), paging.cursor(paging.row_id)
    rows = queries.events(reading(), caller(), case_id, after, size + 1)

    def shape(row: Any) -> dict[str, Any]:
        return shapes.event(caller(), *row)

    return paging.page(list(rows), size, shape, lambda row: str(row[0].id))
