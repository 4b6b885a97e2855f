"""Rules about gateways, after bpmnlint's of the same names."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.sheet import Finding, Sheet
from app.engine.checking.wording import flow_label, quoted


def no_complex_gateway(sheet: Sheet) -> Iterator[Finding]:
    """Complex gateways say in code what the drawing does not show."""
    for node in sheet.nodes():
        if node.tag == "complexGateway":
            yield Finding(node.id, node.name, f"复杂网关{quoted(node)}不能使用，请改用排他、并行或包容网关")


def no_gateway_join_fork(sheet: Sheet) -> Iterator[Finding]:
    """One gateway that joins and forks at the same time."""
    for node in sheet.nodes():
        if node.is_gateway and len(node.incoming) > 1 and len(node.outgoing) > 1:
            yield Finding(node.id, node.name, f"{quoted(node)}既汇合又分支，应拆成两个网关")


def superfluous_gateway(sheet: Sheet) -> Iterator[Finding]:
    """A gateway with one way in and one way out."""
    for node in sheet.nodes():
        if node.is_gateway and len(node.incoming) == 1 and len(node.outgoing) == 1:
            yield Finding(node.id, node.name, f"{quoted(node)}只有一进一出，是多余的")


def event_based_gateway(sheet: Sheet) -> Iterator[Finding]:
    """An event-based gateway waits for at least two events, and conditions have no say in it."""
    for node in sheet.nodes():
        if node.tag != "eventBasedGateway":
            continue
        if len(node.outgoing) < 2:
            yield Finding(node.id, node.name, f"事件网关{quoted(node)}至少要有两条去路")
        for flow in node.outgoing:
            if flow.condition is not None:
                yield Finding(flow.id, flow.name, f"事件网关{quoted(node)}的去路{flow_label(flow)}不能带条件")
