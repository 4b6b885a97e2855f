"""A faulty diagram is refused with one Chinese sentence for each fault, never with a stack trace."""

from __future__ import annotations

import re

import pytest

from app.cases import library
from app.engine.definition import compile_definition
from app.engine.diagram import MAX_BYTES, read_diagram
from app.engine.errors import DiagramError, Problem
from tests.support.diagrams import HEAD, boundary, bpmn, call, end, flow, path, props, script, service, start, sub, user, wait, xor

PATH = "processes/t/main.bpmn"
SIMPLE = start() + user("U") + end() + path("S", "U", "E")
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><d>&j;</d>"
)


def problems_of(body: bytes, **others: bytes) -> list[Problem]:
    """What keeps a diagram from being deployed."""
    files = {PATH: body, **{f"forms/t/{name}.json": other for name, other in others.items()}}
    found = library.read_files(files)
    return library.check(found)


def the_problem(body: bytes, **others: bytes) -> Problem:
    problems = problems_of(body, **others)
    assert len(problems) == 1, problems
    return problems[0]


READ_FAULTS = {
    "empty": (b"", "malformed-xml"),
    "text": ("你好".encode(), "malformed-xml"),
    "binary": (b"\x00\x01\x02\xff", "malformed-xml"),
    "a cut file": (bpmn("t.main", SIMPLE)[:-40], "malformed-xml"),
    "a wrong encoding": (bpmn("t.main", SIMPLE).replace(b"UTF-8", b"US-ASCII"), "malformed-xml"),
    "a document type": (b'<?xml version="1.0"?><!DOCTYPE d><d/>', "dtd"),
    "an external document type": (b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>', "dtd"),
    "an external entity": (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "dtd"),
    "an entity bomb": (BOMB.encode(), "dtd"),
    "too large": (b"<d>" + b" " * MAX_BYTES + b"</d>", "too-large"),
    "too deep": (b"<d>" * 100 + b"</d>" * 100, "too-deep"),
    "far too deep": (b"<d>" * 5000 + b"</d>" * 5000, "too-deep"),
    "no BPMN": (b"<html/>", "not-bpmn"),
    "not executable": (bpmn("t.main", SIMPLE, executable=False), "not-executable"),
    "no process": (HEAD.encode() + b"</bpmn:definitions>", "not-executable"),
}


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_a_file_that_is_no_diagram_is_refused(fault: str) -> None:
    body, code = READ_FAULTS[fault]
    with pytest.raises(DiagramError) as caught:
        read_diagram(PATH, body)
    assert [p.code for p in caught.value.problems] == [code]


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_the_sentence_is_chinese_and_one(fault: str) -> None:
    message = the_problem(READ_FAULTS[fault][0]).message
    assert re.search("[一-鿿]", message)
    assert "\n" not in message
    assert "Traceback" not in message


DIAGRAM_FAULTS = {
    "a called process that is missing": (start() + call("C", "t.nowhere") + end() + path("S", "C", "E"), "missing-process", "t.nowhere"),
    "a form that is missing": (
        start() + user("U", formJsonSchemaFilename="t/no.json") + end() + path("S", "U", "E"),
        "missing-form",
        "t/no.json",
    ),
    "parts that are no JSON": (start() + call("C", "t.main", parts="{") + end() + path("S", "C", "E"), "bad-property", ""),
    "parts nested without end": (start() + call("C", "t.main", parts="[" * 50_000) + end() + path("S", "C", "E"), "bad-property", ""),
    "parts that are a list": (start() + call("C", "t.main", parts="[1]") + end() + path("S", "C", "E"), "bad-property", "parts"),
    "parts of the wrong shape": (start() + call("C", "t.main", parts='{"a": "b"}') + end() + path("S", "C", "E"), "bad-property", "parts"),
    "a part with a number": (
        start() + call("C", "t.main", parts='{"a": {"due": 5}}') + end() + path("S", "C", "E"),
        "bad-property",
        "parts",
    ),
    "an unknown actor": (start() + user("U", actor="village_elder") + end() + path("S", "U", "E"), "unknown-actor", "village_elder"),
    "an unknown operator": (start() + service("V", "launch_rocket") + end() + path("S", "V", "E"), "unknown-operator", "launch_rocket"),
    "a forbidden condition": (
        start() + xor("X", "X_E") + user("U") + end() + end("E2") + path("S", "X", "E") + flow("X", "U", "a.b == 1") + flow("U", "E2"),
        "bad-expression",
        "Attribute",
    ),
    "a forbidden script": (start() + script("P", "import os") + end() + path("S", "P", "E"), "bad-expression", "Import"),
    "a forbidden time limit": (start() + user("U", due="open('x')") + end() + path("S", "U", "E"), "bad-expression", "open"),
    "a forbidden timer": (start() + wait("W", "x.y") + end() + path("S", "W", "E"), "bad-expression", "Attribute"),
    "a forbidden parameter": (start() + service("V", "send_notice", to="x.y") + end() + path("S", "V", "E"), "bad-expression", "Attribute"),
    "two elements of one id": (start() + user("U") + user("U") + end() + path("S", "U", "E"), "duplicate-id", "U"),
    "one id in two scopes": (
        start() + user("U") + sub("B", start("BS") + user("U") + end("BE") + path("BS", "U", "BE")) + end() + path("S", "U", "B", "E"),
        "duplicate-id",
        "U",
    ),
}


@pytest.mark.parametrize("fault", DIAGRAM_FAULTS)
def test_a_faulty_diagram_says_what_is_wrong(fault: str) -> None:
    body, code, word = DIAGRAM_FAULTS[fault]
    codes = {p.code: p.message for p in problems_of(bpmn("t.main", body))}
    assert code in codes
    assert word in codes[code]


@pytest.mark.parametrize(
    "body",
    [
        start() + user("U") + end() + flow("S", "U") + flow("U", "Nowhere"),
        start() + user("U") + end() + flow("S", "U") + flow("Nowhere", "E"),
        start() + xor("X", "missing_flow") + end() + path("S", "X", "E"),
        start() + boundary("B", "Nowhere") + end() + path("S", "E"),
        start() + wait("W", "days(1, since=today())").replace("timeDate", "timeDuration") + end() + path("S", "W", "E"),
        "",
        user("U"),
        start() + "<bpmn:nonsense id='N'/>" + end() + path("S", "E"),
        start() + call("C", "") + end() + path("S", "C", "E"),
        start() + "<bpmn:callActivity id='C'/>" + end() + path("S", "C", "E"),
        start() + "<bpmn:scriptTask id='P'/>" + end() + path("S", "P", "E"),
        start() + "<bpmn:serviceTask id='V'/>" + end() + path("S", "V", "E"),
        start() + "<bpmn:intermediateCatchEvent id='W'/>" + end() + path("S", "W", "E"),
        start() + sub("B", "") + end() + path("S", "B", "E"),
        start() + "<bpmn:businessRuleTask id='R'/>" + end() + path("S", "R", "E"),
        start() + "<bpmn:userTask/>" + end() + path("S", "E"),
        start() + f"<bpmn:callActivity>{props(parts='{')}</bpmn:callActivity>" + end() + path("S", "E"),
        start() + "".join(user(f"U{i}") for i in range(1500)) + end() + path("S", *(f"U{i}" for i in range(1500)), "E"),
    ],
)
def test_a_broken_structure_is_a_problem_not_a_crash(body: str) -> None:
    problems = problems_of(bpmn("t.main", body))
    assert all(re.search("[一-鿿]", p.message) and "\n" not in p.message for p in problems)


@pytest.mark.parametrize("name", ["in_force_from", "in_force_to"])
def test_a_period_in_force_that_is_no_date_is_a_problem(name: str) -> None:
    problem = the_problem(
        bpmn("t.main", SIMPLE, in_force_from="soon") if name == "in_force_from" else bpmn("t.main", SIMPLE, in_force_to="soon")
    )
    assert (problem.code, "soon" in problem.message) == ("bad-property", True)


@pytest.mark.parametrize("form", [b"{", b"[]", b"\xff\xfe", b'{"type": 5}'])
def test_a_form_that_is_no_schema_is_a_problem(form: bytes) -> None:
    body = bpmn("t.main", start() + user("U", formJsonSchemaFilename="t/f.json") + end() + path("S", "U", "E"))
    assert the_problem(body, f=form).code == "bad-form"


def test_two_files_with_one_process_are_a_problem() -> None:
    found = library.read_files({"processes/a.bpmn": bpmn("t.main", SIMPLE), "processes/b.bpmn": bpmn("t.main", SIMPLE)})
    assert [p.code for p in found.problems] == ["duplicate-process"]


def test_every_fault_is_named_at_once() -> None:
    body = start() + user("U", due="a.b", actor="nobody") + script("P", "import os") + end() + path("S", "U", "P", "E")
    assert sorted(p.code for p in problems_of(bpmn("t.main", body))) == ["bad-expression", "bad-expression", "unknown-actor"]


def test_a_fault_names_its_element_with_its_label() -> None:
    problem = the_problem(bpmn("t.main", start() + user("U", "受理", due="a.b") + end() + path("S", "U", "E")))
    assert (problem.file, problem.element, problem.name) == (PATH, "U", "受理")


def test_an_unknown_operator_names_its_element() -> None:
    problem = the_problem(bpmn("t.main", start() + service("V", "launch_rocket") + end() + path("S", "V", "E")))
    assert problem.element == "V"


def test_a_timer_by_duration_is_refused() -> None:
    with pytest.raises(DiagramError, match="timeDate"):
        compile_definition(
            "t.main", {PATH: bpmn("t.main", start() + wait("W", "x").replace("timeDate", "timeDuration") + end() + path("S", "W", "E"))}
        )


def test_properties_of_other_products_do_no_harm() -> None:
    body = (
        start()
        + f'<bpmn:userTask id="U" name="受理"><bpmn:documentation>说明</bpmn:documentation>{props(actor="enterprise", kind="x")}</bpmn:userTask>'
        + end()
        + path("S", "U", "E")
    )
    assert problems_of(bpmn("t.main", body)) == []
