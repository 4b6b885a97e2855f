"""Every kind of fault, each in a diagram that opens in any modeller: found, named at its element, and explained."""

from __future__ import annotations

import re

import pytest

from app.engine.errors import Problem
from tests.engine.checking.examples import BROKEN, WALK, problems_of

EXPECTED = {
    "automatic-loop": ["Script_Count automatic-loop"],
    "bad-expression": ["Flow_Result_Returned bad-expression"],
    "bad-parameter": ["Service_Tell bad-parameter"],
    "boundary-never-fires-error": ["Event_Refused boundary-never-fires"],
    "boundary-never-fires": ["Event_Late boundary-never-fires"],
    "conditional-flows": ["Flow_Result_Approved conditional-flows"],
    "dangling-flow": [
        "Flow_Accept_Review dangling-flow",
        "Task_Review fake-join",
        "Activity_Review no-implicit-start",
        "Activity_Review unreachable",
    ],
    "dangling-reference": ["Gateway_Result dangling-reference"],
    "deadlock-loop": ["Gateway_Join deadlock", "Gateway_Join not-supported"],
    "deadlock-signal": ["Event_Wait deadlock"],
    "deadlock": ["Gateway_Join deadlock"],
    "decision-gap": ["Task_Decide decision-gap"],
    "decision-overlap": ["Task_Decide decision-overlap"],
    "end-event-required": ["Activity_Review end-event-required", "Task_Review no-implicit-end"],
    "event-based-gateway": ["Gateway_First event-based-gateway", "Gateway_First not-supported", "Gateway_First superfluous-gateway"],
    "event-sub-process-typed-start-event": ["Event_Changed event-sub-process-typed-start-event"],
    "fake-join": ["Task_Decide fake-join"],
    "global": ["Signal_unused global"],
    "invalid-bpmn": ["Script_Count invalid-bpmn"],
    "label-required": ["Flow_Result_Returned label-required", "Task_Review label-required"],
    "lack-of-synchronisation-end": ["Gateway_Merge lack-of-synchronisation"],
    "lack-of-synchronisation-timer": ["Task_Review lack-of-synchronisation"],
    "lack-of-synchronisation": ["Task_Decide lack-of-synchronisation"],
    "limit-differs": ["Task_Review limit-differs"],
    "livelock": ["Task_Correct livelock"],
    "missing-decision": ["Task_Decide missing-decision"],
    "missing-form": ["Task_Review missing-form"],
    "missing-process": ["Activity_Call missing-process"],
    "never-taken": ["Flow_Result_Correct never-taken"],
    "no-actor": ["Task_Review no-actor"],
    "no-bpmndi": ["Task_Review no-bpmndi"],
    "no-default-flow": ["Gateway_Line no-default-flow"],
    "no-disconnected": [
        "Task_Alone no-disconnected",
        "Task_Alone no-implicit-end",
        "Task_Alone no-implicit-start",
        "Task_Alone unreachable",
    ],
    "no-duplicate-sequence-flows": [
        "Event_End fake-join",
        "Event_End no-duplicate-sequence-flows",
        "Flow_Twice no-duplicate-sequence-flows",
        "Task_Review no-duplicate-sequence-flows",
        "Task_Review no-implicit-split",
    ],
    "no-gateway-join-fork": ["Gateway_Both no-gateway-join-fork"],
    "no-implicit-end": ["Task_Copy no-implicit-end"],
    "no-implicit-split": ["Event_Start no-implicit-split"],
    "no-implicit-start": ["Task_Alone no-implicit-start", "Task_Alone unreachable"],
    "no-overlapping-elements": ["Task_Copy no-overlapping-elements", "Task_Review no-overlapping-elements"],
    "not-supported-handler": ["Event_Changed not-supported"],
    "not-supported-join": ["Gateway_Join not-supported"],
    "not-supported": ["Gateway_First not-supported"],
    "recursive-call": ["Activity_Again recursive-call"],
    "reserved-id": ["End reserved-id"],
    "single-blank-start-event": ["checking.single_blank_start_event single-blank-start-event"],
    "single-event-definition": ["Event_Late single-event-definition"],
    "start-event-required": ["Task_Review no-implicit-start", "Activity_Review start-event-required", "Task_Review unreachable"],
    "state-space-too-large": ["- state-space-too-large"],
    "sub-process-blank-start-event": ["Event_ReviewStart sub-process-blank-start-event"],
    "superfluous-gateway": ["Gateway_Idle superfluous-gateway"],
    "superfluous-label": ["Flow_Start_Review superfluous-label"],
    "superfluous-termination": ["Event_End superfluous-termination"],
    "timer-without-due": ["Event_Late timer-without-due"],
    "uncovered-decision": ["Gateway_Result uncovered-decision"],
    "unknown-actor": ["Task_Review unknown-actor"],
    "unknown-basis": ["Task_Review unknown-basis"],
    "unknown-operator": ["Service_Rocket unknown-operator"],
    "unknown-part": ["Activity_Together unknown-part", "Activity_Together unknown-part"],
    "unreachable": ["Task_Island unreachable"],
    "waits-for-optional": ["Task_Supervise waits-for-optional"],
}
"""File → element and code of everything that is to be found in it."""


