"""Where a token may be moved: only where it came from no other branch and leaves none waiting for it.

A branch is what lies behind one exit of a parallel or inclusive gateway, or behind a boundary event that does not interrupt. An element is inside
a branch when every way to it leads through that branch. A move is sound when both elements are inside the same branches: it then is as if a
sequence flow led from the one to the other.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    EventBasedGatewayMixin,
    ExclusiveGatewayMixin,
    InclusiveGatewayMixin,
    ParallelGatewayMixin,
    StartEventMixin,
)

from app.engine.definition import CompiledDefinition
from app.engine.diagram import Element

_SPLIT = ".BoundaryEventSplit"
_ONE_WAY = (ExclusiveGatewayMixin, EventBasedGatewayMixin, BoundaryEventSplit)
"""Specs with several exits of which a token takes one; a boundary split is looked at event by event."""


@dataclass(frozen=True)
class Target:
    """An element of a process, and why a token cannot go there: none when it can."""

    element: Element
    refusal: str | None


def targets(definition: CompiledDefinition, scope: str, source: str) -> list[Target]:
    """The elements of a process or embedded sub-process, in the order of the file, seen from one of them."""
    spec = definition.spec if definition.spec.name == scope else definition.subprocess_specs[scope]
    elements = [element for (where, _), element in definition.by_spec.items() if where == scope]
    return [Target(element, refusal(spec, source, element.id)) for element in elements]


def stands_for(task_spec: Any) -> str:
    """The element that a spec belongs to: before an activity with boundary events stands a split of the engine's own."""
    name: str = task_spec.name
    return name.removesuffix(_SPLIT)


def entry(workflow_spec: Any, element_id: str) -> Any:
    """The spec at which an element begins."""
    return workflow_spec.task_specs.get(f"{element_id}{_SPLIT}") or workflow_spec.task_specs[element_id]


def refusal(workflow_spec: Any, source: str, target: str) -> str | None:
    """Why a token cannot go from one element of a process to another, as a sentence; none when it can."""
    spec = workflow_spec.task_specs.get(target)
    if spec is None or spec.bpmn_id is None:
        return "这个环节在另一个流程或子流程里，或者没有路径通到它；只能在同一张图的同一层内移动"
    if isinstance(spec, StartEventMixin):
        return "这是流程的起点，请选择它后面的环节"
    if isinstance(spec, BoundaryEventMixin):
        return "这是依附在环节上的事件，只能由所依附的环节触发"
    if isinstance(spec, ParallelGatewayMixin | InclusiveGatewayMixin) and len(spec.inputs) > 1:
        return "这个网关要等各个分支汇合，请选择它后面的环节"
    if any(isinstance(before, EventBasedGatewayMixin) for before in spec.inputs):
        return "这个事件由前面的网关一起等待，请选择那个网关或事件后面的环节"
    around = _branches(workflow_spec)
    there, here = around[entry(workflow_spec, target).name], around[source]
    if there == here:
        return None
    if any(isinstance(branch, str) for branch in there ^ here):
        return "这个环节与当前环节，一个在主线上，一个在到期后另起的支路上，不能互相转入"
    if there - here:
        return "这个环节在并行的分支里，直接转入后，其他分支没有开始，汇合的环节会一直等下去"
    return "当前环节在并行的分支里，离开分支后，汇合的环节会一直等下去，或者其他分支重复办理"


@lru_cache(maxsize=128)
def _branches(workflow_spec: Any) -> dict[Hashable, frozenset[Hashable]]:
    """For each spec the branches that it is inside of: those through which every way from the start to it leads."""
    follows, branches = _graph(workflow_spec)
    dominators = _dominators(follows, workflow_spec.start.name)
    return {node: frozenset(through & branches) for node, through in dominators.items()}


def _graph(workflow_spec: Any) -> tuple[dict[Hashable, list[Hashable]], set[Hashable]]:
    """What follows what, with a node of its own for each exit behind which a branch begins."""
    follows: dict[Hashable, list[Hashable]] = {}
    branches: set[Hashable] = set()
    for spec in workflow_spec.task_specs.values():
        exits = [output for output in spec.outputs if not isinstance(output, BoundaryEventJoin)]
        if isinstance(spec, BoundaryEventMixin) and not spec.cancel_activity:
            branches.add(spec.name)
        if len(exits) < 2 or isinstance(spec, _ONE_WAY):
            follows[spec.name] = [output.name for output in exits]
            continue
        doors: list[Hashable] = [(spec.name, output.name) for output in exits]
        follows[spec.name] = doors
        follows.update({door: [output.name] for door, output in zip(doors, exits, strict=True)})
        branches.update(doors)
    return follows, branches


def _dominators(follows: dict[Hashable, list[Hashable]], start: Hashable) -> dict[Hashable, set[Hashable]]:
    """For each node that can be reached, the nodes on every way to it, itself included."""
    order, seen = [start], {start}
    for node in order:
        for following in follows.get(node, ()):
            if following not in seen:
                seen.add(following)
                order.append(following)
    before: dict[Hashable, list[Hashable]] = {node: [] for node in order}
    for node in order:
        for following in follows.get(node, ()):
            before[following].append(node)
    found: dict[Hashable, set[Hashable]] = {node: set(order) for node in order}
    found[start] = {start}
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            through = set.intersection(*(found[previous] for previous in before[node])) | {node}
            if through != found[node]:
                found[node], changed = through, True
    return found
