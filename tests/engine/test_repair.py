"""Repairs of a case in the engine: what is led around, moved or given other data is stored, taken up again, and comes to an end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.engine import elsewhere, repair, state
from app.engine.definition import CompiledDefinition
from app.engine.errors import CannotMove, ElementFailed, NotWaiting
from app.engine.repair import Place
from app.engine.runner import Advance, Run, resume
from app.engine.scripting import ServiceCall
from tests.engine.test_state_walks import BLOCKS, QUIET, STEPS, Block, do, made, nothing, picture
from tests.support.diagrams import (
    boundary,
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
TO_THE_END = 200


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with clock.at(BEGIN):
        yield


class Case:
    """A case in the hand, stored after every act."""

    def __init__(self, definition: CompiledDefinition, **variables: Any) -> None:
        self.definition = definition
        self.served: list[str] = []
        self.last = Advance()
        self.ids: dict[str, str] = {}
        self.keep(Run.start(definition, {"begun": "2027-01-11", **variables}, self.operate))

    def operate(self, asked: ServiceCall) -> dict[str, Any]:
        self.served.append(asked.element.id)
        return {}

    def keep(self, run: Run) -> Advance:
        self.last = run.finish()
        self.ids.update({o.legal.id: o.engine_id for o in self.last.opened})
        return self.last

    def run(self) -> Run:
        body = self.last.body
        return resume(self.definition, lambda: body, self.operate)

    def act(self, act: Callable[[Run], object]) -> Advance:
        run = self.run()
        act(run)
        return self.keep(run)

    def do(self, element: str, **values: Any) -> Advance:
        return self.act(self.completion(element, **values))

    def completion(self, element: str, **values: Any) -> Callable[[Run], object]:
        return lambda run: run.complete(self.ids[element], values)

    def open(self) -> set[str]:
        return {standing.element.id for standing in repair.standings(self.run()) if not standing.element.called}

    def move(self, source: str, target: str) -> Advance:
        standing = next(s for s in repair.standings(self.run()) if s.element.id == source)
        return self.act(lambda run: repair.move(run, standing.engine_id, target))


LINE = start() + user("A") + script("B", "x = missing + 1") + user("C") + end() + path("S", "A", "B", "C", "E")


# -- around the element that fails --------------------------------------------------------------------------------------


def test_an_act_is_led_around_the_element_that_fails() -> None:
    case = Case(compiled(LINE))
    with pytest.raises(ElementFailed):
        case.do("A")
    done = case.act(lambda run: repair.divert(run, case.completion("A"), Place("t.main", "B"), "C"))
    assert [o.legal.id for o in done.opened] == ["C"]
    assert done.completed == [case.ids["A"]]
    assert [p.legal.id for p in done.passed] == ["A"]
    assert case.do("C").ended


def test_what_comes_before_the_failing_element_is_carried_out_and_the_element_is_not() -> None:
    body = start() + user("A") + service("V", "tell") + service("W", "tell") + user("C") + end() + path("S", "A", "V", "W", "C", "E")
    case = Case(compiled(body))
    case.act(lambda run: repair.divert(run, case.completion("A"), Place("t.main", "W"), "C"))
    assert case.served == ["V"]
    assert case.open() == {"C"}


@pytest.mark.parametrize("target", ["A", "E"])
def test_the_way_around_may_lead_back_or_to_the_end(target: str) -> None:
    case = Case(compiled(LINE))
    done = case.act(lambda run: repair.divert(run, case.completion("A"), Place("t.main", "B"), target))
    assert (done.ended, case.open()) == ((True, set()) if target == "E" else (False, {"A"}))


def test_a_gateway_without_an_exit_is_led_around() -> None:
    body = start() + user("A") + xor("G") + user("C") + user("Q") + end()
    body += path("S", "A", "G") + flow("G", "C", "answer == 'c'") + flow("G", "Q", "answer == 'd'") + path("C", "E") + path("Q", "E")
    case = Case(compiled(body))
    with pytest.raises(ElementFailed, match="没有一个出口") as caught:
        case.do("A", answer="x")
    place = repair.failing_place(case.definition, caught.value.scope, caught.value.element_id)
    assert place == Place("t.main", "G")
    case.act(lambda run: repair.divert(run, case.completion("A", answer="x"), Place("t.main", "G"), "Q"))
    assert case.open() == {"Q"}


def test_a_boundary_event_that_fails_stands_for_its_activity() -> None:
    body = start() + user("A") + user("C") + boundary("L", "C", "missing") + user("Q") + end() + path("S", "A", "C", "Q", "E")
    case = Case(compiled(body))
    with pytest.raises(ElementFailed, match="missing") as caught:
        case.do("A")
    place = repair.failing_place(case.definition, caught.value.scope, caught.value.element_id)
    assert place == Place("t.main", "C")
    case.act(lambda run: repair.divert(run, case.completion("A"), Place("t.main", "C"), "Q"))
    assert case.open() == {"Q"}
    assert case.do("Q").ended


@pytest.mark.parametrize("failing", [wait("W", "missing"), user("W", due="missing"), user("W", due="days('x', since=begun)")])
def test_an_element_that_cannot_begin_to_wait_is_led_around(failing: str) -> None:
    case = Case(compiled(start() + user("A") + failing + user("C") + end() + path("S", "A", "W", "C", "E")))
    with pytest.raises(ElementFailed):
        case.do("A")
    case.act(lambda run: repair.divert(run, case.completion("A"), Place("t.main", "W"), "C"))
    assert case.open() == {"C"}
    assert case.last.timers_set == []


CALLER = start() + call("K", "t.child") + user("Z") + end() + path("S", "K", "Z", "E")
CHILD = start() + user("A") + script("B", "x = missing + 1") + user("C") + end() + path("S", "A", "B", "C", "E")


def test_a_failing_element_is_left_with_the_activity_around_it_and_what_was_done_inside_is_kept() -> None:
    case = Case(compiled(CALLER.replace(user("Z"), user("Z", due="days(3, since=found)")), child=CHILD))
    act = case.completion("A", found="2027-03-01")
    done = case.act(lambda run: repair.divert(run, act, Place("t.child", "B"), "Z", outward=1))
    assert [(o.legal.id, str(o.deadline.due_on)) for o in done.opened if o.deadline] == [("Z", "2027-03-04")]
    assert not case.run().workflow.subprocesses
    assert case.do("Z").ended


def test_where_the_act_no_longer_comes_to_the_place_nothing_is_led_around() -> None:
    case = Case(compiled(LINE), missing=1)
    with pytest.raises(CannotMove, match="重试"):
        case.act(lambda run: repair.divert(run, case.completion("A"), Place("t.main", "Nowhere"), "C"))


# -- another element ----------------------------------------------------------------------------------------------------


def test_a_moved_token_leaves_nothing_behind() -> None:
    body = (
        start() + user("A", due="days(3, since=begun)") + boundary("L", "A") + user("M") + end("F") + user("C") + end()
        + path("S", "A", "C", "E") + path("L", "M", "F")
    )  # fmt: skip
    case = Case(compiled(body))
    watched = [timer.engine_id for timer in case.last.timers_set]
    moved = case.move("A", "C")
    assert (moved.closed, moved.completed, moved.timers_cleared) == ([case.ids["A"]], [], watched)
    assert case.open() == {"C"}
    assert case.do("C").ended


def test_what_a_boundary_event_began_goes_on_when_its_activity_is_left() -> None:
    body = (
        start() + user("A", due="days(3, since=begun)") + boundary("L", "A") + user("M") + end("F") + user("C") + end()
        + path("S", "A", "C", "E") + path("L", "M", "F")
    )  # fmt: skip
    case = Case(compiled(body))
    timer = case.last.timers_set[0].engine_id
    with clock.at(BEGIN + dt.timedelta(days=9)):
        case.act(lambda run: run.fire(timer))
    assert case.open() == {"A", "M"}
    case.move("A", "C")
    assert case.open() == {"C", "M"}
    case.do("C")
    assert case.do("M").ended


def test_an_element_may_be_begun_anew() -> None:
    case = Case(compiled(start() + user("A", due="days(3, since=begun)") + end() + path("S", "A", "E")))
    before = case.ids["A"]
    moved = case.move("A", "A")
    assert (moved.closed, [o.legal.id for o in moved.opened]) == ([before], ["A"])
    assert case.do("A").ended


def test_branches_may_be_begun_at_their_gateway() -> None:
    body = start() + user("A") + user("X") + parallel("P") + user("B") + user("C") + parallel("J") + end()
    case = Case(compiled(body + path("S", "A", "X", "P", "B", "J", "E") + path("P", "C", "J")))
    case.move("A", "P")
    assert case.open() == {"B", "C"}
    case.do("B")
    assert case.do("C").ended


def test_leaving_an_activity_ends_what_ran_inside() -> None:
    inner = (
        start() + parallel("P") + user("A", due="days(1, since=begun)") + boundary("L", "A", interrupting=True) + user("B") + end()
        + end("F") + path("S", "P", "A", "E") + path("P", "B", "E") + path("L", "F")
    )  # fmt: skip
    case = Case(compiled(CALLER, child=inner))
    moved = case.move("K", "Z")
    assert set(moved.closed) == {case.ids["A"], case.ids["B"]}
    assert len(moved.timers_cleared) == 1
    assert case.run().workflow.event_manager.tasks == {}
    assert case.do("Z").ended


def test_a_branch_moves_within_itself_and_joins_as_ever() -> None:
    body = (
        start() + parallel("P") + user("A") + user("B") + user("C") + parallel("J") + user("Z") + end()
        + path("S", "P", "A", "B", "J", "Z", "E") + path("P", "C", "J")
    )  # fmt: skip
    case = Case(compiled(body))
    case.move("A", "B")
    case.do("B")
    assert case.open() == {"C", "J"} or case.open() == {"C"}
    case.do("C")
    assert case.open() == {"Z"}


REFUSALS = [
    ("A", "S", "起点"), ("A", "L", "依附"), ("A", "M", "主线"), ("M", "A", "主线"), ("A", "Q", "没有开始"), ("Q", "Z", "一直等下去"),
    ("Q", "F", "没有开始"), ("A", "J", "汇合"), ("A", "X", "另一个流程或子流程"), ("A", "T", "另一个流程或子流程"), ("A", "Nowhere", "没有路径"),
]  # fmt: skip
WIDE = (
    start() + user("A") + boundary("L", "A", "begun") + user("M") + end("ME") + parallel("P") + user("Q") + user("F") + parallel("J") + call("K", "t.child")
    + sub("U", start("US") + user("T") + end("UE") + path("US", "T", "UE")) + user("Z") + end()
    + path("S", "A", "P", "Q", "J", "K", "U", "Z", "E") + path("P", "F", "J") + path("L", "M", "ME")
)  # fmt: skip


@pytest.mark.parametrize(("source", "target", "words"), REFUSALS)
def test_a_move_that_could_not_end_is_refused_with_its_reason(source: str, target: str, words: str) -> None:
    definition = compiled(WIDE, child=start() + user("X") + end() + path("S", "X", "E"))
    assert words in (elsewhere.refusal(definition.spec, source, target) or "")


def test_the_elements_of_a_process_say_where_one_may_go() -> None:
    definition = compiled(WIDE, child=start() + user("X") + end() + path("S", "X", "E"))
    allowed = {t.element.id for t in elsewhere.targets(definition, "t.main", "A") if t.refusal is None}
    assert allowed == {"A", "P", "K", "U", "Z", "E"}


def test_two_tokens_never_meet_in_one_element() -> None:
    body = start() + parallel("P") + user("A") + user("B") + xor("X") + user("Z") + end()
    body += path("S", "P", "A", "X", "Z", "E") + path("P", "B", "X")
    case = Case(compiled(body))
    case.do("B")
    assert case.open() == {"A", "Z"}
    with pytest.raises(CannotMove):
        case.move("A", "Z")


def test_a_place_that_no_longer_waits_is_refused() -> None:
    case = Case(compiled(LINE), missing=1)
    gone = case.ids["A"]
    case.do("A")
    with pytest.raises(NotWaiting):
        case.act(lambda run: repair.move(run, gone, "C"))


# -- other data -----------------------------------------------------------------------------------------------------------


def test_other_data_reaches_every_branch_and_the_activities_around() -> None:
    body = start() + parallel("P") + user("A") + user("B") + parallel("J") + xor("G") + user("Y") + user("N") + end()
    body += (
        path("S", "P", "A", "J", "G")
        + path("P", "B", "J")
        + flow("G", "Y", "fine == 'yes'")
        + flow("G", "N", "fine == 'no'")
        + path("Y", "E")
        + path("N", "E")
    )
    outer = start() + call("K", "t.child") + end() + path("S", "K", "E")
    case = Case(compiled(outer, child=body), fine="?")
    case.do("A", fine="?")
    case.act(lambda run: repair.set_variables(run, {"fine": "yes"}))
    case.do("B")
    assert case.open() == {"Y"}


@pytest.mark.parametrize("live", [True, False])
def test_what_finished_branches_ended_with_does_not_come_back(live: bool) -> None:
    """A gateway merges what its branches hold, entry by entry; an entry that was taken away while it waits stays away."""
    body = start() + parallel("P") + user("A") + user("B") + user("C") + parallel("J") + script("R", "seen = found") + user("Z") + end()
    definition = compiled(body + path("S", "P", "A", "J", "R", "Z", "E") + path("P", "B", "J") + path("P", "C", "J"))
    run = Run.start(definition, {}, nothing)
    ids = {o.legal.id: o.engine_id for o in run.finish().opened}

    def after(act: Callable[[Run], object]) -> Run:
        body = state.dump(run.workflow)
        again = Run(definition, run.workflow, nothing) if live else resume(definition, lambda: body, nothing)
        act(again)
        return again

    for element in "AB":
        run = after(lambda run: run.complete(ids[element], {"found": {"a": 1, "b": 2}}))  # noqa: B023
    run = after(lambda run: repair.set_variables(run, {"found": {"a": 1}}))
    run = resume(definition, lambda: state.dump(run.workflow), nothing)
    run.complete(ids["C"], {})
    assert run.finish().opened[0].variables["found"] == {"a": 1}


def test_data_that_was_submitted_or_computed_gives_way_just_before_the_place() -> None:
    body = (
        start() + user("A") + script("B", "y = x + 1") + script("F", "z = y // w") + user("C") + end() + path("S", "A", "B", "F", "C", "E")
    )
    case = Case(compiled(body))
    with pytest.raises(ElementFailed):
        case.do("A", x=1, w=0)
    done = case.act(lambda run: repair.with_values(run, case.completion("A", x=1, w=0), Place("t.main", "F"), {"w": 1, "y": 7}))
    assert done.opened[0].variables["z"] == 7


def test_other_data_holds_where_the_case_waits_after_it_was_computed() -> None:
    body = (
        start() + user("A") + script("B", "since = 'never'") + user("C", due="days(3, since=since)") + end() + path("S", "A", "B", "C", "E")
    )
    case = Case(compiled(body))
    with pytest.raises(ElementFailed):
        case.do("A")
    done = case.act(lambda run: repair.with_values(run, case.completion("A"), Place("t.main", "C"), {"since": "2027-01-11"}))
    assert [str(o.deadline.due_on) for o in done.opened if o.deadline] == ["2027-01-14"]


def test_an_element_says_what_it_reads() -> None:
    body = (
        start()
        + user("A", due="days(3, since=begun)")
        + xor("G")
        + user("C")
        + end()
        + path("S", "A", "G")
        + flow("G", "C", "answer == 'c'")
        + path("C", "E")
    )
    definition = compiled(body)
    assert repair.read_at(definition, Place("t.main", "A")) == {"begun"}
    assert repair.read_at(definition, Place("t.main", "G")) == {"answer"}


def test_what_a_script_only_sets_is_not_what_it_needs() -> None:
    definition = compiled(
        start() + script("B", "share = total // parts\ntotal = total + 1\nother = get('more', 0)") + end() + path("S", "B", "E")
    )
    assert repair.read_at(definition, Place("t.main", "B")) == {"total", "parts", "more"}


def test_a_case_that_stands_at_the_place_is_led_on_without_an_act() -> None:
    case = Case(compiled(CALLER, child=CHILD))
    done = case.act(lambda run: repair.divert(run, None, Place("t.child", "A"), "Z", outward=1))
    assert (done.closed, [o.legal.id for o in done.opened]) == ([case.ids["A"]], ["Z"])


def test_time_limits_and_timers_are_reckoned_anew() -> None:
    body = (
        start() + user("A", due="days(3, since=begun)") + boundary("L", "A") + user("M") + end("F") + wait("W", "days(5, since=begun)") + end()
        + parallel("P") + path("S", "P", "A", "E") + path("P", "W", "E") + path("L", "M", "F")
    )  # fmt: skip
    case = Case(compiled(body))
    run = case.run()
    before = repair.reckon(run)
    repair.set_variables(run, {"begun": "2027-02-01"})
    after = repair.reckon(run)
    (task,) = before.tasks
    limits = [reckoned.tasks[task].deadline for reckoned in (before, after)]
    assert [str(limit.due_on) for limit in limits if limit] == ["2027-01-14", "2027-02-04"]
    assert sorted(str(at)[:10] for at in after.timers.values()) == ["2027-02-04", "2027-02-08"]


def test_a_limit_that_cannot_be_reckoned_counts_as_none() -> None:
    case = Case(compiled(start() + user("A", due="days(3, since=begun)") + end() + path("S", "A", "E")))
    run = case.run()
    repair.set_variables(run, {"begun": "never"})
    assert repair.reckon(run).tasks == {}


# -- all diagrams ---------------------------------------------------------------------------------------------------------


def stops_a_branch(block: Block, beside: bool = False) -> bool:
    """Whether an interrupting event ends a branch that another one waits for: such a diagram may stand still by itself."""
    beside = beside or block[0] in ("and", "or")
    interrupts = block[0] in ("timed", "sub") and block[-1] is True
    return (beside and interrupts) or any(stops_a_branch(inner, beside) for inner in block if isinstance(inner, tuple))


@QUIET
@given(
    BLOCKS.filter(lambda block: not stops_a_branch(block)),
    STEPS,
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=4),
)
def test_whatever_may_be_moved_is_stored_and_comes_to_an_end(
    block: Block, steps: list[tuple[int, str]], moves: list[tuple[int, int]]
) -> None:
    definition = made(block)
    advance = Run.start(definition, {"choice": "a", "begun": "2027-01-11"}, nothing).finish()
    for index, (step, choice) in enumerate(steps):
        if advance.ended:
            return
        run = resume(definition, lambda: advance.body, nothing)  # noqa: B023
        do(run, step, choice)
        advance = run.finish()
        if advance.ended or index >= len(moves):
            continue
        run = resume(definition, lambda: advance.body, nothing)  # noqa: B023
        standing = repair.standings(run)[moves[index][0] % len(repair.standings(run))]
        allowed = [t.element.id for t in elsewhere.targets(definition, standing.place.scope, standing.element.id) if t.refusal is None]
        try:
            repair.move(run, standing.engine_id, allowed[moves[index][1] % len(allowed)])
        except CannotMove:
            continue  # somebody is at work there
        advance = run.finish()
        assert picture(run) == picture(resume(definition, lambda: advance.body, nothing))  # noqa: B023
    for _ in range(TO_THE_END):
        if advance.ended:
            return
        run = resume(definition, lambda: advance.body, nothing)  # noqa: B023
        assert do(run, 0, "b") is not None, "nothing waits and the case has not ended"
        advance = run.finish()
    raise AssertionError("the case does not come to an end")
