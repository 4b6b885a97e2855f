"""What can go wrong in a diagram or while it runs. Messages are Chinese sentences for clerks and administrators."""

from __future__ import annotations

from dataclasses import dataclass


class EngineError(Exception):
    """Any failure of the engine."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a diagram: where, what kind, and a sentence."""

    file: str
    element: str
    name: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.element or '-'} {self.name}: {self.message} [{self.code}]"


class DiagramError(EngineError):
    """A diagram that cannot be executed, with every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("；".join(str(problem) for problem in problems))


class ExpressionError(EngineError):
    """An expression or script that is not allowed or failed."""


class ElementFailed(EngineError):
    """Running an element failed. The transaction is rolled back; a background job suspends the case as an incident."""

    def __init__(self, element_id: str, name: str, message: str) -> None:
        self.element_id = element_id
        self.name = name
        self.message = message
        super().__init__(f"“{name or element_id}”执行失败：{message}")


class StaleRevision(EngineError):
    """The case moved on since it was read."""


class NotWaiting(EngineError):
    """The task or event is not waiting any more."""
