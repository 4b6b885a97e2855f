"""Migrations in the words of the pages and reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.engine.migration.compare import Change, Found
from app.engine.migration.places import Kind
from app.law.periods import format_date
from app.model import MigrationAct, MigrationOutcome, MigrationRunStatus

ACTS = {MigrationAct.PREVIEW.value: "预演", MigrationAct.MOVE.value: "迁移", MigrationAct.UNDO.value: "退回"}
STATUSES = {
    MigrationRunStatus.RUNNING.value: "正在进行",
    MigrationRunStatus.DONE.value: "已完成",
    MigrationRunStatus.STOPPED.value: "已停止",
}
OUTCOMES = {
    MigrationOutcome.WAITING.value: "○ 等待", MigrationOutcome.POSSIBLE.value: "● 可以迁移", MigrationOutcome.MOVED.value: "● 已迁移",
    MigrationOutcome.REFUSED.value: "■ 不能迁移", MigrationOutcome.UNDONE.value: "◆ 已退回",
}  # fmt: skip
KINDS = {
    Kind.TASK: "人工环节", Kind.ACTIVITY: "子流程", Kind.EVENT: "等待事件", Kind.JOIN: "汇合", Kind.BOUNDARY: "期限届满", Kind.LOOP: "多实例",
}  # fmt: skip
CHANGES = {
    Change.ADDED: "新增", Change.REMOVED: "取消", Change.ID: "换了标识", Change.KIND: "类型变了，重新开始", Change.NAME: "改名",
    Change.ACTOR: "换了办理单位", Change.LIMIT: "期限变了", Change.FORM: "表单变了", Change.BASIS: "条款变了", Change.CALLED: "换了子流程",
    Change.PARTS: "子流程的办理要求变了",
}  # fmt: skip
FOUND = {Found.ID: "", Found.BASIS: "按法定步骤对应", Found.NAME: "按名称对应", Found.NEIGHBOURS: "按前后环节对应"}


def changes_in_words(detail: Mapping[str, Any]) -> list[str]:
    """What a move changes in one case, a line a fact. Empty when only the diagram is another."""
    lines = [line for row in detail.get("tasks", ()) for line in _task(row)]
    if detail.get("cancelled"):
        lines.append(f"不再办理{_quoted(detail['cancelled'])}")
    if detail.get("opened"):
        lines.append(f"新开始{_quoted(detail['opened'])}")
    if detail.get("at_once"):
        lines.append(f"{_quoted(detail['at_once'])}已到时间，迁移后立即触发")
    return lines


def _task(row: Mapping[str, Any]) -> list[str]:
    (old, new), (due, new_due), (office, new_office) = row["name"], row["due"], row["office"]
    lines = []
    if old != new:
        lines.append(f"“{old}”改为“{new}”")
    if due != new_due:
        lines.append(f"“{new}”期限由 {_day(due)} 改为 {_day(new_due)}")
    if office != new_office:
        lines.append(f"“{new}”由{office or '（未定）'}转给{new_office or '（未定）'}")
    if row.get("form"):
        lines.append(f"“{new}”换了表单")
    if row.get("lost"):
        lines.append(f"“{new}”的草稿中{_quoted(row['lost'])}在新表单中没有对应的栏目")
    return lines


def _day(iso: str | None) -> str:
    return format_date(dt.date.fromisoformat(iso)) if iso else "无"


def _quoted(names: Any) -> str:
    return "、".join(f"“{name}”" for name in names)
