"""Schema-valid sample values for the forms: what a demonstration or a simulation fills in where nothing else is given.

The validator says what is wrong and each complaint is repaired where it arose, so that conditions (`if`/`then`), `contains` and
counts need no rules of their own here.
"""

from __future__ import annotations

import copy
import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from app import clock

FileMaker = Callable[[], dict[str, Any]]
ROUNDS = 40
"""How often a sample is repaired before it is given up."""

_EXTRA = {"additionalProperties", "unevaluatedProperties"}
FILE_FIELDS = {"id", "name", "size"}
_WORDS = (
    ("电话", "0531-00000000"), ("手机", "13800000000"), ("意见", "情况属实，同意。"), ("原因", "设备改造周期较长，需要合理安排工期。"),
    ("网址", "https://example.org/"), ("单位", "示例单位"), ("名称", "示例名称"), ("地点", "企业会议室"), ("地址", "示例路 1 号"),
    ("人员", "示例甲、示例乙"), ("专家", "示例专家"), ("负责人", "示例甲"), ("联系人", "示例甲"), ("代表", "示例甲"),
    ("签", "示例甲"), ("评定人", "示例甲、示例乙"), ("文号", "示例〔2026〕1 号"),
)  # fmt: skip
_PATTERNS = {
    r"^1\d{10}$": "13800000000",
    r"^[0-9+() -]+$": "0531-00000000",
    r"^[0-9A-HJ-NPQRTUWXY]{18}$": "91370102MA0000016D",
    r"^\d{6}$": "370102",
}


class NoSample(ValueError):
    """No valid sample was found. The message names the first complaint that could not be repaired."""


