"""The pages about incidents: what the clerk sees, what the administrator decides, and that a repeated or late act is answered plainly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases import advancing
from app.jobs import deliveries
from app.model import CaseState, CaseStatus, Event, IncidentRun, IncidentStatus, OutboxMessage, Task, TaskStatus
from app.services import outbox
from tests.cases.incident_support import BROKEN, KEY, Trouble, office, row
from tests.cases.test_suspended_time import suspended, watched
from tests.support.diagrams import call, script
from tests.support.world import World
from tests.web.api_support import Caller
from tests.web.portal_support import client_of


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    return client_of(app, world, "admin")


def incident_page(trouble: Trouble, case_id: int, tail: str = "") -> str:
    return f"/admin/incidents/{trouble.incident(case_id).id}{tail}"


def clean(text: str) -> str:
    return re.sub(r"\s+", "", text)


# -- the clerk ----------------------------------------------------------------------------------------------------------


def test_a_clerk_whose_submission_failed_behind_them_is_told_that_it_is_received(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(BROKEN)
    case_id = trouble.start()
    task, clerk = trouble.task(case_id, "A"), client_of(app, trouble.world, "county-env")
    answer = clerk.post(f"/tasks/{task.id}/complete", json={"data": {"opinion": "同意上报"}, "revision": task.revision})
    assert (answer.status_code, answer.get_json()) == (202, {"next": f"/tasks/{task.id}"})
    page = clerk.get(f"/tasks/{task.id}").text
    assert "已收到您的办理，流程在后面的环节“算B”遇到故障，管理员处理后自动继续，无需重新提交。" in page
    assert "同意上报" in page
    assert 'id="task-form"' not in page
    assert "系统故障处理中" in clerk.get("/desk/").text


def test_a_second_click_is_answered_the_same_and_nothing_is_kept_twice(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(BROKEN)
    case_id = trouble.start()
    task, clerk = trouble.task(case_id, "A"), client_of(app, trouble.world, "county-env")
    sent: dict[str, Any] = {"json": {"data": {}}, "headers": {"Idempotency-Key": "one"}}
    answers = [clerk.post(f"/tasks/{task.id}/complete", **sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(trouble.unresolved()) == len(trouble.events(case_id, "incident")) == 1


def test_others_with_tasks_in_the_case_are_told_to_wait(app: Flask, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    page = client_of(app, trouble.world, "city-env").get(f"/tasks/{trouble.task(case_id, 'A').id}").text
    assert "这个案件因系统故障挂起，管理员处理后可以继续办理" in page
    assert "已收到您的办理" not in page


def test_a_return_that_fails_is_kept_as_well(app: Flask, trouble: Trouble) -> None:
    form = {
        "type": "object", "required": ["decision"],
        "properties": {"decision": {"enum": ["approve", "return"]}, "opinion": {"type": "string"}},
    }  # fmt: skip
    trouble.deploy(row(office("A", formJsonSchemaFilename="f.json"), script("B", "x = missing")), forms={"f.json": form})
    case_id = trouble.start()
    task, clerk = trouble.task(case_id, "A"), client_of(app, trouble.world, "county-env")
    answer = clerk.post(f"/tasks/{task.id}/return", data={"reason": "材料不齐全"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/tasks/{task.id}")
    assert trouble.incident(case_id).pending["submitted"] == {"decision": "return", "opinion": "材料不齐全"}


def test_a_form_that_cannot_be_shown_is_reported_by_its_first_reader(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(row(office("A")))
    case_id = trouble.start()
    with trouble.world.transaction() as session:
        session.get_one(Task, trouble.task(case_id, "A").id).form = "gone.json"
    clerk, task_id = client_of(app, trouble.world, "county-env"), trouble.task(case_id, "A").id
    page = clerk.get(f"/tasks/{task_id}", follow_redirects=True)
    assert page.status_code == 200
    assert "这项任务的表单出了故障，已报告管理员" in page.text
    assert (trouble.incident(case_id).element_id, trouble.incident(case_id).pending["act"]) == ("A", "form")
    clerk.get(f"/tasks/{task_id}")
    assert len(trouble.events(case_id, "incident")) == 1


def test_one_broken_form_leaves_lists_and_the_case_standing(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(row(office("A"), office("C")))
    case_id = trouble.start()
    trouble.do(case_id, "A")
    with trouble.world.transaction() as session:
        for task in session.scalars(select(Task).where(Task.case_id == case_id)):
            task.form = "gone.json"
    clerk = client_of(app, trouble.world, "county-env")
    for path in ("/desk/", f"/cases/{case_id}?tab=materials", f"/cases/{case_id}?tab=history"):
        assert clerk.get(path).status_code == 200, path
    assert Caller(app, trouble.world, "county-env").get("/tasks").status_code == 200


def test_the_enterprise_is_told_that_the_fault_is_not_theirs(app: Flask, trouble: Trouble) -> None:
    trouble.suspended()
    page = client_of(app, trouble.world, "enterprise:甲厂").get("/portal/").text
    for words in ("系统管理员正在处理", "不需要重新提交", "法定期限照常计算", "会书面通知您单位"):
        assert words in page
    assert "不受影响" not in page


# -- programs -----------------------------------------------------------------------------------------------------------


def test_a_program_is_told_that_its_act_is_received_and_must_not_be_repeated(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(BROKEN)
    case_id = trouble.start()
    task, caller = trouble.task(case_id, "A"), Caller(app, trouble.world, "county-env")
    first = caller.post(f"/tasks/{task.id}/complete", {"data": {}}, key="k")
    assert (first.status_code, first.get_json()["status"], first.get_json()["case_status"]) == (202, "open", "suspended")
    again = caller.post(f"/tasks/{task.id}/complete", {"data": {}}, key="k")
    assert (again.status_code, again.get_json(), again.headers["Idempotency-Replayed"]) == (202, first.get_json(), "true")
    other = caller.post(f"/tasks/{task.id}/complete", {"data": {}}, key="k2")
    assert (other.status_code, other.content_type) == (409, "application/problem+json")
    assert len(trouble.unresolved()) == 1


def test_a_program_that_asks_for_a_broken_form_gets_a_sentence(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(row(office("A")))
    case_id = trouble.start()
    task_id = trouble.task(case_id, "A").id
    with trouble.world.transaction() as session:
        session.get_one(Task, task_id).form = "gone.json"
    answer = Caller(app, trouble.world, "county-env").get(f"/tasks/{task_id}")
    assert (answer.status_code, "表单出了故障" in answer.get_json()["detail"]) == (409, True)
    assert trouble.case(case_id).status == CaseStatus.SUSPENDED


def test_a_case_that_cannot_begin_leaves_nothing_and_says_why(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(row(script("B", "x = missing"), office("A")), starts="manual", starter="county_environment", jurisdiction="shandong")
    answer = Caller(app, trouble.world, "county-env").post("/cases", {"process": KEY, "region": "370102", "data": {"note": "x"}})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/data")
    assert "算B" in answer.get_json()["errors"][0]["message"]
    assert trouble.unresolved() == []


# -- the list -----------------------------------------------------------------------------------------------------------


def test_incidents_of_one_cause_are_one_line_and_each_is_found_by_its_number(admin: FlaskClient, trouble: Trouble) -> None:
    first, second = trouble.suspended(BROKEN, "甲厂"), None
    second = trouble.start("乙厂")
    assert not trouble.do(second)
    page = admin.get("/admin/incidents").text
    assert page.count(f"/admin/incidents/causes/{trouble.incident(first).cause}") == 1
    found = admin.get(f"/admin/incidents?q={trouble.case(second).number}").text
    assert f"/admin/incidents/{trouble.incident(second).id}" in found
    assert f"/admin/incidents/{trouble.incident(first).id}" not in found
    both = admin.get(f"/admin/incidents/causes/{trouble.incident(first).cause}").text
    assert "甲厂" in both
    assert "乙厂" in both


def test_the_overview_counts_what_waits_for_an_administrator(admin: FlaskClient, trouble: Trouble) -> None:
    trouble.suspended()
    assert "1 个案件因故障挂起" in admin.get("/admin/").text
    assert "qingcheng_incidents_open 1.0" in admin.get("/metrics").text


def test_an_incident_shows_the_diagram_the_data_the_error_and_the_act_that_waits(admin: FlaskClient, trouble: Trouble) -> None:
    trouble.deploy(row(office("A"), script("P", "total = 7"), script("B", "x = begun + missing"), office("C")))
    case_id = trouble.start()
    assert not trouble.do(case_id, opinion="同意")
    page = clean(admin.get(incident_page(trouble, case_id)).text)
    for piece in ("data-diagram", "missing", "begun", "2027-01-11", "total", "等待办结的提交", "同意", "转到其他环节", "给维护人员的信息"):
        assert piece in page, piece


def test_the_failed_element_is_marked_in_the_diagram_of_its_own_process(app: Flask, trouble: Trouble) -> None:
    trouble.deploy(row(call("K", "t.child")), children={"child": row(office("Q"), script("B", "x = missing"))})
    case_id = trouble.start()
    assert not trouble.do(case_id, "Q")
    admin = client_of(app, trouble.world, "admin")
    state = {process: admin.get(f"/cases/{case_id}/diagram.json?process={process}").get_json()["elements"] for process in (KEY, "t.child")}
    assert state["t.child"]["B"]["state"] == "failed"
    assert "B" not in state[KEY]


@pytest.mark.parametrize("tail", ["", "/retry", "/data", "/move", "/cancel"])
def test_the_pages_are_the_system_administrators_alone(app: Flask, trouble: Trouble, tail: str) -> None:
    case_id = trouble.suspended()
    for username in ("county-env", "security", "auditor"):
        assert client_of(app, trouble.world, username).get(incident_page(trouble, case_id, tail)).status_code == 404


def test_an_incident_that_is_not_there_is_not_found(admin: FlaskClient) -> None:
    for path in ("/admin/incidents/99", "/admin/incidents/99/retry", "/admin/incidents/causes/none", "/admin/incidents/runs/99"):
        assert admin.get(path).status_code == 404, path


# -- the acts -----------------------------------------------------------------------------------------------------------


def test_a_retry_is_confirmed_with_what_will_happen_and_says_what_came_of_it(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    assert "提交的“A”按原来提交的内容办结" in admin.get(incident_page(trouble, case_id, "/retry")).text
    answer = admin.post(incident_page(trouble, case_id, "/retry"), data={"reason": "试一次"}, follow_redirects=True)
    assert "仍未成功" in answer.text
    trouble.mend(case_id, BROKEN.replace("missing", "1"))
    answer = admin.post(incident_page(trouble, case_id, "/retry"), data={"reason": "换了版本"}, follow_redirects=True)
    assert "已按原来的提交办结" in answer.text
    assert trouble.open(case_id) == ["C"]


@pytest.mark.parametrize("act", ["retry", "cancel"])
def test_an_act_without_a_reason_is_asked_again(admin: FlaskClient, trouble: Trouble, act: str) -> None:
    case_id = trouble.suspended()
    answer = admin.post(incident_page(trouble, case_id, f"/{act}"), data={"reason": " "})
    assert (answer.status_code, "请写明原因" in answer.text) == (400, True)
    assert trouble.incident(case_id).status == IncidentStatus.OPEN


def test_whoever_comes_second_is_told_who_was_first(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    admin.post(incident_page(trouble, case_id, "/cancel"), data={"reason": "已关闭"})
    late = admin.post(incident_page(trouble, case_id, "/retry"), data={"reason": "再试"})
    assert (late.status_code, "这个故障已由admin于" in late.text) == (409, True)


def test_other_data_is_confirmed_with_what_follows_from_it(admin: FlaskClient, trouble: Trouble) -> None:
    trouble.deploy(row(office("A", due="days(3, since=begun)"), script("B", "x = begun + missing"), office("C")))
    case_id = trouble.start()
    assert not trouble.do(case_id)
    path = incident_page(trouble, case_id, "/data")
    form = {"value.begun": "2027-02-01", "kind.begun": "date", "value.missing": "，", "kind.missing": "text", "and_retry": ["0", "1"]}
    page = admin.post(path, data=form).text
    assert "“begun”由“2027-01-11”改为“2027-02-01”" in page
    assert "待办“A”的期限由 2027-01-14（周四） 改为 2027-02-04（周四）" in page
    assert trouble.events(case_id, "incident_data_edited") == []
    values = re.search(r'name="values" value="([^"]*)"', page)
    assert values is not None
    confirmed = {"values": values[1].replace("&#34;", '"'), "and_retry": "1", "reason": "来函更正"}
    assert admin.post(path, data=confirmed).status_code == 302
    assert trouble.open(case_id) == ["C"]
    assert trouble.task(case_id, "C").context is not None


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("number", "七", "应为数字"),
        ("number", "1e999", "应为数字"),
        ("date", "2027-13-01", "日期应为"),
        ("boolean", "maybe", "请选择是或否"),
        ("json", "[1,", "不是有效的 JSON"),
        ("json", "NaN", "不能使用 NaN"),
        ("json", "[" * 5000, "嵌套过深"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_at_its_field(
    admin: FlaskClient, trouble: Trouble, kind: str, text: str, words: str
) -> None:
    case_id = trouble.suspended()
    answer = admin.post(incident_page(trouble, case_id, "/data"), data={"value.missing": text, "kind.missing": kind})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert kind == "boolean" or text[:5] in answer.text


def test_a_form_without_a_change_says_so(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    answer = admin.post(incident_page(trouble, case_id, "/data"), data={"value.missing": ""})
    assert (answer.status_code, "没有改动" in answer.text) == (400, True)


@pytest.mark.parametrize("values", ["[1]", "{", "NaN"])
def test_a_forged_confirmation_is_refused(admin: FlaskClient, trouble: Trouble, values: str) -> None:
    case_id = trouble.suspended()
    answer = admin.post(incident_page(trouble, case_id, "/data"), data={"values": values, "reason": "x"})
    assert answer.status_code == 422
    assert trouble.incident(case_id).status == IncidentStatus.OPEN


def test_where_to_go_on_is_chosen_confirmed_and_done(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    path = incident_page(trouble, case_id, "/move")
    choose = admin.get(path).text
    assert '<option value="C">C</option>' in choose
    assert "不能转到的 1 个环节" in choose
    assert "“算B”不执行" in admin.get(f"{path}?target=C&outward=0").text
    assert admin.post(path, data={"target": "C", "outward": "0", "source": "", "reason": "跳过"}).status_code == 302
    assert trouble.open(case_id) == ["C"]


@pytest.mark.parametrize(("query", "status"), [("target=Nowhere", 404), ("target=C&outward=7", 404), ("target=C&outward=x", 200)])
def test_a_place_that_does_not_exist_is_not_offered_for_confirmation(admin: FlaskClient, trouble: Trouble, query: str, status: int) -> None:
    case_id = trouble.suspended()
    assert admin.get(f"{incident_page(trouble, case_id, '/move')}?{query}").status_code == status


def test_a_place_that_waits_may_be_left_instead(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    source = trouble.task(case_id, "A").engine_id
    path = incident_page(trouble, case_id, "/move")
    assert "没有办结的提交不采用" in admin.get(f"{path}?target=C&source={source}").text
    assert admin.post(path, data={"target": "C", "source": source, "reason": "改办"}).status_code == 302
    with trouble.world.session() as session:
        left = session.scalars(select(Task).where(Task.engine_id == source)).one()
    assert left.status == TaskStatus.CANCELLED


def test_a_cancellation_says_what_it_means_and_cannot_be_undone(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    page = admin.get(incident_page(trouble, case_id, "/cancel")).text
    assert "不能恢复" in page
    assert "每个单位都会收到书面通知" in page
    answer = admin.post(incident_page(trouble, case_id, "/cancel"), data={"reason": "企业关闭"}, follow_redirects=True)
    assert "终止案件" in answer.text
    assert trouble.case(case_id).status == CaseStatus.ENDED


def test_a_case_whose_state_cannot_be_read_still_has_its_page(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    advancing._workflows.clear()
    with trouble.world.transaction() as session:
        session.get_one(CaseState, case_id).body = b"broken"
    assert "读不出来" in admin.get(incident_page(trouble, case_id)).text
    assert admin.get(incident_page(trouble, case_id, "/move")).status_code == 400
    assert admin.get(incident_page(trouble, case_id, "/data")).status_code == 400
    assert admin.post(incident_page(trouble, case_id, "/cancel"), data={"reason": "无法恢复"}).status_code == 302


# -- many at once -------------------------------------------------------------------------------------------------------


def test_all_cases_of_a_cause_are_handled_with_one_confirmation_and_listed_one_by_one(admin: FlaskClient, trouble: Trouble) -> None:
    first = trouble.suspended(BROKEN, "甲厂")
    second = trouble.start("乙厂")
    assert not trouble.do(second)
    confirm = admin.get(incident_page(trouble, first, "/retry") + "?all=1").text
    assert "同一原因的 2 个一起处理" in confirm
    trouble.mend(second, BROKEN.replace("missing", "1"))
    answer = admin.post(
        incident_page(trouble, first, "/retry"), data={"reason": "统一重试", "all": "1", "cause": trouble.incident(first).cause}
    )
    run = answer.headers["Location"]
    assert "正在处理：0 / 2" in admin.get(run).text
    assert "data-poll" in admin.get(f"{run}/progress").text
    trouble.world.work()
    page = admin.get(run).text
    assert "成功 1，未成功 1" in page
    assert "missing" in page
    assert "data-poll" not in admin.get(f"{run}/progress").text
    assert "甲厂" not in admin.get(f"{run}?status=done").text


def test_what_was_confirmed_for_one_cause_is_not_done_to_another(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended(BROKEN, "甲厂")
    confirmed = trouble.incident(case_id).cause
    trouble.mend(case_id, BROKEN.replace("missing", "absent"))
    trouble.retry(case_id)
    answer = admin.post(incident_page(trouble, case_id, "/cancel"), data={"reason": "统一终止", "all": "1", "cause": confirmed})
    assert (answer.status_code, "原因刚刚变了" in answer.text) == (409, True)


def test_a_run_with_other_data_keeps_their_kinds(admin: FlaskClient, trouble: Trouble) -> None:
    case_id = trouble.suspended(BROKEN, "甲厂")
    other = trouble.start("乙厂")
    assert not trouble.do(other)
    form = {"values": '{"missing": 7}', "reason": "补录", "all": "1", "cause": trouble.incident(case_id).cause}
    assert admin.post(incident_page(trouble, case_id, "/data"), data=form).status_code == 302
    with trouble.world.session() as session:
        assert session.scalars(select(IncidentRun.options)).one() == {"values": {"missing": 7}}
    trouble.world.work()
    assert trouble.open(case_id) == trouble.open(other) == ["C"]


# -- deliveries ---------------------------------------------------------------------------------------------------------


def give_up(trouble: Trouble) -> int:
    def refuse(key: str, payload: Mapping[str, Any]) -> None:
        raise ConnectionRefusedError("no answer")

    with trouble.world.transaction() as session:
        outbox.put(session, key="mail:x", kind="mail", payload={"to": "a@example.invalid", "subject": "通知", "text": ""})
        session.flush()
        session.scalars(select(OutboxMessage)).one().attempts = len(deliveries.PAUSES)
    deliveries.deliver_ready(trouble.world.runtime.database, refuse)
    return trouble.unresolved()[0].id


def test_a_delivery_that_was_given_up_is_retried_and_settled(admin: FlaskClient, trouble: Trouble) -> None:
    incident_id = give_up(trouble)
    assert f"/admin/incidents/{incident_id}" in admin.get("/admin/outbox").text
    page = admin.get(f"/admin/incidents/{incident_id}").text
    assert "邮件没有发出去" in page
    assert "转到其他环节" not in page
    assert admin.post(f"/admin/incidents/{incident_id}/retry", data={"reason": "服务器已恢复"}).status_code == 302
    assert "正在" in admin.get(f"/admin/incidents/{incident_id}").text + admin.get("/admin/incidents").text
    assert admin.post(f"/admin/incidents/{incident_id}/retry", data={"reason": "再来"}).status_code == 409
    trouble.world.work()
    assert "已送达" in admin.get("/admin/incidents/resolved").text


@pytest.mark.parametrize("act", ["data", "move"])
def test_a_delivery_has_no_data_and_no_elements(admin: FlaskClient, trouble: Trouble, act: str) -> None:
    assert admin.get(f"/admin/incidents/{give_up(trouble)}/{act}").status_code == 400


# -- the auditor --------------------------------------------------------------------------------------------------------


def test_the_auditor_reads_both_values_and_the_reason(app: Flask, trouble: Trouble) -> None:
    case_id = trouble.suspended()
    admin = client_of(app, trouble.world, "admin")
    admin.post(incident_page(trouble, case_id, "/data"), data={"values": '{"missing": 3}', "and_retry": "1", "reason": "来函更正"})
    page = client_of(app, trouble.world, "auditor").get("/admin/events?kind=incident_data_edited").text
    assert "来函更正" in page
    assert "missing 由“（没有）”改为“3”" in page
    with trouble.world.session() as session:
        assert session.scalars(select(Event).where(Event.kind == "incident_data_edited")).one().user_id == trouble.world.users["admin"]


# -- the time of suspension -----------------------------------------------------------------------------------------------


def stood_still(trouble: Trouble) -> int:
    """A case with an open task of ten days beside what failed, suspended on the 12th and looked at on the 25th."""
    case_id = suspended(trouble, watched())
    trouble.mend(case_id, watched().replace("missing", "1"))
    return case_id


def test_the_page_asks_whether_the_time_counts_and_says_what_follows_either_way(trouble: Trouble, admin: FlaskClient) -> None:
    case_id = stood_still(trouble)
    page = admin.get(incident_page(trouble, case_id, "/retry")).text
    assert "挂起的 13 天是否计入法定期限" in page
    assert "“Q”的期限 2027-01-21（周四） 已过，恢复后立即记为逾期" in page
    assert "“Q”的期限由 2027-01-21（周四） 顺延至 2027-02-03（周三）" in page
    assert re.search(r'value="counts" checked', page)


def test_the_time_counts_by_default(trouble: Trouble, admin: FlaskClient) -> None:
    case_id = stood_still(trouble)
    assert admin.post(incident_page(trouble, case_id, "/retry"), data={"reason": "已改", "time_reason": "没有选"}).status_code == 302
    assert str(trouble.task(case_id, "Q").due_on) == "2027-01-21"


def test_it_is_left_out_when_that_is_chosen_with_a_reason(trouble: Trouble, admin: FlaskClient) -> None:
    case_id = stood_still(trouble)
    chosen = {"reason": "已改", "time": "excluded"}
    refused = admin.post(incident_page(trouble, case_id, "/retry"), data=chosen)
    assert refused.status_code == 400
    assert "请写明挂起期间不计入期限的原因" in refused.text
    assert re.search(r'value="excluded" checked', refused.text)
    assert trouble.case(case_id).status == CaseStatus.SUSPENDED
    assert admin.post(incident_page(trouble, case_id, "/retry"), data={**chosen, "time_reason": "机房停电"}).status_code == 302
    assert str(trouble.task(case_id, "Q").due_on) == "2027-02-03"
    assert "机房停电" in admin.get(f"/cases/{case_id}?tab=limits").text


def test_the_page_does_not_ask_on_the_day_itself(trouble: Trouble, admin: FlaskClient) -> None:
    case_id = suspended(trouble, watched(), until="2027-01-12")
    assert "是否计入法定期限" not in admin.get(incident_page(trouble, case_id, "/retry")).text


def test_whoever_ends_a_case_is_not_asked(trouble: Trouble, admin: FlaskClient) -> None:
    case_id = stood_still(trouble)
    assert "是否计入法定期限" not in admin.get(incident_page(trouble, case_id, "/cancel")).text
