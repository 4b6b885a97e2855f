"""Forms on the server: what is shown, what is filled in beforehand, what is valid, and what is computed from it.

The browser checks for comfort; only what passes here counts.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import resolve_actor
from app.cases import case_versions
from app.cases.errors import CaseError, FieldProblem, InvalidForm
from app.cases.form_computing import computed
from app.engine.errors import ElementFailed
from app.law.labels import actor_label
from app.model import Case, Enterprise, Organisation, Task
from app.model.identifiers import IdentifierError, check_region
from app.model.session import DATABASE_AWAY, in_short

CONFIRM_FORM: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "办理",
    "type": "object",
    "properties": {"opinion": {"type": "string", "title": "办理意见", "maxLength": 2000}},
    "additionalProperties": False,
}
CONFIRM_UI: dict[str, Any] = {"opinion": {"ui:widget": "opinion"}}


@contextmanager
def _fitting(task: Task) -> Iterator[None]:
    """A form that is missing, broken or at odds with the data of the case is a failure of its task, whatever it is that goes wrong."""
    try:
        yield
    except (CaseError, ElementFailed, *DATABASE_AWAY):
        raise
    except Exception as error:
        raise ElementFailed(
            task.element_id,
            task.name,
            f"表单与案件不相符（{in_short(error)}）",
            scope=task.process_key,
            variables=task.context,
        ) from error


def form_of(session: Session, task: Task, case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Schema and UI schema of a task, from the version its case runs on, or ran on when the task was done.

    Raises `ElementFailed` when the version has them no more.
    """
    with _fitting(task):
        compiled = case_versions.compiled_for(session, task, case)
        missing = [path for path in (task.form, task.ui_form) if path and f"forms/{path}" not in compiled.files]
        if missing:
            words = f"这个版本里没有表单文件：{'、'.join(missing)}"
            raise ElementFailed(task.element_id, task.name, words, scope=task.process_key, variables=task.context)
        schema = compiled.form(task.form) if task.form else copy.deepcopy(CONFIRM_FORM)
        ui = compiled.form(task.ui_form) if task.ui_form else copy.deepcopy(CONFIRM_UI)
        return schema, ui


