"""The administrators' words for what stands in a diagram."""

from __future__ import annotations

from typing import Final

from app.law.catalogue import catalogue
from app.law.labels import PROCEDURE_KINDS, actor_label
from app.law.written_limits import limits_in

TYPES: Final = {
    "process": "流程", "startEvent": "开始", "endEvent": "结束", "boundaryEvent": "边界事件", "intermediateCatchEvent": "等待事件",
    "intermediateThrowEvent": "中间事件", "userTask": "办理任务", "manualTask": "线下任务", "serviceTask": "系统服务", "scriptTask": "数据处理",
    "businessRuleTask": "查决策表", "callActivity": "调用流程", "subProcess": "内嵌子流程", "task": "任务", "sendTask": "发送", "receiveTask": "接收",
    "exclusiveGateway": "选一条路", "parallelGateway": "同时进行", "inclusiveGateway": "按条件同时进行", "eventBasedGateway": "等先发生的",
    "sequenceFlow": "连线", "textAnnotation": "注释", "association": "注释连线", "lane": "泳道", "laneSet": "泳道组", "participant": "参与方",
    "group": "分组", "dataObjectReference": "数据", "dataObject": "数据", "collaboration": "协作图", "messageFlow": "消息连线",
}  # fmt: skip
PROPERTIES: Final = {
    "actor": "办理单位", "due": "期限", "basis": "法定依据", "article": "条款", "formJsonSchemaFilename": "表单", "formUiSchemaFilename": "表单布局",
    "kind": "类别", "jurisdiction": "地区", "in_force_from": "依据生效", "in_force_to": "依据失效", "starts": "怎样开始", "starter": "谁可以启动",
    "body": "办理部门", "about": "是否针对企业", "panel": "表单旁的工作区", "instead_of": "代替的国家流程", "reading": "期限的读法",
    "publication": "公布名单的流程", "optional": "可以不办", "optional_parts": "可以不用的部分", "grounds": "列入名单的情形", "list_name": "名单名称",
    "letters": "名单的公函", "stops_clock": "暂停计时的情形",
}  # fmt: skip


def property_label(name: str) -> str:
    return PROPERTIES.get(name, f"扩展属性 {name}")


def property_value(name: str, value: str) -> str:
    """A property as a reader takes it in. What is not known is shown as it is written."""
    if name == "actor":
        return value if value.startswith("{") else actor_label(value)
    if name == "due":
        return limit(value)
    if name == "basis":
        return "；".join(_step(one) for one in value.split())
    if name == "kind":
        return PROCEDURE_KINDS.get(value, value)
    if name == "optional":
        return "是" if value == "true" else "否"
    return value


def limit(source: str) -> str:
    """A time limit in words, with the expression where the words do not say all of it."""
    if source.startswith("{"):
        return source
    try:
        found = tuple(dict.fromkeys(str(one) for one in limits_in(source)))
    except SyntaxError:
        return source
    return f"{'；'.join(found)}（{source}）" if found else source


def _step(step_id: str) -> str:
    step = catalogue().step(step_id)
    return f"{step.does}（{step.article}）" if step is not None else step_id
