"""Which ways a gateway can take, and what is wrong when there is none."""

from __future__ import annotations

from app.engine import expressions
from app.engine.checking.data import FREE, Mind
from app.engine.checking.domains import OTHER, Value
from app.engine.checking.graph import Flow, Node
from app.engine.checking.soundness.plan import Plan
from app.engine.checking.soundness.tokens import Fault
from app.engine.checking.wording import quoted

UNCOVERED_DECISION = "uncovered-decision"
NO_DEFAULT_FLOW = "no-default-flow"


def exclusive(plan: Plan, gateway: Node, mind: Mind) -> list[tuple[Flow | None, Mind]]:
    """The way that an exclusive gateway takes: the first whose condition holds, else the default. None when there is no way."""
    ways: dict[tuple[Flow | None, Mind], None] = {}
    undecided = [mind]
    for flow in plan.choices(gateway):
        following: dict[Mind, None] = {}
        for before in undecided:
            for outcome, then in plan.reason.holds(flow.condition or "", before):
                if outcome is not False:
                    ways[flow, then] = None
                if outcome is not True:
                    following[then] = None
        undecided = list(following)
    for then in undecided:
        ways[plan.default(gateway), then] = None
    return list(ways)


def inclusive(plan: Plan, gateway: Node, mind: Mind) -> list[tuple[list[Flow | None], Mind]]:
    """The ways that an inclusive gateway takes: all whose condition holds, else the default. `[None]` when there is no way."""
    if len(gateway.outgoing) == 1:
        return [([gateway.outgoing[0]], mind)]
    found: list[tuple[tuple[Flow, ...], Mind]] = [((), mind)]
    for flow in plan.choices(gateway):
        following: dict[tuple[tuple[Flow, ...], Mind], None] = {}
        for taken, before in found:
            for outcome, then in plan.reason.holds(flow.condition or "", before):
                if outcome is not False:
                    following[(*taken, flow), then] = None
                if outcome is not True:
                    following[taken, then] = None
        found = list(following)
    return [(list(taken) or [plan.default(gateway)], then) for taken, then in found]


def nowhere_to_go(plan: Plan, gateway: Node, mind: Mind) -> Fault:
    """What is wrong when no condition holds and there is no default."""
    names = frozenset().union(*(expressions.names_in(flow.condition) for flow in plan.choices(gateway) if flow.condition))
    known = {name: mind.of(name) for name in sorted(names) if mind.of(name) != FREE}
    said = "，".join(f"{name} 为{_written(plan, name, value)}" for name, value in known.items())
    when = f"当 {said}时" if said else "条件都不成立时"
    message = f"{quoted(gateway)}{when}没有去路，也没有默认去路"
    covered = known.get("decision", OTHER) != OTHER
    return Fault(UNCOVERED_DECISION if covered else NO_DEFAULT_FLOW, gateway.id, message)


def _written(plan: Plan, name: str, value: Value) -> str:
    if value == OTHER:
        return "其他值"
    if isinstance(value, tuple):
        return f"“{'、'.join(str(item) for item in value)}”" if value else "空"
    if value is None or isinstance(value, bool):
        return {True: "是", False: "否", None: "空"}[value]
    title = next((f.title(value) for n in plan.graph.nodes.values() for f in plan.fields(n) if f.name == name and value in f.values), "")
    return f"“{title}”（{value}）" if title and title != str(value) else f"“{value}”"
