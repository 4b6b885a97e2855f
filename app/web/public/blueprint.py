"""The public's pages: what is published, without signing in and without cookies."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask_login import current_user

from app.cases import public_view
from app.web.current import reading

bp = Blueprint("public", __name__)

CACHE_SECONDS = 300


@bp.after_request
def _cacheable(response: Response) -> Response:
    """Pages for everybody may be kept by browsers and proxies. They set no cookie, and those of signed-in people stay their own."""
    if current_user.is_authenticated:
        return response
    session.clear()
    session.modified = False
    if response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
        response.vary.add("Cookie")
    return response


@bp.get("/")
def home() -> Any:
    session = reading()
    return render_template(
        "public/home.html",
        lists=public_view.lists(session).rows[:5],
        news=public_view.latest(session, ("announcement", "acceptance_notice", "passed_list", "audit_result", "disclosure"), 8),
        kinds=public_view.KINDS,
    )


@bp.get("/public/lists")
def lists() -> Any:
    session = reading()
    q, year, region = request.args.get("q", "").strip()[:60], request.args.get("year", type=int), _region()
    return render_template(
        "public/lists.html",
        found=public_view.lists(session, q=q, year=year, region=region, page=page_number()),
        query={"q": q, "year": year, "region": region},
        years=public_view.years(session),
        cities=public_view.cities(session),
        enterprises=public_view.search_enterprises(session, q) if q else [],
    )


@bp.get("/public/lists/<int:publication_id>")
def listing(publication_id: int) -> Any:
    session = reading()
    query = {"q": request.args.get("q", "").strip()[:60], "region": _region()}
    return render_template(
        "public/list.html",
        publication=public_view.publication(session, publication_id),
        found=public_view.entries(session, publication_id, **query, page=page_number()),
        query=query,
        cities=public_view.cities(session, publication_id),
    )


@bp.get("/public/enterprises/<uscc>")
def enterprise(uscc: str) -> Any:
    if uscc != uscc.upper():
        return redirect(url_for("public.enterprise", uscc=uscc.upper()))
    return render_template("public/enterprise.html", record=public_view.record(reading(), uscc), kinds=public_view.KINDS)


def page_number() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 10_000))


def _region() -> str:
    code = request.args.get("region", "")
    return code if len(code) == 6 and code.isdigit() else ""


from app.web.public import registers  # noqa: E402, F401  # they add their views to the blueprint above
