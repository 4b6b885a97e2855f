"""A drawing of another tool, on every way in: all reasons are listed, the drawing is shown, and nothing is stored."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.engine.diagram import read_diagram
from app.engine.errors import DiagramError
from app.model import Blob, Definition
from tests.support.world import World
from tests.web.api_support import Caller
from tests.web.portal_support import client_of

FOREIGN = Path(__file__).parents[1] / "engine" / "foreign"
REFUSED = sorted(file.name for file in FOREIGN.iterdir() if file.name != "ours_saved_elsewhere.bpmn")


def reasons(*names: str) -> list[str]:
    found = []
    for name in names:
        with pytest.raises(DiagramError) as caught:
            read_diagram(name, (FOREIGN / name).read_bytes())
        found += [problem.message for problem in caught.value.problems]
    return found


def stored(world: World) -> tuple[int | None, int | None]:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Definition)), session.scalar(select(func.count()).select_from(Blob))


def files(*names: str) -> dict[str, list[tuple[io.BytesIO, str]]]:
    return {"files": [(io.BytesIO((FOREIGN / name).read_bytes()), name) for name in names]}


def on_the_page(app: Flask, world: World, *names: str) -> TestResponse:
    client = client_of(app, world, "admin")
    return client.post("/admin/processes/upload", data=files(*names), content_type="multipart/form-data")


def test_the_upload_page_lists_every_reason_of_every_file_and_stores_nothing(app: Flask, world: World) -> None:
    before = stored(world)
    answer = on_the_page(app, world, *REFUSED)
    said = reasons(*REFUSED)
    assert answer.status_code == 422
    assert f"有 {len(said)} 个问题" in answer.text
    assert answer.text.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>") == len(said)
    assert "Traceback" not in answer.text
    assert stored(world) == before


def test_the_upload_page_shows_the_drawing_with_what_is_wrong_marked_on_it(app: Flask, world: World) -> None:
    page = on_the_page(app, world, "camunda7.bpmn").text
    parts = dict(re.findall(r'<script type="application/json" id="(drawing[\w-]*)">(.*?)</script>', page, re.DOTALL))
    assert json.loads(parts["drawing-1"]) == (FOREIGN / "camunda7.bpmn").read_text()
    marked = json.loads(parts["drawing-state-1"])["elements"]
    assert marked["Timer_Late"]["state"] == "failed"
    assert any("时长" in line for line in marked["Timer_Late"]["lines"])
    assert 'data-diagram="#drawing-1"' in page


def test_a_drawing_cannot_speak_to_the_page_that_shows_it(app: Flask, world: World) -> None:
    body = (FOREIGN / "camunda7.bpmn").read_text().replace("补助资金评审", "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
    sent = {"files": [(io.BytesIO(body.encode()), "<script>alert(1)</script>.bpmn")]}
    answer = client_of(app, world, "admin").post("/admin/processes/upload", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_a_file_that_is_not_safe_is_not_shown(app: Flask, world: World) -> None:
    body = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    sent = {"files": [(io.BytesIO(body), "x.bpmn")]}
    answer = client_of(app, world, "admin").post("/admin/processes/upload", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "data-diagram" not in answer.text
    assert "passwd" not in answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_the_api_answers_422_with_every_reason(app: Flask, world: World, name: str) -> None:
    before = stored(world)
    answer = Caller(app, world, "admin").post("/processes", data=files(name), content_type="multipart/form-data")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    errors = answer.get_json()["errors"]
    assert [error["message"] for error in errors] == reasons(name)
    assert {error["file"] for error in errors} == {name}
    assert stored(world) == before


@pytest.mark.parametrize("name", REFUSED)
def test_the_command_line_prints_a_line_a_reason(app: Flask, name: str) -> None:
    result = app.test_cli_runner().invoke(args=["processes", "check", str(FOREIGN / name)])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert len(lines) == len(reasons(name))
    assert all(line.startswith(str(FOREIGN / name)) for line in lines)


@pytest.mark.parametrize("name", ["x.zip", "x.bpmn.gz", "x.bpmn.zip", "x.xlsx", "x.svg", "x"])
def test_archives_and_other_files_are_not_taken(app: Flask, world: World, name: str) -> None:
    sent = {"files": [(io.BytesIO(b"PK\x03\x04" + b"\0" * 100), name)]}
    answer = client_of(app, world, "admin").post("/admin/processes/upload", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "只接受" in answer.text
