"""Opening a file: a design begun from a diagram that was saved elsewhere."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from app.cases import design_opening
from app.engine.errors import DiagramError
from app.web.api import uploads
from app.web.current import principal, transaction
from app.web.designer.blueprint import bp, index_page


@bp.post("/open")
def open_files() -> Any:
    given = {name: request.form.get(name, "").strip() for name in ("jurisdiction", "name", "title")}
    try:
        sent = uploads.read([file for file in request.files.getlist("files") if file.filename])
        with transaction() as session:
            design_id = design_opening.begin_from_files(session, principal(), sent, **given).id
    except DiagramError as error:
        return index_page(error.problems, given), 422
    return redirect(url_for("designer.edit", design_id=design_id))
