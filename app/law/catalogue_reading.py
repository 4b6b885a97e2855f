"""Makes the facts of a jurisdiction from its file of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeVar

from app.law.catalogue_facts import (
    END,
    Branch,
    Constraint,
    Document,
    Form,
    Jurisdiction,
    Level,
    Procedure,
    Sanction,
    ScoringSheet,
    Step,
    StepDeadline,
)
from app.law.rules import Direction, Unit

_LEVELS: Final[tuple[Level, ...]] = ("province", "city", "county")


def jurisdiction(data: Mapping[str, Any]) -> Jurisdiction:
    """The jurisdiction that a file of the catalogue describes."""
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
