"""What a simulation tells, what it does with answers, and that it leaves everything around it alone."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.cases import advancing, library
from app.config import ROOT
from app.law.holidays import DayKind, current_calendar, use_calendar
from app.model import Case
from app.simulation import ScenarioError, Simulation, read_scenario, simulate
from tests.support.diagrams import bpmn, end, flow, path, script, service, start, user, wait, xor
from tests.support.world import World

KEYS = ["at", "event", "case", "process", "element", "basis", "name", "actor", "org", "due", "decision", "choices", "detail"]
OF_THE_CONTRACT = {
    "case_started", "task_created", "task_completed", "task_overdue", "timer_fired", "notice_sent", "published", "record_changed", "message_sent",
    "case_ended",
}  # fmt: skip
CONTRACT = """
process: shandong.mandatory_audit
start: 2027-01-10T09:00:00+08:00
region: "370102"
enterprise: {name: 样例化工有限公司, uscc: 91370102MA3C0L6X0A}
roster: [{name: 甲厂, grounds: ["1"]}, {name: 乙厂, grounds: ["2", "3"]}]
data: {grounds: ["1"]}
decisions:
  sd-audit-2017.acceptance.s5: [fail, pass]
forms:
  sd-audit-2017.execution.s1: {mode: consultant}
delays:
  sd-audit-2017.execution.s2: 70d
