"""An administrator builds a form, looks at it as those who fill it in, and finds it again after saving."""

from __future__ import annotations

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.cases import designs
from app.model import Design
from tests.browser.people import Office

pytestmark = pytest.mark.browser

FILE = "forms/shandong/site_check.json"


@pytest.fixture(scope="module")
def design_id(office: Office) -> int:
    with office.world.transaction() as session:
        return designs.begin(session, office.world.principal(session, "admin"), "shandong.penalty", 1).id


def saved(office: Office, design_id: int, path: str) -> dict[str, Any]:
    """A file of the design as it was saved last."""
    with office.world.session() as session:
        design = session.get_one(Design, design_id)
        files = designs.files_of(session, designs.latest(session, design))
    found: dict[str, Any] = json.loads(files.get(path, b"{}"))
    return found


def serious_findings(page: Page) -> list[str]:
    findings = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in findings if one["impact"] in ("serious", "critical")]


def add(page: Page, title: str, kind: str) -> None:
    page.get_by_role("button", name="添加字段").last.click()
    page.get_by_label("标题", exact=True).fill(title)
    page.get_by_role("button", name=kind, exact=True).click()


def test_a_form_is_built_looked_at_and_found_again(office: Office, design_id: int) -> None:
    page = office.person("admin").open(f"/admin/designer/{design_id}/forms")
    page.get_by_role("button", name="新建表单").click()
    page.get_by_label("表单标题").fill("现场检查记录")
    page.get_by_role("button", name="建立", exact=True).click()
    add(page, "投资金额", "金额")
    add(page, "补助金额", "金额")
    add(page, "合计", "计算")
    for _ in range(2):
        page.get_by_role("button", name="添加一项").click()
    add(page, "是否需要整改", "是或否")
    add(page, "整改措施", "文字（多行）")
    page.get_by_role("button", name="改为有条件才显示").click()
    expect(page.locator(".qc-fb-panel")).to_contain_text("当“是否需要整改”为“是”时显示")
    page.get_by_label("显示时必填").check()
    add(page, "检查人员", "人员名单")

    preview = page.get_by_label("预览", exact=True)
    preview.get_by_role("button", name="企业", exact=True).click()
    preview.get_by_label("投资金额").fill("100")
    preview.get_by_label("补助金额").fill("20.5")
    expect(preview.locator("#root_total")).to_have_text("120.5")
    expect(preview.get_by_label("整改措施")).to_have_count(0)
    preview.get_by_label("是", exact=True).check()
    preview.get_by_role("button", name="提交").click()
    expect(preview.locator("#form-errors")).to_contain_text("整改措施")
    preview.get_by_label("整改措施").fill("更换喷枪")
    preview.get_by_role("button", name="提交").click()
    expect(preview.locator(".alert-success")).to_contain_text("合计 120.5")

    # The last field goes to the front by the keyboard, and back by undoing.
    page.locator("[data-row='check_people']").focus()
    for _ in range(5):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".qc-fb-field").first).to_contain_text("检查人员")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".qc-fb-field").nth(1)).to_contain_text("检查人员")

    expect(page.locator(".qc-fb-state")).to_contain_text("已保存")
    assert serious_findings(page) == []
    page.reload()
    page.locator("[data-row='is_rectification']").click()
    expect(page.get_by_label("标题", exact=True)).to_have_value("是否需要整改")
    schema = saved(office, design_id, FILE)
    assert list(schema["properties"]) == ["investment_amount", "subsidy_amount", "total", "is_rectification", "check_people"]
    assert schema["x-computed"] == {"total": {"op": "sum", "of": ["investment_amount", "subsidy_amount"]}}
    assert schema["allOf"][0]["then"]["required"] == ["measures"]
    assert saved(office, design_id, FILE.replace(".json", ".ui.json"))["ui:sections"][0]["fields"][1] == "check_people"
    office.check()


def test_a_fault_is_said_at_its_field_and_the_check_leads_there(office: Office, design_id: int) -> None:
    page = office.person("admin").open(f"/admin/designer/{design_id}/forms?file=shandong/site_check.json")
    page.locator("[data-row='investment_amount']").click()
    page.get_by_label("不小于").fill("10")
    page.get_by_label("不大于").fill("5")
    expect(page.locator(".qc-fb-panel .qc-fb-problem")).to_contain_text("下限 10 大于上限 5")
    expect(page.locator("[data-row='investment_amount']")).to_contain_text("1 处需要修改")
    page.get_by_label("字段名").fill("total")
    expect(page.locator(".qc-fb-panel")).to_contain_text("已经有名为“total”的字段")
    page.get_by_role("button", name="全部表单").click()
    page.get_by_role("button", name="检查设计稿").click()
    page.get_by_role("button", name="数值的下限 10 大于上限 5").click()
    expect(page.get_by_label("不大于")).to_have_value("5")
    page.get_by_label("不大于").fill("50")
    expect(page.locator(".qc-fb-problem")).to_have_count(0)
    office.check()


def test_renaming_a_field_that_the_diagram_reads_names_the_places_first(office: Office, design_id: int) -> None:
    page = office.person("admin").open(f"/admin/designer/{design_id}/forms?file=shandong/penalty_determine.json")
    page.locator("[data-row='decision']").click()
    page.get_by_label("字段名").fill("ruling")
    page.keyboard.press("Tab")
    expect(page.locator(".qc-fb-problem.is-hint")).to_contain_text("流程图")
    page.get_by_role("button", name="不改").click()
    expect(page.get_by_label("字段名")).to_have_value("decision")
    office.check()


def test_a_schema_of_another_origin_is_taken_over_with_an_account(office: Office, design_id: int) -> None:
    page = office.person("admin").open(f"/admin/designer/{design_id}/forms")
    page.get_by_role("button", name="导入 JSON Schema").click()
    source = page.get_by_label("JSON Schema（必需）", exact=True)
    source.fill("{")
    expect(page.get_by_role("alert")).to_contain_text("不是有效的 JSON")
    address = {"type": "object", "title": "地址", "properties": {"street": {"type": "string"}}}
    given = {"title": "外来表单", "type": "object", "properties": {"staff": {"type": "integer", "title": "职工人数"}, "address": address}}
    source.fill(json.dumps(given))
    expect(page.locator(".qc-fb-account")).to_contain_text("1 个字段可以编辑，1 处原样保留")
    page.get_by_label("存为").fill("shandong/foreign.json")
    page.get_by_role("button", name="导入这张表单").click()
    expect(page.locator(".qc-fb-state")).to_contain_text("已保存")
    assert saved(office, design_id, "forms/shandong/foreign.json")["properties"]["address"] == address
    office.check()
