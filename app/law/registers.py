"""The registers that authorities keep (consultants, experts, …): who keeps them, on what conditions, with which duties, acts and consequences.

Facts of the catalogue, joined with how we read them (`register_readings`). An act that a register's text does not know is told so in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from app.law.admission import Condition
from app.law.catalogue import DATA_FOLDER, Document, Step, catalogue
from app.law.labels import actor_label
from app.law.register_readings import LATE, LOCAL, READINGS, RESULTS, Act, Carried, Counted, Idle, Reading

__all__ = ["ACT_LABELS", "LATE", "RESULTS", "Act", "ActRule", "Counted", "Ground", "Idle", "Registry", "registries", "registry"]

NATIONAL: Final = "national"
KINDS: Final = ("consultant", "expert")

ACT_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Act.APPLICATION: "申请", Act.REFUSAL: "不予列入", Act.ADMISSION: "列入名录", Act.READMISSION: "再次列入", Act.CHANGE: "变更报告",
        Act.YEARLY_REPORT: "年度报告", Act.REPORT_MISSED: "年度报告逾期未报", Act.REVIEW: "考评", Act.GRADING: "定级", Act.WARNING: "警告",
        Act.CRITICISM: "内部通报批评", Act.BAD_RECORD: "不良记录", Act.CORRECTION_ORDERED: "责令限期改正", Act.CORRECTED: "已改正",
        Act.CANCELLATION: "取消聘用", Act.REMOVAL: "除名", Act.EXPIRY: "期满失效", Act.EXIT: "申请退出",
    }
)  # fmt: skip

KEEPING: Final = frozenset({Act.APPLICATION, Act.REFUSAL, Act.ADMISSION, Act.READMISSION, Act.CHANGE, Act.EXIT, Act.EXPIRY})
"""What keeping any list brings with it: no sanction, and needs no article of its own."""

_WITHIN: Final = frozenset({Act.APPLICATION, Act.REFUSAL, Act.REPORT_MISSED})
"""What only the office and the entry itself see."""
_ROUTINE: Final = frozenset({Act.YEARLY_REPORT, Act.REVIEW, Act.GRADING})
_ENDS: Final = frozenset({Act.CANCELLATION, Act.REMOVAL})


@dataclass(frozen=True)
class Ground:
    """A ground of an act in our words: `key` as diagrams name it (`warnings.3`), `article` as a clerk cites it."""

    key: str
    text: str
    article: str


@dataclass(frozen=True)
class ActRule:
    """An act as a register's text knows it."""

    act: Act
    title: str
    grounds: tuple[Ground, ...] = ()
    step: Step | None = None
    after_refusal: bool = False
    ban_years: int | None = None
    public: bool = True

    @property
    def article(self) -> str:
        return self.step.article if self.step else "、".join(dict.fromkeys(ground.article for ground in self.grounds))

    @property
    def ends(self) -> bool:
        """Whether the entry is off the list afterwards."""
        return self.act in _ENDS

    def ground(self, given: str) -> Ground | None:
        """A ground by its key, or by its article where only one ground has it."""
        found = [one for one in self.grounds if given in (one.key, one.article)]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Duty:
    """What whoever is listed must do; `yearly` is month and day, `within` days from the change."""

    does: str
    article: str
    yearly: tuple[int, int] | None = None
    days_from_change: int | None = None


@dataclass(frozen=True)
class Registry:
    """One register as its text orders it. `keeper` and `partners` are actors."""

    id: str
    jurisdiction: str
    kind: str
    name: str
    document: Document
    keeper: str | None
    partners: tuple[str, ...]
    conditions: tuple[Condition, ...]
    term_years: int | None
    duties: tuple[Duty, ...]
    acts: Mapping[Act, ActRule]
    reading: Reading
    lapse_years: int | None = None

    @property
    def yearly_report(self) -> Duty | None:
        return next((duty for duty in self.duties if duty.yearly), None)

    @property
    def change_report(self) -> Duty | None:
        return next((duty for duty in self.duties if duty.days_from_change), None)

    @property
    def idle_years(self) -> int | None:
        """After how many years without a client something happens."""
        return min((rule.years for rule in self.reading.idle), default=self.lapse_years)

    def knows(self, act: Act) -> bool:
        """Whether the text knows an act, or keeping any list brings it with it."""
        if act == Act.REPORT_MISSED:
            return self.yearly_report is not None
        return act in KEEPING or act in self.acts or (act == Act.CORRECTED and Act.CORRECTION_ORDERED in self.acts)

    def rule(self, act: Act) -> ActRule:
        """How the text orders an act. For what it does not order, merely how the act is called, and whether everybody is told."""
        if act == Act.CORRECTED and Act.CORRECTION_ORDERED in self.acts:
            return ActRule(
                act, ACT_LABELS[act], step=self.acts[Act.CORRECTION_ORDERED].step, public=self.acts[Act.CORRECTION_ORDERED].public
            )
        if act == Act.READMISSION and Act.ADMISSION in self.acts:
            return replace(self.acts[Act.ADMISSION], act=act, title=self.title(act))
        return self.acts.get(act) or ActRule(act, ACT_LABELS[act], public=act not in _WITHIN)

    def title(self, act: Act) -> str:
        first = self.acts.get(Act.ADMISSION)
        if act == Act.READMISSION and first is not None and first.title != ACT_LABELS[Act.ADMISSION]:
            return f"再次{first.title}"
        return self.acts[act].title if act in self.acts else ACT_LABELS[act]

    def refusal(self, act: Act) -> str:
        """Why an act that the text does not know cannot be done, and what the text knows instead."""
        known = [f"{rule.title}（{rule.article}）" for rule in self.acts.values() if rule.act not in KEEPING | _ROUTINE and rule.article]
        can = f"该文件规定的处理只有：{'、'.join(known)}。" if known else "该文件没有规定对列入者的任何处理。"
        step = catalogue().step(self.reading.instead) if self.reading.instead else None
        other = f"违法违规的，{step.does}（{step.article}）。" if step else ""
        return f"《{self.document.title}》没有规定“{ACT_LABELS[act]}”，不能在“{self.name}”中办理。{can}{other}"

    def for_slug(self, slug: str) -> Registry:
        """The register as it is kept in a jurisdiction that takes it from the nation, with what its own text adds."""
        added = [local for local in LOCAL if local.registry == self.id and local.slug == slug]
        if not added:
            return self
        known = {ground.key: ground for rule in self.acts.values() for ground in rule.grounds}
        acts = {**self.acts, **{one.act: _act_rule(one, known) for local in added for one in local.acts}}
        return replace(self, acts=MappingProxyType(acts))


