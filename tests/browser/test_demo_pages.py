"""The demo installation as `make run` starts it: every main page for every kind of person, in order for eyes, keyboards and screen readers."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.model import Case, Membership, Publication, Roster, Task, TaskStatus, User
from app.model.session import Database
from tests.support.launched import DEMO_PASSWORD, Launched, launched

pytestmark = pytest.mark.browser

PAGES = {
    "": ["/", "/login", "/public/lists", "/public/lists/{publication}"],
    "county-env": [
        "/desk/", "/tasks/{task}", "/tasks/{roster_task}", "/cases", "/cases/{case}", "/cases/{case}?tab=history", "/cases/{case}?tab=limits",
        "/rosters", "/rosters/{roster}", "/notices", "/account",
    ],
    "enterprise": ["/portal/", "/tasks/{own_task}", "/cases", "/notices"],
    "admin": [
        "/admin/", "/admin/processes", "/admin/coverage", "/admin/coverage/shandong", "/admin/organisations", "/admin/promises", "/admin/holidays",
        "/admin/incidents", "/admin/outbox",
    ],
    "security": ["/admin/users"],
}  # fmt: skip


@dataclass
class Window:
    page: Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launched(tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture(scope="module")
def addresses(demo: Launched) -> dict[str, int]:
    """Ids of things that the demo people see."""
    database = Database(demo.database_url)
    with database.session() as session:

        def office(username: str) -> list[int]:
            query = select(Membership.organisation_id).join(User, User.id == Membership.user_id).where(User.username == username)
            return list(session.scalars(query))

        def task(username: str, *conditions: object) -> Task:
            query = select(Task).where(Task.organisation_id.in_(office(username)), Task.status == TaskStatus.OPEN, *conditions)  # type: ignore[arg-type]
            return session.scalars(query.order_by(Task.sort_due)).first() or pytest.fail(f"{username} has no such task")

        own = task("county-env", Task.due_on.is_not(None))
        roster_task = task("county-env", Task.panel == "roster")
        found = {
            "task": own.id,
            "case": own.case_id,
            "roster_task": roster_task.id,
            "roster": session.scalars(select(Case.roster_id).where(Case.id == roster_task.case_id)).one() or 0,
            "own_task": task("enterprise").id,
            "publication": session.scalars(select(Publication.id).where(Publication.kind == "mandatory_list")).first() or 0,
        }
        assert session.get(Roster, found["roster"]) is not None
    database.engine.dispose()
    return found


@pytest.fixture(scope="module")
def windows(demo: Launched, chromium: Browser) -> Iterator[dict[str, Window]]:
    """A window for each kind of person, signed in."""
    opened: dict[str, Window] = {}
    for username in PAGES:
        page = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN").new_page()
        window = Window(page)
        _listen(page, window)
        if username:
            page.goto(f"{demo.base}/login")
            page.get_by_label("用户名").fill(username)
            page.get_by_label("密码").fill(DEMO_PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(lambda url: "/login" not in url)
        opened[username] = window
    yield opened
    for window in opened.values():
        window.page.context.close()


def _listen(page: Page, window: Window) -> None:
    """Keeps what the browser complains about."""
    page.on("pageerror", lambda error: window.complaints.append(str(error)))
    page.on("console", lambda message: window.complaints.append(message.text) if message.type == "error" else None)


@pytest.mark.parametrize(("username", "path"), [(u, p) for u, paths in PAGES.items() for p in paths])
def test_a_page_is_in_order(demo: Launched, windows: dict[str, Window], addresses: dict[str, int], username: str, path: str) -> None:
    window = windows[username]
    window.complaints.clear()
    answer = window.page.goto(demo.base + path.format(**addresses))
    assert answer is not None
    assert answer.status == 200
    window.page.wait_for_load_state("networkidle")
    assert window.complaints == []
    assert window.page.locator("h1").count() >= 1 or username == "enterprise"
    wide = window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than the screen"
    found = [v for v in Axe().run(window.page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found] == []


def test_a_second_start_keeps_the_data_and_is_up_in_seconds(
    demo: Launched, addresses: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("again")
    with sqlite3.connect(demo.folder / "qingcheng.db") as source, sqlite3.connect(folder / "qingcheng.db") as copy:
        source.backup(copy)
    shutil.copy(demo.folder / "secret_key", folder / "secret_key")
    with launched(folder) as again:
        assert again.seconds < 15, "starting with data takes seconds; the benchmark measures it"
        database = Database(again.database_url)
        with database.session() as session:
            assert session.get(Task, addresses["task"]) is not None
        database.engine.dispose()
