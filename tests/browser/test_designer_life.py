"""A version as administrators live with it: compared side by side, approved by a second person, deployed, put back, carried as an archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.cases import archives, designs
from tests.browser.people import Office
from tests.support.second_person import ask_for_second_person

pytestmark = pytest.mark.browser

KEY = "shandong.extension"
PATH = "processes/shandong/extension.bpmn"
TASK = (
    '<bpmn:userTask id="Task_Check" name="复核"><bpmn:extensionElements><spiffworkflow:properties>'
    '<spiffworkflow:property name="actor" value="city_environment"/></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>'
)
SHAPE = (
    '<bpmndi:BPMNShape id="Task_Check_di" bpmnElement="Task_Check"><dc:Bounds x="300" y="480" width="100" height="80"/></bpmndi:BPMNShape>'
)


@pytest.fixture(scope="module")
def design(office: Office) -> int:
    """A design with a changed name, a changed office and a new task."""
    world = office.world
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        begun = designs.begin(session, principal, KEY, 1)
        body = designs.files_of(session, designs.latest(session, begun))[PATH].decode()
        body = body.replace('name="actor" value="county_environment"', 'name="actor" value="city_environment"', 1)
        body = body.replace("</bpmn:process>", f"{TASK}</bpmn:process>").replace("</bpmndi:BPMNPlane>", f"{SHAPE}</bpmndi:BPMNPlane>")
        designs.save(session, principal, begun.id, 1, {PATH: body.encode()})
        return begun.id


def no_serious_findings(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def scale(page: Page, side: int) -> float:
    """How large a side is drawn."""
    return float(page.locator(".qc-comparison-side .viewport").nth(side).evaluate("node => node.getCTM().a"))


def test_both_drawings_are_marked_and_move_together(office: Office, design: int) -> None:
    page = office.person("admin").open(f"/admin/designer/{design}/comparison")
    before, after = page.locator(".qc-comparison-side").all()
    expect(after.locator(".djs-shape.qc-is-added[data-element-id=Task_Check]")).to_be_visible()
    expect(before.locator("[data-element-id=Task_Check]")).to_have_count(0)
    for side in (before, after):
        expect(side.locator(".djs-shape.qc-is-changed[data-element-id=Task_OpinionEnvironment]")).to_be_visible()
        expect(side.locator(".qc-change-badge.is-changed:visible").first).to_contain_text("≠")
    page.get_by_role("button", name="放大").click()
    assert scale(page, 0) == pytest.approx(scale(page, 1), rel=0.01)
    no_serious_findings(page)
    office.check()


def test_a_change_in_the_list_leads_to_its_place_on_both_drawings(office: Office, design: int) -> None:
    page = office.person("admin").open(f"/admin/designer/{design}/comparison")
    expect(page.locator(".djs-shape.qc-is-changed").first).to_be_visible()
    row = page.get_by_role("row", name="县环保局出具意见并上报")
    expect(row).to_contain_text("办理单位")
    expect(row).to_contain_text("市级")
    row.get_by_role("button").press("Enter")
    for side in page.locator(".qc-comparison-side").all():
        chosen = side.locator(".djs-element.qc-selected")
        expect(chosen).to_have_attribute("data-element-id", "Task_OpinionEnvironment")
        expect(chosen).to_be_in_viewport()
    expect(page.get_by_role("toolbar").get_by_role("status")).to_contain_text("县环保局出具意见并上报")
    office.check()


def test_the_diagrams_that_it_calls_can_be_looked_at_too(office: Office) -> None:
    page = office.person("admin").open("/admin/processes/shandong.execution/compare")
    expect(page.locator(".djs-shape").first).to_be_visible()
    page.get_by_label("流程图", exact=True).select_option("延期申请（相同）")
    for side in page.locator(".qc-comparison-side").all():
        expect(side.locator("[data-element-id=Task_OpinionEnvironment]").first).to_be_visible()
    office.check()


@pytest.fixture(scope="module")
def asked(office: Office) -> None:
    ask_for_second_person(office.world)


@pytest.mark.usefixtures("asked")
def test_a_version_is_approved_by_a_second_person_deployed_and_put_back(office: Office) -> None:
    world = office.world
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        begun = designs.begin(session, principal, "shandong.disclosure", 1)
        own = "processes/shandong/disclosure.bpmn"
        body = designs.files_of(session, designs.latest(session, begun))[own]
        designs.save(session, principal, begun.id, 1, {own: body.replace("备齐并公开信息".encode(), "公开信息".encode())})
        designs.finish(session, principal, begun.id, 2)
    admin, second = office.person("admin"), office.person("second")
    page = admin.open("/admin/processes/shandong.disclosure/2")
    expect(page.get_by_role("link", name="部署", exact=True)).to_have_count(0)
    page.get_by_label("这一版改了什么").fill("按新规定改名")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("已提交，等另一名管理员审批")).to_be_visible()

    page = second.open("/admin/designer/")
    page.get_by_role("link", name="强制性审核企业信息公开 第 2 版").click()
    expect(page.get_by_text("按新规定改名").first).to_be_visible()
    expect(page.locator(".djs-shape.qc-is-changed").first).to_be_visible()
    no_serious_findings(page)
    page.get_by_label("意见").fill("同意")
    page.get_by_role("button", name="批准").click()

    page = admin.open("/admin/processes/shandong.disclosure/2")
    page.get_by_role("link", name="部署", exact=True).click()
    expect(page.get_by_role("heading", name="与在用的第 1 版相比")).to_be_visible()
    no_serious_findings(page)
    page.get_by_role("button", name="确认部署").click()
    expect(page.get_by_role("row", name="批准").first).to_contain_text("第二管理员")

    page = admin.open("/admin/processes/shandong.disclosure/1")
    page.get_by_role("link", name="退回到第 1 版").click()
    page.get_by_label("退回的原因").fill("新名称有误")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("存为第 3 版并提交审批")).to_be_visible()
    second.open("/admin/processes/shandong.disclosure/3/approval")
    second.click("批准")
    page = second.open("/admin/processes/shandong.disclosure/3/deploy")
    page.get_by_role("button", name="确认部署").click()
    expect(page.get_by_text("今天起的新案件按第 3 版办理。")).to_be_visible()
    office.check()


def test_the_library_goes_out_and_what_differs_is_seen_before_it_comes_in(office: Office, tmp_path: Path) -> None:
    page = office.person("admin").open("/admin/processes/exchange")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出流程库").click()
    files = archives.read(download.value.path().read_bytes())
    files[PATH] = files[PATH].replace("延期申请".encode(), "延期的申请".encode(), 1)
    changed = tmp_path / "库.zip"
    changed.write_bytes(archives.write(files))
    page = office.person("admin").open("/admin/processes/exchange")
    page.get_by_label("压缩包").set_input_files(changed)
    page.get_by_role("button", name="上传并核对差别").click()
    row = page.get_by_role("row", name=KEY)
    expect(row).to_contain_text("修改")
    no_serious_findings(page)
    row.get_by_role("link", name="逐项比较").click()
    expect(page.get_by_role("row", name="延期的申请").first).to_be_visible()
    page.get_by_role("link", name="回到核对").click()
    page.get_by_role("button", name="导入为草稿").click()
    expect(page.get_by_text("个草稿，核对后逐个部署")).to_be_visible()
    office.check()
