"""The designer's pages and calls of drawings: for administrators alone, and what they answer to bad input."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask

from app.cases import designs
from app.config import ROOT
from tests.support.world import World
from tests.web.portal_support import client_of

OURS = ROOT / "processes/shandong/extension.bpmn"
NOT_OURS = ("county-env", "security", "auditor", "expert")


@pytest.fixture
def base(world: World) -> str:
    with world.transaction() as session:
        return f"/admin/designer/{designs.begin(session, world.principal(session, 'admin'), 'shandong.extension', 1).id}"


def _pages(base: str) -> tuple[str, ...]:
    return ("/admin/designer/", base, f"{base}/content", "/admin/designer/steps?q=延期")


def _acts(base: str) -> tuple[str, ...]:
    begin = ("/admin/designer/", "/admin/designer/open", "/admin/designer/from/shandong.extension/1", "/admin/designer/limit")
    return (*begin, f"{base}/check", f"{base}/finish", f"{base}/discard")


@pytest.mark.parametrize("username", NOT_OURS)
def test_nobody_but_administrators_reaches_the_drawings(app: Flask, world: World, base: str, username: str) -> None:
    client = client_of(app, world, username)
    assert {page: client.get(page).status_code for page in _pages(base)} == dict.fromkeys(_pages(base), 404)
    assert {act: client.post(act, json={}).status_code for act in _acts(base)} == dict.fromkeys(_acts(base), 404)
    assert client.put(f"{base}/content", json={}).status_code == 404


def test_administrators_reach_all_of_it(app: Flask, world: World, base: str) -> None:
    client = client_of(app, world, "admin")
    assert {page: client.get(page).status_code for page in _pages(base)} == dict.fromkeys(_pages(base), 200)


def test_the_reference_speaks_in_the_words_of_the_place(app: Flask, world: World, base: str) -> None:
    reference: Any = client_of(app, world, "admin").get(f"{base}/content").get_json()["reference"]
    actors = {one["value"]: one["label"] for one in reference["actors"]}
    assert actors["county_environment"] == "县环保局"
    shared = {one["value"]: one for one in reference["processes"]}["common.joint_action"]
    assert {part["value"]: part["human"] for part in shared["parts"]} == {"lead": True, "joint": True}
    assert {"value", "label", "file"} == set(reference["tables"][0])


def test_the_second_saver_is_told_who_saved_and_gets_both(app: Flask, world: World, base: str) -> None:
    client = client_of(app, world, "admin")
    path = "forms/shandong/another.json"
    assert client.put(f"{base}/content", json={"revision": 1, "files": {path: "1"}}).status_code == 200
    refused = client.put(f"{base}/content", json={"revision": 1, "files": {path: "2"}})
    assert refused.status_code == 409
    body: Any = refused.get_json()
    assert (body["revision"], body["theirs"][path], path in body["base"]) == (2, "1", False)
    assert body["saved_by"] in body["detail"]


def test_a_file_is_opened_as_a_design(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    sent = {"files": (io.BytesIO(OURS.read_bytes()), "extension.bpmn"), "jurisdiction": "", "name": "", "title": ""}
    answer = client.post("/admin/designer/open", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302
    assert client.get(answer.headers["Location"]).status_code == 200


def test_a_hostile_file_is_refused_on_the_page_with_its_reason(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    hostile = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>'
    sent = {"files": (io.BytesIO(hostile), "x.bpmn"), "title": "外来的流程"}
    answer = client.post("/admin/designer/open", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "文件打不开" in answer.text
    assert "外来的流程" in answer.text


TRIED = {"setup": {"start": "2027-01-11", "region": "370102"}, "moves": []}
WRONG_BODIES: dict[str, tuple[object, ...]] = {
    "content": ([1], None, {"revision": "x"}, {"revision": 2**70}, {"files": ["a"]}, {"files": {"forms/a.json": 5}}, {"files": {"forms/a.json": "\ud800"}}),
    "check": ([1], {"files": "x"}, {"files": {"forms/a.json": "\ud800"}}),
    "finish": (5, {"revision": None}, {"revision": [1]}),
    "tables/evaluate": ([], {"files": [[1]]}, {"path": "\ud800"}),
    "tables/new": ("x", {"files": 5}, {"title": "\ud800"}),
    "trial/step": ([1], {**TRIED, "act": "task"}, {**TRIED, "act": ["task"]}, {**TRIED, "moves": ["task"]}, {**TRIED, "setup": {"region": "\ud800"}}),
    "trial/keep": ([1], {**TRIED, "moves": [["task"]], "title": "方案一"}),
    "trial/check": ([1],),
    "trial/accept": (None,),
    "/admin/designer/limit": ([1], {"source": "\ud800"}),
    "/admin/designer/forms/check": (5, {"schema": "\ud800"}),
    "/admin/designer/forms/try": ("x", {"schema": "\ud800"}),
}  # fmt: skip


@pytest.mark.parametrize("call", WRONG_BODIES)
def test_a_body_that_cannot_be_meant_is_refused_with_a_reason(app: Flask, world: World, base: str, call: str) -> None:
    client = client_of(app, world, "admin")
    address = call if call.startswith("/") else f"{base}/{call}"
    for body in (*WRONG_BODIES[call], {"files": float("nan")}):
        answer = client.open(address, method="PUT" if call == "content" else "POST", data=json.dumps(body), content_type="application/json")
        assert answer.status_code in (400, 422), (body, answer.text)
        assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    "address", ["{0}/comparison?with={1}", "{0}/comparison?with=save-{1}", "/admin/designer/{1}", "/admin/processes/exchange/{1}"]
)
def test_a_number_that_no_database_keeps_names_nothing(app: Flask, world: World, base: str, address: str) -> None:
    assert client_of(app, world, "admin").get(address.format(base, 10**20)).status_code == 404


@pytest.mark.parametrize(
    ("path", "text", "call"),
    [
        ("forms/shandong/another.json", "[" * 5000, "content"),
        ("forms/shandong/another.json", '{"x-prefill": [1]}', "forms/about"),
        ("checks/shandong/extension/one.yaml", "forms: [1]", "forms/about"),
        ("checks/shandong/extension/one.yaml", "\x01", "trial/check"),
    ],
    ids=["deep", "prefill", "answers", "characters"],
)
def test_a_file_that_cannot_be_read_does_not_lock_people_out_of_their_design(
    app: Flask, world: World, base: str, path: str, text: str, call: str
) -> None:
    client = client_of(app, world, "admin")
    assert client.put(f"{base}/content", json={"revision": 1, "files": {path: text}}).status_code == 200
    answer = client.post(f"{base}/{call}", json={"path": path}) if call == "trial/check" else client.get(f"{base}/{call}")
    assert answer.status_code == 200
