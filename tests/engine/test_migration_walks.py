"""A case that is moved, at whatever moment, to a version that says the same in other words goes the way of one that stayed.

The new version is the same diagram with every element, sub-process and called process renamed, so that nothing but the plan holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from app import clock
from app.engine.definition import CompiledDefinition
from app.engine.migration.compare import compare
from app.engine.migration.errors import MoveRefused
from app.engine.migration.limits import Limit
from app.engine.migration.mover import Moved, Mover
from app.engine.migration.places import places_of, specs_of
from app.engine.migration.plan import Plan
from app.engine.runner import Run, opened_task, resume
from tests.engine.test_state_walks import (
    BEGIN,
    BLOCKS,
    QUIET,
    STEPS,
    Block,
    Sketch,
    do,
    draw,
    joins_in_a_loop,
    made,
    nothing,
    picture,
)
from tests.support.diagrams import compiled, end, flow, start

NEW = "N"


@dataclass
class Renamed(Sketch):
    """The same drawing with other ids."""

    def new(self, kind: str) -> str:
        return NEW + super().new(kind)


def renamed(block: Block) -> CompiledDefinition:
    sketch = Renamed()
    body, first, last = draw(sketch, block)
    return compiled(start(NEW + "S") + body + end(NEW + "E") + flow(NEW + "S", first) + flow(last, NEW + "E"), **sketch.children)


def plan_of(definition: CompiledDefinition) -> Plan:
    """Everything becomes what has the same name with another letter in front."""
    scopes = specs_of(definition)
    return Plan({(scope, _new_scope(scope)): {i: NEW + i for i in places_of(definition, scope)} for scope in scopes})


def _new_scope(scope: str) -> str:
    if scope == "t.main":
        return scope
    return scope.replace("t.", f"t.{NEW}") if scope.startswith("t.") else NEW + scope


def limits_of(run: Run) -> Mapping[str, Limit]:
    """What the database knows of the open tasks."""
    found = {}
    for engine_id, task in run._waiting_tasks().items():
        opened = opened_task(run.definition, task)
        found[engine_id] = Limit(BEGIN, opened.deadline, opened.inherited)
    return found


def in_old_words(run: Run) -> list[Any]:
    return sorted(((_old(name), tuple(_old(c) for c in callers), rest) for name, callers, rest in picture(run)), key=str)


def _old(name: str) -> str:
    return re.sub(rf"(?:^|(?<=timer )){NEW}", "", name)


def moved(old: CompiledDefinition, new: CompiledDefinition, body: bytes) -> Moved:
    run = resume(old, lambda: body, nothing)
    return Mover(old, new, plan_of(old)).move(body, limits_of(run), {})


@QUIET
@given(BLOCKS.filter(lambda block: not joins_in_a_loop(block)), STEPS, st.integers(0, 8))
def test_a_moved_case_goes_the_way_of_one_that_stayed(block: Block, steps: list[tuple[int, str]], moment: int) -> None:
    old, new = made(block), renamed(block)
    with clock.at(BEGIN):
        step = Run.start(old, {"choice": "a", "begun": "2027-01-11"}, nothing).finish()
        body = step.body
        assume(not step.ended)
        for index, choice in steps[:moment]:
            run = resume(old, lambda: body, nothing)  # noqa: B023  # called at once
            do(run, index, choice)
            step = run.finish()
            body = step.body
            if step.ended:
                return
        carried = moved(old, new, body).body
        for index, choice in [*steps[moment:], *steps]:
            stayed, went = resume(old, lambda: body, nothing), resume(new, lambda: carried, nothing)  # noqa: B023  # called at once
            assert in_old_words(went) == picture(stayed)
            did = do(stayed, index, choice)
            did_too = do(went, index, choice)
            assert did == (None if did_too is None else _tidy(did_too))
            if did is None:
                return
            step, step_too = stayed.finish(), went.finish()
            assert step.ended == step_too.ended
            if step.ended:
                assert step.variables == step_too.variables
                return
            body, carried = step.body, step_too.body


def _tidy(did: str) -> str:
    return re.sub(rf"(?<![A-Za-z]){NEW}(?=[A-Z])", "", did)


@QUIET
@given(BLOCKS, STEPS)
def test_whatever_a_case_does_the_version_it_runs_on_could_be_moved_to_from_there(block: Block, steps: list[tuple[int, str]]) -> None:
    """Every state that a case gets into is one that the check of moved cases knows."""
    old, new = made(block), renamed(block)
    mover = Mover(old, new, plan_of(old))
    with clock.at(BEGIN):
        step = Run.start(old, {"choice": "a", "begun": "2027-01-11"}, nothing).finish()
        body = step.body
        assume(not step.ended)
        for index, choice in steps:
            run = resume(old, lambda: body, nothing)  # noqa: B023  # called at once
            found = mover.move(body, limits_of(run), {})
            assert {m.now.engine_id for m in found.kept} == set(run._waiting_tasks())
            assert {t.engine_id for t in found.timers} == {t.id.hex for t in run._waiting_timers()}
            assert not found.opened
            assert not found.cancelled
            if do(run, index, choice) is None:
                return
            step = run.finish()
            body = step.body
            if step.ended:
                return


def _to_its_end(definition: CompiledDefinition, body: bytes, limit: int = 80) -> None:
    """Does whatever waits, out of every loop, until the case has ended."""
    for _ in range(limit):
        run = resume(definition, lambda: body, nothing)  # noqa: B023  # called at once
        assert do(run, 0, "c") is not None, "nothing waits, and the case has not ended"
        step = run.finish()
        if step.ended:
            return
        body = step.body
    raise AssertionError("the case does not end")


def leaves_a_join_waiting(block: Block, branching: bool = False) -> bool:
    """Whether a limit may lead out of a branch, so that its join waits for ever. No such version is deployed."""
    if branching and ((block[0] == "timed" and block[1]) or (block[0] == "sub" and block[2])):
        return True
    branching = block[0] in ("and", "or") or (branching and block[0] not in ("call", "sub"))
    return any(leaves_a_join_waiting(inner, branching) for inner in block if isinstance(inner, tuple))


@QUIET
@given(BLOCKS, BLOCKS.filter(lambda block: not leaves_a_join_waiting(block)), STEPS)
def test_whatever_is_let_across_to_another_diagram_comes_to_its_end_there(block: Block, other: Block, steps: list[tuple[int, str]]) -> None:
    """The two diagrams have nothing in common but names; what has no counterpart is given up."""
    old, new = made(block), made(other)
    plan = compare(old, new).plan
    given_up = {(scope, target): dict.fromkeys(places_of(old, scope), "") for scope, target in plan.tables}
    mover = Mover(old, new, Plan({pair: {**given_up[pair], **table} for pair, table in plan.tables.items()}))
    with clock.at(BEGIN):
        step = Run.start(old, {"choice": "a", "begun": "2027-01-11"}, nothing).finish()
        for index, choice in steps:
            if step.ended:
                return
            run = resume(old, lambda: step.body, nothing)  # noqa: B023  # called at once
            try:
                found = mover.move(step.body, limits_of(run), {})
            except MoveRefused:
                event("refused")
            else:
                event("moved")
                _to_its_end(new, found.body)
            do(run, index, choice)
            step = run.finish()
