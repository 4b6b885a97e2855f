"""The index of registers, the list of one, its workbook, applications and rounds of reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for

from app.cases import register_entry_view, register_forms, register_view, registers
from app.cases.errors import Forbidden, InvalidForm
from app.cases.register_view import Filters
from app.law.admission import FIELDS, SPECIALTIES
from app.law.registers import Act, Registry, keeper_in_words
from app.model import Register, RegisterEntry
from app.office.table_workbook import Column, table_to_xlsx
from app.services.register_acts import CONTACTS
from app.services.register_book import law_of
from app.web.current import principal, reading, transaction
from app.web.downloads import attachment
from app.web.registers import words
from app.web.registers.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_LIMIT = 5_000


@bp.get("")
def index() -> Any:
    session, me = reading(), principal()
    rows, unopened = register_view.overview(session, me)
    own = register_view.own_entries(session, me)
    return render_template("registers/index.html", rows=rows, unopened=unopened, own=own, words=words, keeper_in_words=keeper_in_words)


@bp.post("/open")
def open_register() -> Any:
    with transaction() as session:
        register = registers.open_for(session, principal(), request.form.get("law", ""))
        address = url_for("registers.show", register_id=register.id)
        name = register.name
    flash(f"已建立“{name}”，可以录入申请了", "success")
    return redirect(address)


@bp.get("/<int:register_id>")
def show(register_id: int) -> Any:
    session, me = reading(), principal()
    register = register_view.find_register(session, register_id)
    law = law_of(register)
    inside = register_view.sees_inside(me, register)
    page = register_view.entries(session, me, register, filters(), request.args.get("page", 1, type=int))
    return render_template(
        "registers/show.html", register=register, law=law, inside=inside, page=page, filters=filters(), words=words, address=address,
        keeps=registers.keeps(me, register), due=register_view.due_for_review(session, register) if inside else [],
        may_review=registers.office_for(me, register, law, Act.REVIEW) is not None and law.knows(Act.REVIEW),
        proposals=register_entry_view.proposals(session, register, law) if inside else [], specialties=SPECIALTIES,
        keeper_in_words=keeper_in_words,
    )  # fmt: skip


def filters() -> Filters:
    get = request.args.get
    return Filters(status=get("status", ""), specialty=get("specialty", ""), q=get("q", "").strip()[:60], only=get("only", ""))


def address(**changes: Any) -> str:
    """This page's address with some of its questions changed; an empty one is left out."""
    values = {**request.args.to_dict(), **(request.view_args or {}), **changes}
    return url_for(request.endpoint or "registers.index", **{k: v for k, v in values.items() if v not in (None, "")})


# -- the workbook -------------------------------------------------------------------------------------------------------------

COLUMNS = {
    "consultant": (
        Column("name", "机构名称", 34), Column("uscc", "统一社会信用代码", 22), Column("standing", "状态", 16), Column("grade", "等级", 8),
        Column("admitted_on", "列入日期", 14), Column("term_until", "有效期至", 14), Column("warnings", "警告次数", 10, "integer"),
        Column("legal_representative", "法定代表人", 12), Column("address", "工作场所地址", 34), Column("contact_name", "联系人", 12),
        Column("contact_phone", "联系电话", 18),
    ),
    "expert": (
        Column("name", "姓名", 12), Column("employer", "工作单位", 34), Column("specialties", "类别", 20), Column("title", "职称", 10),
        Column("years", "工作年限", 10), Column("standing", "状态", 16), Column("admitted_on", "入库日期", 14),
        Column("review_due_on", "下次考评", 14),
    ),
}  # fmt: skip


@bp.get("/<int:register_id>/export.xlsx")
def export(register_id: int) -> Response:
    """Exactly what the filters show, all pages of it."""
    session, me = reading(), principal()
    register = register_view.find_register(session, register_id)
    if not register_view.sees_inside(me, register):
        abort(404)
    columns = COLUMNS[register.kind]
    rows = _all(register)
    records = ({column.key: _cell(entry, column.key) for column in columns} for entry in rows)
    return attachment(table_to_xlsx(register.name, columns, records), f"{register.name}.xlsx", XLSX)


