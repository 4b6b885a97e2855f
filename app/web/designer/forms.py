"""The form builder of a design: its page, and what it asks while a form is being built."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template

from app.cases import design_forms, designs, form_check
from app.web.current import principal, reading
from app.web.designer import given
from app.web.designer.blueprint import bp, problem_row


@bp.get("/<int:design_id>/forms")
def forms(design_id: int) -> Any:
    design = designs.find(reading(), principal(), design_id)
    return render_template("designer/forms.html", design=design)


@bp.get("/<int:design_id>/forms/about")
def about_forms(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    return jsonify(design_forms.about(designs.files_of(session, designs.latest(session, design))))


@bp.post("/forms/check")
def check_form() -> Any:
    sent = given.whole()
    texts = [str(sent.get(key, "")).encode() for key in ("schema", "ui")]
    return jsonify({"problems": [problem_row(one) for one in form_check.check(str(sent.get("path", "")), *texts)]})


@bp.post("/forms/try")
def try_form() -> Any:
    sent = given.whole()
    return jsonify({"data": design_forms.tried(form_check.read(str(sent.get("schema", "")).encode()), sent.get("data"))})
