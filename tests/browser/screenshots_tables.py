"""The pictures of docs/designer/tables.md: a decision table in order, and one with a wrong cell."""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Page, expect

from app.config import ROOT

TARGET = ROOT / "docs" / "designer"
KEY = "beijing.fund_audit_fee"
MAIN: FloatRect = {"x": 196, "y": 52, "width": 1170, "height": 716}
"""What is not the same on every page."""


def take(page: Page, base: str) -> None:
    """Begins a design of Beijing's audit fee and takes its tables. `page` belongs to an administrator."""
    TARGET.mkdir(parents=True, exist_ok=True)
    page.goto(f"{base}/admin/processes/{KEY}")
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    begun = page.request.post(f"{base}/admin/designer/from/{KEY}/1", form={"csrf_token": token}, headers={"Referer": base})
    page.goto(f"{begun.url}/tables")
    summary = page.locator(".qc-trials-summary")
    expect(summary).to_have_text(re.compile("全部通过"), timeout=60_000)
    page.screenshot(path=TARGET / "tables.png", clip=MAIN)
    _write(page, "beijing_audit_fee_r2_out1", "import os")
    expect(page.locator(".qc-findings-list .is-error")).to_have_count(1, timeout=30_000)
    page.screenshot(path=TARGET / "tables-wrong.png", clip=MAIN)
    _write(page, "beijing_audit_fee_r2_out1", "round(50000 + (audit_fee_verified - 50000) * 0.6, 2)")
    expect(summary).to_have_text(re.compile("不通过"), timeout=30_000)
    page.locator(".qc-trials tbody tr").nth(4).locator("input").first.focus()
    page.locator(".qc-trials-part").scroll_into_view_if_needed()
    page.screenshot(path=TARGET / "tables-rows.png", clip=MAIN)


def _write(page: Page, cell: str, text: str) -> None:
    page.locator(f'[data-element-id="{cell}"] [contenteditable]').click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
