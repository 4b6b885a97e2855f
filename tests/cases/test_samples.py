"""Every form can be filled with a valid sample, whatever is decided and whatever the grounds are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import forms
from app.cases.samples import NoSample, sample
from app.config import ROOT

FORMS = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("forms/**/*.json") if not p.name.endswith(".ui.json"))


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("grounds", [["1"], ["2"], ["1", "2", "3"]], ids=["1", "2", "123"])
def test_every_form_has_a_valid_sample_for_each_decision(path: str, grounds: list[str]) -> None:
    schema: dict[str, Any] = json.loads((ROOT / path).read_text())
    for choice in forms.choices(schema) or [{"value": ""}]:
        given: dict[str, Any] = {"decision": choice["value"]} if choice["value"] else {}
        if "grounds" in schema["properties"]:
            known = schema["properties"]["grounds"].get("items", {}).get("enum", grounds)
            given["grounds"] = [ground for ground in grounds if ground in known]
        data = sample(schema, given)
        assert forms.check(schema, data) == []
        assert {name: data[name] for name in given} == given


def test_given_values_stay_and_what_the_form_does_not_know_goes() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "minLength": 3}, "n": {"type": "integer", "minimum": 5}},
        "required": ["a", "n"],
        "additionalProperties": False,
    }
    assert sample(schema, {"a": "甲乙丙", "x": 1}) == {"a": "甲乙丙", "n": 5}


def test_required_files_come_from_the_maker() -> None:
    file = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "size": {"type": "integer"}},
        "required": ["id", "name", "size"],
    }
    schema = {
        "type": "object",
        "required": ["files"],
        "properties": {"files": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/file"}}},
        "$defs": {"file": file},
    }
    made = {"id": 7, "name": "甲.pdf", "size": 9}
    assert sample(schema, make_file=lambda: made) == {"files": [made]}


def test_a_form_that_nothing_satisfies_says_so() -> None:
    with pytest.raises(NoSample):
        sample({"type": "object", "required": ["a"], "properties": {"a": {"not": {}}}})
