"""What can go wrong in a diagram or while it runs. Messages are Chinese sentences for clerks and administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class EngineError(Exception):
    """Any failure of the engine."""


ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a diagram: where, what kind, and a sentence. A warning does not keep it from being deployed."""

    file: str
    element: str
    name: str
    code: str
    message: str
    severity: str = ERROR

    def __str__(self) -> str:
        level = "" if self.severity == ERROR else "（提示）"
        return f"{self.file}: {self.element or '-'} {self.name}: {level}{self.message} [{self.code}]"


class DiagramError(EngineError):
    """A diagram that cannot be executed, with every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("；".join(str(problem) for problem in problems))


class ExpressionError(EngineError):
    """An expression or script that is not allowed or failed."""


class ElementFailed(EngineError):
    """Running an element failed. The act is rolled back, and the case suspended as an incident.

    `scope` is the process or embedded sub-process in which the element stands, `variables` what the case held there.
    """

    def __init__(self, element_id: str, name: str, message: str, *, scope: str = "", variables: Mapping[str, Any] | None = None) -> None:
        self.element_id = element_id
        self.name = name
        self.message = message
        self.scope = scope
        self.variables = dict(variables or {})
        super().__init__(f"“{name or element_id}”执行失败：{message}")


class StaleRevision(EngineError):
    """The case moved on since it was read."""


class NotWaiting(EngineError):
    """The task or event is not waiting any more."""


class CannotMove(EngineError):
    """Going on at that element would leave the case in a state that cannot end, with the reason as a sentence."""
