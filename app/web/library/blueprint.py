"""流程库, for everybody who signs in: what the law of a place is drawn like, and on which articles it rests."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_login import login_required
from sqlalchemy.orm import Session

from app.cases import process_library
from app.cases import process_view as view
from app.cases.applicable_law import jurisdiction_of
from app.cases.coverage import in_use
from app.cases.errors import NotFound
from app.engine.legal_facts import legal_facts
from app.law.labels import PROCEDURE_KINDS
from app.model import Definition
from app.web import definition_levels
from app.web.current import principal, reading

bp = Blueprint("library", __name__, url_prefix="/library")


@bp.before_request
@login_required
def _signed_in() -> None:
    """Regulations are nobody's secret; who is signed in may read how they are carried out."""


@bp.get("/")
def index() -> Any:
    """The reader's own place, or the first one."""
    places = [slug for slug, _, _ in process_library.places(reading())]
    if not places:
        return render_template("library/index.html", places=[], slug="", shelves=[])
    office = principal().organisation
    own = jurisdiction_of(office.region_code) if office is not None and office.region_code else None
    return redirect(url_for("library.place", slug=own if own in places else places[0]))


@bp.get("/<slug>/")
def place(slug: str) -> Any:
    session = reading()
    places = process_library.places(session)
    if slug not in [known for known, _, _ in places]:
        raise NotFound("这个地区还没有流程")
    return render_template("library/index.html", places=places, slug=slug, shelves=process_library.shelves(session, slug))


@bp.get("/<slug>/<key>")
def process(slug: str, key: str) -> Any:
    session = reading()
    definition = _found(session, key)
    if definition.jurisdiction != slug:
        return redirect(url_for("library.process", slug=definition.jurisdiction, key=key))
    compiled = view.compiled(session, definition)
    steps = process_library.steps_in(name for facts in legal_facts(key, compiled.processes) for name in facts.basis)
    called = compiled.process.properties.get("starts", "called") == "called"
    return render_template(
        "library/process.html",
        one=process_library.title(definition, steps, compiled.process.documentation, called=called),
        kind=PROCEDURE_KINDS.get(definition.kind or "", "其他"),
        documentation=compiled.process.documentation,
        levels=definition_levels.levels(definition, compiled, "library.drawing"),
        inner=[(compiled.processes[name], rows) for name in view.call_order(compiled) if (rows := view.elements(compiled, name))],
    )


@bp.get("/drawings/<key>/<int:version>/<process_key>.bpmn")
def drawing(key: str, version: int, process_key: str) -> Any:
    session = reading()
    definition = _found(session, key)
    if definition.version != version:
        raise NotFound("这一版已经不用，请刷新页面")
    body = view.diagram_body(view.compiled(session, definition), process_key)
    return Response(body, mimetype="application/xml", headers={"Cache-Control": "private, max-age=3600"})


def _found(session: Session, key: str) -> Definition:
    found = next((definition for definition in in_use(session) if definition.key == key), None)
    if found is None:
        raise NotFound("没有这个流程")
    return found
