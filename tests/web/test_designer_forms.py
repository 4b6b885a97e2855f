"""What the form builder asks of the server: who uses a form and its fields, what is wrong with it, what it would take."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.cases import designs
from tests.support.world import World
from tests.web.portal_support import client_of

FORM = json.dumps({"title": "表", "type": "object", "properties": {"n": {"type": "number", "title": "数", "maximum": 5}}})


@pytest.fixture
def design_id(world: World) -> int:
    with world.transaction() as session:
        return designs.begin(session, world.principal(session, "admin"), "shandong.mandatory_audit", 1).id


@pytest.mark.parametrize("username", ["county-env", "security", "auditor", "expert"])
def test_only_administrators_reach_the_form_builder(app: Flask, world: World, design_id: int, username: str) -> None:
    client = client_of(app, world, username)
    for path in ("", "/about"):
        assert client.get(f"/admin/designer/{design_id}/forms{path}").status_code == 404
    for path in ("check", "try"):
        assert client.post(f"/admin/designer/forms/{path}", json={}).status_code == 404


def test_a_form_knows_its_tasks_and_a_field_the_places_that_name_it(app: Flask, world: World, design_id: int) -> None:
    client = client_of(app, world, "admin")
    assert "data-formbuilder" in client.get(f"/admin/designer/{design_id}/forms").text
    about = client.get(f"/admin/designer/{design_id}/forms/about").json
    assert about is not None
    assert about["tasks"]["shandong/acceptance_application.json"][0]["actor_name"] == "企业"
    assert any("流程图" in place and "条件" in place for place in about["uses"]["decision"])
    assert any("预填" in place for place in about["uses"]["returned_reason"])


def test_what_is_wrong_with_a_form_comes_with_its_place(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    given = {"path": "forms/x/y.json", "schema": FORM.replace('"maximum"', '"minimum": 9, "maximum"'), "ui": "{}"}
    answer = client.post("/admin/designer/forms/check", json=given).json
    assert answer is not None
    assert ("/properties/n", "数") in {(one["element"], one["name"]) for one in answer["problems"]}


def test_a_rehearsal_is_refused_as_a_submission_is(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    assert client.post("/admin/designer/forms/try", json={"schema": FORM, "data": {"n": 5}}).json == {"data": {"n": 5}}
    refused = client.post("/admin/designer/forms/try", json={"schema": FORM, "data": {"n": 6}})
    assert refused.status_code == 422
    assert refused.json is not None
    assert [one["pointer"] for one in refused.json["errors"]] == ["/n"]
    assert client.post("/admin/designer/forms/try", json={"schema": "{", "data": {}}).status_code == 422


def test_divisions_are_listed_level_by_level(app: Flask, world: World) -> None:
    client = client_of(app, world, "county-env")
    assert "山东省" in {one["name"] for one in client.get("/regions/").json["within"]}  # type: ignore[index]
    found = client.get("/regions/370102").json
    assert found == {"name": "山东省济南市历下区", "line": ["370000", "370100", "370102"], "within": []}
    assert client.get("/regions/999999").status_code == 404
