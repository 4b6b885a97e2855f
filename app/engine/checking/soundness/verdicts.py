"""What a finished walk says about a process: where it stops for ever, circles for ever, or never comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.engine.checking.cycles import components, reaching
from app.engine.checking.graph import Node
from app.engine.checking.soundness.plan import Plan
from app.engine.checking.soundness.tokens import Token
from app.engine.checking.soundness.walk import MAX_STATES, Walk
from app.engine.checking.wording import EVENT_KINDS, in_order, label, quoted

TOO_LARGE = "state-space-too-large"
_ON_THE_WAY = "。经过："


@dataclass(frozen=True)
class Verdict:
    """One thing wrong with how a process runs."""

    code: str
    element: str
    name: str
    message: str


def verdicts(plan: Plan, walk: Walk, *, whole: bool) -> list[Verdict]:
    """Everything wrong that a walk shows, once for each kind and element. `whole`: also what never happened, which only counts where every setting was
    tried."""
    found = [*_faults(plan, walk), *_too_large(plan, walk), *_without_end(plan, walk), *_automatic_loops(plan, walk)]
    if walk.is_complete and not found:
        found += _waits_for_optional(plan, walk)
    if whole and walk.is_clean and not found:
        found += [*_never_taken(plan, walk), *_never_fires(plan, walk)]
    first: dict[tuple[str, str, str], Verdict] = {}
    for verdict in found:
        first.setdefault((verdict.code, verdict.element, gist(verdict.message)), verdict)
    return list(first.values())


def gist(message: str) -> str:
    """What is wrong without the way there: the same fault can be come to on several."""
    return message.partition(_ON_THE_WAY)[0]


def _faults(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    """Steps that went wrong."""
    for state, words, fault in walk.faults:
        path = in_order([*walk.path_to(state), *([words] if words else [])])
        yield _verdict(plan, fault.code, fault.element, f"{fault.message}{_ON_THE_WAY}{path}")


def _too_large(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    if not walk.is_complete:
        sentence = f"流程的走法超过 {MAX_STATES:,} 种情形或检查时间已到，不能确认它走得到结束；请减少并行分支，或拆成几个子流程"
        yield Verdict(TOO_LARGE, "", plan.process.name, sentence)


# -- no way to an end -------------------------------------------------------------------------------------------------


def _without_end(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    """States from which no end can be reached: stopped for ever, or circling for ever."""
    targets = [[edge.target for edge in edges] for edges in walk.edges]
    lost = set(range(len(walk.states))) - reaching(_goals(walk), targets)
    for component in components(sorted(lost), lambda state: targets[state]):
        members = set(component)
        inner = [edge for state in component for edge in walk.edges[state]]
        if any(edge.target not in members for edge in inner) or (inner and all(edge.automatic for edge in inner)):
            continue  # it leads to another one, or is reported as an automatic loop
        nearest = min(component)
        stuck = _stuck_throughout(plan, walk, component)
        if stuck or not targets[nearest]:
            yield _deadlock(plan, walk, nearest, stuck)
        else:
            yield _livelock(plan, walk, component)


def _goals(walk: Walk) -> set[int]:
    """States that are good, or whose fault is reported already."""
    over = {number for number, state in enumerate(walk.states) if state.is_over}
    return over | walk.unfinished | {state for state, _, _ in walk.faults}


def _deadlock(plan: Plan, walk: Walk, state: int, stuck: Sequence[Token]) -> Verdict:
    path = in_order(walk.path_to(state))
    if not stuck:
        return Verdict("deadlock", "", plan.process.name, f"流程停住，再也走不下去{_ON_THE_WAY}{path}")
    node, why, missing = _why_stuck(plan, stuck[0], stuck)
    return _verdict(plan, "deadlock", node.id, f"{why}{_ON_THE_WAY}{path}{missing}")


def _why_stuck(plan: Plan, token: Token, stuck: Sequence[Token]) -> tuple[Node, str, str]:
    """The node where a token is stuck, why, and what it waits for in vain."""
    flow = plan.graph.flows.get(token.place)
    if flow is not None and flow.target is not None:
        join = flow.target
        there = {other.place for other in stuck}
        missing = [f for f in join.incoming if f.id not in there]
        sources = "、".join(quoted(f.source) for f in missing if f.source is not None)
        return join, f"{quoted(join)}要等各路到齐才继续，而有一路不会到，流程停在这里", f"，等不到的是从{sources}来的一路"
    node = plan.graph.nodes[token.place]
    if node.event is not None:
        kind = EVENT_KINDS.get(node.event.kind, node.event.kind)
        return node, f"{quoted(node)}等待{kind}“{node.event.name or '（未命名）'}”，但没有环节会发出，流程停在这里", ""
    return node, f"流程停在{quoted(node)}，再也走不下去", ""


def _stuck_throughout(plan: Plan, walk: Walk, component: Sequence[int]) -> list[Token]:
    """Tokens at joins and events that stand there in every state of a component."""
    kept = set(_resting(plan, walk.states[component[0]].root))
    for state in component[1:]:
        kept &= set(_resting(plan, walk.states[state].root))
    return sorted(kept, key=lambda token: token.place)


def _resting(plan: Plan, scope: Token) -> Iterator[Token]:
    """Tokens before joins and at events, in a scope and inside it."""
    for token in scope.inside or ():
        if token.inside is not None:
            yield from _resting(plan, token)
        elif token.place in plan.graph.flows or plan.graph.nodes[token.place].is_event or plan.graph.nodes[token.place].is_gateway:
            yield token


def _livelock(plan: Plan, walk: Walk, component: Sequence[int]) -> Verdict:
    cycle = _round(walk, component, automatic_only=False)
    node = _named_first(plan, cycle)
    message = f"流程进入循环后到不了任何结束：{in_order(cycle)}{_ON_THE_WAY}{in_order(walk.path_to(min(component)))}"
    return _verdict(plan, "livelock", node.id if node is not None else "", message)


def _automatic_loops(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    """Rounds of steps that need nobody: the engine would go on until it is stopped."""

    def following(state: int) -> list[int]:
        return [edge.target for edge in walk.edges[state] if edge.automatic]

    for component in components(range(len(walk.states)), following):
        if len(component) > 1 or component[0] in following(component[0]):
            cycle = _round(walk, component, automatic_only=True)
            node = _named_first(plan, cycle)
            path = in_order(walk.path_to(min(component)))
            message = f"这几步会自动循环，没有停在任何人处：{in_order(cycle)}{_ON_THE_WAY}{path}"
            yield _verdict(plan, "automatic-loop", node.id if node is not None else "", message)


def _round(walk: Walk, component: Sequence[int], *, automatic_only: bool) -> list[str]:
    """What happens once around a component, from its nearest state back to it."""
    members, origin = set(component), min(component)
    came_from: dict[int, tuple[int, str]] = {}
    pending = deque([origin])
    while pending:
        state = pending.popleft()
        for edge in walk.edges[state]:
            if edge.target not in members or (automatic_only and not edge.automatic):
                continue
            if edge.target == origin:
                steps = [edge.words]
                while state != origin:
                    state, words = came_from[state]
                    steps.append(words)
                return [words for words in reversed(steps) if words]
            if edge.target not in came_from:
                came_from[edge.target] = (state, edge.words)
                pending.append(edge.target)
    return []


def _named_first(plan: Plan, steps: Sequence[str]) -> Node | None:
    """The element that a step names."""
    for step in steps:
        for node in plan.graph.nodes.values():
            if node.name and label(node) == step.partition("〔")[0].partition(" → ")[0]:
                return node
    return None


def _waits_for_optional(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    """States in which the process can end only if somebody does what nobody has to do."""
    needed = [[edge.target for edge in edges if not edge.optional] for edges in walk.edges]
    lost = set(range(len(walk.states))) - reaching(_goals(walk), needed)
    if not lost:
        return
    bottom = next(c for c in components(sorted(lost), lambda state: needed[state]))
    nearest = min(bottom)
    optional = [edge.words for edge in walk.edges[nearest] if edge.optional]
    node = _named_first(plan, optional)
    path = in_order(walk.path_to(nearest))
    message = f"流程要等{'、'.join(dict.fromkeys(f'“{words}”' for words in optional))}才能结束，而这是可以不办的任务{_ON_THE_WAY}{path}"
    yield _verdict(plan, "waits-for-optional", node.id if node is not None else "", message)


# -- what never happens -----------------------------------------------------------------------------------------------


def _never_taken(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    """Ways out of a gateway whose condition never holds."""
    for flow in plan.graph.flows.values():
        gateway = flow.source
        if gateway is None or not gateway.is_gateway or gateway.id not in walk.passed or flow.id in walk.passed:
            continue
        if flow.condition and flow.id != gateway.default:
            target = quoted(flow.target) if flow.target is not None else "？"
            message = f"{quoted(gateway)}到{target}这一路永远不会走：条件 {flow.condition} 不会成立"
            yield Verdict("never-taken", flow.id, flow.name, message)


def _never_fires(plan: Plan, walk: Walk) -> Iterator[Verdict]:
    """Events on the edge of activities that were reached, and that never happened."""
    for event in plan.graph.nodes.values():
        if event.tag != "boundaryEvent" or event.id in walk.passed or event.attached_to not in walk.passed:
            continue
        host = plan.graph.nodes[event.attached_to or ""]
        kind = EVENT_KINDS.get(event.event.kind, "事件") if event.event is not None else "事件"
        waits_in_vain = f"{quoted(host)}办理期间没有环节会发出这个{kind}"
        why = f"{quoted(host)}自动办完，不会停下来等" if event.has_event("timer") else waits_in_vain
        yield _verdict(plan, "boundary-never-fires", event.id, f"边界事件{quoted(event)}永远不会发生：{why}")


def _verdict(plan: Plan, code: str, element: str, message: str) -> Verdict:
    node = plan.graph.nodes.get(element)
    return Verdict(code, element, node.name if node is not None else plan.process.name, message)
