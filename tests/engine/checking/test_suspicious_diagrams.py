"""Diagrams that look wrong and are right: no check has anything to say."""

from __future__ import annotations

import random

import pytest

from app import clock
from app.cases import library
from app.engine import store
from app.engine.checking.answers import fields_of
from app.engine.definition import compile_definition
from app.engine.runner import Run
from tests.conftest import START
from tests.engine.checking.examples import FORMS, SUSPICIOUS, problems_of

BODIES = {f"suspicious/{name}.bpmn": path.read_bytes() for name, path in SUSPICIOUS.items()}
LIBRARY = library.read_files({**BODIES, **FORMS})
MOVES = 60


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """File → what the checks say of it."""
    found: dict[str, list[str]] = {}
    for problem in problems_of(BODIES):
        found.setdefault(problem.file, []).append(str(problem))
    return found


@pytest.mark.parametrize("file", BODIES)
def test_a_correct_diagram_gives_no_alarm(file: str, said: dict[str, list[str]]) -> None:
    assert said.get(file, []) == []


@pytest.mark.parametrize("key", sorted(LIBRARY.diagrams))
@pytest.mark.parametrize("seed", range(5))
def test_the_engine_agrees_that_it_always_reaches_an_end(key: str, seed: int) -> None:
    """Whatever people answer and whichever timers fire, the real engine ends, given some luck with decisions."""
    chance = random.Random(seed)
    files = store.bundle(key, LIBRARY.diagrams, LIBRARY.bodies)
    with clock.at(START):
        run = Run.start(compile_definition(key, files), {"grounds": chance.choice([["1"], ["2"], ["1", "2"], []])}, lambda call: {})
        for _ in range(MOVES):
            if run.workflow.is_completed():
                return
            tasks, timers = list(run._waiting_tasks()), [timer.id.hex for timer in run._waiting_timers()]
            if timers and chance.random() < 0.3:
                with clock.at(START.replace(year=START.year + 2)):
                    run.fire(chance.choice(timers))
            else:
                task = chance.choice(tasks)
                run.complete(task, answers(run, task, chance))
    pytest.fail(f"{key} goes on and on")


def answers(run: Run, task: str, chance: random.Random) -> dict[str, object]:
    """Something that the form of a task allows."""
    legal = run.definition.resolve(run._task(task))
    form = LIBRARY.bodies.get(f"forms/{legal.form}", b"{}") if legal is not None else b"{}"
    return {name: chance.choice(field.values) for name, field in fields_of(form).items()}
