"""The designer's page of decision tables: for administrators alone, and what its calls answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.cases import designs
from app.config import ROOT
from tests.support.world import World
from tests.web.portal_support import client_of

TABLE = "processes/beijing/fund.dmn"
ROWS = "checks/beijing/fund.rows.json"
NEW = {
    "name": "marks", "title": "合格分数", "input": "score", "input_label": "得分", "input_type": "number",
    "output": "passed", "output_label": "合格", "output_type": "boolean",
}  # fmt: skip


@pytest.fixture
def base(world: World) -> str:
    with world.transaction() as session:
        return f"/admin/designer/{designs.begin(session, world.principal(session, 'admin'), 'beijing.fund_audit_fee', 1).id}/tables"


@pytest.mark.parametrize("username", ["county-env", "security", "auditor"])
def test_nobody_but_administrators_reaches_the_tables(app: Flask, world: World, base: str, username: str) -> None:
    client = client_of(app, world, username)
    assert [client.get(base + end).status_code for end in ("", "/list")] == [404, 404]
    assert [client.post(base + end, json={}).status_code for end in ("/evaluate", "/new")] == [404, 404]


def test_the_page_and_its_tables(app: Flask, world: World, base: str) -> None:
    client = client_of(app, world, "admin")
    assert "data-tables" in client.get(base).text
    listed: Any = client.get(f"{base}/list").get_json()
    assert [one["path"] for one in listed["tables"]] == [TABLE]


def test_a_table_is_answered_as_it_stands_in_the_browser(app: Flask, world: World, base: str) -> None:
    text = (ROOT / TABLE).read_text().replace("[0..50000]", "import os")
    rows = (ROOT / ROWS).read_text()
    found: Any = (
        client_of(app, world, "admin").post(f"{base}/evaluate", json={"path": TABLE, "files": {TABLE: text, ROWS: rows}}).get_json()
    )
    assert [(p["element"], p["code"]) for p in found["problems"]] == [("beijing_audit_fee_r1_in1", "bad-expression")]
    good: Any = client_of(app, world, "admin").post(
        f"{base}/evaluate", json={"path": TABLE, "files": {TABLE: (ROOT / TABLE).read_text(), ROWS: rows}}
    )
    assert all(answer["passed"] for answer in good.get_json()["tables"]["beijing_audit_fee"]["answers"])


def test_a_new_table_comes_as_text_or_is_refused_by_its_fields(app: Flask, world: World, base: str) -> None:
    client = client_of(app, world, "admin")
    made: Any = client.post(f"{base}/new", json=NEW).get_json()
    assert made["path"] == "processes/beijing/marks.dmn"
    again = client.post(f"{base}/new", json={**NEW, "files": {made["path"]: made["text"]}})
    assert (again.status_code, again.get_json()["fields"]) == (422, {"name": "已经有标识为“marks”的决策表"})


def test_a_design_that_is_not_there_is_not_found(app: Flask, world: World, base: str) -> None:
    assert client_of(app, world, "admin").get("/admin/designer/999/tables").status_code == 404
