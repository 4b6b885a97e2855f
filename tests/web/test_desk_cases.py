"""Case list, case file, live diagram, search, enterprises, and the frame around every page."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from app.cases import case_diagram, case_file, case_search
from app.model import Case, Enterprise
from app.web.desk import readable
from tests.support.world import World, uscc_of
from tests.web.desk_support import Desk, desk

__all__ = ["desk"]

ENTERPRISE = "甲化工厂"
OWNER = f"enterprise:{ENTERPRISE}"


@pytest.fixture
def case(world: World) -> Case:
    """The case of an enterprise that started its audit and then missed the first limit."""
    world.publish(names_env=[ENTERPRISE, "乙化工厂"])
    with world.transaction() as session:
        world.principal(session, OWNER)
    found = world.case_of("shandong.mandatory_audit", ENTERPRISE)
    world.do_step(OWNER, found.id, "execution.s1")
    world.clock.move(days=40)
    world.work()
    return found


def test_the_head_names_case_procedure_stage_and_next_limit(desk: Desk, case: Case) -> None:
    page = desk("county-env").get(f"/cases/{case.id}").text
    facts = (case.number, ENTERPRISE, "强制性清洁生产审核", "第 1 版", "备齐并公开信息")
    for words in (*facts, "2027-02-11（周四）", "■ 逾期", "已逾期 9 天"):
        assert words in page


def test_the_diagram_shows_done_current_and_late_at_every_level(desk: Desk, case: Case) -> None:
    county = desk("county-env")
    top = county.get(f"/cases/{case.id}/diagram.json").get_json()["elements"]
    assert top["Event_Start"]["state"] == "done"
    assert top["Gateway_Obligations"]["state"] == "done"
    assert (top["Activity_Execution"]["state"], top["Activity_Execution"]["calls"]) == ("current", "shandong.execution")
    assert top["Activity_Disclosure"]["state"] == "late"
    assert "Activity_Acceptance" not in top
    inside = county.get(f"/cases/{case.id}/diagram.json?process=shandong.execution").get_json()["elements"]
    started = next(info for info in inside.values() if info["title"] == "确定方式启动审核")
    assert started["state"] == "done"
    assert any("甲化工厂" in line for line in started["lines"])
    assert "第十四条" in started["article"]
    assert county.get(f"/cases/{case.id}/diagram.json?process=no.such").status_code == 404


def test_a_drawing_is_there_for_whoever_sees_a_case_on_it(desk: Desk, case: Case) -> None:
    url = f"/processes/{case.definition_id}/shandong.execution.bpmn"
    drawing = desk("county-env").get(url)
    assert drawing.mimetype == "application/xml"
    assert b'id="shandong.execution"' in drawing.data
    assert desk(OWNER).get(url).status_code == 200
    assert desk("admin").get(url).status_code == 200
    assert desk("county-env2").get(url).status_code == 404


def test_the_case_reads_like_a_file(desk: Desk, case: Case) -> None:
    county = desk("county-env")
    history = county.get(f"/cases/{case.id}?tab=history").text
    assert "立案：强制性清洁生产审核" in history
    assert "办结：确定方式启动审核" in history
    assert "逾期：备齐并公开信息" in history
    assert "启动日期" in county.get(f"/cases/{case.id}?tab=materials").text
    assert "起算：2027-01-11（周一）名单公布" in county.get(f"/cases/{case.id}?tab=limits").text
    assert "强制性清洁生产审核名单公布告知" in county.get(f"/cases/{case.id}?tab=letters").text
    assert "由本案发起" in county.get(f"/cases/{case.id}?tab=related").text


@pytest.mark.parametrize("tab", ["diagram", "history", "materials", "limits", "letters", "related"])
def test_who_has_nothing_to_do_with_a_case_does_not_find_it(desk: Desk, case: Case, tab: str) -> None:
    assert desk("county-env2").get(f"/cases/{case.id}?tab={tab}").status_code == 404
    assert desk(OWNER).get(f"/cases/{case.id}?tab={tab}").status_code == 200


def test_the_list_of_cases_filters_and_downloads_the_same(desk: Desk, case: Case) -> None:
    county = desk("county-env")
    assert case.number in county.get(f"/cases?q={case.number}").text
    assert case.number not in county.get("/cases?process=shandong.penalty").text
    assert "没有符合筛选条件的案件" in county.get("/cases?q=没有这家").text
    sheet = load_workbook(io.BytesIO(county.get("/cases.xlsx?q=甲化工&process=shandong.mandatory_audit").data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == case.number
    assert "备齐并公开信息" in str(rows[1][4])


def test_pages_of_cases_follow_one_another(case: Case, world: World) -> None:
    with world.session() as session:
        me = world.principal(session, "county-env")
        whole, _ = case_search.page(session, me)
        first, below = case_search.page(session, me, size=2)
        second, _ = case_search.page(session, me, size=2, below=below)
    assert [r.case.id for r in (*first, *second)] == [r.case.id for r in whole[:4]]


def test_a_number_or_code_leads_straight_there_and_a_word_to_a_list(desk: Desk, case: Case) -> None:
    county = desk("county-env")
    assert county.get(f"/search?q={case.number.lower()}").location == f"/cases/{case.id}"
    assert county.get(f"/search?q={uscc_of(ENTERPRISE)}").location.startswith("/enterprises/")
    several = county.get("/search?q=化工厂").text
    assert "乙化工厂" in several
    assert case.number in several
    assert "没有找到" in desk("county-env2").get(f"/search?q={case.number}").text
    assert "要找什么" in county.get("/search?q=").text


def test_an_enterprise_s_page_gathers_cases_records_and_lists(desk: Desk, case: Case, world: World) -> None:
    with world.session() as session:
        enterprise = session.get_one(Enterprise, case.enterprise_id)
    county = desk("county-env")
    page = county.get(f"/enterprises/{enterprise.id}").text
    assert case.number in page
    assert "2027年度强制性清洁生产审核企业名单" in page
    assert "第八条（一）项" in page
    assert ENTERPRISE in county.get("/enterprises?q=甲化工").text
    assert desk("county-env2").get(f"/enterprises/{enterprise.id}").status_code == 404


@pytest.mark.parametrize(
    ("username", "shown", "hidden"),
    [
        ("county-env", ["工作台", "案件", "企业"], ["组织机构", "我的事项"]),
        (OWNER, ["案件"], ["工作台", "组织机构"]),
        ("admin", [], ["工作台", "我的事项"]),
    ],
)
def test_everybody_finds_their_own_entries_on_the_left(desk: Desk, case: Case, username: str, shown: list[str], hidden: list[str]) -> None:
    page = desk(username).get("/cases").text
    navigation = page.partition("<nav")[2].partition("</nav>")[0]
    assert all(label in navigation for label in shown)
    assert not any(label in navigation for label in hidden)


def test_an_unknown_address_gives_a_page_with_a_way_home(desk: Desk) -> None:
    answer = desk("county-env").get("/no/such/page")
    assert answer.status_code == 404
    assert "没有找到，或者您无权查看" in answer.text
    assert "回到首页" in answer.text


def test_submitted_data_reads_in_the_words_of_its_form() -> None:
    schema = {
        "properties": {
            "decision": {"title": "结论", "oneOf": [{"const": "pass", "title": "通过"}]},
            "on": {"title": "日期", "format": "date", "type": "string"},
            "rows": {"title": "明细", "type": "array", "items": {"$ref": "#/$defs/row"}},
            "files": {"title": "附件", "type": "array"},
            "empty": {"title": "空"},
        },
        "allOf": [{"then": {"properties": {"reason": {"title": "原因"}}}}],
        "$defs": {"row": {"type": "object", "properties": {"ok": {"title": "达标", "type": "boolean"}, "n": {"title": "数量"}}}},
    }
    data = {
        "on": "2027-02-08", "decision": "pass", "reason": "有误", "empty": "",
        "rows": [{"ok": True, "n": 3.0}], "files": [{"id": 1, "name": "a.pdf", "size": 3}],
    }  # fmt: skip
    fields = {field.title: field for field in readable.fields(schema, {"ui:sections": [{"fields": ["decision", "on", "reason"]}]}, data)}
    assert list(fields) == ["结论", "日期", "原因", "明细", "附件"]
    assert (fields["结论"].text, fields["日期"].text, fields["原因"].text) == ("通过", "2027-02-08（周一）", "有误")
    assert (fields["明细"].head, fields["明细"].rows) == (("达标", "数量"), (("是", "3"),))
    assert fields["附件"].files[0]["name"] == "a.pdf"


def test_a_case_file_reads_the_same_on_both_databases(world: World) -> None:
    case = world.new_roster("county-env")
    world.add_entries("county-env", case.roster_id or 0, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1", opinion="拟列入")
    with world.session() as session:
        me = world.principal(session, "city-env")
        head = case_file.head(session, me, case.id)
        assert [one.task.name for one in head.open_tasks] == ["汇总各县名单并报省"]
        assert any("意见：拟列入" in item.lines for item in case_file.timeline(session, me, case))
        assert case_diagram.diagram_state(session, me, case, case.process_key).elements
        assert [limit.task.name for limit in case_file.time_limits(session, case.id)] == ["汇总各县名单并报省"]
        assert case_file.papers(session, me, case.id) == []
        assert case_search.related(session, me, case) == []
        assert case_file.letters(session, me, case.id) == []
        rows, following = case_search.page(session, me, q="审核名单", region="370100", status="active")
        assert ([row.case.id for row in rows], following) == ([case.id], 0)
        assert case_search.enterprises(session, me, q="甲") == ([], 0)
