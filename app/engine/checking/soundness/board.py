"""The board of the token game: tokens are put on flows and at nodes, and never two in one place."""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.checking.data import Known, Mind, keep, merged
from app.engine.checking.graph import Flow, Node
from app.engine.checking.soundness.plan import Plan
from app.engine.checking.soundness.tokens import Change, Fault, Token, in_place
from app.engine.checking.wording import label, quoted


class Board:
    """Where tokens of one process can stand, and how they get from one place to the next."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.graph = plan.graph
        self.nodes = plan.graph.nodes
        self.flows = plan.graph.flows
        self.before, self.after = plan.live

    def put(self, scope: Token, gone: Sequence[int], added: Sequence[Token], initial: Known, words: str, passes: tuple[str, ...]) -> Change:
        """The scope with some tokens gone and others added. Two in one place are a fault, except where several may be under way."""
        tokens = [token for place, token in enumerate(scope.inside or ()) if place not in gone]
        there = {token.place for token in tokens}
        fault = None
        for token in added:
            if token.place not in there:
                tokens.append(token)
                there.add(token.place)
            elif token.place not in self.plan.aside:
                fault = fault or self.twice(token.place)
        return Change(scope._replace(inside=in_place(tokens)), initial, words, passes, fault=fault)

    def twice(self, place: str) -> Fault:
        """Two tokens in one place: said of the node where ways meet that were never joined."""
        node = self.flows[place].source if place in self.flows else self.nodes[place]
        if place in self.flows and node is not None and len(node.incoming) < 2:
            node = self.flows[place].target
        assert node is not None
        message = f"前面分开的几路没有先汇合就都走到{quoted(node)}，同一环节会同时办两次"
        return Fault("lack-of-synchronisation", node.id, message)

    def leave(
        self,
        scope: Token,
        places: list[int],
        node: Node,
        minds: Sequence[Mind],
        *,
        automatic: bool = True,
        optional: bool = False,
        words: str = "",
    ) -> list[Change]:
        """Tokens leave a node on every way out; where there is none, they have come to their end."""
        said = words or (label(node) if node.name and not node.is_sub_process else "")
        changes = []
        for mind in dict.fromkeys(minds):
            added = self.onward(node, mind.own)
            if added:
                changes.append(self.put(scope, places, added, mind.initial, said, (node.id, *(token.place for token in added))))
                continue
            own = keep(mind.own, self.beyond(scope.place))
            for known in merged([own] if scope.ended is None else [scope.ended, own]):
                changes.append(self.put(scope._replace(ended=known), places, [], mind.initial, said, (node.id,)))
        for change in changes:
            change.automatic, change.optional = automatic, optional
        return changes

    def beyond(self, scope: str) -> frozenset[str]:
        """What is read once a scope has ended."""
        return self.plan.observed if scope == self.graph.id else self.after[scope]

    def onward(self, node: Node, known: Known) -> list[Token]:
        """Tokens on every way out of a node."""
        return [Token(flow.id, self.kept(flow, known)) for flow in node.outgoing]

    def kept(self, flow: Flow, known: Known) -> Known:
        """What is still worth knowing on a flow."""
        return keep(known, self.before[flow.target.id] if flow.target is not None else ())
