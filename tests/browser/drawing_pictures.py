"""Pictures of the drawing for `docs/designer/drawing.md`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect


def take(page: Page, base: str, target: Path) -> None:
    """Takes the pictures as an administrator who is signed in on `page`."""
    page.goto(f"{base}/admin/processes/shandong.acceptance_application")
    page.get_by_role("button", name="修改").first.click()
    expect(page.locator(".djs-shape").first).to_be_visible()
    expect(page.locator(".qc-problems-summary")).to_contain_text("检查通过")
    page.screenshot(path=target / "drawing-editor.png")
    _select(page, "Task_Forward")
    _panel(page, target / "drawing-panel.png")
    _select(page, "Flow_Gateway_Complete_Activity_Confirm")
    _panel(page, target / "drawing-condition.png")
    _select(page, "Script_Organiser")
    page.get_by_label("算式").fill("organiser = decision.lower()")
    expect(page.locator(".qc-problem-mark.is-error").first).to_be_visible()
    page.locator(".qc-problems-summary").click()
    page.screenshot(path=target / "drawing-problems.png")


def _select(page: Page, element: str) -> None:
    page.locator(f"[data-element-id='{element}'] > .djs-hit").first.dispatch_event("click", {"button": 0})
    expect(page.locator(f".djs-element.selected[data-element-id='{element}']")).to_be_attached()
    page.wait_for_load_state("networkidle")


def _panel(page: Page, path: Path) -> None:
    page.locator(".qc-designer-stage").screenshot(path=path)
