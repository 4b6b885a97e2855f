"""A regulation changes: an administrator changes its diagram, and old and new cases each follow their own until the old one is led over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.cases import designs, starting
from app.engine.diagram import read_diagram
from app.model import Case, Design, Enterprise, Organisation, OrganisationKind, Task
from tests.browser.people import Office
from tests.support.world import uscc_of

pytestmark = pytest.mark.browser

KEY = "beijing.fund_reporting"
FIRST_REPORT = "报送第一次半年报告"
REVIEW = "核对半年报告"
BEIJING, HAIDIAN = "110000", "110108"
OLD, NEW = "海淀老厂", "海淀新厂"
RECEIVED = "2027-01-08"  # six months end on Thursday 8 July 2027, three on Thursday 8 April


@pytest.fixture(scope="module")
def beijing(office: Office) -> Iterator[Office]:
    """The offices of Beijing that take part, and two enterprises that received money."""
    world = office.world
    with world.transaction() as session:
        for username, body in (("bj-coord", "coordinator"), ("bj-finance", "finance"), ("bj-env", "environment")):
            bureau = Organisation(kind=OrganisationKind.AUTHORITY, name=username, level="province", body=body, region_code=BEIJING)
            session.add(bureau)
            world.add_user(session, username, bureau)
        for name in (OLD, NEW):
            own = Organisation(kind=OrganisationKind.ENTERPRISE, name=name, region_code=HAIDIAN)
            session.add(Enterprise(organisation=own, uscc=uscc_of(name, HAIDIAN), name=name, region_code=HAIDIAN))
    yield office
    office.check()


@pytest.fixture(scope="module")
def old_case(beijing: Office) -> Case:
    """A case under way on the version in use: its first report is due in July."""
    world = beijing.world
    with world.transaction() as session:
        world.principal(session, f"enterprise:{OLD}")
        enterprise = session.query(Enterprise).filter_by(name=OLD).one()
        case = starting.start(session, process=KEY, region=HAIDIAN, enterprise=enterprise, variables={"fund_channel": "sme"})
    world.do(f"enterprise:{OLD}", world.open_tasks(case.id)[0], fund_received_on=RECEIVED)
    assert first_report(beijing, case).due_on == dt.date(2027, 7, 8)
    return case


def first_report(office: Office, case: Case) -> Task:
    return next(task for task in office.world.open_tasks(case.id) if task.name == FIRST_REPORT)


def select(page: Page, element: str) -> None:
    page.locator(f"[data-element-id='{element}'] > .djs-hit").first.dispatch_event("click", {"button": 0})
    expect(page.locator(f".selected[data-element-id='{element}']")).to_be_attached()
    expect(page.locator(f".qc-panel[data-of='{element}']")).to_be_attached()  # the panel follows a frame later


def field(page: Page, label: str) -> Any:
    return page.locator(".qc-designer-panel").get_by_label(label, exact=True).first


def saved(page: Page) -> None:
    expect(page.locator(".qc-designer-state")).to_contain_text("已保存")


@pytest.fixture(scope="module")
def design(beijing: Office, old_case: Case) -> int:
    """What the administrator changes on the drawing: three months for six, and a step in which the bureau looks the report over."""
    page = beijing.person("admin").open(f"/admin/processes/{KEY}/1")
    page.get_by_role("button", name="修改").click()
    expect(page.locator("[data-element-id='Task_First'].djs-shape")).to_be_visible()
    design_id = int(page.url.rsplit("/", 1)[1])
    select(page, "Task_First")
    field(page, "多长").fill("3")
    expect(page.locator(".qc-example")).to_contain_text("如果从今天")
    # The new step is put on the line that leads on from the report: what came before and after is tied to it.
    page.locator(".djs-palette [data-action='create.user-task']").click()
    line = page.locator("[data-element-id='Flow_Task_First_Gateway_Report'] .djs-hit").first
    box = line.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2 - 3)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    field(page, "名称").fill(REVIEW)
    field(page, "办理单位").click()
    field(page, "办理单位").fill("发展和改革 北京市")
    field(page, "办理单位").press("Enter")
    page.get_by_role("button", name="新建表单").click()
    field(page, "查找条款").fill("bj-fund-2007.reporting.s1")
    page.locator(".qc-found button").first.click()
    saved(page)
    page.locator(".qc-designer-bar").get_by_role("button", name="检查", exact=True).click()
    expect(page.locator(".qc-problems-summary")).not_to_contain_text("正在检查")
    expect(page.locator(".qc-problems-summary")).to_contain_text("检查通过")
    # The article says six: the check says so, until the administrator says why.
    expect(page.locator(".qc-problems")).to_contain_text("期限与条文不同（长短）")
    select(page, "Task_First")
    field(page, "与条文期限不同的理由").fill("办法修订为三个月")
    expect(page.locator(".qc-problems")).not_to_contain_text("期限与条文不同")
    saved(page)
    return design_id


def files(office: Office, design_id: int) -> dict[str, bytes]:
    with office.world.session() as session:
        found = session.get_one(Design, design_id)
        return designs.files_of(session, designs.latest(session, found))


def review_in(body: bytes) -> Any:
    return next(one for one in read_diagram("x.bpmn", body).processes[KEY].elements.values() if one.name == REVIEW)


def test_the_limit_and_the_new_step_are_in_the_diagram(beijing: Office, design: int) -> None:
    body = files(beijing, design)["processes/beijing/fund_reporting.bpmn"]
    elements = read_diagram("x.bpmn", body).processes[KEY].elements
    assert elements["Task_First"].properties["due"] == "months(3, since=fund_received_on)"
    review = review_in(body)
    assert review.properties["actor"] == "province_coordinator"
    assert review.properties["basis"] == "bj-fund-2007.reporting.s1"


def test_the_new_step_gets_a_form_of_its_own(beijing: Office, design: int) -> None:
    form = review_in(files(beijing, design)["processes/beijing/fund_reporting.bpmn"]).properties["formJsonSchemaFilename"]
    page = beijing.person("admin").open(f"/admin/designer/{design}/forms?file={form}")
    page.get_by_role("button", name="添加字段").last.click()
    page.get_by_label("标题", exact=True).fill("核对的资金")
    page.get_by_role("button", name="金额", exact=True).click()
    page.get_by_label("必填", exact=True).check()
    expect(page.locator(".qc-fb-state")).to_contain_text("已保存")
    assert "核对的资金" in files(beijing, design)[f"forms/{form}"].decode()


def test_the_comparison_says_what_changed(beijing: Office, design: int) -> None:
    page = beijing.person("admin").open(f"/admin/designer/{design}/comparison")
    expect(page.locator(".djs-shape.qc-is-changed[data-element-id='Task_First']").first).to_be_visible()
    expect(page.locator(".djs-shape.qc-is-added").first).to_be_visible()
    expect(page.get_by_role("row", name=FIRST_REPORT).first).to_contain_text("期限")
    expect(page.get_by_role("row", name=REVIEW).first).to_be_visible()
    expect(page.locator("main")).to_contain_text("核对的资金")


def test_the_draft_is_tried_with_the_new_limit(beijing: Office, design: int) -> None:
    page = beijing.person("admin").open(f"/admin/designer/{design}/trial")
    page.get_by_label("开始日").fill("2027-01-11")
    page.get_by_role("button", name="开始试运行").click()
    side = page.locator(".qc-trial-side")
    expect(side).to_contain_text("登记收到资金")
    side.get_by_role("button", name="按样例办结").first.click()
    expect(side).to_contain_text(FIRST_REPORT)
    side.locator(".qc-trial-answers button").first.click()
    expect(side).to_contain_text(REVIEW)


def test_it_is_deployed_and_a_new_case_follows_it(beijing: Office, design: int, old_case: Case) -> None:
    admin = beijing.person("admin")
    page = admin.open(f"/admin/designer/{design}")
    expect(page.locator(".qc-problems-summary")).to_contain_text("检查通过")
    page.locator(".qc-designer-bar").get_by_role("button", name="定稿", exact=True).click()
    page.wait_for_url(f"**/admin/processes/{KEY}/2")
    page.get_by_role("link", name="部署", exact=True).click()
    page.get_by_role("button", name="确认部署").click()
    expect(page.get_by_text("今天起的新案件按第 2 版办理")).to_be_visible()

    own = beijing.person(f"enterprise:{NEW}")
    own.open(f"/start/{KEY}")
    own.click("开始办理")
    expect(own.page.get_by_role("heading", level=1).first).to_contain_text("登记收到资金")
    case = beijing.world.case_of(KEY, NEW)
    beijing.complete(f"enterprise:{NEW}", beijing.world.open_tasks(case.id)[0], fund_received_on=RECEIVED, fund_channel="sme")
    assert first_report(beijing, case).due_on == dt.date(2027, 4, 8)
    assert first_report(beijing, old_case).due_on == dt.date(2027, 7, 8), "the old case goes on as it was"
    beijing.complete(f"enterprise:{NEW}", first_report(beijing, case), decision="no")
    assert [task.name for task in beijing.world.open_tasks(case.id)] == [REVIEW]


def test_the_old_case_is_led_over_to_the_new_version(beijing: Office, old_case: Case) -> None:
    page = beijing.person("admin").open(f"/admin/processes/{KEY}/migration?version=1")
    page.get_by_label("迁移到").select_option("2")
    page.get_by_role("button", name="拟定迁移计划").click()
    page.get_by_role("button", name="保存并预演").click()
    expect(page.get_by_text("已完成：1 / 1")).to_be_visible()
    page.get_by_role("link", name="迁移这 1 件").click()
    page.get_by_label("迁移的原因").fill("规定修订，期限改为三个月")
    page.get_by_role("button", name="确认迁移").click()
    expect(page.get_by_text("已完成：1 / 1")).to_be_visible()
    assert first_report(beijing, old_case).due_on == dt.date(2027, 4, 8)
    beijing.complete(f"enterprise:{OLD}", first_report(beijing, old_case), decision="no")
    assert [task.name for task in beijing.world.open_tasks(old_case.id)] == [REVIEW]
