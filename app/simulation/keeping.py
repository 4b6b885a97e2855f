"""Writes a trial down as a scenario with what must happen in it, in the form that `simulate` reads.

Answers are kept under the legal step that alone one task carries, else under the task's element: whoever reads the file finds the step in the text. What a
form has already (facts of the case, today) and files are left out: they are there again when the scenario is played.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import forms
from app.cases.samples import FILE_FIELDS
from app.engine.errors import ElementFailed
from app.model import Case, Task
from app.simulation.answering import Turn
from app.simulation.delays import NEVER, SAME_DAY
from app.simulation.expected import shortened
from app.simulation.moves import delay_text
from app.simulation.trial import Trial
from app.simulation.values import CHOICE

SECTIONS = ("decisions", "forms", "recusals", "delays")
_WIDTH = 140


@dataclass(frozen=True)
class Given:
    """What a task got at one time that it came up."""

    decision: str | None
    values: Mapping[str, Any]
    recusals: int
    delay: str

    def of(self, section: str) -> Any:
        return {"decisions": self.decision, "forms": dict(self.values), "recusals": self.recusals, "delays": self.delay}[section]


_LEFT_OUT: Mapping[str, Any] = {"decisions": None, "forms": {}, "recusals": 0, "delays": str(SAME_DAY)}
"""What a section does not have to say."""


def scenario_of(trial: Trial, setup: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario that plays what a trial has played so far, without what must happen."""
    with trial.stage.database.session() as session, clock.at(trial.now):
        tasks = session.execute(select(Task, Case).join(Case, Case.id == Task.case_id).order_by(Task.id)).tuples().all()
        answers = _answers(trial, [(task, _given(session, trial, task, case)) for task, case in tasks])
    written = {name: value for name, value in setup.items() if value not in (None, {}, [], "")}
    written["start"] = trial.ready.start.astimezone(clock.SHANGHAI).date().isoformat()
    written["region"] = trial.ready.region
    written |= {section: answers[section] for section in SECTIONS if answers[section]}
    if trial.open or trial.coming() or not trial.all_ended():
        written["until"] = trial.now.astimezone(clock.SHANGHAI).date().isoformat()
    return written


def yaml_of(scenario: Mapping[str, Any], expected: Iterable[str], title: str) -> str:
    """The text of a scenario's file."""
    body = yaml.dump(dict(scenario), Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=_WIDTH)
    lines = "".join(f"  {line}\n" for line in shortened(expected))
    return f"# {title}\n{body}expected: |\n{lines}"


class _Dumper(yaml.SafeDumper):
    """Writes what our reader reads: it keeps dates and yes and no as text, quoted or not."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


# -- answers ----------------------------------------------------------------------------------------------------------


def _given(session: Session, trial: Trial, task: Task, case: Case) -> Given | None:
    """What a task got; nobody did a required one that was not decided. None for an optional one that was left."""
    turn = trial.turns.get(task.id)
    if turn is None:
        return None if task.optional else Given(None, {}, 0, NEVER)
    try:
        schema, _ = forms.form_of(session, task, case)
        there = forms.prefilled(session, task, case, schema)
    except ElementFailed:
        schema, there = {}, {}
    chosen = {choice["value"] for choice in forms.choices(schema)}
    decision = task.decision or turn.decision or turn.values.get(CHOICE)
    return Given(decision if decision in chosen else None, _values(turn, there), turn.recusals, delay_text(turn.delay))


def _values(turn: Turn, there: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in turn.values.items() if name != CHOICE and there.get(name) != value and not _is_file(value)}


def _is_file(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_file(item) for item in value)
    return isinstance(value, Mapping) and set(value) == FILE_FIELDS


def _answers(trial: Trial, given: Sequence[tuple[Task, Given | None]]) -> dict[str, dict[str, Any]]:
    """The answers by section and key."""
    by_place: dict[tuple[str, str], dict[int, list[Given | None]]] = {}
    for task, one in given:
        by_place.setdefault((task.process_key, task.element_id), {}).setdefault(task.case_id, []).append(one)
    found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for (process, element), by_case in by_place.items():
        key = _key(trial, process, element)
        sequences = {case: _times(times) for case, times in by_case.items()}
        same = all(times == next(iter(sequences.values())) for times in sequences.values())
        for case, times in list(sequences.items())[: 1 if same else None]:
            for section in SECTIONS:
                values = _section(section, times)
                if values is not None:
                    found[section][key if same else f"{key}@{case}"] = values
    return found


def _times(times: Sequence[Given | None]) -> list[Given]:
    """One for each time, to the last that was answered: an optional task that was left is one that nobody does."""
    last = max((n for n, one in enumerate(times, start=1) if one is not None), default=0)
    return [one if one is not None else Given(None, {}, 0, NEVER) for one in times[:last]]


def _section(section: str, times: Sequence[Given]) -> Any:
    """The answers of a section: one where all are the same. None where there is nothing to say."""
    values = [one.of(section) for one in times]
    if all(value == _LEFT_OUT[section] for value in values):
        return None
    if section == "decisions":  # a task that nobody does takes the next decision, which nobody asks for
        known = next(value for value in values if value is not None)
        values = [known if value is None else value for value in values]
    return values[0] if all(value == values[0] for value in values) else values


def _key(trial: Trial, process: str, element: str) -> str:
    """The name by which only this task is answered: its legal step, its element, or both the process and the element."""
    carriers = trial.ready.carriers
    own = [task for task in carriers.tasks if (task.process, task.element) == (process, element)]
    steps = {task.basis for task in own}
    if len(steps) == 1 and len(basis := next(iter(steps))) == 1 and _alone(trial, basis[0], process, element):
        return basis[0]
    return element if _alone(trial, element, process, element) else f"{process}:{element}"


def _alone(trial: Trial, key: str, process: str, element: str) -> bool:
    return all((task.process, task.element) == (process, element) for task in trial.ready.carriers.by_key.get(key, ()))
