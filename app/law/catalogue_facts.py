"""What a regulation says, as facts: documents, procedures and their steps, time limits, sanctions, forms, scoring sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal

from app.law.labels import event_label
from app.law.rules import Direction, Unit, in_words

END: Final = "end"
PER_NOTICE: Final = "per_notice"

Level = Literal["province", "city", "county"]
_PARITY_WORDS: Final = {"even": "每逢双数年", "odd": "每逢单数年"}


@dataclass(frozen=True)
class Document:
    """A regulation, opinion, plan or notice. ``expires`` is its last day in force by its own words."""

    id: str
    jurisdiction: str
    title: str
    number: str | None
    issuers: tuple[str, ...]
    issued: date | None
    effective: date | None
    expires: date | None
    kind: str
    summary: str
    replaces: tuple[str, ...]
    superseded_by: str | None


@dataclass(frozen=True)
class StepDeadline:
    """A time limit as the article puts it: an amount from an event, or a day (``by``).

    ``by`` is ``MM-DD`` for every year, an ISO date for once, or ``per_notice`` when the day stands in an
    order. ``since`` is the event's name without ``_on``. ``years`` is ``even`` for every second year;
    ``opens`` is where a yearly window begins.
    """

    value: int | None = None
    unit: Unit | None = None
    since: str | None = None
    direction: Direction = Direction.AFTER
    minimum: int | None = None
    by: str | None = None
    opens: str | None = None
    year: int | None = None
    years: str | None = None
    once: bool = False
    note: str = ""

    def __str__(self) -> str:
        if self.by == PER_NOTICE or self.value == 0:
            return "以通知书或意见载明的日期为准"
        if self.by is not None:
            return self._day_in_words()
        event = event_label(f"{self.since}_on")
        side = "前" if self.direction is Direction.BEFORE else "起"
        if self.value is None or self.unit is None:
            return f"{event}{side}，期限未定"
        least = f"至少 {in_words(self.minimum, self.unit)}、" if self.minimum else ""
        within = "" if self.direction is Direction.BEFORE else "内"
        return f"{event}{side} {least}{in_words(self.value, self.unit)}{within}"

    def _day_in_words(self) -> str:
        assert self.by is not None
        *year, month, day = map(int, self.by.split("-"))
        when = next((str(number) for number in (*year, self.year) if number), None)
        prefix = f"{when} 年" if when else _PARITY_WORDS.get(self.years or "", "每年")
        return f"{prefix} {month} 月 {day} 日前"


@dataclass(frozen=True)
class Branch:
    """A way onward: the condition in words, and the step or procedure it leads to (or ``end``)."""

    when: str
    next: str
    needs: str = ""
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One thing that one actor (jointly with ``partners``) does.

    ``next`` and the branches hold full ids of steps or procedures, or ``end``. ``if_missed`` is a sanction's
    id or words. ``forms`` are ids of forms or scoring sheets, ``scoring`` is a sheet's id.
    """

    id: str
    procedure_id: str
    document: Document = field(repr=False)
    actor: str
    partners: tuple[str, ...]
    does: str
    article: str
    deadlines: tuple[StepDeadline, ...]
    produces: tuple[str, ...]
    forms: tuple[str, ...]
    scoring: str | None
    next: str
    branches: tuple[Branch, ...]
    parallel: bool
    if_missed: str | None
    note: str

    @property
    def citation(self) -> str:
        """How a clerk cites the step: the document's title and the article."""
        return f"{self.document.title} {self.article}"

    @property
    def paraphrase(self) -> str:
        """What is to be done, in our own words."""
        return self.does

    @property
    def deadline(self) -> StepDeadline | None:
        """The time limit, the first one where there are several; ``None`` where the text sets none."""
        return self.deadlines[0] if self.deadlines else None

    @property
    def form(self) -> str | None:
        """The id of the form it takes, the first one where there are several."""
        return self.forms[0] if self.forms else None


@dataclass(frozen=True)
class Constraint:
    """A rule of a procedure that is no step."""

    article: str
    says: str


@dataclass(frozen=True)
class Procedure:
    """A procedure: what starts it (``event`` and ``detail``), steps in order, outcome, further rules."""

    id: str
    document: Document = field(repr=False)
    kind: str
    name: str
    event: str
    detail: str
    who_starts: str
    steps: tuple[Step, ...]
    outcome: str
    rules: tuple[Constraint, ...]
    frequency: str | None

    @property
    def citation(self) -> str:
        """The document's title and the procedure's name."""
        return f"{self.document.title} {self.name}"


@dataclass(frozen=True)
class Sanction:
    """What falls on whoever meets the ground; ``fine`` and ``details`` are as the catalogue notes them."""

    id: str
    document: Document = field(repr=False)
    ground: str
    by: str | None
    first: str
    then: str | None
    fine: Mapping[str, Any] | None
    article: str
    details: Mapping[str, Any]

    @property
    def citation(self) -> str:
        """How a clerk cites the sanction."""
        return f"{self.document.title} {self.article}"


@dataclass(frozen=True)
class Form:
    """A table or application form that a regulation defines; ``fields`` are as the catalogue lists them."""

    id: str
    document: Document = field(repr=False)
    title: str
    article: str
    fields: tuple[Mapping[str, Any], ...]
    note: str


@dataclass(frozen=True)
class ScoringSheet:
    """A scoring sheet: total and pass mark in points, pass rule in words, items as listed."""

    id: str
    document: Document = field(repr=False)
    title: str
    total: int | None
    pass_mark: int | None
    pass_rule: str
    items: tuple[Mapping[str, Any], ...]
    bonus: tuple[Mapping[str, Any] | str, ...]
    veto: tuple[Mapping[str, Any] | str, ...]
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Jurisdiction:
    """A province (or the nation) with everything that its texts say.

    ``authorities`` maps a body (``environment``, ``coordinator``, …) to its name at each level, in the words
    of the texts.
    """

    code: str
    slug: str
    name: str
    authorities: Mapping[str, Mapping[Level, str]]
    documents: Mapping[str, Document] = field(repr=False)
    procedures: Mapping[str, Procedure] = field(repr=False)
    sanctions: Mapping[str, Sanction] = field(repr=False)
    forms: Mapping[str, Form] = field(repr=False)
    scoring: Mapping[str, ScoringSheet] = field(repr=False)
    doubts: tuple[str, ...] = field(repr=False)

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """Every step by its full id, in the order of the texts."""
        return MappingProxyType({step.id: step for procedure in self.procedures.values() for step in procedure.steps})

    def authority(self, actor: str) -> str | None:
        """What the texts call an authority such as ``county_environment``; ``None`` where they name none."""
        level, _, body = actor.partition("_")
        names = self.authorities.get(body, {})
        return next((name for key, name in names.items() if key == level), None)
