"""Checks a scenario against the process that it simulates, before anything runs: every answer must be one that can be given."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from app.cases import forms
from app.cases.samples import NoSample
from app.engine.definition import CompiledDefinition
from app.law.catalogue import catalogue
from app.simulation.carriers import Carrier, Carriers
from app.simulation.errors import Mistake, ScenarioError
from app.simulation.scenario import Answers, Scenario
from app.simulation.values import CHOICE, branches, field_names, filled, kept


def check(scenario: Scenario, carriers: Carriers, bodies: Mapping[str, bytes], compiled: CompiledDefinition) -> None:
    """Raises `ScenarioError` with every answer that cannot be given, and for a start outside the time in which the process is in force."""
    checker = _Checker(scenario, carriers, bodies)
    for answers in scenario.answers():
        checker.answers(answers)
    checker.struck()
    checker.start(compiled)
    if checker.mistakes:
        raise ScenarioError(checker.mistakes)


class _Checker:
    def __init__(self, scenario: Scenario, carriers: Carriers, bodies: Mapping[str, bytes]) -> None:
        self.scenario = scenario
        self.carriers = carriers
        self.bodies = bodies
        self.mistakes: list[Mistake] = []
        self._schemas: dict[str | None, dict[str, Any]] = {}

    def answers(self, answers: Answers) -> None:
        tasks = self.carriers.by_key.get(answers.step)
        if not tasks:
            self.mistakes.append(Mistake(self.unknown(answers.step), answers.line, unknown_step=True))
        elif answers.section == "decisions":
            self.decisions(answers, tasks)
        elif answers.section == "forms":
            self.forms(answers, tasks)

    def unknown(self, key: str) -> str:
        """Why an answer can never be used."""
        if key in self.carriers.carried:
            return f"“{key}”由系统自动办理，没有人工任务，不需要答复"
        if catalogue().step(key) is not None:
            return f"法定步骤“{key}”不在这个流程里，也不在它会启动的流程里"
        near = difflib.get_close_matches(key, self.carriers.by_key, 1)
        return f"没有法定步骤“{key}”" + (f"，是否应为 {near[0]}" if near else "")

    def struck(self) -> None:
        for index, listed in enumerate(self.scenario.roster):
            if listed.struck is None:
                continue
            tasks = self.carriers.by_key.get(listed.struck, [])
            if not any(task.panel == "roster" for task in tasks):
                line = self.scenario.lines.of("roster", index, "struck")
                sentence = f"“{listed.struck}”不是审核名单的步骤，不能在那里剔除企业" if tasks else self.unknown(listed.struck)
                self.mistakes.append(Mistake(sentence, line, unknown_step=not tasks))

    def start(self, compiled: CompiledDefinition) -> None:
        begins = compiled.process.date("in_force_from")
        start = self.scenario.start
        if begins is not None and start is not None and start.date() < begins:
            line = self.scenario.lines.of("start")
            self.mistakes.append(Mistake(f"开始日 {start.date()} 早于依据施行日 {begins}，当时没有这个流程", line))

    # -- one answer ---------------------------------------------------------------------------------------------------

    def decisions(self, answers: Answers, tasks: list[Carrier]) -> None:
        allowed = list(dict.fromkeys(value for task in tasks for value in self.choices(task)))
        if not allowed:
            self.mistakes.append(Mistake(f"“{tasks[0].name}”没有可作的决定，不能写在 decisions 里", answers.line))
            return
        for index, value in enumerate(answers.values):
            if value not in allowed:
                message = f"“{tasks[0].name}”没有“{value}”这个决定，可以选 {'、'.join(allowed)}"
                self.mistakes.append(Mistake(message, self.line(answers, index)))

    def forms(self, answers: Answers, tasks: list[Carrier]) -> None:
        for index, values in enumerate(answers.values):
            faults = [fault for task in tasks if (fault := self.fault(task, answers.key, index, values)) is not None]
            if len(faults) == len(tasks):
                field, sentence = faults[0]
                line = self.line(answers, index, field) if field else self.line(answers, index)
                self.mistakes.append(Mistake(f"“{tasks[0].name}”的表单：{sentence}", line))

    def fault(self, task: Carrier, key: str, index: int, values: Mapping[str, Any]) -> tuple[str, str] | None:
        """What keeps a form from taking values: the field and a sentence. None when there is a decision with which it takes them."""
        schema = self.schema(task)
        decided = self.scenario.decisions.get(key)
        wanted: list[Any] = [values[CHOICE]] if CHOICE in values else [decided.nth(index)] if decided else [*self.choices(task)] or [None]
        first: tuple[str, str] | None = None
        for choice in wanted:
            given = {**values, CHOICE: choice} if choice is not None else dict(values)
            found = _fault(schema, given)
            if found is None:
                return None
            first = first or found
        return first

    def line(self, answers: Answers, index: int, *field: str) -> int | None:
        lines = self.scenario.lines
        path = (answers.section, answers.key)
        listed = lines.of(*path, index, *field)
        return listed if len(answers.values) > 1 else lines.of(*path, *field) if field else listed

    def schema(self, task: Carrier) -> dict[str, Any]:
        if task.form not in self._schemas:
            self._schemas[task.form] = json.loads(self.bodies[f"forms/{task.form}"]) if task.form else forms.CONFIRM_FORM
        return self._schemas[task.form]

    def choices(self, task: Carrier) -> list[str]:
        return [choice["value"] for choice in forms.choices(self.schema(task))]


def _fault(schema: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[str, str] | None:
    """The field of `given` that no sample of the form can keep, and why."""
    try:
        made = filled(schema, given)
    except NoSample as error:
        return "", f"这些值不能同时成立（{error}）"
    lost = [name for name, value in given.items() if not kept(made.get(name), value)]
    if not lost:
        return None
    name = lost[0]
    if name not in set(field_names(schema)):
        near = difflib.get_close_matches(name, set(field_names(schema)), 1)
        return name, f"没有“{name}”这一项" + (f"，是否应为 {near[0]}" if near else "")
    problems = forms.check(schema, {**made, name: given[name]})
    said = next((p.message for p in problems if p.pointer.split("/")[1:2] == [name]), "在所选的决定之下没有这一项")
    return name, f"“{_title(schema, name)}”（{name}）的值 {json.dumps(given[name], ensure_ascii=False)} 不符合要求：{said}"


def _title(schema: Mapping[str, Any], name: str) -> str:
    return next((str(p["properties"][name]["title"]) for p in branches(schema) if "title" in p.get("properties", {}).get(name, {})), name)
