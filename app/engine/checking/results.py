"""What automatic tasks give to the case: the variables that a service declares, and the outputs of a decision table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from app.engine import decision_tables
from app.engine.checking.references import Surroundings
from app.engine.diagram import Process
from app.engine.errors import DiagramError


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
    for path, body in bodies.items():
        if path.endswith(".dmn") and decision in (tables := _tables(path, body)):
            return tables[decision]
    return frozenset()


@lru_cache(maxsize=256)
def _tables(path: str, body: bytes) -> Mapping[str, frozenset[str]]:
    """Decision → its outputs; none where the file has faults, which are said elsewhere."""
    try:
        return {key: frozenset(table.outputs) for key, table in decision_tables.read_tables(path, body).items()}
    except DiagramError:
        return {}