def _all(register: Register) -> Iterator[RegisterEntry]:
    number = 1
    while (number - 1) * register_view.PAGE < EXPORT_LIMIT:
        page = register_view.entries(reading(), principal(), register, filters(), number)
        yield from page.rows
        if number >= page.pages:
            return
        number += 1


def _cell(entry: RegisterEntry, key: str) -> Any:
    if key == "standing":
        return words.standing(entry).word[2:]
    if key == "specialties":
        return "、".join(entry.specialties)
    value = getattr(entry, key, None) if hasattr(entry, key) else entry.facts.get(key)
    return value.isoformat() if isinstance(value, dt.date) else value


# -- applying -----------------------------------------------------------------------------------------------------------------


@bp.route("/<int:register_id>/apply", methods=["GET", "POST"])
def apply(register_id: int) -> Any:
    register = register_view.find_register(reading(), register_id)
    law = law_of(register)
    if request.method == "GET":
        if not registers.keeps(principal(), register) and not _consultant_applies(register):
            raise Forbidden("申请由申请者本身提出，或者由名录的管理单位录入")
        return _form(register, law, {})
    try:
        with transaction() as session:
            entry_id = registers.enter_application(session, principal(), register_id, submitted()).id
    except InvalidForm as error:
        return _form(register, law, submitted(), {p.pointer[1:]: p.message for p in error.problems}), 422
    flash("申请已登记，请对照条件逐条核对", "success")
    return redirect(url_for("registers.entry", entry_id=entry_id))


@bp.route("/entries/<int:entry_id>/amend", methods=["GET", "POST"])
def amend(entry_id: int) -> Any:
    entry = registers.find(reading(), principal(), entry_id)
    law = law_of(entry.register)
    if request.method == "GET":
        values = {"name": entry.name, "uscc": entry.uscc, "employer": entry.employer, "specialties": entry.specialties, **entry.facts}
        return _form(entry.register, law, values, entry=entry)
    try:
        with transaction() as session:
            registers.amend_application(session, principal(), entry_id, submitted())
    except InvalidForm as error:
        return _form(entry.register, law, submitted(), {p.pointer[1:]: p.message for p in error.problems}, entry), 422
    flash("申请已更正，原来的核对结果已清除，请重新核对", "success")
    return redirect(url_for("registers.entry", entry_id=entry_id))


def _consultant_applies(register: Register) -> bool:
    return register.kind == "consultant" and any(o.kind == "consultant" for o in principal().organisations)


def submitted() -> dict[str, Any]:
    return {**request.form.to_dict(), "specialties": request.form.getlist("specialties")}


def _form(
    register: Register, law: Registry, values: dict[str, Any], problems: dict[str, str] | None = None, entry: RegisterEntry | None = None
) -> str:
    return render_template(
        "registers/apply.html", register=register, law=law, values=values, problems=problems or {}, fields=FIELDS, contacts=CONTACTS,
        asked=register_forms.asked(register.kind, law), specialties=SPECIALTIES, words=words, entry=entry,
    )  # fmt: skip


# -- reviews ------------------------------------------------------------------------------------------------------------------


@bp.route("/<int:register_id>/reviews", methods=["GET", "POST"])
def reviews(register_id: int) -> Any:
    register = register_view.find_register(reading(), register_id)
    law = law_of(register)
    if registers.office_for(principal(), register, law, Act.REVIEW) is None:
        abort(404)
    if request.method == "GET":
        due = register_view.due_for_review(reading(), register)
        return render_template("registers/reviews.html", register=register, law=law, due=due, words=words)
    results = {int(name[7:]): value for name, value in request.form.items() if name.startswith("result-") and name[7:].isdigit()}
    with transaction() as session:
        count = registers.review(session, principal(), results, request.form.get("note", ""))
    flash(f"已登记 {count} 名的考评结果", "success")
    return redirect(url_for("registers.show", register_id=register_id))
