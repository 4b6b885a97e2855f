"""What is put together soundly is found sound, and the engine ends it; what then breaks is found broken."""

from __future__ import annotations

import datetime as dt
import random
import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app import clock
from app.engine.checking import gate
from app.engine.checking.soundness.verdicts import TOO_LARGE
from app.engine.definition import compile_definition
from app.engine.runner import Run
from tests.conftest import START
from tests.engine.checking.blocks import Block, Drawing, blocks
from tests.engine.checking.examples import PATH, check, form
from tests.support.diagrams import bpmn

DECIDE = form("go", "stay", "again")
MOVES = 400
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def drawn(block: Block) -> tuple[Drawing, str]:
    drawing = Drawing()
    return drawing, drawing.whole(block)


def codes(body: str) -> set[str]:
    """What keeps a body from being deployed."""
    return {problem.code for problem in gate.errors(check(body, forms={"decide": DECIDE})) if problem.code != "label-required"}


def walked(body: str) -> set[str]:
    """The same of a body that is not too large to be walked to the end; one that is would be refused for that."""
    found = codes(body)
    assume(TOO_LARGE not in found)
    return found


@quick
@given(blocks())
def test_what_is_built_of_sound_blocks_is_sound(block: Block) -> None:
    assert codes(drawn(block)[1]) == set()


@quick
@given(blocks(), st.integers(0, 2**16))
def test_the_engine_ends_what_is_found_sound(block: Block, seed: int) -> None:
    chance = random.Random(seed)
    files = {PATH: bpmn("t.main", drawn(block)[1]), "forms/t/decide.json": DECIDE}
    with clock.at(START):
        run = Run.start(
            compile_definition("t.main", files), {"grounds": chance.sample(["0", "1", "2"], chance.randrange(4))}, lambda call: {}
        )
    for move in range(MOVES):
        if run.workflow.is_completed():
            return
        with clock.at(START + dt.timedelta(days=10 * move)):
            moved(run, chance)
    raise AssertionError("it goes on and on")


def moved(run: Run, chance: random.Random) -> None:
    """Somebody does something, or a time has come."""
    tasks, timers = list(run._waiting_tasks()), [timer.id.hex for timer in run._waiting_timers()]
    assert tasks or timers, "the engine is stuck"
    if timers and (not tasks or chance.random() < 0.3):
        run.fire(chance.choice(timers))
    else:
        run.complete(chance.choice(tasks), {"decision": chance.choice(["go", "stay", "again"])})


@quick
@given(blocks(), st.randoms(use_true_random=False))
def test_a_dropped_flow_is_found(block: Block, chance: random.Random) -> None:
    _, body = drawn(block)
    flows = re.findall(r"<bpmn:sequenceFlow .*?(?:/>|</bpmn:sequenceFlow>)", body)
    assert codes(body.replace(chance.choice(flows), "")) != set()


@quick
@given(blocks(), st.randoms(use_true_random=False))
def test_a_merge_that_waits_for_all_is_found(block: Block, chance: random.Random) -> None:
    drawing, body = drawn(block)
    assume(drawing.merges)
    gateway = chance.choice(drawing.merges)
    broken = re.sub(rf'<bpmn:exclusiveGateway id="{gateway}" name="[^"]*"/>', f'<bpmn:parallelGateway id="{gateway}"/>', body)
    assert broken != body
    assert "deadlock" in walked(broken)


@quick
@given(blocks(), st.randoms(use_true_random=False))
def test_a_join_that_lets_each_branch_pass_is_found(block: Block, chance: random.Random) -> None:
    drawing, body = drawn(block)
    assume(drawing.synchronising)
    assume("'or'" not in repr(block))  # an inclusive join further on gathers whatever comes
    gateway = chance.choice(drawing.synchronising)
    broken = body.replace(f'<bpmn:parallelGateway id="{gateway}"/>', f'<bpmn:exclusiveGateway id="{gateway}"/>')
    assert walked(broken) & {"lack-of-synchronisation", "deadlock"}  # the second to come may be left over at a join further on
