"""People at their browsers: each has a window of their own, signed in. They look, type, click; what they see must be in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, expect

from app.cases import drafts
from app.model import Task
from tests.support.world import PASSWORD, World

PATIENCE = 20_000  # milliseconds


@dataclass
class Person:
    """One person's window."""

    name: str
    page: Page
    base: str
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok, f"{self.name} opened {path}: {answer.status}"
        return self.page

    def click(self, name: str, role: Any = "button") -> None:
        self.page.get_by_role(role, name=name, exact=False).first.click()


class Office:
    """Opens windows, lets people find their tasks, and waits for what happens in the background."""

    def __init__(self, world: World, browser: Browser, port: int, clock: Any) -> None:
        self.world = world
        self.browser = browser
        self.base = f"http://127.0.0.1:{port}"
        self.clock = clock
        self.people: dict[str, Person] = {}

    def person(self, username: str) -> Person:
        """A signed-in person. Whatever their browser complains about fails the test in `check`."""
        if username not in self.people:
            if username.startswith("enterprise:"):
                with self.world.transaction() as session:
                    self.world.principal(session, username)
            page = self.browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN").new_page()
            page.set_default_timeout(PATIENCE)
            made = Person(username, page, self.base)
            page.on("dialog", lambda dialog: dialog.accept())  # leaving a page with unsaved input asks first
            page.on("pageerror", lambda error: made.errors.append(str(error)))
            page.on("console", lambda message: made.errors.append(message.text) if "Content Security Policy" in message.text else None)
            self.sign_in(page, username)
            self.people[username] = made
        return self.people[username]

    def sign_in(self, page: Page, username: str) -> None:
        page.goto(self.base + "/login")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page).not_to_have_url(f"{self.base}/login")

    def opened(self, username: str, task: Task) -> Person:
        """The person with the task's page in front of them."""
        person = self.person(username)
        person.open(f"/tasks/{task.id}")
        expect(person.page.get_by_role("heading", level=1).first).to_contain_text(task.name)
        return person

    def complete(self, username: str, task: Task, **values: Any) -> Person:
        """Submits a task in the browser. What is not given was typed in before and kept as a draft."""
        data = self.world.values_for(username, task, **values)
        with self.world.transaction() as session:
            drafts.save(session, self.world.principal(session, username), task.id, data, 0, overwrite=True)
        person = self.opened(username, task)
        self.submit(person, task)
        return person

    def submit(self, person: Person, task: Task) -> None:
        """Clicks 提交 and waits until the task is done."""
        person.page.locator(".qc-actionbar").get_by_role("button", name="提交").click()
        try:
            self.wait_until(lambda: self._done(task), f"“{task.name}” is done")
        except AssertionError as error:
            raise AssertionError(f"{error}; the page says: {self._said(person)}") from error
        person.page.wait_for_url(lambda url: not url.endswith(f"/tasks/{task.id}"))

    def _done(self, task: Task) -> bool:
        with self.world.session() as session:
            return session.get_one(Task, task.id).status == "completed"

    @staticmethod
    def _said(person: Person) -> str:
        return " / ".join(person.page.locator(".alert, .invalid-feedback, .qc-field-error").all_inner_texts())

    def step(self, case_id: int, step: str) -> Task:
        """The open task that carries a legal step, once it is there."""
        self.wait_until(lambda: bool(self._tasks(case_id, step)), f"a task carries {step}")
        return self._tasks(case_id, step)[0]

    def _tasks(self, case_id: int, step: str) -> list[Task]:
        return [t for t in self.world.open_tasks(case_id) if any(s.endswith(step) for s in t.basis.split())]

    def wait_until(self, true: Callable[[], bool], what: str, seconds: float = 25) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
            time.sleep(0.05)

    def check(self) -> None:
        """Nobody's browser complained."""
        assert {p.name: p.errors for p in self.people.values() if p.errors} == {}

    def close(self) -> None:
        for person in self.people.values():
            person.page.context.close()
