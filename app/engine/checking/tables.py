"""Decision tables that a process asks: values that no row covers, or that several rows cover where one is meant. Hints: a case may never bring them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from app.engine import decision_tables
from app.engine.checking.graph import Graph
from app.engine.checking.sheet import Finding
from app.engine.checking.wording import label
from app.engine.decision_tables import DecisionTable, Fault
from app.engine.diagram import Process
from app.engine.errors import DiagramError

_SHOWN = 3
"""Places that a sentence names; the rest are counted."""


def gaps_and_overlaps(graph: Graph, process: Process, bodies: Mapping[str, bytes]) -> Iterator[tuple[str, Finding]]:
    """(code, finding) for every business rule task whose table has gaps or overlaps."""
    for node in graph.nodes.values():
        element = process.elements.get(node.id)
        table = named(element.decision, bodies) if element is not None and element.decision else None
        if table is None:
            continue
        faults = table.faults()
        gaps, overlaps = [f for f in faults if f.is_gap], [f for f in faults if not f.is_gap]
        if gaps:
            yield (
                "decision-gap",
                Finding(node.id, label(node), f"决策表“{table.name}”有空档：{_listed(gaps)}；案件遇到时会停下来，等管理员处理"),
            )
        if overlaps:
            yield (
                "decision-overlap",
                Finding(node.id, label(node), f"决策表“{table.name}”有重叠：{_listed(overlaps)}；案件遇到时会停下来，等管理员处理"),
            )


def _listed(faults: list[Fault]) -> str:
    more = f"等 {len(faults)} 处" if len(faults) > _SHOWN else ""
    return "，".join(map(str, faults[:_SHOWN])) + more


def named(decision: str, bodies: Mapping[str, bytes]) -> DecisionTable | None:
    """The table of a decision among the files of a library."""
    return next((found for path, body in _files(bodies) if (found := tables_of(path, body).get(decision)) is not None), None)


def _files(bodies: Mapping[str, bytes]) -> Iterable[tuple[str, bytes]]:
    return ((path, body) for path, body in bodies.items() if path.endswith(".dmn"))


@lru_cache(maxsize=256)
def tables_of(path: str, body: bytes) -> Mapping[str, DecisionTable]:
    """The tables of a file; none where it has faults that are said elsewhere."""
    try:
        return decision_tables.read_tables(path, body)
    except DiagramError:
        return {}
