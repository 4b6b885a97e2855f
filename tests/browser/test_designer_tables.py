"""Decision tables in the designer, with a real browser: changed, found wrong at their place, held to test rows, never lost."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from app.cases import designs
from app.model import Design
from tests.browser.people import Office

pytestmark = pytest.mark.browser

KEY = "beijing.fund_audit_fee"
TABLE = "processes/beijing/fund.dmn"
ROWS = "checks/beijing/fund.rows.json"
PASTE = """(input, text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def design(office: Office) -> Iterator[int]:
    """A fresh design of Beijing's audit fee."""
    with office.world.transaction() as session:
        admin = office.world.principal(session, "admin")
        made = designs.begin(session, admin, KEY, 1).id
    yield made
    with office.world.transaction() as session:
        designs.discard(session, office.world.principal(session, "admin"), made, "测试完毕，不再需要")


def opened(office: Office, design: int) -> Page:
    page = office.person("admin").open(f"/admin/designer/{design}/tables")
    expect(page.locator(".qc-trials-summary")).to_have_text(re.compile("全部通过"))
    return page


def held(office: Office, design: int) -> dict[str, bytes]:
    with office.world.session() as session:
        found = session.get_one(Design, design)
        return designs.files_of(session, designs.latest(session, found))


def save(office: Office, design: int, changes: dict[str, bytes]) -> None:
    """Somebody else saves, on top of what is there."""
    with office.world.transaction() as session:
        revision = session.get_one(Design, design).revision
        designs.save(session, office.world.principal(session, "admin"), design, revision, {**changes})


def cell(page: Page, element: str) -> Locator:
    return page.locator(f'[data-element-id="{element}"] [contenteditable]')


def write(page: Page, element: str, text: str) -> None:
    cell(page, element).click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def saved(page: Page) -> None:
    expect(page.locator(".qc-designer-state")).to_have_text(re.compile("^已保存"))


def test_the_page_speaks_chinese_and_is_in_order_for_screen_readers(office: Office, design: int) -> None:
    page = opened(office, design)
    page.locator("td.input-cell").first.click()
    page.locator(".simple-mode-button").click()
    words = [page.locator(".qc-tables").inner_text()]
    page.keyboard.press("Escape")
    page.locator("th.input-cell").first.dblclick()
    words.append(page.locator(".context-menu").inner_text())
    page.keyboard.press("Escape")
    page.locator("td.output-cell").first.click(button="right")
    words.append(page.locator(".context-menu").inner_text())
    page.keyboard.press("Escape")
    names = page.evaluate(
        "[...document.querySelectorAll('.qc-tables [title], .qc-tables [aria-label], .qc-tables [placeholder]')]"
        ".flatMap((e) => ['title', 'aria-label', 'placeholder'].map((n) => e.getAttribute(n))).filter((w) => w && !/bpmn.io/.test(w))"
    )
    english = [line for line in [*"\n".join(words).splitlines(), *names] if re.fullmatch(r"[A-Z][a-z]+( [a-z]+)*", line.strip())]
    assert english == []
    expect(page.locator(".qc-tables-about")).to_have_text("由“计算和拨付补助”的“计算补助额”使用。")
    findings = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in findings] == []
    office.check()


def test_a_wrong_cell_is_marked_where_it_stands_and_a_changed_figure_fails_its_test_rows(office: Office, design: int) -> None:
    page = opened(office, design)
    write(page, "beijing_audit_fee_r3_out1", "import os")
    problem = page.locator(".qc-findings-list button")
    expect(problem).to_have_text(re.compile("第 3 行"))
    expect(page.locator(".qc-trials-summary")).to_have_text(re.compile("还没有核对"))
    shadow = "getComputedStyle(document.querySelector('[data-element-id=\"beijing_audit_fee_r3_out1\"]')).boxShadow"
    assert "rgb(180, 35, 24)" in page.evaluate(shadow)
    page.locator(".qc-trials input").first.click()
    problem.click()
    expect(cell(page, "beijing_audit_fee_r3_out1")).to_be_focused()

    write(page, "beijing_audit_fee_r3_out1", "120000")
    expect(page.locator(".qc-findings-summary")).to_have_text(re.compile("没有写错的格"))
    expect(page.locator(".qc-trials-summary")).to_have_text("■ 9 个测试行，2 个不通过")
    failing = page.locator(".qc-trials tbody tr").nth(8)
    expect(failing).to_contain_text("■ 不通过，适用第 3 行")
    expect(failing).to_contain_text("实得 120000")
    amount = failing.get_by_label("应得结果：补助额（元）")
    amount.focus()
    assert "▶" in page.evaluate(
        "getComputedStyle(document.querySelector('td.rule-index[data-row-id=beijing_audit_fee_r3]'), '::before').content"
    )
    amount.fill("120,000")
    page.locator(".qc-trials tbody tr").nth(7).get_by_label("应得结果：补助额（元）").fill("120000")
    expect(page.locator(".qc-trials-summary")).to_have_text("● 9 个测试行全部通过")
    saved(page)
    files = held(office, design)
    assert b"<text>120000</text>" in files[TABLE]
    assert [row["expected"] for row in json.loads(files[ROWS])["decisions"]["beijing_audit_fee"]][7:] == [{"subsidy_amount": 120000}] * 2
    office.check()


