"""What a token knows: variables with their values, as far as conditions can tell them apart.

A variable is known, free (a form or script has set it to something unknown), or as it was when the process began. What is not known is tried out when
a condition asks: one continuation for each value that makes a difference. What the case began with is the same for all tokens; it is kept beside them.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.engine import expressions
from app.engine.checking.domains import Domains, Value, assignments
from app.engine.errors import ExpressionError

Known = tuple[tuple[str, Value], ...]
"""Variables with their values, sorted by name."""

FREE = ("\0free",)
"""The value of a variable that was set to something unknown."""
EITHER = None
"""An outcome that cannot be told: the condition may come out either way."""
MAX_TRIES = 256  # combinations of values that one condition tries
MAX_MERGED = 16
_OF_THE_CLOCK = frozenset(
    {"today", "days", "workdays", "months", "years", "days_before", "workdays_before", "months_before", "every_year", "fixed_day"}
)


def write(known: Known, values: Mapping[str, Value]) -> Known:
    """The same with further values."""
    return tuple(sorted({**dict(known), **values}.items())) if values else known


def keep(known: Known, names: Iterable[str]) -> Known:
    """Only some of the variables."""
    wanted = frozenset(names)
    return known if all(name in wanted for name, _ in known) else tuple(pair for pair in known if pair[0] in wanted)


@dataclass(frozen=True)
class Mind:
    """What one token knows, and what is known of the beginning of the case."""

    own: Known
    initial: Known

    def of(self, name: str) -> Value:
        """The value of a variable as this token sees it, `FREE` when it is unknown."""
        own = dict(self.own)
        return own[name] if name in own else dict(self.initial).get(name, FREE)

    def learn(self, name: str, value: Value) -> Mind:
        """The same, having found out a value that was unknown."""
        if any(own == name for own, _ in self.own):
            return Mind(write(self.own, {name: value}), self.initial)
        return Mind(self.own, write(self.initial, {name: value}))

    def set(self, values: Mapping[str, Value]) -> Mind:
        """The same, with variables set."""
        return Mind(write(self.own, values), self.initial)


class Reason:
    """Evaluates conditions and scripts over what a token knows, with the real sandbox."""

    def __init__(self, domains: Domains, relevant: frozenset[str]) -> None:
        self.domains = domains
        self.relevant = relevant

    def settle(self, name: str, value: Value) -> Value:
        """A value as it is kept: the one that stands for it, or `FREE` when the variable is opaque."""
        domain = self.domains.of(name)
        return FREE if domain is None or value == FREE else domain.settle(value)

    def holds(self, condition: str, mind: Mind) -> list[tuple[bool | None, Mind]]:
        """How a condition can come out, and what is known then. `EITHER` when it cannot be told."""
        outcomes: list[tuple[bool | None, Mind]] = []
        for value, then in self._evaluate(condition, mind):
            outcomes.append((EITHER if value == FREE else bool(value), then))
        return outcomes

    def run(self, script: str, mind: Mind) -> list[Mind]:
        """What can be known after a script."""
        minds = [mind]
        for name, value in assignments(script):
            if name not in self.relevant:
                continue
            source = None if value is None else ast.unparse(value)
            minds = list(dict.fromkeys(after for before in minds for after in self._assign(name, source, before)))
        return minds

    def _assign(self, name: str, source: str | None, mind: Mind) -> list[Mind]:
        if source is None or self.domains.of(name) is None:
            return [mind.set({name: FREE})]
        return [then.set({name: self.settle(name, value)}) for value, then in self._evaluate(source, mind)]

    def _evaluate(self, source: str, mind: Mind) -> list[tuple[Value, Mind]]:
        """The values of an expression, each with what is known then; `FREE` when it cannot be told."""
        names = sorted(expressions.names_in(source))
        unknown = [name for name in names if mind.of(name) == FREE]
        tries = 1
        for name in unknown:
            domain = self.domains.of(name)
            if domain is None or name not in self.relevant:
                return [(FREE, mind)]
            tries *= len(domain.candidates)
        if tries > MAX_TRIES or _asks_the_clock(source):
            return [(FREE, mind)]
        found = []
        for values in itertools.product(*(self._candidates(name) for name in unknown)):
            then = mind
            for name, value in zip(unknown, values, strict=True):
                then = then.learn(name, value)
            found.append((_value(source, tuple((name, then.of(name)) for name in names)), then))
        return found

    def _candidates(self, name: str) -> tuple[Value, ...]:
        domain = self.domains.of(name)
        return domain.candidates if domain is not None else ()


def merged(knowns: Iterable[Known]) -> list[Known]:
    """What is known after branches join. Where they differ, any of them may prevail."""
    values: dict[str, list[Value]] = {}
    for known in knowns:
        for name, value in known:
            if value not in values.setdefault(name, []):
                values[name].append(value)
    count = 1
    for options in values.values():
        count *= len(options)
    if count > MAX_MERGED:
        return [tuple(sorted((name, options[0] if len(options) == 1 else FREE) for name, options in values.items()))]
    return [tuple(zip(sorted(values), chosen, strict=True)) for chosen in itertools.product(*(values[name] for name in sorted(values)))]


@lru_cache(maxsize=65536)
def _value(source: str, variables: Known) -> Value:
    """The value of an expression by the sandbox; `FREE` when it fails or gives something that cannot be kept."""
    space = {name: list(value) if isinstance(value, tuple) else value for name, value in variables}
    try:
        value = expressions.evaluate(source, space)
    except ExpressionError:
        return FREE  # that it may fail at run time is no matter of soundness
    if isinstance(value, list):
        return tuple(value) if all(isinstance(item, str | int | float | bool) for item in value) else FREE
    return value if value is None or isinstance(value, str | int | float | bool) else FREE


@lru_cache(maxsize=4096)
def _asks_the_clock(source: str) -> bool:
    return any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in _OF_THE_CLOCK for n in ast.walk(ast.parse(source)))
