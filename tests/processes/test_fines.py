"""Fines are bounded in their forms as the catalogue bounds them, and orders are what the catalogue calls so."""

from __future__ import annotations

import json
import re

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


ORDER = re.compile(r"""id="kind"[^>]*value='"order"'/>\s*<spiffworkflow:parameter id="sanction"[^>]*value='"([\w.-]+)"'""")
ORDERS = sorted(
    {
        (element.process_key, facts["sanction"])
        for diagram in LIBRARY.diagrams.values()
        for process in diagram.processes.values()
        for element in process.elements.values()
        for name, facts in element.parts.items()
        if name == "order" and not facts.get("sanction", "{").startswith("{")
    }
    | {(name, sanction) for name, body in LIBRARY.bodies.items() if name.endswith(".bpmn") for sanction in ORDER.findall(body.decode())}
)


@pytest.mark.parametrize(("where", "sanction"), ORDERS)
def test_what_is_recorded_as_an_order_is_one(where: str, sanction: str) -> None:
    """A bureau that publishes what an enterprise would not publish orders nobody anything: the record of the enterprise must not say so."""
    found = catalogue().sanction(sanction)
    assert found is not None, f"{where}: {sanction}"
    assert any(word in found.first for word in ("责令", "要求", "整改")), f"{where}: {sanction} {found.first}"
