"""What the walk makes of gateways, data, events, sub-processes and calls: one situation a test."""

from __future__ import annotations

import json

import pytest

from app.engine.checking.soundness import walk as walking
from tests.engine.checking.examples import check, form, problems_of, walked
from tests.support.diagrams import boundary, bpmn, call, end, flow, inclusive, parallel, path, script, service, start, sub, user, wait, xor

AGREE = {"agree": form("approve", "return")}
LIMIT = "days(3, since=today())"


def decide(element: str, form_name: str = "agree") -> str:
    return user(element, formJsonSchemaFilename=f"t/{form_name}.json")


def throw(element: str, kind: str, tag: str = "intermediateThrowEvent") -> str:
    return f'<bpmn:{tag} id="{element}" name="抛{element}"><bpmn:{kind}EventDefinition id="{element}_d"/></bpmn:{tag}>'


def on_edge(element: str, on: str, kind: str, *, interrupting: bool = True) -> str:
    flag = "true" if interrupting else "false"
    return (
        f'<bpmn:boundaryEvent id="{element}" name="接{element}" attachedToRef="{on}" cancelActivity="{flag}">'
        f'<bpmn:{kind}EventDefinition id="{element}_d"/></bpmn:boundaryEvent>'
    )


def catch(element: str, name: str) -> str:
    return _signal("intermediateCatchEvent", element, name)


def send(element: str) -> str:
    return _signal("intermediateThrowEvent", element, "发信号")


def _signal(tag: str, element: str, name: str) -> str:
    return f'<bpmn:{tag} id="{element}" name="{name}"><bpmn:signalEventDefinition id="{element}_d" signalRef="Sig"/></bpmn:{tag}>'


def two_ways(first: str | None, second: str | None, default: str | None = None) -> str:
    """A gateway X with ways to the ends E and E2."""
    return xor("X", default) + end() + end("E2", "另一结果") + flow("X", "E", first) + flow("X", "E2", second)


# -- decisions and data -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ('decision == "approve"', 'decision == "return"', set()),
        ('decision in ("approve", "x")', 'decision != "approve"', set()),
        ('decision == "approve"', 'decision == "approve"', {"uncovered-decision"}),
        ('decision == "approve" and later', 'decision == "return"', {"uncovered-decision"}),
        ("later", "not later", set()),
        ("get('later', False)", "not get('later', False)", set()),
        ("later > 3", "later <= 3", set()),
        ("later >= 3", "later < 2", {"no-default-flow"}),
        ('has(kinds, "a")', 'not has(kinds, "a")', set()),
        ('has(kinds, "a")', 'has(kinds, "b")', {"no-default-flow"}),
        ('later == "a"', 'later == "b"', {"no-default-flow"}),
        ("later == other", "later != other", {"no-default-flow"}),  # two unknowns: it cannot be told
        ("today() < later", "today() >= later", {"no-default-flow"}),  # the day of the check says nothing
    ],
)
def test_a_gateway_without_default_must_cover_what_can_come(first: str, second: str, codes: set[str]) -> None:
    body = start() + decide("U") + path("S", "U", "X") + two_ways(first, second)
    assert set(walked(body, forms=AGREE)) == codes


def test_a_gateway_with_a_default_covers_everything() -> None:
    body = start() + decide("U") + path("S", "U", "X") + two_ways(None, 'decision == "return"', "X_E")
    assert walked(body, forms=AGREE) == {}


def test_each_uncovered_decision_is_reported() -> None:
    body = start() + decide("U", "many") + path("S", "U", "X") + two_ways('decision == "a"', 'decision == "b"')
    problems = [p.message for p in check(body, forms={"many": form("a", "b", "c", "d")}) if p.code == "uncovered-decision"]
    assert [("«c»" in m, "«d»" in m) for m in problems] == [(True, False), (False, True)]


def test_a_decision_that_need_not_be_made_may_be_an_older_one() -> None:
    optional = json.dumps({"type": "object", "properties": {"decision": {"enum": ["approve", "return"]}}}).encode()
    body = (
        start()
        + decide("A", "old")
        + decide("U", "new")
        + path("S", "A", "U", "X")
        + two_ways('decision == "approve"', 'decision == "return"')
    )
    assert "uncovered-decision" in walked(body, forms={"old": form("stop"), "new": optional})


def test_what_was_found_out_once_is_remembered() -> None:
    """After the way for x, a gateway that only knows x needs no other way out."""
    body = (
        start() + xor("G", "G_B") + user("A") + user("B") + xor("X") + end() + end("E2")
        + path("S", "G", "B", "E2") + flow("G", "A", "x") + path("A", "X") + flow("X", "E", "x") + flow("X", "E2", "y and z and not x")
    )  # fmt: skip
    assert set(walked(body)) == {"never-taken"}


