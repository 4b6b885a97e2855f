"""The catalogue of regulations: who must do what, by when, under which article, and what follows if not.

Facts in our own words, one file a jurisdiction under ``catalogue_data``, each read when something of it is
first asked for. Every id begins with the id of its document (``sd-audit-2017.disclosure.s2``), which tells
the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.law import catalogue_reading
from app.law.catalogue_facts import (
    END,
    PER_NOTICE,
    Document,
    Form,
    Jurisdiction,
    Procedure,
    Sanction,
    ScoringSheet,
    Step,
    StepDeadline,
)

__all__ = [
    "DATA_FOLDER",
    "END",
    "INDEX_NAME",
    "PER_NOTICE",
    "Catalogue",
    "Document",
    "Form",
    "Jurisdiction",
    "Procedure",
    "Sanction",
    "ScoringSheet",
    "Step",
    "StepDeadline",
    "catalogue",
]

DATA_FOLDER: Final = Path(__file__).parent / "catalogue_data"
INDEX_NAME: Final = "index.json"
_ID = re.compile(r"[a-z]+(?:-[a-z0-9]+)+\.[a-z0-9-]+")


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
        home = self.home(document_id)
        return home.documents.get(document_id) if home else None

    def procedure(self, procedure_id: str) -> Procedure | None:
        """The procedure of that id, e.g. ``sd-audit-2017.disclosure``."""
        home = self.home(procedure_id)
        return home.procedures.get(procedure_id) if home else None

    def step(self, step_id: str) -> Step | None:
        """The step of that full id, e.g. ``sd-audit-2017.disclosure.s2``."""
        home = self.home(step_id)
        return home.steps.get(step_id) if home else None

    def sanction(self, sanction_id: str) -> Sanction | None:
        """The sanction of that id, e.g. ``sd-audit-2017.s31``."""
        home = self.home(sanction_id)
        return home.sanctions.get(sanction_id) if home else None

    def form(self, form_id: str) -> Form | None:
        """The form of that id."""
        home = self.home(form_id)
        return home.forms.get(form_id) if home else None

    def scoring(self, sheet_id: str) -> ScoringSheet | None:
        """The scoring sheet of that id."""
        home = self.home(sheet_id)
        return home.scoring.get(sheet_id) if home else None

    def sanctions_for(self, step: Step) -> tuple[Sanction, ...]:
        """The sanctions that a missed step may draw; the words of ``if_missed`` say whom each reaches."""
        named = _ID.findall(step.if_missed or "")
        return tuple(sanction for name in named if (sanction := self.sanction(name)))

    def home(self, any_id: str) -> Jurisdiction | None:
        """The jurisdiction whose document an id begins with."""
        slug = self._slug_of_document.get(any_id.partition(".")[0])
        return self._load(slug) if slug else None

    def _load(self, slug: str) -> Jurisdiction:
        if slug not in self._loaded:
            self._loaded[slug] = catalogue_reading.jurisdiction(_read_json(f"{slug}.json"))
        return self._loaded[slug]


def _read_json(name: str) -> Any:
    return json.loads((DATA_FOLDER / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue that comes with the application."""
    return Catalogue()
