"""Small diagrams for tests, written as text: only what a test is about."""

from __future__ import annotations

import itertools
from html import escape

from app.engine.definition import CompiledDefinition, compile_definition
from tests.support.layout import laid_out

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="D" targetNamespace="t">'
)


def bpmn(key: str, body: str, *, executable: bool = True, drawn: bool = True, **properties: str) -> bytes:
    """A BPMN file with one process."""
    flag = "true" if executable else "false"
    process = f'<bpmn:process id="{key}" isExecutable="{flag}" name="测试">{props(**properties)}{body}</bpmn:process>'
    file = f"{HEAD}{process}</bpmn:definitions>".encode()
    return laid_out(file) if drawn else file


def props(**values: str) -> str:
    """Our extension properties."""
    if not values:
        return ""
    inner = "".join(f'<spiffworkflow:property name="{name}" value="{escape(value, quote=True)}"/>' for name, value in values.items())
    return f"<bpmn:extensionElements><spiffworkflow:properties>{inner}</spiffworkflow:properties></bpmn:extensionElements>"


def start(element_id: str = "S") -> str:
    return f'<bpmn:startEvent id="{element_id}" name="开始"/>'


def end(element_id: str = "E", name: str = "完成", *, terminate: bool = False) -> str:
    inner = f'<bpmn:terminateEventDefinition id="{element_id}_t"/>' if terminate else ""
    return f'<bpmn:endEvent id="{element_id}" name="{name}">{inner}</bpmn:endEvent>'


def user(element_id: str, name: str = "", **values: str) -> str:
    """A step of the county's environment authority, where nothing else is said and no caller says it."""
    if not values.get("basis", "").startswith("{"):
        values = {"actor": "county_environment", **values}
    return f'<bpmn:userTask id="{element_id}" name="{name or element_id}">{props(**values)}</bpmn:userTask>'


def script(element_id: str, source: str) -> str:
    return f'<bpmn:scriptTask id="{element_id}" name="算{element_id}"><bpmn:script>{escape(source)}</bpmn:script></bpmn:scriptTask>'


def service(element_id: str, operator: str, basis: str = "", **parameters: str) -> str:
    inner = "".join(
        f'<spiffworkflow:parameter id="{name}" type="any" value="{escape(value, quote=True)}"/>' for name, value in parameters.items()
    )
    of_part = props(basis=basis).removeprefix("<bpmn:extensionElements>").removesuffix("</bpmn:extensionElements>") if basis else ""
    return (
        f'<bpmn:serviceTask id="{element_id}" name="服务{element_id}"><bpmn:extensionElements>{of_part}'
        f'<spiffworkflow:serviceTaskOperator id="{operator}" resultVariable=""><spiffworkflow:parameters>{inner}</spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
    )


def call(element_id: str, called: str, **values: str) -> str:
    return f'<bpmn:callActivity id="{element_id}" name="调{element_id}" calledElement="{called}">{props(**values)}</bpmn:callActivity>'


def sub(element_id: str, body: str, **values: str) -> str:
    return f'<bpmn:subProcess id="{element_id}" name="子{element_id}">{props(**values)}{body}</bpmn:subProcess>'


def xor(element_id: str, default: str | None = None) -> str:
    given = f' default="{default}"' if default else ""
    return f'<bpmn:exclusiveGateway id="{element_id}" name="问{element_id}"{given}/>'


def parallel(element_id: str) -> str:
    return f'<bpmn:parallelGateway id="{element_id}"/>'


def inclusive(element_id: str, default: str | None = None) -> str:
    given = f' default="{default}"' if default else ""
    return f'<bpmn:inclusiveGateway id="{element_id}"{given}/>'


def boundary(element_id: str, on: str, when: str = "due", *, interrupting: bool = False) -> str:
    """A boundary timer."""
    flag = "true" if interrupting else "false"
    return (
        f'<bpmn:boundaryEvent id="{element_id}" name="到期{element_id}" attachedToRef="{on}" cancelActivity="{flag}">'
        f'<bpmn:timerEventDefinition id="{element_id}_t"><bpmn:timeDate xsi:type="bpmn:tFormalExpression">{escape(when)}</bpmn:timeDate>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def wait(element_id: str, when: str, **values: str) -> str:
    """An intermediate timer."""
    return (
        f'<bpmn:intermediateCatchEvent id="{element_id}" name="等{element_id}">{props(**values)}<bpmn:timerEventDefinition id="{element_id}_t">'
        f'<bpmn:timeDate xsi:type="bpmn:tFormalExpression">{escape(when)}</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
    )


def flow(source: str, target: str, condition: str | None = None, *, name: str | None = None) -> str:
    """A sequence flow; its id is `source_target` unless given."""
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>' if condition else ""
    )
    return f'<bpmn:sequenceFlow id="{name or f"{source}_{target}"}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def path(*elements: str) -> str:
    """Flows along a path of element ids."""
    return "".join(flow(a, b) for a, b in itertools.pairwise(elements))


def compiled(body: str | bytes, **others: str | bytes) -> CompiledDefinition:
    """A compiled definition of `body` and further processes (`child=…` becomes process `t.child`)."""
    key = "t.main"
    files = {f"processes/t/{key}.bpmn": body if isinstance(body, bytes) else bpmn(key, body)}
    for name, other in others.items():
        files[f"processes/t/{name}.bpmn"] = other if isinstance(other, bytes) else bpmn(f"t.{name}", other)
    return compile_definition(key, files)
