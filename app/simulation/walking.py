"""One step of a trial as a page asks for it: what it began with and every move so far, played again, and the next move made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from app.cases.errors import CaseError
from app.simulation import keeping, yaml_lines
from app.simulation.delays import read_delay
from app.simulation.kept import differences, lines_in
from app.simulation.moves import Answer, Move, read_move, read_moves
from app.simulation.preparing import prepared
from app.simulation.scenario import Scenario, parse
from app.simulation.simulation import simulate
from app.simulation.trial import Trial, played
from app.simulation.trial_view import state_of

ANSWERS = ("decisions", "forms", "recusals", "delays")
NOT_SETUP = (*ANSWERS, "until", "expected")


@dataclass(frozen=True)
class Walk:
    """What a trial began with, and how far it has come."""

    setup: Mapping[str, Any]  # a scenario without answers
    moves: list[Move]
    scenario: Scenario

    @classmethod
    def read(cls, process: str, setup: Any, moves: Any) -> Walk:
        """Raises `CaseError`, and `ScenarioError` with every mistake of the setup."""
        if not isinstance(setup, dict):
            raise CaseError("没有说明从什么情形开始")
        kept = {**{name: value for name, value in setup.items() if name not in NOT_SETUP}, "process": process}
        return cls(kept, read_moves(moves), parse(kept))


@contextmanager
def walked(walk: Walk, files: Mapping[str, bytes], ends_at: float) -> Iterator[tuple[Trial, tuple[int, str] | None]]:
    """The trial at the point that its moves have reached, and the first move that cannot be made any more, with the reason."""
    with prepared(walk.scenario, files) as ready:
        trial = Trial(ready, ends_at=ends_at)
        yield trial, played(trial, walk.moves)


def step(process: str, files: Mapping[str, bytes], given: Mapping[str, Any], ends_at: float) -> dict[str, Any]:
    """Plays `setup` and `moves` of a request again and makes its `act`: a move, or `auto` for going on with the usual answers.

    Raises `ScenarioError` and `DiagramError` when the trial cannot begin, `CaseError` when the act cannot be done, `TakesTooLong`.
    """
    walk = Walk.read(process, given.get("setup"), given.get("moves") or [])
    act = given.get("act")
    if act and not isinstance(act, dict):
        raise CaseError("试运行的这一步读不出来，请重新开始")
    with walked(walk, files, ends_at) as (trial, stopped):
        if stopped is None and act:
            if act.get("auto"):
                trial.go_on()
            else:
                trial.do(_act(trial, act))
        return _told(trial, walk.setup, stopped)


def replay(process: str, files: Mapping[str, bytes], text: str, ends_at: float) -> dict[str, Any]:
    """A trial in which a kept scenario answers, as far as it goes. Raises what `step` raises."""
    data, _ = yaml_lines.read(text)
    scenario = replace(parse(data), process=process)
    setup = {name: value for name, value in data.items() if name not in NOT_SETUP}
    with prepared(replace(scenario, until=None), files) as ready:
        trial = Trial(ready, ends_at=ends_at)
        trial.begin()
        trial.go_on(scenario.until)
        return _told(trial, {**setup, "process": process}, None)


@dataclass(frozen=True)
class Written:
    """A trial as a kept scenario: its file, and where playing that gives something else than the trial."""

    text: str
    differences: tuple[tuple[str, str], ...]


def keep(process: str, files: Mapping[str, bytes], given: Mapping[str, Any], title: str, ends_at: float) -> Written:
    """Writes a trial down as a scenario. What must happen in it is what happens when the file is played. Raises what `step` raises, and `CaseError`."""
    walk = Walk.read(process, given.get("setup"), given.get("moves") or [])
    with walked(walk, files, ends_at) as (trial, stopped):
        if stopped is not None:
            raise CaseError(f"第 {stopped[0] + 1} 步现在走不通：{stopped[1]}")
        scenario = keeping.scenario_of(trial, walk.setup)
    result = simulate(parse(scenario), files, ends_at=ends_at)
    shown, happened = lines_in(event for _, event in trial.events), lines_in(result.events)
    return Written(keeping.yaml_of(scenario, happened, title), differences(shown, happened))


def _act(trial: Trial, given: Mapping[str, Any]) -> Move:
    """A move as somebody makes it now: delays count from the present day."""
    move = read_move({**given, "delay": given.get("after", "0d")} if "task" in given else given)
    if not isinstance(move, Answer) or move.turn.delay is None:
        return move
    delay = trial.counted(trial.task_of(move.task), read_delay(given.get("after", "0d")) or move.turn.delay)
    return replace(move, turn=replace(move.turn, delay=delay))


def _told(trial: Trial, setup: Mapping[str, Any], stopped: tuple[int, str] | None) -> dict[str, Any]:
    return {
        **state_of(trial),
        "setup": dict(setup),
        "stopped": {"move": stopped[0], "message": stopped[1]} if stopped else None,
    }
