"""The command: lines for programs, a timeline for people, and an exit status that says how it went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.config import ROOT, Settings
from app.web.application import create_app

HEAD = 'process: shandong.disclosure\nstart: 2025-01-10\nregion: "370102"\n'


@pytest.fixture
def bare(settings: Settings) -> Flask:
    """The application of an installation that has no database yet."""
    return create_app(settings)


def run(app: Flask, *arguments: str, text: str | None = None) -> Any:
    return app.test_cli_runner().invoke(args=["simulate", *arguments], input=text)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(HEAD, encoding="utf-8")
    return path


def test_with_json_every_line_is_an_event(bare: Flask, scenario: Path) -> None:
    result = run(bare, "--scenario", str(scenario), "--json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [e["event"] for e in events if e["event"] not in ("notice_sent", "message_sent")] == [
        "case_started", "task_created", "task_completed", "published", "case_ended",
    ]  # fmt: skip
    assert events[1]["due"] == "2025-02-10"


def test_the_scenario_may_come_from_standard_input(bare: Flask) -> None:
    result = run(bare, "shandong.disclosure", "--scenario", "-", "--json", text="start: 2025-01-10\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[0])["at"] == "2025-01-10T09:00:00+08:00"


def test_without_json_it_is_a_timeline(bare: Flask, scenario: Path) -> None:
    result = run(bare, "--scenario", str(scenario))
    lines = result.stdout.splitlines()
    assert lines[0] == "2025-01-10（周五）"
    assert "  09:00  QC2025-000001  待办  备齐并公开信息 → 样例甲有限公司，期限 2025-02-10〔山东省清洁生产审核实施细则 第十一条〕" in lines
    assert lines[-2] == "共 1 个案件，办结 1 件（信息已公开 1 件），逾期 0 次。"


def test_due_dates_are_explained_on_request(bare: Flask, scenario: Path) -> None:
    plain, told = (run(bare, "--scenario", str(scenario), *options).stdout for options in ((), ("--explain",)))
    assert "起算：2025-01-10（周五）名单公布，当日不计入（民法典第二百零一条）" in told
    assert "起算" not in plain


@pytest.mark.parametrize(
    ("lines", "status", "says"),
    [
        ("delays:\n  sd-audit-2017.penalty-enterprise.s1: 1d\n", 3, "第 5 行：“sd-audit-2017.penalty-enterprise.s1”一次也没有出现"),
        ("delays:\n  sd-audit-2017.nonsense.s1: 1d\n", 3, "第 5 行：没有法定步骤“sd-audit-2017.nonsense.s1”"),
        ("delays:\n  sd-audit-2017.disclosure.s2: soon\n", 2, "第 5 行：办理时间“soon”"),
        ("until: 2025-13-01\n", 2, "第 4 行：until 的日期“2025-13-01”不存在"),
        ("delays: {sd-audit-2017.nonsense.s1: 1d}\nuntil: yesterday\n", 2, "第 5 行"),
    ],
)
def test_what_is_wrong_is_said_aside_with_its_line(bare: Flask, lines: str, status: int, says: str) -> None:
    result = run(bare, "--scenario", "-", "--json", text=HEAD + lines)
    assert result.exit_code == status
    assert says in result.stderr
    assert all(line.startswith("{") for line in result.stdout.splitlines())


def test_a_case_that_fails_gives_another_status_and_leaves_the_lines_clean(bare: Flask) -> None:
    text = "process: shandong.acceptance_application\nstart: 2025-01-10\n"
    result = run(bare, "--scenario", "-", "--json", text=text)
    assert result.exit_code == 4
    assert "缺少变量“organiser_city”" in result.stderr
    assert [json.loads(line)["event"] for line in result.stdout.splitlines()][-1] == "incident"


@pytest.mark.parametrize("source", ["nowhere.yaml", "."])
def test_a_scenario_that_cannot_be_read_is_said(bare: Flask, source: str) -> None:
    result = run(bare, "--scenario", source)
    assert result.exit_code == 2
    assert "读不到模拟方案" in result.stderr


def test_a_scenario_in_another_encoding_is_said(bare: Flask, tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("process: 清洁".encode("gbk"))
    result = run(bare, "--scenario", str(tmp_path / "gbk.yaml"))
    assert "不是 UTF-8" in result.stderr


# -- which process ----------------------------------------------------------------------------------------------------

DISCLOSURE = ROOT / "processes/shandong/disclosure.bpmn"


def changed(tmp_path: Path, name: str = "changed.bpmn") -> Path:
    """A bureau's draft: three months instead of one."""
    path = tmp_path / name
    path.write_bytes(DISCLOSURE.read_bytes().replace(b"months(1, since=list_published_on)", b"months(3, since=list_published_on)"))
    return path


