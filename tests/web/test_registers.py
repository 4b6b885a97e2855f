"""The pages of registers: who finds what, the steps of an act, and what everybody sees without signing in."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app.law.registers import Act
from app.model import Case, CaseParty, DrawMember, ExpertDraw, Organisation, OrganisationKind, RegisterEntry, Standing
from app.services import experts
from app.services.register_book import Hand
from tests.support.registers import (
    ABLE,
    BEIJING,
    CONSULTANTS,
    EXPERTS,
    GUANGDONG,
    SHANDONG,
    TIANJIN,
    client,
    do,
    entry_of,
    expert,
    listed,
    offices,
    proposals_of,
    result,
    without_procedures,
)
from tests.support.statements import counted
from tests.support.world import World, uscc_of
from tests.web.desk_support import Desk, desk

__all__ = ["desk"]


@pytest.fixture(autouse=True)
def keepers(world: World) -> None:
    for region in (BEIJING, TIANJIN, GUANGDONG, SHANDONG):
        offices(world, region)
    without_procedures(world, "beijing")


def consultant(world: World, name: str = "甲咨询", region: str = BEIJING) -> int:
    with world.transaction() as session:
        made = Organisation(kind=OrganisationKind.CONSULTANT, name=name, region_code=region)
        session.add(made)
        world.add_user(session, name, made)
        return made.id


def test_an_office_finds_its_registers_and_opens_those_it_keeps(world: World, desk: Desk) -> None:
    province = desk("province-coord")
    page = province.get("/registers").text
    assert "还没有建立名录" in page
    answer = province.post("/registers/open", data={"law": EXPERTS[SHANDONG]}, follow_redirects=True)
    assert "山东省清洁生产专家库" in answer.text
    assert desk("county-env").post("/registers/open", data={"law": CONSULTANTS[SHANDONG]}).status_code == 403


@pytest.mark.parametrize("who", ["security", "auditor", "enterprise:甲厂"])
def test_registers_are_not_for_those_they_do_not_concern(world: World, desk: Desk, who: str) -> None:
    world.publish(["甲厂"])
    assert desk(who).get("/registers").status_code == 404


def test_a_county_sees_the_public_part_of_the_provinces_list_and_no_entry_whole(world: World, desk: Desk) -> None:
    entry = listed(world, SHANDONG, facts={})
    register = entry_of(world, entry).register_id
    page = desk("county-coord").get(f"/registers/{register}").text
    assert "甲咨询" in page
    assert f"/registers/entries/{entry}" not in page
    assert desk("county-coord").get(f"/registers/entries/{entry}").status_code == 404
    assert desk("county-coord").get(f"/registers/{register}/export.xlsx").status_code == 404
    assert desk("province-env").get(f"/registers/entries/{entry}").status_code == 200


def test_an_application_is_typed_checked_corrected_judged_and_admitted(world: World, desk: Desk) -> None:
    clerk = desk(f"{BEIJING}-coordinator")
    clerk.post("/registers/open", data={"law": CONSULTANTS[BEIJING]})
    bad = clerk.post("/registers/1/apply", data={"name": "甲咨询", "uscc": "1", "senior_titles": "x"})
    assert bad.status_code == 422
    assert "统一社会信用代码应为 18 位" in bad.text
    assert "高级职称审核人员应填写整数" in bad.text
    values = {"name": "甲咨询", "uscc": uscc_of("甲咨询"), **{k: str(v) for k, v in ABLE.items()}, "senior_titles": "1"}
    page = clerk.post("/registers/1/apply", data=values, follow_redirects=True).text
    assert "■ 不符合" in page
    assert "申报 1 名" in page
    page = clerk.post("/registers/entries/1/amend", data={**values, "senior_titles": "2"}, follow_redirects=True).text
    assert "■ 不符合" not in page
    assert clerk.post("/registers/entries/1/acts/admission", data={"confirmed": "1"}).status_code == 409
    clerk.post("/registers/entries/1/judge", data={f"judge-{n}": "yes" for n in (1, 2, 3, 4, 5, 7)})
    confirm = clerk.post("/registers/entries/1/acts/admission", data={"note": "材料齐全"})
    assert "有效期 2 年" in confirm.text
    assert entry_of(world, 1).status == Standing.APPLIED
    clerk.post("/registers/entries/1/acts/admission", data={"note": "材料齐全", "confirmed": "1"})
    assert entry_of(world, 1).status == Standing.LISTED


def test_an_act_asks_for_ground_and_reason_and_says_what_will_happen(world: World, desk: Desk) -> None:
    entry = listed(world, BEIJING)
    clerk, address = desk(f"{BEIJING}-coordinator"), f"/registers/entries/{entry}/acts/cancellation"
    assert "第十一条（三）" in clerk.get(address).text
    assert "请选择文件列举的情形" in clerk.post(address, data={"note": "x"}).text
    assert "请写明事实和理由" in clerk.post(address, data={"ground": "removals.4"}).text
    page = clerk.post(address, data={"ground": "removals.4", "note": "虚假宣传"}).text
    assert "从名录中取消并对外公开" in page
    assert "虚假宣传" in page
    assert entry_of(world, entry).status == Standing.LISTED
    clerk.post(address, data={"ground": "removals.4", "note": "虚假宣传", "confirmed": "1"})
    assert entry_of(world, entry).status == Standing.CANCELLED
    assert "第十一条（三）" in clerk.get(f"/registers/entries/{entry}").text


def test_what_a_place_does_not_know_is_refused_on_the_page_too(world: World, desk: Desk) -> None:
    entry = listed(world, TIANJIN)
    answer = desk(f"{TIANJIN}-association").get(f"/registers/entries/{entry}/acts/removal")
    assert answer.status_code == 400
    assert "没有规定“除名”" in answer.text
    assert "除名" not in desk(f"{TIANJIN}-association").get(f"/registers/entries/{entry}").text


def test_removal_in_guangdong_keeps_what_was_typed_and_says_what_must_come_first(world: World, desk: Desk) -> None:
    entry = listed(world, GUANGDONG)
    data = {"ground": "removals.5", "note": "泄露配方", "confirmed": "1"}
    answer = desk(f"{GUANGDONG}-coordinator").post(f"/registers/entries/{entry}/acts/removal", data=data)
    assert answer.status_code == 409
    assert "拒不改正的才能办理" in answer.text
    assert "泄露配方" in answer.text


def test_a_proposal_shows_what_was_counted_and_can_be_dismissed(world: World, desk: Desk) -> None:
    entry = listed(world, BEIJING)
    for name in ("一厂", "二厂"):
        result(world, client(world, BEIJING, "甲咨询", name), "acceptance_failed")
    clerk = desk(f"{BEIJING}-coordinator")
    for address in (f"/registers/{entry_of(world, entry).register_id}", f"/registers/entries/{entry}"):
        page = clerk.get(address).text
        assert "同一年内验收不通过 2 家企业" in page
        assert "一厂" in page
    [proposal] = proposals_of(world, entry)
    assert "发起办理程序" not in clerk.get(f"/registers/entries/{entry}").text  # no process is deployed for it
    clerk.post(f"/registers/proposals/{proposal.id}/dismiss", data={"reason": "与咨询服务无关"})
    assert "与咨询服务无关" in clerk.get(f"/registers/entries/{entry}").text


def test_a_result_can_be_left_out_of_the_count_with_a_reason(world: World, desk: Desk) -> None:
    entry = listed(world, BEIJING)
    result(world, client(world, BEIJING, "甲咨询", "一厂"), "acceptance_failed")
    clerk = desk(f"{BEIJING}-coordinator")
    clerk.post(f"/registers/entries/{entry}/outcomes/1", data={"counts": "0", "reason": "企业停产"})
    assert "不计入" in clerk.get(f"/registers/entries/{entry}").text
    page = clerk.post(f"/registers/entries/{entry}/outcomes", data={"case": "1", "kind": "late", "on": "2027-01-05"}, follow_redirects=True)
    assert "未按进度完成" in page.text
    assert clerk.post(f"/registers/entries/{entry}/outcomes", data={"case": "1", "kind": "late", "on": ""}).status_code == 400


def test_a_consultant_reports_on_its_own_page(world: World, desk: Desk) -> None:
    entry = listed(world, BEIJING, organisation_id=consultant(world))
    own = desk("甲咨询")
    assert f"/registers/entries/{entry}" in own.get("/registers").text
    late = own.post(
        f"/registers/entries/{entry}/change", data={"occurred_on": "2026-10-01", "address": "海淀区", "note": ""}, follow_redirects=True
    )
    assert "已超过规定的期限" in late.text
    assert own.post(f"/registers/entries/{entry}/change", data={"occurred_on": "", "note": ""}).status_code == 422
    year = own.post(f"/registers/entries/{entry}/report", data={"year": "2026", "note": "完成 12 家"}, follow_redirects=True)
    assert "2026 年度报告已登记" in year.text
    assert own.get(f"/registers/entries/{entry}/acts/cancellation").status_code == 403


def test_due_reviews_are_entered_for_many_at_once(world: World, desk: Desk) -> None:
    first, second = expert(world, BEIJING, "张三", "环保"), expert(world, BEIJING, "李四", "能源")
    register = entry_of(world, first).register_id
    world.clock.to("2029-02-01")
    clerk = desk(f"{BEIJING}-support_body")
    assert "张三" in clerk.get(f"/registers/{register}/reviews").text
    clerk.post(f"/registers/{register}/reviews", data={f"result-{first}": "pass", f"result-{second}": ""})
    page = clerk.get(f"/registers/{register}/reviews").text
    assert "张三" not in page
    assert "李四" in page
    assert desk("province-coord").get(f"/registers/{register}/reviews").status_code == 404


def test_a_list_is_narrowed_and_exported_as_shown(world: World, desk: Desk) -> None:
    for name, specialty in (("张三", "环保"), ("李四", "能源")):
        entry = expert(world, BEIJING, name, specialty)
    register = entry_of(world, entry).register_id
    clerk = desk(f"{BEIJING}-support_body")
    for query, there, gone in (("specialty=环保", "张三", "李四"), ("q=李", "李四", "张三"), ("only=review", "没有符合条件的", "张三")):
        page = clerk.get(f"/registers/{register}?{query}").text
        assert there in page
        assert f">{gone}</a>" not in page
    body = clerk.get(f"/registers/{register}/export.xlsx?specialty=环保").data
    cells = [str(cell.value) for row in load_workbook(io.BytesIO(body)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert "张三" in cells
    assert "李四" not in cells


def test_a_longer_list_asks_the_database_no_more(world: World, desk: Desk, app: Flask) -> None:
    register = entry_of(world, listed(world, BEIJING)).register_id
    clerk = desk(f"{BEIJING}-coordinator")
    addresses = ("/registers", f"/registers/{register}", "/public/registers", f"/public/registers/{register}")
    few = [statements(app, clerk, address) for address in addresses]
    for number in range(12):
        entry = listed(world, BEIJING, f"第{number}咨询")
        result(world, client(world, BEIJING, f"第{number}咨询", f"第{number}厂"), "acceptance_failed")
    assert [statements(app, clerk, address) for address in addresses] == few
    one = statements(app, clerk, f"/registers/entries/{entry}")
    for number in range(5):
        result(world, client(world, BEIJING, "第11咨询", f"又{number}厂"), "acceptance_passed")
    assert statements(app, clerk, f"/registers/entries/{entry}") == one


def statements(app: Flask, browser: Any, address: str) -> int:
    """How many statements a page costs, without what is read now and then: the least of three."""
    costs = []
    for _ in range(3):
        with counted(app.extensions["runtime"].database.engine) as seen:
            assert browser.get(address).status_code == 200
        costs.append(len(seen))
    return min(costs)


# -- experts ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(world: World) -> tuple[int, int]:
    """A case in Beijing that the support body takes part in, with one expert drawn of two. Gives case and member."""
    for name in ("环一", "环二"):
        expert(world, BEIJING, name, "环保")
    case_id = client(world, BEIJING, "甲咨询", "一厂")
    with world.transaction() as session:
        support = session.scalars(select(Organisation.id).where(Organisation.name == f"{BEIJING}support_body")).one()
        session.add(CaseParty(case_id=case_id, organisation_id=support))
        case = session.get_one(Case, case_id)
        register = experts.pool_register(session, case)
        assert register is not None
        made = experts.hold(session, case, register, {"环保": 1}, Hand(organisation_id=support))
        assert not isinstance(made, str)
        return case_id, made.members[0].id


def test_the_record_of_a_draw_shows_pool_and_proof_to_those_who_organise_it(world: World, desk: Desk, drawn: tuple[int, int]) -> None:
    case, _ = drawn
    page = desk(f"{BEIJING}-support_body").get(f"/registers/cases/{case}/experts").text
    assert "环一、环二" in page
    assert "按记录重新计算，结果一致" in page
    with world.transaction() as session:
        session.scalars(select(ExpertDraw)).one().seed = "00" * 32
    assert "结果不一致" in desk(f"{BEIJING}-coordinator").get(f"/registers/cases/{case}/experts").text


def test_the_parties_do_not_see_who_was_drawn(world: World, desk: Desk, drawn: tuple[int, int]) -> None:
    case, member = drawn
    organisation = consultant(world)
    with world.transaction() as session:
        session.add(CaseParty(case_id=case, organisation_id=organisation))
    assert desk("甲咨询").get(f"/registers/cases/{case}/experts").status_code == 404
    assert desk("甲咨询").get(f"/registers/members/{member}/opinion").status_code == 404


def test_one_who_cannot_come_is_replaced_from_the_page(world: World, desk: Desk, drawn: tuple[int, int]) -> None:
    case, member = drawn
    clerk = desk(f"{BEIJING}-support_body")
    page = clerk.post(
        f"/registers/members/{member}/attendance", data={"status": "unavailable", "reason": "出差"}, follow_redirects=True
    ).text
    assert "空出名额：环保 1 名" in page
    page = clerk.post(f"/registers/cases/{case}/redraw", follow_redirects=True).text
    assert "已补抽 1 名专家" in page
    assert "空出名额" not in page


def test_an_expert_gives_a_dissenting_opinion_and_sees_no_one_elses(world: World, desk: Desk, drawn: tuple[int, int]) -> None:
    case, member = drawn
    with world.transaction() as session:
        session.get_one(RegisterEntry, session.get_one(DrawMember, member).entry_id).user_id = world.users["expert"]
    own = desk("expert")
    data: dict[str, Any] = {"opinion": "不宜通过", "agrees": "no", "dissent": ""}
    assert "个人书面意见" in own.post(f"/registers/members/{member}/opinion", data=data).text
    own.post(f"/registers/members/{member}/opinion", data={**data, "dissent": "中高费方案未实施"})
    page = own.get(f"/registers/cases/{case}/experts").text
    assert "▲ 不同意，未签字" in page
    assert "按记录重新计算" not in page


def test_an_expert_may_be_named_with_a_reason(world: World, desk: Desk, drawn: tuple[int, int]) -> None:
    case, member = drawn
    with world.session() as session:
        taken = session.get_one(DrawMember, member).entry_id
        free = session.scalars(select(RegisterEntry.id).where(RegisterEntry.id != taken)).all()[0]
    clerk = desk(f"{BEIJING}-coordinator")
    assert clerk.post(f"/registers/cases/{case}/designate", data={f"expert-{free}": "环保"}).status_code == 400
    page = clerk.post(
        f"/registers/cases/{case}/designate", data={f"expert-{free}": "环保", "reason": "协商确定"}, follow_redirects=True
    ).text
    assert "不经抽取确定" in page


# -- everybody ----------------------------------------------------------------------------------------------------------------


def test_everybody_sees_who_is_listed_with_standing_and_legal_ground(app: Flask, world: World) -> None:
    entry = listed(world, TIANJIN)
    do(world, entry, Act.WARNING, ground="第十四条5", note="某企业配方外泄")
    browser = app.test_client()
    answer = browser.get("/public/registers")
    assert "天津市清洁生产审核咨询服务机构公示名单" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "在册，警告 1 次" in browser.get(f"/public/registers/{entry_of(world, entry).register_id}").text
    page = browser.get(f"/public/registers/entries/{entry}").text
    assert "第十四条5" in page
    assert "某企业配方外泄" not in page


def test_the_public_does_not_see_applications_nor_what_is_kept_within(app: Flask, world: World, desk: Desk) -> None:
    entry = expert(world, TIANJIN, "赵六", "能源", contact_phone="022-1")
    do(world, entry, Act.CRITICISM, ground="第十三条1")
    clerk = desk(f"{TIANJIN}-coordinator")
    register = entry_of(world, entry).register_id
    clerk.post(f"/registers/{register}/apply", data={"name": "钱七", "employer": "某院", "specialties": "环保"})
    browser = app.test_client()
    assert "钱七" not in browser.get(f"/public/registers/{register}").text
    page = browser.get(f"/public/registers/entries/{entry}").text
    assert "通报批评" not in page
    assert "022-1" not in page
    with world.session() as session:
        applied = session.scalars(select(RegisterEntry.id).where(RegisterEntry.name == "钱七")).one()
    assert browser.get(f"/public/registers/entries/{applied}").status_code == 404
    assert browser.get("/public/registers/999").status_code == 404
