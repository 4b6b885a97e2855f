"""The diagrams of a version for the viewer: its own, then those that it calls, each with what its elements say about the law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.cases import process_view as view
from app.cases.actor_captions import captions
from app.engine.definition import CompiledDefinition
from app.engine.legal_facts import legal_facts
from app.law.catalogue import Step, catalogue
from app.law.coverage import ElementFacts
from app.law.written_limits import limits_in
from app.model import Definition


@dataclass(frozen=True)
class Level:
    """A diagram of a version, as the viewer takes it."""

    process: str
    name: str
    xml_url: str
    state_id: str
    state: dict[str, Any]

    @property
    def address(self) -> dict[str, str]:
        """What the page tells the viewer about it."""
        return {"process": self.process, "name": self.name, "xml_url": self.xml_url, "state_url": f"#{self.state_id}"}


def levels(definition: Definition, compiled: CompiledDefinition, endpoint: str) -> list[Level]:
    """The levels of a version, its own process first. In shared sub-processes an element says which steps this version gives it.

    `endpoint` serves the drawings, by `key`, `version` and `process_key`.
    """
    given: dict[tuple[str, str], list[ElementFacts]] = {}
    for facts in legal_facts(compiled.key, compiled.processes):
        given.setdefault((facts.process, facts.element), []).append(facts)
    found = []
    for number, key in enumerate(view.call_order(compiled)):
        elements = {row.element.id: _info(row, given.get((key, row.element.id), [])) for row in view.elements(compiled, key)}
        address = url_for(endpoint, key=definition.key, version=definition.version, process_key=key)
        found.append(
            Level(
                key,
                compiled.processes[key].name,
                address,
                f"diagram-state-{number}",
                {"elements": elements, "actors": captions(compiled, key), "live": False},
            )
        )
    return found


def _info(row: view.ElementRow, given: list[ElementFacts]) -> dict[str, Any]:
    """What the panel beside the drawing shows of an element."""
    article = row.element.properties.get("article", "")
    steps = [_in_words(step, ()) for step in row.steps] or [
        _in_words(step, facts.via) for facts in given for name in facts.basis if (step := catalogue().step(name))
    ]
    dues = [facts.due for facts in given if facts.due] or [row.due]
    limits = dict.fromkeys(str(limit) for due in dues if due and not due.startswith("{") for limit in limits_in(due))
    return {
        "title": row.element.name,
        "lines": [*([f"办理：{row.actor}"] if row.actor else []), *steps, *(f"期限：{limit}" for limit in limits)],
        "article": "由调用方给出" if article.startswith("{") else article,
        "calls": row.element.called or "",
    }


def _in_words(step: Step, via: tuple[str, ...]) -> str:
    return f"{''.join(f'{call}：' for call in via)}{step.does}（{step.article}）"
