"""Pages and calls of the designer. Only administrators reach any of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from app.cases import approvals, design_view, designs, version_history
from app.engine.errors import DiagramError, Problem
from app.law.catalogue import catalogue
from app.model import Design, DesignSave, Role
from app.simulation import deployment
from app.web.access_control import roles_required
from app.web.api import problems
from app.web.current import principal, reading, transaction
from app.web.designer import given

bp = Blueprint("designer", __name__, url_prefix="/admin/designer")
bp.register_error_handler(problems.Refusal, problems.on_refusal)


@bp.before_request
@roles_required(Role.ADMINISTRATOR)
def _administrators_only() -> None:
    """Nobody else may see or change what is not in force yet."""


@bp.get("/")
def index() -> Any:
    return index_page()


def index_page(faults: Sequence[Problem] = (), filled_in: Mapping[str, str] | None = None) -> str:
    """Designs under way, and how one begins; with what is wrong with files that were to be opened, and what was filled in beside them."""
    places = [*((place.slug, place.name) for place in catalogue().jurisdictions()), ("common", "共用")]
    session = reading()
    return render_template(
        "designer/index.html", rows=design_view.open_designs(session), waiting=approvals.waiting(session),
        finished=version_history.finished(session), places=places, problems=faults, given=filled_in or {},
    )  # fmt: skip


@bp.post("/")
def begin_new() -> Any:
    values = {name: request.form.get(name, "").strip() for name in ("jurisdiction", "name", "title")}
    with transaction() as session:
        design = designs.begin_new(session, principal(), **values)
        design_id = design.id
    return redirect(url_for("designer.edit", design_id=design_id))


@bp.post("/from/<key>/<int:version>")
def begin(key: str, version: int) -> Any:
    with transaction() as session:
        design_id = designs.begin(session, principal(), key, version).id
    return redirect(url_for("designer.edit", design_id=design_id))


@bp.get("/<int:design_id>")
def edit(design_id: int) -> Any:
    design = designs.find(reading(), principal(), design_id)
    return render_template("designer/edit.html", design=design)


@bp.get("/<int:design_id>/content")
def content(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    save = designs.latest(session, design)
    files = designs.files_of(session, save)
    return jsonify(
        {
            **_saved(design, save),
            "main": designs.main_path(design, files),
            "files": _texts(files),
            "reference": design_view.reference(session, files, design.key.partition(".")[0]),
        }
    )


@bp.put("/<int:design_id>/content")
def save_content(design_id: int) -> Any:
    try:
        with transaction() as session:
            design = designs.save(session, principal(), design_id, given.revision(), given.changes())
            return jsonify(_saved(design, designs.latest(session, design)))
    except designs.Stale as stale:
        answer = {
            "revision": stale.revision, "saved_by": stale.saved_by, "saved_at": stale.saved_at.isoformat(),
            "theirs": _texts(stale.their_files), "base": _texts(stale.base_files),
        }  # fmt: skip
        return jsonify({"detail": f"{stale.saved_by}在您之后保存过，请先看过他的修改", **answer}), 409


@bp.post("/<int:design_id>/check")
def check(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    files = designs.files_of(session, designs.latest(session, design)) | given.files()
    return jsonify({"problems": [problem_row(one) for one in designs.check(session, design, files)]})


@bp.post("/<int:design_id>/finish")
def finish(design_id: int) -> Any:
    try:
        deployment.hold_design_against_kept(reading(), principal(), design_id)
        with transaction() as session:
            made = designs.finish(session, principal(), design_id, given.revision())
            where = url_for("admin.process", key=made.key, version=made.version)
            words = f"“{made.name}”已定稿为第 {made.version} 版草稿，部署后新案件按它办理"
    except DiagramError as error:
        return jsonify(
            {"detail": f"还有 {len(error.problems)} 处需要修改，不能定稿", "problems": [problem_row(one) for one in error.problems]}
        ), 422
    flash(words, "success")
    return jsonify({"location": where})


@bp.post("/<int:design_id>/discard")
def discard(design_id: int) -> Any:
    with transaction() as session:
        designs.discard(session, principal(), design_id, request.form.get("reason", ""))
    flash("设计稿已放弃，保存过的内容仍留有记录", "success")
    return redirect(url_for("designer.index"))


@bp.get("/steps")
def steps() -> Any:
    ids = request.args.get("ids", "").split()
    if ids:
        return jsonify([design_view.step_row(step) for one in ids[:50] if (step := catalogue().step(one)) is not None])
    return jsonify(design_view.steps(request.args.get("q", "")[:80], request.args.get("jurisdiction", "")))


@bp.post("/limit")
def limit() -> Any:
    return jsonify(design_view.limit(str(given.whole().get("source", ""))[:500]))


def _saved(design: Design, save: DesignSave) -> dict[str, Any]:
    return {"revision": design.revision, "saved_by": save.saved_by.name, "saved_at": save.saved_at.isoformat()}


def _texts(files: dict[str, bytes] | Any) -> dict[str, str]:
    return {path: body.decode("utf-8-sig") for path, body in files.items()}


def problem_row(one: Problem) -> dict[str, str]:
    """A problem as the pages take it."""
    return {"file": one.file, "element": one.element, "name": one.name, "code": one.code, "message": one.message, "severity": one.severity}


from app.web.designer import comparison, forms, opening, saves, tables, trial  # noqa: E402, F401 - their routes
