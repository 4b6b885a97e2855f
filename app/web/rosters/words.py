"""The words in which rosters are spoken of."""

from __future__ import annotations

from dataclasses import dataclass

from app.model import EntryStatus, RosterStatus

LINES = {"environment": "生态环境线", "coordinator": "综合协调线"}
ROSTER_STATES = {RosterStatus.OPEN: "办理中", RosterStatus.APPROVED: "已核定，待公布", RosterStatus.PUBLISHED: "已公布"}
ACTS = {"added": "添加", "imported": "从 Excel 导入", "corrected": "更正", "struck": "剔除", "returned": "退回更正", "restored": "恢复列入"}


@dataclass(frozen=True)
class State:
    """How an entry stands: shape and word, and the class of its colour."""

    word: str
    css: str


ENTRY_STATES = {
    EntryStatus.LISTED: State("● 列入", "light-green"),
    EntryStatus.RETURNED: State("▲ 退回待更正", "light-yellow"),
    EntryStatus.STRUCK: State("✕ 已剔除", "light-none"),
}


@dataclass(frozen=True)
class Decision:
    """What may be done to selected entries."""

    act: str
    word: str
    consequence: str
    reason_hint: str


DECISIONS = {
    "strike": Decision(
        "strike", "剔除",
        "不再列入本名单，不随名单上报、核定和公布；记录和原因保留，名单核定前可以恢复。",
        "如：已停产，设备拆除，经现场核实。",
    ),
    "return": Decision(
        "return", "退回更正",
        "标为“退回待更正”；名单随“退回”的办理结论回到下一级后，由下一级逐家更正、剔除或恢复。",
        "如：列入依据与监测数据不一致，请核实。",
    ),
    "restore": Decision(
        "restore", "恢复列入", "重新列入本名单，随名单上报、核定和公布。", "如：经核实，情况属实，仍应列入。"
    ),
}  # fmt: skip