def test_a_gap_is_told_and_a_row_is_undone(office: Office, design: int) -> None:
    page = opened(office, design)
    write(page, "beijing_audit_fee_r1_in1", "[0..40000]")
    expect(page.locator(".qc-findings-list")).to_contain_text("没有一行适用于 审核认定的实际发生额（元） = 45000")
    write(page, "beijing_audit_fee_r1_in1", "[0..60000]")
    expect(page.locator(".qc-findings-list")).to_contain_text("第 1、2 行同时适用于")
    page.locator("button.dmn-icon-plus.action-icon").last.click()
    expect(page.locator("td.rule-index")).to_have_count(4)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("td.rule-index")).to_have_count(3)
    office.check()


def test_rows_come_from_excel_and_from_the_keyboard(office: Office, design: int) -> None:
    page = opened(office, design)
    page.get_by_role("button", name="固定资产投资项目补助上限").click()
    expect(page.locator(".qc-trials-summary")).to_have_text("● 5 个测试行全部通过")
    page.locator(".qc-trials tbody tr").last.locator("input").first.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".qc-trials tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.last.locator("input").first).to_be_focused()
    page.evaluate(f"({PASTE})(document.activeElement, '粘贴甲\\t否\\t2,000,000\\t600000\\n粘贴乙\\t是\\t5\\t空\\n')")
    expect(rows).to_have_count(7)
    expect(page.locator(".qc-trials-summary")).to_have_text("● 7 个测试行全部通过")
    page.get_by_role("button", name="删去测试行 7").press("Enter")
    expect(rows).to_have_count(6)
    saved(page)
    kept = json.loads(held(office, design)[ROWS])["decisions"]["beijing_fixed_asset"][-1]
    assert kept == {
        "title": "粘贴甲", "given": {"key_project": False, "fixed_asset_investment": 2000000}, "expected": {"subsidy_cap": 600000}
    }  # fmt: skip
    office.check()


def test_a_new_table_is_made_from_a_small_form(office: Office, design: int) -> None:
    page = opened(office, design)
    page.get_by_role("button", name="新建决策表").click()
    page.get_by_label("决策表名称").fill("合格分数")
    page.get_by_label("标识（小写字母、数字、下划线）").fill("fund")
    page.get_by_label("输入列名称").fill("得分")
    page.get_by_label("取自（表单字段的变量名）").fill("score")
    page.get_by_label("输出列名称").fill("结论")
    page.get_by_label("得出的变量名").fill("verdict")
    page.locator("#new-output_type").select_option("string")
    page.get_by_role("button", name="建立").click()
    expect(page.locator("#new-name-said")).to_have_text("已经有标识为“fund”的决策表")
    page.get_by_label("标识（小写字母、数字、下划线）").fill("marks")
    page.get_by_role("button", name="建立").click()
    expect(page.locator(".decision-table-name")).to_have_text("合格分数")
    expect(page.locator(".qc-tables-about")).to_contain_text("还没有环节使用")
    write(page, "beijing_marks_r1_in1", ">= 80")
    write(page, "beijing_marks_r1_out1", '"qualified"')
    page.get_by_role("button", name="增加测试行").click()
    page.get_by_label("给定值：得分").fill("80")
    page.get_by_label("应得结果：结论").fill("qualified")
    expect(page.locator(".qc-trials-summary")).to_have_text("● 1 个测试行全部通过")
    saved(page)
    assert {"processes/beijing/marks.dmn", "checks/beijing/marks.rows.json"} <= set(held(office, design))
    office.check()


def test_a_hostile_table_is_refused_with_a_reason_and_stays_as_it_is(office: Office, design: int) -> None:
    hostile = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>'
    save(office, design, {"processes/beijing/bad.dmn": hostile})
    page = office.person("admin").open(f"/admin/designer/{design}/tables?file=processes/beijing/bad.dmn")
    expect(page.get_by_role("alert")).to_contain_text("含有 DTD 声明，出于安全不予读取")
    page.get_by_role("button", name="审核费用补助额").click()
    expect(page.locator(".qc-trials-summary")).to_have_text(re.compile("全部通过"))
    write(page, "beijing_audit_fee_r1_in1", "[0..50000]")
    assert held(office, design)["processes/beijing/bad.dmn"] == hostile
    office.check()


OTHER = "processes/beijing/marks.dmn"
MARKS = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="分数" namespace="n"><decision id="marks" name="合格分数">'
    '<decisionTable id="t"><input id="a" label="得分"><inputExpression id="ae" typeRef="number"><text>score</text></inputExpression></input>'
    '<output id="c" name="verdict" label="结论" typeRef="number"/>'
    '<rule id="r"><inputEntry id="i"><text>&gt;= 80</text></inputEntry><outputEntry id="o"><text>1</text></outputEntry></rule>'
    "</decisionTable></decision></definitions>"
).encode()


