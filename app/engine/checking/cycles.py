"""Cycles in a graph of numbered states, without recursion: a state space is deeper than Python's stack."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence


def components(states: Iterable[int], following: Callable[[int], Iterable[int]]) -> list[list[int]]:
    """The strongly connected components (Tarjan), those that nothing leaves before those that lead to them."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for origin in states:
        if origin in order:
            continue
        work = [(origin, iter(list(following(origin))))]
        order[origin] = low[origin] = len(order)
        stack.append(origin)
        on_stack.add(origin)
        while work:
            state, rest = work[-1]
            following_state = next(rest, None)
            if following_state is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[state])
                if low[state] == order[state]:
                    component: list[int] = []
                    while not component or component[-1] != state:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    found.append(component)
            elif following_state not in order:
                order[following_state] = low[following_state] = len(order)
                stack.append(following_state)
                on_stack.add(following_state)
                work.append((following_state, iter(list(following(following_state)))))
            elif following_state in on_stack:
                low[state] = min(low[state], order[following_state])
    return found


def reaching(goals: Iterable[int], edges: Sequence[Iterable[int]]) -> set[int]:
    """The states from which one of `goals` can be reached; `edges` by state."""
    back: list[list[int]] = [[] for _ in edges]
    for state, targets in enumerate(edges):
        for target in targets:
            back[target].append(state)
    found = set(goals)
    pending = deque(found)
    while pending:
        for state in back[pending.popleft()]:
            if state not in found:
                found.add(state)
                pending.append(state)
    return found
