"""How elements are called in sentences for people: by their label, else by their kind."""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.checking.graph import Flow, Node

KINDS = {
    "startEvent": "开始事件", "endEvent": "结束事件", "boundaryEvent": "边界事件", "intermediateCatchEvent": "等待事件",
    "intermediateThrowEvent": "抛出事件", "task": "任务", "userTask": "用户任务", "manualTask": "手工任务", "serviceTask": "服务任务",
    "scriptTask": "脚本任务", "businessRuleTask": "业务规则任务", "sendTask": "发送任务", "receiveTask": "接收任务",
    "callActivity": "调用活动", "subProcess": "子流程", "transaction": "事务子流程", "adHocSubProcess": "即席子流程",
    "exclusiveGateway": "排他网关", "parallelGateway": "并行网关", "inclusiveGateway": "包容网关", "eventBasedGateway": "事件网关",
    "complexGateway": "复杂网关",
}  # fmt: skip
EVENT_KINDS = {
    "timer": "定时", "message": "消息", "signal": "信号", "error": "错误", "escalation": "升级", "conditional": "条件", "link": "链接",
    "compensate": "补偿", "cancel": "取消", "terminate": "终止",
}  # fmt: skip
MAX_STEPS = 40
"""Steps of a counter-example that are spelled out; a longer one leaves out its middle."""


def kind_of(node: Node) -> str:
    """What kind of element it is: `排他网关`."""
    return KINDS.get(node.tag, node.tag)


def label(node: Node) -> str:
    """The element as a person finds it: its label, else its kind and id."""
    return node.name or f"{kind_of(node)} {node.id}"


def quoted(node: Node) -> str:
    """The label in quotation marks."""
    return f"“{label(node)}”"


def flow_label(flow: Flow) -> str:
    """The flow as a person finds it: its label, else where it leads."""
    if flow.name:
        return f"“{flow.name}”"
    source, target = (label(end) if end is not None else "？" for end in (flow.source, flow.target))
    return f"“{source}”到“{target}”的连线"


def in_order(steps: Sequence[str]) -> str:
    """A path in words: `开始 → 提出名单 → 核定名单`."""
    shown = list(steps)
    if len(shown) > MAX_STEPS:
        half = MAX_STEPS // 2
        shown = [*shown[:half], f"……（中间 {len(shown) - 2 * half} 步）", *shown[-half:]]
    return " → ".join(shown)