def test_a_table_that_cannot_be_fetched_leaves_the_shown_one_and_its_changes_where_they_belong(office: Office, design: int) -> None:
    save(office, design, {OTHER: MARKS})
    page = opened(office, design)
    page.get_by_role("button", name="审核费用补助额").click()
    page.route("**/tables/evaluate", lambda route: route.abort())
    page.get_by_role("button", name="合格分数").click()
    expect(page.locator(".qc-designer-state")).to_contain_text("网络不通")
    page.unroute("**/tables/evaluate")
    write(page, "beijing_audit_fee_r3_out1", "120000")
    saved(page)
    files = held(office, design)
    assert files[OTHER] == MARKS
    assert b"<text>120000</text>" in files[TABLE]
    page.get_by_role("button", name="合格分数").click()
    expect(page.locator(".decision-table-name")).to_have_text("合格分数")


def test_of_two_tables_chosen_in_a_row_the_later_one_is_shown_and_changed(office: Office, design: int) -> None:
    save(office, design, {OTHER: MARKS})
    page = opened(office, design)
    waiting: list[Route] = []
    page.route("**/tables/evaluate", lambda route: waiting.append(route) if OTHER in (route.request.post_data or "") else route.continue_())
    with page.expect_request(lambda request: OTHER in (request.post_data or "")):
        page.get_by_role("button", name="合格分数").click()
    with page.expect_response("**/tables/evaluate"):
        page.get_by_role("button", name="审核费用补助额").click()
    with page.expect_response("**/tables/evaluate"):
        waiting[0].continue_()
    expect(page.locator(".decision-table-name")).to_have_text("审核费用补助额")
    write(page, "beijing_audit_fee_r3_out1", "120000")
    saved(page)
    files = held(office, design)
    assert files[OTHER] == MARKS
    assert b"<text>120000</text>" in files[TABLE]
    office.check()


def test_what_somebody_else_saved_is_joined_with_ones_own(office: Office, design: int) -> None:
    page = opened(office, design)
    rows = held(office, design)[ROWS]
    save(office, design, {ROWS: rows.replace("一分钱".encode(), "最小的金额".encode())})
    write(page, "beijing_audit_fee_r3_in1", "? > 50000 and 50000 + (? - 50000) * 0.7 > 100000.0")
    expect(page.locator(".qc-designer-state")).to_have_text(re.compile("已并入|已保存"))
    expect(page.locator(".qc-trials input").first).to_have_value("最小的金额")
    expect(cell(page, "beijing_audit_fee_r3_in1")).to_contain_text("100000.0")
    saved(page)
    assert b"100000.0" in held(office, design)[TABLE]
    assert "最小的金额".encode() in held(office, design)[ROWS]
    office.check()


def test_a_table_of_200_rows_stays_usable(office: Office, design: int) -> None:
    def text(tag: str, value: str, identity: str) -> str:
        return f'<{tag} id="{identity}"><text>{value}</text></{tag}>'

    rules = "".join(
        f'<rule id="r{n}">{text("inputEntry", f"[{n * 10}..{n * 10 + 10}[", f"i{n}")}{text("inputEntry", "-", f"j{n}")}'
        f"{text('outputEntry', f'fee * {n}', f'o{n}')}</rule>"
        for n in range(200)
    )
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="大表" namespace="n"><decision id="large" name="大表">'
        '<decisionTable id="t"><input id="a" label="金额"><inputExpression id="ae" typeRef="number"><text>fee</text></inputExpression></input>'
        '<input id="b" label="类别"><inputExpression id="be" typeRef="string"><text>kind</text></inputExpression></input>'
        f'<output id="c" name="grant" label="补助" typeRef="number"/>{rules}</decisionTable></decision></definitions>'
    )
    trials = [{"title": f"第 {n} 行", "given": {"fee": n * 10, "kind": "x"}, "expected": {"grant": n * 10 * n}} for n in range(200)]
    save(
        office,
        design,
        {
            "processes/beijing/large.dmn": table.encode(),
            "checks/beijing/large.rows.json": json.dumps({"decisions": {"large": trials}}).encode(),
        },
    )
    began = time.monotonic()
    page = office.person("admin").open(f"/admin/designer/{design}/tables?file=processes/beijing/large.dmn")
    expect(page.locator(".qc-trials-summary")).to_have_text("● 200 个测试行全部通过")
    assert time.monotonic() - began < 10
    cell(page, "o150").scroll_into_view_if_needed()
    write(page, "o150", "0")
    began = time.monotonic()
    expect(page.locator(".qc-trials-summary")).to_have_text("■ 200 个测试行，1 个不通过")
    assert time.monotonic() - began < 5
    office.check()
