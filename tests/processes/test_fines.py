"""Fines are bounded in their forms as the catalogue bounds them."""

from __future__ import annotations

import json

import pytest

from app.cases import library
from app.config import ROOT
from app.law.catalogue import catalogue

LIBRARY = library.read_folder(ROOT)
FINES = sorted(
    (element.process_key, element.id, facts["sanction"], facts["formJsonSchemaFilename"])
    for diagram in LIBRARY.diagrams.values()
    for process in diagram.processes.values()
    for element in process.elements.values()
    for name, facts in element.parts.items()
    if name == "fine" and "sanction" in facts and "formJsonSchemaFilename" in facts
)


@pytest.mark.parametrize(("process", "element", "sanction", "form"), FINES)
def test_the_form_of_a_fine_has_the_bounds_of_its_article(process: str, element: str, sanction: str, form: str) -> None:
    found = catalogue().sanction(sanction)
    assert found is not None, f"{process} {element}: {sanction}"
    assert found.fine is not None, f"{process} {element}: {sanction} knows no fine"
    amount = json.loads(LIBRARY.bodies[f"forms/{form}"])["properties"]["amount"]
    least = amount["minimum"] if found.fine["min"] else 0  # “以下” begins above nothing
    assert (least, amount["maximum"]) == (found.fine["min"], found.fine["max"])
    assert amount["minimum"] > 0
