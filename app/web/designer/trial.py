"""Trying a design out: the page, the steps of a trial, and the scenarios that are kept from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import jsonify, render_template, request
from structlog.testing import capture_logs

from app.cases import case_search, designs, library
from app.cases.administrators import record
from app.cases.errors import CaseError, Conflict, NotFound
from app.engine.errors import DiagramError
from app.model import Design
from app.simulation import ScenarioError, beginnings, kept, walking
from app.simulation.errors import TakesTooLong
from app.simulation.kept import Outcome
from app.simulation.stage import read_library
from app.simulation.turnstile import Busy, one_at_a_time
from app.web.current import principal, reading, transaction
from app.web.designer import given
from app.web.designer.blueprint import bp, problem_row
from app.web.errors import problem

MOST_FOUND = 12
_UNFIT = re.compile(r"[^\w-]+")
P = ParamSpec("P")


def _answering(route: Callable[P, Any]) -> Callable[P, Any]:
    """Says as JSON why a simulation cannot be played."""

    @wraps(route)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return route(*args, **kwargs)
        except ScenarioError as error:
            return problem(422, "不能从这里开始", mistakes=[one.message for one in error.mistakes])
        except DiagramError as error:
            return problem(422, "流程图还不能运行", problems=[problem_row(one) for one in error.problems])
        except (Busy, TakesTooLong) as error:
            return problem(503, str(error))

    return answered


# -- the page ---------------------------------------------------------------------------------------------------------


@bp.get("/<int:design_id>/trial")
def trial(design_id: int) -> Any:
    return render_template("designer/trial.html", design=designs.find(reading(), principal(), design_id))


@bp.get("/<int:design_id>/trial/beginning")
@_answering
def trial_beginning(design_id: int) -> Any:
    design, files = _draft(design_id)
    return jsonify({**beginnings.beginning_of(files, design.key), "key": design.key, **_kept(design, files)})


@bp.get("/<int:design_id>/trial/kept")
def trial_kept(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    return jsonify(_kept(design, designs.files_of(session, designs.latest(session, design))))


@bp.get("/<int:design_id>/trial/counties")
def trial_counties(design_id: int) -> Any:
    designs.find(reading(), principal(), design_id)
    return jsonify(beginnings.counties(request.args.get("province", "")[:6]))


@bp.get("/<int:design_id>/trial/enterprises")
def trial_enterprises(design_id: int) -> Any:
    """Enterprises of the installation: only what a public list says of them goes into a trial."""
    session = reading()
    designs.find(session, principal(), design_id)
    q = request.args.get("q", "").strip()[:80]
    found = case_search.search_enterprises(session, principal(), q, MOST_FOUND) if q else []
    return jsonify(
        [{"name": e.name, "uscc": e.uscc, "industry_code": e.industry_code, "address": e.address, "region": e.region_code} for e in found]
    )


@bp.get("/<int:design_id>/trial/diagram/<process>")
def trial_diagram(design_id: int, process: str) -> Any:
    _, files = _draft(design_id)
    found = read_library(files)[1].diagrams.get(process)
    if found is None:
        raise NotFound("没有这个流程的流程图")
    return jsonify({"name": found.processes[process].name, "xml": files[found.path].decode("utf-8-sig")})


# -- trying -----------------------------------------------------------------------------------------------------------


@bp.post("/<int:design_id>/trial/step")
@_answering
def trial_step(design_id: int) -> Any:
    design, files = _draft(design_id)
    sent = given.whole()
    with one_at_a_time() as ends_at, capture_logs():  # what production logs is in the events
        if sent.get("scenario"):
            told = walking.replay(design.key, files, _text(design, files, str(sent["scenario"])), ends_at)
        else:
            told = walking.step(design.key, files, sent, ends_at)
    return jsonify({**told, "revision": design.revision})


@bp.post("/<int:design_id>/trial/keep")
@_answering
def trial_keep(design_id: int) -> Any:
    """Keeps a trial as a scenario of the design."""
    design, files = _draft(design_id)
    sent = given.whole()
    title = _UNFIT.sub("_", str(sent.get("title", "")).strip()).strip("_")[:60]
    if len(title) < 2:
        raise CaseError("请给方案起个名字，至少两个字")
    path = f"{kept.folder_of(design.key)}{title}{kept.SUFFIX}"
    if path in files and not sent.get("replace"):
        raise CaseError(f"已经有叫“{title}”的方案，请换个名字")
    with one_at_a_time() as ends_at, capture_logs():
        written = walking.keep(design.key, files, sent, title, ends_at)
    revision = _save(design, path, written.text, "trial_kept")
    return jsonify({"path": path, "title": title, "revision": revision, "differences": written.differences})


# -- kept scenarios ---------------------------------------------------------------------------------------------------


@bp.post("/<int:design_id>/trial/check")
@_answering
def trial_check(design_id: int) -> Any:
    """Plays one kept scenario. The page asks for them one after the other, so that none keeps a worker long."""
    design, files = _draft(design_id)
    path = str(given.whole().get("path", ""))
    _text(design, files, path)
    with one_at_a_time() as ends_at, capture_logs():
        return jsonify(_outcome(kept.play(path, files, ends_at)))


@bp.post("/<int:design_id>/trial/accept")
@_answering
def trial_accept(design_id: int) -> Any:
    """What happens now is what must happen from now on."""
    design, files = _draft(design_id)
    sent = given.whole()
    path = str(sent.get("path", ""))
    text = _text(design, files, path)
    with one_at_a_time() as ends_at, capture_logs():
        found = kept.play(path, files, ends_at)
    if not found.lines:
        raise CaseError("这个方案现在走不起来，没有可以采用的结果")
    revision = _save(design, path, kept.with_expected(text, found.lines), "trial_accepted")
    return jsonify({"revision": revision, **_outcome(Outcome(path, found.lines))})


def _kept(design: Design, files: dict[str, bytes]) -> dict[str, Any]:
    rows = [{"path": path, "title": kept.title_of(path)} for path in kept.paths_in(files, design.key)]
    return {"revision": design.revision, "kept": rows}


def _save(seen: Design, path: str, text: str, kind: str) -> int:
    """Saves a scenario on top of what was played. Raises `Conflict` when somebody has saved meanwhile."""
    try:
        with transaction() as session:
            design = designs.save(session, principal(), seen.id, seen.revision, {path: text.encode()})
            record(session, principal(), kind, f"{design.name}：{kept.title_of(path)}", key=design.key)
            return design.revision
    except designs.Stale as stale:
        raise Conflict(f"{stale.saved_by}刚刚保存过设计稿，请再点一次，按最新的内容保存") from stale


def _draft(design_id: int) -> tuple[Design, dict[str, bytes]]:
    """A design, and its last save among the processes that are deployed."""
    session = reading()
    design = designs.find(session, principal(), design_id)
    own = designs.files_of(session, designs.latest(session, design))
    return design, kept.among(library.deployed_files(session), own, design.key)


def _text(design: Design, files: dict[str, bytes], path: str) -> str:
    """A scenario of the design itself: those of other processes are not its to change."""
    if path not in kept.paths_in(files, design.key):
        raise NotFound("没有这个方案，可能已经删除")
    return files[path].decode("utf-8-sig")


def _outcome(found: Outcome) -> dict[str, Any]:
    return {
        "path": found.path, "title": found.title, "as_expected": found.as_expected, "differences": found.differences,
        "problems": found.problems, "remarks": found.remarks, "playable": bool(found.lines),
    }  # fmt: skip
