"""The pictures of `docs/designer/trial.md`: a trial of the disclosure that an enterprise misses. Part of `make screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FloatRect, Page, expect

KEY = "shandong.disclosure"
PART: FloatRect = {"x": 196, "y": 52, "width": 1170, "height": 716}
"""The page without what stands around it."""


def take(page: Page, base: str, target: Path) -> None:
    """Walks an administrator's page through a trial of a new design."""
    target.mkdir(parents=True, exist_ok=True)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base}/admin/processes/{KEY}/1")
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    design = page.request.post(f"{base}/admin/designer/from/{KEY}/1", form={"csrf_token": token}, headers={"Referer": base})
    page.goto(f"{design.url}/trial")
    page.get_by_label("开始日").fill("2027-01-11")
    page.screenshot(path=target / "trial-start.png", clip=PART)
    page.get_by_role("button", name="开始试运行").click()
    expect(page.locator(".qc-trial-task")).to_contain_text("备齐并公开信息")
    page.get_by_label("走到哪一日").fill("2027-02-20")
    page.get_by_role("button", name="走到这一日").click()
    expect(page.locator(".qc-trial-tasks")).to_contain_text("认定违法情形")
    page.locator(".qc-diagram").get_by_label("看哪个案件").select_option(index=0)
    expect(page.locator(".djs-shape.qc-late")).to_be_visible()
    page.screenshot(path=target / "trial-step.png", clip=PART)
    page.get_by_role("button", name="保存为方案").click()
    page.get_by_label("方案名称").fill("一个月没有公开")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="全部检查").click()
    kept = page.locator(".qc-trial-kept")
    expect(kept).to_contain_text("✓ 与原来相同")
    kept.scroll_into_view_if_needed()
    page.screenshot(path=target / "trial-kept.png", clip=PART)
