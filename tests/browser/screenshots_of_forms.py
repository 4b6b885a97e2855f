"""The pictures of docs/designer/forms.md, taken from the form builder of a design of the demo installation."""

from __future__ import annotations

import io
import json
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

COLOURS = 128
"""Enough for a page of text, and a third of the bytes."""
PROCESS = "shandong.mandatory_audit"
FOREIGN = {
    "title": "企业基本情况",
    "type": "object",
    "properties": {
        "staff": {"type": "integer", "title": "职工人数", "minimum": 0},
        "kind": {"type": "string", "title": "企业类型", "enum": ["国有", "民营"], "deprecated": True},
        "address": {"type": "object", "title": "地址", "properties": {"street": {"type": "string", "title": "街道"}}},
    },
    "required": ["staff"],
}


def take(page: Page, base: str, target: Path) -> None:
    """Builds a form as the text describes it, and takes a picture at each step."""

    def shot(name: str) -> None:
        page.wait_for_timeout(700)  # the check of the form answers
        picture = Image.open(io.BytesIO(page.screenshot()))
        picture.quantize(COLOURS).save(target / f"{name}.png", optimize=True)

    def add(title: str, kind: str) -> None:
        page.get_by_role("button", name="添加字段").last.click()
        page.get_by_label("标题", exact=True).fill(title)
        page.get_by_role("button", name=kind, exact=True).click()

    page.goto(f"{base}/admin/processes/{PROCESS}")
    page.locator(f"form[action*='/designer/from/{PROCESS}/'] button").first.click()
    page.wait_for_url("**/admin/designer/*")
    design = page.url
    page.goto(f"{design}/forms")
    page.get_by_role("button", name="新建表单").click()
    page.get_by_label("表单标题").fill("现场检查记录")
    shot("forms-list")
    page.get_by_role("button", name="建立", exact=True).click()
    shot("forms-add")
    for title, kind in (("企业名称", "企业（本案企业的资料）"), ("检查日期", "日期"), ("检查人员", "人员名单"), ("是否需要整改", "是或否")):
        add(title, kind)
    add("整改措施", "文字（多行）")
    page.get_by_role("button", name="改为有条件才显示").click()
    page.get_by_label("显示时必填").check()
    preview = page.get_by_label("预览", exact=True)
    preview.get_by_label("是", exact=True).check()
    page.locator(".qc-fb-panel").evaluate("panel => (panel.scrollTop = 330)")
    shot("forms-condition")
    page.goto(f"{design}/forms?file=shandong/acceptance_score.json")
    page.locator("[data-row='scores']").click()
    page.locator(".qc-fb-panel").evaluate("panel => (panel.scrollTop = 260)")
    shot("forms-score")
    page.goto(f"{design}/forms")
    page.get_by_role("button", name="导入 JSON Schema").click()
    page.get_by_label("JSON Schema（必需）", exact=True).fill(json.dumps(FOREIGN, ensure_ascii=False, indent=2))
    shot("forms-import")
