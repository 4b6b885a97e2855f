"""The rules that forms keep, each with its sentence and its place; and computed fields, reckoned by the server."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from app.cases import form_check, forms
from app.cases.errors import InvalidForm
from app.cases.form_computing import computed
from app.config import ROOT
from app.engine.errors import ERROR

PATH = "forms/shandong/site_check.json"
SCHEMA: dict[str, Any] = {
    "title": "现场检查",
    "type": "object",
    "properties": {
        "amount": {"type": "number", "title": "金额", "minimum": 0, "maximum": 10},
        "kind": {"type": "string", "title": "类型", "enum": ["a"], "oneOf": [{"const": "a", "title": "甲"}]},
        "decision": {"type": "string", "title": "决定", "enum": ["yes"]},
    },
    "required": ["amount"],
    "allOf": [
        {
            "if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]},
            "then": {"properties": {"why": {"type": "string", "title": "原因"}}, "required": ["why"]},
        }
    ],
    "unevaluatedProperties": False,
}
UI: dict[str, Any] = {"ui:sections": [{"title": "填报", "fields": ["amount", "kind", "decision", "why"]}]}


def said(schema: dict[str, Any], ui: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """(place, sentence) of what is wrong."""
    texts = [json.dumps(part).encode() for part in (schema, ui if ui is not None else UI)]
    return [(one.element, one.message) for one in form_check.check(PATH, *texts)]


def changed(place: str, value: Any, original: dict[str, Any] = SCHEMA) -> dict[str, Any]:
    """A copy with one value set; `None` takes it away."""
    copied = copy.deepcopy(original)
    *way, last = place.split("/")
    node: Any = copied
    for part in way:
        node = node[int(part)] if isinstance(node, list) else node[part]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return copied


def test_a_form_in_order_has_no_problems() -> None:
    assert said(SCHEMA) == []


def test_the_forms_of_the_library_keep_the_rules() -> None:
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / "forms").rglob("*.json")}
    assert [str(one) for one in form_check.problems(files) if one.severity == ERROR] == []


@pytest.mark.parametrize(
    ("place", "value", "where", "words"),
    [
        ("title", None, "", "没有标题"),
        ("properties/amount/title", None, "/properties/amount", "没有标题"),
        ("properties/amount/maximum", -1, "/properties/amount", "下限 0 大于上限 -1"),
        ("properties/kind/oneOf", [], "/properties/kind", "选项是空的"),
        ("properties/kind/oneOf", [{"const": "b", "title": "乙"}], "/properties/kind", "不一致"),
        ("properties/kind/oneOf", [{"const": "a", "title": " "}], "/properties/kind", "没有文字"),
        ("properties/1st", {"type": "string", "title": "一"}, "/properties/1st", "字段名"),
        ("properties/class", {"type": "string", "title": "类"}, "/properties/class", "保留字"),
        ("properties/amount/pattern", "(", "/properties/amount", "pattern"),
        ("required", ["gone"], "/required", "gone"),
        ("allOf/0/if", {"properties": {"gone": {"const": 1}}, "required": ["gone"]}, "/allOf/0/if", "gone"),
        ("x-consequences", {"no": "退回"}, "/x-consequences/no", "没有这个选项"),
        ("x-prefill", {"gone": "today"}, "/x-prefill/gone", "没有字段"),
        ("x-prefill", {"why": "nowhere"}, "/x-prefill/why", "不认识"),
        ("x-computed", {"amount": {"op": "sum", "of": ["amount"]}}, "/x-computed/amount", "绕回"),
        ("x-computed", {"amount": {"op": "sum", "of": []}}, "/x-computed/amount", "还没有选择"),
        ("x-scoring", {"scores": "gone", "total": "t"}, "/x-scoring/scores", "gone"),
        ("type", "thing", "/type", "JSON Schema"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(place: str, value: Any, where: str, words: str) -> None:
    found = said(
        changed(place, value), {**UI, "ui:sections": [{"title": "填报", "fields": [*UI["ui:sections"][0]["fields"], "1st", "class"]}]}
    )
    assert any(at == where and words in sentence for at, sentence in found), found


@pytest.mark.parametrize(
    ("ui", "where", "words"),
    [
        ({"ui:sections": [{"title": "填报", "fields": ["amount", "kind", "decision"]}]}, "/why", "没有放进任何一节"),
        ({**UI, "amount": {"ui:widget": "slider"}}, "/amount", "没有“slider”这种控件"),
        ({**UI, "gone": {"ui:widget": "money"}}, "/gone", "没有这个字段"),
        ({"ui:sections": [{"fields": ["amount", "kind", "decision", "why"]}]}, "/ui:sections/0", "没有标题"),
        ({"ui:sections": [{"title": "填报", "fields": ["amount", "kind", "decision", "why", "why"]}]}, "/why", "不止一节"),
    ],
)
def test_a_layout_places_each_field_once(ui: dict[str, Any], where: str, words: str) -> None:
    found = said(SCHEMA, ui)
    assert any(at == where and words in sentence for at, sentence in found), found


def test_what_is_no_json_is_said_and_not_raised() -> None:
    assert form_check.check(PATH, b"{", None)[0].code == "bad-form"
    assert form_check.problems({"forms/x/y.ui.json": b"{}"})[0].code == "form-layout"


# -- computed fields --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ({"op": "sum", "of": ["a", "b"]}, 3.3),
        ({"op": "sum", "of": ["a", "missing"]}, 1.1),
        ({"op": "sum", "of": ["rows.cost", 1]}, 7),
        ({"op": "difference", "of": ["b", "a"]}, 1.1),
        ({"op": "product", "of": ["a", "b"], "digits": 1}, 2.4),
        ({"op": "quotient", "of": ["b", "a"]}, 2),
        ({"op": "quotient", "of": ["b", "zero"]}, None),
        ({"op": "percent", "of": ["a", "b"]}, 50),
        ({"op": "product", "of": ["a", "missing"]}, None),
        ({"op": "sum", "of": ["word"]}, None),
    ],
)
def test_a_computed_field_is_reckoned_in_decimals(formula: dict[str, Any], result: float | None) -> None:
    data = {"a": 1.1, "b": 2.2, "zero": 0, "word": "x", "rows": [{"cost": 2}, {}, {"cost": 4}]}
    assert computed({"x-computed": {"r": formula}}, data).get("r") == result


def test_the_servers_figure_counts_and_may_feed_another() -> None:
    schema = {
        "type": "object",
        "properties": {name: {"type": "number", "maximum": 100} for name in ("a", "b", "total", "twice")},
        "additionalProperties": False,
        "x-computed": {"twice": {"op": "product", "of": ["total", 2]}, "total": {"op": "sum", "of": ["a", "b"]}},
    }
    assert forms.reckoned(schema, {"a": 1, "b": 2, "total": 999}) == {"a": 1, "b": 2, "total": 3, "twice": 6}
    with pytest.raises(InvalidForm) as refused:
        forms.reckoned(schema, {"a": 60, "b": 10})
    assert [one.pointer for one in refused.value.problems] == ["/twice"]


# -- sheets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("above", "grade"), [(False, "pass"), (True, "fail")])
def test_a_grade_is_reached_at_its_figure_or_only_beyond_it(above: bool, grade: str) -> None:
    rule = {"scores": "scores", "total": "t", "grade": "g", "grades": [["pass", 60]], "pass": 60, "above": above}
    assert forms.score(rule, {"scores": {"1": 60}}) == {"t": 60, "g": grade}


def test_a_division_must_exist() -> None:
    schema = {"type": "object", "properties": {"region": {"type": "string", "format": "region", "pattern": r"^\d{6}$"}}}
    assert forms.check(schema, {"region": "370102"}) == []
    assert [one.message for one in forms.check(schema, {"region": "379999"})] == ["没有这个行政区划，请重新选择"]


MISSHAPEN: dict[str, dict[str, Any]] = {
    "prefill": {"x-prefill": ["amount"]},
    "computed": {"x-computed": {"amount": 1}},
    "arguments": {"x-computed": {"amount": {"op": "sum", "of": 5}}},
    "operation": {"x-computed": {"amount": {"op": []}}},
    "digits": {"x-computed": {"amount": {"op": "sum", "of": ["amount"], "digits": 10**9}}},
    "scoring": {"x-scoring": True},
    "grades": {"x-scoring": {"scores": "amount", "total": "amount", "grades": [1]}},
    "consequences": {"x-consequences": 5},
    "decision": {"properties": {**SCHEMA["properties"], "decision": True}},
}


@pytest.mark.parametrize("part", MISSHAPEN)
def test_what_cannot_be_read_in_a_form_is_said_at_its_place(part: str) -> None:
    [(pointer, sentence), *_] = said({**SCHEMA, **MISSHAPEN[part]})
    assert pointer.startswith(f"/{next(iter(MISSHAPEN[part]))}")
    assert "系统读不懂" in sentence


@pytest.mark.parametrize("sections", [5, ["填报"], [{"title": "填报", "fields": 5}], [{"title": "填报", "fields": [{}]}]])
def test_a_layout_that_cannot_be_read_is_said_at_its_place(sections: Any) -> None:
    assert [sentence for _, sentence in said(SCHEMA, {"ui:sections": sections})] == ["“ui:sections”这里的写法系统读不懂"]


def test_a_rule_that_always_or_never_holds_is_none_of_fields() -> None:
    sheet = {"sheet": {"type": "object", "title": "打分", "properties": {"one": True}}}
    scored = {**SCHEMA, "properties": {**SCHEMA["properties"], **sheet}, "x-scoring": {"scores": "sheet", "total": "amount"}}
    assert "打分" not in str(said({**scored, "dependentSchemas": {"amount": True}}))


@pytest.mark.parametrize("value", [1e20, 1e300, -1e300])
def test_a_figure_too_large_to_reckon_with_gives_none(value: float) -> None:
    assert computed({"x-computed": {"area": {"op": "product", "of": ["side", "side"]}}}, {"side": value}) == {}


def test_a_large_figure_keeps_its_decimals() -> None:
    assert computed({"x-computed": {"sum": {"op": "sum", "of": ["one", "two"]}}}, {"one": 9e15, "two": 0.25}) == {"sum": 9e15 + 0.25}
