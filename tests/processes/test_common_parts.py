"""The shared sub-processes, called from a process that is nothing but the call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import library
from app.config import ROOT
from app.engine.diagram import read_diagram
from app.simulation import Simulation, read_scenario, simulate
from tests.simulation.expected import lines_of
from tests.support.diagrams import bpmn, call, end, path, start, user

STEP = "ln-mandatory-2006.supervision.s2"
"""A step without a time limit, to hang the parts on."""


def part(actor: str, form: str = "", **facts: str) -> dict[str, str]:
    forms = {"formJsonSchemaFilename": f"{form}.json", "formUiSchemaFilename": f"{form}.ui.json"} if form else {}
    return {"basis": STEP, "article": "某办法 第一条", "actor": actor, **forms, **facts}


def play(called: str, parts: dict[str, dict[str, str]], **scenario: Any) -> Simulation:
    """What happens in a process that only calls a shared one."""
    return play_all((called, parts), **scenario)


def play_all(*calls: tuple[str, dict[str, dict[str, str]]], then: str = "", **scenario: Any) -> Simulation:
    """What happens in a process that only calls shared ones, one after the other, and ends with the task `then` (whose id is `Then`).

    A consultant's case is about no enterprise.
    """
    about: dict[str, Any] = {"about": "none", "starter": "consultant"} if calls[0][0] == "register_entry" else {}
    ids = [f"C{number}" for number in range(len(calls))]
    drawn = "".join(
        call(one, f"common.{called}", parts=json.dumps(parts, ensure_ascii=False)) for one, (called, parts) in zip(ids, calls, strict=True)
    )
    drawn = start() + drawn + then + end() + path("S", *ids, *(["Then"] if then else []), "E")
    files = {**library.files_in(ROOT), "processes/liaoning/probe.bpmn": bpmn("liaoning.probe", drawn, starts="manual", **about)}
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


RECTIFYING = {
    "order": part("city_environment", title="整改通知书", text="请整改：{requirements}", note="验收未通过"),
    "rectify": part("enterprise", name="整改", due="months(6, since=acceptance_failed_on)"),
}


def test_an_order_to_rectify_stands_in_the_record_and_reaches_the_enterprise() -> None:
    result = play("rectification", RECTIFYING, data={"acceptance_failed_on": "2025-01-10", "requirements": "停用旧炉"})
    assert done(result) == ["2025-01-10 整改"]
    assert [e.detail["note"] for e in result.events if e.event == "record_changed"] == ["验收未通过"]
    assert [(e.name, e.detail["body"]) for e in result.events if e.event == "notice_sent" and e.detail["kind"] == "notice"] == [
        ("整改通知书", "请整改：停用旧炉")
    ]


def test_who_is_late_rectifies_all_the_same() -> None:
    result = play("rectification", RECTIFYING, data={"acceptance_failed_on": "2025-01-10"}, delays={"整改": "7m"})
    assert done(result) == ["2025-08-10 整改"]
    assert [str(e.due) for e in result.events if e.event == "task_overdue"] == ["2025-07-10"]


def test_a_limit_counts_from_the_day_of_the_scoring() -> None:
    parts = {"score": part("expert_group", "shandong/acceptance_score", name="打分")}
    confirming = user("Then", "核实", actor="province_environment", due="months(2, since=scored_on)")
    result = play("scoring", parts, then=confirming, delays={"打分": "10d"})
    assert [line[11:] for line in done(result)] == ["打分", "核实"]
    assert [str(e.due) for e in result.events if e.event == "task_created" and e.name == "核实"] == ["2025-03-20"]


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


# -- notices --------------------------------------------------------------------------------------------------------------------

NOTICE = {"notice": part("", title="整改通知书（{correct_by} 前）", text="请改正：{requirements}")}


def notices(result: Simulation) -> list[tuple[str | None, str | None]]:
    """Who was told, and by what."""
    assert (result.exit_status, result.faults) == (0, [])
    return [(e.org, e.name) for e in result.events if e.event == "notice_sent" and e.detail["kind"] == "notice"]


def test_a_notice_is_sent_with_what_the_case_says_and_nobody_waits_for_its_receipt() -> None:
    result = play("written_notice", NOTICE, data={"correct_by": "2025-02-28", "requirements": "停用旧炉"})
    assert notices(result) == [("样例甲有限公司", "整改通知书（2025-02-28 前）")]
    assert done(result) == []


def test_a_notice_leaves_out_what_the_case_does_not_have() -> None:
    assert [title for _, title in notices(play("written_notice", NOTICE))] == ["整改通知书（ 前）"]


def test_a_limit_counts_from_the_day_on_which_the_notice_was_received() -> None:
    parts = {"notice": {**NOTICE["notice"], "receipt": "yes"}, "receipt": part("city_environment", name="登记送达")}
    correcting = user("Then", "改正", actor="enterprise", due="months(2, since=notice_received_on)")
    result = play(
        "written_notice", parts, then=correcting, forms={"登记送达": {"notice_received_on": "2025-01-15"}}, delays={"登记送达": "7d"}
    )
    assert done(result) == ["2025-01-17 登记送达", "2025-01-17 改正"]
    # Sent on the 10th, received on the 15th, entered on the 17th: two months from the 15th end on Saturday 15 March, so on Monday.
    assert [str(e.due) for e in result.events if e.event == "task_created" and e.name == "改正"] == ["2025-03-17"]


def test_a_notice_goes_to_whom_its_part_names() -> None:
    parts = {"notice": {**NOTICE["notice"], "to": "city_environment"}}
    assert [org for org, _ in notices(play("written_notice", parts))] == ["辽宁省沈阳市生态环境局"]


# -- registers ------------------------------------------------------------------------------------------------------------------

APPLICANT = {
    "consultant_name": "甲咨询", "consultant_uscc": "91440101MA5C0L6X0A", "senior_titles": 2, "intermediate_titles": 5,
    "leader_consulting_years": 2, "leader_related_years": 0,
}  # fmt: skip
"""Exactly the figures that Guangdong asks for; Beijing and Tianjin ask for the same titles."""


def entering(register: str, keeper: str) -> dict[str, dict[str, str]]:
    return {
        "apply": part("consultant", "guangdong/agency_application", name="申请", register=register), "review": part(keeper, name="审查"),
        "admit": part(keeper), "publish": part(keeper),
    }  # fmt: skip


GUANGDONG = {"region": "440106", "forms": {"申请": APPLICANT}}
BOOK = entering("gd-audit-2009.agencies", "province_coordinator")


def changed(result: Simulation) -> list[str]:
    """Day and name of what was written into registers and published."""
    assert (result.exit_status, result.faults) == (0, [])
    found = (e for e in result.events if e.event in ("record_changed", "published"))
    return [f"{e.day.isoformat()} {e.name if e.event == 'record_changed' else '公布'}" for e in found]


def test_who_meets_the_conditions_is_entered_and_published() -> None:
    result = play("register_entry", BOOK, **GUANGDONG)
    assert done(result) == ["2025-01-10 申请", "2025-01-10 审查 approve"]
    assert [line[11:] for line in changed(result)] == ["申请", "列入名录", "公布"]


def test_who_misses_a_figure_by_one_is_refused_and_told() -> None:
    asked = {"region": "440106", "forms": {"申请": {**APPLICANT, "intermediate_titles": 4}}, "decisions": {"审查": ["reject"]}}
    result = play("register_entry", BOOK, **asked)
    assert [line[11:] for line in changed(result)] == ["申请", "不予列入"]


def test_a_body_that_does_not_countersign_sends_the_review_back() -> None:
    parts = {**BOOK, "second": part("province_environment", name="会签一"), "third": part("province_science", name="会签二")}
    asked = {"data": {"countersigners": 2}, "decisions": {"会签一": ["confirm"], "会签二": ["return", "confirm"]}}
    result = play("register_entry", parts, **GUANGDONG, **asked)
    assert [line[11:] for line in done(result)] == [
        "申请", "审查 approve", "会签一 confirm", "会签二 return", "审查 approve", "会签一 confirm", "会签二 confirm",
    ]  # fmt: skip
    assert [line[11:] for line in changed(result)][-2:] == ["列入名录", "公布"]


def test_one_countersigner_is_not_followed_by_another() -> None:
    parts = {**BOOK, "second": part("province_environment", name="会签一")}
    result = play("register_entry", parts, **GUANGDONG, data={"countersigners": 1}, decisions={"审查": ["reject"], "会签一": ["confirm"]})
    assert [line[11:] for line in done(result)] == ["申请", "审查 reject", "会签一 confirm"]


def test_who_is_on_a_list_without_a_term_need_not_apply_again() -> None:
    again = {name: {**facts, "name": f"再次{facts.get('name', '')}"} for name, facts in BOOK.items()}
    asked: dict[str, Any] = {"region": "440106", "forms": {"申请": APPLICANT, "再次申请": APPLICANT}}
    result = play_all(("register_entry", BOOK), ("register_entry", again), **asked)
    assert [line[11:] for line in done(result)] == ["申请", "审查 approve", "再次申请"]


def removing(keeper: str, *measures: str, **facts: str) -> dict[str, dict[str, str]]:
    """The parts of a place that knows these measures."""
    actors = {"correct": "consultant"}
    return {
        name: part(actors.get(name, keeper), name=name, **(facts if name in ("warn", "remove") else {})) for name in ("find", *measures)
    }


def removal(register: str, keeper: str, region: str, parts: dict[str, dict[str, str]], **scenario: Any) -> Simulation:
    """A consultant is entered, and then one of the grounds of its register is found."""
    forms = {"申请": APPLICANT, **scenario.pop("forms", {})}
    return play_all(("register_entry", entering(register, keeper)), ("register_removal", parts), region=region, forms=forms, **scenario)


def test_tianjin_warns_and_removes_nobody() -> None:
    parts = removing("association", "warn", "publish")
    result = removal(
        "tj-agency-2009.registry", "association", "120101", parts, decisions={"find": ["warn"]}, forms={"find": {"ground": "warnings.1"}}
    )
    assert [line[11:] for line in changed(result)][-2:] == ["警告", "公布"]
    assert "find warn" in done(result)[-1]


@pytest.mark.parametrize("ground", ["removals.2", "removals.3", "removals.4", "removals.5"])
def test_beijing_removes_at_once_on_each_of_its_four_grounds(ground: str) -> None:
    parts = removing("province_coordinator", "remove", "publish", act="cancellation")
    asked = {"decisions": {"find": ["remove"]}, "forms": {"find": {"ground": ground, "ground_facts": "经查属实"}}}
    result = removal("bj-agency-2007.registry", "province_coordinator", "110101", parts, **asked)
    assert [line[11:] for line in changed(result)][-2:] == ["取消聘用", "公布"]
    assert done(result)[-1] == "2025-01-10 find remove"


def guangdong(**asked: Any) -> Simulation:
    parts = removing("province_coordinator", "order", "correct", "check", "remove", "publish")
    asked["forms"] = {"find": {"ground": "removals.2", "requirements": "更换项目负责人", "correct_by": "2025-02-28"}}
    return removal("gd-audit-2009.agencies", "province_coordinator", "440106", parts, **asked)


def test_guangdong_keeps_whoever_corrects_in_time() -> None:
    result = guangdong(decisions={"find": ["correct"], "check": ["correct"]}, delays={"correct": "20d"})
    assert done(result)[2:] == ["2025-01-10 find correct", "2025-01-30 correct", "2025-01-30 check correct"]
    # The order is not public: Guangdong announces removals only.
    assert changed(result)[3:] == ["2025-01-10 责令限期改正", "2025-01-30 已改正"]


def test_guangdong_removes_whoever_let_the_time_run_out_and_refused() -> None:
    result = guangdong(decisions={"find": ["correct"], "check": ["refuse"]}, delays={"correct": "never"})
    # The last day of the order is 28 February; the next instant is the 1st of March.
    assert done(result)[2:] == ["2025-01-10 find correct", "2025-03-01 check refuse", "2025-03-01 remove"]
    assert changed(result)[-2:] == ["2025-03-01 除名", "2025-03-01 公布"]


def test_a_ground_that_does_not_hold_changes_nothing() -> None:
    parts = removing("province_coordinator", "remove", "publish", act="cancellation")
    result = removal("bj-agency-2007.registry", "province_coordinator", "110101", parts, decisions={"find": ["no"]})
    assert [line[11:] for line in changed(result)] == ["申请", "列入名录", "公布"]


def test_a_criticism_within_the_house_is_not_published() -> None:
    parts = removing("province_coordinator", "warn", "publish", act="criticism")
    book = entering("tj-expert-2009.registry", "province_coordinator")
    book["apply"] = part("expert", "shandong/expert_application", name="申请", register="tj-expert-2009.registry", to="expert")
    asked: dict[str, Any] = {
        "decisions": {"find": ["warn"]}, "forms": {"申请": {"expert_name": "张三"}, "find": {"ground": "warnings.5"}}, "region": "120101"
    }  # fmt: skip
    result = play_all(("register_entry", book), ("register_removal", parts), **asked)
    assert [line[11:] for line in changed(result)][-2:] == ["公布", "内部通报批评"]


LEADS_TO = {"warn": {"warn", "publish"}, "correct": {"order", "correct", "check", "remove"}, "remove": {"remove"}}
"""The parts that a measure needs."""


def test_who_calls_the_removal_gives_the_parts_of_every_measure_that_its_form_offers() -> None:
    files = library.files_in(ROOT)
    diagrams = [read_diagram(path, body) for path, body in files.items() if path.endswith(".bpmn")]
    elements = [e for d in diagrams for p in d.processes.values() for e in p.elements.values() if e.called == "common.register_removal"]
    assert elements
    for element in elements:
        schema = json.loads(files[f"forms/{element.parts['find']['formJsonSchemaFilename']}"])
        offered = schema["properties"].get("decision", {"enum": ["correct"]})["enum"]
        assert set(element.parts) >= set().union(*(LEADS_TO.get(measure, set()) for measure in offered)), element.id
