"""Diagrams change in the browser: opened, edited in the words of the trade, checked while one draws, saved, never lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree
from playwright.sync_api import Page, Route, expect

from app.cases import designs
from app.config import ROOT
from app.engine.diagram import read_diagram
from app.model import Design
from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

LATIN = re.compile(r"[A-Za-z]{3,}")


class Drawing:
    """A design open in somebody's browser."""

    def __init__(self, office: Office, key: str, username: str = "admin") -> None:
        self.office = office
        self.key = key
        with office.world.transaction() as session:
            self.design_id = designs.begin(session, office.world.principal(session, username), key, 1).id
        self.person: Person = office.person(username)
        self.page: Page = self.person.page
        self.open()

    def open(self) -> None:
        self.person.open(f"/admin/designer/{self.design_id}")
        expect(self.page.locator(".djs-shape").first).to_be_visible()

    def select(self, element: str) -> None:
        # What can be done to the element selected before may lie over this one: the click is brought to it straight.
        self.page.locator(f"[data-element-id='{element}'] > .djs-hit").first.dispatch_event("click", {"button": 0})
        expect(self.page.locator(f".selected[data-element-id='{element}']")).to_be_attached()
        expect(self.page.locator(f".qc-panel[data-of='{element}']")).to_be_attached()  # the panel follows a frame later

    def field(self, label: str) -> Any:
        return self.page.locator(".qc-designer-panel").get_by_label(label, exact=True).first

    def pick(self, label: str, words: str) -> None:
        """Chooses from a list by typing a part of the name."""
        self.field(label).click()
        self.field(label).fill(words)
        self.field(label).press("Enter")

    def saved(self) -> bytes:
        """The design's own diagram on the server, once the page says that it is saved."""
        self.page.evaluate("document.activeElement.blur()")  # what is being typed is given back on leaving the field
        expect(self.page.locator(".qc-designer-state")).to_contain_text("已保存")
        return self.stored()

    def stored(self) -> bytes:
        with self.office.world.session() as session:
            design = session.get_one(Design, self.design_id)
            files = designs.files_of(session, designs.latest(session, design))
            return files[designs.main_path(design, files)]

    def files(self) -> dict[str, bytes]:
        with self.office.world.session() as session:
            design = session.get_one(Design, self.design_id)
            return designs.files_of(session, designs.latest(session, design))

    def facts(self, element: str) -> dict[str, str]:
        return read_diagram("x.bpmn", self.saved()).processes[self.key].elements[element].properties

    def button(self, name: str) -> Any:
        return self.page.locator(".qc-designer-bar").get_by_role("button", name=name, exact=True)

    def give_up(self) -> None:
        with self.office.world.transaction() as session:
            if session.get_one(Design, self.design_id).status == "open":
                designs.discard(session, self.office.world.principal(session, "admin"), self.design_id, "试过了，不再需要")


@pytest.fixture
def draw(office: Office) -> Iterator[Any]:
    """Opens designs; afterwards they are given up, so that each test begins anew."""
    opened: list[Drawing] = []

    def begin(key: str) -> Drawing:
        opened.append(Drawing(office, key))
        return opened[-1]

    yield begin
    for drawing in opened:
        drawing.page.unroute_all()
        drawing.page.goto("about:blank")
        drawing.give_up()
    office.check()


def meaning(text: bytes) -> tuple[list[str], list[str | None]]:
    """What a diagram says, without what its text may differ in (prefixes, order of attributes, white space), and what it draws.

    The content of a folded sub-process gets a sheet of its own when bpmn-js opens it, so that places on the sheet are left out.
    """
    root = etree.fromstring(text)
    said = [
        f"{len(list(element.iterancestors()))} {element.tag} {sorted(element.attrib.items())} {(element.text or '').strip()}"
        for process in root.iterfind("{*}process")
        for element in process.iter(etree.Element)
    ]
    return said, sorted(element.get("bpmnElement") for element in root.iterfind(".//{*}BPMNPlane/*"))


