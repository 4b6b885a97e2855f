"""企业: the register of the offices' regions, and one enterprise with its cases and records."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_login import login_required

from app.cases import case_search, worklist
from app.web.current import principal, reading
from app.web.desk.blueprint import bp


@bp.get("/enterprises")
@login_required
def enterprises() -> Any:
    me = principal()
    query: dict[str, Any] = {"q": request.args.get("q", "").strip()[:80], "region": request.args.get("region", "")[:6]}
    above = request.args.get("above", 0, type=int)
    rows, following = case_search.enterprises(reading(), me, **query, above=above)
    given = {k: v for k, v in query.items() if v}
    return render_template(
        "desk/enterprises.html", rows=rows, query=query, options=worklist.options(reading(), me),
        next=url_for("desk.enterprises", **given, above=following) if following else None,
        first=url_for("desk.enterprises", **given) if above else None,
    )  # fmt: skip


@bp.get("/enterprises/<int:enterprise_id>")
@login_required
def enterprise(enterprise_id: int) -> Any:
    session, me = reading(), principal()
    found = case_search.enterprise(session, me, enterprise_id)
    return render_template(
        "desk/enterprise.html",
        enterprise=found,
        cases=case_search.cases_of(session, me, found.id),
        records=case_search.records_of(session, found.id),
        listings=case_search.listings_of(session, found.id),
        record_kinds=case_search.RECORD_KINDS,
    )
