"""The shared sub-processes, called from a process that is nothing but the call."""

from __future__ import annotations

import json
from typing import Any

from app.cases import library
from app.config import ROOT
from app.simulation import Simulation, read_scenario, simulate
from tests.simulation.expected import lines_of
from tests.support.diagrams import bpmn, call, end, path, start

STEP = "ln-mandatory-2006.supervision.s2"
"""A step without a time limit, to hang the parts on."""


def part(actor: str, form: str = "", **facts: str) -> dict[str, str]:
    forms = {"formJsonSchemaFilename": f"{form}.json", "formUiSchemaFilename": f"{form}.ui.json"} if form else {}
    return {"basis": STEP, "article": "某办法 第一条", "actor": actor, **forms, **facts}


def play(called: str, parts: dict[str, dict[str, str]], **scenario: Any) -> Simulation:
    """What happens in a process that only calls a shared one."""
    drawn = start() + call("C", f"common.{called}", parts=json.dumps(parts, ensure_ascii=False)) + end() + path("S", "C", "E")
    files = {**library.files_in(ROOT), "processes/liaoning/probe.bpmn": bpmn("liaoning.probe", drawn, starts="manual")}
    asked = {"process": "liaoning.probe", "start": "2025-01-10", "region": "210102", "until": "2025-12-31", **scenario}
    return simulate(read_scenario(json.dumps(asked, ensure_ascii=False)), files)


def done(result: Simulation) -> list[str]:
    """Day, name and decision of each task that was done."""
    assert (result.exit_status, result.faults) == (0, [])
    found = (e for e in result.events if e.event == "task_completed")
    return [" ".join(filter(None, (e.day.isoformat(), e.name, e.decision))) for e in found]


PUBLISHING = {"publish": part("province_environment", name="公示"), "objections": part("province_environment", name="异议")}


def test_objections_are_handled_when_the_period_of_the_text_is_over() -> None:
    parts = {**PUBLISHING, "period": part("", due="workdays(10, since=publication_started_on)", by="province_environment")}
    # Ten working days from Friday 10 January 2025 end on the 24th; the next instant is the 25th.
    assert done(play("publication_with_objections", parts, decisions={"异议": ["confirm"]})) == [
        "2025-01-10 公示",
        "2025-01-25 异议 confirm",
    ]


def test_where_the_text_has_no_period_the_notice_names_the_last_day() -> None:
    dated = {**PUBLISHING, "publish": part("province_environment", "common/publication_dated", name="公示"), "period": part("")}
    result = play(
        "publication_with_objections", dated, forms={"公示": {"publication_closes_on": "2025-02-09"}}, decisions={"异议": ["return"]}
    )
    assert done(result) == ["2025-01-10 公示", "2025-02-10 异议 return"]


def test_a_part_says_what_kind_of_publication_it_is() -> None:
    parts = {**PUBLISHING, "period": part("", due="days(7, since=publication_started_on)", kind="passed_list")}
    published = next(e for e in play("publication_with_objections", parts).events if e.event == "published")
    assert published.detail["kind"] == "passed_list"


def test_a_rectification_may_be_ordered_again() -> None:
    parts = {
        "order": part("city_environment", name="责令"), "rectify": part("enterprise", name="整改"),
        "examine": part("city_environment", name="核查"),
    }  # fmt: skip
    answers = {"forms": {"责令": [{"rectify_by": "2025-02-10"}, {"rectify_by": "2025-04-10"}]}, "delays": {"整改": ["never", "1m"]}}
    assert done(play("rectification_loop", parts, decisions={"核查": ["correct", "pass"]}, **answers)) == [
        "2025-01-10 责令", "2025-02-11 核查 correct", "2025-02-11 责令", "2025-03-11 整改", "2025-03-11 核查 pass",
    ]  # fmt: skip


