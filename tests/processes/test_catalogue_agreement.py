"""The diagrams against the catalogue: every step carried, every time limit the one of the text, every element drawn.

Limits and actors word for word are Shandong's; where a diagram says them in other words (rounds, readings), the coverage compares what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.cases import library
from app.config import ROOT
from app.engine import expressions
from app.engine.diagram import BPMN, Element
from app.law.catalogue import Step, catalogue
from app.law.labels import ACTOR_LABELS
from app.law.written_limits import differences, limits_in

LIBRARY = library.read_folder(ROOT)
PROCEDURES = (
    "sd-audit-2017.listing-env",
    "sd-audit-2017.listing-coordinator",
    "sd-audit-2017.list-publication",
    "sd-audit-2017.disclosure",
    "sd-audit-2017.execution",
    "sd-audit-2017.extension",
    "sd-audit-2017.result-publication",
    "sd-audit-2017.acceptance",
    "sd-audit-2017.voluntary",
    "sd-audit-2017.consultant-filing",
    "sd-audit-2017.yearly-report",
    "sd-audit-2017.expert-pool-setup",
    "sd-audit-2017.commendation",
    "sd-audit-2017.penalty-enterprise",
    "sd-audit-2017.penalty-consultant",
    "sd-acceptance-2008.acceptance",
    "sd-acceptance-2008.rectification",
    "sd-acceptance-2008.projects",
    "sd-agency-2008.grading",
    "sd-benchmark-2008.benchmarking",
    "sd-benchmark-2008.recognition",
)
STEPS = [step.id for name in PROCEDURES for step in catalogue().procedure(name).steps]  # type: ignore[union-attr]
KEYS = sorted(LIBRARY.diagrams)
DI = {"bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI"}


def elements() -> Iterator[Element]:
    for key in KEYS:
        yield from LIBRARY.process(key).elements.values()


def facts() -> Iterator[tuple[Element, dict[str, str]]]:
    """The properties of every element, and of every part that a call activity gives."""
    for element in elements():
        yield element, element.properties
        for part in element.parts.values():
            yield element, part


def basis(given: dict[str, str]) -> list[str]:
    found = given.get("basis", "")
    return [] if found.startswith("{") else found.split()


CARRIED = {step for _, given in facts() for step in basis(given)}


def step(step_id: str) -> Step:
    found = catalogue().step(step_id)
    assert found is not None, step_id
    return found


def test_the_library_has_no_problem() -> None:
    assert library.check(LIBRARY) == []


@pytest.mark.parametrize("step_id", STEPS)
def test_every_step_of_the_procedures_is_carried(step_id: str) -> None:
    assert step_id in CARRIED


@pytest.mark.parametrize("step_id", STEPS)
def test_every_step_is_carried_by_a_task_or_gateway_not_only_by_the_call_that_lists_it(step_id: str) -> None:
    inner = {s for e, given in facts() for s in basis(given) if e.tag != "callActivity" or given is not e.properties}
    assert step_id in inner


@pytest.mark.parametrize("step_id", sorted(CARRIED))
def test_every_basis_exists_in_the_catalogue(step_id: str) -> None:
    assert catalogue().step(step_id) is not None


def dues() -> Iterator[tuple[str, str]]:
    """(step, time limit expression) of every task or part with a time limit."""
    for element, given in facts():
        if given.get("due") and (element.tag != "callActivity" or given is not element.properties):
            for step_id in basis(given):
                yield step_id, given["due"]


WITH_LIMIT = [s for s in STEPS if step(s).deadline is not None]


@pytest.mark.parametrize("step_id", WITH_LIMIT)
def test_every_time_limit_of_the_text_is_in_a_diagram(step_id: str) -> None:
    carried = {s for s, _ in dues()}
    timers = {s for e in elements() if e.has_timer for s in basis(e.properties)}
    inside = {s for e in elements() if e.tag == "callActivity" and e.properties.get("due") for s in basis(e.properties)}
    assert step_id in carried | timers | inside


@pytest.mark.parametrize(("step_id", "due"), sorted({one for one in dues() if one[0].startswith("sd-")}))
def test_a_time_limit_is_the_one_of_the_text(step_id: str, due: str) -> None:
    stated = step(step_id).deadlines
    assert step(step_id).deadline is None or any(not differences(written, limit) for written in limits_in(due) for limit in stated), due


def test_the_public_notice_lasts_as_long_as_the_text_says() -> None:
    timer = next(s for _, kind, s in LIBRARY.process("shandong.acceptance_result").expressions if kind == "timer")
    stated = step("sd-acceptance-2008.acceptance.s20").deadline
    assert stated is not None
    assert [differences(written, stated) for written in limits_in(timer)] == [()]


def actors() -> list[tuple[str, str]]:
    """(step, actor) where the diagram names one outright."""
    found = set()
    for element, given in facts():
        actor = given.get("actor", "")
        if actor in ACTOR_LABELS and (element.is_human or given is not element.properties):
            found |= {(s, actor) for s in basis(given)}
    return sorted(found)


@pytest.mark.parametrize(("step_id", "actor"), [one for one in actors() if one[0].startswith("sd-")])
def test_a_step_is_done_by_whom_the_text_names(step_id: str, actor: str) -> None:
    found = step(step_id)
    assert actor in (found.actor, *found.partners)


@pytest.mark.parametrize("key", KEYS)
def test_every_process_says_what_it_is(key: str) -> None:
    process = LIBRARY.process(key)
    assert len(process.documentation) >= 20
    assert re.search("[一-鿿]", process.name)


@pytest.mark.parametrize("key", KEYS)
def test_every_element_and_flow_is_drawn(key: str) -> None:
    root = LIBRARY.diagrams[key].tree
    drawn = {e.get("bpmnElement") for e in root.iterfind(".//{*}BPMNShape")} | {
        e.get("bpmnElement") for e in root.iterfind(".//{*}BPMNEdge")
    }
    flows = {f.get("id") for f in root.iter(f"{{{BPMN}}}sequenceFlow")}
    assert set(LIBRARY.process(key).elements) | flows <= drawn


@pytest.mark.parametrize("key", KEYS)
def test_every_shape_has_room_and_every_edge_a_way(key: str) -> None:
    root = LIBRARY.diagrams[key].tree
    for shape in root.iterfind(".//{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        assert float(bounds.get("width")) > 0
        assert float(bounds.get("height")) > 0
    for edge in root.iterfind(".//{*}BPMNEdge"):
        assert len(edge.findall("{*}waypoint")) >= 2


@pytest.mark.parametrize("key", KEYS)
def test_every_human_task_has_a_name_and_an_actor(key: str) -> None:
    for element in LIBRARY.process(key).elements.values():
        if element.is_human:
            part = element.properties.get("basis", "").startswith("{")
            assert element.name, element.id
            assert part or element.properties.get("actor"), element.id


@pytest.mark.parametrize("key", KEYS)
def test_every_choice_has_a_way_for_every_decision(key: str) -> None:
    root = LIBRARY.diagrams[key].tree
    for gateway in root.iter(f"{{{BPMN}}}exclusiveGateway"):
        out = [f for f in root.iter(f"{{{BPMN}}}sequenceFlow") if f.get("sourceRef") == gateway.get("id")]
        assert len(out) == 1 or gateway.get("default"), gateway.get("id")


@pytest.mark.parametrize("key", KEYS)
def test_expressions_read_only_variables_that_somebody_sets(key: str) -> None:
    for _, kind, source in LIBRARY.process(key).expressions:
        expressions.check(source, script=kind == "script")
