"""Pictures of versions in use for the administrators' guide: the heat of one, and cases that are led to a newer one."""

from __future__ import annotations

from playwright.sync_api import Page

from app.config import ROOT
from app.model.session import Database
from tests.support.next_version import deploy_next, with_property, without

TARGET = ROOT / "docs" / "designer"
AUDIT = "shandong.mandatory_audit"


def take(page: Page, base: str, database: Database) -> None:
    """Needs the demo data. The newer version has one of the seven phases less, and a longer limit."""
    TARGET.mkdir(parents=True, exist_ok=True)
    _heat(page, f"{base}/admin/processes/{AUDIT}/1/heat")
    with database.transaction() as session:
        newer = deploy_next(
            session, AUDIT,
            {
                "processes/shandong/execution.bpmn": lambda body: without(body, "Task_Options"),
                "processes/shandong/disclosure.bpmn": lambda body: with_property(
                    body, "Task_Disclose", "due", "months(2, since=list_published_on)"
                ),
            },
        )  # fmt: skip
        version = newer.version
    _migration(page, f"{base}/admin/processes/{AUDIT}/migration?version=1", version)


def _heat(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".qc-heat-number:visible").first.wait_for()
    page.screenshot(path=TARGET / "heat.png")
    page.locator("[data-element-id=Call_Execution] .djs-hit, .djs-shape.qc-heat-3 .djs-hit").first.click()
    page.get_by_role("button", name="打开子流程").click()
    page.get_by_label("中位用时（日）").check()
    page.locator(".djs-shape.qc-heat-3").first.wait_for()
    page.screenshot(path=TARGET / "heat_duration.png")
    page.get_by_role("heading", name="逐月走势").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.qc-trend').scrollIntoView()")
    page.screenshot(path=TARGET / "heat_trend.png")


def _migration(page: Page, address: str, version: int) -> None:
    page.goto(address)
    page.get_by_label("从", exact=True).select_option("1")
    page.get_by_label("迁移到").select_option(str(version))
    page.get_by_role("button", name="拟定迁移计划").click()
    left, right = page.locator(".qc-migration-drawing").nth(0), page.locator(".qc-migration-drawing").nth(1)
    left.locator("[data-element-id=Task_Options] .djs-hit").first.click()
    page.screenshot(path=TARGET / "migration_map.png")
    right.locator("[data-element-id=Task_Choose] .djs-hit").first.click()
    page.get_by_role("button", name="保存并预演").click()
    page.get_by_text("已完成").wait_for()
    page.screenshot(path=TARGET / "migration_preview.png", clip={"x": 0, "y": 0, "width": 1366, "height": 560})
