"""Which values of a variable make a difference to the diagrams, read from how their conditions and scripts look at it.

A condition asks questions of a variable: is it one of these, is it true, is it below 70, does the list hold "1" or "3". Two values that answer all
questions alike are the same to the walk, so one of them stands for all: that keeps the state space finite and the real sandbox in charge of every
condition. A variable that is looked at in any other way is opaque: conditions on it may come out either way.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.engine import expressions
from app.engine.errors import ExpressionError

Scalar = str | int | float | bool | None
Value = Scalar | tuple[Scalar, ...]
"""A case variable as the walk holds it; lists are tuples."""

OTHER = "（其他）"
"""Stands for every text that no diagram mentions."""
MAX_LITERALS = 8  # items of lists that are told apart
MAX_SPAN = 60  # whole numbers that a counter may run through
_FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


@dataclass(frozen=True)
class Question:
    """One thing that a diagram asks of a variable."""

    kind: str  # in, holds, truth, below, at_most
    operands: tuple[Scalar, ...] = ()

    def answer(self, value: Value) -> bool:
        """What a value answers; a value of the wrong type answers no."""
        match self.kind, value:
            case "truth", _:
                return bool(value)
            case "in", str() | int() | float() | None:
                return any(value == operand and isinstance(value, bool) == isinstance(operand, bool) for operand in self.operands)
            case "holds", tuple():
                return any(operand in value for operand in self.operands)
            case "below", int() | float():
                return value < self._bound
            case "at_most", int() | float():
                return value <= self._bound
        return False

    @property
    def _bound(self) -> float:
        bound = self.operands[0]
        assert isinstance(bound, int | float)
        return bound


@dataclass(frozen=True)
class Domain:
    """The values of one variable that stand for all."""

    candidates: tuple[Value, ...]
    questions: tuple[Question, ...]
    counts: tuple[int, int] | None = None  # whole numbers kept apart because a script counts with them

    def settle(self, value: Value) -> Value:
        """The candidate that stands for a value."""
        if self.counts is not None and isinstance(value, int) and not isinstance(value, bool):
            return max(self.counts[0], min(self.counts[1], value))
        wanted = self.answers(value)
        return next((candidate for candidate in self.candidates if self.answers(candidate) == wanted), value)

    def answers(self, value: Value) -> tuple[bool, ...]:
        """What a value answers to every question."""
        return tuple(question.answer(value) for question in self.questions)


@dataclass
class Uses:
    """How the diagrams look at one variable."""

    questions: set[Question] = field(default_factory=set)
    constants: set[Scalar] = field(default_factory=set)  # defaults of `get`, values that scripts assign
    counted: bool = False
    opaque: bool = False

    def domain(self) -> Domain | None:
        """The values to tell apart; none when it is opaque."""
        if self.opaque or not self.questions:
            return None
        pool = _pool(self)
        if pool is None:
            return None
        counts = None
        numbers = [n for n in (*pool, *self.constants) if isinstance(n, int) and not isinstance(n, bool)]
        if self.counted and numbers and max(numbers) - min(numbers) <= MAX_SPAN:
            counts = (min(numbers) - 1, max(numbers) + 1)
        questions = tuple(sorted(self.questions, key=repr))
        standing: dict[tuple[bool, ...], Value] = {}
        for value in pool:
            standing.setdefault(tuple(question.answer(value) for question in questions), value)
        return Domain(tuple(standing.values()), questions, counts)


def _pool(uses: Uses) -> list[Value] | None:
    """Values worth trying, of the one type that all questions are about; none when they are about several."""
    kinds = {question.kind for question in uses.questions}
    operands = [operand for question in sorted(uses.questions, key=repr) for operand in question.operands]
    if kinds & {"below", "at_most"}:
        if "holds" in kinds or any(isinstance(o, str) for o in operands):
            return None
        around = sorted({n + step for n in operands if isinstance(n, int | float) for step in (-1, 0, 1)})
        numbers: list[Value] = [*around, *([0] if "truth" in kinds else [])]
        return numbers
    if "holds" in kinds:
        items = sorted({o for o in operands if isinstance(o, str)})
        if kinds - {"holds", "truth"} or len(items) > MAX_LITERALS:
            return None
        return [subset for size in range(len(items) + 1) for subset in itertools.combinations(items, size)]
    if kinds == {"truth"}:
        return [False, True]
    given = sorted(uses.constants, key=repr)
    texts: list[Value] = [*dict.fromkeys([*operands, *given]), OTHER, *(("", True) if "truth" in kinds else ())]
    return texts


class Domains:
    """The domains of all variables of a set of diagrams. Variables are shared by name between a diagram and those it calls."""

    def __init__(self) -> None:
        self._uses: dict[str, Uses] = {}
        self._copies: set[tuple[str, str]] = set()  # (from, to): what is asked of `to` is asked of `from`
        self._domains: dict[str, Domain | None] = {}

    def condition(self, source: str) -> None:
        """Takes note of a condition."""
        tree = _parsed(source)
        if tree is not None and isinstance(tree.body[0], ast.Expr):
            self._truth(tree.body[0].value)

    def script(self, source: str) -> None:
        """Takes note of a script."""
        for name, value in assignments(source):
            if value is None:
                self._of(name).opaque = True
            else:
                self._value(name, value)

    def of(self, name: str) -> Domain | None:
        """The domain of a variable, once everything has been noted; none when it is opaque or nobody asks about it."""
        if not self._domains:
            self._spread()
            self._domains = {n: uses.domain() for n, uses in self._uses.items()}
        return self._domains.get(name)

    def _of(self, name: str) -> Uses:
        return self._uses.setdefault(name, Uses())

    def _spread(self) -> None:
        """What is asked of a copy is asked of the original."""
        changed = True
        while changed:
            changed = False
            for origin, copy in self._copies:
                mine, its = self._of(origin), self._of(copy)
                if not its.questions <= mine.questions or (its.opaque and not mine.opaque):
                    mine.questions |= its.questions
                    mine.opaque = mine.opaque or its.opaque
                    changed = True

    # -- reading expressions ------------------------------------------------------------------------------------------

    def _truth(self, node: ast.expr) -> None:
        """An expression whose truth matters."""
        match node:
            case ast.BoolOp(values=values):
                for value in values:
                    self._truth(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._truth(operand)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                for part in (test, body, orelse):
                    self._truth(part)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                self._comparison(left, op, right)
            case ast.Call(func=ast.Name(id="has"), args=[first, *items]):
                self._ask(first, "holds", items)
            case ast.Constant():
                pass
            case _ if (name := self._variable(node)) is not None:
                self._of(name).questions.add(Question("truth"))
            case _:
                self._opaque(node)

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> None:
        if isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
            if isinstance(op, ast.In | ast.NotIn):
                self._ask(right, "holds", [left])
                return
            left, right, op = right, left, _FLIPPED.get(type(op), type(op))()
        items = list(right.elts) if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
        match op:
            case ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot() if items == [right]:
                self._ask(left, "in", items)
            case ast.In() | ast.NotIn() if items != [right]:
                self._ask(left, "in", items)
            case ast.Lt() | ast.GtE():
                self._ask(left, "below", items)
            case ast.LtE() | ast.Gt():
                self._ask(left, "at_most", items)
            case _:
                self._opaque(left)
                self._opaque(right)

    def _ask(self, subject: ast.expr, kind: str, items: Iterable[ast.expr]) -> None:
        name = self._variable(subject)
        operands = [item.value for item in items if isinstance(item, ast.Constant)]
        numeric = all(isinstance(o, int | float) and not isinstance(o, bool) for o in operands)
        if name is None or len(operands) != len(list(items)) or (kind in ("below", "at_most") and not numeric):
            for node in (subject, *items):
                self._opaque(node)
            return
        scalars = tuple(o for o in operands if o is None or isinstance(o, str | int | float))
        self._of(name).questions.add(Question(kind, scalars))

    def _value(self, target: str, node: ast.expr) -> None:
        """An expression whose value goes into a variable."""
        match node:
            case ast.Constant(value=str() | int() | float() | None as constant):
                self._of(target).constants.add(constant)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self._truth(test)
                self._value(target, body)
                self._value(target, orelse)
            case ast.BoolOp(values=values):
                for value in values:
                    self._truth(value)
                    self._value(target, value)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                self._truth(node)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant(value=int())) if self._variable(left) == target:
                self._of(target).counted = True
            case _ if (name := self._variable(node)) is not None:
                if name != target:
                    self._copies.add((name, target))
            case _:
                self._opaque(node)

    def _variable(self, node: ast.expr) -> str | None:
        """The variable that an expression is: its name or `get("…")`."""
        match node:
            case ast.Name(id=name) if name not in expressions.RESERVED:
                return name
            case ast.Call(func=ast.Name(id="get"), args=[ast.Constant(value=str(name)), *defaults]):
                for default in defaults:
                    if isinstance(default, ast.Constant) and (default.value is None or isinstance(default.value, str | int | float)):
                        self._of(name).constants.add(default.value)
                return name
        return None

    def _opaque(self, node: ast.AST) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.expr) and (name := self._variable(part)) is not None:
                self._of(name).opaque = True


def assignments(source: str) -> Iterator[tuple[str, ast.expr | None]]:
    """What a script assigns, in order: variable and expression, or none where it depends on an `if`."""
    tree = _parsed(source)
    for statement in tree.body if tree is not None else ():
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.If():
                stored = (n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
                yield from ((name, None) for name in sorted(set(stored)))


def _parsed(source: str) -> ast.Module | None:
    """The syntax tree of what the sandbox allows; none for anything else, which the check of expressions reports."""
    try:
        expressions.check(source, script=True)
    except ExpressionError:
        return None
    return ast.parse(source)
