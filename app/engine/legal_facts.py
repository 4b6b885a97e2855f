"""What the elements of a definition say about the law, without running it: parts and braces are followed through the call activities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from app.engine.definition import facts_in
from app.engine.diagram import Element, Process
from app.engine.errors import EngineError
from app.law.coverage import ElementFacts

MOST_CALLS = 5_000
"""Calls that are followed from one process, each way to a called process counted. The library's largest has 75."""


class TooManyCalls(EngineError):
    """Processes call one another in more ways than anybody reads."""


def legal_facts(key: str, processes: Mapping[str, Process], version: int | None = None) -> Iterator[ElementFacts]:
    """The facts of every element whose steps process `key` names: its own elements, and the parts that its call activities hand to others.

    What a called process says by itself belongs to that process. `processes` are all of a definition, or of a library. Raises `TooManyCalls`.
    """
    process = processes[key]
    calls = count(1)
    for element in process.elements.values():
        found = [*_own(process, element)]
        if element.parts and element.called in processes:
            found += _handed_down(process, element, (element,), processes, calls)
        yield from (replace(facts, version=version) for facts in found)


def _own(process: Process, element: Element) -> Iterator[ElementFacts]:
    given = element.properties
    basis = _literal(given)
    if element.tag == "subProcess" and not basis and given.get("due"):
        inside = (inner for inner in process.elements.values() if inner.scope == element.id)
        basis = tuple(dict.fromkeys(step for inner in inside for step in _literal(inner.properties)))
        yield _facts(process, process, element, given, basis, carries=False)
    elif basis:
        yield _facts(process, process, element, given, basis, carries=element.called is None)


def _handed_down(
    origin: Process, call: Element, callers: tuple[Element, ...], processes: Mapping[str, Process], calls: Iterator[int]
) -> Iterator[ElementFacts]:
    """Elements inside a call activity, at any depth, whose steps the outermost of `callers` (innermost first) gives."""
    if next(calls) > MOST_CALLS:
        raise TooManyCalls(f"流程一层套一层，调用超过 {MOST_CALLS} 处，请减少套用的层次")
    process = processes[call.called or ""]
    maps = [caller.parts for caller in callers if caller.parts]
    for element in process.elements.values():
        given = facts_in(element, maps)
        if _literal(given) and not _literal(facts_in(element, maps[:-1])):
            yield _facts(origin, process, element, given, _literal(given), callers=callers, carries=element.called is None)
        if element.called in processes and element not in callers:
            yield from _handed_down(origin, element, (element, *callers), processes, calls)


def _literal(given: Mapping[str, str]) -> tuple[str, ...]:
    """The steps that a basis names outright; none while it names a part."""
    basis = given.get("basis", "")
    return () if basis.startswith("{") else tuple(basis.split())


def _facts(
    origin: Process,
    process: Process,
    element: Element,
    given: Mapping[str, str],
    basis: tuple[str, ...],
    *,
    callers: tuple[Element, ...] = (),
    carries: bool,
) -> ElementFacts:
    limited = _limited(process, element, given)
    return ElementFacts(
        jurisdiction=origin.jurisdiction,
        definition=origin.key,
        definition_name=origin.name,
        process=process.key,
        element=element.id,
        name=given.get("name") or element.name,
        basis=basis,
        due=limited.get("due", ""),
        carries=carries,
        via=tuple(caller.name or caller.id for caller in reversed(callers)),
        call=callers[-1].id if callers else "",
        reading=given.get("reading") or limited.get("reading", ""),
        documentation=element.documentation or origin.documentation,
    )


def _limited(process: Process, element: Element, given: Mapping[str, str]) -> Mapping[str, str]:
    """The properties that limit an element: its own, or what its timer says; a timer that says `due` means the activity that it stands on."""
    if element.has_timer and not given.get("due"):
        timer = next((source for owner, kind, source in process.expressions if owner == element.id and kind == "timer"), "")
        activity = process.elements.get(element.attached_to or "")
        given = {"due": timer} if timer != "due" else activity.properties if activity else {}
    return {} if given.get("due", "").startswith("{") else given