def found_in(name: str) -> list[Problem]:
    return problems_of({f"broken/{name}.bpmn": BROKEN[name].read_bytes()})


def test_every_broken_diagram_is_expected() -> None:
    assert sorted(EXPECTED) == sorted(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_diagram_gives_its_faults_and_no_others(name: str) -> None:
    assert sorted(f"{p.element or '-'} {p.code}" for p in found_in(name)) == sorted(EXPECTED[name])


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_one_chinese_sentence_with_the_label_of_its_element(name: str) -> None:
    for problem in found_in(name):
        assert re.search("[一-鿿]", problem.message)
        assert "\n" not in problem.message
        assert problem.file == f"broken/{name}.bpmn"
        assert problem.code not in WALK or not problem.element or problem.name in problem.message


PATHS = {
    "deadlock": ("Gateway_Join", "开始 → 受理〔同意〕 → 走哪一路？ → 初审，等不到的是从“复审”来的一路"),
    "deadlock-signal": ("Event_Wait", "开始 → 审核"),
    "deadlock-loop": ("Gateway_Join", "开始，等不到的是从“再审？”来的一路"),
    "livelock": ("Task_Correct", "开始 → 提出〔退回〕 → 同意？〔退回〕"),
    "automatic-loop": ("Script_Count", "开始 → 填报〔退回〕"),
    "lack-of-synchronisation": ("Task_Decide", "开始 → 初审 → 复审"),
    "lack-of-synchronisation-end": ("Gateway_Merge", "开始 → 初审 → 复审"),
    "lack-of-synchronisation-timer": ("Task_Review", "开始 → 到期未报 → 报送"),
    "uncovered-decision": ("Gateway_Result", "开始 → 审核〔驳回〕 → 结论？"),
    "no-default-flow": ("Gateway_Line", "开始 → 受理 → 属哪条线？"),
    "waits-for-optional": ("Task_Supervise", "开始 → 审核"),
}
"""File → element, and how the process gets there."""


@pytest.mark.parametrize("name", PATHS)
def test_a_counter_example_names_the_elements_in_order(name: str) -> None:
    element, path = PATHS[name]
    (problem,) = (p for p in found_in(name) if p.code in WALK)
    assert problem.element == element
    assert problem.message.endswith(f"。经过：{path}")


def test_a_loop_that_nobody_leaves_is_shown_once_round() -> None:
    (problem,) = found_in("livelock")
    assert "更正 → 重报" in problem.message


def test_gaps_and_overlaps_of_a_table_are_hints_that_name_the_rows_and_the_figure() -> None:
    (gap,), (overlap,) = found_in("decision-gap"), found_in("decision-overlap")
    assert (gap.severity, overlap.severity) == ("warning", "warning")
    assert "决策表“补助标准”有空档：没有一行适用于 审核费用 = 50000" in gap.message
    assert "决策表“补助标准”有重叠：第 1、2 行同时适用于 审核费用 = 50000" in overlap.message


def test_a_decision_without_a_way_is_named_in_the_words_of_the_form() -> None:
    (problem,) = found_in("uncovered-decision")
    assert "“驳回”（reject）" in problem.message
