"""An administrator tries a draft out: answers by form, returns once, misses a limit, keeps the trial, and is told when an edit changes what happens."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from app.cases import designs
from tests.browser.people import Office
from tests.simulation.test_trial import BODY, FORM
from tests.support.diagrams import bpmn

pytestmark = pytest.mark.browser

KEY = "shandong.probe"
PATH = "processes/shandong/probe.bpmn"


def drawn(days: int) -> bytes:
    body = BODY.replace("days(10, ", f"days({days}, ")
    return bpmn(KEY, body, jurisdiction="shandong", kind="supervision", starts="manual", starter="county_environment")


@pytest.fixture(scope="module")
def design(office: Office) -> int:
    with office.world.transaction() as session:
        principal = office.world.principal(session, "admin")
        made = designs.begin_new(session, principal, "shandong", "probe", "试运行样例")
        return designs.save(session, principal, made.id, 1, {PATH: drawn(10), "forms/t/review.json": json.dumps(FORM).encode()}).id


def edit(office: Office, design: int, days: int) -> None:
    with office.world.transaction() as session:
        principal = office.world.principal(session, "admin")
        designs.save(session, principal, design, designs.find(session, principal, design).revision, {PATH: drawn(days)})


def begun(office: Office, design: int) -> Page:
    page = office.person("admin").open(f"/admin/designer/{design}/trial")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_label("开始日").fill("2027-01-11")
    page.get_by_label("企业", exact=True).fill("甲厂")
    page.get_by_role("button", name="开始试运行").click()
    expect(task(page, "申请")).to_be_visible()
    return page


def task(page: Page, name: str) -> Locator:
    return page.locator(".qc-trial-task").filter(has=page.get_by_role("button", name=name, exact=True))


def line(page: Page, words: str) -> Locator:
    return page.locator(".qc-trial-stream tr").filter(has_text=words)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]


def test_a_draft_is_tried_out_kept_and_held_against_an_edit(office: Office, design: int) -> None:
    page = begun(office, design)
    expect(page.locator(".djs-shape.qc-current")).to_have_attribute("data-element-id", "Apply")
    task(page, "申请").get_by_role("button", name="按样例办结").click()

    # The real form, refused once, then returned three days later.
    expect(task(page, "审查")).to_contain_text("2027-01-21（周四），还有 10 天")
    task(page, "审查").locator("select").select_option("d")
    task(page, "审查").get_by_role("spinbutton").fill("3")
    task(page, "审查").get_by_role("button", name="填写表单").click()
    form = page.locator(".qc-trial-form")
    form.get_by_role("button", name="提交").click()
    expect(form.locator("#form-errors")).to_be_visible()
    form.get_by_label("退回").check()
    form.get_by_role("button", name="提交").click()
    expect(page.locator(".qc-trial-clock")).to_have_text("2027-01-14（周四）")
    task(page, "申请").get_by_role("button", name="按样例办结").click()

    # Nobody does it in time: the light turns, and the drawing says so.
    expect(task(page, "审查")).to_contain_text("2027-01-24")
    page.get_by_label("走到哪一日").fill("2027-02-01")
    page.get_by_role("button", name="走到这一日").click()
    expect(line(page, "逾期").first).to_contain_text("审查")
    expect(task(page, "审查")).to_contain_text("■ 逾期")
    expect(page.locator(".djs-shape.qc-late")).to_have_attribute("data-element-id", "Review")

    # A step back, and on again.
    page.get_by_role("button", name="退回一步").click()
    expect(page.locator(".qc-trial-clock")).to_have_text("2027-01-14（周四）")
    task(page, "审查").locator("select").select_option("d")
    task(page, "审查").get_by_role("spinbutton").fill("15")
    task(page, "审查").get_by_role("button", name="同意").click()
    expect(page.locator(".qc-trial-side")).to_contain_text("全部办结（")

    page.get_by_role("button", name="保存为方案").click()
    page.get_by_label("方案名称").fill("退回一次后逾期")
    page.get_by_role("button", name="保存", exact=True).click()
    row = page.locator(".qc-trial-kept-list li")
    expect(row).to_contain_text("退回一次后逾期")
    page.get_by_role("button", name="全部检查").click()
    expect(row).to_contain_text("✓ 与原来相同")
    assert serious(page) == []

    edit(office, design, 30)
    page.get_by_role("button", name="全部检查").click()
    expect(row).to_contain_text("✕ 与原来不同")
    expect(row.locator(".is-gone").filter(has_text="task_overdue")).to_be_visible()
    page.get_by_role("button", name="按新的结果改写").click()
    expect(row).to_contain_text("✓ 与原来相同")

    row.get_by_role("button", name="重走一遍").click()
    expect(page.locator(".qc-trial-message")).to_contain_text("已照方案走完")
    office.check()


AGREE_WHILE_IT_MOVES = """() => {
  const watch = new MutationObserver(() => {
    const agree = [...document.querySelectorAll('.qc-trial-answers button')].find((one) => one.textContent === '同意');
    if (!agree || !document.querySelector('.qc-trial-token')) return;
    watch.disconnect();
    setTimeout(() => agree.click());
  });
  watch.observe(document.body, { childList: true, subtree: true });
}"""


def test_a_decision_need_not_wait_for_the_token(office: Office, design: int) -> None:
    """The page shows at once what is next, while the dot still runs: a click counts already."""
    page = begun(office, design)
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(AGREE_WHILE_IT_MOVES)
    task(page, "申请").get_by_role("button", name="按样例办结").click()
    expect(page.locator(".qc-trial-side")).to_contain_text("全部办结（")
    office.check()


def test_whoever_decides_with_the_keyboard_goes_on_where_the_next_decision_stands(office: Office, design: int) -> None:
    page = begun(office, design)
    task(page, "申请").get_by_role("button", name="按样例办结").press("Enter")
    expect(task(page, "审查")).to_be_visible()
    expect(page.locator(".qc-trial-headline")).to_be_focused()
    page.keyboard.press("Tab")
    expect(task(page, "审查").get_by_role("button", name="审查", exact=True)).to_be_focused()


def test_beginning_again_waits_for_the_step_that_is_under_way(office: Office, design: int) -> None:
    page = begun(office, design)
    steps: list[Route] = []
    page.route("**/trial/step", lambda route: steps.append(route))
    with page.expect_request("**/trial/step"):
        task(page, "申请").get_by_role("button", name="按样例办结").click()
    page.get_by_role("button", name="重新开始").click()
    expect(page.locator(".qc-trial-message")).to_have_text("上一步还没有走完，请稍候")
    steps[0].continue_()
    expect(task(page, "审查")).to_be_visible()
    page.unroute("**/trial/step")
    page.get_by_role("button", name="重新开始").click()
    expect(page.get_by_role("button", name="开始试运行")).to_be_visible()
    expect(page.get_by_role("toolbar", name="试运行")).to_be_hidden()


def test_a_drawing_that_fails_is_said_and_stops_no_decision(office: Office, design: int) -> None:
    page = begun(office, design)
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("() => { document.createElementNS = () => { throw new Error('画不出来'); }; }")
    task(page, "申请").get_by_role("button", name="按样例办结").click()
    expect(page.locator(".qc-trial-message")).to_contain_text("这一页出了错，请重新载入：画不出来")
    task(page, "审查").get_by_role("button", name="同意").click()
    expect(page.locator(".qc-trial-side")).to_contain_text("全部办结（")
    errors = office.person("admin").errors
    assert errors
    assert all("画不出来" in one for one in errors)
    errors.clear()
