"""Why an act is refused. Every message is a sentence in Chinese for the person who tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.errors import Problem


class CaseError(Exception):
    """An act that cannot be done. Nothing was changed."""


class NotFound(CaseError):
    """There is no such thing, or the person may not see it: both look the same."""

    def __init__(self, message: str = "没有找到，或者您无权查看") -> None:
        super().__init__(message)


class Forbidden(CaseError):
    """The person may see it but not do this."""


class Conflict(CaseError):
    """Somebody else was faster, or the thing is not in the state that the act needs."""


class Undeployable(Conflict):
    """A version that the checks do not let into force, with every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"这一版没有通过检查，有 {len(self.problems)} 个问题，没有部署")


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of a form: a JSON pointer into the data, and a sentence."""

    pointer: str
    message: str


class InvalidForm(CaseError):
    """The form does not hold what it must."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        self.problems = problems
        of_whole = len(problems) == 1 and not problems[0].pointer
        super().__init__(problems[0].message if of_whole else f"表单有 {len(problems)} 处需要修改")
