"""Organisations: who there is in which region, whom to call."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import administration
from app.cases import organisation_view as view
from app.cases.errors import InvalidForm
from app.model import Organisation, Role
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.current import principal, reading, transaction


@bp.get("/organisations")
@roles_required(Role.ADMINISTRATOR)
def organisations() -> Any:
    session = reading()
    query = {name: request.args.get(name, "").strip() for name in ("region", "kind", "q")}
    page = max(1, request.args.get("page", 1, type=int))
    rows, total = view.organisations(session, **query, page=page)
    return render_template(
        "admin/organisations.html",
        rows=rows, total=total, page=page, pages=max(1, -(-total // view.PAGE)), query=query,
        regions=view.regions(session), kinds=view.KIND_NAMES, bodies=view.BODY_NAMES,
    )  # fmt: skip


@bp.get("/organisations/new")
@roles_required(Role.ADMINISTRATOR)
def new_organisation() -> Any:
    return _form(None, {"kind": "authority", "region_code": request.args.get("region", "")})


@bp.get("/organisations/<int:organisation_id>")
@roles_required(Role.ADMINISTRATOR)
def organisation(organisation_id: int) -> Any:
    found = view.organisation(reading(), organisation_id)
    return _form(found, {name: getattr(found, name) or "" for name in _FIELDS})


@bp.post("/organisations/new")
@bp.post("/organisations/<int:organisation_id>")
@roles_required(Role.ADMINISTRATOR)
def save_organisation(organisation_id: int | None = None) -> Any:
    try:
        with transaction() as session:
            saved = administration.save_organisation(session, principal(), organisation_id, request.form)
    except InvalidForm as error:
        found = view.organisation(reading(), organisation_id) if organisation_id else None
        return _form(found, request.form, {p.pointer[1:]: p.message for p in error.problems}), 422
    flash(f"已保存：{saved.name}", "success")
    return redirect(url_for("admin.organisations", region=_city(saved)))


@bp.post("/organisations/<int:organisation_id>/active")
@roles_required(Role.ADMINISTRATOR)
def organisation_active(organisation_id: int) -> Any:
    active = request.form.get("active") == "1"
    with transaction() as session:
        saved = administration.set_organisation_active(session, principal(), organisation_id, active)
    flash(f"{saved.name}已{'启用' if active else '停用'}", "success")
    return redirect(url_for("admin.organisation", organisation_id=organisation_id))


_FIELDS = ("kind", "name", "body", "region_code", "contact_name", "contact_phone", "email")


def _form(found: Organisation | None, values: Any, errors: dict[str, str] | None = None) -> str:
    kinds = {k: name for k, name in view.KIND_NAMES.items() if k not in ("enterprise", "system")}
    return render_template("admin/organisation.html", found=found, values=values, errors=errors or {}, kinds=kinds, bodies=view.BODY_NAMES)


def _city(organisation: Organisation) -> str:
    return organisation.region_code[:4] + "00"
