"""Who acts, written at the elements of a drawing: the authority as the place's own texts call it."""

from __future__ import annotations

from app.engine.definition import CompiledDefinition, facts_in
from app.engine.diagram import Element
from app.law.catalogue import catalogue
from app.law.labels import ACTOR_LABELS, actor_label


def captions(compiled: CompiledDefinition, process_key: str) -> dict[str, str]:
    """Element id → who does it, for the people's tasks of one process.

    In a shared sub-process it is whom its callers name, where they all name the same; an actor that only the case knows is left out.
    """
    place = catalogue().jurisdiction(compiled.process.jurisdiction)
    callers = [one for process in compiled.processes.values() for one in process.elements.values() if one.called == process_key]
    found = {}
    for element in compiled.processes[process_key].elements.values():
        actors = _actors(element, callers) if element.is_human else set()
        if len(actors) == 1 and (actor := actors.pop()) in ACTOR_LABELS:
            found[element.id] = actor_label(actor, place)
    return found


def _actors(element: Element, callers: list[Element]) -> set[str]:
    own = element.properties.get("actor", "")
    if own and not own.startswith("{"):
        return {own}
    return {facts_in(element, [caller.parts]).get("actor", "") for caller in callers if caller.parts}
