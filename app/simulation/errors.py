"""What is wrong with a scenario, each with the line that says it."""

from __future__ import annotations

from dataclasses import dataclass


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
