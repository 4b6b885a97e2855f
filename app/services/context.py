"""What an operator works with, and the registry of operators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.engine import expressions
from app.engine.errors import EngineError
from app.engine.scripting import ServiceCall
from app.law.periods import Deadline
from app.model import Case, Enterprise


@dataclass(frozen=True)
class ServiceContext:
    """One service task of one case."""

    session: Session
    case: Case
    call: ServiceCall
    user_id: int | None
    organisation_id: int | None

    @property
    def key(self) -> str:
        """What makes the effects of this call unique: the same service task never has them twice."""
        return f"{self.case.id}:{self.call.engine_id}"

    @property
    def today(self) -> dt.date:
        return clock.today()

    def variable(self, name: str, default: Any = None) -> Any:
        return self.call.variables.get(name, default)

    def deadline(self, **known: Any) -> Deadline | None:
        """The time limit that the service task carries (`due`), such as how long a publication stays open; none when it carries none.

        `known` are variables that the operator is about to give. Raises `ExpressionError`.
        """
        due = self.call.element.due if self.call.element is not None else None
        found = expressions.evaluate(due, {**self.call.variables, **known}) if due else None
        return found if isinstance(found, Deadline) else None

    @property
    def enterprise(self) -> Enterprise:
        """The enterprise of the case. Raises `OperatorError` when the case is about none."""
        found = self.session.get(Enterprise, self.case.enterprise_id) if self.case.enterprise_id else None
        if found is None:
            raise OperatorError("这个案件没有对应的企业")
        return found


class OperatorError(EngineError):
    """An operator cannot do what the diagram asks, with the reason as a sentence."""


Operator = Callable[..., dict[str, Any] | None]
OPERATORS: dict[str, Operator] = {}


def operator(name: str, gives: Iterable[str] = ()) -> Callable[[Operator], Operator]:
    """Registers a function as an operator for diagrams. `gives` names the case variables that it may set; it must not set others."""

    def register(function: Operator) -> Operator:
        function.gives = frozenset(gives)  # type: ignore[attr-defined]  # read by the check of diagrams
        OPERATORS[name] = function
        return function

    return register


def carry_out(context: ServiceContext) -> dict[str, Any] | None:
    """Runs the operator that a service task names. Raises `OperatorError`."""
    function = OPERATORS.get(context.call.operator)
    if function is None:
        raise OperatorError(f"没有名为“{context.call.operator}”的服务")
    try:
        given = function(context, **context.call.arguments)
    except TypeError as error:
        raise OperatorError(f"服务“{context.call.operator}”的参数不对：{error}") from error
    if undeclared := set(given or ()) - getattr(function, "gives", frozenset()):
        raise OperatorError(f"服务“{context.call.operator}”给出了没有声明的变量：{'、'.join(sorted(undeclared))}")
    return given
