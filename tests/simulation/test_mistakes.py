"""Whatever is wrong with a scenario is said before anything runs, with the line that says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.engine.errors import DiagramError
from app.simulation import ScenarioError, read_scenario, simulate

HEAD = 'process: shandong.mandatory_audit\nstart: 2025-01-10\nregion: "370102"\n'


def mistakes(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ScenarioError) as caught:
        simulate(read_scenario(text))
    return [(m.line, m.message) for m in caught.value.mistakes]


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        ("desicions: {}", 4, "是否应为 decisions"),
        ("enterprise: {nam: 甲厂}", 4, "是否应为 name"),
        ("enterprise: 甲厂", 4, "企业应写成"),
        ("enterprise:\n  uscc: 9137010", 5, "18 位"),
        ("enterprise: {uscc: 91370102MA3C0L6XOI}", 4, "第 17 位“O”不是允许的字符"),
        ("roster: 甲厂", 4, "roster 应为企业的列表"),
        ("registered: 甲咨询", 4, "registered 应为"),
        ("registered: {sd-agency-2007.registry: [甲咨询]}", 4, "在册的机构应写成"),
        ("registered:\n  sd-agency-2008.registry: {甲咨询: C}", 5, "在册的机构应写成"),
        ("registered: {sd-agency-2008.registry: 甲咨询}", 4, "在册的机构应写成"),
        ("roster:\n  - {name: 甲厂}\n  - {name: 乙厂, grounds: 1}", 6, "grounds 应为列表"),
        ("roster:\n  - {uscc: 91370102MA3C0L6X0A}\n  - {uscc: 91370102MA3C0L6X0A}", 6, "两家企业"),
        ("roster:\n  - {region: '999999'}", 5, "不存在"),
        ("data: [1]", 4, "data 应为"),
        ("decisions: approve", 4, "decisions 应为"),
        ("decisions:\n  sd-audit-2017.acceptance.s5: pas", 5, "可以选 pass、fail"),
        ("decisions:\n  sd-audit-2017.acceptance.s5:\n    - fail\n    - maybe", 7, "可以选 pass、fail"),
        ("decisions:\n  sd-audit-2017.acceptance.s5: []", 5, "没有写答复"),
        ("decisions:\n  sd-audit-2017.acceptance.s5: 1", 5, "决定应为文字"),
        ("decisions:\n  sd-audit-2017.disclosure.s2: approve", 5, "没有可作的决定"),
        ("decisions:\n  sd-audit-2017.acceptance.s55: pass", 5, "没有法定步骤“sd-audit-2017.acceptance.s55”，是否应为 sd-audit-2017.acceptance.s5"),
        ("delays:\n  sd-audit-2017.yearly-report.s1: 3d", 5, "不在这个流程里"),
        ("delays:\n  sd-audit-2017.acceptance.s1: 3d", 5, "系统自动办理"),
        ("delays:\n  sd-audit-2017.execution.s2: 70 days", 5, "70d（日）"),
        ("forms:\n  sd-audit-2017.execution.s1: {mode: 委托}", 5, "请从给出的选项中选择"),
        ("forms:\n  sd-audit-2017.execution.s1:\n    mode: self\n    plna: 甲", 7, "没有“plna”这一项，是否应为 plan"),
        ("forms:\n  sd-audit-2017.execution.s1: self", 5, "表单值应写成"),
        ("forms:\n  sd-audit-2017.penalty-enterprise.s6: {amount: 49999}", 5, "不能小于 50000"),
        ("forms:\n  sd-audit-2017.execution.s3: {audit_completed_on: 2025-02-30}", 5, "日期应为"),
        ("until: 2025-01-09", 4, "应晚于开始日"),
        ("until: 2025-02-29", 4, "2025-02-29”不存在"),
        ("until: 12025-02-01", 4, "不存在或写法不对"),
        ("region: '370102'", 4, "“region”写了两次，前一次在第 3 行"),
        ("data: {grounds: [}", 4, "不是有效的 YAML"),
        ("data: !!python/object/apply:os.system [ls]", 4, "data 应为"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_line_and_says_why(lines: str, line: int, says: str) -> None:
    found = mistakes(HEAD + lines + "\n")
    assert [n for n, _ in found] == [line]
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("process: shandong.nothing\n", 1, "没有流程“shandong.nothing”"),
        ('process: shandong.penalty\nregion: "370199"\n', 2, "不存在"),
        ('process: shandong.penalty\nregion: "370000"\n', 2, "请填写到县"),
        ("process: shandong.penalty\nstart: 2025-02-30\n", 2, "不存在"),
        ("process: shandong.penalty\nstart: tomorrow\n", 2, "写法不对"),
        ("process: shandong.penalty\nstart: 2016-01-04\n", 2, "早于依据施行日 2017-05-20"),
        ("start: 2025-01-10\n", None, "没有写要模拟哪个流程"),
        ("- 1\n", 1, "应为“键: 值”"),
        ("process: shandong.acceptance_result\ndata: {effect_decision: pass}\n", 2, "缺少变量“score_veto”"),
        ("process: shandong.listing_env\nroster: [{name: 甲厂, region: '370103'}]\n", None, "不在本机关辖区"),
        ("process: shandong.listing_env\ndata: {year: 2099}\n", 2, "年度的名单"),
        ("process: shandong.listing_env\nroster:\n  - {name: 甲厂, grounds: ['9']}\n", 3, "列入依据“9”不在名单的依据之内"),
        ("process: shandong.listing_env\ndata: {start_level: national}\n", 2, "找不到提出名单的机关"),
        ("process: shandong.listing_env\nroster:\n  - {struck: sd-audit-2017.list-publication.s1}\n", 3, "不是审核名单的步骤"),
        ("process: shandong.listing_env\nroster:\n  - {struck: nowhere}\n", 3, "没有法定步骤"),
    ],
)  # fmt: skip
def test_a_scenario_that_cannot_begin_says_why(text: str, line: int | None, says: str) -> None:
    found = mistakes(text)
    assert says in found[0][1]
    assert line is None or found[0][0] == line


def test_every_mistake_is_told_at_once() -> None:
    found = mistakes("process: shandong.penalty\nstart: 2025-02-30\nregion: '1'\nuntill: 2026-01-01\ndelays:\n  x: 3\n")
    assert [line for line, _ in found] == [4, 2, 3, 6]


def test_a_mapping_has_no_lines() -> None:
    with pytest.raises(ScenarioError) as caught:
        simulate({"process": "shandong.penalty", "start": "2025-02-30"})
    assert [m.line for m in caught.value.mistakes] == [None]


NESTED = "".join(f"{a}: &{a} [{','.join([f'*{b}'] * 9)}]\n" for a, b in zip("bcdefg", "abcdef", strict=True))


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "[" * 3000, f"a: &a [x]\n{NESTED}"], ids=["itself", "deep", "aliases"])
def test_a_file_that_unfolds_without_end_is_refused(text: str) -> None:
    assert mistakes(text)


def test_words_that_old_yaml_reads_as_truth_are_decisions() -> None:
    scenario = read_scenario("decisions:\n  a: no\n  b: [yes, no]\nregion: 370102\nforms:\n  c: {code: 0531, sure: true, n: 12, x: 1.5}\n")
    assert scenario.decisions["a"].values == ("no",)
    assert scenario.decisions["b"].values == ("yes", "no")
    assert scenario.region == "370102"
    assert scenario.forms["c"].values[0] == {"code": "0531", "sure": True, "n": 12, "x": 1.5}


@pytest.mark.parametrize("code", ["91370102MA3C0L6X0A", "91370102MA0000001X"])
def test_a_fictional_enterprise_may_have_any_check_digit(code: str) -> None:
    result = simulate({"process": "shandong.disclosure", "start": "2025-01-10", "region": "370102", "enterprise": {"uscc": code}})
    assert result.events[0].detail["enterprise"]["uscc"] == code


@pytest.mark.parametrize("files", [{}, {"processes/a.bpmn": b"<a/>"}])
def test_a_process_that_the_library_has_not_is_no_process(files: Mapping[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="没有流程"):
        simulate({"process": "shandong.disclosure"}, files)


def test_a_diagram_that_cannot_run_is_refused_with_its_problems() -> None:
    from app.cases import library
    from app.config import ROOT

    files = library.files_in(ROOT)
    del files["forms/shandong/disclosure.json"]
    with pytest.raises(DiagramError, match="表单文件不存在"):
        simulate({"process": "shandong.disclosure"}, files)
