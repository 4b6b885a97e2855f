"""bpmnlint's recommended rules as we apply them: a small diagram that each rule leaves alone, and one that it does not."""

from __future__ import annotations

import pytest

from app.engine.checking import lint
from app.engine.checking.sheet import Sheet
from app.engine.diagram import Diagram
from app.engine.safe_xml import read_xml
from tests.support.diagrams import HEAD, bpmn, call, end, flow, parallel, path, script, start, sub, user, xor
from tests.support.layout import laid_out

SIGNAL = '<bpmn:signalEventDefinition id="{0}_d" signalRef="Sig"/>'
LINK = '<bpmn:linkEventDefinition id="{0}_d" name="{1}"/>'
SIMPLE = start() + user("U") + end() + path("S", "U", "E")


def event(tag: str, element: str, inner: str = "", **attributes: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{tag} id="{element}" name="事件{element}"{given}>{inner}</bpmn:{tag}>'


def link(tag: str, element: str, name: str) -> str:
    return event(tag, element, LINK.format(element, name))


def ad_hoc(body: str) -> str:
    return f'<bpmn:adHocSubProcess id="H" name="随时">{body}</bpmn:adHocSubProcess>'


def handler(begin: str) -> str:
    return f'<bpmn:subProcess id="H" name="变更" triggeredByEvent="true">{begin}{user("HU")}{end("HE")}{path("HS", "HU", "HE")}</bpmn:subProcess>'


def with_roots(body: str, roots: str) -> bytes:
    return bpmn("t.main", body).replace(b"</bpmn:process>", b"</bpmn:process>" + roots.encode(), 1)


CHOICE = start() + user("U") + xor("X", "X_E") + end() + end("E2", "退") + path("S", "U", "X", "E")
JOINED = start() + parallel("P") + user("U") + user("V") + parallel("J") + end() + path("S", "P", "U", "J", "E") + path("P", "V", "J")
LINKED = (
    start()
    + link("intermediateThrowEvent", "T", "甲")
    + link("intermediateCatchEvent", "C", "甲")
    + end()
    + path("S", "T")
    + path("C", "E")
)
WITHIN = start("BS") + user("BU") + end("BE") + path("BS", "BU", "BE")
AROUND = end() + path("S", "B", "E")

VALID: dict[str, list[str | bytes]] = {
    "ad-hoc-sub-process": [start() + ad_hoc(user("U") + user("V")) + end() + path("S", "H", "E")],
    "conditional-flows": [CHOICE + flow("X", "E2", "x", name="F"), JOINED],
    "end-event-required": [start() + sub("B", WITHIN) + AROUND],
    "event-based-gateway": [
        start() + event("eventBasedGateway", "G") + event("intermediateCatchEvent", "C", SIGNAL.format("C")) + user("U") + end() + end("E2")
        + path("S", "G", "C", "E") + path("G", "U", "E2")
    ],
    "event-sub-process-typed-start-event": [SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS")))],
    "fake-join": [JOINED],
    "global": [with_roots(SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS"))), '<bpmn:signal id="Sig" name="变更"/>')],
    "label-required": [CHOICE + flow("X", "E2", "x", name="F").replace("sourceRef", 'name="退" sourceRef', 1), JOINED, start() + sub("B", WITHIN) + AROUND],
    "link-event": [LINKED],
    "no-bpmndi": [SIMPLE],
    "no-complex-gateway": [JOINED],
    "no-disconnected": [SIMPLE, start() + ad_hoc(user("U") + user("V")) + end() + path("S", "H", "E")],
    "no-duplicate-sequence-flows": [CHOICE + flow("X", "E2", "x", name="F") + flow("X", "E2", "y", name="G")],
    "no-gateway-join-fork": [JOINED],
    "no-implicit-end": [LINKED, SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS")))],
    "no-implicit-split": [JOINED, SIMPLE],
    "no-implicit-start": [LINKED, SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS")))],
    "no-overlapping-elements": [SIMPLE, start() + sub("B", WITHIN) + AROUND],
    "single-blank-start-event": [start() + event("startEvent", "S2", SIGNAL.format("S2")) + user("U") + end() + path("S", "U", "E")],
    "single-event-definition": [SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS")))],
    "start-event-required": [start() + sub("B", WITHIN) + AROUND, start() + ad_hoc(user("U")) + end() + path("S", "H", "E")],
    "sub-process-blank-start-event": [start() + sub("B", WITHIN) + AROUND, SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS")))],
    "superfluous-gateway": [JOINED],
    "superfluous-label": [CHOICE.replace('id="X_E"', 'id="X_E" name="否"') + flow("X", "E2", "x", name="F").replace("sourceRef", 'name="是" sourceRef', 1)],
    "superfluous-termination": [
        start() + parallel("P") + user("U") + user("V") + end(terminate=True) + end("E2") + path("S", "P", "U", "E") + path("P", "V", "E2")
    ],
    "dangling-flow": [SIMPLE],
    "dangling-reference": [CHOICE + flow("X", "E2", "x", name="F")],
}  # fmt: skip

INVALID: dict[str, list[tuple[str | bytes, set[str]]]] = {
    "ad-hoc-sub-process": [(start() + ad_hoc(start("HS") + user("U") + end("HE")) + end() + path("S", "H", "E"), {"HS", "HE"})],
    "conditional-flows": [
        (start() + xor("X") + end() + end("E2", "退") + path("S", "X", "E") + flow("X", "E2", "x", name="F"), {"X_E"}),
        (CHOICE + flow("X", "E2"), {"X_E2"}),
    ],
    "end-event-required": [(start() + sub("B", start("BS") + user("U") + path("BS", "U")) + AROUND, {"B"}), (start() + user("U"), {"t.main"})],
    "event-based-gateway": [
        (start() + event("eventBasedGateway", "G") + event("intermediateCatchEvent", "C", SIGNAL.format("C")) + end()
         + path("S", "G") + flow("G", "C", "x", name="F") + path("C", "E"), {"G", "F"}),
    ],
    "event-sub-process-typed-start-event": [(SIMPLE + handler(start("HS")), {"HS"})],
    "fake-join": [
        (start() + parallel("P") + user("U") + user("V") + user("W") + end() + path("S", "P", "U", "W", "E") + path("P", "V", "W"), {"W"}),
        (start() + parallel("P") + user("U") + user("V") + end() + path("S", "P", "U", "E") + path("P", "V", "E"), {"E"}),
    ],
    "global": [
        (with_roots(SIMPLE, '<bpmn:signal id="Sig" name="变更"/>'), {"Sig"}),
        (with_roots(SIMPLE, '<bpmn:message id="M1" name="函"/><bpmn:message id="M2" name="函"/><bpmn:error id="Err" name=" "/>'), {"M1", "M2", "Err"}),
    ],
    "label-required": [
        (SIMPLE.replace(' name="开始"', ""), {"S"}),
        (SIMPLE.replace(' name="U"', ' name="  "'), {"U"}),
        (start() + call("C", "t.x").replace(' name="调C"', "") + end() + path("S", "C", "E"), {"C"}),
        (CHOICE.replace(' name="问X"', "") + flow("X", "E2", "x", name="F"), {"X", "F"}),
    ],
    "link-event": [
        (start() + link("intermediateThrowEvent", "T", "甲") + end() + path("S", "T"), {"T"}),
        (LINKED + link("intermediateCatchEvent", "C2", "甲"), {"C", "C2"}),
        (start() + link("intermediateThrowEvent", "T", "") + end() + path("S", "T"), {"T"}),
        (start() + parallel("P") + link("intermediateThrowEvent", "T", "甲") + link("intermediateThrowEvent", "T2", "甲")
         + path("S", "P", "T") + path("P", "T2"), {"T", "T2"}),
    ],
    "no-bpmndi": [(bpmn("t.main", SIMPLE, drawn=False), {"S", "U", "E", "S_U", "U_E"})],
    "no-complex-gateway": [(JOINED.replace("parallelGateway", "complexGateway"), {"P", "J"})],
    "no-disconnected": [(SIMPLE + user("V") + script("P", "x = 1"), {"V", "P"}), (SIMPLE + parallel("G"), {"G"})],
    "no-duplicate-sequence-flows": [(SIMPLE + flow("S", "U", name="F"), {"F", "S", "U"})],
    "no-gateway-join-fork": [(JOINED + path("J", "U"), {"J"})],
    "no-implicit-end": [(start() + user("U") + path("S", "U"), {"U"}), (start() + xor("X") + path("S", "X"), {"X"})],
    "no-implicit-split": [(start() + user("U") + end() + end("E2") + path("S", "U", "E") + path("U", "E2"), {"U"})],
    "no-implicit-start": [(SIMPLE + user("V") + path("V", "E"), {"V"}), (SIMPLE + call("C", "t.x") + path("C", "E"), {"C"})],
    "single-blank-start-event": [(SIMPLE + start("S2") + path("S2", "U"), {"t.main"}), (start() + sub("B", WITHIN + start("B2")) + AROUND, {"B"})],
    "single-event-definition": [(SIMPLE + handler(event("startEvent", "HS", SIGNAL.format("HS") + SIGNAL.format("H2"))), {"HS"})],
    "start-event-required": [(start() + sub("B", user("U") + end("BE") + path("U", "BE")) + AROUND, {"B"}), (user("U") + end() + path("U", "E"), {"t.main"})],
    "sub-process-blank-start-event": [(start() + sub("B", WITHIN.replace("/>", f">{SIGNAL.format('BS')}</bpmn:startEvent>", 1)) + AROUND, {"BS"})],
    "superfluous-gateway": [(start() + parallel("P") + end() + path("S", "P", "E"), {"P"})],
    "superfluous-label": [(SIMPLE.replace('id="S_U"', 'id="S_U" name="然后"'), {"S_U"}), (JOINED.replace('id="P_U"', 'id="P_U" name="甲"'), {"P_U"})],
    "superfluous-termination": [(start() + user("U") + end(terminate=True) + path("S", "U", "E"), {"E"})],
    "dangling-flow": [
        (SIMPLE + flow("U", "Nowhere", name="F"), {"F"}),
        (SIMPLE + flow("Nowhere", "E", name="F"), {"F"}),
        (start() + sub("B", WITHIN) + AROUND + flow("S", "BU", name="F"), {"F"}),
    ],
    "dangling-reference": [
        (start() + xor("X", "elsewhere") + end() + path("S", "X", "E"), {"X"}),
        (SIMPLE + event("boundaryEvent", "B", SIGNAL.format("B"), attachedToRef="Nowhere"), {"B"}),
        (SIMPLE + event("boundaryEvent", "B", SIGNAL.format("B"), attachedToRef="E"), {"B"}),
    ],
}  # fmt: skip


def found(body: str | bytes, rule: str) -> set[str]:
    """The elements that a rule names."""
    file = body if isinstance(body, bytes) else bpmn("t.main", body)
    sheet = Sheet.of(Diagram("t.bpmn", read_xml("t.bpmn", file)))
    return {problem.element for problem in lint.problems(sheet) if problem.code == rule}


@pytest.mark.parametrize(("rule", "number"), [(rule, n) for rule, bodies in VALID.items() for n in range(len(bodies))])
def test_a_rule_leaves_a_valid_diagram_alone(rule: str, number: int) -> None:
    assert found(VALID[rule][number], rule) == set()


@pytest.mark.parametrize(("rule", "number"), [(rule, n) for rule, bodies in INVALID.items() for n in range(len(bodies))])
def test_a_rule_names_the_elements_of_an_invalid_diagram(rule: str, number: int) -> None:
    body, elements = INVALID[rule][number]
    assert found(body, rule) == elements


def test_every_rule_has_its_examples() -> None:
    rules = {name for name, _, _ in (*lint.RULES, *lint.OWN_RULES)}
    assert (set(VALID), {*INVALID, "no-overlapping-elements"}) == (rules, rules)


SHAPES = ("U", "V")


def placed(**at: tuple[int, int]) -> str | bytes:
    """Two tasks, moved to some places."""
    body = laid_out(
        f'{HEAD}<bpmn:process id="t.main" isExecutable="true">{start()}{user("U")}{user("V")}</bpmn:process></bpmn:definitions>'.encode()
    )
    text = body.decode()
    for element, (x, y) in at.items():
        before, _, after = text.partition(f'id="{element}_di"')
        _, _, rest = after.partition("<dc:Bounds")
        text = f'{before}id="{element}_di" bpmnElement="{element}"><dc:Bounds x="{x}" y="{y}" width="100" height="80"/>{rest.partition("/>")[2]}'
    return text.encode()


@pytest.mark.parametrize(
    ("x", "elements"), [(600, set()), (701, set()), (650, {"U", "V"}), (700, {"U", "V"}), (500, {"U", "V"}), (499, set())]
)  # fmt: skip
def test_shapes_that_share_a_point_overlap(x: int, elements: set[str]) -> None:
    u, v = (600, 300), (x, 300 if x != 600 else 381)
    assert found(placed(U=u, V=v), "no-overlapping-elements") == elements


def test_what_sticks_out_of_its_sub_process_is_named() -> None:
    drawn = bpmn("t.main", start() + sub("B", WITHIN) + AROUND).decode()
    before, _, after = drawn.partition('id="BU_di"')
    moved = before + 'id="BU_di"' + after.replace('x="', 'x="9', 1)
    assert found(moved.encode(), "no-overlapping-elements") == {"BU"}
