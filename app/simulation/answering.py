"""Does what the people of a simulation do: completes tasks with the scenario's answers, or the usual ones where it has none."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import documents, expert_acts, forms, rosters, work
from app.cases.samples import FILE_FIELDS
from app.model import Case, Task
from app.simulation import seats
from app.simulation.delays import SAME_DAY, Delay
from app.simulation.errors import Mistake
from app.simulation.scenario import Answers, Scenario
from app.simulation.stage import Stage
from app.simulation.values import CHOICE, field_names, filled, kept, usual_choice

SAMPLE_FILE = b"%PDF-1.4\n%sample\n"
STRIKE_REASON = "模拟方案：剔除"


@dataclass(frozen=True)
class Turn:
    """What an open task gets. No delay means that nobody ever does it."""

    decision: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    values_key: str = ""  # the key under which the scenario gives the values
    recusals: int = 0  # of the drawn experts
    delay: Delay | None = SAME_DAY
    exact: bool = False  # the values are the whole form, as somebody submitted it: nothing is filled in


class Answerer:
    """The scenario's answers, handed out in turn, and which of them were used.

    An element counts in each case by itself: the first time that it comes up in a case gets the first answer.
    """

    def __init__(self, scenario: Scenario, strikes: Mapping[tuple[int, str], list[int]]) -> None:
        self.scenario = scenario
        self._strikes = dict(strikes)
        self._times: Counter[tuple[int, str, str]] = Counter()  # (case, element, section and key of the answers)
        self._most: Counter[tuple[str, str]] = Counter()  # (section, key) → most times that any element came up in a case
        self._taken: set[tuple[str, str]] = set()  # (key, field) of form values
        self._left: set[tuple[str, str]] = set()
        self._struck: set[str] = set()

    def turn(self, task: Task, choices: Collection[str]) -> Turn | None:
        """What a task that has just opened will get; none for an optional one that the scenario does not ask for, or not again."""
        decisions = self._next("decisions", self.scenario.decisions, task) if choices else None
        values = self._next("forms", self.scenario.forms, task)
        recusals = self._next("recusals", self.scenario.recusals, task)
        delays = self._next("delays", self.scenario.delays, task)
        given = [found for found in (decisions, values, recusals, delays) if found is not None]
        if task.optional and not any(n < len(answers.values) for answers, n in given):
            return None
        return Turn(
            decision=decisions[0].nth(decisions[1]) if decisions else None,
            values=values[0].nth(values[1]) if values else {},
            values_key=values[0].key if values else "",
            recusals=recusals[0].values[recusals[1]] if recusals and recusals[1] < len(recusals[0].values) else 0,
            delay=delays[0].nth(delays[1]) if delays else SAME_DAY,
        )

    def _next(self, section: str, answers: Mapping[str, Answers], task: Task) -> tuple[Answers, int] | None:
        """The answers that reach a task, and which time it is, counted from 0."""
        steps = (f"{task.process_key}:{task.element_id}", task.element_id, task.name, *task.basis.split())
        key = next((key for key in (*(f"{step}@{task.case_id}" for step in steps), *steps) if key in answers), None)
        if key is None:
            return None
        place = task.case_id, f"{task.process_key}:{task.element_id}", f"{section}:{key}"
        n = self._times[place]
        self._times[place] += 1
        self._most[section, key] = max(self._most[section, key], n + 1)
        return answers[key], n

    # -- completing ---------------------------------------------------------------------------------------------------

    def complete(self, session: Session, stage: Stage, task: Task, case: Case, turn: Turn) -> None:
        """Completes a task as its organisation would. Raises what production raises, and `NoSample` when its form cannot be filled."""
        assert task.organisation_id is not None
        who = stage.people.of(session, task.organisation_id)
        self._strike(session, who, task, case)
        if task.panel == "experts" and expert_acts.may_organise(who) is not None:
            seats.take(session, who, case, turn.recusals)
        schema, _ = forms.form_of(session, task, case)
        data = _with_files(turn.values, session, stage, who) if turn.exact else self._usual(session, stage, who, task, case, schema, turn)
        work.complete(session, who, task.id, data)

    def _usual(
        self, session: Session, stage: Stage, who: Principal, task: Task, case: Case, schema: Mapping[str, Any], turn: Turn
    ) -> dict[str, Any]:
        """The values that are given, and for the rest of the form what lets the case go its ordinary way. Raises `NoSample`."""
        names = set(field_names(schema))
        given = {**forms.prefilled(session, task, case, schema), **{k: v for k, v in turn.values.items() if k in names}}
        choice = usual_choice(schema, turn.decision, given.get(CHOICE))
        if choice is not None:
            given[CHOICE] = choice
        data = filled(schema, given, lambda: _file(session, stage, who))
        for name, value in turn.values.items():
            (self._taken if kept(data.get(name), value) else self._left).add((turn.values_key, name))
        return data

    def _strike(self, session: Session, who: Principal, task: Task, case: Case) -> None:
        if case.roster_id is None or task.panel != "roster":
            return
        for step in task.basis.split():
            entries = self._strikes.pop((case.roster_id, step), None)
            if entries:
                rosters.strike(session, who, case.roster_id, entries, STRIKE_REASON)
                self._struck.add(step)

    # -- what was not used --------------------------------------------------------------------------------------------

    def unused(self) -> Iterator[Mistake]:
        """Answers to steps that never came up, or not as often as the scenario answers them, each as a sentence."""
        for answers in self.scenario.answers():
            times = self._most[answers.section, answers.key]
            if times == 0:
                sentence = f"“{answers.key}”一次也没有出现，{answers.section} 里的答复没有用上"
            elif times < len(answers.values):
                sentence = f"“{answers.key}”在一个案件里最多出现 {times} 次，{answers.section} 里的第 {times + 1} 个答复没有用上"
            else:
                continue
            yield Mistake(sentence, answers.line, unknown_step=True)
        for key, name in sorted(self._left - self._taken):
            sentence = f"“{key}”的表单在所作的决定之下没有“{name}”一项，这个值没有用上"
            yield Mistake(sentence, self.scenario.lines.of("forms", key, name), unknown_step=True)
        for listed in self.scenario.roster:
            if listed.struck is not None and listed.struck not in self._struck:
                yield Mistake(f"“{listed.struck}”没有出现，企业没有被剔除", listed.line, unknown_step=True)


def _with_files(value: Any, session: Session, stage: Stage, who: Principal) -> Any:
    """A value with a sample in the place of each file: of files only the names are there."""
    if isinstance(value, list):
        return [_with_files(item, session, stage, who) for item in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == FILE_FIELDS:
        return _file(session, stage, who, f"{Path(str(value['name'])).stem[:80]}.pdf")
    return {name: _with_files(item, session, stage, who) for name, item in value.items()}


def _file(session: Session, stage: Stage, who: Principal, name: str = "样例.pdf") -> dict[str, Any]:
    made = documents.upload(session, stage.files, who, name, io.BytesIO(SAMPLE_FILE))
    return {"id": made.id, "name": made.name, "size": made.size}
