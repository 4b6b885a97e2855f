"""Two forms field by field: what is asked, how, within which bounds, and how it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.cases.comparison.changes import Change, Kind, facts_between

LABELS: Final = {
    "title": "名称", "description": "说明", "type": "类型", "format": "格式", "minimum": "最小值", "maximum": "最大值",
    "exclusiveMinimum": "大于", "exclusiveMaximum": "小于", "multipleOf": "步长", "minLength": "最少字数",
    "maxLength": "最多字数", "pattern": "格式要求", "x-pattern-message": "格式不符时的提示", "minItems": "最少项数",
    "maxItems": "最多项数", "uniqueItems": "不得重复", "default": "默认值", "readOnly": "只读", "const": "固定值",
    "ui:widget": "控件", "ui:width": "宽度", "ui:help": "填写帮助", "ui:placeholder": "提示文字", "ui:label": "显示标题",
    "ui:options": "控件选项", "x-scoring": "评分", "x-computed": "计算", "x-prefill": "自动填入",
    "x-consequences": "选择的后果", "ui:sections": "分组和顺序", "ui:order": "顺序", "$ref": "引用", "required": "必填",
}  # fmt: skip
TYPES: Final = {
    "string": "文字", "number": "数字", "integer": "整数", "boolean": "是或否", "array": "多项", "object": "一组字段", "null": "空",
}  # fmt: skip
_FIELDS: Final = frozenset({"properties", "items", "required", "$defs", "$schema", "$id", "if", "then", "else"})
"""What is read apart: the fields inside, and what holds under conditions."""


def compare(old: bytes, new: bytes, old_ui: bytes = b"{}", new_ui: bytes = b"{}") -> tuple[Change, ...]:
    """The changes between two forms with their layouts. Raises `ValueError` for what is no form."""
    before, after = _fields(_object(old), _object(old_ui)), _fields(_object(new), _object(new_ui))
    was, now = ([name for name in one if name in before and name in after] for one in (before, after))
    if was != now:  # what is new or gone says so itself
        before[""]["字段顺序"], after[""]["字段顺序"] = ("、".join(filter(None, names)) for names in (was, now))
    return tuple(_changes(before, after))


def title_of(body: bytes) -> str:
    """What a form is called; empty where it does not say."""
    try:
        return str(_object(body).get("title") or "")
    except ValueError:
        return ""


def _object(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("表单应为 JSON 对象")
    return found


def _changes(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    for name, now in after.items():
        was = before.get(name)
        if was is None:
            yield _change(name, now, Kind.ADDED, {}, now)
        elif was != now:
            yield _change(name, now, Kind.CHANGED, was, now)
    for name, was in before.items():
        if name not in after:
            yield _change(name, was, Kind.REMOVED, was, {})


def _change(name: str, facts: Mapping[str, str], kind: Kind, old: Mapping[str, str], new: Mapping[str, str]) -> Change:
    return Change(name, facts.get("名称") or name or "整张表单", "字段" if name else "表单", kind, facts_between(old, new))


def _fields(schema: dict[str, Any], ui: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Every field by its path, columns of tables and fields under conditions included; the form itself under an empty path."""
    found: dict[str, dict[str, str]] = {}
    _walk(found, "", schema, ui, {})
    definitions = schema.get("$defs")
    for name, node in definitions.items() if isinstance(definitions, dict) else ():
        if isinstance(node, dict):
            _walk(found, f"$defs.{name}", node, {}, {})
    return found


def _walk(found: dict[str, dict[str, str]], path: str, node: Mapping[str, Any], ui: Any, more: Mapping[str, str]) -> None:
    """Notes a field with its own fields below it."""
    shown = ui if isinstance(ui, dict) else {}
    inner = node["items"] if isinstance(node.get("items"), dict) else node
    inner_ui = shown.get("items", {}) if inner is not node else shown
    facts = {**dict(_facts(node, path)), **more, **dict(_shown(shown))}
    if inner is not node and not isinstance(inner.get("properties"), dict):
        facts |= {f"每项的{label}": text for label, text in _facts(inner, path)}
    found[path] = facts
    _walk_properties(found, path, inner, inner_ui, {})
    for number, rule in enumerate(_rules(inner), 1):
        condition = _condition(rule["if"], inner)
        then = rule.get("then")
        if condition is None or not isinstance(then, dict) or set(rule) - {"if", "then"} or set(then) - {"properties", "required"}:
            facts[f"条件规则 {number}"] = _text(rule)
        elif isinstance(then.get("properties"), dict):
            _walk_properties(found, path, then, inner_ui, {"出现的条件": condition})
        else:
            facts[f"{condition}时必填"] = "、".join(map(str, then.get("required") or ()))


