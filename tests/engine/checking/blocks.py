"""Diagrams that are sound by construction: blocks within blocks, each with one way in and one way out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.support.diagrams import boundary, end, flow, inclusive, parallel, script, start, sub, user, wait, xor

Block = tuple[str, tuple["Block", ...]]
"""A kind and the blocks inside."""

LEAVES = ("task", "script", "wait", "late")
JOINING = ("and", "or")


def blocks(depth: int = 3) -> st.SearchStrategy[Block]:
    """Blocks up to a depth."""
    leaf = st.sampled_from(LEAVES).map(lambda kind: (kind, ()))
    if depth == 0:
        return leaf
    inner = blocks(depth - 1)
    several = st.sampled_from(("xor", "and", "or", "seq")).flatmap(
        lambda k: st.lists(inner, min_size=2, max_size=3).map(lambda b: (k, tuple(b)))
    )
    one = st.sampled_from(("loop", "sub")).flatmap(lambda k: inner.map(lambda b: (k, (b,))))
    return st.one_of(leaf, several, one)


def joins(block: Block) -> bool:
    """Whether branches come together in a block outside its sub-processes: such a block may not be repeated as it stands."""
    kind, inside = block
    return kind != "sub" and (kind in JOINING or any(joins(inner) for inner in inside))


@dataclass
class Drawing:
    """A diagram under construction."""

    elements: list[str] = field(default_factory=list)
    flows: list[tuple[str, str, str | None]] = field(default_factory=list)  # source, target, condition
    merges: list[str] = field(default_factory=list)  # exclusive gateways where ways meet
    synchronising: list[str] = field(default_factory=list)  # parallel gateways where branches meet
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def new(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def connect(self, source: str, target: str, condition: str | None = None) -> None:
        self.flows.append((source, target, condition))

    def put(self, block: Block) -> tuple[str, str]:
        """Draws a block. Gives its first and its last element."""
        kind, inside = block
        if kind in LEAVES:
            return self._leaf(kind)
        if kind == "seq":
            ends = [self.put(inner) for inner in inside]
            for (_, last), (first, _) in itertools.pairwise(ends):
                self.connect(last, first)
            return ends[0][0], ends[-1][1]
        if kind == "sub":
            return self._sub(inside[0])
        if kind == "loop":
            return self._loop(inside[0] if not joins(inside[0]) else ("sub", inside))
        return self._branches(kind, inside)

    def _leaf(self, kind: str) -> tuple[str, str]:
        node = self.new({"task": "U", "script": "P", "wait": "W", "late": "U"}[kind])
        if kind == "script":
            self.elements.append(script(node, "seen = True"))
        elif kind == "wait":
            self.elements.append(wait(node, "days(3, since=today())"))
        else:
            self.elements.append(user(node, due="days(3, since=today())"))
        if kind == "late":
            event, told, done = self.new("B"), self.new("U"), self.new("E")
            self.elements += [boundary(event, node), user(told), end(done, "已催办")]
            self.connect(event, told)
            self.connect(told, done)
        return node, node

    def _sub(self, block: Block) -> tuple[str, str]:
        inner = Drawing(numbers=self.numbers)
        body = inner.whole(block)
        node = self.new("S")
        self.elements.append(sub(node, body))
        self.merges += inner.merges
        self.synchronising += inner.synchronising
        return node, node

    def _loop(self, block: Block) -> tuple[str, str]:
        first, last = self.put(block)
        merge, task, choice = self.new("M"), self.new("U"), self.new("X")
        self.elements += [xor(merge), user(task, formJsonSchemaFilename="t/decide.json"), xor(choice, default=None)]
        self.merges.append(merge)
        self.connect(merge, first)
        self.connect(last, task)
        self.connect(task, choice)
        self.connect(choice, merge, 'decision == "again"')
        after = self.new("P")
        self.elements.append(script(after, "left = True"))
        self.connect(choice, after, 'decision in ("go", "stay")')
        return merge, after

    def _branches(self, kind: str, inside: tuple[Block, ...]) -> tuple[str, str]:
        split, join = self.new("X"), self.new("M")
        ends = [self.put(inner) for inner in inside]
        first = split
        if kind == "xor":
            first = self.new("U")
            self.elements += [user(first, formJsonSchemaFilename="t/decide.json"), xor(split), xor(join)]
            self.connect(first, split)
            self.merges.append(join)
        elif kind == "and":
            self.elements += [parallel(split), parallel(join)]
            self.synchronising.append(join)
        else:
            self.elements += [inclusive(split), inclusive(join)]
        for place, (begin, last) in enumerate(ends):
            self.connect(split, begin, self._condition(kind, place, len(ends)))
            self.connect(last, join)
        return first, join

    @staticmethod
    def _condition(kind: str, place: int, count: int) -> str | None:
        if kind == "and":
            return None
        if kind == "xor":
            values = ("go", "stay", "again")
            return (
                f'decision == "{values[place]}"'
                if place < count - 1
                else f"decision in {values[place:]!r}".replace("'", '"').replace(",)", ",)")
            )
        mine = f'has(grounds, "{place}")'
        return mine if place else f"{mine} or not has(grounds, {', '.join(f'{p!r}' for p in map(str, range(1, count)))})".replace("'", '"')

    def whole(self, block: Block) -> str:
        """A block as the body of a process or sub-process."""
        first, last = self.put(block)
        begin, finish = self.new("S"), self.new("E")
        self.elements += [start(begin), end(finish)]
        self.connect(begin, first)
        self.connect(last, finish)
        return self.text()

    def text(self) -> str:
        """The elements and flows as BPMN."""
        lines = (flow(a, b, condition) for a, b, condition in self.flows)
        return "".join([*self.elements, *lines])