def registry(registry_id: str, slug: str | None = None) -> Registry | None:
    """The register of that id of the catalogue, as kept in a jurisdiction; none where there is none."""
    document = catalogue().document(registry_id.partition(".")[0])
    found = _of(document.jurisdiction).get(registry_id) if document else None
    return found.for_slug(slug) if found and slug else found


def registries(slug: str, kind: str) -> tuple[Registry, ...]:
    """The registers of a kind that a jurisdiction keeps today; where its own texts have none, the nation's."""
    own = tuple(_kept(slug, kind))
    return own or tuple(found.for_slug(slug) for found in _kept(NATIONAL, kind))


def _kept(slug: str, kind: str) -> Iterator[Registry]:
    for found in _of(slug).values():
        if found.kind == kind and found.keeper and not found.reading.superseded_by and not found.document.superseded_by:
            yield found


def slug_of(region_code: str) -> str:
    """The jurisdiction that a region belongs to; the nation where it has no texts of its own."""
    return next((slug for slug in catalogue().slugs if _code(slug) == f"{region_code[:2]}0000"), NATIONAL)


@lru_cache(maxsize=64)
def _code(slug: str) -> str:
    return str(_read(slug)["jurisdiction"]["code"])


@lru_cache(maxsize=64)
def _of(slug: str) -> Mapping[str, Registry]:
    return MappingProxyType({entry["id"]: _registry(entry, slug) for entry in _read(slug)["registries"]})


@lru_cache(maxsize=4)
def _read(slug: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA_FOLDER / f"{slug}.json").read_text(encoding="utf-8"))
    return data


# -------------------------------------------------------------------------------- reading


def _registry(entry: Mapping[str, Any], slug: str) -> Registry:
    document = catalogue().document(entry["id"].partition(".")[0])
    assert document is not None, entry["id"]
    reading = READINGS.get(entry["id"], Reading())
    term, lapses = entry.get("term"), entry.get("lapses")
    return Registry(
        id=entry["id"],
        jurisdiction=slug,
        kind=entry["kind"],
        name=entry["name"],
        document=document,
        keeper=entry.get("keeper"),
        partners=tuple(entry.get("with") or ()),
        conditions=tuple(
            Condition(number, text, reading.measures.get(number))
            for number, text in enumerate(entry.get("admission") or (), start=1)
            if number not in reading.exceptions
        ),
        term_years=term["value"] if term else None,
        duties=tuple(_duty(duty) for duty in entry.get("duties") or ()),
        acts=_acts(entry, reading),
        reading=reading,
        lapse_years=lapses["value"] if lapses else None,
    )


def _duty(entry: Mapping[str, Any]) -> Duty:
    limit = entry.get("deadline") or {}
    month_day = tuple(map(int, limit["by"].split("-"))) if "by" in limit else None
    from_change = limit.get("value") if limit.get("from") == "change_occurred" and limit.get("unit") == "day" else None
    return Duty(entry["does"], entry["article"], (month_day[0], month_day[1]) if month_day else None, from_change)


_REFUSED: Final = ("，限期改正拒不改正", "，拒不改正")


def _acts(entry: Mapping[str, Any], reading: Reading) -> Mapping[Act, ActRule]:
    grounds = {
        f"{part}.{number}": Ground(f"{part}.{number}", _plain(given["ground"]), given["article"])
        for part in ("warnings", "removals")
        for number, given in enumerate(entry.get(part) or (), start=1)
    }
    return MappingProxyType({one.act: _act_rule(one, grounds) for one in reading.acts})


def _plain(ground: str) -> str:
    """The ground itself: that it was not corrected is what the act asks for, not what it is about."""
    for ending in _REFUSED:
        ground = ground.removesuffix(ending)
    return ground


def _act_rule(one: Carried, grounds: Mapping[str, Ground]) -> ActRule:
    return ActRule(
        act=one.act,
        title=one.title or ACT_LABELS[one.act],
        grounds=tuple(grounds[key] for key in one.grounds),
        step=catalogue().step(one.step) if one.step else None,
        after_refusal=one.after_refusal,
        ban_years=one.ban,
        public=one.public,
    )


def keeper_in_words(found: Registry) -> str:
    """Who keeps a register, as its texts call them."""
    return actor_label(found.keeper or "", catalogue().jurisdiction(found.jurisdiction))
