"""What the designer's pages show: designs under way, and the words, steps, services and sub-processes that a diagram may use."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.cases import form_check, library
from app.cases.clock_stops import GROUNDS
from app.engine import expressions
from app.engine.checking.answers import fields_of
from app.engine.checking.references import parts_wanted
from app.engine.diagram import Process
from app.engine.errors import DiagramError, ExpressionError
from app.engine.safe_xml import read_xml
from app.law.catalogue import Jurisdiction, Step, catalogue
from app.law.labels import ACTOR_LABELS, EVENT_LABELS, PROCEDURE_KINDS, actor_label
from app.law.periods import Deadline, PeriodError
from app.model import Design, DesignSave, DesignStatus
from app.services.context import OPERATORS
from app.services.labels import OPERATOR_LABELS, PARAMETER_LABELS

MOST_STEPS = 30
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})  # Beijing, Tianjin, Shanghai, Chongqing (GB/T 2260)
PANELS = {"roster": "名单", "publication": "公布内容", "experts": "专家"}


def open_designs(session: Session) -> list[tuple[Design, DesignSave]]:
    """Designs that are being edited, the one saved last first."""
    rows = session.execute(
        select(Design, DesignSave)
        .join(DesignSave, (DesignSave.design_id == Design.id) & (DesignSave.revision == Design.revision))
        .where(Design.status == DesignStatus.OPEN)
        .options(joinedload(Design.base), joinedload(DesignSave.saved_by).lazyload("*"))
        .order_by(DesignSave.saved_at.desc())
    )
    return [(design, save) for design, save in rows]


def reference(session: Session, files: Mapping[str, bytes], jurisdiction: str) -> dict[str, Any]:
    """What may stand in a diagram, in the words of a jurisdiction: offices, events, services, sub-processes, forms with their fields, tables."""
    place = catalogue().jurisdiction(jurisdiction)
    found = library.read_files({**library.deployed_files(session), **files})
    processes = [diagram.processes[key] for key, diagram in sorted(found.diagrams.items()) if key in diagram.processes]
    return {
        "actors": _options({actor: actor_label(actor, place) for actor in ACTOR_LABELS if not _is_missing(actor, place)}),
        "events": _options(EVENT_LABELS),
        "kinds": _options(PROCEDURE_KINDS),
        "jurisdictions": [{"value": j.slug, "label": j.name} for j in catalogue().jurisdictions()] + [{"value": "common", "label": "共用"}],
        "panels": _options(PANELS),
        "stops": [{"value": name, "label": ground.name} for name, ground in GROUNDS.items()],
        "operators": list(_operators()),
        "processes": [_process(process) for process in processes],
        "tables": [table for path, body in sorted(found.bodies.items()) if path.endswith(".dmn") for table in _tables(path, body)],
        "forms": {path.removeprefix("forms/"): _form(body) for path, body in sorted(found.bodies.items()) if _is_form(path)},
    }


def _is_missing(actor: str, place: Jurisdiction | None) -> bool:
    """Whether a place has no such office: municipalities have no cities."""
    return place is not None and place.code[:2] in MUNICIPALITIES and actor.startswith("city_")


def _options(labels: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in labels.items()]


def _operators() -> Iterator[dict[str, Any]]:
    for name, function in sorted(OPERATORS.items()):
        parameters = list(inspect.signature(function).parameters.values())[1:]
        yield {
            "value": name,
            "label": OPERATOR_LABELS.get(name, name),
            "gives": sorted(getattr(function, "gives", ())),
            "open": any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters),
            "parameters": [
                {
                    "name": one.name,
                    "label": PARAMETER_LABELS.get(one.name, one.name),
                    "required": one.default is inspect.Parameter.empty,
                    "text": "str" in str(one.annotation),
                }
                for one in parameters
                if one.kind is not inspect.Parameter.VAR_KEYWORD
            ],
        }


def _process(process: Process) -> dict[str, Any]:
    return {
        "value": process.key,
        "label": process.name,
        "jurisdiction": process.jurisdiction,
        "called": "called" in process.properties.get("starts", "called").split(),
        "parts": [_part(process, part) for part in sorted(parts_wanted(process))],
        "purpose": process.documentation.strip().partition("\n")[0],
    }


def _part(process: Process, part: str) -> dict[str, Any]:
    """A part that a caller of a shared sub-process fills in: which of its steps it is, and what these ask for."""
    carrying = [element for element in process.elements.values() if element.properties.get("basis", "").strip() == f"{{{part}}}"]
    people = [element for element in carrying if element.is_human]
    return {
        "value": part,
        "label": "、".join(dict.fromkeys(element.name for element in people or carrying if element.name)) or part,
        "human": bool(people),
        "optional": part in process.properties.get("optional_parts", "").split(),
    }


def _tables(path: str, body: bytes) -> list[dict[str, str]]:
    """The decisions of a table's file, by name. None of a file that cannot be read: the check says why."""
    try:
        root = read_xml(path, body)
    except DiagramError:
        return []
    return [
        {"value": one.get("id", ""), "label": one.get("name") or one.get("id", ""), "file": path} for one in root.iterfind("{*}decision")
    ]


def _is_form(path: str) -> bool:
    return path.startswith("forms/") and path.endswith(".json") and not path.endswith(".ui.json")


def _form(body: bytes) -> dict[str, Any]:
    schema = form_check.read(body) or {}
    said = schema.get("properties", {})
    return {
        "title": schema.get("title", ""),
        "fields": [
            {
                "name": name,
                "title": field.label or name,
                "type": field.type,
                "format": (said.get(name) or {}).get("format", ""),
                "values": [{"value": value, "label": field.title(value)} for value in field.values],
            }
            for name, field in fields_of(body).items()
        ],
    }


def steps(query: str, jurisdiction: str) -> list[dict[str, str]]:
    """Legal steps that match words of a query: of one jurisdiction first."""
    words = query.lower().split()
    found: list[dict[str, str]] = []
    slugs: Sequence[str] = sorted(catalogue().slugs, key=lambda slug: slug != jurisdiction)
    for slug in slugs:
        home = catalogue().jurisdiction(slug)
        for step in home.steps.values() if home is not None else ():
            text = f"{step.id} {step.citation} {step.does}".lower()
            if all(word in text for word in words):
                found.append(step_row(step))
                if len(found) == MOST_STEPS:
                    return found
    return found


def step_row(step: Step) -> dict[str, str]:
    """A legal step for the panel: what it is, where it stands, what it fixes."""
    return {"id": step.id, "does": step.does, "article": step.citation, "limit": "；".join(map(str, step.deadlines)), "actor": step.actor}


def limit(source: str) -> dict[str, str]:
    """A time limit in words, with the date that it would give if everything it counts from were today."""
    try:
        names = expressions.names_in(source)
        value = expressions.evaluate(source, dict.fromkeys(names, clock.today().isoformat()))
    except (ExpressionError, PeriodError) as error:
        return {"problem": str(error)}
    if value is None:
        return {"text": "这次没有期限"}
    if not isinstance(value, Deadline):
        return {"problem": "这不是期限：请用 days、workdays、months、years、every_year 或 fixed_day"}
    return {
        "text": f"如果从今天（{value.since}）起算，到 {value.due_on} 为止",
        "due": value.due_on.isoformat(),
        "explained": "\n".join(value.explain()),
    }
