"""What is wrong with a scenario, each with the line that says it."""

from __future__ import annotations

from dataclasses import dataclass

from app.cases.errors import CaseError


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a scenario: a sentence, and the line of the file where it came from one.

    `unknown_step` marks an answer to a step that can never come up.
    """

    message: str
    line: int | None = None
    unknown_step: bool = False

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}" if self.line else self.message


class ScenarioError(Exception):
    """A scenario that cannot be simulated, with every mistake found. Nothing was run."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))

    @property
    def only_unknown_steps(self) -> bool:
        """Whether nothing else is wrong than answers to steps that never come up."""
        return all(mistake.unknown_step for mistake in self.mistakes)


class TakesTooLong(CaseError):
    """A simulation that did not come to its end in the time that it was given. Nothing is kept of it."""

    def __init__(self, message: str = "运行的时间太长，已经停下：请缩短期间，或者减少企业") -> None:
        super().__init__(message)
