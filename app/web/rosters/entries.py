"""Single entries: added by hand, corrected, and decided upon one or many at a time."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from app.cases import roster_entries, roster_queries, rosters
from app.cases.errors import Conflict, Forbidden, InvalidForm
from app.cases.rosters import Holding
from app.model import EntryStatus, Organisation, Roster, RosterEntry
from app.web.current import principal, reading, transaction
from app.web.rosters import words
from app.web.rosters.blueprint import bp

_ACTS = {"strike": rosters.strike, "return": rosters.return_entries, "restore": rosters.restore}


def _held(roster_id: int) -> Holding:
    """The roster in the person's hands, for showing a form. Raises what the act itself would raise."""
    roster = rosters.find(reading(), principal(), roster_id)
    held = rosters.holding(reading(), principal(), roster)
    if held is None:
        raise Conflict("名单已经核定，不能再修改") if not roster_queries.is_open(roster) else Forbidden("名单目前不在您单位手中，不能修改")
    return held


def _submitted() -> dict[str, Any]:
    values: dict[str, Any] = {field: request.form.get(field, "").strip() for field in roster_entries.FIELDS if field != "grounds"}
    return {**values, "grounds": request.form.getlist("grounds")}


@bp.route("/<int:roster_id>/entries/new", methods=["GET", "POST"])
def add(roster_id: int) -> Any:
    if request.method == "GET":
        held = _held(roster_id)
        allowed = held.kind.grounds
        values: dict[str, Any] = {"management_level": held.bureau.level, "grounds": list(allowed) if len(allowed) == 1 else []}
        return _form(held.roster, held.bureau, None, values)
    try:
        with transaction() as session:
            entry = rosters.add(session, principal(), roster_id, _submitted())
    except InvalidForm as error:
        held = _held(roster_id)
        return _form(held.roster, held.bureau, None, _submitted(), error), 422
    flash(f"已添加 {entry.name}", "success")
    again = "again" in request.form
    return redirect(url_for("rosters.add", roster_id=roster_id) if again else url_for("rosters.show", roster_id=roster_id))


@bp.route("/<int:roster_id>/entries/<int:entry_id>", methods=["GET", "POST"])
def entry(roster_id: int, entry_id: int) -> Any:
    if request.method == "GET":
        roster = rosters.find(reading(), principal(), roster_id)
        found = roster_queries.entry_of(reading(), roster_id, entry_id)
        held = rosters.holding(reading(), principal(), roster)
        editable = held is not None and found.status != EntryStatus.STRUCK
        values = {field: getattr(found, field) for field in roster_entries.FIELDS}
        return _form(roster, held.bureau if held and editable else None, found, values, held=held)
    try:
        with transaction() as session:
            corrected = rosters.correct(session, principal(), roster_id, entry_id, _submitted())
    except InvalidForm as error:
        held = _held(roster_id)
        found = roster_queries.entry_of(reading(), roster_id, entry_id)
        return _form(held.roster, held.bureau, found, _submitted(), error, held=held), 422
    flash(f"已更正 {corrected.name}", "success")
    return redirect(url_for("rosters.show", roster_id=roster_id))


def _form(
    roster: Roster, bureau: Organisation | None, found: RosterEntry | None, values: dict[str, Any], error: InvalidForm | None = None,
    held: Holding | None = None,
) -> str:  # fmt: skip
    """The form of an entry; without a bureau that may edit it, its facts alone."""
    session = reading()
    marks = list(found.history) if found else []
    involved = {mark["organisation"] for mark in marks} | ({found.added_by_id} if found else set())
    return render_template(
        "rosters/entry.html", row=roster_queries.row_of(session, roster), roster=roster, bureau=bureau, entry=found, values=values,
        held=held, problems={p.pointer.strip("/"): p.message for p in error.problems} if error else {}, history=marks[::-1], words=words,
        names=roster_queries.names_of(session, involved), counties=roster_entries.counties_within(bureau.region_code) if bureau else (),
        kind=rosters.kind_of(session, roster), level_names=roster_entries.LEVEL_NAMES, shown=roster_entries.shown,
        labels=roster_entries.LABELS,
    )  # fmt: skip


@bp.post("/<int:roster_id>/decide")
def decide(roster_id: int) -> Any:
    """One entry with its reason is decided at once; several, or without a reason, on a page that says what will happen."""
    decision = words.DECISIONS.get(request.form.get("act", ""))
    if decision is None:
        abort(400)
    ids = request.form.getlist("entry", type=int)
    reason = request.form.get("reason", "").strip()
    confirmed = "confirmed" in request.form
    if not ids:
        flash("请先勾选企业，再选择要做的事", "warning")
        return redirect(_list_address(roster_id))
    if not reason or (len(ids) > 1 and not confirmed):
        _held(roster_id)
        return render_template(
            "rosters/decide.html", roster_id=roster_id, decision=decision, reason=reason, back=_list_address(roster_id),
            entries=roster_queries.chosen(reading(), roster_id, ids), missing=confirmed and not reason, words=words,
        ), 422 if confirmed else 200  # fmt: skip
    with transaction() as session:
        count = _ACTS[decision.act](session, principal(), roster_id, ids, reason)
    flash(f"{decision.word} {count} 家企业，原因已记录", "success")
    return redirect(_list_address(roster_id))


def _list_address(roster_id: int) -> str:
    """The list as it was filtered, where the form came from it."""
    back = request.form.get("back", "")
    own = url_for("rosters.show", roster_id=roster_id)
    return back if back == own or back.startswith(f"{own}?") else own
