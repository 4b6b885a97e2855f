"""What is wrong with a form, each problem at its place: the rules that the forms of the library keep, and those that administrators draw.

`element` of a problem is a JSON Pointer into the schema, or into the UI schema where `file` is that.
"""

from __future__ import annotations

import json
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from app.cases import form_fields
from app.cases.form_computing import OPERATIONS
from app.engine.errors import WARNING, Problem

WIDGETS: Final = frozenset(
    {
        *(
            "agree",
            "checkboxes",
            "date",
            "decision",
            "files",
            "grid",
            "lines",
            "money",
            "month",
            "opinion",
            "organisation",
            "radio",
            "region",
        ),
        *("score-sheet", "select", "textarea", "veto-list", "yesno"),
    }
)
"""What the renderer knows (frontend/README.md)."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BOUNDS = (("minimum", "maximum", "数值"), ("minLength", "maxLength", "字数"), ("minItems", "maxItems", "项数"))
_SOURCE = re.compile(r"today|(case|enterprise)\.\w+")
_SETTINGS: Final = Draft202012Validator(
    {
        "properties": {
            "properties": {"properties": {"decision": {"type": "object"}}},
            "x-prefill": {"type": "object"},
            "x-consequences": {"type": "object"},
            "x-computed": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "op": {"type": "string"},
                        "of": {"type": "array"},
                        "digits": {"type": "integer", "minimum": 0, "maximum": 10},
                    },
                },
            },
            "x-scoring": {
                "type": "object",
                "properties": {
                    **{name: {"type": "string"} for name in ("scores", "vetoes", "total", "veto", "grade")},
                    "grades": {
                        "type": "array",
                        "items": {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{}, {"type": "number"}]},
                    },
                },
            },
        }
    }
)
_LAYOUT: Final = Draft202012Validator(
    {
        "properties": {
            "ui:sections": {
                "type": "array",
                "items": {"type": "object", "properties": {"fields": {"type": "array", "items": {"type": "string"}}}},
            }
        }
    }
)
"""The shapes of what stands in a form beside JSON Schema, and in its layout: the other rules rely on them."""
Found = Iterator[tuple[str, str]]
"""(pointer, sentence) of each problem."""


def problems(files: Mapping[str, bytes]) -> list[Problem]:
    """Everything wrong with the forms among `files`, which are named by their paths."""
    found: list[Problem] = []
    for path, body in sorted(files.items()):
        if is_schema(path):
            found += check(path, body, files.get(layout_of(path)))
        elif path.endswith(".ui.json") and (schema := path.removesuffix(".ui.json") + ".json") not in files:
            found.append(Problem(path, "", "", "form-layout", f"没有与它配套的表单 {schema}"))
    return found


def layout_of(path: str) -> str:
    """The file that lays a form out."""
    return path.removesuffix(".json") + ".ui.json"


def check(path: str, schema_text: bytes, ui_text: bytes | None) -> list[Problem]:
    """Everything wrong with one form: its schema and, where there is one, its UI schema."""
    schema = read(schema_text)
    if schema is None:
        return [Problem(path, "", "", "bad-form", "表单文件不是有效的 JSON 对象")]
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        # An empty choice is no valid schema either, and is said as what it is.
        return _rows(path, schema, _nodes(schema, "")) or [_invalid(path, schema, list(error.absolute_path))]
    if unread := [_unread(path, schema, error.absolute_path) for error in _SETTINGS.iter_errors(schema)]:
        return unread
    name = str(schema.get("title", ""))
    found = _rows(path, schema, _schema(schema))
    found += [Problem(path, pointer, name, "form-prefill", words, WARNING) for pointer, words in _prefill_sources(schema)]
    if ui_text is None:
        return found
    ui_path = layout_of(path)
    ui = read(ui_text)
    if ui is None:
        return [*found, Problem(ui_path, "", name, "bad-form", "版面文件不是有效的 JSON 对象")]
    if unread := [_unread(ui_path, {}, error.absolute_path) for error in _LAYOUT.iter_errors(ui)]:
        return found + unread
    return found + [
        Problem(ui_path, pointer, form_fields.title_of(schema, pointer.split("/")[1]) if pointer else name, "form-layout", words)
        for pointer, words in _layout(ui, schema)
    ]


def _rows(path: str, schema: Mapping[str, Any], found: Found) -> list[Problem]:
    return [Problem(path, pointer, _title_at(schema, pointer.split("/")[1:]), "form-rule", words) for pointer, words in found]


def _invalid(path: str, schema: Mapping[str, Any], place: list[Any]) -> Problem:
    return Problem(path, _pointer(place), _title_at(schema, place), "bad-form", "这里不是有效的 JSON Schema")


def _unread(path: str, schema: Mapping[str, Any], place: Iterable[Any]) -> Problem:
    parts = list(place)
    return Problem(path, _pointer(parts), _title_at(schema, parts), "bad-form", f"“{parts[0]}”这里的写法系统读不懂")


def _pointer(place: list[Any]) -> str:
    return "".join(f"/{_escaped(str(part))}" for part in place)


def is_schema(path: str) -> bool:
    """Whether a path is that of a form rather than of its layout."""
    return path.startswith("forms/") and path.endswith(".json") and not path.endswith(".ui.json")


def read(text: bytes) -> dict[str, Any] | None:
    """The object that a file holds; none where it is not JSON or no object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _title_at(schema: Mapping[str, Any], path: list[Any]) -> str:
    """The title nearest to a place, so that a person knows which field is meant."""
    node: Any = schema
    title = schema.get("title", "")
    for part in path:
        node = node[int(part)] if isinstance(node, list) else node.get(_plain(part)) if isinstance(node, dict) else None
        if isinstance(node, dict) and isinstance(node.get("title"), str):
            title = node["title"]
    return str(title)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _plain(part: Any) -> str:
    return str(part).replace("~1", "/").replace("~0", "~")


