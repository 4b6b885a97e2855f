"""How much of the law the diagrams carry: the steps of the catalogue against the facts of diagram elements.

Pure comparison. Whoever knows diagrams gathers the facts (``ElementFacts``); what comes back says for each jurisdiction which steps an element
carries, which none carries, which elements name a step that does not exist, and where a time limit is not the one of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.law.catalogue import Catalogue
from app.law.catalogue_facts import Jurisdiction, Procedure, Step, StepDeadline
from app.law.written_limits import DIFFERENCES, differences, limits_in


@dataclass(frozen=True)
class ElementFacts:
    """What one element of a deployed diagram says about the law.

    ``definition`` is the process that names the steps, ``process`` the one in which the element stands (they differ in shared sub-processes), and
    ``via`` the names of the call activities between them, ``call`` the id of the outermost, which stands in ``definition``. ``carries`` is false for an
    activity that only encloses or lists steps. ``due`` is an expression, empty where there is none. ``reading`` explains a limit that departs from the
    text on purpose. ``version`` is the definition's, where it has one.
    """

    jurisdiction: str
    definition: str
    definition_name: str
    process: str
    element: str
    name: str
    basis: tuple[str, ...]
    due: str = ""
    carries: bool = True
    via: tuple[str, ...] = ()
    call: str = ""
    reading: str = ""
    documentation: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Disagreement:
    """A time limit of an element that is none of those that the texts state for its steps.

    ``differs`` holds names of ``written_limits.DIFFERENCES``, against the nearest stated limit.
    """

    facts: ElementFacts
    steps: tuple[Step, ...]
    written: StepDeadline
    stated: tuple[StepDeadline, ...]
    differs: tuple[str, ...]

    @property
    def differences(self) -> str:
        """In what it differs, in words."""
        return "、".join(DIFFERENCES[name] for name in self.differs)


@dataclass(frozen=True)
class UnknownStep:
    """An element whose ``basis`` names no step of the catalogue."""

    facts: ElementFacts
    step_id: str


@dataclass(frozen=True)
class StepCoverage:
    """A step with the elements that carry it, and those that only enclose it."""

    step: Step
    carriers: tuple[ElementFacts, ...]
    enclosing: tuple[ElementFacts, ...]

    @property
    def is_carried(self) -> bool:
        return bool(self.carriers)

    @cached_property
    def has_its_limit(self) -> bool:
        """Whether some element gives the step a limit of the text, where the text states one."""
        written = [limit for facts in (*self.carriers, *self.enclosing) for limit in _written(facts)]
        return not self.step.deadlines or any(not differences(one, stated) for one in written for stated in self.step.deadlines)


@dataclass(frozen=True)
class JurisdictionCoverage:
    """The coverage of one jurisdiction's texts."""

    jurisdiction: Jurisdiction
    steps: Mapping[str, StepCoverage]
    unknown: tuple[UnknownStep, ...]
    compared: tuple[Disagreement, ...]

    @property
    def procedures(self) -> Iterable[Procedure]:
        return self.jurisdiction.procedures.values()

    @cached_property
    def carried(self) -> tuple[Step, ...]:
        return tuple(one.step for one in self.steps.values() if one.is_carried)

    @cached_property
    def missing(self) -> tuple[Step, ...]:
        return tuple(one.step for one in self.steps.values() if not one.is_carried)

    @cached_property
    def without_limit(self) -> tuple[Step, ...]:
        """Carried steps with a time limit in the text that no element has, rightly or wrongly."""
        wrong = {step.id for one in self.compared for step in one.steps}
        return tuple(one.step for one in self.steps.values() if one.is_carried and not one.has_its_limit and one.step.id not in wrong)

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Time limits that differ from the text without an explanation."""
        return tuple(one for one in self.compared if not one.facts.reading)

    @cached_property
    def readings(self) -> tuple[Disagreement, ...]:
        """Time limits that differ from the text on purpose, explained at the element."""
        return tuple(one for one in self.compared if one.facts.reading)

    @property
    def share(self) -> float:
        """The carried part of the steps, from 0 to 1."""
        return len(self.carried) / len(self.steps) if self.steps else 0.0


def cover(law: Catalogue, elements: Iterable[ElementFacts]) -> list[JurisdictionCoverage]:
    """The coverage of every jurisdiction of the catalogue, in its order."""
    found = list(elements)
    by_step: dict[str, list[ElementFacts]] = {}
    unknown: dict[str, list[UnknownStep]] = {}
    compared: dict[str, list[Disagreement]] = {}
    for facts in found:
        steps = []
        for step_id in facts.basis:
            step = law.step(step_id)
            if step is not None:
                by_step.setdefault(step_id, []).append(facts)
                steps.append(step)
            else:
                unknown.setdefault(_home(law, step_id, facts), []).append(UnknownStep(facts, step_id))
        if steps:
            compared.setdefault(steps[0].document.jurisdiction, []).extend(compare(facts, tuple(steps)))
    return [
        JurisdictionCoverage(
            jurisdiction,
            {step.id: _of_step(step, by_step.get(step.id, [])) for step in jurisdiction.steps.values()},
            tuple(unknown.get(jurisdiction.slug, ())),
            tuple(compared.get(jurisdiction.slug, ())),
        )
        for jurisdiction in law.jurisdictions()
    ]


def _of_step(step: Step, elements: list[ElementFacts]) -> StepCoverage:
    return StepCoverage(step, tuple(e for e in elements if e.carries), tuple(e for e in elements if not e.carries))


def _home(law: Catalogue, step_id: str, facts: ElementFacts) -> str:
    """Where a step that does not exist is missed: by its document, else by its diagram, else at the nation's."""
    home = law.home(step_id)
    return home.slug if home else facts.jurisdiction if facts.jurisdiction in law.slugs else law.slugs[0]


def _written(facts: ElementFacts) -> tuple[StepDeadline, ...]:
    return limits_in(facts.due) if facts.due else ()


def compare(facts: ElementFacts, steps: tuple[Step, ...]) -> Iterable[Disagreement]:
    """The limits of an element that are none of those stated for any of its steps. Raises `SyntaxError` for a `due` that is no expression."""
    stated = tuple(limit for step in steps for limit in step.deadlines)
    for written in _written(facts):
        if not stated:
            yield Disagreement(facts, steps, written, (), ("extra",))
        elif all(differences(written, one) for one in stated):
            yield Disagreement(facts, steps, written, stated, min((differences(written, one) for one in stated), key=_distance))


def _distance(differs: tuple[str, ...]) -> int:
    return len(differs) + 4 * ("kind" in differs)