LIBRARY = [
    "shandong.execution",  # the largest: sub-processes, timers on steps, a call
    "shandong.acceptance",  # scores and several calls
    "beijing.fund_audit_fee",  # decision tables
    "common.publication_with_objections",  # a timer between steps, parts in braces
    "shandong.mandatory_audit",  # calls
    "national.agreement",  # parts with forms and names of their own
]


@pytest.mark.parametrize("key", LIBRARY)
def test_opening_and_looking_changes_nothing_in_the_meaning_of_a_diagram(draw: Any, key: str) -> None:
    drawing = draw(key)
    before = drawing.stored()
    with drawing.page.expect_download() as download:
        for element in list(read_diagram("x.bpmn", before).processes[key].elements)[:8]:
            shape = drawing.page.locator(f"[data-element-id='{element}'] > .djs-hit")
            if shape.count():
                drawing.select(element)
        drawing.button("导出").click()
        drawing.page.get_by_role("button", name="BPMN", exact=True).click()
    after = Path(download.value.path()).read_bytes()
    assert meaning(after) == meaning(before)
    assert drawing.stored() == before
    expect(drawing.page.locator(".qc-designer-state")).to_contain_text("保存于")


def test_an_address_may_lead_to_an_element(draw: Any) -> None:
    drawing = draw("shandong.extension")
    drawing.person.open("/admin/designer/")
    drawing.person.open(f"/admin/designer/{drawing.design_id}#Task_OpinionEnvironment")
    expect(drawing.page.locator(".selected[data-element-id='Task_OpinionEnvironment']")).to_be_attached()


# -- the panel ---------------------------------------------------------------------------------------------------------


def test_a_time_limit_changes_in_the_words_of_the_trade(draw: Any) -> None:
    drawing = draw("shandong.execution")
    drawing.select("Task_StartAudit")
    drawing.field("多长").fill("3")
    expect(drawing.page.locator(".qc-example")).to_contain_text("如果从今天")
    assert drawing.facts("Task_StartAudit")["due"] == "months(3, since=list_published_on)"
    drawing.field("单位").select_option(label="工作日")
    expect(drawing.field("期限的表达式")).to_have_value("workdays(3, since=list_published_on)")
    drawing.pick("从什么时候起算", "收到通知")
    drawing.field("怎样计算").select_option(label="每年的某一天")
    drawing.field("月").fill("12")
    drawing.field("日").fill("31")
    expect(drawing.field("期限的表达式")).to_have_value(re.compile(r"every_year\(12, 31"))


def test_an_office_a_form_and_articles_are_picked_or_made(draw: Any) -> None:
    drawing = draw("shandong.extension")
    task = drawing.page.locator("[data-element-id^='Task_']").first.get_attribute("data-element-id")
    drawing.select(task)
    drawing.pick("办理单位", "市 环保")
    carried = drawing.page.locator(".qc-basis li").count()
    drawing.page.get_by_role("button", name="新建表单").click()
    drawing.field("查找条款").fill("第十五条")
    found = drawing.page.locator(".qc-found button").first
    article = found.locator("strong").inner_text().split(" ")[-1]
    found.click()
    expect(drawing.page.locator(".qc-basis li")).to_have_count(carried + 1)
    facts = drawing.facts(task)
    form = facts["formJsonSchemaFilename"]
    assert facts["actor"] == "city_environment"
    assert len(facts["basis"].split()) == carried + 1
    assert article in facts["article"]
    assert f"forms/{form}" in drawing.files()
    assert f"forms/{facts['formUiSchemaFilename']}" in drawing.files()
    expect(drawing.page.locator(".qc-problems-summary")).to_contain_text("检查通过")


