"""Values of variables as an administrator types them: with a kind, so that 7 is a number and "7" a text."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.cases.errors import CaseError, FieldProblem, InvalidForm
from app.cases.incident_data import Variable
from app.cases.incidents import MAX_REASON

KINDS = {"text": "文字", "number": "数字", "boolean": "是或否", "date": "日期", "json": "列表或其他（JSON）"}


@dataclass(frozen=True)
class Input:
    """One variable in the form: what is typed in it, and what is wrong with that."""

    variable: Variable
    kind: str
    text: str
    error: str = ""


def inputs(variables: Iterable[Variable], form: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None) -> list[Input]:
    """The form: the values as they are, or as they were typed."""
    made = []
    for variable in variables:
        kind, text = kind_of(variable.value) if variable.known else "text", text_of(variable.value) if variable.known else ""
        if form is not None:
            kind, text = form.get(f"kind.{variable.name}", kind), form.get(f"value.{variable.name}", text)
        made.append(Input(variable, kind if kind in KINDS else "text", text, (problems or {}).get(variable.name, "")))
    return made


def kind_of(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str() if _is_day(value):
            return "date"
        case str():
            return "text"
        case _:
            return "json"


def text_of(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def typed(variables: Iterable[Variable], form: Mapping[str, str]) -> dict[str, Any]:
    """The values that were changed. Raises `InvalidForm` with a problem for each that cannot be read."""
    changed: dict[str, Any] = {}
    problems = []
    for variable in variables:
        text, kind = form.get(f"value.{variable.name}"), form.get(f"kind.{variable.name}", "text")
        if text is None or (not variable.known and not text.strip()):
            continue
        if variable.known and text.replace("\r\n", "\n") == text_of(variable.value) and kind == kind_of(variable.value):
            continue
        try:
            changed[variable.name] = _read(kind, text)
        except ValueError as error:
            problems.append(FieldProblem(f"/{variable.name}", str(error)))
    if problems:
        raise InvalidForm(problems)
    return changed


def values(text: str) -> dict[str, Any]:
    """Values that a confirmation page carries. Raises `InvalidForm`."""
    try:
        found = _json(text)
    except ValueError as error:
        raise InvalidForm([FieldProblem("", str(error))]) from error
    if not isinstance(found, dict):
        raise InvalidForm([FieldProblem("", "数据应为对象")])
    return found


def _read(kind: str, text: str) -> Any:
    match kind:
        case "number":
            return _number(text.strip())
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError("请选择是或否")
            return text == "true"
        case "date":
            if not _is_day(text.strip()):
                raise ValueError("日期应为 2027-02-08 这样的格式")
            return text.strip()
        case "json":
            return _json(text)
        case _:
            return text.replace("\r\n", "\n")


def _number(text: str) -> int | float:
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        raise ValueError("应为数字") from None
    if not math.isfinite(number):
        raise ValueError("应为数字")
    return number


def _json(text: str) -> Any:
    def refuse(word: str) -> Any:
        raise ValueError(f"不能使用 {word}")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise ValueError(f"不是有效的 JSON（第 {error.lineno} 行第 {error.colno} 个字符）") from error
    except RecursionError:
        raise ValueError("嵌套过深") from None


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def excluding(form: Mapping[str, str]) -> str:
    """Why the time of suspension does not count, empty where it does. Raises `CaseError` for a choice without a reason."""
    if form.get("time") != "excluded":
        return ""
    why = form.get("time_reason", "").strip()[:MAX_REASON]
    if not why:
        raise CaseError("请写明挂起期间不计入期限的原因，将书面告知当事人")
    return why
