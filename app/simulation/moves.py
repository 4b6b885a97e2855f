"""What somebody does in a trial, one move after the other: answers a task, or lets time pass. As JSON, so that a trial can be played again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.cases.errors import CaseError
from app.simulation.answering import Turn
from app.simulation.delays import NEVER, Delay, read_delay

MOST_MOVES = 1000


@dataclass(frozen=True)
class Answer:
    """What a task gets, and when, counted from its creation. `task` is `case/process:element/time`, the first time being 1."""

    task: str
    turn: Turn


@dataclass(frozen=True)
class Pass:
    """Time passes until the morning of a day; without one, until something happens."""

    until: dt.date | None = None


Move = Answer | Pass


def read_moves(given: Any) -> list[Move]:
    """The moves of a trial. Raises `CaseError` for what is none."""
    if not isinstance(given, list) or len(given) > MOST_MOVES:
        raise CaseError(f"试运行最多 {MOST_MOVES} 步")
    return [read_move(one) for one in given]


def read_move(given: Any) -> Move:
    """One move. Raises `CaseError`."""
    try:
        if not isinstance(given, dict):
            raise TypeError(given)
        return _answer(given) if "task" in given else Pass(dt.date.fromisoformat(given["until"]) if given["until"] is not None else None)
    except (KeyError, TypeError, ValueError) as error:
        raise CaseError("试运行的这一步读不出来，请重新开始") from error


def _answer(given: Mapping[str, Any]) -> Answer:
    decision, values, recusals = given.get("decision"), given.get("values") or {}, given.get("recusals") or 0
    if not (decision is None or isinstance(decision, str)) or not isinstance(values, dict) or not isinstance(recusals, int):
        raise ValueError(given)
    turn = Turn(
        decision=decision, values=values, recusals=min(max(recusals, 0), 100), delay=read_delay(given.get("delay", "0d")),
        exact=given.get("exact") is True,
    )  # fmt: skip
    return Answer(str(given["task"]), turn)


def written(move: Move) -> dict[str, Any]:
    """A move as JSON has it: what `read_move` reads."""
    if isinstance(move, Pass):
        return {"until": move.until.isoformat() if move.until else None}
    turn = move.turn
    return {
        "task": move.task, "decision": turn.decision, "values": dict(turn.values), "recusals": turn.recusals,
        "delay": delay_text(turn.delay), "exact": turn.exact,
    }  # fmt: skip


def delay_text(delay: Delay | None) -> str:
    """A delay as scenarios write it."""
    return str(delay) if delay is not None else NEVER
