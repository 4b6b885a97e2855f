"""Two versions of a process in the administrators' words: what is new, gone, changed or only moved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cases.comparison import bundles, diagram, forms, tables
from app.cases.comparison.changes import Change, Fact, Kind
from app.cases.comparison.elements import describe
from app.config import ROOT
from app.engine.safe_xml import read_xml

PATH = "processes/shandong/disclosure.bpmn"
BODY = (ROOT / PATH).read_bytes()
TABLES = "processes/national/central_fund.dmn"
TABLE_BODY = (ROOT / TABLES).read_bytes()


def changed(old: str, new: str) -> tuple[Change, ...]:
    assert old.encode() in BODY
    return diagram.compare(PATH, BODY, BODY.replace(old.encode(), new.encode(), 1))


def facts(changes: tuple[Change, ...]) -> dict[str, tuple[Fact, ...]]:
    return {change.id: change.facts for change in changes}


def test_a_changed_limit_is_told_in_words() -> None:
    (change,) = changed("months(1,", "months(2,")
    assert (change.id, change.kind) == ("Task_Disclose", Kind.CHANGED)
    (fact,) = change.facts
    assert fact.label == "期限"
    assert fact.old.startswith("名单公布起 1 个月内")
    assert fact.new.startswith("名单公布起 2 个月内")


def test_a_changed_office_is_told_in_words() -> None:
    (change,) = changed('name="actor" value="enterprise"', 'name="actor" value="consultant"')
    assert change.facts == (Fact("办理单位", "企业", "咨询服务机构"),)


def test_what_is_called_otherwise_changes_nothing_beside_it() -> None:
    (change,) = changed('id="Task_Disclose" name="备齐并公开信息"', 'id="Task_Disclose" name="公开信息"')
    assert change.facts == (Fact("名称", "备齐并公开信息", "公开信息"),)


def test_what_is_only_drawn_elsewhere_is_only_moved() -> None:
    (change,) = changed('<dc:Bounds x="', '<dc:Bounds x="1')
    assert (change.kind, change.facts) == (Kind.MOVED, ())


def test_an_element_that_is_new_or_gone_says_what_it_does() -> None:
    task = (
        '<bpmn:userTask id="Task_X" name="复核"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="actor" value="city_environment"/></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>'
    )
    more = BODY.replace(b"</bpmn:process>", f"{task}</bpmn:process>".encode())
    (added,) = diagram.compare(PATH, BODY, more)
    assert (added.kind, added.name, added.type) == (Kind.ADDED, "复核", "办理任务")
    assert [fact.label for fact in added.facts] == ["类型", "名称", "办理单位"]
    (removed,) = diagram.compare(PATH, more, BODY)
    assert removed.kind == Kind.REMOVED


def test_a_property_of_the_process_itself_is_told() -> None:
    (change,) = changed('name="in_force_from" value="2017-05-20"', 'name="in_force_from" value="2027-03-01"')
    assert (change.type, change.facts) == ("流程", (Fact("依据生效", "2017-05-20", "2027-03-01"),))


@pytest.mark.parametrize("path", sorted((ROOT / "processes").rglob("*.bpmn")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_element_of_the_library_is_said_in_words(path: Path) -> None:
    """Nothing is left for the fact that takes what no other does: a new kind of element or property needs words."""
    assert [one.id for one in describe(read_xml(path.name, path.read_bytes())).values() if "其他设置" in one.facts] == []


def test_what_has_no_words_yet_is_told_as_it_is_written() -> None:
    (change,) = changed('<bpmn:userTask id="Task_Disclose"', '<bpmn:userTask id="Task_Disclose" startQuantity="2"')
    assert change.facts == (Fact("其他设置", "", "startQuantity=2"),)


# -- forms ------------------------------------------------------------------------------------------------------------

FORM = {
    "title": "审核意见", "type": "object",
    "properties": {
        "decision": {"type": "string", "title": "意见", "oneOf": [{"const": "approve", "title": "同意"}, {"const": "return", "title": "退回"}]},
        "reason": {"type": "string", "title": "理由", "maxLength": 200},
        "items": {"type": "array", "title": "明细", "items": {"type": "object", "properties": {"amount": {"type": "number", "title": "数量"}}}},
    },
    "required": ["decision"],
    "allOf": [{
        "if": {"properties": {"decision": {"const": "return"}}, "required": ["decision"]},
        "then": {"properties": {"until": {"type": "string", "format": "date", "title": "补正期限"}}, "required": ["until"]},
    }],
}  # fmt: skip

MOVED = Fact("字段顺序", "decision、reason、items、items.amount、until", "decision、items、items.amount、reason、until")


def form_with(change: str, ui: bytes = b"{}") -> dict[str, tuple[Fact, ...]]:
    edited = json.loads(json.dumps(FORM))
    exec(change, {"f": edited, "p": edited["properties"]})
    return facts(forms.compare(json.dumps(FORM).encode(), json.dumps(edited).encode(), b"{}", ui))


@pytest.mark.parametrize(
    ("change", "field", "fact"),
    [
        ("p['reason']['title'] = '原因'", "reason", Fact("名称", "理由", "原因")),
        ("p['reason']['maxLength'] = 500", "reason", Fact("最多字数", "200", "500")),
        ("p['reason']['type'] = 'number'", "reason", Fact("类型", "文字", "数字")),
        ("f['required'].append('reason')", "reason", Fact("必填", "否", "是")),
        ("p['decision']['oneOf'].pop(0)", "decision", Fact("选项", "同意（approve）、退回（return）", "退回（return）")),
        ("p['items']['items']['properties']['amount']['minimum'] = 1", "items.amount", Fact("最小值", "", "1")),
        ("f['allOf'][0]['then']['required'] = []", "until", Fact("必填", "是", "否")),
        ("f['allOf'][0]['if']['properties']['decision']['const'] = 'approve'", "until", Fact("出现的条件", "意见为退回", "意见为同意")),
        ("p['items'] = p.pop('items'); p['reason'] = p.pop('reason')", "", MOVED),
    ],
    ids=["title", "bounds", "type", "required", "choices", "column", "under a condition", "condition", "order"],
)  # fmt: skip
def test_a_changed_field_says_what_changed(change: str, field: str, fact: Fact) -> None:
    assert form_with(change) == {field: (fact,)}


def test_a_field_that_is_new_or_gone_is_named() -> None:
    edited = {**FORM, "properties": {**FORM["properties"], "note": {"type": "string", "title": "备注"}}}  # type: ignore[dict-item]
    (added,) = forms.compare(json.dumps(FORM).encode(), json.dumps(edited).encode())
    assert (added.kind, added.name) == (Kind.ADDED, "备注")
    (removed,) = forms.compare(json.dumps(edited).encode(), json.dumps(FORM).encode())
    assert removed.kind == Kind.REMOVED


def test_how_a_form_is_shown_belongs_to_it() -> None:
    ui = json.dumps({"reason": {"ui:widget": "textarea"}, "ui:sections": [{"title": "意见", "fields": ["decision", "reason"]}]})
    assert form_with("", ui.encode()) == {
        "reason": (Fact("控件", "", "textarea"),),
        "": (Fact("分组和顺序", "", "意见：decision、reason"),),
    }


# -- tables -----------------------------------------------------------------------------------------------------------


def test_a_changed_cell_is_told_by_its_column() -> None:
    (change,) = tables.compare(TABLES, TABLE_BODY, TABLE_BODY.replace(b"&lt; 3000", b"&lt; 4000", 1))
    assert (change.type, change.name) == ("规则", "专项资金申报条件 第 2 行")
    assert change.facts == (Fact("项目总投资（万元）", "< 3000", "< 4000"),)


def test_a_rule_that_is_gone_and_what_rules_mean_together_are_told() -> None:
    first = TABLE_BODY.index(b"<rule ")
    without = TABLE_BODY[:first] + TABLE_BODY[TABLE_BODY.index(b"</rule>") + len(b"</rule>") :]
    kinds = [(change.type, change.kind) for change in tables.compare(TABLES, TABLE_BODY, without.replace(b"FIRST", b"UNIQUE", 1))]
    assert ("规则", Kind.REMOVED) in kinds
    assert ("决策表", Kind.CHANGED) in kinds


# -- everything -------------------------------------------------------------------------------------------------------


def test_two_versions_are_compared_file_by_file() -> None:
    old = {PATH: BODY, "forms/a.json": json.dumps(FORM).encode(), "checks/x/y/一.yaml": b"until: 2027-01-01"}
    new = {PATH: BODY.replace(b"months(1,", b"months(2,"), TABLES: TABLE_BODY, "checks/x/y/一.yaml": b"until: 2028-01-01"}
    found = bundles.compare(old, new)
    assert [(file.name, file.kind) for file in found.diagrams] == [("强制性审核企业信息公开", Kind.CHANGED)]
    assert [file.kind for file in found.forms] == [Kind.REMOVED]
    assert [file.kind for file in found.tables] == [Kind.ADDED]
    assert found.checks[0].changes[0].name == "until"
    assert found.summary[0] == "流程图“强制性审核企业信息公开”：修改 1 处"


def test_the_same_files_have_no_differences() -> None:
    assert bundles.compare({PATH: BODY}, {PATH: BODY}).is_same


@pytest.mark.parametrize("body", [b"<broken", b"<!DOCTYPE x><x/>", b""])
def test_a_file_that_cannot_be_read_is_said_to_have_changed(body: bytes) -> None:
    (file,) = bundles.compare({PATH: BODY}, {PATH: body}).diagrams
    assert file.problem
    (form,) = bundles.compare({"forms/a.json": b"{}"}, {"forms/a.json": body}).forms
    assert form.problem
