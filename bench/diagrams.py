"""Generated diagrams: a chain of user tasks, with or without a boundary timer on each."""

from __future__ import annotations

import itertools

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def chain(key: str, tasks: int, *, timers: bool) -> bytes:
    """A process of `tasks` user tasks of the county environment authority, one after the other."""
    parts = ['<bpmn:startEvent id="Event_Start"/>']
    for n in range(tasks):
        parts.append(
            f'<bpmn:userTask id="Task_{n}" name="环节{n}"><bpmn:extensionElements><spiffworkflow:properties>'
            f'<spiffworkflow:property name="actor" value="county_environment"/>'
            f'<spiffworkflow:property name="due" value="workdays(10, since=list_published_on)"/>'
            f"</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
        )
        if timers:
            parts.append(
                f'<bpmn:boundaryEvent id="Late_{n}" attachedToRef="Task_{n}" cancelActivity="false"><bpmn:timerEventDefinition id="T_{n}">'
                f'<bpmn:timeDate xsi:type="bpmn:tFormalExpression">due</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
                f'<bpmn:endEvent id="LateEnd_{n}"/><bpmn:sequenceFlow id="LateFlow_{n}" sourceRef="Late_{n}" targetRef="LateEnd_{n}"/>'
            )
    parts.append('<bpmn:endEvent id="Event_End"/>')
    nodes = ["Event_Start", *(f"Task_{n}" for n in range(tasks)), "Event_End"]
    parts += [f'<bpmn:sequenceFlow id="Flow_{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(itertools.pairwise(nodes))]
    body = "".join(parts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions {NAMESPACES} id="D" targetNamespace="bench">'
        f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    ).encode()
