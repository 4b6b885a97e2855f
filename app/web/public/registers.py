"""The registers of consultants and experts as everybody may see them: who is on them, with what standing, and what was published."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.cases import register_view
from app.cases.register_view import Filters
from app.law.admission import SPECIALTIES
from app.services.register_book import law_of
from app.web.current import reading
from app.web.public.blueprint import bp, page_number
from app.web.registers import words


@bp.get("/public/registers")
def registers() -> Any:
    return render_template("public/registers.html", rows=register_view.public_overview(reading()), words=words)


@bp.get("/public/registers/<int:register_id>")
def register(register_id: int) -> Any:
    session = reading()
    found = register_view.find_register(session, register_id)
    get = request.args.get
    filters = Filters(q=get("q", "").strip()[:60], specialty=get("specialty", "")[:40])
    page = register_view.entries(session, None, found, filters, page_number())
    return render_template(
        "public/register.html", register=found, law=law_of(found), page=page, filters=filters, words=words, specialties=SPECIALTIES,
        announcements=register_view.announcements(session, found),
    )  # fmt: skip


@bp.get("/public/registers/entries/<int:entry_id>")
def register_entry(entry_id: int) -> Any:
    return render_template("public/register_entry.html", record=register_view.public_record(reading(), entry_id), words=words)