def due_of_disclosure(stdout: str) -> set[str]:
    return {e["due"] for e in map(json.loads, stdout.splitlines()) if e["element"] == "Task_Disclose" and e["event"] == "task_created"}


def test_a_bpmn_file_is_simulated_instead_of_what_is_deployed(bare: Flask, tmp_path: Path) -> None:
    result = run(bare, str(changed(tmp_path)), "--scenario", "-", "--json", text="start: 2025-01-10\n")
    assert due_of_disclosure(result.stdout) == {"2025-04-10"}


def test_a_bpmn_file_may_be_one_that_the_scenario_s_process_calls(bare: Flask, tmp_path: Path) -> None:
    text = "process: shandong.mandatory_audit\nstart: 2025-01-10\nuntil: 2025-02-01\n"
    result = run(bare, str(changed(tmp_path)), "--scenario", "-", "--json", text=text)
    assert result.exit_code == 0
    assert due_of_disclosure(result.stdout) == {"2025-04-10"}


def test_a_process_on_the_command_line_goes_before_that_of_the_scenario(bare: Flask) -> None:
    result = run(bare, "shandong.penalty", "--scenario", "-", "--json", text=HEAD)
    assert json.loads(result.stdout.splitlines()[0])["process"] == "shandong.penalty"


@pytest.mark.parametrize(("name", "body", "says"), [("a.bpmn", b"<a/>", "不是 BPMN 2.0"), ("b.bpmn", b"<a>", "不是格式正确的 XML")])
def test_a_file_that_is_no_diagram_is_refused_with_its_reason(bare: Flask, tmp_path: Path, name: str, body: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(body)
    result = run(bare, str(tmp_path / name), "--scenario", "-", text="start: 2025-01-10\n")
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_bpmn_file_that_is_not_there_is_said(bare: Flask) -> None:
    result = run(bare, "nowhere.bpmn", "--scenario", "-", text=HEAD)
    assert result.exit_code == 2
    assert "没有流程图文件 nowhere.bpmn" in result.stderr


def test_what_an_installation_has_deployed_goes_before_the_library_that_came_with_it(app: Flask, world: Any) -> None:
    from app.cases import library

    with world.transaction() as session:
        files = {
            **library.deployed_files(session),
            "processes/shandong/disclosure.bpmn": changed(Path(world.runtime.settings.instance_dir)).read_bytes(),
        }
        library.load(session, library.read_files(files))
    deployed, folder = (run(app, "--scenario", "-", "--json", *options, text=HEAD).stdout for options in ((), ("--library",)))
    assert due_of_disclosure(deployed) == {"2025-04-10"}
    assert due_of_disclosure(folder) == {"2025-02-10"}


def test_an_installation_is_left_as_it_was(bare: Flask, settings: Settings, scenario: Path) -> None:
    run(bare, "--scenario", str(scenario))
    assert not Path(settings.database_url.removeprefix("sqlite:///")).exists()


def test_a_scenario_that_says_what_must_happen_is_held_against_it(bare: Flask, tmp_path: Path) -> None:
    path = tmp_path / "kept.yaml"
    expected = """expected: |
  2025-01-10   1  case_started    shandong.disclosure
               1  task_created    sd-audit-2017.disclosure.s2 due=2025-02-11
"""
    path.write_text(HEAD + "until: 2025-01-10\n" + expected, encoding="utf-8")
    result = run(bare, "--scenario", str(path))
    assert result.exit_code == 5
    assert "- 2025-01-10 1 task_created sd-audit-2017.disclosure.s2 due=2025-02-11" in result.stderr
    assert "+ 2025-01-10 1 task_created sd-audit-2017.disclosure.s2 due=2025-02-10" in result.stderr
