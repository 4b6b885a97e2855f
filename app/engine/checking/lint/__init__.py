"""What can be said of a drawing without walking it: bpmnlint's recommended rules, and two of ours about references inside a file.

The rules keep bpmnlint's names and levels, so that a finding can be looked up there; `frontend/` runs the original over the same files and a test
compares the two. The rules need no Node: they are part of the gate before deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.engine.checking.lint import connections, drawing, events, gateways, labels
from app.engine.checking.sheet import Finding, Sheet
from app.engine.errors import ERROR, WARNING, Problem

Rule = Callable[[Sheet], Iterable[Finding]]

RULES: tuple[tuple[str, str, Rule], ...] = (
    ("ad-hoc-sub-process", ERROR, events.ad_hoc_sub_process),
    ("conditional-flows", ERROR, connections.conditional_flows),
    ("end-event-required", ERROR, events.end_event_required),
    ("event-based-gateway", ERROR, gateways.event_based_gateway),
    ("event-sub-process-typed-start-event", ERROR, events.event_sub_process_typed_start_event),
    ("fake-join", WARNING, connections.fake_join),
    ("global", WARNING, events.global_),
    ("label-required", ERROR, labels.label_required),
    ("link-event", ERROR, events.link_event),
    ("no-bpmndi", ERROR, drawing.no_bpmndi),
    ("no-complex-gateway", ERROR, gateways.no_complex_gateway),
    ("no-disconnected", ERROR, connections.no_disconnected),
    ("no-duplicate-sequence-flows", ERROR, connections.no_duplicate_sequence_flows),
    ("no-gateway-join-fork", ERROR, gateways.no_gateway_join_fork),
    ("no-implicit-end", ERROR, connections.no_implicit_end),
    ("no-implicit-split", ERROR, connections.no_implicit_split),
    ("no-implicit-start", ERROR, connections.no_implicit_start),
    ("no-overlapping-elements", WARNING, drawing.no_overlapping_elements),
    ("single-blank-start-event", ERROR, events.single_blank_start_event),
    ("single-event-definition", ERROR, events.single_event_definition),
    ("start-event-required", ERROR, events.start_event_required),
    ("sub-process-blank-start-event", ERROR, events.sub_process_blank_start_event),
    ("superfluous-gateway", WARNING, gateways.superfluous_gateway),
    ("superfluous-label", WARNING, labels.superfluous_label),
    ("superfluous-termination", WARNING, events.superfluous_termination),
)
"""bpmnlint's recommended rules but one: `no-inclusive-gateway` is off, because "one line, the other or both" is how the texts choose, and the
walk checks what makes inclusive joins dangerous."""

OWN_RULES: tuple[tuple[str, str, Rule], ...] = (
    ("dangling-flow", ERROR, connections.dangling_flow),
    ("dangling-reference", ERROR, connections.dangling_reference),
)


def problems(sheet: Sheet) -> list[Problem]:
    """What the rules find in a file, in the order of the rules."""
    return [
        Problem(sheet.path, found.element, found.name, code, found.message, level)
        for code, level, rule in (*OWN_RULES, *RULES)
        for found in rule(sheet)
    ]
