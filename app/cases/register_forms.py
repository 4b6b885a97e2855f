"""What people type about applicants, changes and interests: cleaned, or refused field by field."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from app import clock
from app.cases.errors import FieldProblem, InvalidForm
from app.law.admission import FIELDS, SPECIALTIES, fields_of
from app.law.registers import Registry
from app.model import RegisterEntry
from app.model.identifiers import IdentifierError, check_uscc
from app.services.experts import NATURES
from app.services.register_acts import CONTACTS

MAX_FIGURE = Decimal(10) ** 9


@dataclass(frozen=True)
class CleanApplication:
    """An application in order."""

    name: str
    uscc: str | None
    employer: str | None
    username: str
    specialties: tuple[str, ...]
    facts: dict[str, Any]


@dataclass(frozen=True)
class CleanChange:
    """A change in order."""

    occurred_on: dt.date
    changes: dict[str, Any]
    note: str


def asked(kind: str, law: Registry) -> tuple[str, ...]:
    """The facts that the form of a register asks for, beside name and contacts."""
    own = fields_of(law.conditions)
    return own if kind == "consultant" else tuple(dict.fromkeys((*own, "title", "education", "years")))


def application(kind: str, law: Registry, given: Mapping[str, Any]) -> CleanApplication:
    """An application as typed. Raises `InvalidForm`."""
    problems: list[FieldProblem] = []
    name = _text(given, "name", 120)
    if not name:
        problems.append(FieldProblem("/name", "请填写名称" if kind == "consultant" else "请填写姓名"))
    uscc = _uscc(given, problems) if kind == "consultant" else None
    employer = _text(given, "employer", 120) or None
    if kind == "expert" and not employer:
        problems.append(FieldProblem("/employer", "请填写工作单位，没有单位的写明“无”"))
    specialties = _list(given.get("specialties"))
    if kind == "expert" and not specialties:
        problems.append(FieldProblem("/specialties", f"请选择专家类别（{'、'.join(SPECIALTIES)}）"))
    facts = _facts(kind, law, given, problems)
    if problems:
        raise InvalidForm(problems)
    return CleanApplication(name, uscc, employer, _text(given, "username", 60), specialties, facts)


def change(entry: RegisterEntry, law: Registry, given: Mapping[str, Any]) -> CleanChange:
    """A change as typed: what differs from the entry. Raises `InvalidForm`."""
    problems: list[FieldProblem] = []
    day = _day(given.get("occurred_on"), "/occurred_on", "请填写变更发生的日期", problems)
    kind = entry.register.kind
    changes: dict[str, Any] = {k: v for k, v in _facts(kind, law, given, problems).items() if entry.facts.get(k) != v}
    name = _text(given, "name", 120)
    if name and name != entry.name:
        changes["name"] = name
    note = _text(given, "note", 2000)
    if not changes and not note:
        problems.append(FieldProblem("/note", "请改动发生变更的内容，或者写明变更了什么"))
    if problems or day is None:
        raise InvalidForm(problems)
    return CleanChange(day, changes, note)


def interest(given: Mapping[str, Any]) -> dict[str, str]:
    """An interest as typed. Raises `InvalidForm`."""
    problems: list[FieldProblem] = []
    nature = str(given.get("nature") or "")
    if nature not in NATURES:
        problems.append(FieldProblem("/nature", "请选择利益关系的种类"))
    name = _text(given, "name", 120)
    if not name:
        problems.append(FieldProblem("/name", "请填写单位名称"))
    uscc = _uscc(given, problems) if _text(given, "uscc", 40) else None
    if problems:
        raise InvalidForm(problems)
    return {"nature": nature, "name": name, "uscc": uscc or "", "note": _text(given, "note", 300)}


# -- fields -------------------------------------------------------------------------------------------------------------------


def _facts(kind: str, law: Registry, given: Mapping[str, Any], problems: list[FieldProblem]) -> dict[str, Any]:
    facts: dict[str, Any] = {name: text for name in CONTACTS if (text := _text(given, name, 200))}
    for name in asked(kind, law):
        text, field = unicodedata.normalize("NFKC", str(given.get(name) if given.get(name) is not None else "")).strip(), FIELDS[name]
        if not text:
            continue
        if field.choices:
            if text in field.choices:
                facts[name] = text
            else:
                problems.append(FieldProblem(f"/{name}", f"请从列表中选择{field.label}"))
            continue
        value = _figure(text, field.decimals)
        if value is None:
            problems.append(FieldProblem(f"/{name}", f"{field.label}应填写{'' if field.decimals else '整'}数，单位为{field.unit}"))
        else:
            facts[name] = value
    return facts


def _figure(text: str, decimals: bool) -> int | str | None:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value <= MAX_FIGURE or (not decimals and value != value.to_integral_value()):
        return None
    return format(value.normalize(), "f") if decimals else int(value)


def _uscc(given: Mapping[str, Any], problems: list[FieldProblem]) -> str | None:
    try:
        return check_uscc(str(given.get("uscc") or ""))
    except IdentifierError as error:
        problems.append(FieldProblem("/uscc", str(error)))
        return None


def _day(value: Any, pointer: str, missing: str, problems: list[FieldProblem]) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(str(value or ""))
    except ValueError:
        problems.append(FieldProblem(pointer, missing))
        return None
    if day > clock.today():
        problems.append(FieldProblem(pointer, "日期不能晚于今天"))
    return day


def _text(given: Mapping[str, Any], name: str, longest: int) -> str:
    return str(given.get(name) or "").strip()[:longest]


def _list(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else str(value or "").replace("，", "、").replace(",", "、").split("、")
    return tuple(dict.fromkeys(str(one).strip()[:40] for one in values if str(one).strip()))
