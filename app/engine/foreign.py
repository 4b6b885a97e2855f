"""What a drawing holds that this engine does not execute, each with a sentence for the person who drew it elsewhere.

BPMN travels between tools: a drawing of another product is good BPMN and can be shown, and still cannot be run here. Everything in it that would be
ignored, misunderstood or run differently is a reason; all reasons are given at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from app.engine.errors import Problem

_BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_NS: Final = {"bpmn": _BPMN, "spiff": "http://spiffworkflow.org/bpmn/schema/1.0/core"}

_VENDORS: Final = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda",
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
    "http://www.jboss.org/drools": "jBPM",
}

_ELEMENTS: Final = {
    "task": "没有说明由谁来做的任务不能执行，请改为人工任务、脚本任务或服务任务",
    "sendTask": "发送任务不能执行，请改为服务任务（例如 send_notice）",
    "receiveTask": "接收任务不能执行：没有系统会发来消息，请改为人工任务",
    "complexGateway": "复杂网关不能执行，请改为排他、并行或包容网关",
    "transaction": "事务子流程不能执行，请改为子流程",
    "adHocSubProcess": "即席子流程不能执行，请画出先后顺序，或把其中的任务标为 optional",
    "dataStoreReference": "数据存储不能执行：案件数据由表单和脚本读写，请删去或改为文字注释",
}
"""Flow elements that are never executed."""

_CHILDREN: Final = {
    "messageEventDefinition": "消息事件不能执行：没有系统会发来消息，请改为人工任务或服务任务",
    "conditionalEventDefinition": "条件事件不能执行，请改为网关",
    "linkEventDefinition": "链接事件不能执行，请用连线直接相连",
    "compensateEventDefinition": "补偿事件不能执行，请把善后的步骤画出来",
    "cancelEventDefinition": "取消事件不能执行，请改为终止事件或网关",
    "standardLoopCharacteristics": "循环标记不能执行，请用网关和连线画出循环",
    "multiInstanceLoopCharacteristics": "多实例标记不能执行：多家企业各立一案，几个部门会同用并行网关或 common.joint_action",
    "dataInputAssociation": "数据关联不能执行：案件数据由表单和脚本读写，请删去",
    "dataOutputAssociation": "数据关联不能执行：案件数据由表单和脚本读写，请删去",
    "ioSpecification": "输入输出说明不能执行：案件数据由表单和脚本读写，请删去",
    "timeDuration": "定时器写的是时长：法定期限从事件起算，请改为到期日表达式（timeDate），例如 due",
    "timeCycle": "定时器写的是周期：请改为到期日表达式（timeDate），例如 every_year(12, 31)",
}
"""What may stand inside a flow element and is never executed."""

_ROOTS: Final = {
    "choreography": "编排图（choreography）不能执行，请为承办的一方画流程图",
    "globalChoreographyTask": "编排图（choreography）不能执行，请为承办的一方画流程图",
    "conversation": "会话图（conversation）不能执行，请画流程图",
}


_CONTAINERS: Final = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})


def reasons(path: str, root: Any) -> list[Problem]:
    """Why a drawing cannot be executed: none for a diagram of ours. `root` is its `definitions`."""
    found = [*_of_the_whole(path, root)]
    for process in root.iterfind("bpmn:process", _NS):
        found += [Problem(path, _id(o), _name(o), "foreign-setting", sentence) for o, sentence in _vendor_settings(process)]
        for node in process.iter(f"{{{_BPMN}}}*"):
            owner = _owner(node)
            found += [Problem(path, _id(owner), _name(owner), code, sentence) for code, sentence in _of_node(node, process)]
    return list(dict.fromkeys(found))


def _of_the_whole(path: str, root: Any) -> Iterator[Problem]:
    for tag, sentence in _ROOTS.items():
        for node in root.iterfind(f"bpmn:{tag}", _NS):
            yield Problem(path, _id(node), _name(node), "not-supported", sentence)
    pools = [p for p in root.iterfind("bpmn:collaboration/bpmn:participant", _NS) if p.get("processRef")]
    if len(pools) > 1:
        names = "、".join(_name(pool) or _id(pool) for pool in pools)
        sentence = f"协作图有 {len(pools)} 个泳池（{names}）：只能执行一个流程，请每个流程存为一个文件，另一方用人工任务表示"
        yield Problem(path, _id(pools[0].getparent()), "", "collaboration", sentence)
    for expression in root.iterfind("*/bpmn:extensionElements/spiff:payloadExpression", _NS):
        event = expression.getparent().getparent()
        yield Problem(path, _id(event), _name(event), "not-supported", "事件的内容表达式不能执行，请删去")
    processes = list(root.iterfind("bpmn:process", _NS))
    if not processes:
        yield Problem(path, "", "", "not-executable", "没有可执行的流程，只能作为图样查看")
    for process in processes:
        if process.get("isExecutable") != "true":
            sentence = "流程没有标为可执行（isExecutable=true），只能作为图样查看"
            yield Problem(path, _id(process), _name(process), "not-executable", sentence)
        if not process.get("id"):
            yield Problem(path, "", _name(process), "not-executable", "流程没有标识（id）")


def _of_node(node: Any, process: Any) -> Iterator[tuple[str, str]]:
    """(code, sentence) for each thing about one BPMN element."""
    tag = etree.QName(node).localname
    if tag in _ELEMENTS:
        yield "not-supported", _ELEMENTS[tag]
    elif tag in _CHILDREN:
        yield "not-supported", _CHILDREN[tag]
    elif tag == "scriptTask" and (node.get("scriptFormat") or "python").lower() not in ("python", "text/x-python", "text/python"):
        yield "script-language", f"脚本语言 {node.get('scriptFormat')} 不能执行，请改写为本系统的脚本"
    elif tag == "serviceTask" and node.find("bpmn:extensionElements/spiff:serviceTaskOperator", _NS) is None:
        yield "no-operator", "服务任务没有写明由哪个服务来做（serviceTaskOperator）"
    elif tag == "businessRuleTask" and not node.findtext("bpmn:extensionElements/spiff:calledDecisionId", "", _NS).strip():
        yield "no-decision", "决策任务没有写明用哪个决策表（calledDecisionId）"
    elif tag == "callActivity" and not node.get("calledElement"):
        yield "missing-process", "调用活动没有写明调用哪个流程（calledElement）"
    elif tag == "timerEventDefinition" and _starts_the_process(node.getparent(), process):
        yield "not-supported", "流程不能由定时器开始：请由人启动，或由其他流程的 start_case 启动"


def _vendor_settings(process: Any) -> Iterator[tuple[Any, str]]:
    """(element, sentence) for settings of another product, which would silently do nothing here."""
    used: dict[tuple[Any, str], list[str]] = {}
    for node in process.iter(f"{{{_BPMN}}}*"):
        inside = node.iterfind("bpmn:extensionElements/{*}*", _NS)
        for name in map(etree.QName, (*node.attrib, *(child.tag for child in inside))):
            if name.namespace in _VENDORS:
                used.setdefault((_owner(node), _VENDORS[name.namespace]), []).append(name.localname)
    for (owner, vendor), names in used.items():
        listed = "、".join(dict.fromkeys(names))
        yield owner, f"写有 {vendor} 的执行设置（{listed}），本系统不执行，请删去或改用本系统的属性"


def _starts_the_process(event: Any, process: Any) -> bool:
    return bool(etree.QName(event).localname == "startEvent" and event.getparent() is process)


def _owner(node: Any) -> Any:
    """The element that a reason is shown at: the flow element that a node belongs to, or the process."""
    while node.getparent() is not None and etree.QName(node).localname != "process":
        if etree.QName(node.getparent()).localname in _CONTAINERS:
            break
        node = node.getparent()
    return node


def _id(node: Any) -> str:
    return node.get("id") or ""


def _name(node: Any) -> str:
    return " ".join((node.get("name") or "").split())
