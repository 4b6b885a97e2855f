"""Takes the screenshots of the README and of the designer's pages from a fresh installation with the demo data. `make screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import select

from app.config import ROOT
from app.model import Membership, Publication, Roster, Task, TaskStatus, User
from app.model.session import Database
from tests.browser import drawing_pictures, life_screenshots, running_versions, screenshots_of_forms, screenshots_tables, trial_pictures
from tests.browser.conftest import FLAGS
from tests.support.launched import DEMO_PASSWORD, Launched, launched

TARGET = ROOT / "docs" / "screenshots"
DESIGNER = ROOT / "docs" / "designer"
SIZE: ViewportSize = {"width": 1366, "height": 768}


def main() -> int:
    for folder in (TARGET, DESIGNER):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, launched(Path(temporary)) as installation:
        _take(installation)
    return 0


def _take(installation: Launched) -> None:
    found = _addresses(Database(installation.database_url))
    base = installation.base
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        clerk, enterprise, admin = (_signed_in(browser, base, name) for name in ("county-env", "enterprise", "admin"))
        public = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
        for page, name, path in (
            (clerk, "inbox", "/desk/"),
            (clerk, "task", found["task"]),
            (clerk, "case", found["case"]),
            (clerk, "roster", found["roster"]),
            (enterprise, "portal", "/portal/"),
            (public, "public", found["public"]),
            (clerk, "library", "/library/"),
            (admin, "process", "/admin/processes"),
        ):
            page.goto(base + path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=TARGET / f"{name}.png")
        drawing_pictures.take(admin, base, DESIGNER)
        running_versions.take(admin, base, Database(installation.database_url))
        screenshots_tables.take(admin, base)
        screenshots_of_forms.take(admin, base, DESIGNER)
        life_screenshots.take(admin, base, Database(installation.database_url))
        trial_pictures.take(admin, base, ROOT / "docs" / "designer")
        browser.close()


def _signed_in(browser: Browser, base: str, username: str) -> Page:
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    page.goto(f"{base}/login")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")
    return page


def _addresses(database: Database) -> dict[str, str]:
    """Where the pictures are taken: a task with a time limit, its case, the newest roster of the county, the published list."""
    with database.session() as session:
        county = select(Membership.organisation_id).join(User, User.id == Membership.user_id).where(User.username == "county-env")
        task = session.scalars(
            select(Task)
            .where(Task.organisation_id.in_(county), Task.status == TaskStatus.OPEN, Task.due_on.is_not(None))
            .order_by(Task.due_on)
        ).first()
        roster = session.scalars(select(Roster).where(Roster.organisation_id.in_(county)).order_by(Roster.id.desc())).first()
        listed = session.scalars(select(Publication).where(Publication.kind == "mandatory_list").order_by(Publication.id)).first()
        assert task is not None
        assert roster is not None
        assert listed is not None
        return {
            "task": f"/tasks/{task.id}",
            "case": f"/cases/{task.case_id}",
            "roster": f"/rosters/{roster.id}",
            "public": f"/public/lists/{listed.id}",
        }


if __name__ == "__main__":
    sys.exit(main())
