"""Process versions: list, upload as a draft, deploy."""

from __future__ import annotations

import re

from flask import Response, jsonify
from sqlalchemy.orm import Session

from app.cases import administration, library
from app.cases.errors import NotFound
from app.cases.idempotency import Answer
from app.model import Role
from app.simulation import deployment
from app.web.api import bodies, queries, shapes, uploads
from app.web.api.acts import perform
from app.web.api.callers import caller, require
from app.web.current import reading


def list_processes() -> Response:
    return jsonify([shapes.definition(found) for found in queries.definitions(reading(), caller())])


def upload() -> Response:
    """Stores the uploaded diagrams with their tables and forms as drafts, or nothing."""
    require(Role.ADMINISTRATOR)
    sent = uploads.read(bodies.files("files"))

    def act(session: Session) -> Answer:
        made = uploads.add_drafts(session, sent)
        administration.record_drafts(session, caller(), made.drafts)
        first, drafts = made.drafts[0], [shapes.definition(draft) for draft in made.drafts]
        return Answer(201, {"key": first.key, "version": first.version, "drafts": drafts, "warnings": shapes.problems(made.hints)})

    return perform(act)


def deploy(key: str, version: int) -> Response:
    """Puts a draft into force; 409 with every problem when the checks do not let it."""
    require(Role.ADMINISTRATOR)
    bodies.json_body("Nothing")
    if not re.fullmatch(r"[\w.-]{1,80}", key):
        raise NotFound()

    deployment.hold_against_kept(reading(), key, version)

    def act(session: Session) -> Answer:
        deployed = administration.deploy(session, caller(), key, version)
        return Answer(200, {**shapes.definition(deployed), "warnings": shapes.problems(library.hints(session, deployed))})

    return perform(act)