def test_a_form_that_asks_anew_makes_it_unknown_again() -> None:
    free = json.dumps({"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}).encode()
    body = (
        start() + xor("G", "G_B") + decide("A", "ask") + user("B") + xor("X") + end() + end("E2") + path("S", "G", "B", "E2")
        + flow("G", "A", 'x == "1"') + path("A", "X") + flow("X", "E", 'x == "1"') + flow("X", "E2", 'x == "2"')
    )  # fmt: skip
    assert set(walked(body, forms={"ask": free})) == {"no-default-flow"}


def test_what_people_only_read_they_do_not_change() -> None:
    shown = json.dumps({"type": "object", "properties": {"x": {"enum": ["3"], "readOnly": True}}}).encode()
    body = (
        start() + xor("G", "G_E2") + decide("A", "ask") + xor("X") + end() + end("E2") + path("S", "G", "E2")
        + flow("G", "A", 'x == "1"') + path("A", "X") + flow("X", "E", 'x == "1"') + flow("X", "E2", 'x == "2"')
    )  # fmt: skip
    assert set(walked(body, forms={"ask": shown})) == {"never-taken"}


def test_scripts_are_run_by_the_sandbox() -> None:
    made = 'grade = "good" if score >= 85 else ("fair" if score >= 70 else "poor")'
    ways = two_ways('grade == "good"', 'grade == "fair" or grade == "poor"')
    assert walked(start() + script("P", made) + path("S", "P", "X") + ways) == {}
    fewer = two_ways('grade == "good"', 'grade == "fair"')
    assert set(walked(start() + script("P", made) + path("S", "P", "X") + fewer)) == {"no-default-flow"}


def test_a_script_with_an_if_may_set_anything() -> None:
    body = start() + script("P", 'if y:\n    x = "1"\nelse:\n    x = "2"') + path("S", "P", "X") + two_ways('x == "1"', 'x == "2"')
    assert set(walked(body)) == {"no-default-flow"}


def test_branches_that_disagree_are_both_tried_after_the_join() -> None:
    branches = (
        start()
        + parallel("F")
        + script("P", 'x = "1"')
        + script("Q", 'x = "2"')
        + parallel("J")
        + path("S", "F", "P", "J", "X")
        + path("F", "Q", "J")
    )
    assert walked(branches + two_ways('x == "1"', 'x == "2"')) == {}
    assert set(walked(branches + two_ways('x == "1"', 'x == "3"'))) == {"no-default-flow"}


def test_conditions_are_tried_from_top_to_bottom_as_the_engine_does() -> None:
    """The first way that holds is taken: the second, which the first includes, never is."""
    body = start() + path("S", "X") + xor("X", "X_E") + user("A") + user("B") + end() + flow("X", "E")
    body += flow("X", "A", "x") + flow("X", "B", "x and y") + path("A", "E") + path("B", "E")
    assert set(walked(body)) == {"never-taken"}


def test_a_counter_that_counts_on_is_no_endless_loop() -> None:
    body = start() + script("I", "n = 0") + xor("M") + user("U") + script("C", "n = n + 1") + path("S", "I", "M", "U", "C", "X")
    body += xor("X", "X_M") + flow("X", "M") + end() + flow("X", "E", "n >= 4")
    assert walked(body) == {}


# -- tokens -----------------------------------------------------------------------------------------------------------


def test_a_terminating_end_ends_its_own_scope_only() -> None:
    inner = (
        start("BS")
        + parallel("F")
        + user("A")
        + user("B")
        + end("BE", terminate=True)
        + end("BE2")
        + path("BS", "F", "A", "BE")
        + path("F", "B", "BE2")
    )
    body = start() + sub("T", inner) + user("U") + end() + path("S", "T", "U", "E")
    assert walked(body) == {}


def test_an_inclusive_join_waits_for_what_can_still_come() -> None:
    body = (
        start() + inclusive("G") + user("A") + user("B") + user("C") + inclusive("J") + end() + path("S", "G")
        + flow("G", "A", 'has(k, "1") or not has(k, "2")') + flow("G", "B", 'has(k, "2")') + path("A", "C", "J", "E") + path("B", "J")
    )  # fmt: skip
    assert walked(body) == {}


def test_two_inclusive_joins_that_wait_for_one_another_are_a_deadlock() -> None:
    body = (
        start() + parallel("F") + inclusive("J") + inclusive("K") + user("A") + user("B") + xor("X", "X_K") + xor("Y", "Y_J") + end() + end("E2")
        + path("S", "F", "J", "A", "X", "K") + path("F", "K", "B", "Y", "J") + flow("X", "E", "x") + flow("Y", "E2", "y")
    )  # fmt: skip
    assert "deadlock" in walked(body)


def test_a_side_way_of_a_timer_may_run_twice() -> None:
    body = (
        start() + xor("M") + decide("U") + boundary("B", "U", LIMIT) + user("T") + end("BE") + xor("X", "X_E") + end()
        + path("S", "M", "U", "X", "E") + flow("X", "M", 'decision == "return"') + path("B", "T", "BE")
    )  # fmt: skip
    assert walked(body, forms=AGREE) == {}


def test_a_timer_that_interrupts_takes_the_place_of_its_task() -> None:
    body = (
        start()
        + user("U")
        + boundary("B", "U", LIMIT, interrupting=True)
        + xor("M")
        + user("V")
        + end()
        + path("S", "U", "M", "V", "E")
        + path("B", "M")
    )
    assert walked(body) == {}


def test_a_timer_that_interrupts_a_sub_process_ends_everything_inside() -> None:
    inner = (
        start("BS")
        + parallel("F")
        + user("A")
        + user("B")
        + parallel("J")
        + end("BE")
        + path("BS", "F", "A", "J", "BE")
        + path("F", "B", "J")
    )
    body = (
        start() + sub("T", inner) + boundary("L", "T", LIMIT, interrupting=True) + end() + end("E2") + path("S", "T", "E") + path("L", "E2")
    )
    assert walked(body) == {}


def test_a_timer_on_a_sub_process_that_never_waits_cannot_happen() -> None:
    inner = start("BS") + script("P", "a = 1") + end("BE") + path("BS", "P", "BE")
    body = (
        start() + sub("T", inner) + boundary("L", "T", LIMIT, interrupting=True) + end() + end("E2") + path("S", "T", "E") + path("L", "E2")
    )
    assert set(walked(body)) == {"boundary-never-fires"}


def test_tasks_in_a_called_process_keep_a_timer_on_the_call_waiting() -> None:
    body = (
        start()
        + call("C", "t.inner")
        + boundary("L", "C", LIMIT, interrupting=True)
        + end()
        + end("E2")
        + path("S", "C", "E")
        + path("L", "E2")
    )
    assert walked(body, inner=start() + user("U") + end() + path("S", "U", "E")) == {}
    assert set(walked(body, inner=start() + script("P", "a = 1") + end() + path("S", "P", "E"))) == {"boundary-never-fires"}


# -- events -----------------------------------------------------------------------------------------------------------


def test_an_error_leaves_its_sub_process_by_the_edge() -> None:
    inner = start("BS") + decide("A") + xor("X", "X_BE") + end("BE") + throw("T", "error", "endEvent") + path("BS", "A", "X", "BE")
    inner += flow("X", "T", 'decision == "return"')
    body = start() + sub("B", inner) + on_edge("C", "B", "error") + end() + end("E2") + path("S", "B", "E") + path("C", "E2")
    assert walked(body, forms=AGREE) == {}


def test_an_error_of_a_called_process_is_caught_at_the_call() -> None:
    inner = start() + user("A") + throw("T", "error", "endEvent") + path("S", "A", "T")
    body = start() + call("K", "t.inner") + on_edge("C", "K", "error") + end() + end("E2") + path("S", "K", "E") + path("C", "E2")
    assert walked(body, inner=inner) == {}


def test_an_escalation_goes_on_beside_what_it_reports() -> None:
    inner = start("BS") + user("A") + throw("T", "escalation") + user("A2") + end("BE") + path("BS", "A", "T", "A2", "BE")
    body = start() + sub("B", inner) + on_edge("C", "B", "escalation", interrupting=False) + user("V") + end() + end("E2")
    assert walked(body + path("S", "B", "E") + path("C", "V", "E2")) == {}


def test_a_signal_that_nobody_sends_is_waited_for_in_vain() -> None:
    message = walked(start() + catch("C", "等回音") + end() + path("S", "C", "E"))["deadlock"]
    assert "等回音" in message


def test_a_called_process_may_wait_for_a_signal_of_its_caller() -> None:
    inner = start() + catch("C", "等回音") + end() + path("S", "C", "E")
    outer = start() + parallel("F") + call("K", "t.inner") + user("U") + send("T") + parallel("J") + end()
    outer += path("S", "F", "K", "J", "E") + path("F", "U", "T", "J")
    assert walked(outer, inner=inner) == {}
    silent = start() + call("K", "t.inner") + end() + path("S", "K", "E")
    assert set(walked(silent, inner=inner)) == {"deadlock"}


# -- calls ------------------------------------------------------------------------------------------------------------


def test_a_called_process_is_walked_with_the_forms_that_its_caller_gives() -> None:
    inner = start() + user("U", basis="{judge}", formJsonSchemaFilename="t/agree.json") + path("S", "U", "X")
    inner += two_ways('decision == "approve"', 'decision == "return"')
    parts = json.dumps({"judge": {"basis": "sd-audit-2017.listing-env.s1", "formJsonSchemaFilename": "t/three.json"}})
    outer = start() + call("C", "t.inner", parts=parts) + end() + path("S", "C", "E")
    forms = {**AGREE, "three": form("approve", "return", "reject")}
    (problem,) = (p for p in check(outer, forms=forms, inner=inner) if p.code == "uncovered-decision")
    assert (problem.file, problem.element) == ("processes/t/inner.bpmn", "X")
    plain = start() + call("C", "t.inner", parts=parts.replace("three", "agree")) + end() + path("S", "C", "E")
    assert walked(plain, forms=forms, inner=inner) == {}


def test_a_part_that_the_called_process_can_do_without_may_be_left_out() -> None:
    step = {"basis": "sd-audit-2017.listing-env.s1"}
    inner = start() + user("U", basis="{judge}") + user("V", basis="{publish}") + end() + path("S", "U", "V", "E")
    outer = start() + call("C", "t.inner", parts=json.dumps({"judge": step})) + end() + path("S", "C", "E")
    files = {"processes/t/outer.bpmn": bpmn("t.outer", outer), "processes/t/inner.bpmn": bpmn("t.inner", inner)}
    assert "unknown-part" in {p.code for p in problems_of(files)}
    files["processes/t/inner.bpmn"] = bpmn("t.inner", inner, optional_parts="publish")
    assert "unknown-part" not in {p.code for p in problems_of(files)}


def test_what_a_called_process_sets_decides_in_its_caller() -> None:
    inner = start() + decide("U") + script("P", 'result = "bad" if decision == "return" else "good"') + end() + path("S", "U", "P", "E")
    outer = start() + call("C", "t.inner") + path("S", "C", "X")
    assert walked(outer + two_ways('result == "good"', 'result == "bad"'), forms=AGREE, inner=inner) == {}
    assert set(walked(outer + two_ways('result == "good"', 'result == "poor"'), forms=AGREE, inner=inner)) == {
        "never-taken",
        "no-default-flow",
    } - {"never-taken"}


def test_a_fault_in_a_called_process_is_named_in_its_own_file_once() -> None:
    inner = start() + parallel("J") + user("U") + end() + path("S", "J", "U", "E") + path("U", "J")
    outer = start() + call("C", "t.inner") + call("D", "t.inner") + end() + path("S", "C", "D", "E")
    assert [p.file for p in check(outer, inner=inner) if p.code == "deadlock"] == ["processes/t/inner.bpmn"]


# -- bounds -----------------------------------------------------------------------------------------------------------


def branches(count: int) -> str:
    ways = (user(f"U{n}") + end(f"E{n}") + path("F", f"U{n}", f"E{n}") for n in range(count))
    return start() + parallel("F") + path("S", "F") + "".join(ways)


@pytest.mark.parametrize(("bound", "value"), [("MAX_STATES", 100), ("MAX_SECONDS", 0.0)])
def test_a_walk_that_reaches_its_bound_says_so_and_nothing_else(bound: str, value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, bound, value)
    assert set(walked(branches(7))) == {"state-space-too-large"}


def test_a_fault_before_the_bound_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MAX_STATES", 300)
    body = (
        start()
        + user("A")
        + xor("X")
        + path("S", "A", "X")
        + flow("X", "F", "x == 1")
        + branches(7).replace(start(), "").replace(path("S", "F"), "")
    )
    assert set(walked(body)) == {"no-default-flow", "state-space-too-large"}


def test_a_long_chain_of_automatic_steps_is_walked_without_recursion() -> None:
    steps = [f"P{n}" for n in range(600)]
    body = start() + "".join(script(step, "a = 1") for step in steps) + end() + path("S", *steps, "E")
    assert walked(body) == {}


def test_services_and_waits_do_not_hide_what_follows() -> None:
    body = start() + service("V", "hand_over_list") + wait("W", LIMIT) + path("S", "V", "W", "X") + two_ways("x == 1", "x == 2")
    assert set(walked(body)) == {"no-default-flow"}


def test_what_a_service_gives_may_be_different_the_next_time() -> None:
    body = start() + xor("M") + service("Draw", "draw_experts", wanted="2") + xor("Drawn", "Drawn_Fill") + user("Fill") + end()
    body += path("S", "M", "Draw", "Drawn") + flow("Drawn", "E", "experts_drawn") + flow("Drawn", "Fill") + path("Fill", "M")
    assert walked(body) == {}


def test_what_a_service_does_not_give_stays_as_it_is() -> None:
    body = start() + xor("M") + service("Count", "expert_opinions") + xor("Drawn", "Drawn_Fill") + user("Fill") + end()
    body += path("S", "M", "Count", "Drawn") + flow("Drawn", "E", "experts_drawn") + flow("Drawn", "Fill") + path("Fill", "M")
    assert "livelock" in walked(body)
