"""A case that fails is suspended where it stands with the act waiting, and goes on when the fault is mended; nothing is lost, nothing done twice."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.cases import drafts, failures, incidents, time_passing, work
from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm
from app.cases.failures import ActFailed
from app.model import Case, CaseStatus, Draft, IncidentStatus, Notice, Organisation, Role, Task, TaskStatus
from app.services.context import OPERATORS
from tests.cases.incident_support import BROKEN, KEY, Trouble, office, row
from tests.support.diagrams import boundary, call, end, flow, parallel, path, script, service, start, wait, xor
from tests.support.world import World

MENDED = BROKEN.replace("missing + 1", "1 + 1")


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


# -- the suspension -----------------------------------------------------------------------------------------------------


def test_a_failed_act_suspends_the_case_at_the_element_and_keeps_what_was_submitted(trouble: Trouble) -> None:
    case_id = trouble.suspended(opinion="同意上报")
    incident, case = trouble.incident(case_id), trouble.case(case_id)
    assert (case.status, trouble.open(case_id)) == (CaseStatus.SUSPENDED, ["A"])
    assert (incident.process_key, incident.element_id, incident.element_name) == (KEY, "B", "算B")
    assert "missing" in incident.message
    assert incident.pending["submitted"] == {"opinion": "同意上报"}
    assert incident.pending["user_id"] == trouble.world.users["county-env"]


def test_nothing_of_a_failed_act_stays(trouble: Trouble) -> None:
    trouble.deploy(row(office("A"), service("N", "send_notice", to="'city_environment'"), script("B", "x = missing"), office("C")))
    case_id = trouble.start()
    revision = trouble.case(case_id).revision
    with pytest.raises(ActFailed), trouble.world.transaction() as session:
        work.complete(session, trouble.world.principal(session, "county-env"), trouble.task(case_id, "A").id, {})
    assert trouble.count(Notice) == 0
    assert (trouble.case(case_id).status, trouble.case(case_id).revision, trouble.open(case_id)) == (CaseStatus.ACTIVE, revision, ["A"])
    assert trouble.unresolved() == []  # a machine that stops here has simply not done the act


def test_an_incident_is_in_the_record_for_offices_alone(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    (event,) = trouble.events(case_id, "incident")
    assert (event.element_id, event.public_to_enterprise) == ("B", False)


@pytest.mark.parametrize(
    ("failing", "values"),
    [
        (script("B", "x = missing"), {}),
        (script("B", "x = 1 // 0"), {}),
        (service("B", "send_notice", to="'nobody_at_all'", template="'x'"), {}),
        (service("B", "no_such_operator"), {}),
        (wait("B", "missing"), {}),
        (wait("B", "'nonsense'"), {}),
        (office("B", due="days(3, since=missing)"), {}),
        (office("B", due="1 + 1"), {}),
    ],
)
def test_whatever_fails_names_its_element(trouble: Trouble, failing: str, values: dict[str, Any]) -> None:
    case_id = trouble.suspended(row(office("A"), failing, office("C")), **values)
    assert (trouble.incident(case_id).element_id, trouble.incident(case_id).process_key) == ("B", KEY)


def test_a_gateway_without_an_exit_names_itself(trouble: Trouble) -> None:
    body = start() + office("A") + xor("G") + office("C") + end() + path("S", "A", "G") + flow("G", "C", "begun == 'x'") + path("C", "E")
    incident = trouble.incident(trouble.suspended(body))
    assert (incident.element_id, incident.message) == ("G", "没有一个出口的条件成立，也没有默认出口")


def test_an_element_in_a_called_process_is_named_in_its_own(trouble: Trouble) -> None:
    trouble.deploy(row(office("A"), call("K", "t.child")), children={"child": BROKEN.replace('id="A"', 'id="Q"').replace('"A"', '"Q"')})
    case_id = trouble.start()
    trouble.do(case_id, "A")
    assert not trouble.do(case_id, "Q")
    assert (trouble.incident(case_id).process_key, trouble.incident(case_id).element_id) == ("t.child", "B")


def test_an_operator_that_raises_whatever_it_likes_suspends_its_case(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(_context: Any) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setitem(OPERATORS, "explode", explode)
    incident = trouble.incident(trouble.suspended(row(office("A"), service("B", "explode"), office("C"))))
    assert incident.element_id == "B"
    assert "ZeroDivisionError" in incident.message
    assert incident.detail["where"] == "" or "test_incidents" not in incident.detail["where"]


def test_an_operator_whose_rows_the_database_refuses_suspends_its_case(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(context: Any) -> None:
        context.session.add(
            Organisation(kind="authority", name="370102生态环境局", level="county", body="environment", region_code="370102")
        )
        context.session.flush()

    monkeypatch.setitem(OPERATORS, "twice", twice)
    incident = trouble.incident(trouble.suspended(row(office("A"), service("B", "twice"), office("C"))))
    assert re.search("IntegrityError|UniqueViolation", incident.message)


def test_what_the_case_held_at_the_failure_is_kept(trouble: Trouble) -> None:
    body = row(office("A"), script("P", "total = int(begun[:4])"), script("B", "x = total + missing"), office("C"))
    assert trouble.incident(trouble.suspended(body)).detail["variables"]["total"] == 2027


def test_a_case_that_moved_on_meanwhile_is_not_suspended(trouble: Trouble) -> None:
    trouble.deploy(start() + parallel("P") + office("A") + script("B", "x = missing") + office("Q") + parallel("J") + end()
                   + path("S", "P", "A", "B", "J", "E") + path("P", "Q", "J"))  # fmt: skip
    case_id = trouble.start()
    with pytest.raises(ActFailed) as caught, trouble.world.transaction() as session:
        work.complete(session, trouble.world.principal(session, "county-env"), trouble.task(case_id, "A").id, {})
    assert trouble.do(case_id, "Q")
    with pytest.raises(Conflict, match="刚刚有变动"), trouble.world.transaction() as session:
        failures.suspend(session, caught.value)
    assert trouble.case(case_id).status == CaseStatus.ACTIVE


def test_of_two_acts_that_fail_the_second_is_told_to_keep_its_draft(trouble: Trouble) -> None:
    trouble.deploy(start() + parallel("P") + office("A") + script("B", "x = missing") + office("Q") + parallel("J") + end()
                   + path("S", "P", "A", "B", "J", "E") + path("P", "Q", "B"))  # fmt: skip
    case_id = trouble.start()
    with pytest.raises(ActFailed) as second, trouble.world.transaction() as session:
        work.complete(session, trouble.world.principal(session, "county-env"), trouble.task(case_id, "Q").id, {})
    assert not trouble.do(case_id, "A")
    with pytest.raises(Conflict, match="暂存"), trouble.world.transaction() as session:
        failures.suspend(session, second.value)
    assert trouble.incident(case_id).pending["task_id"] == trouble.task(case_id, "A").id


def test_other_tasks_of_a_suspended_case_wait(trouble: Trouble) -> None:
    trouble.deploy(start() + parallel("P") + office("A") + script("B", "x = missing") + office("Q") + parallel("J") + end()
                   + path("S", "P", "A", "B", "J", "E") + path("P", "Q", "J"))  # fmt: skip
    case_id = trouble.start()
    assert not trouble.do(case_id, "A")
    with pytest.raises(Conflict, match="挂起"):
        trouble.do(case_id, "Q")


def test_a_refusal_of_the_form_is_no_incident(trouble: Trouble) -> None:
    trouble.deploy(BROKEN)
    case_id = trouble.start()
    with pytest.raises(InvalidForm):
        trouble.do(case_id, "A", nonsense=1)
    assert trouble.unresolved() == []


# -- forms that no longer fit ---------------------------------------------------------------------------------------------

FORM = {
    "type": "object",
    "properties": {"amount": {"type": "number", "title": "金额", "readOnly": True}},
    "x-prefill": {"amount": "case.amount"},
}


@pytest.mark.parametrize(
    ("form", "amount", "words"),
    [
        (b"{ not json", 1, "不相符"),
        ({"type": "no such type", "properties": 3}, 1, "不相符"),
        ({"type": "object", "x-prefill": {"amount": 7}}, 1, "不相符"),
        (FORM, "many", "“金额”不是表单要求的内容"),
        ({**FORM, "required": ["amount"]}, None, "“金额”在案件里没有"),
    ],
)
def test_a_form_that_does_not_fit_suspends_the_case_at_its_task(trouble: Trouble, form: Any, amount: Any, words: str) -> None:
    body = row(office("A"), office("F", formJsonSchemaFilename="f.json"), script("Z", "y = get('amount', 0)"))
    trouble.deploy(body, forms={"f.json": FORM})
    case_id = trouble.start(**({} if amount is None else {"amount": amount}))
    trouble.do(case_id, "A")
    definition = trouble.deploy(body.replace("算Z", "再算"), forms={"f.json": form}) if form != FORM else None
    if definition is not None:
        with trouble.world.transaction() as session:
            case = session.get_one(Case, case_id)
            case.definition_id, case.content_hash = definition.id, definition.content_hash
    assert not trouble.do(case_id, "F")
    assert (trouble.incident(case_id).element_id, words in trouble.incident(case_id).message) == ("F", True), trouble.incident(
        case_id
    ).message


def test_a_missing_form_names_its_file(trouble: Trouble) -> None:
    trouble.deploy(row(office("A")))
    case_id = trouble.start()
    with trouble.world.transaction() as session:
        session.get_one(Task, trouble.task(case_id, "A").id).form = "gone.json"
    assert not trouble.do(case_id, "A")
    assert "gone.json" in trouble.incident(case_id).message
    with trouble.world.transaction() as session:
        session.get_one(Task, trouble.task(case_id, "A").id).form = None
    assert trouble.retry(case_id).done
    assert trouble.case(case_id).status == CaseStatus.ENDED


def test_what_no_form_can_hold_is_refused_before_the_form_is_looked_at(trouble: Trouble) -> None:
    trouble.deploy(row(office("A")))
    case_id = trouble.start()
    with pytest.raises(InvalidForm) as refused:
        trouble.do(case_id, "A", opinion="a\0b")
    assert "不能保存" in refused.value.problems[0].message


# -- timers -------------------------------------------------------------------------------------------------------------

LATE = (
    start() + office("A", due="days(3, since=begun)") + boundary("L", "A", interrupting=True) + script("B", "x = missing") + office("C")
    + end() + end("F") + path("S", "A", "F") + path("L", "B", "C", "E")
)  # fmt: skip


def overdue(trouble: Trouble, body: str = LATE) -> int:
    trouble.deploy(body)
    case_id = trouble.start()
    trouble.world.clock.move(days=10)
    trouble.world.work()
    return case_id


def test_a_timer_that_fails_waits_with_its_case_and_happens_when_it_is_mended(trouble: Trouble) -> None:
    case_id = overdue(trouble)
    incident = trouble.incident(case_id)
    assert (incident.pending["act"], incident.element_id, trouble.open(case_id)) == ("timer", "B", ["A"])
    trouble.mend(case_id, LATE.replace("missing", "1"))
    assert trouble.retry(case_id).done
    assert (trouble.case(case_id).status, trouble.open(case_id)) == (CaseStatus.ACTIVE, ["C"])
    trouble.world.work()
    assert len(trouble.events(case_id, "timer_fired")) == 1


def test_time_does_not_pass_in_a_suspended_case(trouble: Trouble) -> None:
    trouble.deploy(row(office("A", due="days(3, since=begun)"), script("B", "x = missing")))
    case_id = trouble.start()
    assert not trouble.do(case_id, "A")
    trouble.world.clock.move(days=10)
    trouble.world.work()
    assert trouble.events(case_id, "task_overdue") == []
    trouble.mend(case_id, row(office("A", due="days(3, since=begun)"), script("B", "x = 1")))
    assert trouble.retry(case_id).done
    trouble.world.work()
    assert trouble.events(case_id, "task_overdue") == []  # it was handed in in time


# -- retry --------------------------------------------------------------------------------------------------------------


def test_a_retry_carries_the_act_out_as_the_person_who_did_it_and_when_they_did(trouble: Trouble) -> None:
    case_id = trouble.suspended(opinion="同意")
    submitted = clock.now()
    task = trouble.task(case_id, "A")
    trouble.mend(case_id, MENDED)
    trouble.world.clock.move(days=2)
    assert trouble.retry(case_id, "换了新版本") == incidents.Outcome(True, "已按原来的提交办结，案件继续办理")
    with trouble.world.session() as session:
        done = session.get_one(Task, task.id)
    assert (done.status, done.completed_by_id, done.completed_at, done.data) == (
        TaskStatus.COMPLETED, trouble.world.users["county-env"], submitted, {"opinion": "同意"},
    )  # fmt: skip
    assert (trouble.case(case_id).status, trouble.open(case_id)) == (CaseStatus.ACTIVE, ["C"])
    (event,) = trouble.events(case_id, "task_completed")
    assert event.user_id == trouble.world.users["county-env"]


def test_a_resolved_incident_says_who_how_and_why(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.mend(case_id, MENDED)
    trouble.retry(case_id, "换了新版本")
    incident = trouble.incident(case_id)
    assert (incident.status, incident.resolution, incident.reason) == (IncidentStatus.RESOLVED, "retried", "换了新版本")
    assert incident.resolved_by_id == trouble.world.users["admin"]
    (event,) = trouble.events(case_id, "incident_resolved")
    assert (event.detail["reason"], event.user_id) == ("换了新版本", trouble.world.users["admin"])


def test_a_retry_that_fails_again_changes_nothing_and_says_why_now(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.mend(case_id, BROKEN.replace("missing", "absent"))
    outcome = trouble.retry(case_id)
    incident = trouble.incident(case_id)
    assert (outcome.done, "absent" in outcome.message) == (False, True)
    assert (incident.status, incident.failures, "absent" in incident.message) == (IncidentStatus.OPEN, 2, True)
    assert (trouble.case(case_id).status, trouble.open(case_id)) == (CaseStatus.SUSPENDED, ["A"])
    assert trouble.events(case_id, "task_completed") == []
    (event,) = trouble.events(case_id, "incident_retried")
    assert event.detail["reason"] == "已处理"


def test_a_retry_without_a_reason_is_refused(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    with pytest.raises(CaseError, match="原因"):
        trouble.retry(case_id, "  ")


@pytest.mark.parametrize("username", ["county-env", "security", "auditor"])
def test_nobody_but_the_system_administrator_repairs(trouble: Trouble, username: str) -> None:
    case_id = trouble.suspended()
    with pytest.raises(Forbidden):
        trouble.admin(lambda session, who, i: incidents.retry(session, who, i, "试试"), case_id, username)


def test_of_two_administrators_one_acts_and_the_other_is_told_who(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.mend(case_id, MENDED)
    with trouble.world.transaction() as session:
        system = session.scalars(select(Organisation).where(Organisation.kind == "system")).one()
        trouble.world.add_user(session, "admin2", system, Role.ADMINISTRATOR)
    incident_id = trouble.incident(case_id).id
    together = threading.Barrier(2)
    said: list[str] = []

    def act(username: str) -> None:
        together.wait()
        try:
            with trouble.world.transaction() as session:
                incidents.retry(session, trouble.world.principal(session, username), incident_id, "两人同时")
            said.append("done")
        except Conflict as conflict:
            said.append(str(conflict))

    threads = [threading.Thread(target=act, args=(name,)) for name in ("admin", "admin2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(word[:5] for word in said) == ["done", "这个故障已"]
    assert len(trouble.events(case_id, "task_completed")) == 1


def test_a_retry_goes_through_when_the_person_has_left_meanwhile(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.mend(case_id, MENDED)
    with trouble.world.transaction() as session:
        user = trouble.world.principal(session, "county-env").user
        user.active, user.memberships = False, []
    assert trouble.retry(case_id).done


def test_a_task_that_fell_away_meanwhile_does_not_keep_its_case_suspended(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    with trouble.world.transaction() as session:
        session.get_one(Task, trouble.task(case_id, "A").id).status = TaskStatus.CANCELLED
    outcome = trouble.retry(case_id)
    assert (outcome.done, outcome.message) == (True, "原来提交的任务已不在待办，案件恢复办理")


def test_a_submission_that_the_form_now_refuses_stays_and_says_so(trouble: Trouble) -> None:
    form = {"type": "object", "properties": {"n": {"type": "integer", "title": "数"}}, "required": ["n"]}
    body = row(office("A", formJsonSchemaFilename="f.json"), script("B", "x = missing + n"))
    trouble.deploy(body, forms={"f.json": form})
    case_id = trouble.start()
    assert not trouble.do(case_id, "A", n=5)
    stricter = {**form, "properties": {"n": {"type": "integer", "maximum": 3}}}
    definition = trouble.deploy(body, forms={"f.json": stricter})
    with trouble.world.transaction() as session:
        case = session.get_one(Case, case_id)
        case.definition_id, case.content_hash = definition.id, definition.content_hash
    outcome = trouble.retry(case_id)
    assert (outcome.done, outcome.message) == (False, "提交的内容已不符合表单：不能大于 3")


def test_the_draft_stays_until_the_act_is_done(trouble: Trouble) -> None:
    trouble.deploy(BROKEN)
    case_id = trouble.start()
    with trouble.world.transaction() as session:
        drafts.save(session, trouble.world.principal(session, "county-env"), trouble.task(case_id, "A").id, {"opinion": "草稿"}, 0)
    assert not trouble.do(case_id, "A", opinion="定稿")
    assert trouble.count(Draft) == 1
    trouble.mend(case_id, MENDED)
    trouble.retry(case_id)
    assert trouble.count(Draft) == 0


# -- causes -------------------------------------------------------------------------------------------------------------


def test_cases_that_fail_for_the_same_reason_have_the_same_cause(trouble: Trouble) -> None:
    body = row(office("A"), service("B", "send_notice", to="'city_' + begun", template="'x'"), script("Z", "y = note"))
    trouble.deploy(body)
    first, second = trouble.start("甲厂"), trouble.start("乙厂")
    for case_id in (first, second):
        assert not trouble.do(case_id, "A")
    assert trouble.incident(first).cause == trouble.incident(second).cause


def test_other_elements_and_other_messages_are_other_causes(trouble: Trouble) -> None:
    first = trouble.suspended(BROKEN, "甲厂")
    second = trouble.suspended(BROKEN.replace("missing", "absent"), "乙厂")
    assert trouble.incident(first).cause != trouble.incident(second).cause


def test_what_only_one_case_says_is_left_out_of_the_cause() -> None:
    one = failures.general("“甲厂 审核”（QC2027-000012）第 3 次失败于 2027-01-11", ("甲厂 审核", "QC2027-000012"))
    other = failures.general("“乙厂 审核”（QC2027-000013）第 44 次失败于 2028-12-01", ("乙厂 审核", "QC2027-000013"))
    assert one == other


# -- timers beside --------------------------------------------------------------------------------------------------------


def test_one_case_that_fails_keeps_nobody_waiting(trouble: Trouble) -> None:
    trouble.deploy(LATE)
    broken = trouble.start("甲厂")
    trouble.mend(broken, LATE)
    trouble.deploy(LATE.replace("missing", "1"))
    whole = trouble.start("乙厂")
    trouble.world.clock.move(days=10)
    time_passing.fire_due(trouble.world.runtime.database)
    time_passing.handle_due(trouble.world.runtime.database)
    assert (trouble.open(broken), trouble.open(whole)) == (["A"], ["C"])
