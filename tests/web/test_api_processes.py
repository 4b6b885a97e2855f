"""Processes over the API: versions, uploads, deployment."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.config import ROOT
from app.model import Blob, Definition
from tests.support.world import World
from tests.web.api_support import Caller, pointers

DIAGRAM = (ROOT / "processes/shandong/penalty.bpmn").read_text()
DISCLOSURE = (ROOT / "processes/shandong/disclosure.bpmn").read_text()
FORM = (ROOT / "forms/shandong/penalty_determine.json").read_bytes()
CHANGED = DIAGRAM.replace('name="认定违法情形"', 'name="认定违法事实"')


def upload(app: Flask, world: World, files: dict[str, Any], who: str = "admin", key: str | None = None) -> TestResponse:
    sent = [(io.BytesIO(body.encode() if isinstance(body, str) else body), name) for name, body in files.items()]
    return Caller(app, world, who).post("/processes", data={"files": sent}, content_type="multipart/form-data", key=key)


def stored(world: World) -> tuple[int, int]:
    with world.session() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Definition, Blob))  # type: ignore[return-value]


def test_the_list_names_what_the_contract_names(app: Flask, world: World) -> None:
    rows = Caller(app, world, "county-env").get("/processes").get_json()
    assert all(set(row) == {"key", "version", "name", "kind", "jurisdiction", "state"} for row in rows)
    found = next(row for row in rows if row["key"] == "shandong.mandatory_audit")
    assert (found["version"], found["jurisdiction"], found["state"]) == (1, "shandong", "deployed")


@pytest.mark.parametrize("name", ["penalty.bpmn", "processes/shandong/penalty.bpmn", "新版.bpmn"])
def test_a_draft_is_for_administrators_until_it_is_deployed(app: Flask, world: World, name: str) -> None:
    made = upload(app, world, {name: CHANGED})
    assert made.status_code == 201, made.get_data(as_text=True)
    assert (made.get_json()["key"], made.get_json()["version"]) == ("shandong.penalty", 2)
    states = {(row["key"], row["version"]): row["state"] for row in Caller(app, world, "admin").get("/processes").get_json()}
    assert states["shandong.penalty", 2] == "draft"
    clerk = Caller(app, world, "county-env")
    assert ("shandong.penalty", 2) not in {(row["key"], row["version"]) for row in clerk.get("/processes").get_json()}
    admin = Caller(app, world, "admin")
    done = admin.post("/processes/shandong.penalty/versions/2/deploy")
    assert done.status_code == 200
    assert done.get_json()["state"] == "deployed"
    assert ("shandong.penalty", 2) in {(row["key"], row["version"]) for row in clerk.get("/processes").get_json()}
    again = admin.post("/processes/shandong.penalty/versions/2/deploy")
    assert again.status_code == 409
    pointers(again)


@pytest.mark.parametrize("path", ["shandong.penalty/versions/9", "shandong.nothing/versions/1", "%00/versions/1", "a b/versions/1"])
def test_deploying_what_is_not_there(app: Flask, world: World, path: str) -> None:
    assert Caller(app, world, "admin").post(f"/processes/{path}/deploy").status_code == 404


def test_forms_find_their_place_by_name(app: Flask, world: World) -> None:
    changed = FORM.replace("认定".encode(), "查明".encode(), 1)
    assert changed != FORM
    made = upload(app, world, {"penalty.bpmn": CHANGED, "penalty_determine.json": changed})
    assert made.status_code == 201, made.get_data(as_text=True)
    from app.engine import store

    with world.session() as session:
        draft = session.scalars(select(Definition).where(Definition.key == "shandong.penalty", Definition.version == 2)).one()
        files = store.files_of(session, draft.id)
    assert files["forms/shandong/penalty_determine.json"] == changed
    assert "processes/shandong/penalty.bpmn" in files


def test_a_new_process_with_its_own_form(app: Flask, world: World) -> None:
    diagram = CHANGED.replace('id="shandong.penalty"', 'id="shandong.penalty_trial"').replace(
        "shandong/penalty_determine.json", "shandong/trial.json"
    )
    missing = upload(app, world, {"trial.bpmn": diagram})
    assert missing.status_code == 422
    assert next((e["file"], e["code"]) for e in missing.get_json()["errors"]) == ("trial.bpmn", "missing-form")
    made = upload(app, world, {"trial.bpmn": diagram, "trial.json": FORM})
    assert (made.status_code, made.get_json()["key"], made.get_json()["version"]) == (201, "shandong.penalty_trial", 1)


BAD: dict[str, dict[str, Any]] = {
    "malformed-xml": {"x.bpmn": b"<definitions"},
    "not-bpmn": {"x.bpmn": b"<a/>"},
    "dtd": {"x.bpmn": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'},
    "not-executable": {"x.bpmn": DIAGRAM.replace('isExecutable="true"', 'isExecutable="false"')},
    "bad-expression": {"x.bpmn": DIAGRAM.replace("violation = decision\n", "violation = ().__class__\n")},
    "unknown-actor": {"x.bpmn": DIAGRAM.replace('value="{penalty_authority}"', 'value="nobody"')},
    "unknown-operator": {"x.bpmn": DISCLOSURE.replace('serviceTaskOperator id="', 'serviceTaskOperator id="no_')},
    "malformed-json": {"x.bpmn": CHANGED, "penalty_determine.json": b"{"},
    "not-a-form": {"x.bpmn": CHANGED, "penalty_determine.json": b"[]"},
    "too-long": {"x.bpmn": DIAGRAM.replace('name="对强制审核企业的处罚"', f'name="{"长" * 121}"')},
    "bad-key": {"x.bpmn": DIAGRAM.replace('id="shandong.penalty"', 'id="shandong..penalty"')},
    "unknown-file": {"x.bpmn": CHANGED, "x.exe": b"MZ"},
    "bad-name": {"../../x.bpmn": CHANGED},
    "too-large": {"x.bpmn": b"<a>" + b" " * 2_000_001 + b"</a>"},
    "no-diagram": {"penalty_determine.json": FORM},
    "duplicate-file": {"x.bpmn": CHANGED, "y.bpmn": CHANGED},
    "bad-property": {"x.bpmn": DIAGRAM.replace('value="2017-05-20"', 'value="20th of May"')},
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_upload_is_explained_and_nothing_is_stored(app: Flask, world: World, code: str) -> None:
    before = stored(world)
    answer = upload(app, world, BAD[code])
    assert answer.status_code == 422, answer.get_data(as_text=True)
    errors = answer.get_json()["errors"]
    assert code in {error["code"] for error in errors}, errors
    assert all(set(error) == {"file", "element", "name", "code", "message"} for error in errors)
    assert all(error["file"] in {*BAD[code], ""} for error in errors), errors
    assert stored(world) == before


def test_a_repeated_upload_makes_one_draft(app: Flask, world: World) -> None:
    first = upload(app, world, {"penalty.bpmn": CHANGED}, key="k")
    again = upload(app, world, {"penalty.bpmn": CHANGED}, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    refused = upload(app, world, BAD["not-bpmn"], key="k2")
    assert refused.get_json() == upload(app, world, BAD["not-bpmn"], key="k2").get_json()


@pytest.mark.parametrize("name", ["扣 分.dmn", "扣#分.json", "表.JSON", "forms/a//b.json"])
def test_a_name_that_an_archive_of_the_library_cannot_carry_is_refused(app: Flask, world: World, name: str) -> None:
    answer = upload(app, world, {"penalty.bpmn": CHANGED, name: FORM})
    assert answer.status_code == 422
    assert [(error["file"], error["code"]) for error in answer.get_json()["errors"]] == [(name, "bad-name")]


def test_a_form_that_is_not_utf8_is_refused(app: Flask, world: World) -> None:
    answer = upload(app, world, {"penalty.bpmn": CHANGED, "penalty_determine.json": FORM.decode().encode("utf-16")})
    assert answer.status_code == 422
    assert "UTF-8" in answer.get_json()["errors"][0]["message"]
