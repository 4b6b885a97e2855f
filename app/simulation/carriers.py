"""Which tasks carry which legal steps, read from the diagrams before anything runs: what a scenario can answer at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.cases.library import Library
from app.engine.diagram import Element, Process
from app.services import local_law
from app.services.list_kinds import ListKind

Parts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Carrier:
    """A human task at one place in the diagrams, its legal facts resolved."""

    process: str
    element: str
    name: str
    basis: tuple[str, ...]
    form: str | None
    optional: bool
    panel: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The names by which a scenario may answer it, the more exact ones first."""
        return f"{self.process}:{self.element}", self.element, self.name, *self.basis


class Carriers:
    """All human tasks of some processes, of those that they call, and of those that they may start.

    `processes` are all of these, `started` those of which there are cases.
    """

    def __init__(self, library: Library, begun: Sequence[str], region: str = "") -> None:
        self._library = library
        self.processes = tuple(_reachable(library, begun, local_law.jurisdiction_of(region)))
        self.started = tuple(key for key in self.processes if key in begun or _starts_alone(library.process(key)))
        self.tasks = tuple(dict.fromkeys(task for key in self.started for task in _tasks(library, key, [])))

    @cached_property
    def by_key(self) -> dict[str, list[Carrier]]:
        """The tasks that an answer to a legal step, an element or a name reaches."""
        found: dict[str, list[Carrier]] = {}
        for task in self.tasks:
            for key in dict.fromkeys(task.keys):
                found.setdefault(key, []).append(task)
        return found

    @cached_property
    def carried(self) -> frozenset[str]:
        """Legal steps that any element carries, gateways and service tasks included."""
        found: set[str] = set()
        for key in self.processes:
            for element in self._library.process(key).elements.values():
                for facts in (element.properties, *element.parts.values()):
                    basis = facts.get("basis", "")
                    found.update([] if basis.startswith("{") else basis.split())
        return frozenset(found)


def _starts_alone(process: Process) -> bool:
    """Whether cases of a process are started; one that is only called is read where it is called."""
    return "called" not in process.properties.get("starts", "called").split()


def _reachable(library: Library, begun: Sequence[str], jurisdiction: str | None) -> Iterator[str]:
    """Processes, those that they call and those that they start, also in place of a national one where that would be started."""
    pending, seen = [*begun], set()
    while pending:
        key = pending.pop(0)
        if key in seen or key not in library.diagrams:
            continue
        seen.add(key)
        yield key
        found = library.process(key)
        pending += [e.called for e in found.elements.values() if e.called]
        started = _started(found)
        pending += [*started, *_instead(library, started, jurisdiction)]


def _instead(library: Library, keys: Sequence[str], jurisdiction: str | None) -> Iterator[str]:
    """Processes of a jurisdiction that stand instead of national ones."""
    for key in sorted(library.diagrams):
        process = library.process(key)
        if process.jurisdiction == jurisdiction and set(process.properties.get("instead_of", "").split()) & set(keys):
            yield key


def _started(process: Process) -> list[str]:
    """Processes that service tasks start: named by a parameter, or the one that publishes its list."""
    found = []
    for _, kind, source in process.expressions:
        if kind == "parameter" and (value := _literal(source)) is not None and "." in value:
            found.append(value)
    return [*found, ListKind.of(process).publication]


def _literal(source: str) -> str | None:
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None


def _tasks(library: Library, key: str, outer: Sequence[Parts], path: tuple[str, ...] = ()) -> Iterator[Carrier]:
    """The human tasks of a process and of what it calls. `outer` are the part maps around it, innermost first."""
    if key in path or key not in library.diagrams:
        return
    for element in library.process(key).elements.values():
        if element.is_human:
            yield _carrier(element, outer)
        elif element.called:
            yield from _tasks(library, element.called, [element.parts, *outer] if element.parts else outer, (*path, key))


def _carrier(element: Element, outer: Sequence[Parts]) -> Carrier:
    facts = dict(element.properties)
    around = list(outer)
    part = _braced(facts.get("basis", ""))
    while part is not None and around:
        supplied = around.pop(0).get(part)
        if supplied is None:
            break
        facts.update(supplied)
        part = _braced(facts.get("basis", ""))
    basis = facts.get("basis", "")
    form = facts.get("formJsonSchemaFilename", "")
    return Carrier(
        process=element.process_key,
        element=element.id,
        name=facts.get("name") or element.name,
        basis=() if basis.startswith("{") else tuple(basis.split()),
        form=form if form and not form.startswith("{") else None,
        optional=element.properties.get("optional") == "true",
        panel=facts.get("panel"),
    )


def _braced(value: str) -> str | None:
    return value[1:-1] if value.startswith("{") and value.endswith("}") else None