def test_articles_that_cannot_be_looked_up_are_not_dropped_from_the_citation(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page = drawing.page
    page.route("**/designer/steps?ids=*", lambda route: route.abort())
    drawing.select("Task_OpinionEnvironment")
    cited = drawing.field("条款（显示给办理人）").input_value()
    assert cited
    drawing.field("查找条款").fill("第二十七条")
    page.locator(".qc-found button").first.click()
    expect(page.locator(".qc-field-problem", has_text="没有改动")).to_be_visible()
    expect(drawing.field("条款（显示给办理人）")).to_have_value(cited)
    page.unroute("**/designer/steps?ids=*")
    drawing.field("查找条款").fill("第二十七条")
    page.locator(".qc-found button").first.click()
    expect(drawing.field("条款（显示给办理人）")).not_to_have_value(cited)
    assert drawing.facts("Task_OpinionEnvironment")["article"].startswith(cited.split("；")[0].split("、")[0])

    page.route("**/designer/steps?q=*", lambda route: route.abort())
    drawing.field("查找条款").fill("延期")
    expect(page.locator(".qc-field-problem", has_text="现在不能查找")).to_be_visible()


def test_a_condition_is_built_from_the_answers_of_the_forms_before_it(draw: Any) -> None:
    drawing = draw("shandong.acceptance_application")
    flow = "Flow_Gateway_Complete_Task_Correct"
    drawing.select("Gateway_Complete")
    drawing.page.locator(".qc-ways").get_by_role("button", name="否，补正").click()
    drawing.field("其他条件都不满足时走这里").uncheck()
    expect(drawing.page.locator(".qc-test")).to_have_count(1)
    drawing.field("哪一项").click()
    offered = drawing.page.locator(".qc-pick-list li").all_inner_texts()
    assert any("县级产业政策审查" in one for one in offered[:3]), "the nearest form comes first"
    drawing.page.locator(".qc-pick-list li").nth(1).click()
    drawing.field("哪个值").select_option(index=1)
    expect(drawing.field("条件的表达式")).to_have_value(re.compile(r'^decision == "\w+"$'))
    written = drawing.field("条件的表达式").input_value()
    process = read_diagram("x.bpmn", drawing.saved()).processes[drawing.key]
    assert (flow, "condition", written) in process.expressions


def test_a_started_case_is_given_further_data(draw: Any) -> None:
    drawing = draw("beijing.fund_reporting")
    drawing.select("Service_Sanction")
    drawing.field("再交给它一项数据（变量名）").fill("Fund")
    expect(drawing.page.locator(".qc-field-problem")).to_contain_text("小写字母")
    drawing.field("再交给它一项数据（变量名）").fill("fund_received_on")
    drawing.page.get_by_role("button", name="添加这一项").click()
    expect(drawing.field("fund_received_on")).to_have_value("fund_received_on")
    assert b'id="fund_received_on"' in drawing.saved()


def test_what_happens_when_a_limit_is_over_is_added_at_the_step(draw: Any) -> None:
    drawing = draw("shandong.acceptance_application")
    drawing.select("Task_Apply")
    drawing.page.locator(".djs-context-pad [title='加上期限届满时走的路']").click()
    expect(drawing.page.locator(".qc-panel-kind")).to_have_text("环节上的事件（到时）")
    expect(drawing.field("时间")).to_have_value("due")
    process = read_diagram("x.bpmn", drawing.saved()).processes[drawing.key]
    event = next(one for one in process.elements.values() if one.attached_to == "Task_Apply")
    assert (event.id, "timer", "due") in process.expressions
    assert not event.interrupting


def test_a_shared_sub_process_asks_for_its_parts(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page = drawing.page
    page.locator(".djs-palette [aria-label^='共用流程']").click()
    page.locator(".djs-popup input").fill("会同")
    page.keyboard.press("Enter")
    expect(page.locator(".qc-panel-kind")).to_have_text("调用流程")
    parts = page.locator(".qc-group", has_text="还没有填")
    expect(parts.first).to_be_visible()
    parts.first.get_by_label("查找条款").fill("延期")
    parts.first.locator(".qc-found button").first.click()
    expect(page.locator(".qc-group", has_text="其中“").locator(".qc-basis li")).to_have_count(1)
    process = read_diagram("x.bpmn", drawing.saved()).processes[drawing.key]
    call = next(one for one in process.elements.values() if (one.called or "").startswith("common."))
    (part,) = call.parts.values()
    assert call.properties["basis"] == part["basis"]


def test_the_process_says_who_begins_it_and_since_when_it_holds(draw: Any) -> None:
    drawing = draw("shandong.acceptance_application")
    drawing.field("依据失效日").fill("2031-12-31")
    drawing.field("由人发起").check()
    drawing.pick("哪些单位可以发起", "市 环保")
    facts = read_diagram("x.bpmn", drawing.saved()).processes[drawing.key].properties
    assert facts["in_force_to"] == "2031-12-31"
    assert "manual" in facts["starts"].split()
    assert "city_environment" in facts["starter"].split()


def test_every_word_of_the_editor_is_chinese(draw: Any) -> None:
    drawing = draw("shandong.execution")
    page = drawing.page
    said: list[str] = []

    def hear(selector: str) -> None:
        for found in page.locator(selector).all():
            said.extend([found.get_attribute("title") or "", found.get_attribute("aria-label") or ""])

    hear(".djs-palette .entry, .qc-designer-bar button, .djs-minimap .toggle")
    for element in ("Task_StartAudit", "Activity_Extension", "Gateway_Supervisors", "Event_StartOverdue", "Task_PenaltyLateStart"):
        drawing.select(element)
        hear(".djs-context-pad .entry")
        said.extend(line for line in page.locator(".qc-designer-panel label, .qc-designer-panel summary, .qc-panel-kind").all_inner_texts())
        page.locator(".djs-context-pad [data-action='replace']").click()
        expect(page.locator(".djs-popup .entry").first).to_be_visible()
        said.extend(page.locator(".djs-popup .entry").all_inner_texts())
        hear(".djs-popup .entry")
        page.keyboard.press("Escape")
    drawing.button("演示走法").click()
    expect(page.locator(".bts-palette")).to_be_visible()
    page.locator(".bts-entry[title='走过的环节']").click()
    page.locator("[data-container-id='Event_Start'] .bts-context-pad").first.dispatch_event("click")
    expect(page.locator(".bts-log .bts-text").first).to_be_visible()
    said.extend(page.locator(".bts-log .bts-header, .bts-text").all_inner_texts())
    hear(".bts-palette button, .bts-set-animation-speed button, .bts-context-pad")
    drawing.button("演示走法").click()
    own_names = {"violation", "grounds"}  # data that the case hands on, under their own names
    latin = [words for words in said if words and LATIN.search(words.replace("BPMN", "")) and words.strip("（必填）") not in own_names]
    assert latin == []


# -- the keyboard ------------------------------------------------------------------------------------------------------


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab from the canvas until the palette's entry of that name has the focus."""
    page.locator(".qc-designer-canvas svg[tabindex]").first.focus()
    entry = page.get_by_role("toolbar", name="可以放进图里的图形").get_by_role("button", name=name, exact=True)
    for _ in range(40):
        page.keyboard.press("Tab")
        if entry.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach “{name}”")


def _elements(drawing: Drawing, xml: bytes) -> dict[str, Any]:
    return dict(read_diagram("x.bpmn", xml).processes[drawing.key].elements)


def test_what_is_made_with_the_keyboard_follows_the_selected_step_and_one_undo_takes_it_back(draw: Any) -> None:
    drawing = draw("shandong.acceptance_application")
    page = drawing.page
    before = drawing.stored()
    drawing.select("Task_Apply")
    _tab_to(page, "人工环节")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".djs-direct-editing-content")).to_be_focused()
    page.keyboard.type("核对材料")
    page.keyboard.press("Enter")
    expect(page.locator(".djs-direct-editing-content")).to_have_count(0)
    expect(page.locator(".qc-panel-kind")).to_have_text("人工环节")
    expect(drawing.field("名称")).to_have_value("核对材料")
    expect(page.locator(".qc-designer-canvas svg[tabindex]").first).to_be_focused()
    saved = drawing.saved()
    (made,) = set(_elements(drawing, saved)) - set(_elements(drawing, before))
    flow = etree.fromstring(saved).find(f".//{{*}}sequenceFlow[@targetRef='{made}']")
    assert flow is not None
    assert flow.get("sourceRef") == "Task_Apply"
    drawing.button("撤销").click()  # the name
    drawing.button("撤销").click()  # the step and the flow to it
    expect(page.locator(f"[data-element-id='{made}']")).to_have_count(0)
    expect(page.locator(f"[data-element-id='{flow.get('id')}']")).to_have_count(0)


