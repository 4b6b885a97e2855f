"""What automatic tasks give to the case: the variables that a service declares, and the outputs of a decision table."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.checking import tables
from app.engine.checking.references import Surroundings
from app.engine.diagram import Process


def given_by(process: Process, around: Surroundings) -> Mapping[str, frozenset[str]]:
    """Element id → variables that have a new value, which the diagram does not tell, once the element is done."""
    found = {
        element_id: frozenset(getattr(around.operators.get(name), "gives", ())) for element_id, name in process.operators
    }  # fmt: skip
    for element in process.elements.values():
        if element.decision:
            found[element.id] = _outputs_of(element.decision, around.bodies)
    return {element_id: names for element_id, names in found.items() if names}


def _outputs_of(decision: str, bodies: Mapping[str, bytes]) -> frozenset[str]:
    table = tables.named(decision, bodies)
    return frozenset(table.outputs) if table is not None else frozenset()