def _walk_properties(found: dict[str, dict[str, str]], path: str, node: Mapping[str, Any], ui: Any, more: Mapping[str, str]) -> None:
    own, needed = node.get("properties"), node.get("required")
    for name, child in own.items() if isinstance(own, dict) else ():
        if isinstance(child, dict):
            where = f"{path}.{name}" if path else name
            while where in found:  # a field that stands under several conditions
                where += "′"
            required = "是" if isinstance(needed, list) and name in needed else "否"
            _walk(found, where, child, ui.get(name) if isinstance(ui, dict) else None, {"必填": required, **more})


def _rules(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What holds under conditions."""
    alone = [{key: node[key] for key in ("if", "then", "else") if key in node}] if "if" in node else []
    listed = node.get("allOf")
    return alone + [rule for rule in (listed if isinstance(listed, list) else []) if isinstance(rule, dict) and "if" in rule]


def _condition(test: Any, node: Mapping[str, Any]) -> str | None:
    """“决定是通过”; none for what has no such plain words."""
    fields = node.get("properties")
    if isinstance(test, dict) and set(test) == {"required"}:
        return f"已有{'、'.join(_title(fields, name) for name in test['required'])}"
    asked = test.get("properties") if isinstance(test, dict) else None
    if not isinstance(asked, dict) or set(test) - {"properties", "required"}:
        return None
    said = []
    for name, wanted in asked.items():
        field = fields.get(name, {}) if isinstance(fields, dict) else {}
        names = {
            one.get("const"): one.get("title") for one in field.get("oneOf") or () if isinstance(one, dict) and _plain(one.get("const"))
        }
        contained = wanted.get("contains") if set(wanted) == {"contains"} else None
        wanted = contained if isinstance(contained, dict) else wanted
        values = [wanted["const"]] if set(wanted) == {"const"} else wanted["enum"] if set(wanted) == {"enum"} else None
        if values is None or not all(_plain(value) for value in values):
            return None
        said.append(
            f"{_title(fields, name)}{'包括' if contained else '为'}{'或'.join(str(names.get(value) or _text(value)) for value in values)}"
        )
    return "且".join(said)


def _title(fields: Any, name: str) -> str:
    field = fields.get(name) if isinstance(fields, dict) else None
    return str(field.get("title") or name) if isinstance(field, dict) else name


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _facts(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if key in _FIELDS or (key == "allOf" and _rules({key: value}) == value):
            continue
        if key == "type":
            yield "类型", "或".join(TYPES.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
        elif key == "enum" and isinstance(node.get("oneOf"), list):
            continue  # the choices say it with their names
        elif key in ("enum", "oneOf") and path and isinstance(value, list):
            yield "选项", "、".join(_choice(one) for one in value)
        elif key in ("allOf", "anyOf", "oneOf", "dependentRequired", "dependentSchemas"):
            yield f"校验规则 {key}", _text(value)
        else:
            yield LABELS.get(key, key), _text(value)


def _choice(one: Any) -> str:
    if isinstance(one, dict) and "const" in one:
        return f"{one.get('title', one['const'])}（{one['const']}）"
    return _text(one)


def _shown(ui: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in ui.items():
        if key == "ui:sections" and isinstance(value, list):
            yield "分组和顺序", "；".join(_section(one) for one in value)
        elif key.startswith("ui:"):
            yield LABELS.get(key, key), _text(value)


def _section(one: Any) -> str:
    if not isinstance(one, dict):
        return _text(one)
    others = {key: value for key, value in one.items() if key not in ("title", "fields")}
    said = f"{one.get('title', '')}：{'、'.join(map(str, one.get('fields') or ()))}"
    return f"{said}（{_text(others)}）" if others else said


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
