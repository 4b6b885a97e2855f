"""The words in which registers are spoken of."""

from __future__ import annotations

from dataclasses import dataclass

from app.law.admission import Verdict
from app.law.registers import Act
from app.model import MemberStatus, ProposalStatus, RegisterEntry, Standing

KINDS = {"consultant": "咨询服务机构", "expert": "专家"}


@dataclass(frozen=True)
class Light:
    """How something stands: shape and word, and the class of its colour."""

    word: str
    css: str


STANDINGS = {
    Standing.APPLIED: Light("○ 申请中", "light-none"), Standing.REFUSED: Light("✕ 未列入", "light-none"), Standing.LISTED: Light("● 在册", "light-green"),
    Standing.CANCELLED: Light("✕ 已取消", "light-none"), Standing.REMOVED: Light("■ 已除名", "light-red"), Standing.EXPIRED: Light("✕ 已期满", "light-none"),
    Standing.LEFT: Light("✕ 已退出", "light-none"),
}  # fmt: skip
VERDICTS = {
    Verdict.MET: Light("● 符合", "light-green"), Verdict.UNMET: Light("■ 不符合", "light-red"), Verdict.BY_HAND: Light("▲ 待核对", "light-yellow"),
    Verdict.MISSING: Light("▲ 未填", "light-yellow"), Verdict.NOT_ASKED: Light("○ 不适用", "light-none"),
}  # fmt: skip
PROPOSALS = {
    ProposalStatus.OPEN: Light("▲ 待处理", "light-yellow"), ProposalStatus.STARTED: Light("▶ 已立案", "light-none"),
    ProposalStatus.DONE: Light("● 已办理", "light-green"), ProposalStatus.DISMISSED: Light("✕ 不予办理", "light-none"),
}  # fmt: skip
ATTENDANCE = {
    MemberStatus.DRAWN: Light("● 参加", "light-green"), MemberStatus.RECUSED: Light("✕ 回避", "light-none"),
    MemberStatus.UNAVAILABLE: Light("✕ 不能参加", "light-none"), MemberStatus.ABSENT: Light("■ 无故未到", "light-red"),
}  # fmt: skip
ONLY = {"warned": "受到警告的", "soon": "即将到期的", "review": "考评到期的"}

WEIGHTY = frozenset(
    {
        Act.ADMISSION,
        Act.REFUSAL,
        Act.WARNING,
        Act.CRITICISM,
        Act.BAD_RECORD,
        Act.CORRECTION_ORDERED,
        Act.CANCELLATION,
        Act.REMOVAL,
        Act.EXIT,
    }
)
"""What is confirmed on a page of its own."""

CONSEQUENCES = {
    Act.ADMISSION: "列入名录并对外公开", Act.REFUSAL: "不列入名录", Act.WARNING: "在名录中标注警告并对外公开，计入警告次数",
    Act.CRITICISM: "记入内部档案，不对外公开", Act.BAD_RECORD: "记入不良记录，计入次数",
    Act.CORRECTION_ORDERED: "书面责令在期限内改正", Act.CORRECTED: "确认已经改正，责令改正到此了结",
    Act.CANCELLATION: "从名录中取消并对外公开，历史记录保留", Act.REMOVAL: "从名录中除名并对外公开，历史记录保留",
    Act.EXIT: "按本人（本机构）申请退出名录，不是处分", Act.REVIEW: "登记考评结果", Act.GRADING: "登记等级并对外公开",
}  # fmt: skip


def standing(entry: RegisterEntry) -> Light:
    """How an entry stands, warnings included."""
    if entry.status == Standing.LISTED and entry.warnings:
        return Light(f"▲ 在册，警告 {entry.warnings} 次", "light-yellow")
    return STANDINGS[Standing(entry.status)]
