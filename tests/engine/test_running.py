"""What the engine does with one case: time limits, timers, parts, failures."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app import clock
from app.engine.definition import CompiledDefinition
from app.engine.errors import ElementFailed, NotWaiting
from app.engine.runner import Advance, Run, resume
from app.engine.scripting import ServiceCall
from tests.support.diagrams import (
    boundary,
    bpmn,
    call,
    compiled,
    end,
    flow,
    parallel,
    path,
    script,
    service,
    start,
    sub,
    user,
    wait,
    xor,
)  # fmt: skip

BEGIN = dt.datetime(2027, 1, 11, 2, tzinfo=dt.UTC)
VARIABLES = {"list_published_on": "2027-01-11"}


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with clock.at(BEGIN):
        yield


class Walk:
    """A case in the hand, stored after every step."""

    def __init__(self, definition: CompiledDefinition, **variables: Any) -> None:
        self.definition = definition
        self.calls: list[ServiceCall] = []
        self.last = self._keep(Run.start(definition, {**VARIABLES, **variables}, self.operate))

    def operate(self, asked: ServiceCall) -> dict[str, Any]:
        self.calls.append(asked)
        return {"answer": asked.operator}

    def _keep(self, run: Run) -> Advance:
        self.last = run.finish()
        self.body = self.last.body
        self.known = {**getattr(self, "known", {}), **{o.legal.id: o for o in self.last.opened}}
        self.timers = {**getattr(self, "timers", {}), **{t.name: t for t in self.last.timers_set}}
        return self.last

    def run(self) -> Run:
        return resume(self.definition, lambda: self.body, self.operate)

    def do(self, element: str, **values: Any) -> Advance:
        run = self.run()
        run.complete(self.known[element].engine_id, values)
        return self._keep(run)

    def fire(self, name: str) -> bool:
        run = self.run()
        happened = run.fire(self.timers[name].engine_id)
        self._keep(run)
        return happened

    def open(self) -> set[str]:
        run = self.run()
        return {run.definition.resolve(t).id for t in run._waiting_tasks().values()}  # type: ignore[union-attr]


_A = user("A", due="months(1, since=list_published_on)") + boundary("B", "A") + user("L") + path("B", "L", "E2") + end("E2")
TIMED = start() + _A + end() + path("S", "A", "E")
TIMED_AND_ON = start() + _A + user("N") + end() + path("S", "A", "N", "E")


def test_a_boundary_timer_says_due_and_means_that_of_its_task() -> None:
    walk = Walk(compiled(TIMED))
    deadline = walk.known["A"].deadline
    assert deadline is not None
    assert walk.timers["到期B"].fires_at == deadline.expires_at


def test_a_boundary_timer_does_not_fire_before_its_time() -> None:
    walk = Walk(compiled(TIMED))
    assert not walk.fire("到期B")
    assert walk.open() == {"A"}


def test_a_boundary_timer_that_does_not_interrupt_leaves_the_task() -> None:
    walk = Walk(compiled(TIMED))
    with clock.at(walk.timers["到期B"].fires_at):
        assert walk.fire("到期B")
    assert walk.open() == {"A", "L"}


def test_a_boundary_timer_that_interrupts_takes_the_task_away() -> None:
    walk = Walk(compiled(TIMED.replace('cancelActivity="false"', 'cancelActivity="true"')))
    with clock.at(walk.timers["到期B"].fires_at):
        assert walk.fire("到期B")
    assert walk.open() == {"L"}


def test_a_timer_fires_once() -> None:
    walk = Walk(compiled(TIMED))
    with clock.at(walk.timers["到期B"].fires_at):
        assert walk.fire("到期B")
        assert not walk.fire("到期B")


def test_a_timer_of_a_finished_task_is_cleared() -> None:
    walk = Walk(compiled(TIMED))
    timer = walk.timers["到期B"].engine_id
    assert walk.do("A").timers_cleared == [timer]


def test_a_timer_names_the_task_that_it_stands_on() -> None:
    walk = Walk(compiled(TIMED))
    assert walk.timers["到期B"].attached_to == walk.known["A"].engine_id


def test_a_moved_timer_fires_at_its_new_time_only() -> None:
    walk = Walk(compiled(TIMED))
    first = walk.timers["到期B"].fires_at
    run = walk.run()
    run.move_timer(walk.timers["到期B"].engine_id, first + dt.timedelta(days=5))
    walk._keep(run)
    with clock.at(first):
        assert not walk.fire("到期B")
    with clock.at(first + dt.timedelta(days=5)):
        assert walk.fire("到期B")


def test_a_stopped_timer_never_fires() -> None:
    walk = Walk(compiled(TIMED))
    run = walk.run()
    run.move_timer(walk.timers["到期B"].engine_id, None)
    walk._keep(run)
    with clock.at(BEGIN + dt.timedelta(days=4000)):
        assert not walk.fire("到期B")


def test_a_timer_that_is_gone_cannot_be_moved() -> None:
    walk = Walk(compiled(TIMED))
    walk.do("A")
    with pytest.raises(NotWaiting):
        walk.run().move_timer(walk.timers["到期B"].engine_id, None)


def test_a_time_limit_in_the_past_is_missed_at_once() -> None:
    walk = Walk(compiled(TIMED), list_published_on="2026-01-05")
    assert walk.open() == {"A", "L"}


@pytest.mark.parametrize("kind", ["call", "sub"])
def test_the_limit_of_an_enclosing_activity_is_that_of_the_tasks_inside(kind: str) -> None:
    inside = start("iS") + user("U") + end("iE") + path("iS", "U", "iE")
    due = "days(10, since=list_published_on)"
    activity = call("C", "t.child", due=due) if kind == "call" else sub("C", inside, due=due)
    walk = Walk(compiled(start() + activity + end() + path("S", "C", "E"), **({"child": inside} if kind == "call" else {})))
    opened = walk.known["U"]
    assert opened.deadline is not None
    assert (opened.deadline.due_on, opened.inherited) == (dt.date(2027, 1, 21), True)


def test_the_limit_of_a_task_goes_before_that_of_its_enclosing_activity() -> None:
    inside = start("iS") + user("U", due="days(2, since=list_published_on)") + end("iE") + path("iS", "U", "iE")
    walk = Walk(compiled(start() + sub("C", inside, due="days(10, since=list_published_on)") + end() + path("S", "C", "E")))
    opened = walk.known["U"]
    assert opened.deadline is not None
    assert (opened.deadline.due_on, opened.inherited) == (dt.date(2027, 1, 13), False)


def test_a_boundary_timer_on_a_sub_process_fires_wherever_it_stands() -> None:
    inside = start("iS") + user("U") + user("V") + end("iE") + path("iS", "U", "V", "iE")
    body = start() + sub("C", inside, due="days(10, since=list_published_on)") + boundary("B", "C") + user("L") + end() + end("E2")
    walk = Walk(compiled(body + path("S", "C", "E") + path("B", "L", "E2")))
    walk.do("U")
    with clock.at(walk.timers["到期B"].fires_at):
        assert walk.fire("到期B")
    assert walk.open() == {"V", "L"}


def test_an_intermediate_timer_waits_for_its_date() -> None:
    walk = Walk(compiled(start() + wait("W", "days(3, since=list_published_on)") + user("U") + end() + path("S", "W", "U", "E")))
    assert walk.timers["等W"].fires_at == dt.datetime(2027, 1, 14, 16, tzinfo=dt.UTC)


def test_a_task_says_whether_the_diagram_handles_its_lateness() -> None:
    walk = Walk(compiled(start() + user("A", due="days(1, since=list_published_on)") + end() + path("S", "A", "E")))
    assert not walk.known["A"].handled


# -- parts ------------------------------------------------------------------------------------------------------------

INNER = start() + user("U", "内名", basis="{propose}", actor="{who}", article="内条") + end() + path("S", "U", "E")


def test_a_part_gives_basis_actor_name_and_due() -> None:
    parts = '{"propose": {"basis": "x.s1 x.s2", "actor": "city_environment", "name": "提出", "due": "days(1, since=list_published_on)"}}'
    walk = Walk(compiled(start() + call("C", "t.child", parts=parts) + end() + path("S", "C", "E"), child=INNER))
    legal = walk.known["U"].legal
    assert (legal.basis, legal.actor, legal.name, legal.article) == (("x.s1", "x.s2"), "city_environment", "提出", "内条")


def test_braces_that_no_part_gives_are_a_case_variable() -> None:
    parts = '{"propose": {"basis": "x.s1"}}'
    walk = Walk(compiled(start() + call("C", "t.child", parts=parts) + end() + path("S", "C", "E"), child=INNER), who="county_environment")
    assert walk.known["U"].legal.actor == "county_environment"


WAITING = start() + wait("W", "due", basis="{period}", due="days(3, since=list_published_on)") + end() + path("S", "W", "E")


def test_a_timer_between_steps_may_say_due_and_means_its_own() -> None:
    walk = Walk(compiled(WAITING.replace("{period}", "x.s1")))
    assert walk.timers["等W"].fires_at == dt.datetime(2027, 1, 14, 16, tzinfo=dt.UTC)


def test_a_part_says_how_long_a_timer_between_steps_waits() -> None:
    parts = '{"period": {"basis": "x.s1", "due": "days(1, since=list_published_on)"}}'
    walk = Walk(compiled(start() + call("C", "t.child", parts=parts) + end() + path("S", "C", "E"), child=WAITING))
    assert walk.timers["等W"].fires_at == dt.datetime(2027, 1, 12, 16, tzinfo=dt.UTC)


def test_a_timer_that_says_due_and_has_none_names_itself() -> None:
    with pytest.raises(ElementFailed, match="没有期限"):
        Walk(compiled(start() + wait("W", "due") + end() + path("S", "W", "E")))


def test_a_limit_that_there_is_not_this_time_is_never_missed() -> None:
    limited = TIMED.replace("months(1, since=list_published_on)", "None if get('again', False) else months(1, since=list_published_on)")
    again = Walk(compiled(limited), again=True)
    assert (again.known["A"].deadline, again.timers["到期B"].fires_at) == (None, None)
    with clock.at(BEGIN + dt.timedelta(days=4000)):
        assert not again.fire("到期B")


RECORDING = start() + service("R", "record", basis="{fine}", sanction='""', amount="7") + end() + path("S", "R", "E")


def test_a_part_says_what_a_service_is_called_with() -> None:
    parts = '{"fine": {"basis": "x.s1", "sanction": "x.s9", "name": "罚款", "colour": "red"}}'
    walk = Walk(compiled(start() + call("C", "t.child", parts=parts) + end() + path("S", "C", "E"), child=RECORDING))
    assert (walk.calls[0].arguments, walk.calls[0].element.name) == ({"sanction": "x.s9", "amount": 7}, "服务R")


def test_a_part_may_leave_an_argument_to_a_case_variable() -> None:
    parts = '{"fine": {"basis": "x.s1", "sanction": "{found}"}}'
    body = start() + call("C", "t.child", parts=parts) + end() + path("S", "C", "E")
    walk = Walk(compiled(body, child=RECORDING), found="x.s5")
    assert walk.calls[0].arguments["sanction"] == "x.s5"


def test_parts_are_looked_up_in_the_next_outer_call() -> None:
    middle = start() + call("M", "t.child", parts='{"propose": {"basis": "{outer}", "name": "中"}}') + end() + path("S", "M", "E")
    body = start() + call("C", "t.middle", parts='{"outer": {"basis": "x.s9", "name": "外"}}') + end() + path("S", "C", "E")
    legal = Walk(compiled(body, middle=middle, child=INNER)).known["U"].legal
    assert (legal.basis, legal.name) == (("x.s9",), "外")


def test_a_basis_that_nobody_resolves_is_empty() -> None:
    walk = Walk(compiled(start() + call("C", "t.child") + end() + path("S", "C", "E"), child=INNER))
    assert walk.known["U"].legal.basis == ()


# -- failures ---------------------------------------------------------------------------------------------------------


def test_a_loop_that_waits_for_nobody_is_stopped_and_named() -> None:
    body = (
        start()
        + xor("X", "X_P")
        + script("P", "n = 1")
        + end()
        + flow("S", "X")
        + flow("X", "P")
        + flow("P", "X")
        + flow("X", "E", "n == 2")
    )
    with pytest.raises(ElementFailed, match="循环") as caught:
        Walk(compiled(body), n=0)
    assert caught.value.element_id in {"X", "P"}


@pytest.mark.parametrize(
    ("body", "element", "words"),
    [
        (start() + user("U") + script("P", "x = missing_one") + end() + path("S", "U", "P", "E"), "P", "missing_one"),
        (start() + user("U") + xor("X", "X_E") + end() + end("F") + path("S", "U", "X", "E") + flow("X", "F", "gone == 1"), "X", "gone"),
        (start() + user("U") + user("V", due="days(1, since=never_on)") + end() + path("S", "U", "V", "E"), "V", "never_on"),
        (start() + user("U") + wait("W", "days(1, since=never_on)") + end() + path("S", "U", "W", "E"), "W", "never_on"),
        (start() + user("U") + service("V", "send_notice", to="nobody_on") + end() + path("S", "U", "V", "E"), "V", "nobody_on"),
        (start() + user("U") + user("V") + boundary("B", "V") + end() + end("F") + path("S", "U", "V", "E") + flow("B", "F"), "B", "期限"),
    ],
    ids=["script", "gateway", "due", "timer", "parameter", "due of nothing"],
)
def test_a_failure_names_its_element_and_changes_nothing(body: str, element: str, words: str) -> None:
    walk = Walk(compiled(body))
    before = walk.body
    with pytest.raises(ElementFailed, match=words) as caught:
        walk.do("U")
    assert caught.value.element_id == element
    assert walk.body == before
    assert walk.open() == {"U"}


def test_a_gateway_without_a_way_out_names_itself() -> None:
    walk = Walk(compiled(start() + user("U") + xor("X") + end() + path("S", "U", "X") + flow("X", "E", "decision == 'yes'")))
    with pytest.raises(ElementFailed) as caught:
        walk.do("U", decision="no")
    assert caught.value.element_id == "X"


def test_a_task_is_completed_once() -> None:
    walk = Walk(compiled(start() + user("U") + user("V") + end() + path("S", "U", "V", "E")))
    walk.do("U")
    with pytest.raises(NotWaiting):
        walk.do("U")


@pytest.mark.parametrize("engine_id", ["0" * 32, "f" * 32])
def test_a_task_of_another_case_is_not_waiting(engine_id: str) -> None:
    walk = Walk(compiled(start() + user("U") + end() + path("S", "U", "E")))
    with pytest.raises(NotWaiting):
        walk.run().complete(engine_id, {})


# -- variables and ends -----------------------------------------------------------------------------------------------


def test_only_variables_that_the_diagram_reads_travel() -> None:
    body = start() + user("U") + xor("X", "X_V") + user("V") + end() + path("S", "U", "X", "V", "E") + flow("X", "E", "decision == 'no'")
    walk = Walk(compiled(body))
    walk.do("U", decision="yes", long_story="…")
    assert walk.known["V"].variables == {**VARIABLES, "decision": "yes"}


def test_what_an_operator_gives_becomes_variables() -> None:
    walk = Walk(compiled(start() + service("V", "publish_list") + user("U") + end() + path("S", "V", "U", "E")))
    assert walk.known["U"].variables["answer"] == "publish_list"


def test_two_branches_do_not_share_what_was_submitted() -> None:
    body = start() + parallel("G") + user("A") + user("B") + xor("X", "X_C") + user("C") + end() + end("F")
    flows = path("S", "G", "A", "X", "C", "E") + path("G", "B", "F") + flow("X", "F", "decision == 'never'")
    walk = Walk(compiled(body + flows))
    walk.do("B", decision="from b")
    walk.do("A", decision="from a")
    assert walk.known["C"].variables["decision"] == "from a"


def test_the_name_of_the_end_is_the_outcome() -> None:
    walk = Walk(compiled(start() + user("U") + end("E", "办成了") + path("S", "U", "E")))
    assert (walk.do("U").ended, walk.last.outcome) == (True, "办成了")


def test_a_terminating_end_closes_the_other_tasks() -> None:
    body = (
        start() + parallel("G") + user("A") + user("B") + end("K", terminate=True) + end() + path("S", "G", "A", "K") + path("G", "B", "E")
    )
    walk = Walk(compiled(body))
    other = walk.known["B"].engine_id
    advance = walk.do("A")
    assert advance.ended
    assert other in advance.closed


def test_called_processes_are_known_by_their_callers() -> None:
    middle = start() + call("M", "t.child") + end() + path("S", "M", "E")
    walk = Walk(compiled(start() + call("C", "t.middle") + end() + path("S", "C", "E"), middle=middle, child=INNER))
    assert walk.known["U"].callers == ("C", "M")


# -- taking back ------------------------------------------------------------------------------------------------------


def test_a_step_whose_time_limit_was_acted_upon_cannot_be_taken_back() -> None:
    walk = Walk(compiled(TIMED_AND_ON))
    with clock.at(walk.timers["到期B"].fires_at):
        walk.fire("到期B")
        walk.do("A")
        with pytest.raises(NotWaiting, match="另行处理"):
            walk.run().reopen(walk.known["A"].engine_id, [walk.known["N"].engine_id])


def test_definitions_of_one_key_do_not_mix() -> None:
    first, second = compiled(bpmn("t.main", INNER)), compiled(bpmn("t.main", TIMED))
    assert first.content_hash != second.content_hash
