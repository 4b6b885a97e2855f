"""Diagrams as administrators meet them: an element marked where an article leads, and a refused drawing of another tool."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import Office

pytestmark = pytest.mark.browser

FOREIGN = sorted((Path(__file__).parents[1] / "engine" / "foreign").glob("*.bpmn"))


def test_an_article_leads_to_its_element_marked_on_the_diagram(office: Office) -> None:
    page = office.person("admin").open("/admin/coverage/shandong")
    page.locator("a[href*='element=Task_Disclose']").first.click()
    marked = page.locator(".djs-element.qc-pointed")
    expect(marked).to_have_attribute("data-element-id", "Task_Disclose")
    expect(marked).to_be_in_viewport()
    expect(page.locator(".qc-diagram-panel")).to_contain_text("第十一条")
    expect(page.locator(".qc-diagram-panel")).not_to_contain_text("尚未开始")
    office.check()


def test_an_article_leads_into_a_shared_sub_process(office: Office) -> None:
    page = office.person("admin").open("/admin/coverage/shandong")
    page.locator("a[href*='shandong.listing_env'][href*='element=Task_Propose']").first.click()
    expect(page.locator(".breadcrumb-item.active")).to_have_text("逐级上报与核定")
    expect(page.locator(".djs-element.qc-pointed")).to_have_attribute("data-element-id", "Task_Propose")
    expect(page.locator(".qc-diagram-panel")).to_contain_text("第九条第一款")
    office.check()


@pytest.mark.parametrize("file", [f for f in FOREIGN if f.stem not in ("ours_saved_elsewhere", "choreography")], ids=lambda file: file.stem)
def test_a_refused_drawing_of_another_tool_is_shown_with_what_is_wrong(office: Office, file: Path) -> None:
    page = office.person("admin").open("/admin/processes/upload")
    page.locator("#files").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", name="没有保存任何内容")).to_be_visible()
    expect(page.locator(".djs-shape.qc-failed").first).to_be_visible()
    expect(page.locator(".qc-diagram-problem")).to_be_hidden()
    office.check()