def sample(schema: Mapping[str, Any], given: Mapping[str, Any] | None = None, *, make_file: FileMaker | None = None) -> dict[str, Any]:
    """Data that `schema` accepts, with the values that are `given`; fields that nobody asks for are left out.

    `make_file` gives the value of a file that a form requires. Raises `NoSample`.
    """
    maker = _Maker(schema, make_file, frozenset(given or ()))
    data: dict[str, Any] = copy.deepcopy(dict(given or {}))
    validator = Draft202012Validator(dict(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
    last = ""
    for _ in range(ROUNDS):
        errors = list(_leaves(validator.iter_errors(data)))
        if not errors:
            return data
        last = f"{errors[0].json_path}: {errors[0].message}"[:300]
        # A field looks unknown while the condition that asks for it still fails: take fields away only when nothing else is wrong.
        other = [e for e in errors if e.validator not in _EXTRA]
        for error in other or errors:
            maker.repair(data, error)
    raise NoSample(last)


def _leaves(errors: Any) -> Iterator[ValidationError]:
    for error in errors:
        if error.context and error.validator in {"allOf", "if"}:
            yield from _leaves(error.context)
        elif error.context and error.validator == "anyOf":
            first = error.context[0].schema_path[0]  # of alternatives the first is made true
            yield from _leaves(one for one in error.context if one.schema_path[0] == first)
        else:
            yield error


class _Maker:
    """Makes and repairs values of one schema."""

    def __init__(self, root: Mapping[str, Any], make_file: FileMaker | None, given: frozenset[str] = frozenset()) -> None:
        self.root = root
        self.given = given
        self._turned: Counter[str] = Counter()
        self.make_file = make_file

    # -- what stands where --------------------------------------------------------------------------------------------

    def _resolved(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A schema with its `$ref` followed and its `allOf` without conditions folded in."""
        merged = dict(schema)
        reference = merged.pop("$ref", None)
        if isinstance(reference, str) and reference.startswith("#/"):
            target: Any = self.root
            for part in reference[2:].split("/"):
                target = target[part]
            merged = {**self._resolved(target), **merged}
        return merged

    def _at(self, path: list[Any]) -> dict[str, Any]:
        """What the root schema says about a place, wherever in the schema it says so."""
        found = [self.root]
        for part in path:
            following: list[Mapping[str, Any]] = []
            for schema in found:
                following += list(self._below(self._resolved(schema), part))
            found = following
        merged: dict[str, Any] = {}
        for schema in reversed(found):
            merged.update(self._resolved(schema))
        return merged

    def _below(self, schema: Mapping[str, Any], part: Any) -> Iterator[Mapping[str, Any]]:
        if isinstance(part, int):
            if isinstance(schema.get("items"), dict):
                yield schema["items"]
        elif part in schema.get("properties", {}):
            yield schema["properties"][part]
        for inner in (*schema.get("allOf", ()), schema.get("then"), schema.get("else")):
            if isinstance(inner, Mapping):
                yield from self._below(self._resolved(inner), part)

    # -- repairing ----------------------------------------------------------------------------------------------------

    def repair(self, data: dict[str, Any], error: ValidationError) -> None:
        path = list(error.absolute_path)
        wanted: Any = error.validator_value
        schema_here: Any = error.schema
        try:
            here = _get(data, path)
        except (KeyError, IndexError, TypeError):
            return  # an earlier repair took it away
        rule = str(error.validator)
        if rule == "required" and isinstance(here, dict):
            for name in wanted:
                if name not in here:
                    local = schema_here.get("properties", {}).get(name, {})
                    here[name] = self.make({**self._at([*path, name]), **self._resolved(local)}, name)
        elif rule == "minItems" and isinstance(here, list):
            while len(here) < wanted:
                here.append(self.make(self._at([*path, len(here)]), "", len(here)))
        elif rule == "contains" and isinstance(here, list):
            item = self._resolved(schema_here["contains"])
            base = self._at([*path, 0])
            here.append(self.make(_merge(base, item), "", len(here)))
        elif rule in _EXTRA and isinstance(here, dict):
            known = self._names(path)
            for name in [n for n in here if n not in known] or list(_unexpected(error)):
                here.pop(name, None)
        elif rule == "uniqueItems" and isinstance(here, list):
            here[:] = [item for n, item in enumerate(here) if item not in here[:n]]
        elif rule == "maxItems" and isinstance(here, list):
            del here[wanted:]
        elif path and not (path[0] in self.given and self._turn_condition(data, error)):
            schema = _merge(self._at(path), self._resolved(schema_here))
            _set(data, path, self.make(schema, str(path[-1])))

    def _turn_condition(self, data: dict[str, Any], error: ValidationError) -> bool:
        """Instead of a given value, changes an answer under which it would be wrong. False where there is none to change."""
        condition: Mapping[str, Any] = {}
        node: Any = self.root
        for step in error.absolute_schema_path:
            if step in ("if", "then", "else") and isinstance(node, Mapping) and "if" in node:
                condition = node["if"]
                break
            node = node[step]
        for name in sorted(condition.get("properties", {}), key=lambda one: self._turned[one]):  # each in turn
            options = _options(self._at([name]))
            if name not in self.given and data.get(name) in options and len(options) > 1:
                data[name] = options[(options.index(data[name]) + 1) % len(options)]
                self._turned[name] += 1
                return True
        return False

    def _names(self, path: list[Any]) -> set[str]:
        names: set[str] = set()

        def gather(schema: Mapping[str, Any]) -> None:
            resolved = self._resolved(schema)
            names.update(resolved.get("properties", {}))
            for inner in (*resolved.get("allOf", ()), resolved.get("then"), resolved.get("else")):
                if isinstance(inner, Mapping):
                    gather(inner)

        gather(self._at(path) if path else self.root)
        return names

    # -- making -------------------------------------------------------------------------------------------------------

    def make(self, schema: Mapping[str, Any], name: str, index: int = 0) -> Any:
        """A value that a schema accepts on its own."""
        schema = self._resolved(schema)
        if "const" in schema:
            return copy.deepcopy(schema["const"])
        if schema.get("examples"):
            return copy.deepcopy(schema["examples"][index % len(schema["examples"])])
        options = _options(schema)
        if options:
            return copy.deepcopy(options[index % len(options)])
        if "default" in schema and schema.get("type") != "array":
            return copy.deepcopy(schema["default"])
        kind = schema.get("type")
        if kind == "object" or (kind is None and "properties" in schema):
            return self._object(schema)
        if kind == "array":
            items = schema.get("items", {})
            return [self.make(items, name, n) for n in range(int(schema.get("minItems", 0)))]
        if kind == "boolean":
            return False
        if kind in {"integer", "number"}:
            return _number(schema)
        return _text(schema, index)

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        properties = schema.get("properties", {})
        if set(properties) == FILE_FIELDS:
            if self.make_file is None:
                return {"id": 1, "name": "示例.pdf", "size": 1}
            return self.make_file()
        return {name: self.make(properties.get(name, {}), name) for name in schema.get("required", ())}


def _options(schema: Mapping[str, Any]) -> list[Any]:
    """The values that a field may be chosen from; none where it is free."""
    allowed = list(schema.get("enum", ()))
    titled = [o["const"] for o in schema.get("oneOf", ()) if "const" in o]
    return [value for value in titled if not allowed or value in allowed] or allowed


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two schemas about the same value as one."""
    merged = {**base, **over}
    if "properties" in base and "properties" in over:
        names = {**base["properties"], **over["properties"]}
        merged["properties"] = {n: _merge(base["properties"].get(n, {}), over["properties"].get(n, {})) for n in names}
    if "required" in base and "required" in over:
        merged["required"] = list(dict.fromkeys([*base["required"], *over["required"]]))
    for key, pick in (("minimum", max), ("maximum", min), ("minItems", max), ("minLength", max)):
        if key in base and key in over:
            merged[key] = pick(base[key], over[key])
    return merged


def _number(schema: Mapping[str, Any]) -> int | float:
    step = schema.get("multipleOf") or 1
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is None and high is None:
        return 1
    if low is None:
        low = min(high, 0)
    value = math.ceil(low / step) * step
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        value += step
    # A figure of some size looks less empty than the smallest one.
    if value == 0 and (high is None or step <= high):
        value = step
    if high is not None and value > high:
        value = high
    return int(value) if schema.get("type") == "integer" or float(value).is_integer() else float(value)


def _text(schema: Mapping[str, Any], index: int) -> str:
    today = clock.today()
    kind = schema.get("format")
    if kind == "date":
        return today.isoformat()
    if kind == "date-time":
        return dt.datetime.combine(today, dt.time(9), clock.SHANGHAI).isoformat()
    if kind == "uri":
        return "https://example.org/"
    if kind == "email":
        return "demo@example.org"
    pattern = schema.get("pattern")
    if pattern:
        return _PATTERNS.get(pattern, today.strftime("%Y-%m"))
    title = str(schema.get("title", ""))
    text = next((words for key, words in _WORDS if key in title), "已按要求完成，详见所附材料。")
    if index:
        text = f"{text}（{index + 1}）"
    least = int(schema.get("minLength", 0))
    while len(text) < least:
        text += text
    most = schema.get("maxLength")
    return text[: int(most)] if most else text


def _unexpected(error: ValidationError) -> Iterator[str]:
    """Names that a schema does not know, from the validator's sentence."""
    instance: Any = error.instance
    yield from [name for name in instance if f"'{name}'" in error.message]


def _get(data: Any, path: list[Any]) -> Any:
    for part in path:
        data = data[part]
    return data


def _set(data: Any, path: list[Any], value: Any) -> None:
    _get(data, path[:-1])[path[-1]] = value
