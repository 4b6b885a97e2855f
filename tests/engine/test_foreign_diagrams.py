"""Drawings of other tools: shown as drawings, refused for execution with every reason at once, never with a stack trace."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from lxml import etree

from app.cases import library
from app.engine.definition import compile_definition
from app.engine.diagram import is_drawing, read_diagram
from app.engine.errors import DiagramError, Problem
from tests.support.diagrams import HEAD, bpmn, end, flow, path, start, sub, user

FOREIGN = Path(__file__).parent / "foreign"
FILES = {file.name: file.read_bytes() for file in sorted(FOREIGN.iterdir())}
CHOREOGRAPHY = "choreography.bpmn"  # which no viewer of ours draws
OURS = "ours_saved_elsewhere.bpmn"
REFUSED = sorted(set(FILES) - {OURS})

REASONS = {
    "bpmn_io.bpmn": {
        ("Process_1a2b3c", "not-executable"), ("Activity_look", "not-supported"), ("Activity_meeting", "not-supported"),
        ("Event_link", "not-supported"), ("Event_end", "not-supported"),
    },
    "camunda7.bpmn": {
        ("subsidy_review", "foreign-setting"), ("Start_Application", "foreign-setting"), ("Task_Check", "foreign-setting"),
        ("Task_Remind", "foreign-setting"), ("Task_Remind", "no-operator"), ("Task_Experts", "foreign-setting"),
        ("Task_Experts", "not-supported"), ("Timer_Late", "not-supported"), ("Flow_3", "bad-expression"),
    },
    "camunda8.bpmn": {
        ("AskReport", "foreign-setting"), ("AskReport", "not-supported"), ("Grade", "foreign-setting"), ("Grade", "no-decision"),
        ("Warn", "foreign-setting"), ("Publish", "foreign-setting"), ("Publish", "missing-process"), ("StartYearly", "not-supported"),
        ("ReportArrived", "not-supported"), ("F5", "bad-expression"), ("F6", "bad-expression"),
    },
    "choreography.bpmn": {("Choreography_1", "not-supported"), ("", "not-executable")},
    "flowable.bpmn20.xml": {
        ("rectification_notice", "foreign-setting"), ("level", "foreign-setting"), ("startEvent1", "foreign-setting"),
        ("sid-calc", "foreign-setting"), ("sid-calc", "script-language"), ("sid-calc", "bad-expression"), ("sid-write", "foreign-setting"),
        ("sid-send", "foreign-setting"), ("sid-send", "no-operator"), ("sid-wait", "not-supported"), ("sid-archive", "not-supported"),
    },
    "jbpm.bpmn": {
        ("bureau.report_review", "foreign-setting"), ("_U", "foreign-setting"), ("_U", "not-supported"), ("_A", "not-supported"),
        ("_E", "not-supported"),
    },
    "signavio.bpmn": {
        ("sid-collab", "collaboration"), ("sid-process-bureau", "not-executable"), ("sid-process-enterprise", "not-executable"),
        ("sid-received", "not-supported"), ("sid-look", "not-supported"), ("sid-storeref", "not-supported"), ("sid-decide", "not-supported"),
        ("sid-opinion", "not-supported"), ("sid-report", "not-supported"), ("sid-improve", "not-supported"),
    },
}  # fmt: skip


def problems_of(name: str, body: bytes) -> list[Problem]:
    with pytest.raises(DiagramError) as caught:
        read_diagram(name, body)
    return caught.value.problems


@pytest.mark.parametrize("name", REFUSED)
def test_every_reason_is_given_at_once(name: str) -> None:
    assert {(p.element, p.code) for p in problems_of(name, FILES[name])} == REASONS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_reason_is_a_chinese_sentence_at_its_element(name: str) -> None:
    for problem in problems_of(name, FILES[name]):
        assert problem.file == name
        assert re.search("[一-鿿]", problem.message), problem
        assert "\n" not in problem.message
        assert not re.search(r"Traceback|Error\b|Exception|\{http", problem.message)


@pytest.mark.parametrize("name", REFUSED)
def test_no_reason_is_given_twice(name: str) -> None:
    problems = problems_of(name, FILES[name])
    assert len(problems) == len(set(problems))


@pytest.mark.parametrize("name", sorted(set(FILES) - {CHOREOGRAPHY}))
def test_it_can_be_shown_whatever_else_it_is(name: str) -> None:
    assert is_drawing(FILES[name])


@pytest.mark.parametrize(
    "body", [b"", b"<html/>", b"<!DOCTYPE d><d/>", bpmn("t.main", start(), drawn=False), "流程".encode(), FILES[CHOREOGRAPHY]]
)
def test_what_is_no_drawing_is_not_shown(body: bytes) -> None:
    assert not is_drawing(body)


def test_a_diagram_of_ours_stays_one_when_another_tool_saves_it() -> None:
    """Colours, a pool with a lane, a closed pool beside it and the marks of modelers change nothing."""
    diagram = read_diagram(OURS, FILES[OURS])
    assert list(diagram.processes) == ["town.small_case"]
    assert compile_definition("town.small_case", {f"processes/{OURS}": FILES[OURS]}).process.elements["U"].is_human


def test_the_sentences_name_the_product_and_its_settings() -> None:
    said = {p.element: p.message for p in problems_of("camunda7.bpmn", FILES["camunda7.bpmn"]) if p.code == "foreign-setting"}
    assert "Camunda 的执行设置（formKey、candidateGroups、dueDate、taskListener、inputOutput）" in said["Task_Check"]


def test_an_expression_of_another_product_is_called_so() -> None:
    said = next(p.message for p in problems_of("camunda7.bpmn", FILES["camunda7.bpmn"]) if p.code == "bad-expression")
    assert "${amount > 500000}" in said
    assert "其他产品" in said


UNSUPPORTED = {
    "an untyped task": "<bpmn:task id='X'/>",
    "a send task": "<bpmn:sendTask id='X'/>",
    "a receive task": "<bpmn:receiveTask id='X'/>",
    "a complex gateway": "<bpmn:complexGateway id='X'/>",
    "a transaction": "<bpmn:transaction id='X'/>",
    "an ad hoc sub-process": "<bpmn:adHocSubProcess id='X'/>",
    "a message": "<bpmn:intermediateCatchEvent id='X'><bpmn:messageEventDefinition id='d'/></bpmn:intermediateCatchEvent>",
    "a condition": "<bpmn:intermediateCatchEvent id='X'><bpmn:conditionalEventDefinition id='d'/></bpmn:intermediateCatchEvent>",
    "a link": "<bpmn:intermediateThrowEvent id='X'><bpmn:linkEventDefinition id='d'/></bpmn:intermediateThrowEvent>",
    "a compensation": "<bpmn:intermediateThrowEvent id='X'><bpmn:compensateEventDefinition id='d'/></bpmn:intermediateThrowEvent>",
    "a cancellation": "<bpmn:endEvent id='X'><bpmn:cancelEventDefinition id='d'/></bpmn:endEvent>",
    "a loop mark": "<bpmn:userTask id='X'><bpmn:standardLoopCharacteristics id='d'/></bpmn:userTask>",
    "several instances": "<bpmn:userTask id='X'><bpmn:multiInstanceLoopCharacteristics id='d'/></bpmn:userTask>",
    "data that flows in": "<bpmn:userTask id='X'><bpmn:dataInputAssociation id='d'/></bpmn:userTask>",
    "data that flows out": "<bpmn:userTask id='X'><bpmn:dataOutputAssociation id='d'/></bpmn:userTask>",
    "a data store": "<bpmn:dataStoreReference id='X'/>",
    "a duration": (
        "<bpmn:intermediateCatchEvent id='X'><bpmn:timerEventDefinition id='d'><bpmn:timeDuration>P1D</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    ),
    "a cycle": (
        "<bpmn:intermediateCatchEvent id='X'><bpmn:timerEventDefinition id='d'><bpmn:timeCycle>R/P1D</bpmn:timeCycle>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    ),
    "JavaScript": "<bpmn:scriptTask id='X' scriptFormat='javascript'><bpmn:script>a = 1</bpmn:script></bpmn:scriptTask>",
    "a service of nobody": "<bpmn:serviceTask id='X'/>",
    "a decision without a table": "<bpmn:businessRuleTask id='X'/>",
    "a call of nothing": "<bpmn:callActivity id='X'/>",
}


@pytest.mark.parametrize("what", UNSUPPORTED)
@pytest.mark.parametrize("inside", [False, True], ids=["in the process", "in a sub-process"])
def test_what_the_engine_does_not_execute_is_refused_where_it_stands(what: str, inside: bool) -> None:
    around = sub("B", UNSUPPORTED[what]) if inside else UNSUPPORTED[what]
    problems = problems_of("x.bpmn", bpmn("t.main", start() + around + end() + path("S", "E")))
    assert [p.element for p in problems] == ["X"]


def test_a_timer_that_starts_a_process_is_refused_but_not_one_that_starts_an_event_sub_process() -> None:
    timer = "<bpmn:timerEventDefinition id='d'><bpmn:timeDate>due</bpmn:timeDate></bpmn:timerEventDefinition>"
    first = f"<bpmn:startEvent id='S'>{timer}</bpmn:startEvent>" + end() + path("S", "E")
    assert [p.element for p in problems_of("x.bpmn", bpmn("t.main", first))] == ["S"]
    inside = sub("B", f"<bpmn:startEvent id='BS'>{timer}</bpmn:startEvent>" + end("BE") + path("BS", "BE"))
    assert read_diagram("x.bpmn", bpmn("t.main", start() + inside + end() + path("S", "E")))


def test_the_payload_of_an_event_is_refused() -> None:
    payload = "<bpmn:extensionElements><spiffworkflow:payloadExpression>__import__('os')</spiffworkflow:payloadExpression></bpmn:extensionElements>"
    body = bpmn("t.main", start() + end() + path("S", "E")).decode()
    signalled = body.replace("</bpmn:definitions>", f"<bpmn:signal id='G' name='g'>{payload}</bpmn:signal></bpmn:definitions>")
    assert [p.element for p in problems_of("x.bpmn", signalled.encode())] == ["G"]


@pytest.mark.parametrize(
    "kept",
    [
        "<bpmn:textAnnotation id='N'><bpmn:text>注</bpmn:text></bpmn:textAnnotation>",
        "<bpmn:group id='G'/>",
        "<bpmn:dataObject id='O'/>",
        "<bpmn:laneSet id='L'><bpmn:lane id='L1' name='经办'/></bpmn:laneSet>",
    ],
)
def test_what_only_explains_a_drawing_is_no_reason(kept: str) -> None:
    assert read_diagram("x.bpmn", bpmn("t.main", kept + start() + user("U") + end() + path("S", "U", "E")))


def test_two_executable_processes_in_two_pools_are_refused() -> None:
    both = "".join(
        f"<bpmn:process id='t.{n}' isExecutable='true'>{start(f'S{n}')}{end(f'E{n}')}{flow(f'S{n}', f'E{n}')}</bpmn:process>" for n in "ab"
    )
    pools = "<bpmn:collaboration id='C'><bpmn:participant id='p1' processRef='t.a'/><bpmn:participant id='p2' processRef='t.b'/></bpmn:collaboration>"
    assert [p.code for p in problems_of("x.bpmn", f"{HEAD}{pools}{both}</bpmn:definitions>".encode())] == ["collaboration"]
    assert set(read_diagram("x.bpmn", f"{HEAD}{both}</bpmn:definitions>".encode()).processes) == {"t.a", "t.b"}


def damaged(body: bytes, chance: random.Random) -> bytes:
    """A drawing with something dropped, moved, renamed or put where it does not belong."""
    root = etree.fromstring(body)
    for _ in range(chance.randrange(1, 4)):
        nodes = [n for n in root.iter(etree.Element) if n.getparent() is not None]
        if not nodes:
            break
        node, other = chance.choice(nodes), chance.choice(nodes)
        act = chance.randrange(6)
        if act == 0:
            node.getparent().remove(node)
        elif act == 1 and node.attrib:
            del node.attrib[chance.choice(sorted(node.attrib))]
        elif act == 2 and node.attrib:
            node.set(chance.choice(sorted(node.attrib)), chance.choice(["", "x y", "{", "isExecutable", "true", "${a}", "[" * 3000]))
        elif act == 3:
            node.text = chance.choice(["", "a.b", "(((", "=x", "${x}", "\u3000"])
        elif act == 4:
            node.tag = other.tag
        elif not any(node is n for n in (other, *other.iterancestors())):
            other.append(node)
    return bytes(etree.tostring(root))


@pytest.mark.parametrize("name", FILES)
def test_however_a_drawing_is_damaged_there_are_reasons_and_no_crash(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        body = damaged(FILES[name], chance)
        found = library.read_files({"processes/t/x.bpmn": body})
        problems = library.check(found)
        assert found.diagrams or problems
        assert all(p.message and "\n" not in p.message and "Traceback" not in p.message for p in problems)
