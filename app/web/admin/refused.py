"""A refused upload as drawings: what is safe BPMN can be shown, with what is wrong marked on it. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.diagram import is_drawing
from app.engine.errors import Problem

MOST = 4
"""Drawings on one page: each travels inside it."""


@dataclass(frozen=True)
class Drawing:
    """A file to look at, and the state that the diagram viewer takes."""

    file: str
    xml: str
    state: dict[str, Any]


def drawings(sent: Mapping[str, bytes], problems: Iterable[Problem]) -> list[Drawing]:
    """The drawings among the files that have problems, with the problems at their elements."""
    found = list(problems)
    return [Drawing(name, body.decode("utf-8-sig"), _state(name, found)) for name, body in _wrong(sent, found)][:MOST]


def _wrong(sent: Mapping[str, bytes], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    files = {problem.file for problem in problems}
    return ((name, body) for name, body in sent.items() if name in files and is_drawing(body))


def _state(file: str, problems: list[Problem]) -> dict[str, Any]:
    elements: dict[str, dict[str, Any]] = {}
    for problem in problems:
        if problem.file == file and problem.element:
            elements.setdefault(problem.element, {"state": "failed", "title": problem.name, "lines": []})["lines"].append(problem.message)
    return {"elements": elements, "live": False}
