"""What the elements of a definition say about the law: parts and braces are followed through the call activities."""

from __future__ import annotations

import json

from app.config import ROOT
from app.engine.diagram import Process, read_diagram
from app.engine.legal_facts import legal_facts
from app.law.coverage import ElementFacts
from tests.support.diagrams import boundary, bpmn, call, end, path, start, sub, user, wait

STEP, OTHER = "sd-audit-2017.disclosure.s2", "sd-audit-2017.disclosure.s1"


def processes(**bodies: str) -> dict[str, Process]:
    files = {name: bpmn(f"t.{name}", start() + body + end() + path("S", "E"), jurisdiction="shandong") for name, body in bodies.items()}
    return {key: p for name, body in files.items() for key, p in read_diagram(f"{name}.bpmn", body).processes.items()}


def facts(key: str = "t.main", **bodies: str) -> dict[str, ElementFacts]:
    """By element id."""
    return {one.element: one for one in legal_facts(key, processes(**bodies))}


def parts(**given: dict[str, str]) -> str:
    return json.dumps(given, ensure_ascii=False)


def test_an_element_says_its_steps_its_limit_and_where_it_stands() -> None:
    found = facts(main=user("U", "公开", basis=f"{STEP} {OTHER}", due="months(1, since=list_published_on)", reading="另一读法"))["U"]
    assert (found.definition, found.process, found.name, found.basis) == ("t.main", "t.main", "公开", (STEP, OTHER))
    assert (found.due, found.reading, found.jurisdiction, found.via) == ("months(1, since=list_published_on)", "另一读法", "shandong", ())
    assert found.carries


def test_an_element_without_a_basis_says_nothing() -> None:
    assert facts(main=user("U") + user("V", basis="")) == {}


def test_a_part_is_said_by_the_process_that_hands_it_down() -> None:
    body = call("C", "t.shared", basis=STEP, parts=parts(do={"basis": STEP, "name": "公开信息", "due": "months(1, since=a_on)"}))
    found = facts(main=body, shared=user("U", "办", basis="{do}"))
    assert not found["C"].carries
    inner = found["U"]
    assert (inner.process, inner.definition, inner.name, inner.due) == ("t.shared", "t.main", "公开信息", "months(1, since=a_on)")
    assert (inner.basis, inner.via, inner.carries) == ((STEP,), ("调C",), True)
    assert facts("t.shared", main=body, shared=user("U", "办", basis="{do}")) == {}


def test_a_part_that_no_map_gives_names_no_step() -> None:
    body = call("C", "t.shared", parts=parts(other={"basis": STEP}))
    assert facts(main=body, shared=user("U", basis="{do}")) == {}


def test_parts_are_handed_down_through_several_calls() -> None:
    found = facts(
        main=call("C", "t.middle", parts=parts(do={"basis": STEP})),
        middle=call("M", "t.shared", parts=parts(inner={"basis": "{do}", "name": "中间说的"})),
        shared=user("U", basis="{inner}"),
    )["U"]
    assert (found.basis, found.name, found.via) == ((STEP,), "中间说的", ("调C", "调M"))


def test_what_a_call_in_between_says_by_itself_is_its_own() -> None:
    bodies = {
        "main": call("C", "t.middle", parts=parts(do={"basis": OTHER})),
        "middle": call("M", "t.shared", parts=parts(inner={"basis": STEP})),
        "shared": user("U", basis="{inner}"),
    }
    assert facts("t.main", **bodies) == {}
    assert facts("t.middle", **bodies)["U"].basis == (STEP,)


def test_one_shared_process_called_twice_says_both() -> None:
    body = call("C", "t.shared", parts=parts(do={"basis": STEP})) + call("D", "t.shared", parts=parts(do={"basis": OTHER}))
    found = list(legal_facts("t.main", processes(main=body, shared=user("U", basis="{do}"))))
    assert [(one.element, one.via, one.basis) for one in found] == [("U", ("调C",), (STEP,)), ("U", ("调D",), (OTHER,))]


def test_processes_that_call_one_another_in_a_circle_come_to_an_end() -> None:
    found = facts(
        main=call("C", "t.shared", parts=parts(do={"basis": STEP})),
        shared=user("U", basis="{do}") + call("B", "t.main"),
    )
    assert set(found) == {"U"}


def test_a_call_of_nothing_is_passed_over() -> None:
    assert facts(main=call("C", "t.nowhere", parts=parts(do={"basis": STEP}))) == {}


def test_a_timer_has_the_limit_that_it_waits_for() -> None:
    body = wait("W", "workdays(10, since=a_on)").replace("<bpmn:timer", "<bpmn:extensionElements/><bpmn:timer")
    marked = body.replace("<bpmn:extensionElements/>", _basis(STEP))
    assert facts(main=marked)["W"].due == "workdays(10, since=a_on)"


def test_a_boundary_timer_says_the_limit_and_the_reading_of_its_activity() -> None:
    late = boundary("B", "U").replace("<bpmn:timer", f"{_basis(STEP)}<bpmn:timer", 1)
    found = facts(main=user("U", due="months(6, since=a_on)", reading="读法") + late)["B"]
    assert (found.due, found.reading) == ("months(6, since=a_on)", "读法")


def _basis(step: str) -> str:
    return (
        "<bpmn:extensionElements><spiffworkflow:properties>"
        f'<spiffworkflow:property name="basis" value="{step}"/></spiffworkflow:properties></bpmn:extensionElements>'
    )


def test_the_limit_of_a_sub_process_encloses_the_steps_inside() -> None:
    inside = start("BS") + user("U", basis=STEP) + end("BE") + path("BS", "U", "BE")
    found = facts(main=sub("B", inside, due="years(1, since=list_published_on)"))
    assert (found["B"].basis, found["B"].carries, found["B"].due) == ((STEP,), False, "years(1, since=list_published_on)")
    assert found["U"].due == ""


def test_a_limit_that_the_caller_would_have_to_give_is_none() -> None:
    assert facts(main=user("U", basis=STEP, due="{limit}"))["U"].due == ""


def test_the_documentation_of_the_diagram_stands_in_for_that_of_the_element() -> None:
    body = bpmn("t.main", f"<bpmn:documentation>读法说明</bpmn:documentation>{start()}{user('U', basis=STEP)}{end()}{path('S', 'U', 'E')}")
    (found,) = legal_facts("t.main", read_diagram("x.bpmn", body).processes)
    assert found.documentation == "读法说明"


def test_a_listing_of_shandong_is_carried_inside_the_shared_chain() -> None:
    read = [read_diagram(f.name, f.read_bytes()) for f in ROOT.glob("processes/**/*.bpmn")]
    known = {key: process for diagram in read for key, process in diagram.processes.items()}
    carriers = [one for one in legal_facts("shandong.listing_env", known) if "sd-audit-2017.listing-env.s1" in one.basis and one.carries]
    assert {one.process for one in carriers} == {"common.multilevel_chain"}