# -- the schema -------------------------------------------------------------------------------------------------------


def _schema(schema: Mapping[str, Any]) -> Found:
    if not schema.get("title"):
        yield "", "表单没有标题"
    if schema.get("type") != "object":
        yield "", "表单的最外层应是 object"
    yield from _nodes(schema, "")
    known = _known(schema)
    for pointer, part in _parts(schema, ""):
        for name, about in part.get("properties", {}).items():
            yield from _field(f"{pointer}/properties/{_escaped(name)}", name, about, own=not pointer)
        yield from ((f"{pointer}/required", f"要求填写的“{name}”在表单里没有") for name in part.get("required", ()) if name not in known)
    yield from _conditions(schema, known)
    yield from _consequences(schema)
    for key in ("x-prefill", "x-computed"):
        for name in schema.get(key, {}):
            if name not in known:
                yield f"/{key}/{_escaped(name)}", f"表单里没有字段“{name}”"
    yield from _computed(schema, known)
    yield from _scoring(schema, known)


def _parts(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The root and the branches of its rules, whose fields are those of the form."""
    yield pointer, schema
    for key in ("then", "else"):
        if isinstance(schema.get(key), dict):
            yield from _parts(schema[key], f"{pointer}/{key}")
    for key in ("allOf", "anyOf", "oneOf"):
        for index, part in enumerate(schema.get(key, ())):
            if isinstance(part, dict):
                yield from _parts(part, f"{pointer}/{key}/{index}")
    for name, part in schema.get("dependentSchemas", {}).items():
        if isinstance(part, dict):
            yield from _parts(part, f"{pointer}/dependentSchemas/{_escaped(name)}")


def _known(schema: Mapping[str, Any]) -> set[str]:
    """The fields of a form, conditional ones included; what a condition only asks is none."""
    return {name for _, part in _parts(schema, "") for name in part.get("properties", {})}


def _field(pointer: str, name: str, about: Any, *, own: bool) -> Found:
    if not isinstance(about, dict):
        return
    if own and not about.get("title") and "$ref" not in about:
        yield pointer, f"字段“{name}”没有标题"
    if own and not _NAME.fullmatch(name):
        yield pointer, f"字段名“{name}”应以字母开头，只用字母、数字和下划线"
    elif own and keyword.iskeyword(name):
        yield pointer, f"字段名“{name}”是条件表达式的保留字，条件里用不了，请换一个"


def _nodes(node: Any, pointer: str) -> Found:
    """What is wrong with any part of the schema by itself: bounds, choices, patterns."""
    if isinstance(node, list):
        for index, part in enumerate(node):
            yield from _nodes(part, f"{pointer}/{index}")
    if not isinstance(node, dict):
        return
    for least, most, what in _BOUNDS:
        low, high = node.get(least), node.get(most)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield pointer, f"{what}的下限 {low} 大于上限 {high}"
    if isinstance(node.get("pattern"), str):
        try:
            re.compile(node["pattern"])
        except re.error:
            yield pointer, "格式的写法（pattern）不正确"
    yield from _options(node, pointer)
    if node.get("type") == "array" and isinstance(node.get("items"), dict) and node["items"].get("properties") == {}:
        yield pointer, "表格还没有列"
    for key, part in node.items():
        if key not in ("default", "const", "enum", "examples") and not key.startswith("x-"):
            yield from _nodes(part, f"{pointer}/{_escaped(str(key))}")


def _options(node: Mapping[str, Any], pointer: str) -> Found:
    if not isinstance(node.get("type"), str):
        return  # no field of its own: narrows one
    options = node.get("oneOf")
    worded = isinstance(options, list) and all(isinstance(one, dict) and "const" in one for one in options)
    if node.get("enum") == [] or options == []:
        yield pointer, "选项是空的，请至少写一个选项"
        return
    if not worded or not isinstance(options, list):
        return
    values = [one["const"] for one in options]
    for value, times in Counter(map(str, values)).items():
        if times > 1:
            yield pointer, f"有两个选项的取值都是“{value}”"
    if any(not str(one.get("title", "")).strip() for one in options):
        yield pointer, "有的选项没有文字"
    if isinstance(node.get("enum"), list) and sorted(map(str, node["enum"])) != sorted(map(str, values)):
        yield pointer, "选项的取值（enum）与文字（oneOf）不一致"


def _conditions(schema: Mapping[str, Any], known: set[str]) -> Found:
    rules = [("", schema), *((f"/allOf/{i}", rule) for i, rule in enumerate(schema.get("allOf", ())))]
    for pointer, rule in rules:
        if isinstance(rule, dict) and isinstance(rule.get("if"), dict):
            for name in sorted(_asked(rule["if"]) - known):
                yield f"{pointer}/if", f"条件里的字段“{name}”在表单里没有"


def _asked(test: Mapping[str, Any]) -> set[str]:
    names = {*test.get("properties", {}), *test.get("required", ())}
    below = [*test.get("anyOf", ()), *test.get("allOf", ()), *test.get("oneOf", ()), test.get("not")]
    return names.union(*(_asked(part) for part in below if isinstance(part, dict)))


def _consequences(schema: Mapping[str, Any]) -> Found:
    values = {value for value, _ in _decisions(schema)}
    for value in schema.get("x-consequences", {}):
        if value not in values:
            yield f"/x-consequences/{_escaped(value)}", f"写了选“{value}”之后怎样，但办理决定里没有这个选项"


def _decisions(schema: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    decision = schema.get("properties", {}).get("decision", {})
    for option in decision.get("oneOf") or [{"const": value} for value in decision.get("enum", ())]:
        yield option.get("const"), str(option.get("title", ""))


def _prefill_sources(schema: Mapping[str, Any]) -> Found:
    for name, source in schema.get("x-prefill", {}).items():
        if not _SOURCE.fullmatch(str(source)):
            yield f"/x-prefill/{_escaped(name)}", f"预填来源“{source}”系统不认识，这一项不会预填"


def _computed(schema: Mapping[str, Any], known: set[str]) -> Found:
    formulas = schema.get("x-computed", {})
    for name, formula in formulas.items():
        pointer = f"/x-computed/{_escaped(name)}"
        if formula.get("op") not in OPERATIONS:
            yield pointer, "不认识这种计算"
            continue
        given = formula.get("of", [])
        if not given:
            yield pointer, "还没有选择要计算的字段"
        for one in given:
            if isinstance(one, str) and one.partition(".")[0] not in known:
                yield pointer, f"计算用到的字段“{one}”在表单里没有"
        if name in _reaches(name, formulas):
            yield pointer, "计算绕回到了自己"


def _reaches(name: str, formulas: Mapping[str, Any]) -> set[str]:
    """The fields that a computed field counts with, directly or by way of others."""
    seen: set[str] = set()
    pending = [name]
    while pending:
        for one in formulas.get(pending.pop(), {}).get("of", ()):
            field = one.partition(".")[0] if isinstance(one, str) else None
            if field is not None and field not in seen:
                seen.add(field)
                pending.append(field)
    return seen


def _scoring(schema: Mapping[str, Any], known: set[str]) -> Found:
    rule = schema.get("x-scoring")
    if rule is None:
        return
    for key in ("scores", "vetoes"):
        if key in rule and rule[key] not in known:
            yield f"/x-scoring/{key}", f"打分规则用到的字段“{rule[key]}”在表单里没有"
    if "scores" not in rule or "total" not in rule:
        yield "/x-scoring", "打分规则缺少打分项目或总分"
        return
    sheet = schema.get("properties", {}).get(rule["scores"])
    items = sheet.get("properties", {}) if isinstance(sheet, dict) else {}
    if not items:
        yield "/x-scoring", "打分表还没有评分项目"
    most = sum(item.get("maximum", 0) for item in items.values() if isinstance(item, dict))
    figures = [least for _, least in rule.get("grades", ())]
    if figures != sorted(figures, reverse=True) or len(set(figures)) != len(figures):
        yield "/x-scoring", "各等次的分数应从高到低排列，不能相同"
    yield from (("/x-scoring", f"等次要求 {figure} 分，超过满分 {most} 分") for figure in figures if figure > most)
    if "grades" in rule and "grade" not in rule:
        yield "/x-scoring", "写了等次，但没有写等次存为哪一个变量（grade）"


# -- the layout -------------------------------------------------------------------------------------------------------


def _layout(ui: Mapping[str, Any], schema: Mapping[str, Any]) -> Found:
    known = _known(schema)
    for field, about in ui.items():
        if field.startswith("ui:"):
            continue
        if field not in known:
            yield f"/{_escaped(field)}", f"版面里写了“{field}”，表单里没有这个字段"
        widget = about.get("ui:widget") if isinstance(about, dict) else None
        if widget is not None and widget not in WIDGETS:
            yield f"/{_escaped(field)}", f"没有“{widget}”这种控件"
    yield from _sections(ui, known)


def _sections(ui: Mapping[str, Any], known: set[str]) -> Found:
    """Every field of the form, conditional ones included, stands in exactly one section, which alone says the order."""
    for old in ("ui:groups", "ui:order"):
        if old in ui:
            yield f"/{old}", f"版面写了 {old}；顺序由各节（ui:sections）决定"
    sections = ui.get("ui:sections", [])
    for index, section in enumerate(sections):
        if not section.get("title"):
            yield f"/ui:sections/{index}", "有一节没有标题"
    placed = Counter(field for section in sections for field in section.get("fields", []))
    yield from (("/ui:sections", f"版面放了“{field}”，表单里没有这个字段") for field in sorted(placed.keys() - known))
    yield from ((f"/{_escaped(field)}", f"字段“{field}”没有放进任何一节") for field in sorted(known - placed.keys()))
    yield from ((f"/{_escaped(field)}", f"字段“{field}”放进了不止一节") for field, times in placed.items() if times > 1)
