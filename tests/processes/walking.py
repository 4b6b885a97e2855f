"""Walks a case through its procedure, answering each step by its legal id."""

from __future__ import annotations

from typing import Any

from app.model import Case, CaseStatus, Task
from tests.support.world import World

_SPECIAL = {"expert_group": "expert", "expert": "expert", "support_body": "support"}


class Walker:
    """One case, and the answers that its steps get."""

    def __init__(self, world: World, case: Case, **answers: Any) -> None:
        self.world = world
        self.case_id = case.id
        self.enterprise = ""
        with world.session() as session:
            found = session.get_one(Case, case.id)
            if found.enterprise_id is not None:
                from app.model import Enterprise

                self.enterprise = session.get_one(Enterprise, found.enterprise_id).name
        self.done: list[str] = []
        self.answers: dict[str, dict[str, Any]] = {}

    def answer(self, step: str, **values: Any) -> Walker:
        """What a step gets from now on (the end of its id will do)."""
        self.answers[step] = values
        return self

    def user(self, task: Task) -> str:
        if task.actor == "enterprise":
            return f"enterprise:{self.enterprise}"
        return _SPECIAL.get(task.actor) or task.actor.replace("_environment", "-env").replace("_coordinator", "-coord").replace(
            "_other", "-other"
        )

    def open(self) -> list[Task]:
        return [t for t in self.world.open_tasks(self.case_id) if not t.optional]

    def steps(self) -> set[str]:
        """Legal steps that somebody must do now."""
        return {s for t in self.open() for s in t.basis.split()}

    def do(self, task: Task, **values: Any) -> Task:
        given = next((v for k, v in self.answers.items() if any(s.endswith(k) for s in task.basis.split()) or task.name == k), {})
        self.done.extend(task.basis.split() or [task.name])
        return self.world.do(self.user(task), task, **{**given, **values})

    def until(self, step: str, limit: int = 80) -> Task:
        """Does one task after the other until a step is open."""
        for _ in range(limit):
            tasks = self.open()
            if not tasks:
                self.world.work()
                tasks = self.open()
            found = [t for t in tasks if any(s.endswith(step) for s in t.basis.split()) or t.name == step]
            if found:
                return found[0]
            assert tasks, f"nobody has anything to do before {step}; done: {self.done}"
            self.do(tasks[0])
        raise AssertionError(f"{step} never came; done: {self.done}")

    def to_end(self, limit: int = 80) -> Case:
        """Does everything until the case ends; waiting times pass."""
        for _ in range(limit):
            case = self.case()
            if case.status != CaseStatus.ACTIVE:
                return case
            tasks = self.open()
            if tasks:
                self.do(tasks[0])
            else:
                self.world.clock.move(days=16)
                self.world.work()
        raise AssertionError(f"no end after {self.done}")

    def case(self) -> Case:
        with self.world.session() as session:
            return session.get_one(Case, self.case_id)
