"""A trial stops wherever somebody has to decide, goes on with what they say, and can be kept as a scenario that plays the same."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from app.cases import library
from app.cases.errors import CaseError, Conflict, InvalidForm
from app.config import ROOT
from app.simulation import ScenarioError, beginnings, kept, turnstile, walking
from app.simulation.errors import TakesTooLong
from tests.support.diagrams import boundary, bpmn, end, flow, path, service, start, user, xor

FORM = {
    "type": "object",
    "title": "审查",
    "required": ["decision"],
    "properties": {
        "decision": {
            "type": "string",
            "enum": ["approve", "return"],
            "oneOf": [{"const": "approve", "title": "同意"}, {"const": "return", "title": "退回"}],
        },
        "amount": {"type": "number", "title": "金额", "minimum": 10},
    },
    "additionalProperties": False,
}
REVIEW = user("Review", "审查", actor="county_environment", due="days(10, since=today())", formJsonSchemaFilename="t/review.json")
BODY = "".join(
    [
        start(), user("Apply", "申请", actor="enterprise"), REVIEW, xor("Q", default="ok"), end("E", "办结"),
        boundary("Late", "Review"), service("Supervise", "supervise", reason='"逾期"'), end("Told", "已督办"),
        path("S", "Apply", "Review", "Q"), path("Late", "Supervise", "Told"), flow("Q", "E", name="ok"), flow("Q", "Apply", 'decision == "return"'),
    ]
)  # fmt: skip
SETUP = {"start": "2027-01-11", "region": "370102", "enterprise": {"name": "甲厂"}}


def files(body: str = BODY, **checks: str) -> dict[str, bytes]:
    drafted = {"processes/t/draft.bpmn": bpmn("t.draft", body, drawn=False), "forms/t/review.json": json.dumps(FORM).encode()}
    return {**library.files_in(ROOT), **drafted, **{f"checks/t/draft/{name}.yaml": text.encode() for name, text in checks.items()}}


FILES = files()


def step(
    act: dict[str, Any] | None = None, moves: list[Any] | None = None, *, setup: Any = None, body: dict[str, bytes] | None = None
) -> dict[str, Any]:
    given = {"setup": setup or SETUP, "moves": moves or [], "act": act}
    return walking.step("t.draft", body or FILES, given, time.monotonic() + 60)


def answered(state: dict[str, Any], **answer: Any) -> dict[str, Any]:
    """The trial after an answer to its first open task that nobody has decided."""
    task = next(one for one in state["tasks"] if one["planned"] is None)
    return step({"task": task["ref"], **answer}, state["moves"], setup=state["setup"])


def names(state: dict[str, Any]) -> list[str]:
    return [task["name"] for task in state["tasks"]]


def told(state: dict[str, Any], kind: str) -> list[str]:
    return [event["name"] for event in state["events"] if event["event"] == kind]


def reviewing() -> dict[str, Any]:
    return answered(step(), after="0d")


# -- walking ----------------------------------------------------------------------------------------------------------


def test_a_trial_stops_at_the_first_task() -> None:
    state = step()
    assert (names(state), state["today"], state["ended"]) == (["申请"], "2027-01-11（周一）", False)
    assert state["cases"][0]["enterprise"] == "甲厂"


def test_an_open_task_says_who_has_it_by_when_and_why() -> None:
    (task,) = reviewing()["tasks"]
    assert (task["due"], task["light"], task["distance"]) == ("2027-01-21", "green", "还有 10 天")
    assert "2027-01-21" in task["derivation"][-1]
    assert task["form"]["schema"]["title"] == "审查"
    assert [choice["label"] for choice in task["choices"]] == ["同意", "退回"]


def test_a_form_is_checked_when_it_is_submitted() -> None:
    with pytest.raises(InvalidForm) as refused:
        answered(reviewing(), exact=True, values={"decision": "approve", "amount": 1})
    assert refused.value.problems[0].pointer == "/amount"


def test_what_a_form_submits_is_what_the_case_gets() -> None:
    state = answered(reviewing(), exact=True, values={"decision": "return"}, decision="return")
    assert (names(state), told(state, "task_completed")) == (["申请"], ["申请", "审查"])


def test_a_delay_counts_from_the_day_on_which_it_is_given() -> None:
    state = reviewing()
    later = step({"until": "2027-01-14"}, state["moves"])
    assert later["tasks"][0]["distance"] == "还有 7 天"
    done = answered(later, after="2d", decision="approve")
    assert (done["today"], done["moves"][-1]["delay"], done["ended"]) == ("2027-01-16（周六）", "5d", True)


def test_time_passes_by_itself_only_to_what_was_decided() -> None:
    state = reviewing()
    assert state["coming"][-1]["day"] == "2027-01-21（周四） 24:00"
    assert state["today"] == "2027-01-11（周一）"


def test_to_the_next_thing_that_happens() -> None:
    state = reviewing()
    while not told(state, "task_overdue"):
        state = step({"until": None}, state["moves"])
    assert (state["today"], state["tasks"][0]["light"]) == ("2027-01-22（周五）", "red")
    assert "已督办" not in told(state, "case_ended")


def test_what_nobody_does_runs_late_and_stays() -> None:
    state = answered(reviewing(), after="never", decision="approve")
    assert state["tasks"][0]["planned"]["day"] is None
    state = step({"until": "2027-02-01"}, state["moves"])
    assert told(state, "task_overdue") == ["审查"]
    assert any(event["event"] == "notice_sent" and event["detail"]["kind"] == "supervision" for event in state["events"])


def test_the_usual_answers_go_to_the_end_as_moves_that_can_be_taken_back() -> None:
    state = step({"auto": True})
    assert (state["ended"], told(state, "case_ended")) == (True, ["办结"])
    assert [move["task"] for move in state["moves"]] == ["1/t.draft:Apply/1", "1/t.draft:Review/1"]
    assert names(step(moves=state["moves"][:1])) == ["审查"]


def test_the_same_moves_give_the_same_events() -> None:
    state = step({"auto": True})
    assert step(moves=state["moves"])["events"] == state["events"]


def test_every_element_that_was_passed_is_told_with_the_activities_around_it() -> None:
    passed = [event["element"] for event in step({"auto": True})["events"] if event["event"] == "element_passed"]
    assert passed == ["S", "E"]


def test_a_task_that_is_gone_cannot_be_answered() -> None:
    state = reviewing()
    with pytest.raises(Conflict):
        step({"task": "1/t.draft:Apply/1"}, state["moves"])


def test_moves_that_no_longer_fit_a_changed_drawing_are_left_out_and_said() -> None:
    state = step({"auto": True})
    shorter = files(start() + user("Apply", "申请", actor="enterprise") + end("E", "办结") + path("S", "Apply", "E"))
    replayed = step(moves=state["moves"], body=shorter)
    assert (replayed["stopped"]["move"], replayed["ended"], len(replayed["moves"])) == (1, True, 1)


@pytest.mark.parametrize("given", [[{"task": 1, "delay": "soon"}], [{"until": "yesterday"}], [3], "x", [{}]])
def test_moves_that_cannot_be_read_are_refused(given: Any) -> None:
    with pytest.raises(CaseError):
        step(moves=given)


@pytest.mark.parametrize("day", ["2027-01-11", "2026-01-01", "2099-01-01"])
def test_time_only_goes_forward_and_not_without_end(day: str) -> None:
    with pytest.raises(CaseError):
        step({"until": day})


def test_a_fault_is_told_at_its_element() -> None:
    broken = files(
        start() + user("Apply", "申请", actor="enterprise") + xor("Q") + end() + path("S", "Apply", "Q") + flow("Q", "E", "missing > 1")
    )
    state = step({"auto": True}, body=broken)
    (incident,) = [event for event in state["events"] if event["event"] == "incident"]
    assert (incident["element"], bool(state["faults"])) == ("Q", True)


def test_a_start_that_cannot_be_is_refused_with_every_mistake() -> None:
    with pytest.raises(ScenarioError) as refused:
        step(setup={**SETUP, "region": "999999", "start": "2027-02-30"})
    assert len(refused.value.mistakes) == 2


def test_a_trial_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TakesTooLong):
        walking.step("t.draft", FILES, {"setup": SETUP, "moves": [], "act": {"auto": True}}, time.monotonic())


def test_moves_made_before_are_not_left_out_because_time_is_over() -> None:
    moves = step({"auto": True})["moves"]
    with pytest.raises(TakesTooLong):
        walking.step("t.draft", FILES, {"setup": SETUP, "moves": moves}, time.monotonic())


@pytest.mark.parametrize("region", ["", "00", "000000", "37", "x" * 6])
def test_what_is_no_region_has_no_counties(region: str) -> None:
    assert beginnings.counties(region) == []


def test_one_simulation_runs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "QUEUE", 0.01)
    with turnstile.one_at_a_time(), pytest.raises(turnstile.Busy), turnstile.one_at_a_time():
        pass


# -- keeping ----------------------------------------------------------------------------------------------------------


def returned_and_late() -> dict[str, Any]:
    """Returned once, then late, then approved."""
    state = answered(reviewing(), exact=True, values={"decision": "return", "amount": 12}, decision="return", after="3d")
    state = answered(state, after="0d")
    return answered(state, after="15d", decision="approve")


def kept_text(state: dict[str, Any], title: str = "退回一次") -> walking.Written:
    return walking.keep("t.draft", FILES, state, title, time.monotonic() + 60)


def test_a_trial_is_kept_as_a_scenario_that_plays_the_same() -> None:
    state = returned_and_late()
    assert state["ended"]
    written = kept_text(state)
    assert written.differences == ()
    outcome = kept.play("checks/t/draft/退回一次.yaml", files(退回一次=written.text))
    assert (outcome.as_expected, outcome.problems) == (True, ())


def test_a_kept_scenario_says_each_answer_in_turn() -> None:
    text = kept_text(returned_and_late()).text
    assert "Review: [return, approve]" in text
    assert "Review: [3d, 15d]" in text
    assert "amount: 12" in text


def test_a_trial_that_was_not_finished_is_kept_as_far_as_it_went() -> None:
    state = step({"until": "2027-03-01"}, reviewing()["moves"])
    written = kept_text(state)
    assert "Review: never" in written.text
    assert "until: '2027-03-01'" in written.text
    assert written.differences == ()


def test_another_drawing_gives_other_events_line_by_line() -> None:
    written = kept_text(returned_and_late())
    changed = files(BODY.replace("days(10, ", "days(20, "), 退回一次=written.text)
    outcome = kept.play("checks/t/draft/退回一次.yaml", changed)
    assert any(sign == "-" and "task_overdue Review" in line for sign, line in outcome.differences)
    accepted = kept.with_expected(written.text, outcome.lines)
    again = kept.play("checks/t/draft/退回一次.yaml", files(BODY.replace("days(10, ", "days(20, "), 退回一次=accepted))
    assert again.as_expected


def test_a_scenario_that_cannot_be_played_any_more_says_why() -> None:
    outcome = kept.play("checks/t/draft/x.yaml", files(x="decisions: {Nobody: approve}\nexpected: |\n"))
    assert "没有法定步骤“Nobody”" in outcome.problems[0]


def test_a_kept_scenario_can_be_walked_through_again() -> None:
    written = kept_text(returned_and_late())
    state = walking.replay("t.draft", FILES, written.text, time.monotonic() + 60)
    assert (told(state, "case_ended"), state["ended"]) == (["办结"], True)
    back = step(moves=state["moves"][:2], setup=state["setup"])
    assert names(back) == ["申请"]