def test_where_nothing_can_be_followed_what_is_made_with_the_keyboard_comes_into_view(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page = drawing.page
    before = drawing.stored()
    for name, kind in (("子流程", "子流程"), ("分组框", "分组"), ("开始", "开始")):
        _tab_to(page, name)
        page.keyboard.press("Space")
        expect(page.locator(".qc-panel-kind")).to_have_text(kind)
        page.keyboard.press("Escape")
        shape = page.locator(".djs-element.selected").first
        assert shape.evaluate("one => { const r = one.getBoundingClientRect(); return r.left >= 0 && r.bottom <= innerHeight; }")
    made = set(_elements(drawing, drawing.saved())) - set(_elements(drawing, before))
    assert len(made) == 3, "the sub-process with its start, and one more start"


def test_a_shared_sub_process_and_the_tools_are_reached_with_the_keyboard(draw: Any) -> None:
    drawing = draw("shandong.acceptance_application")
    page = drawing.page
    drawing.select("Task_Apply")
    _tab_to(page, "共用流程：逐级上报、公示、专家评审……")
    page.keyboard.press("Enter")
    page.locator(".djs-popup input").fill("抽取")
    expect(page.locator(".djs-popup .entry")).to_have_count(2)  # also where they come without the keyboard, as from a Chinese input method
    page.keyboard.press("Enter")
    expect(page.locator(".qc-panel-kind")).to_have_text("调用流程")
    process = etree.fromstring(drawing.saved())
    (call,) = process.iterfind(".//{*}callActivity[@calledElement='common.expert_draw']")
    assert process.find(f".//{{*}}sequenceFlow[@sourceRef='Task_Apply'][@targetRef='{call.get('id')}']") is not None
    _tab_to(page, "移动画布")
    page.keyboard.press("Space")
    expect(page.locator(".djs-palette .highlighted-entry")).to_have_attribute("data-action", "hand-tool")
    page.keyboard.press("Escape")
    expect(page.locator(".djs-palette .highlighted-entry")).to_have_count(0)


# -- what is wrong -----------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_said_while_one_edits_and_keeps_the_design_open(draw: Any) -> None:
    drawing = draw("shandong.execution")
    page = drawing.page
    summary = page.locator(".qc-problems-summary")
    expect(summary).to_contain_text("检查通过")
    drawing.select("Task_OutcomeReported")
    drawing.field("算式").fill('__import__("os").system("true")')
    expect(summary).to_contain_text("处需要修改")
    expect(page.locator(".qc-problem-mark.is-error")).to_have_count(1)
    expect(page.locator(".qc-panel-problems")).to_be_visible()
    page.locator(".qc-designer-bar").get_by_role("button", name="定稿").click()
    expect(page.locator(".qc-designer-state")).to_contain_text("不能定稿")
    drawing.select("Task_ApplyExtension")
    page.locator(".qc-problem-jump").first.click()
    expect(page.locator(".selected[data-element-id='Task_OutcomeReported']")).to_be_attached()
    drawing.field("算式").fill('audit_outcome = "reported"')
    expect(summary).to_contain_text("检查通过")
    expect(page.locator(".qc-problem-mark")).to_have_count(0)
    found = Axe().run(page)
    serious = [(v["id"], v["nodes"][0]["target"]) for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []


def test_what_is_changed_while_the_design_is_being_finished_is_not_left_out_of_it(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page = drawing.page
    walks: list[Route] = []
    finished: list[str] = []
    page.route("**/trial/kept", lambda route: walks.append(route))
    page.on("request", lambda request: finished.append(request.url) if request.url.endswith("/finish") else None)
    with page.expect_request("**/trial/kept"):
        drawing.button("定稿").click()
    drawing.button("定稿").click()
    drawing.select("Task_OpinionEnvironment")
    drawing.field("名称").fill("环保部门审查")
    expect(page.locator("[data-element-id='Task_OpinionEnvironment']", has_text="环保部门审查")).to_be_visible()
    for walk in walks:
        walk.continue_()
    expect(page.locator(".qc-designer-state")).to_contain_text("又有修改")
    assert len(walks) == 1, "the second click does not begin it again"
    assert finished == []


def test_source_that_cannot_be_read_stays_text_with_the_line_that_is_wrong(draw: Any) -> None:
    drawing = draw("shandong.extension")
    before = drawing.stored()
    page = drawing.page
    drawing.button("源码").click()
    area = page.get_by_label("流程图源码")
    text = area.input_value()
    area.fill(text.replace("</bpmn:process>", "", 1))
    drawing.button("源码").click()
    expect(page.locator(".qc-source-problem")).to_contain_text("不是格式正确的 XML")
    expect(page.locator(".qc-designer-state")).to_contain_text("改好之前不保存")
    assert drawing.stored() == before
    area.fill(text.replace('name="延期申请"', 'name="延期的申请"'))
    drawing.button("源码").click()
    expect(page.locator(".djs-shape").first).to_be_visible()
    assert "延期的申请".encode() in drawing.saved()


# -- nothing is lost ---------------------------------------------------------------------------------------------------


def test_an_export_holds_what_stands_in_the_source(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page = drawing.page
    drawing.button("源码").click()
    area = page.get_by_label("流程图源码")
    area.fill(area.input_value().replace('name="延期申请"', 'name="延期的申请"'))
    with page.expect_download() as download:
        drawing.button("导出").click()
        page.get_by_role("button", name="BPMN", exact=True).click()
    assert "延期的申请" in Path(download.value.path()).read_text()
    drawing.button("导出").click()
    page.get_by_role("button", name="SVG", exact=True).click()
    expect(page.locator(".qc-designer-state")).to_contain_text("回到流程图")


def _rename(drawing: Drawing, name: str) -> None:
    drawing.field("名称").fill(name)
    expect(drawing.page.locator(".qc-designer-state")).not_to_contain_text("保存于")


def test_a_lost_connection_and_a_closed_browser_lose_nothing(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page, state = drawing.page, drawing.page.locator(".qc-designer-state")
    page.route("**/content", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    _rename(drawing, "断网时改的名称")
    expect(state).to_contain_text("网络不通")
    drawing.open()
    expect(state).to_contain_text(re.compile("找回|网络不通"))
    expect(drawing.field("名称")).to_have_value("断网时改的名称")
    page.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    assert "断网时改的名称".encode() in drawing.saved()


def test_a_session_that_ends_in_the_middle_loses_nothing(draw: Any) -> None:
    drawing = draw("shandong.extension")
    page, state = drawing.page, drawing.page.locator(".qc-designer-state")
    expect(page.locator(".qc-problems-summary")).to_contain_text("检查通过")  # no answer is on its way with a new cookie
    page.context.clear_cookies()
    _rename(drawing, "登录过期时改的名称")
    expect(state).to_contain_text("在另一个窗口重新登录")
    other = page.context.new_page()
    drawing.office.sign_in(other, "admin")
    other.close()
    page.evaluate("dispatchEvent(new Event('online'))")
    assert "登录过期时改的名称".encode() in drawing.saved()


def _saved_by_another(drawing: Drawing, change: Any) -> None:
    world = drawing.office.world
    with world.transaction() as session:
        design = session.get_one(Design, drawing.design_id)
        principal = world.principal(session, "admin")
        designs.save(session, principal, design.id, design.revision, change(drawing.files()))


MAIN = "processes/shandong/extension.bpmn"


def test_two_people_who_changed_the_same_drawing_see_what_each_changed(draw: Any) -> None:
    drawing = draw("shandong.extension")
    theirs = 'name="市环保局上报"', 'name="市局转报"'
    _saved_by_another(drawing, lambda files: {MAIN: files[MAIN].replace(theirs[0].encode(), theirs[1].encode())})
    _rename(drawing, "我改的名称")
    asked = drawing.page.get_by_role("alertdialog")
    expect(asked).to_be_visible()
    expect(asked).to_contain_text("延期申请 → 我改的名称")
    expect(asked).to_contain_text("市环保局上报 → 市局转报")
    expect(asked).to_be_focused()
    drawing.page.keyboard.press("Space")  # of somebody who is still typing: chooses nothing
    asked.get_by_role("button", name=re.compile("为准，放下我的修改")).click()
    expect(drawing.field("名称")).to_have_value("延期申请")
    expect(drawing.field("名称")).to_be_focused()
    expect(drawing.page.locator(".djs-visual", has_text="市局转报").first).to_be_visible()
    assert theirs[1].encode() in drawing.stored()


def test_people_who_changed_different_files_both_keep_their_work(draw: Any) -> None:
    drawing = draw("shandong.extension")
    _saved_by_another(drawing, lambda _files: {"forms/shandong/another.json": b'{"title": "x"}'})
    _rename(drawing, "我改的名称")
    assert "我改的名称".encode() in drawing.saved()
    assert "forms/shandong/another.json" in drawing.files()


# -- files of elsewhere ------------------------------------------------------------------------------------------------


def test_a_drawing_of_another_tool_opens_and_says_what_keeps_it_from_running(office: Office) -> None:
    page = office.person("admin").open("/admin/designer/")
    page.get_by_label("流程图文件").set_input_files(ROOT / "tests/engine/foreign/signavio.bpmn")
    page.locator("#open-title").fill("外来的流程")
    page.locator("#open-name").fill("foreign_drawing")
    page.get_by_role("button", name="打开", exact=True).click()
    expect(page.locator(".djs-shape").first).to_be_visible()
    expect(page.locator(".qc-problem-mark.is-error").first).to_be_visible()
    expect(page.locator(".qc-problems-summary")).to_contain_text("处需要修改")
    expect(page.locator(".qc-problem-jump").first).to_be_visible()
    office.check()


def test_a_hostile_file_is_refused_with_its_reason(office: Office, tmp_path: Path) -> None:
    hostile = tmp_path / "bomb.bpmn"
    hostile.write_text('<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>')
    page = office.person("admin").open("/admin/designer/")
    page.get_by_label("流程图文件").set_input_files(hostile)
    page.get_by_role("button", name="打开", exact=True).click()
    expect(page.get_by_role("heading", name="文件打不开")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("DTD")
    office.check()


# -- speed -------------------------------------------------------------------------------------------------------------

SLOW_MACHINE = 4  # how much slower a busy machine may be


def test_the_largest_diagram_is_there_at_once_and_moves_without_lag(draw: Any) -> None:
    drawing = draw("shandong.execution")
    drawing.open()  # once the server has read the library
    opened = "performance.getEntriesByName('drawn')[0].startTime - performance.getEntriesByType('navigation')[0].loadEventEnd"
    assert drawing.page.evaluate(opened) < 1000 * SLOW_MACHINE
    drawing.page.evaluate(
        "() => { window.longest = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())"
        " window.longest = Math.max(window.longest, one.duration); }).observe({ entryTypes: ['longtask'] }); }"
    )
    drawing.select("Task_ApplyExtension")
    drawing.page.locator(".djs-container > svg").first.focus()
    for _ in range(8):
        drawing.page.keyboard.press("ArrowDown")
    drawing.saved()
    assert drawing.page.evaluate("window.longest") < 150 * SLOW_MACHINE
