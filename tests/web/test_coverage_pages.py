"""Coverage of the law as administrators see it, and on the command line."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from app.cases import library
from app.config import ROOT, Settings
from app.model import Definition
from app.web.application import create_app
from tests.support.world import World
from tests.web.portal_support import client_of

DIAGRAM = "processes/shandong/rectification.bpmn"
LIMIT = 'value="months(6, since=rectification_ordered_on)"'


def deploy_changed(world: World, replacement: str, old: str = LIMIT) -> None:
    body = (ROOT / DIAGRAM).read_text()
    assert old in body
    with world.transaction() as session:
        (draft,) = library.add_draft(session, {DIAGRAM: body.replace(old, replacement).encode()}).drafts
        library.deploy(session, draft.key, draft.version)


def page(app: Flask, world: World, path: str = "/admin/coverage/shandong") -> str:
    answer = client_of(app, world, "admin").get(path)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("path", ["/admin/coverage", "/admin/coverage/shandong"])
@pytest.mark.parametrize("username", ["security", "auditor", "county-env"])
def test_only_system_administrators_find_the_pages(app: Flask, world: World, path: str, username: str) -> None:
    assert client_of(app, world, username).get(path).status_code == 404


def test_the_table_has_every_jurisdiction_with_its_numbers(app: Flask, world: World) -> None:
    text = page(app, world, "/admin/coverage")
    assert len(set(re.findall(r'href="/admin/coverage/(\w+)"', text))) == 30
    assert "法条覆盖" in text
    assert re.search(r"山东省</a>.*?<progress value=\"(\d+)\" max=\"203\"", text, re.DOTALL)


def test_an_unknown_jurisdiction_is_not_found(app: Flask, world: World) -> None:
    assert client_of(app, world, "admin").get("/admin/coverage/atlantis").status_code == 404


def test_a_step_leads_to_the_element_that_carries_it(app: Flask, world: World) -> None:
    text = page(app, world)
    address = html.unescape(re.findall(r'href="(/admin/processes/shandong\.disclosure/1\?[^"]*Task_Disclose[^"]*)"', text)[0])
    assert "process=shandong.disclosure" in address
    opened = page(app, world, address)
    assert 'data-focus="Task_Disclose"' in opened
    assert 'data-process="shandong.disclosure"' in opened


def test_a_part_leads_into_the_shared_sub_process_with_what_it_does_there(app: Flask, world: World) -> None:
    text = page(app, world)
    address = html.unescape(re.findall(r'href="(/admin/processes/shandong\.listing_env/1\?[^"]*common\.multilevel_chain[^"]*)"', text)[0])
    opened = page(app, world, address)
    levels = json.loads(html.unescape(re.findall(r'data-levels="([^"]*)"', opened)[0]))
    assert {level["process"] for level in levels} >= {"shandong.listing_env", "common.multilevel_chain"}
    number = next(i for i, level in enumerate(levels) if level["process"] == "common.multilevel_chain")
    state = json.loads(re.findall(rf'id="diagram-state-{number}">(.*?)</script>', opened)[0])
    assert any("第九条" in line for info in state["elements"].values() for line in info["lines"])
    assert state["live"] is False


def test_only_missing_or_only_carried_steps_are_shown_on_request(app: Flask, world: World) -> None:
    carried, missing = "sd-audit-2017.disclosure.s2", "sd-opinion-2004.meeting.s1"
    everything = page(app, world)
    assert carried in everything
    assert missing in everything
    assert carried not in page(app, world, "/admin/coverage/shandong?show=missing")
    assert missing not in page(app, world, "/admin/coverage/shandong?show=carried")
    assert carried in page(app, world, "/admin/coverage/shandong?show=nonsense")


def test_a_limit_that_is_not_the_one_of_the_text_is_shown_beside_it(app: Flask, world: World) -> None:
    assert "期限与条文不一致" not in page(app, world)
    deploy_changed(world, 'value="months(5, since=rectification_ordered_on)"')
    text = page(app, world)
    assert "期限与条文不一致" in text
    assert "责令整改起 5 个月内" in text
    assert "责令整改起 6 个月内" in text


def test_an_explained_reading_is_shown_as_one_with_its_explanation(app: Flask, world: World) -> None:
    explained = 'value="months(5, since=rectification_ordered_on)"/><spiffworkflow:property name="reading" value="留一个月汇总"'
    deploy_changed(world, explained)
    text = page(app, world)
    assert "期限与条文不一致" not in text
    assert "有说明的读法" in text
    assert "留一个月汇总" in text


def test_a_basis_that_does_not_exist_is_shown(app: Flask, world: World) -> None:
    with world.transaction() as session:
        (definition,) = session.query(Definition).where(Definition.key == "shandong.rectification")
        files = library.deployed_files(session)
        body = files[DIAGRAM].replace(b"sd-acceptance-2008.rectification.s3", b"sd-acceptance-2008.rectification.s99")
        from app.engine import store
        from app.engine.diagram import read_diagram

        process = read_diagram(DIAGRAM, body).processes[definition.key]
        store.save(session, process, {**store.files_of(session, definition.id), DIAGRAM: body}, "x", "deployed")
    text = page(app, world)
    assert "依据在法规目录中查不到" in text
    assert "sd-acceptance-2008.rectification.s99" in text


# -- the command line -------------------------------------------------------------------------------------------------


def command(app: Flask, *args: str) -> str:
    result = app.test_cli_runner().invoke(args=["catalogue", "coverage", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_is_one_object_a_jurisdiction_a_line(app: Flask) -> None:
    rows = {row["jurisdiction"]: row for row in map(json.loads, command(app, "--json").splitlines())}
    assert len(rows) == 30
    found = rows["shandong"]
    assert found["steps"] == found["carried"] + found["missing"] == len(found["carried_steps"]) + len(found["missing_steps"])
    assert "sd-audit-2017.disclosure.s2" in found["carried_steps"]
    assert found["source"] == "deployed"
    assert (found["disagreements"], found["readings"], found["unknown_basis"], found["steps_without_limit"]) == ([], [], [], [])


def test_json_says_where_a_limit_departs_from_the_text(app: Flask, world: World) -> None:
    deploy_changed(world, 'value="months(5, since=notified_on)"')
    rows = map(json.loads, command(app, "--json").splitlines())
    (found, *_) = next(row["disagreements"] for row in rows if row["jurisdiction"] == "shandong")
    assert (found["process"], found["element"], found["due"]) == (
        "shandong.rectification",
        "Activity_Rectify",
        "months(5, since=notified_on)",
    )
    assert found["differs"] == ["value", "since"]
    assert found["stated"] == ["责令整改起 6 个月内"]
    assert found["documentation"]


def test_the_table_is_a_line_a_jurisdiction_and_a_sum(app: Flask) -> None:
    lines = command(app).splitlines()
    assert lines[0].split()[:4] == ["地区", "程序", "步骤", "已承载"]
    assert lines[31].startswith("合计")
    assert sum(int(line.split()[2]) for line in lines[1:31]) == int(lines[31].split()[2]) == 1847
    assert "已部署" in lines[-1]


def test_the_table_is_followed_by_what_is_not_as_the_text_has_it(app: Flask, world: World) -> None:
    deploy_changed(world, 'value="months(5, since=rectification_ordered_on)"')
    assert "期限不一致：shandong.rectification Activity_Rectify" in command(app)


def test_without_anything_deployed_the_library_is_measured(app: Flask, world: World) -> None:
    with world.transaction() as session:
        session.execute(update(Definition).values(status="retired"))
    rows = {row["jurisdiction"]: row for row in map(json.loads, command(app, "--json").splitlines())}
    assert rows["shandong"]["source"] == "library"
    assert rows["shandong"]["carried"] > 0


def test_the_library_is_measured_on_request(app: Flask) -> None:
    assert all(json.loads(line)["source"] == "library" for line in command(app, "--json", "--library").splitlines())


def test_without_a_database_the_library_is_measured(settings: Settings, tmp_path: Path) -> None:
    bare = create_app(settings)
    assert "流程库文件夹" in command(bare)
    bare.extensions["runtime"].database.engine.dispose()


def test_procedures_are_told_one_by_one_and_in_per_cent(app: Flask) -> None:
    lines = command(app, "sd-acceptance-2008.*").splitlines()
    assert lines[0].split() == ["程序", "名称", "步骤", "已承载", "比例"]
    assert [line.split()[0] for line in lines[1:]] == [
        "sd-acceptance-2008.acceptance", "sd-acceptance-2008.rectification", "sd-acceptance-2008.projects",
    ]  # fmt: skip
    assert all(line.endswith("100 %") for line in lines[1:])


def test_a_procedure_that_is_not_carried_whole_fails_and_names_its_steps(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["catalogue", "coverage", "sd-demo-2004.selection"])
    assert (result.exit_code, "0 %" in result.output) == (1, True)
    assert "缺少：sd-demo-2004.selection.s1" in result.output


def test_a_procedure_that_does_not_exist_is_said(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["catalogue", "coverage", "sd-audit-2017.penalties"])
    assert (result.exit_code, "目录中没有程序“sd-audit-2017.penalties”" in result.output + (result.stderr or "")) == (1, True)
