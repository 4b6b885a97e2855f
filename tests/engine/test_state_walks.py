"""A case stored and taken up again after every step goes exactly the way of one that was never stored.

Diagrams and walks are made up by hypothesis: sequences, choices, parallel and inclusive branches, loops, called processes, embedded sub-processes,
boundary timers that interrupt or do not, and ends that terminate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from SpiffWorkflow.util.task import TaskState

from app import clock
from app.engine.definition import CompiledDefinition
from app.engine.errors import NotWaiting
from app.engine.runner import Advance, Run, resume
from tests.support.diagrams import boundary, bpmn, call, compiled, end, flow, inclusive, parallel, path, script, start, sub, user, xor

FINISHED = TaskState.FINISHED_MASK
BEGIN = dt.datetime(2027, 1, 11, 2, tzinfo=dt.UTC)


@dataclass
class Sketch:
    """A diagram being drawn: XML of the current scope, and the called processes."""

    children: dict[str, bytes] = field(default_factory=dict)
    count: int = 0

    def new(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"


Block = tuple[Any, ...]

LEAVES = st.sampled_from([("task",), ("script",), ("timed", False), ("timed", True)])
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), inner, inner),
        st.tuples(st.just("xor"), inner, inner),
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("or"), inner, inner),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("call"), inner),
        st.tuples(st.just("sub"), inner, st.sampled_from([None, False, True])),
        st.tuples(st.just("kill"), inner),
    ),
    max_leaves=6,
)


def draw(sketch: Sketch, block: Block) -> tuple[str, str, str]:
    """XML of a block with its first and last element."""
    kind = block[0]
    if kind == "task":
        task = sketch.new("T")
        return user(task), task, task
    if kind == "script":
        task = sketch.new("P")
        return script(task, "n = get('n', 0) + 1"), task, task
    if kind == "timed":
        task, event, late, done, join = (sketch.new(k) for k in ("T", "B", "L", "D", "J"))
        body = user(task, due="days(3, since=begun)") + boundary(event, task, interrupting=block[1]) + user(late) + end(done) + xor(join)
        return body + path(event, late, done) + flow(task, join), task, join
    if kind == "seq":
        first, a, b = draw(sketch, block[1])
        second, c, d = draw(sketch, block[2])
        return first + second + flow(b, c), a, d
    if kind in ("xor", "or", "and"):
        split, join = sketch.new("G"), sketch.new("G")
        one, a, b = draw(sketch, block[1])
        two, c, d = draw(sketch, block[2])
        gates = {
            "xor": xor(split, f"{split}_{c}") + xor(join),
            "or": inclusive(split) + inclusive(join),
            "and": parallel(split) + parallel(join),
        }[kind]
        first = {"xor": flow(split, a, "choice == 'a'"), "or": flow(split, a, "choice != 'b'"), "and": flow(split, a)}[kind]
        second = {"xor": flow(split, c), "or": flow(split, c, "choice != 'a'"), "and": flow(split, c)}[kind]
        return gates + one + two + first + second + flow(b, join) + flow(d, join), split, join
    if kind == "loop":
        head, tail = sketch.new("X"), sketch.new("X")
        task = sketch.new("T")
        inner, a, b = draw(sketch, block[1])
        out = sketch.new("X")
        body = xor(head) + xor(tail, f"{tail}_{out}") + xor(out) + user(task) + inner
        return body + flow(head, a) + flow(b, task) + flow(task, tail) + flow(tail, head, "choice == 'a'") + flow(tail, out), head, out
    if kind == "call":
        inner, a, b = draw(sketch, block[1])
        name, caller = sketch.new("child"), sketch.new("C")
        sketch.children[name] = bpmn(f"t.{name}", start(f"{name}S") + inner + end(f"{name}E") + flow(f"{name}S", a) + flow(b, f"{name}E"))
        return call(caller, f"t.{name}"), caller, caller
    if kind == "sub":
        inner, a, b = draw(sketch, block[1])
        name = sketch.new("B")
        due = {"due": "days(5, since=begun)"} if block[2] is not None else {}
        body = sub(name, start(f"{name}S") + inner + end(f"{name}E") + flow(f"{name}S", a) + flow(b, f"{name}E"), **due)
        if block[2] is None:
            return body, name, name
        event, late, done = sketch.new("V"), sketch.new("L"), sketch.new("D")
        return body + boundary(event, name, interrupting=block[2]) + user(late) + end(done) + path(event, late, done), name, name
    assert kind == "kill"
    # a branch that ends everything in its process, beside the block
    split, task, dead, join = (sketch.new(k) for k in ("G", "T", "K", "X"))
    inner, a, b = draw(sketch, block[1])
    return (
        parallel(split)
        + user(task)
        + end(dead, terminate=True)
        + inner
        + xor(join)
        + path(split, task, dead)
        + flow(split, a)
        + flow(b, join),
        split,
        join,
    )


def made(block: Block) -> CompiledDefinition:
    sketch = Sketch()
    body, first, last = draw(sketch, block)
    return compiled(start() + body + end() + flow("S", first) + flow(last, "E"), **sketch.children)


def picture(run: Run) -> list[tuple[str, tuple[str, ...], Any]]:
    """The open tasks of a case as people see them, and its waiting timers."""
    definition = run.definition
    found = []
    for task in run._waiting_tasks().values():
        legal = definition.resolve(task)
        assert legal is not None
        found.append((legal.id, run._callers(task), sorted((k, str(v)) for k, v in task.data.items())))
    for timer in run._waiting_timers():
        legal = definition.resolve(timer)
        assert legal is not None
        found.append((f"timer {legal.id}", run._callers(timer), timer.internal_data.get("fires_at")))
    return sorted(found, key=str)


def open_ids(run: Run) -> list[tuple[str, str]]:
    """(what, engine id) of whatever can be done next, in a stable order."""
    tasks = [(f"{run.definition.resolve(t).id} {run._callers(t)}", i) for i, t in run._waiting_tasks().items()]  # type: ignore[union-attr]
    timers = [(f"timer {run.definition.resolve(t).id} {run._callers(t)}", t.id.hex) for t in run._waiting_timers()]  # type: ignore[union-attr]
    return sorted(tasks) + sorted(timers)


def do(run: Run, index: int, choice: str) -> str | None:
    """Does the next thing of a walk."""
    options = open_ids(run)
    if not options:
        return None
    what, engine_id = options[index % len(options)]
    if what.startswith("timer"):
        run.move_timer(engine_id, clock.now())
        run.fire(engine_id)
    else:
        run.complete(engine_id, {"choice": choice})
    return what


def take_back(run: Run, engine_id: str, before: set[str]) -> bool:
    """Withdraws a step; False where the engine refuses."""
    following = [i for i in run._waiting_tasks() if i not in before]
    try:
        run.reopen(engine_id, following)
    except NotWaiting:
        return False
    return True


def nothing(_call: Any) -> dict[str, Any]:
    return {}


STEPS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc")), min_size=1, max_size=9)
QUIET = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], derandomize=True
)


class Remembering(Run):
    """A run that forgets nothing: what the stored and pruned one is held against."""

    def _forget_history(self) -> None:
        pass


def walk(block: Block, steps: list[tuple[int, str]], check: Callable[[Run, Run, Advance], None]) -> None:
    definition = made(block)
    with clock.at(BEGIN):
        variables = {"choice": "a", "begun": "2027-01-11"}
        live = Remembering.start(definition, variables, nothing)
        first = Run.start(definition, variables, nothing)
        advance = first.finish()
        body = advance.body
        live.finish()
        for index, choice in steps:
            live = Remembering(definition, live.workflow, nothing)
            again = resume(definition, lambda: body, nothing)  # noqa: B023  # called at once
            assert picture(live) == picture(again)
            did, did_again = do(live, index, choice), do(again, index, choice)
            assert did == did_again
            if did is None:
                break
            advance = live.finish()
            stored = again.finish()
            body = stored.body
            check(live, again, stored)
            assert (advance.ended, advance.outcome) == (stored.ended, stored.outcome)
            assert picture(live) == picture(again) == picture(resume(definition, lambda: advance.body, nothing))  # noqa: B023  # called at once


def joins_in_a_loop(block: Block, looped: bool = False) -> bool:
    """Whether branches join within a loop. There SpiffWorkflow that remembers is wrong: it counts arrivals of an earlier round."""
    looped = looped or block[0] == "loop"
    return (looped and block[0] in ("and", "or")) or any(joins_in_a_loop(inner, looped) for inner in block if isinstance(inner, tuple))


@QUIET
@given(BLOCKS.filter(lambda block: not joins_in_a_loop(block)), STEPS)
def test_a_stored_case_goes_the_way_of_a_live_one(block: Block, steps: list[tuple[int, str]]) -> None:
    walk(block, steps, lambda _live, _again, _stored: None)


@QUIET
@given(BLOCKS, STEPS)
def test_a_step_taken_back_and_done_otherwise_is_stored_as_done_otherwise(block: Block, steps: list[tuple[int, str]]) -> None:
    definition = made(block)
    with clock.at(BEGIN):
        advance = Run.start(definition, {"choice": "a", "begun": "2027-01-11"}, nothing).finish()
        workflow = resume(definition, lambda: advance.body, nothing).workflow
        for index, choice in steps:
            run = Run(definition, workflow, nothing)
            before = run._waiting_tasks()
            if not before:
                break
            engine_id = sorted(before)[index % len(before)]
            run.complete(engine_id, {"choice": "b"})
            if run.finish().ended:
                break
            run = Run(definition, workflow, nothing)
            if not take_back(run, engine_id, set(before)):
                continue
            run.finish()
            run = Run(definition, workflow, nothing)
            assert set(run._waiting_tasks()) == set(before)
            run.complete(engine_id, {"choice": choice})
            advance = run.finish()
            assert picture(run) == picture(resume(definition, lambda: advance.body, nothing))  # noqa: B023  # called at once


@QUIET
@given(BLOCKS.filter(lambda block: not joins_in_a_loop(block)), STEPS)
def test_what_is_stored_is_not_the_definition(block: Block, steps: list[tuple[int, str]]) -> None:
    import json
    import zlib

    def check(_live: Run, _again: Run, stored: Advance) -> None:
        found = json.loads(zlib.decompress(stored.body))
        assert set(found) == {"format", "top", "sub"}
        assert b"conditionExpression" not in zlib.decompress(stored.body)
        assert b"extensions" not in zlib.decompress(stored.body)

    walk(block, steps, check)


@QUIET
@given(BLOCKS.filter(lambda block: not joins_in_a_loop(block)), STEPS)
def test_finished_called_processes_are_forgotten(block: Block, steps: list[tuple[int, str]]) -> None:
    def check(_live: Run, again: Run, _stored: Advance) -> None:
        running = {
            i for one in (again.workflow, *again.workflow.subprocesses.values()) for i, t in one.tasks.items() if not t.has_state(FINISHED)
        }
        assert set(again.workflow.subprocesses) <= running

    walk(block, steps, check)


@QUIET
@given(BLOCKS.filter(lambda block: not joins_in_a_loop(block)), STEPS)
def test_a_case_that_has_ended_waits_for_nobody(block: Block, steps: list[tuple[int, str]]) -> None:
    ended: list[bool] = []

    def check(live: Run, _again: Run, stored: Advance) -> None:
        if stored.ended:
            ended.append(True)
            assert picture(live) == []

    walk(block, steps, check)
    assume(ended or True)


def test_branches_join_in_the_second_round_as_in_the_first() -> None:
    """Round after round the same tasks wait, whatever order they are done in."""
    block = ("loop", ("and", ("task",), ("seq", ("task",), ("task",))))
    definition = made(block)
    with clock.at(BEGIN):
        advance = Run.start(definition, {"choice": "a"}, nothing).finish()
        rounds: list[list[str]] = []
        for index in range(12):
            run = resume(definition, lambda: advance.body, nothing)  # noqa: B023  # called at once
            do(run, index % 2, "a")
            advance = run.finish()
            rounds.append([what for what, _ in open_ids(run)])
    assert rounds[:4] == rounds[4:8] == rounds[8:]


def grown(definition: CompiledDefinition, loops: int) -> list[tuple[int, int, int]]:
    """(finished tasks kept, what waits, bytes stored) after each round of a case that goes on and on."""
    with clock.at(BEGIN):
        advance = Run.start(definition, {"choice": "a", "begun": "2027-01-11"}, nothing).finish()
        sizes = []
        for index in range(loops):
            run = resume(definition, lambda: advance.body, nothing)  # noqa: B023  # called at once
            if do(run, index, "a") is None:
                break
            advance = run.finish()
            if advance.ended:
                break
            tasks = [task for one in (run.workflow, *run.workflow.subprocesses.values()) for task in one.tasks.values()]
            finished = sum(task.has_state(FINISHED) for task in tasks)
            sizes.append((finished, sum(task.has_state(TaskState.READY | TaskState.WAITING) for task in tasks), len(advance.body)))
    return sizes


@QUIET
@given(BLOCKS)
def test_what_is_kept_of_the_past_depends_on_what_waits_alone(block: Block) -> None:
    for finished, waiting, _ in grown(made(("loop", block)), 20):
        assert finished <= 12 * (1 + waiting)


def test_the_tree_of_a_called_loop_is_the_same_in_the_300th_round() -> None:
    child = start("cS") + user("U") + end("cE") + path("cS", "U", "cE")
    body = (
        start()
        + xor("H")
        + call("C", "t.child")
        + xor("X", "X_E")
        + end()
        + path("S", "H", "C", "X", "E")
        + flow("X", "H", "choice == 'a'")
    )
    sizes = grown(compiled(body, child=child), 300)
    assert sizes[299][0] == sizes[2][0]
    assert sizes[299][2] <= sizes[2][2] * 1.1
