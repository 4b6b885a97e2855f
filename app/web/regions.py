"""Administrative divisions (GB/T 2260) level by level, for the form field that asks for one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, jsonify

from app.model.identifiers import IdentifierError, check_region, region_ancestors, region_name, regions_within

bp = Blueprint("regions", __name__, url_prefix="/regions")


@bp.get("/")
def provinces() -> Any:
    return jsonify({"within": _rows(regions_within())})


@bp.get("/<code>")
def region(code: str) -> Any:
    try:
        normal = check_region(code)
    except IdentifierError:
        abort(404)
    return jsonify({"name": region_name(normal), "line": region_ancestors(normal), "within": _rows(regions_within(normal))})


def _rows(regions: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    return [{"code": code, "name": name, "last": not regions_within(code)} for code, name in regions]
