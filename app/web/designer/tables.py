"""The page of a design's decision tables: the tables, their test rows, and what they answer as they stand in the browser."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template

from app.cases import design_tables, designs
from app.cases.errors import InvalidForm
from app.engine import table_rows
from app.web.current import principal, reading
from app.web.designer import given
from app.web.designer.blueprint import bp, problem_row

FIELDS = ("name", "title", "input", "input_label", "input_type", "output", "output_label", "output_type")


@bp.get("/<int:design_id>/tables")
def tables(design_id: int) -> Any:
    return render_template("designer/tables.html", design=designs.find(reading(), principal(), design_id))


@bp.get("/<int:design_id>/tables/list")
def list_tables(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    files = designs.files_of(session, designs.latest(session, design))
    types = [{"value": value, "label": label} for value, label in design_tables.TYPES.items()]
    return jsonify({"tables": design_tables.listed(session, design, files), "types": types, "most": table_rows.MAX_ROWS})


@bp.post("/<int:design_id>/tables/evaluate")
def evaluate_table(design_id: int) -> Any:
    designs.find(reading(), principal(), design_id)
    found = design_tables.evaluated(str(given.whole().get("path", "")), given.files())
    return jsonify({**found, "problems": [problem_row(one) for one in found["problems"]]})


@bp.post("/<int:design_id>/tables/new")
def new_table(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    files = designs.files_of(session, designs.latest(session, design)) | given.files()
    asked = {field: str(given.whole().get(field, "")).strip() for field in FIELDS}
    try:
        path, text = design_tables.new(session, design, files, asked)
    except InvalidForm as error:
        fields = {one.pointer.removeprefix("/"): one.message for one in error.problems}
        return jsonify({"detail": "；".join(fields.values()), "fields": fields}), 422
    return jsonify({"path": path, "text": text})
