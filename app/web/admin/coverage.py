"""How much of the law the deployed diagrams carry: jurisdictions, procedures, steps, and the elements that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from app import clock
from app.cases import coverage as measuring
from app.cases.errors import NotFound
from app.law.catalogue import catalogue
from app.law.catalogue_facts import Document, Procedure
from app.law.coverage import Disagreement, JurisdictionCoverage, StepCoverage
from app.model import Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import reading

SHOWN = {"": "全部步骤", "missing": "只看缺少的", "carried": "只看已承载的"}


@dataclass(frozen=True)
class ProcedureRows:
    """A procedure with the steps that are shown of it."""

    procedure: Procedure
    carried: int
    rows: Sequence[StepCoverage]
    standing: str  # why its document is no longer followed, if it is not


@bp.get("/coverage")
@roles_required(Role.ADMINISTRATOR)
def coverage() -> Any:
    found = measuring.of_deployed(reading())
    begun = [one for one in found if one.carried or one.unknown]
    return render_template("admin/coverage.html", begun=begun, others=[one for one in found if one not in begun])


@bp.get("/coverage/<slug>")
@roles_required(Role.ADMINISTRATOR)
def jurisdiction_coverage(slug: str) -> Any:
    if catalogue().jurisdiction(slug) is None:
        raise NotFound("没有这个地区")
    found = next(one for one in measuring.of_deployed(reading()) if one.jurisdiction.slug == slug)
    shown = request.args.get("show", "")
    return render_template(
        "admin/coverage_jurisdiction.html",
        found=found,
        disagreeing=_by_step(found),
        procedures=_procedures(found, shown),
        shown=shown if shown in SHOWN else "",
        choices=SHOWN,
    )


def _procedures(found: JurisdictionCoverage, shown: str) -> list[ProcedureRows]:
    rows = []
    for procedure in found.procedures:
        steps = [found.steps[step.id] for step in procedure.steps]
        wanted = [one for one in steps if shown not in ("missing", "carried") or one.is_carried == (shown == "carried")]
        if wanted:
            rows.append(ProcedureRows(procedure, sum(one.is_carried for one in steps), wanted, _standing(procedure.document)))
    return rows


def _standing(document: Document) -> str:
    if document.superseded_by:
        return "已被取代"
    return "已到期" if document.expires and document.expires < clock.today() else ""


def _by_step(found: JurisdictionCoverage) -> dict[str, list[Disagreement]]:
    by_step: dict[str, list[Disagreement]] = {}
    for one in found.compared:
        for step in one.steps:
            by_step.setdefault(step.id, []).append(one)
    return by_step