def form_for_reading(session: Session, task: Task, case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form with which to read what a task holds; empty where it fails, so that a list or a history never does."""
    try:
        return form_of(session, task, case)
    except ElementFailed:
        return {}, {}


def choices(schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values of the form's `decision` with their words and what follows each."""
    decision = schema.get("properties", {}).get("decision", {})
    follows = schema.get("x-consequences", {})
    options = decision.get("oneOf") or [{"const": value, "title": value} for value in decision.get("enum", [])]
    return [{"value": o["const"], "label": o.get("title", o["const"]), "hint": follows.get(o["const"], "")} for o in options]


def prefilled(session: Session, task: Task, case: Case, schema: Mapping[str, Any]) -> dict[str, Any]:
    """What the form starts with: facts of the enterprise, of the case and of today that the schema asks for. Raises `ElementFailed`."""
    with _fitting(task):
        sources: Mapping[str, str] = schema.get("x-prefill", {})
        if not sources:
            return {}
        enterprise = session.get(Enterprise, case.enterprise_id) if case.enterprise_id else None
        variables = task.context or {}
        found = {name: _source(source, enterprise, variables) for name, source in sources.items()}
        return {name: copy.deepcopy(value) for name, value in found.items() if value is not None}


def _source(source: str, enterprise: Enterprise | None, variables: Mapping[str, Any]) -> Any:
    place, _, name = source.partition(".")
    if source == "today":
        return clock.today().isoformat()
    if place == "case":
        return variables.get(name)
    if place == "enterprise" and enterprise is not None:
        return getattr(enterprise, name, None)
    return None


def accept(session: Session, task: Task, case: Case, submitted: Any) -> dict[str, Any]:
    """The data of a submission, checked and completed: facts of the case cannot be forged, sums are the server's.

    Raises `InvalidForm` with a problem for each field, `ElementFailed` when the form itself does not fit.
    """
    if not isinstance(submitted, dict):
        raise InvalidForm([FieldProblem("", "表单数据应为对象")])
    if broken := list(unstorable(submitted, "")):
        raise InvalidForm(broken)
    schema, _ = form_of(session, task, case)
    with _fitting(task):
        return _accepted(session, task, case, schema, submitted)


def _accepted(session: Session, task: Task, case: Case, schema: Mapping[str, Any], submitted: dict[str, Any]) -> dict[str, Any]:
    # Facts of the case stand; a decision that is filled in beforehand is a suggestion.
    sources, given = schema.get("x-prefill", {}), prefilled(session, task, case, schema)
    fixed = {k: v for k, v in given.items() if sources[k].startswith("case.") and k != "decision"}
    data = {**submitted, **fixed}
    try:
        return reckoned(schema, data)
    except InvalidForm:
        if words := _beyond_repair(schema, data, fixed, given):
            raise ElementFailed(task.element_id, task.name, words, scope=task.process_key, variables=task.context) from None
        raise


def reckoned(schema: Mapping[str, Any], submitted: Mapping[str, Any]) -> dict[str, Any]:
    """What a form takes: checked, with the sums and computed fields that are the server's to say. Raises `InvalidForm`."""
    ours = {name for key, name in schema.get("x-scoring", {}).items() if key in ("total", "veto", "grade")} | schema.get(
        "x-computed", {}
    ).keys()
    data = {k: v for k, v in submitted.items() if k not in ours}
    data.update(computed(schema, data))
    if problems := check(schema, data):
        raise InvalidForm(problems)
    if "x-scoring" in schema:
        data.update(score(schema["x-scoring"], data))
    return data


def _beyond_repair(schema: Mapping[str, Any], data: Mapping[str, Any], fixed: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """What nobody who fills in the form can put right: a fact of the case that the form refuses, or one that it shows and the case has not."""
    properties = schema.get("properties", {})
    for name, value in fixed.items():
        rule = {"$defs": schema.get("$defs", {}), **properties[name]} if name in properties else schema.get("additionalProperties", True)
        if not _validator(_frozen(rule)).is_valid(value):
            return f"案件里的“{properties.get(name, {}).get('title', name)}”不是表单要求的内容"
    for name in schema.get("required", ()):
        rule = properties.get(name, {})
        if rule.get("readOnly") and name not in data and name not in given and name in schema.get("x-prefill", {}):
            return f"表单需要的“{rule.get('title', name)}”在案件里没有"
    return ""


def _is_given(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a prefilled field is a fact that nobody may change: one of the case, or one shown read-only."""
    return str(schema["x-prefill"][name]).startswith("case.") or bool(schema.get("properties", {}).get(name, {}).get("readOnly"))


def check(schema: Mapping[str, Any], data: Any) -> list[FieldProblem]:
    """What is wrong with `data`, a sentence for each field."""
    broken = list(unstorable(data, ""))
    if broken:
        return broken
    found: dict[str, FieldProblem] = {}
    for error in _leaves(_validator(_frozen(schema)).iter_errors(data)):
        for problem in _problems(error):
            found.setdefault(problem.pointer, problem)
    return list(found.values())


def unstorable(value: Any, pointer: str = "") -> Iterator[FieldProblem]:
    """What JSON and databases cannot hold, whatever the schema says: NaN, infinity, characters that are none."""
    if isinstance(value, dict):
        for key, item in value.items():
            if any(True for _ in unstorable(key, pointer)):
                yield FieldProblem(pointer, "含有不能保存的字符")
            else:
                yield from unstorable(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unstorable(item, f"{pointer}/{index}")
    elif isinstance(value, float) and not math.isfinite(value):
        yield FieldProblem(pointer, "应为数字")
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        yield FieldProblem(pointer, "含有不能保存的字符")


def _frozen(schema: Mapping[str, Any] | bool) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=False)


def _whole_steps(_validator: Any, step: float, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """`multipleOf` counted in decimals: binary fractions would refuse 0.07 yuan as no multiple of 0.01."""
    if isinstance(value, int | float) and not isinstance(value, bool) and Decimal(str(value)) % Decimal(str(step)):
        yield ValidationError(f"{value} is no multiple of {step}")


def _is_region(value: object) -> bool:
    return not isinstance(value, str) or bool(check_region(value))


_FORMAT_CHECKER = FormatChecker()
_FORMAT_CHECKER.checks("region", raises=IdentifierError)(_is_region)
_Validator: Any = extend(Draft202012Validator, {"multipleOf": _whole_steps})


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    return _Validator(json.loads(schema), format_checker=_FORMAT_CHECKER)


def _leaves(errors: Any) -> list[ValidationError]:
    """The errors that a person can act on: those inside `allOf`/`then`, not the wrappers."""
    leaves: list[ValidationError] = []
    for error in errors:
        if error.context and error.validator in {"allOf", "if"}:
            leaves.extend(_leaves(error.context))
        else:
            leaves.append(error)
    return leaves


_TYPES = {"string": "文字", "number": "数字", "integer": "整数", "boolean": "是或否", "array": "列表", "object": "对象"}
_FORMATS = {
    "date": "日期应为 2027-02-08 这样的格式",
    "email": "邮箱格式不正确",
    "uri": "网址格式不正确",
    "region": "没有这个行政区划，请重新选择",
}
_MESSAGES: dict[str, Callable[[Any], str]] = {
    "type": lambda e: f"应为{_TYPES.get(str(e.validator_value), '规定的类型')}",
    "minLength": lambda e: "请填写" if e.validator_value == 1 else f"至少 {e.validator_value} 个字",
    "maxLength": lambda e: f"最多 {e.validator_value} 个字",
    "minimum": lambda e: f"不能小于 {e.validator_value}",
    "maximum": lambda e: f"不能大于 {e.validator_value}",
    "exclusiveMinimum": lambda e: f"应大于 {e.validator_value}",
    "exclusiveMaximum": lambda e: f"应小于 {e.validator_value}",
    "multipleOf": lambda e: f"应为 {e.validator_value} 的整数倍",
    "minItems": lambda e: f"至少 {e.validator_value} 项",
    "maxItems": lambda e: f"最多 {e.validator_value} 项",
    "uniqueItems": lambda e: "不能重复",
    "enum": lambda e: "请从给出的选项中选择",
    "const": lambda e: "须确认此项" if e.validator_value is True else f"应为 {e.validator_value}",
    "oneOf": lambda e: "请从给出的选项中选择",
    "pattern": lambda e: e.schema.get("x-pattern-message", "格式不正确"),
    "format": lambda e: _FORMATS.get(str(e.validator_value), "格式不正确"),
}


def _problems(error: Any) -> list[FieldProblem]:
    pointer = "".join(f"/{part}" for part in error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return [FieldProblem(f"{pointer}/{name}", f"请填写“{_title(error, name)}”") for name in missing]
    if error.validator in {"additionalProperties", "unevaluatedProperties"}:
        return [FieldProblem(pointer, "含有表单之外的内容")]
    return [FieldProblem(pointer, _MESSAGES.get(str(error.validator), lambda e: "不符合要求")(error))]


def _title(error: Any, name: str) -> str:
    title = error.schema.get("properties", {}).get(name, {}).get("title")
    return str(title or name)


def score(rule: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Total, vetoes and grade of a scoring sheet. Points are added exactly.

    Grades are reached at their figure (“达到”), with `above` only beyond it (“超过”). A veto for too few points (`veto_below_pass`) follows from the
    total, whatever was ticked. A sheet that knows no vetoes or grades has none either.
    """
    points = data.get(rule["scores"], {})
    total = sum((Decimal(str(value)) for value in points.values()), Decimal(0))
    number: int | float = int(total) if total == total.to_integral_value() else float(total)
    found: dict[str, Any] = {rule["total"]: number}
    vetoes = dict(data.get(rule.get("vetoes", ""), {}))
    if "veto_below_pass" in rule:
        vetoes[rule["veto_below_pass"]] = total < rule["pass"]
    vetoed = any(vetoes.values())
    if "vetoes" in rule:
        found |= {rule["vetoes"]: vetoes, rule["veto"]: vetoed}
    if "grade" in rule:
        reached = (name for name, least in rule["grades"] if (total > least if rule.get("above") else total >= least))
        found[rule["grade"]] = "fail" if vetoed else next(reached, "fail")
    return found


def actor_name(session: Session, task: Task, case: Case) -> str:
    """Who carries out a task, in words."""
    organisation = session.get(Organisation, task.organisation_id) if task.organisation_id else resolve_actor(session, task.actor, case)
    return organisation.name if organisation else actor_label(task.actor)