def test_a_limit_of_the_text_prevails_over_the_date_of_the_order() -> None:
    parts = {
        "order": part("city_environment", "common/rectification_order_fixed", name="责令"),
        "rectify": part("enterprise", name="整改", due="months(6, since=rectification_ordered_on)"),
        "examine": part("city_environment", name="核查"),
    }  # fmt: skip
    created = next(e for e in play("rectification_loop", parts).events if e.event == "task_created" and e.name == "整改")
    assert str(created.due) == "2025-07-10"


def test_a_score_sent_back_is_given_anew() -> None:
    parts = {"score": part("expert_group", "shandong/acceptance_score", name="打分"), "confirm": part("province_environment", name="确认")}
    result = play("scoring", parts, decisions={"确认": ["return", "confirm"]})
    assert [line[11:] for line in done(result)] == ["打分", "确认 return", "打分", "确认 confirm"]


REVIEWING = {
    "pool": part("province_environment"), "organise": part("province_environment"),
    "review": part("expert_group", "shandong/acceptance_score", name="评审"), "conclude": part("province_environment", name="核实"),
}  # fmt: skip


def review(**scenario: Any) -> Simulation:
    return play("expert_review", REVIEWING, data={"experts_wanted": {"环保": 2}}, **scenario)


def drawn(result: Simulation) -> list[int]:
    """How many experts each draw gave."""
    return [len(e.detail["drawn"]) for e in result.events if e.event == "record_changed"]


def test_experts_are_drawn_attend_and_are_heard_before_their_opinion_is_verified() -> None:
    result = review(experts={"环保": 3})
    assert drawn(result) == [2]
    assert [line[11:] for line in done(result)] == ["核对回避和到会", "评审", "核实"]


def test_seats_of_experts_who_recuse_are_filled_and_the_new_ones_attend_too() -> None:
    result = review(experts={"环保": 3}, recusals={"核对回避和到会": [1]})
    assert drawn(result) == [2, 1]
    assert [line[11:] for line in done(result)] == ["核对回避和到会", "核对回避和到会", "评审", "核实"]


def test_with_too_few_experts_the_keeper_of_the_pool_is_asked_and_the_case_waits() -> None:
    result = review(experts={"环保": 1}, delays={"增补专家库": "never"})
    assert (drawn(result), done(result)) == ([], [])
    [waiting] = [e for e in result.events if e.event == "task_created"]
    assert (waiting.name, waiting.actor) == ("增补专家库", "province_environment")


def test_with_nobody_left_for_a_seat_that_was_given_up_the_case_waits() -> None:
    result = review(experts={"环保": 2}, recusals={"核对回避和到会": [1]}, delays={"增补专家库": "never"})
    assert [e.name for e in result.events if e.event == "task_created"] == ["核对回避和到会", "增补专家库"]


def test_a_report_goes_up_without_a_list() -> None:
    parts = {
        "propose": part("county_environment", "common/report_submit", panel="", name="县报"),
        "summarise": part("city_environment", "common/report_review", panel="", name="市审"),
        "approve": part("province_environment", "common/report_review", panel="", name="省审"),
    }  # fmt: skip
    result = play("multilevel_chain", parts, data={"start_level": "county"}, decisions={"省审": ["return", "approve"]})
    assert [line[11:] for line in done(result)] == ["县报", "市审 approve", "省审 return", "市审 approve", "省审 approve"]


def test_who_corrects_is_not_fined_and_the_order_stands_in_the_record() -> None:
    parts = {name: part("county_environment", name=name) for name in ("check", "collect")}
    parts |= {
        "order": part("county_environment", name="order", sanction="ln-mandatory-2006.s10-3"), "correct": part("enterprise", name="correct"),
        "fine": part("county_environment", "common/fine_to_100000", name="fine", sanction="ln-mandatory-2006.s10-3"),
    }  # fmt: skip
    result = play("order_refusal_fine", parts, decisions={"check": ["correct"]}, forms={"order": {"correct_by": "2025-02-28"}})
    assert [line for line in lines_of(result.events) if "record_changed" in line] == [f"2025-01-10 1 record_changed {STEP} 责令"]
