"""Doing something to an entry: a page that asks for ground and reasons, and one that says what will happen before it does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from app.access.principal import Principal
from app.cases import register_entry_view, registers
from app.cases.errors import CaseError, Forbidden
from app.cases.register_entry_view import EntryFile
from app.law.registers import Act
from app.model import Standing
from app.services.register_book import Doing, open_orders
from app.web.current import principal, reading, transaction
from app.web.registers import words
from app.web.registers.blueprint import bp

BY_HAND = (
    Act.ADMISSION, Act.REFUSAL, Act.REVIEW, Act.GRADING, Act.WARNING, Act.CRITICISM, Act.BAD_RECORD, Act.CORRECTION_ORDERED, Act.CORRECTED,
    Act.CANCELLATION, Act.REMOVAL, Act.EXIT,
)  # fmt: skip
"""What a person may choose for an entry, in this order."""


def possible(me: Principal, file: EntryFile) -> list[tuple[Act, str]]:
    """What the person may do to an entry now, with how it is called."""
    found = []
    for act in BY_HAND:
        if not file.law.knows(act) or not _fits(file, act):
            continue
        own_exit = act == Act.EXIT and registers.is_own(me, file.entry)
        if own_exit or registers.office_for(me, file.entry.register, file.law, act) is not None:
            found.append((act, _called(file, act)))
    return found


def _called(file: EntryFile, act: Act) -> str:
    return "续期" if act == Act.ADMISSION and file.entry.status == Standing.LISTED else file.law.title(act)


def _fits(file: EntryFile, act: Act) -> bool:
    """Whether an act makes sense for an entry as it stands."""
    entry, law = file.entry, file.law
    if entry.status == Standing.APPLIED:
        return act in (Act.ADMISSION, Act.REFUSAL)
    if entry.status != Standing.LISTED or act == Act.REFUSAL:
        return False
    if act == Act.ADMISSION:
        return law.term_years is not None and entry.admitted_on is not None and entry.applied_on > entry.admitted_on
    return bool(file.orders) or act != Act.CORRECTED


@bp.route("/entries/<int:entry_id>/acts/<act>", methods=["GET", "POST"])
def act(entry_id: int, act: str) -> Any:
    if act not in set(BY_HAND):
        abort(404)
    chosen = Act(act)
    file = register_entry_view.entry_file(reading(), principal(), entry_id)
    if not file.law.knows(chosen):
        raise CaseError(file.law.refusal(chosen))
    if not any(one == chosen for one, _ in possible(principal(), file)):
        raise Forbidden(f"现在不能由您单位办理“{file.law.title(chosen)}”")
    if request.method == "GET":
        return _form(file, chosen, request.args.to_dict())
    given = request.form.to_dict()
    if error := _incomplete(file, chosen, given):
        return _form(file, chosen, given, error), 422
    if chosen in words.WEIGHTY and "confirmed" not in given:
        return render_template(
            "registers/confirm.html", file=file, act=chosen, given=given, lines=_consequences(file, chosen, given), words=words
        )
    try:
        with transaction() as session:
            registers.decide(session, principal(), entry_id, _doing(chosen, given))
    except CaseError as refused:
        return _form(register_entry_view.entry_file(reading(), principal(), entry_id), chosen, given, str(refused)), 409
    flash(f"已办理：{file.law.title(chosen)}", "success")
    return redirect(url_for("registers.entry", entry_id=entry_id))


def _form(file: EntryFile, act: Act, given: dict[str, str], error: str = "") -> str:
    return render_template(
        "registers/act.html", file=file, entry=file.entry, register=file.entry.register, law=file.law, act=act, rule=file.law.rule(act),
        title=_called(file, act), given=given, error=error, consequence=words.CONSEQUENCES.get(act, ""), words=words,
        orders=open_orders(reading(), file.entry.id), grades=file.law.reading.grades,
    )  # fmt: skip


def _incomplete(file: EntryFile, act: Act, given: dict[str, str]) -> str:
    """What is missing on the form, as a sentence."""
    rule = file.law.rule(act)
    if rule.grounds and not rule.ground(given.get("ground", "")):
        return "请选择文件列举的情形"
    if act == Act.CORRECTION_ORDERED and _day(given.get("correct_by")) is None:
        return "请填写改正的截止日期"
    if act == Act.REVIEW and given.get("result") not in ("pass", "fail"):
        return "请选择考评结果"
    if act == Act.GRADING and given.get("grade") not in file.law.reading.grades:
        return "请选择等级"
    if act not in (Act.ADMISSION, Act.GRADING, Act.REVIEW) and not given.get("note", "").strip():
        return "请写明事实和理由"
    return ""


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def _doing(act: Act, given: dict[str, str]) -> Doing:
    facts = {key: given[key] for key in ("result", "grade") if given.get(key)}
    return Doing(
        act, given.get("ground") or None, given.get("note", ""), facts, exempt=given.get("exempt") == "1",
        correct_by=_day(given.get("correct_by")), refused=given.get("refused") == "1",
    )  # fmt: skip


def _consequences(file: EntryFile, act: Act, given: dict[str, str]) -> list[str]:
    """In plain words what will happen to whom."""
    entry, law = file.entry, file.law
    rule = law.rule(act)
    ground = rule.ground(given.get("ground", ""))
    lines = [f"{entry.name}：{words.CONSEQUENCES.get(act, law.title(act))}。"]
    if ground:
        lines.append(f"依据《{law.document.title}》{ground.article}：{ground.text}。")
    elif rule.article:
        lines.append(f"依据《{law.document.title}》{rule.article}。")
    if given.get("correct_by"):
        lines.append(f"改正的截止日期是 {given['correct_by']}。")
    if rule.ban_years is not None:
        lines.append("今后不再受理其申请。" if rule.ban_years == 0 else f"{rule.ban_years} 年内不得再次申请。")
    if act == Act.ADMISSION and law.term_years:
        lines.append(f"有效期 {law.term_years} 年，期满自动失效。")
    if entry.organisation_id is not None and act != Act.BAD_RECORD:
        lines.append("系统会书面通知该机构。")
    if given.get("note"):
        lines.append(f"理由：{given['note']}")
    return lines
