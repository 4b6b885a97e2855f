"""The catalogue of regulations: who must do what, by when, under which article, and what follows if not.

Facts in our own words, one file a jurisdiction under ``catalogue_data``, each read when something of it is
first asked for. Every id begins with the id of its document (``sd-audit-2017.disclosure.s2``), which tells
the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar

from app.law.labels import event_label
from app.law.rules import Direction, Unit, in_words

DATA_FOLDER: Final = Path(__file__).parent / "catalogue_data"
INDEX_NAME: Final = "index.json"

END: Final = "end"
PER_NOTICE: Final = "per_notice"

Level = Literal["province", "city", "county"]
_LEVELS: Final[tuple[Level, ...]] = ("province", "city", "county")
_PARITY_WORDS: Final = {"even": "每逢双数年", "odd": "每逢单数年"}
_ID = re.compile(r"[a-z]+(?:-[a-z0-9]+)+\.[a-z0-9-]+")


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


class Catalogue:
    """Everything by id; an unknown id gives ``None``. Each jurisdiction's file is read on first use."""

    def __init__(self) -> None:
        index = _read_json(INDEX_NAME)
        self._slugs: Final = tuple(entry["slug"] for entry in index["jurisdictions"])
        self._slug_of_document: Final[Mapping[str, str]] = index["documents"]
        self._loaded: Final[dict[str, Jurisdiction]] = {}

    @property
    def slugs(self) -> tuple[str, ...]:
        """The jurisdictions, the national one first, then by their GB/T 2260 code."""
        return self._slugs

    def jurisdictions(self) -> Iterator[Jurisdiction]:
        """All of them, in the order of ``slugs``. Reads every file."""
        return map(self._load, self._slugs)

    def jurisdiction(self, slug: str) -> Jurisdiction | None:
        """The jurisdiction of that slug, e.g. ``shandong``."""
        return self._load(slug) if slug in self._slugs else None

    def document(self, document_id: str) -> Document | None:
        """The document of that id, e.g. ``sd-audit-2017``."""
        home = self._home(document_id)
        return home.documents.get(document_id) if home else None

    def procedure(self, procedure_id: str) -> Procedure | None:
        """The procedure of that id, e.g. ``sd-audit-2017.disclosure``."""
        home = self._home(procedure_id)
        return home.procedures.get(procedure_id) if home else None

    def step(self, step_id: str) -> Step | None:
        """The step of that full id, e.g. ``sd-audit-2017.disclosure.s2``."""
        home = self._home(step_id)
        return home.steps.get(step_id) if home else None

    def sanction(self, sanction_id: str) -> Sanction | None:
        """The sanction of that id, e.g. ``sd-audit-2017.s31``."""
        home = self._home(sanction_id)
        return home.sanctions.get(sanction_id) if home else None

    def form(self, form_id: str) -> Form | None:
        """The form of that id."""
        home = self._home(form_id)
        return home.forms.get(form_id) if home else None

    def scoring(self, sheet_id: str) -> ScoringSheet | None:
        """The scoring sheet of that id."""
        home = self._home(sheet_id)
        return home.scoring.get(sheet_id) if home else None

    def sanctions_for(self, step: Step) -> tuple[Sanction, ...]:
        """The sanctions that a missed step may draw; the words of ``if_missed`` say whom each reaches."""
        named = _ID.findall(step.if_missed or "")
        return tuple(sanction for name in named if (sanction := self.sanction(name)))

    def _home(self, any_id: str) -> Jurisdiction | None:
        slug = self._slug_of_document.get(any_id.partition(".")[0])
        return self._load(slug) if slug else None

    def _load(self, slug: str) -> Jurisdiction:
        if slug not in self._loaded:
            self._loaded[slug] = _jurisdiction(_read_json(f"{slug}.json"))
        return self._loaded[slug]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue that comes with the application."""
    return Catalogue()


# -------------------------------------------------------------------------------- reading


def _read_json(name: str) -> Any:
    return json.loads((DATA_FOLDER / name).read_text(encoding="utf-8"))


def _jurisdiction(data: Mapping[str, Any]) -> Jurisdiction:
    about = data["jurisdiction"]
    documents = {entry["id"]: _document(entry, about["slug"]) for entry in data["documents"]}

    def of(entry: Mapping[str, Any]) -> Document:
        return documents[entry["id"].partition(".")[0]]

    return Jurisdiction(
        code=about["code"],
        slug=about["slug"],
        name=about["name"],
        authorities=_authorities(about),
        documents=MappingProxyType(documents),
        procedures=_by_id(_procedure(entry, of(entry)) for entry in data["procedures"]),
        sanctions=_by_id(_sanction(entry, of(entry)) for entry in data["sanctions"]),
        forms=_by_id(_form(entry, of(entry)) for entry in data["forms"]),
        scoring=_by_id(_scoring(entry, of(entry)) for entry in data["scoring"]),
        doubts=tuple(data["doubts"]),
    )


_Item = TypeVar("_Item", Procedure, Sanction, Form, ScoringSheet)


def _by_id(items: Iterable[_Item]) -> Mapping[str, _Item]:
    return MappingProxyType({item.id: item for item in items})


def _authorities(about: Mapping[str, Any]) -> Mapping[str, Mapping[Level, str]]:
    """Names by body and level; the catalogue lists them by level from the province down."""
    return {
        body: {level: name for level, name in zip(_LEVELS, names, strict=False) if name}
        for body, names in about.items()
        if isinstance(names, list)
    }


def _document(entry: Mapping[str, Any], slug: str) -> Document:
    return Document(
        id=entry["id"],
        jurisdiction=slug,
        title=entry["title"],
        number=entry["number"],
        issuers=tuple(entry["issuers"]),
        issued=_date(entry["issued"]),
        effective=_date(entry["effective"]),
        expires=_date(entry["expires"]),
        kind=entry["kind"],
        summary=entry["summary"],
        replaces=tuple(entry["replaces"]),
        superseded_by=entry.get("superseded_by") or entry.get("repealed_by"),
    )


def _procedure(entry: Mapping[str, Any], document: Document) -> Procedure:
    names = [step["id"] for step in entry["steps"]]
    following = [*names[1:], END]
    return Procedure(
        id=entry["id"],
        document=document,
        kind=entry["kind"],
        name=entry["name"],
        event=entry["starts"]["event"],
        detail=entry["starts"].get("detail") or "",
        who_starts=entry["who_starts"],
        steps=tuple(
            _step(step, after, entry["id"], frozenset(names), document) for step, after in zip(entry["steps"], following, strict=True)
        ),
        outcome=entry["outcome"],
        rules=tuple(Constraint(rule["article"], rule["says"]) for rule in entry.get("rules") or ()),
        frequency=entry.get("frequency"),
    )


def _step(entry: Mapping[str, Any], following: str, procedure_id: str, siblings: frozenset[str], document: Document) -> Step:
    def full(target: str) -> str:
        return f"{procedure_id}.{target}" if target in siblings else target

    deadline = entry.get("deadline") or []
    form = entry.get("form")
    return Step(
        id=f"{procedure_id}.{entry['id']}",
        procedure_id=procedure_id,
        document=document,
        actor=entry["actor"],
        partners=tuple(entry.get("with") or ()),
        does=entry["does"],
        article=entry["article"],
        deadlines=tuple(map(_deadline, deadline if isinstance(deadline, list) else [deadline])),
        produces=tuple(entry.get("produces") or ()),
        forms=tuple(entry.get("forms") or ([form] if form else ())),
        scoring=entry.get("scoring"),
        next=full(entry.get("next") or following),
        branches=tuple(_branch(branch, full(branch["next"])) for branch in entry.get("branches") or ()),
        parallel=bool(entry.get("parallel")),
        if_missed=entry.get("if_missed"),
        note="；".join(filter(None, (entry.get("note"), entry.get("deadline_note")))),
    )


def _branch(entry: Mapping[str, Any], target: str) -> Branch:
    return Branch(when=entry["when"], next=target, needs=entry.get("needs", ""), note=entry.get("note", ""))


def _deadline(entry: Mapping[str, Any]) -> StepDeadline:
    return StepDeadline(
        value=entry.get("value"),
        unit=Unit(entry["unit"]) if entry.get("unit") else None,
        since=entry.get("from"),
        direction=Direction(entry.get("direction", Direction.AFTER)),
        minimum=entry.get("min"),
        by=entry.get("by"),
        opens=entry.get("opens"),
        year=entry.get("year"),
        years=entry.get("years"),
        once=entry.get("once", False),
        note=entry.get("note", ""),
    )


def _sanction(entry: Mapping[str, Any], document: Document) -> Sanction:
    plain = ("id", "ground", "by", "first", "then", "fine", "article")
    return Sanction(
        id=entry["id"],
        document=document,
        ground=entry["ground"],
        by=entry["by"],
        first=entry["first"],
        then=entry["then"],
        fine=entry.get("fine"),
        article=entry["article"],
        details=_rest(entry, plain),
    )


def _form(entry: Mapping[str, Any], document: Document) -> Form:
    return Form(
        id=entry["id"],
        document=document,
        title=entry["title"],
        article=entry["article"],
        fields=tuple(entry["fields"]),
        note=entry.get("note", ""),
    )


def _scoring(entry: Mapping[str, Any], document: Document) -> ScoringSheet:
    plain = ("id", "title", "total", "pass", "pass_rule", "items", "bonus", "veto")
    return ScoringSheet(
        id=entry["id"],
        document=document,
        title=entry["title"],
        total=entry["total"],
        pass_mark=entry["pass"],
        pass_rule=entry["pass_rule"],
        items=tuple(entry["items"]),
        bonus=tuple(entry["bonus"]),
        veto=tuple(entry["veto"]),
        details=_rest(entry, plain),
    )


def _rest(entry: Mapping[str, Any], used: Iterable[str]) -> Mapping[str, Any]:
    """What the catalogue notes beyond the usual keys."""
    return {key: value for key, value in entry.items() if key not in used}


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