until: 2030-01-01
"""


def play(process: str, **more: Any) -> Simulation:
    return simulate({"process": process, "start": "2025-01-10", "region": "370102", **more})


def drafted(body: str, *, forms: dict[str, Any] | None = None) -> dict[str, bytes]:
    """The library with one more process, `t.draft`."""
    files = {**library.files_in(ROOT), "processes/t/draft.bpmn": bpmn("t.draft", body, drawn=False)}
    return {**files, **{f"forms/t/{name}": json.dumps(form).encode() for name, form in (forms or {}).items()}}


def play_draft(body: str, *, forms: dict[str, Any] | None = None, **more: Any) -> Simulation:
    return simulate({"process": "t.draft", "start": "2025-01-10", "region": "370102", **more}, drafted(body, forms=forms))


def completed(result: Simulation, key: str) -> list[Any]:
    return [e for e in result.events if e.event == "task_completed" and (key in e.basis or key == e.element)]


def named(result: Simulation, kind: str) -> list[str]:
    return [e.name for e in result.events if e.event == kind]


# -- the stream -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contract() -> Simulation:
    return simulate(read_scenario(CONTRACT))


def test_the_example_of_the_contract_uses_every_answer_and_ends(contract: Simulation) -> None:
    assert (contract.exit_status, contract.unused, contract.faults, contract.ended) == (0, [], [], True)
    assert contract.remarks == ["这个流程不从名单开始，方案里的 roster 没有用到"]


def test_every_event_has_every_key_of_the_contract(contract: Simulation) -> None:
    assert all(list(e.to_dict()) == KEYS for e in contract.events)
    assert {e.event for e in contract.events} == OF_THE_CONTRACT


def test_events_come_in_order_of_virtual_time_and_say_it_in_chinese_time(contract: Simulation) -> None:
    moments = [json.loads(e.to_json())["at"] for e in contract.events]
    assert moments == sorted(moments)
    assert all(moment.endswith("+08:00") for moment in moments)
    assert moments[0] == "2027-01-10T09:00:00+08:00"


def test_the_case_that_a_missed_limit_starts_is_in_the_same_stream(contract: Simulation) -> None:
    (child,) = [e for e in contract.events if e.event == "case_started" and e.process == "shandong.penalty"]
    assert child.detail["parent"] == contract.events[0].case
    assert child.detail["enterprise"]["name"] == "样例化工有限公司"


def test_decisions_are_taken_in_turn(contract: Simulation) -> None:
    assert [e.decision for e in completed(contract, "sd-audit-2017.acceptance.s5")] == ["fail", "pass"]
    assert completed(contract, "sd-audit-2017.acceptance.s5")[0].choices == ("pass", "fail")


def test_a_delay_counts_from_the_creation_of_the_task(contract: Simulation) -> None:
    (late,) = completed(contract, "sd-audit-2017.execution.s2")
    assert (late.day, late.due) == (dt.date(2027, 3, 21), dt.date(2027, 3, 10))


def test_an_effect_names_the_element_and_the_step_behind_it(contract: Simulation) -> None:
    effects = [e for e in contract.events if e.event in ("published", "record_changed")]
    assert [(e.element, e.basis[-1:]) for e in effects[:2]] == [
        ("Task_PublishDisclosure", ("sd-audit-2017.disclosure.s2",)),
        ("Service_Record", ("sd-audit-2017.penalty-enterprise.s5",)),
    ]
    assert all(e.element for e in effects)


def test_every_notice_is_mailed_and_no_mail_leaves_the_house(contract: Simulation) -> None:
    told = [(e.name, e.org) for e in contract.events if e.event == "notice_sent"]
    mailed = [(e.name, e.org) for e in contract.events if e.event == "message_sent"]
    assert sorted(told) == sorted(mailed)
    assert all(e.detail["to"].endswith("@example.invalid") for e in contract.events if e.event == "message_sent")


def test_what_follows_from_something_stands_after_it(contract: Simulation) -> None:
    kinds = [(e.event, e.element) for e in contract.events]
    order = [
        ("timer_fired", "Event_StartOverdue"), ("task_overdue", "Task_StartAudit"), ("task_created", "Task_Determine"),
        ("task_completed", "Task_OrderCorrection"), ("record_changed", "Service_Record"), ("notice_sent", "Service_Send"),
    ]  # fmt: skip
    places = [kinds.index(one) for one in order]
    assert places == sorted(places)


def test_on_request_every_due_date_is_derived() -> None:
    plain = play("shandong.disclosure")
    told = simulate({"process": "shandong.disclosure", "start": "2025-01-10", "region": "370102"}, explain=True)
    (created,) = [e for e in told.events if e.event == "task_created"]
    assert created.detail["derivation"][0].startswith("起算：2025-01-10（周五）名单公布")
    assert "derivation" not in plain.events[1].detail


def test_each_event_is_told_as_it_happens() -> None:
    seen: list[str] = []
    result = simulate({"process": "shandong.disclosure", "start": "2025-01-10"}, tell=lambda e: seen.append(e.event))
    assert seen == [e.event for e in result.events]


# -- answers ----------------------------------------------------------------------------------------------------------


def test_without_answers_a_case_goes_its_ordinary_way() -> None:
    result = play("shandong.mandatory_audit")
    assert named(result, "case_ended") == ["验收办结", "已扶持或推荐"]  # the audit, and the projects that follow it
    assert named(result, "task_overdue") == []


def test_the_last_answer_repeats_and_each_case_counts_for_itself() -> None:
    result = simulate(
        {
            "process": "shandong.list_publication", "start": "2025-01-10", "region": "370102",
            "roster": [{"name": "甲厂", "grounds": ["1"]}, {"name": "乙厂", "grounds": ["3"]}],
            "decisions": {"sd-audit-2017.acceptance.s5": ["fail", "fail", "pass"]},
        }
    )  # fmt: skip
    taken: dict[str, list[str | None]] = {}
    for event in completed(result, "sd-audit-2017.acceptance.s5"):
        taken.setdefault(event.case, []).append(event.decision)
    assert list(taken.values()) == [["fail", "fail", "pass"]] * 2


def test_form_values_reach_the_form() -> None:
    result = play("shandong.penalty", data={"violation": "audit"}, forms={"责令限期改正": {"correct_by": "2025-02-20"}})
    assert "责令限期改正通知书（2025-02-20前改正）" in named(result, "notice_sent")


def test_who_never_acts_is_late_and_the_run_goes_on_to_its_end() -> None:
    result = play("shandong.disclosure", delays={"sd-audit-2017.disclosure.s2": "never"}, until="2025-12-31")
    assert named(result, "task_overdue") == ["备齐并公开信息"]
    assert (result.exit_status, result.ended, result.faults) == (0, False, [])


@pytest.mark.parametrize(("times", "done"), [("10d", 1), (["10d", "20d", "0d"], 3)])
def test_what_may_be_left_undone_is_done_as_often_as_the_scenario_says(times: Any, done: int) -> None:
    result = play("shandong.execution", delays={"sd-audit-2017.execution.s6": times, "sd-audit-2017.execution.p6": "4m"})
    assert len(completed(result, "sd-audit-2017.execution.s6")) == done
    assert result.exit_status == 0


def test_what_may_be_left_undone_is_left_undone_otherwise() -> None:
    result = play("shandong.execution")
    assert completed(result, "sd-audit-2017.extension.s1") == []


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"delays": {"sd-acceptance-2008.rectification.s4": "1d"}}, "一次也没有出现"),
        ({"decisions": {"sd-audit-2017.acceptance.s5": ["pass", "fail"]}}, "最多出现 1 次，decisions 里的第 2 个答复没有用上"),
        ({"forms": {"sd-acceptance-2008.acceptance.s3": {"missing_items": "缺合同复印件"}}}, "没有“missing_items”一项"),
    ],
)
def test_an_answer_that_was_not_used_is_told(answers: dict[str, Any], says: str) -> None:
    result = play("shandong.acceptance", **answers)
    assert [says in str(m) for m in result.unused] == [True]
    assert result.exit_status == 3


def test_the_work_calendar_of_the_caller_counts() -> None:
    known = current_calendar().with_year(2027, {dt.date(2027, 2, 10): DayKind(working=False, name="春节")})
    with use_calendar(known):
        result = simulate({"process": "shandong.disclosure", "start": "2027-01-10"})
    assert result.events[1].due == dt.date(2027, 2, 11)


@pytest.mark.parametrize(("region", "city"), [("370102", True), ("110105", False), ("120101", False), ("441900", False), ("419001", False)])
def test_a_place_without_a_city_skips_that_level(region: str, city: bool) -> None:
    result = simulate({"process": "shandong.extension", "start": "2025-01-10", "region": region})
    actors = [e.actor for e in result.events if e.event == "task_completed"]
    assert actors == ["county_environment", *(["city_environment"] if city else []), "province_environment"]
    assert result.exit_status == 0


# -- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("shandong.listing_env", [["1"], ["3"]]),
        ("shandong.listing_coordinator", [["2"]]),
        ("shandong.list_publication", [["1"], ["2"], ["3"]]),
    ],
)
def test_a_list_without_entries_gets_one_for_each_ground(process: str, expected: list[list[str]]) -> None:
    result = play(process, until="2025-01-31")
    (published,) = [e for e in result.events if e.event == "published" and e.detail["kind"] == "mandatory_list"]
    started = [e for e in result.events if e.event == "case_started" and e.process == "shandong.mandatory_audit"]
    assert published.detail["enterprises"] == len(started) == len(expected)


def test_an_enterprise_of_both_lines_is_listed_by_both_and_gets_one_case() -> None:
    roster = [{"name": "甲厂", "grounds": ["1"]}, {"name": "乙厂", "grounds": ["2", "3"]}]
    result = play("shandong.listing_env", roster=roster, until="2025-06-30")
    audits = [
        e.detail["enterprise"]["name"] for e in result.events if e.event == "case_started" and e.process == "shandong.mandatory_audit"
    ]
    assert sorted(audits) == ["乙厂", "甲厂"]
    received = {e.actor for e in result.events if e.event == "task_completed" and e.name.endswith("接收报告")}
    assert received == {"county_environment", "county_coordinator"}


def test_a_list_may_hold_the_one_enterprise_of_the_scenario() -> None:
    result = play("shandong.listing_env", enterprise={"name": "甲厂"}, data={"grounds": ["3"]}, until="2025-01-31")
    (published,) = [e for e in result.events if e.event == "published" and e.detail["kind"] == "mandatory_list"]
    assert published.detail["enterprises"] == 1
    assert [
        e.detail["enterprise"]["name"] for e in result.events if e.process == "shandong.mandatory_audit" and e.event == "case_started"
    ] == ["甲厂"]
    assert result.remarks == []


def test_start_data_that_nothing_reads_is_remarked() -> None:
    result = play("shandong.disclosure", data={"grounds": ["1"], "gruonds": ["2"]})
    assert (result.remarks, result.exit_status) == (["流程不读取 data 里的“gruonds”"], 0)


def test_a_struck_enterprise_gets_no_case() -> None:
    roster = [{"name": "甲厂", "grounds": ["1"]}, {"name": "乙厂", "grounds": ["3"], "struck": "sd-audit-2017.listing-env.s3"}]
    result = play("shandong.listing_env", roster=roster, until="2025-01-31")
    assert [
        e.detail["enterprise"]["name"] for e in result.events if e.process == "shandong.mandatory_audit" and e.event == "case_started"
    ] == ["甲厂"]


def test_a_list_of_which_nothing_is_left_cannot_go_on() -> None:
    roster = [{"name": "甲厂", "grounds": ["1"], "struck": "sd-audit-2017.listing-env.s3"}]
    result = play("shandong.listing_env", roster=roster)
    assert result.exit_status == 4
    assert "名单上没有列入的企业" in result.faults[0]


# -- faults -----------------------------------------------------------------------------------------------------------


def test_a_case_that_fails_is_told_and_goes_no_further() -> None:
    result = play_draft(start() + user("A", "甲", actor="enterprise") + script("B", "x = y + 1") + end() + path("S", "A", "B", "E"))
    (incident,) = [e for e in result.events if e.event == "incident"]
    assert (incident.element, incident.case) == ("B", "QC2025-000001")
    assert "缺少变量“y”" in result.faults[0]
    assert (result.exit_status, result.ended) == (4, False)


def test_a_service_that_fails_later_is_told() -> None:
    body = (
        start()
        + user("A", "甲", actor="enterprise")
        + service("B", "record_sanction", kind='"fine"', sanction='"none"', amount="1")
        + end()
    )
    result = play_draft(body + path("S", "A", "B", "E"))
    assert "没有罚款规定" in result.faults[0]


def test_a_started_case_that_cannot_start_is_told() -> None:
    body = (
        start() + service("A", "start_case", process='"t.nowhere"') + user("B", "乙", actor="enterprise") + end() + path("S", "A", "B", "E")
    )
    result = play_draft(body)
    assert named(result, "case_ended") == ["完成"]
    assert result.exit_status == 4
    assert "t.nowhere" in result.faults[0]


def test_a_case_that_waits_for_nobody_is_told() -> None:
    body = start() + user("A", "甲", actor="enterprise", optional="true") + end() + path("S", "A", "E")
    result = play_draft(body)
    (stuck,) = [e for e in result.events if e.event == "stuck"]
    assert "可办可不办" in stuck.name
    assert result.exit_status == 4


def test_a_task_that_nobody_is_there_for_is_told() -> None:
    result = play_draft(start() + user("A", "甲", actor="bank") + end() + path("S", "A", "E"))
    assert "尚未设置“金融机构”" in result.faults[0]


def test_a_procedure_that_goes_round_without_end_is_stopped() -> None:
    body = start() + xor("X") + user("A", "甲", actor="enterprise") + xor("Y", default="back") + end()
    flows = path("S", "X", "A", "Y") + flow("Y", "X", name="back") + flow("Y", "E", "get('n', 0) > 1")
    result = play_draft(body + flows)
    assert result.exit_status == 4
    assert "原地循环" in result.faults[0]


def test_a_process_that_goes_round_by_itself_does_not_begin() -> None:
    body = start() + xor("X") + wait("W", '"2020-01-01"') + xor("Y", default="back") + end()
    with pytest.raises(ScenarioError, match="流程一直循环"):
        play_draft(body + path("S", "X", "W", "Y") + flow("Y", "X", name="back") + flow("Y", "E", "get('n', 0) > 1"))


def test_a_form_that_nothing_satisfies_is_told() -> None:
    form = {"type": "object", "required": ["a"], "properties": {"a": {"not": {}}}}
    body = start() + user("A", "甲", actor="enterprise", formJsonSchemaFilename="t/a.json") + end() + path("S", "A", "E")
    result = play_draft(body, forms={"a.json": form})
    assert "表单没有能填成的内容" in result.faults[0]


def test_waiting_goes_from_event_to_event_over_many_years() -> None:
    body = start() + wait("W", '"2074-12-31"') + end() + path("S", "W", "E")
    result = play_draft(body, until="2080-01-01")
    assert [(e.event, e.day.isoformat()) for e in result.events if e.event != "message_sent"] == [
        ("case_started", "2025-01-10"), ("timer_fired", "2075-01-01"), ("case_ended", "2075-01-01"), ("notice_sent", "2075-01-01"),
    ]  # fmt: skip


def test_without_an_end_a_simulation_stops_after_ten_years() -> None:
    body = start() + wait("W", '"2074-12-31"') + end() + path("S", "W", "E")
    result = play_draft(body)
    assert (named(result, "case_ended"), result.cut, result.exit_status) == ([], True, 0)


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_of_a_called_process_is_simulated_in_its_place() -> None:
    files = library.files_in(ROOT)
    changed = files["processes/shandong/disclosure.bpmn"].replace(
        b"months(1, since=list_published_on)", b"months(3, since=list_published_on)"
    )
    result = simulate(
        {"process": "shandong.mandatory_audit", "start": "2025-01-10"}, {**files, "processes/shandong/disclosure.bpmn": changed}
    )
    due = {e.due for e in result.events if e.element == "Task_Disclose"}
    assert due == {dt.date(2025, 4, 10)}


def test_a_day_that_limits_count_from_and_nothing_sets_is_the_start() -> None:
    body = start() + user("A", "甲", actor="enterprise", due="days(5, since=notified_on)") + end() + path("S", "A", "E")
    result = play_draft(body)
    assert result.events[1].due == dt.date(2025, 1, 15)


def test_a_case_about_no_enterprise_is_started_by_whom_the_process_names() -> None:
    body = start() + user("A", "甲", actor="county_coordinator") + end() + path("S", "A", "E")
    process = bpmn("t.draft", body, drawn=False, starts="manual", about="none", starter="county_coordinator")
    result = simulate({"process": "t.draft", "region": "370102"}, {**library.files_in(ROOT), "processes/t/draft.bpmn": process})
    assert "enterprise" not in result.events[0].detail
    assert result.events[0].org == "山东省济南市历下区工业和信息化局"


def test_a_draft_without_properties_is_simulated_as_it_is() -> None:
    result = play_draft(start() + user("A", "甲") + end() + path("S", "A", "E"), decisions={})
    assert named(result, "task_completed") == ["甲"]


# -- what is left alone -----------------------------------------------------------------------------------------------


def test_a_simulation_inside_an_installation_touches_nothing_of_it(world: World) -> None:
    world.publish(["甲厂"])
    real = world.case_of("shandong.mandatory_audit")
    before = clock.now()
    with world.session() as session:
        cases = session.scalar(select(func.count()).select_from(Case))
    result = play("shandong.mandatory_audit")
    assert [e.process for e in result.events if e.event == "case_started"] == ["shandong.mandatory_audit", "shandong.projects"]
    assert clock.now() == before
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == cases
        kept = advancing.live_workflows(session)._entries
        assert real.id in kept  # the live workflows of the installation stay as warm as they were
    world.do_step("enterprise:甲厂", real.id, "disclosure.s2")
    world.do_step("enterprise:甲厂", real.id, "execution.s2", mode="self")


def test_simulations_beside_each_other_do_not_mix() -> None:
    starts = ["2025-01-10", "2026-03-03", "2027-05-05", "2028-07-07"]
    alone = [[e.to_json() for e in simulate({"process": "shandong.penalty", "start": day}).events] for day in starts]
    together: dict[str, list[str]] = {}

    def run(day: str) -> None:
        together[day] = [e.to_json() for e in simulate({"process": "shandong.penalty", "start": day}).events]

    threads = [threading.Thread(target=run, args=(day,)) for day in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[day] for day in starts] == alone


def test_the_same_scenario_tells_the_same_story_again() -> None:
    first, again = (simulate(read_scenario(CONTRACT)) for _ in range(2))
    assert [e.to_json() for e in first.events] == [e.to_json() for e in again.events]


def test_nothing_is_written_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    play("shandong.acceptance")
    assert list(tmp_path.rglob("*")) == []
