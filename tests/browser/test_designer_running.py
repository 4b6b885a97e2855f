"""Versions in use, as an administrator meets them: cases led to a newer one over both drawings, and the heat of one on its drawing."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from app.cases import starting
from app.model import Definition
from tests.browser.people import Office
from tests.cases.migration_support import KEY, Moving, at_county, row
from tests.support.diagrams import call
from tests.support.world import CITY, COUNTY, OTHER_COUNTY, PROVINCE

pytestmark = pytest.mark.browser

CHILD = row(at_county("X", name="核对材料"), at_county("Y", name="登记结果"))


@pytest.fixture(scope="module")
def versions(office: Office) -> tuple[Definition, Definition]:
    """Three cases of Monday 11 January in two counties: one waits at A, two went on to B after two days; the newer version has no B."""
    office.clock.to("2027-01-11")
    moving = Moving(office.world)
    tasks = at_county("A", name="受理"), at_county("B", name="初审"), call("C", "t.child")
    old = moving.deploy(row(*tasks, at_county("N", name="办结")), children={"child": CHILD})
    ids = moving.start(2)
    with office.world.transaction() as session:
        variables = {"begun": "2027-01-11"}
        starting.start(session, process=KEY, region=OTHER_COUNTY, enterprise=None, variables=variables)
    office.clock.to("2027-01-13")
    for case_id in ids:
        moving.complete(case_id, "A")
    new = moving.deploy(row(tasks[0], tasks[2], at_county("N", name="办结")), children={"child": CHILD})
    return old, new


def shape(drawing: Locator, element_id: str) -> Locator:
    return drawing.locator(f"[data-element-id={element_id}] .djs-hit").first


def number(page: Page, element_id: str) -> Locator:
    return page.locator(f".djs-overlays[data-container-id={element_id}] .qc-heat-number")


def without_findings(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")] == []


def test_the_heat_of_a_version_by_measure_and_region(office: Office, versions: tuple[Definition, Definition]) -> None:
    page = office.person("admin").open(f"/admin/processes/{KEY}/1")
    page.get_by_role("link", name="热度和走势").click()
    expect(number(page, "A")).to_have_text("1")
    expect(number(page, "B")).to_have_text("2")
    expect(page.locator(".djs-shape.qc-heat-3")).to_have_attribute("data-element-id", "B")
    expect(page.locator("[data-heat-legend]")).to_contain_text("多 2 件")
    page.get_by_label("中位用时（日）").check()
    expect(number(page, "A")).to_have_text("2.0")
    expect(number(page, "B")).to_have_count(0)
    page.get_by_label("停留案件").check()
    shape(page.locator(".qc-diagram-canvas"), "B").click()
    expect(page.get_by_role("region", name="停留的案件").locator("tbody tr")).to_have_count(2)
    without_findings(page)
    for level, region in (("省", PROVINCE), ("市", CITY), ("县（市、区）", COUNTY)):
        page.get_by_label(level, exact=True).select_option(region)
        expect(page.get_by_label(level, exact=True)).to_have_value(region)
    expect(number(page, "B")).to_have_text("2")
    expect(number(page, "A")).to_have_count(0)
    page.locator("#elements").get_by_role("link", name="故障").click()
    expect(page.get_by_role("columnheader", name="故障")).to_have_attribute("aria-sort", "descending")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载表格").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    office.check()


def test_cases_are_led_to_a_newer_version_over_both_drawings(office: Office, versions: tuple[Definition, Definition]) -> None:
    page = office.person("admin").open(f"/admin/processes/{KEY}/migration?version=1")
    page.get_by_label("迁移到").select_option("2")
    page.get_by_role("button", name="拟定迁移计划").click()
    left, right = page.locator(".qc-migration-drawing").nth(0), page.locator(".qc-migration-drawing").nth(1)
    marks = left.locator(".djs-overlays[data-container-id=B]")
    expect(marks).to_contain_text("待定")
    expect(marks).to_contain_text("2 件，不能迁移")
    decided = page.locator(f"select[name='{KEY}>{KEY}/B']")
    told = page.locator(".qc-migration-hint")
    shape(left, "B").click()
    expect(told).to_contain_text("“初审”，2 件停在这里")
    expect(right.locator("[data-element-id=N]")).to_have_class("djs-element djs-shape qc-possible")
    shape(right, "S").click()
    expect(told).to_contain_text("不能改为")
    shape(right, "N").click()
    expect(decided).to_have_value("N")
    expect(right.locator(".djs-overlays[data-container-id=N]")).to_have_text("2、4")
    page.get_by_role("button", name="撤销上一步").click()
    expect(decided).to_have_value("?")
    page.get_by_role("button", name="初审").focus()
    page.keyboard.press("Enter")
    expect(told).to_contain_text("已选")
    decided.focus()
    for _ in ("受理", "调C", "办结"):
        page.keyboard.press("ArrowDown")
    expect(decided).to_have_value("N")
    expect(told).to_contain_text("“初审”改为“办结”")
    without_findings(page)
    page.get_by_role("button", name="保存并预演").click()
    expect(page.get_by_text("已完成：3 / 3")).to_be_visible()
    expect(page.locator("li[aria-current=step]")).to_contain_text("预演")
    expect(page.get_by_text("“初审”改为“办结”").first).to_be_visible()
    page.get_by_role("link", name="迁移这 3 件").click()
    page.get_by_label("迁移的原因").fill("规定修订")
    page.get_by_role("button", name="确认迁移").click()
    expect(page.get_by_text("已完成：3 / 3")).to_be_visible()
    expect(page.locator("li[aria-current=step]")).to_contain_text("报告")
    without_findings(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载结果").click()
    assert download.value.suggested_filename.startswith("迁移结果")
    page.get_by_role("link", name="全部退回").click()
    page.get_by_label("退回的原因").fill("发现计划有误")
    page.get_by_role("button", name="确认退回").click()
    expect(page.get_by_text("已完成：3 / 3")).to_be_visible()
    office.check()


def test_a_called_process_is_opened_from_its_activity(office: Office, versions: tuple[Definition, Definition]) -> None:
    page = office.person("admin").open(f"/admin/processes/{KEY}/migration?version=1")
    page.get_by_label("迁移到").select_option("2")
    page.get_by_role("button", name="拟定迁移计划").click()
    left = page.locator(".qc-migration-drawing").nth(0)
    shape(left, "C").click()
    page.get_by_role("button", name="打开子流程").click()
    expect(left.locator("[data-element-id=X]").first).to_be_visible()
    expect(left.locator(".djs-overlays[data-container-id=X]")).to_contain_text("1")
    office.check()
