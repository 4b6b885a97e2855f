"""The task page and its acts, as the browser calls them."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.cases import task_rows
from app.law import periods
from app.model import Case, Task
from tests.support.world import World
from tests.web.desk_support import Desk, desk

__all__ = ["desk"]

ENTERPRISE = "甲化工厂"
OWNER = f"enterprise:{ENTERPRISE}"


@pytest.fixture
def listed(world: World) -> World:
    world.publish(names_env=[ENTERPRISE, "乙化工厂"])
    with world.transaction() as session:
        world.principal(session, OWNER)
        world.principal(session, "enterprise:乙化工厂")
    return world


@pytest.fixture
def review(world: World) -> tuple[World, Case]:
    """A roster that lies with the city."""
    case = world.new_roster("county-env")
    world.add_entries("county-env", case.roster_id or 0, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1", opinion="请市局审核")
    return world, case


def model_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="form-model">(.*?)</script>', page, re.S)
    assert found, "the page carries no form"
    return json.loads(found[1])


def test_the_page_says_by_when_why_and_what_follows(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    page = desk("city-env").get(f"/tasks/{task.id}").text
    assert "2027-12-31（周五）" in page
    assert "期日：" in page, "the derivation"
    assert "山东省清洁生产审核实施细则 第九条第一款" in page
    assert "请市局审核" in page, "the opinion before"
    assert "退回更正" in page
    assert 'data-consequence="return"' in page
    assert f"/tasks/{task.id}/return" in page
    order = [page.index(words) for words in ("怎么算的", "<h2>依据", "前面的意见", "在流程中的位置", "选择之后")]
    assert order == sorted(order)


def test_submitting_moves_the_case_on_and_leads_back_to_the_list(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    city.get("/desk/?q=甲")
    model = model_of(city.get(f"/tasks/{task.id}").text)
    answer = city.post(model["urls"]["complete"], json={"data": {"decision": "approve"}, "revision": model["revision"]})
    assert answer.status_code == 200
    assert answer.get_json()["next"].startswith("/desk/?q=")
    assert world.step(case.id, ".s4").actor == "province_environment"
    assert "已提交" in city.get("/desk/").text


def test_a_repeated_submission_acts_once_and_gets_the_same_answer(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    request = {"json": {"data": {"decision": "approve"}, "revision": None}, "headers": {"Idempotency-Key": "one"}}
    first, second = (city.post(f"/tasks/{task.id}/complete", **request) for _ in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json) == (200, first.json)
    other = city.post(f"/tasks/{task.id}/complete", json={"data": {"decision": "return"}}, headers={"Idempotency-Key": "one"})
    assert other.status_code == 422


def test_what_is_wrong_is_said_at_its_field(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    answer = desk("city-env").post(f"/tasks/{task.id}/complete", json={"data": {"decision": "return"}})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert {"pointer": "/returned_reason", "message": "请填写“退回原因”"} in answer.get_json()["errors"]
    assert world.step(case.id, ".s3").status == "open"


def test_a_decision_on_an_older_list_is_refused(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    revision = model_of(city.get(f"/tasks/{task.id}").text)["revision"]
    world.add_entries("city-env", case.roster_id or 0, ["又一厂"], ["1"])
    answer = city.post(f"/tasks/{task.id}/complete", json={"data": {"decision": "approve"}, "revision": revision})
    assert answer.status_code == 409
    assert "仍保留在页面上" in answer.get_json()["detail"]


def test_saving_a_draft_does_not_spoil_the_submission(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    model = model_of(city.get(f"/tasks/{task.id}").text)
    saved = city.put(model["urls"]["draft"], json={"data": {"opinion": "草稿"}, "revision": model["draft_revision"]}).get_json()
    again = model_of(city.get(f"/tasks/{task.id}").text)
    assert (again["data"]["opinion"], again["draft_revision"]) == ("草稿", saved["revision"])
    body = {"data": {"decision": "approve", "opinion": "同意"}, "revision": model["revision"]}
    assert city.post(model["urls"]["complete"], json=body).status_code == 200


def test_a_conflicting_draft_shows_the_other_and_overwrites_only_when_told(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    with world.transaction() as session:
        office = world.principal(session, "city-env").organisation
        assert office is not None
        world.add_user(session, "city-env-b", office)
    first, second = desk("city-env"), desk("city-env-b")
    url, start = f"/tasks/{task.id}/draft", 0
    assert first.put(url, json={"data": {"opinion": "甲"}, "revision": start}).status_code == 200
    refused = second.put(url, json={"data": {"opinion": "乙"}, "revision": start})
    assert refused.status_code == 409
    current = refused.get_json()["other"]
    assert (current["data"], current["saved_by"]) == ({"opinion": "甲"}, "city-env")
    overwriting = {"data": {"opinion": "乙"}, "revision": current["revision"], "overwrite": True}
    assert second.put(url, json=overwriting).status_code == 200
    assert model_of(first.get(f"/tasks/{task.id}").text)["data"]["opinion"] == "乙"


def test_looking_takes_a_task_from_nobody_and_others_cannot_act(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    province = desk("province-env")
    page = province.get(f"/tasks/{task.id}").text
    assert "由370100生态环境局办理，您只能查看" in page
    assert "form-model" not in page
    assert province.post(f"/tasks/{task.id}/complete", json={"data": {"decision": "approve"}}).status_code == 403
    assert world.step(case.id, ".s3").assignee_id is None
    assert desk("county-env2").get(f"/tasks/{task.id}").status_code == 404


def test_a_task_is_returned_with_its_reason(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    assert "名单连同退回原因退给下一级" in city.get(f"/tasks/{task.id}/return").text
    assert city.post(f"/tasks/{task.id}/return", data={"reason": " "}).status_code == 400
    city.post(f"/tasks/{task.id}/return", data={"reason": "地址不对"})
    assert "退回原因：地址不对" in desk("county-env").get(f"/tasks/{world.step(case.id, '.s1').id}").text


def test_a_task_without_return_says_what_to_do_instead(desk: Desk, listed: World) -> None:
    task = listed.open_tasks(listed.case_of("shandong.mandatory_audit", ENTERPRISE).id, name="备齐并公开信息")[0]
    owner = desk(OWNER)
    assert "/return" not in owner.get(f"/tasks/{task.id}").text
    assert "没有退回" in owner.post(f"/tasks/{task.id}/return", data={"reason": "不想办"}).text


def test_handing_a_task_on_names_both(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    with world.transaction() as session:
        office = world.principal(session, "city-env").organisation
        assert office is not None
        colleague = world.add_user(session, "city-env-b", office).id
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    assert "city-env-b" in city.get(f"/tasks/{task.id}/transfer").text
    assert "请选择同事" in city.post(f"/tasks/{task.id}/transfer", data={}).text
    city.post(f"/tasks/{task.id}/transfer", data={"to": colleague, "way": "delegate", "reason": "出差"})
    assert "已由city-env-b认领，您只能查看" in city.get(f"/tasks/{task.id}").text
    assert "city-env委派给您办理" in desk("city-env-b").get(f"/tasks/{task.id}").text
    assert desk("city-env-b").post(f"/tasks/{task.id}/complete", json={"data": {"decision": "approve"}}).status_code == 200
    history = city.get(f"/cases/{case.id}?tab=history").text
    assert "受 city-env 委派办理" in history
    assert "交给 city-env-b" in history


def test_claiming_again_gives_the_task_back(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    city = desk("city-env")
    city.post(f"/tasks/{task.id}/claim")
    assert world.step(case.id, ".s3").assignee_id == world.users["city-env"]
    city.post(f"/tasks/{task.id}/claim")
    assert world.step(case.id, ".s3").assignee_id is None


def test_urging_twice_a_day_is_refused_with_a_sentence(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    province = desk("province-env")
    assert "已催办" in province.post(f"/tasks/{task.id}/urge", data={"message": "请抓紧"}, follow_redirects=True).text
    assert "一天之内已经催办过" in province.post(f"/tasks/{task.id}/urge", data={}).text


def test_one_s_own_fresh_submission_can_be_taken_back(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    world.do("city-env", task, decision="approve")
    city = desk("city-env")
    assert "提交作废" in city.get(f"/tasks/{task.id}/withdraw").text
    answer = city.post(f"/tasks/{task.id}/withdraw", follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert world.step(case.id, ".s3").status == "open"


def test_the_clock_is_stopped_resumed_and_extended_with_a_reason(desk: Desk, listed: World) -> None:
    listed.clock.move(days=40)
    listed.work()
    task = listed.open_tasks(listed.case_of("shandong.penalty", ENTERPRISE).id, name="认定违法情形")[0]
    with listed.transaction() as session:
        task_rows.set_deadline(session.get_one(Task, task.id), periods.workdays(20, since=clock.today(), since_label="立案"))
    county, address = desk("county-env"), f"/tasks/{task.id}/clock"
    assert "书面告知" in county.get(f"{address}/stop").text
    assert "请写明" in county.post(f"{address}/stop", data={"ground": "correction", "reason": ""}).text
    county.post(f"{address}/stop", data={"ground": "correction", "reason": "缺公章"})
    page = county.get(f"/tasks/{task.id}").text
    assert "计时暂停" in page
    assert "补正材料" in page
    assert county.post(f"{address}/extend", data={}).status_code == 400
    listed.clock.move(days=10)
    assert "已恢复计时，期限顺延至" in county.post(f"{address}/resume", follow_redirects=True).text
    values = {"value": "10", "unit": "workday", "reason": "案情复杂", "legal_basis": "某办法第十条"}
    assert "期限已延长至" in county.post(f"{address}/extend", data=values, follow_redirects=True).text
    assert "缺公章" in desk(OWNER).get(f"/cases/{task.case_id}?tab=letters").text


def test_a_fixed_day_cannot_be_stopped_and_says_so(desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    task = world.step(case.id, ".s3")
    answer = desk("city-env").post(f"/tasks/{task.id}/clock/stop", data={"ground": "correction", "reason": "缺公章"})
    assert answer.status_code == 400
    assert "固定日期" in answer.text
    assert world.step(case.id, ".s3").clock_stopped is False


def test_enterprises_use_the_same_page_in_their_own_words(desk: Desk, listed: World) -> None:
    case = listed.case_of("shandong.mandatory_audit", ENTERPRISE)
    task = listed.open_tasks(case.id, name="备齐并公开信息")[0]
    page = desk(OWNER).get(f"/tasks/{task.id}").text
    assert "返回我的事项" in page
    assert "认领" not in page
    assert model_of(page)["phrases"] == []
    assert desk("enterprise:乙化工厂").get(f"/tasks/{task.id}").status_code == 404


def test_an_enterprise_does_not_read_what_an_office_writes_in_its_form(desk: Desk, listed: World) -> None:
    case = listed.case_of("shandong.mandatory_audit", ENTERPRISE)
    task = listed.open_tasks(case.id, name="环保部门监督督促")[0]
    listed.do("county-env", task)
    page = desk(OWNER).get(f"/tasks/{task.id}").text
    assert "这一环节由其他单位办理" in page
    assert "填报内容" not in page
    assert "环保部门监督督促" not in desk(OWNER).get(f"/cases/{case.id}?tab=materials").text


def test_files_go_up_and_come_down_under_the_case_s_visibility(desk: Desk, listed: World) -> None:
    owner, other = desk(OWNER), desk("enterprise:乙化工厂")
    sent = owner.post("/files", data={"file": (io.BytesIO(b"%PDF-1.4\n"), "报告.pdf")})
    assert sent.status_code == 201
    got = owner.get(f"/files/{sent.get_json()['id']}")
    assert got.data == b"%PDF-1.4\n"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert other.get(f"/files/{sent.get_json()['id']}").status_code == 404
    disguised = owner.post("/files", data={"file": (io.BytesIO(b"MZ\x90"), "报告.pdf")})
    assert disguised.status_code == 422
    assert "改过扩展名" in disguised.get_json()["detail"]


def test_forms_without_the_token_of_the_page_are_refused(app: Flask, desk: Desk, review: tuple[World, Case]) -> None:
    world, case = review
    city = desk("city-env")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = city.post(f"/tasks/{world.step(case.id, '.s3').id}/complete", json={"data": {"decision": "approve"}})
    assert answer.status_code == 400
    assert "安全凭据" in answer.get_json()["detail"]
