"""The gate itself: what passes, what does not, what is remembered, and that nothing makes it stumble."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from lxml import etree

from app.cases import library
from app.config import ROOT
from app.engine.checking import gate
from app.engine.checking.soundness.inspection import Inspection
from app.services.context import OPERATORS
from tests.engine.checking.examples import BROKEN, PATH, check, problems_of
from tests.engine.checking.test_broken_diagrams import EXPECTED
from tests.support.diagrams import bpmn, end, flow, parallel, path, start, sub, user

LIBRARY = library.read_folder(ROOT)
SIMPLE = start() + user("U") + end() + path("S", "U", "E")
DOCUMENTED = re.findall(
    r"^\| `([a-z-]+)` \|", (ROOT / "docs/diagrams.md").read_text().partition("## Checks")[2].partition("\n## ")[0], re.MULTILINE
)
ELSEWHERE = frozenset(
    {
        "malformed-xml", "dtd", "processing-instruction", "too-large", "too-deep", "not-bpmn", "not-executable", "collaboration", "foreign-setting",
        "script-language", "no-operator", "no-decision", "duplicate-id", "bad-property", "bad-form", "duplicate-process", "no-diagram",
        "row-failed", "bad-rows", "unused-decision",
        "too-many-elements", "too-many-calls",
    }
)  # fmt: skip
"""Codes of what cannot be a diagram in the folder of broken ones: files that do not open, forms, uploads. They have tests of their own."""


def test_the_library_passes_without_a_word() -> None:
    assert [str(problem) for problem in library.check(LIBRARY)] == []


def test_every_code_is_documented_once_and_has_a_broken_diagram() -> None:
    shown = {found.split()[1] for findings in EXPECTED.values() for found in findings}
    assert len(DOCUMENTED) == len(set(DOCUMENTED))
    assert shown == set(DOCUMENTED) - ELSEWHERE


def test_what_is_checked_once_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {PATH: bpmn("t.once", SIMPLE)}
    assert problems_of(files) == []
    monkeypatch.setattr(Inspection, "problems", lambda *_: pytest.fail("checked again"))
    assert problems_of(files) == []


def test_warnings_are_told_apart() -> None:
    body = start() + parallel("P") + user("U") + user("V") + end() + path("S", "P", "U", "E") + path("P", "V", "E")
    problems = check(body)
    assert [p.code for p in problems] == ["fake-join"]
    assert gate.errors(problems) == []
    assert "（提示）" in str(problems[0])


def test_everything_wrong_is_said_at_once() -> None:
    body = (
        start() + user("U", actor="nobody", basis="x.y") + parallel("J") + user("V", "") + end() + path("S", "U", "J", "E") + path("V", "J")
    )
    assert {p.code for p in check(body)} >= {"unknown-actor", "unknown-basis", "no-implicit-start", "unreachable", "deadlock"}


def test_too_many_elements_are_refused_before_anything_is_walked() -> None:
    steps = [f"U{n}" for n in range(gate.MAX_ELEMENTS // 2)]
    body = bpmn("t.main", start() + "".join(map(user, steps)) + end() + path("S", *steps, "E"))
    assert [p.code for p in problems_of({PATH: body})] == ["too-many-elements"]


def test_deep_nesting_is_walked() -> None:
    body = user("U")
    first = "U"
    for level in range(25):
        body = start(f"S{level}") + body + end(f"E{level}") + path(f"S{level}", first, f"E{level}")
        body, first = sub(f"B{level}", body), f"B{level}"
    assert check(start() + body + end() + path("S", first, "E")) == []


@pytest.mark.parametrize("key", sorted(LIBRARY.diagrams))
def test_one_diagram_is_checked_within_two_seconds(key: str) -> None:
    gate.forget()
    began = time.process_time()
    gate.check([key], LIBRARY.diagrams, LIBRARY.bodies, OPERATORS)
    assert time.process_time() - began < 2


VICTIMS = ("processes/shandong/penalty.bpmn", "processes/shandong/execution.bpmn", "processes/common/joint_action.bpmn")


def damaged(body: bytes, seed: int) -> bytes:
    """Something of the process dropped, doubled, moved or renamed."""
    chance = random.Random(seed)
    root = etree.fromstring(body)
    nodes = [n for n in root.iter() if isinstance(n.tag, str) and n is not root]
    for _ in range(chance.randrange(1, 4)):
        node, other = chance.choice(nodes), chance.choice(nodes)
        act = chance.randrange(5)
        if act == 0 and node.getparent() is not None:
            node.getparent().remove(node)
        elif act == 1 and node.attrib:
            del node.attrib[chance.choice(sorted(node.attrib))]
        elif act == 2 and node.attrib:
            node.set(
                chance.choice(sorted(node.attrib)), chance.choice(["", "x y", "{", "Task_Nowhere", "1", "NaN", other.get("id") or "é"])
            )
        elif act == 3 and node not in other.iterancestors():
            other.append(node)
        else:
            node.text = chance.choice(["", "a.b", "(((", "True", "decision == 1", "9" * 40])
    return bytes(etree.tostring(root))


@pytest.mark.parametrize("victim", VICTIMS)
def test_nothing_makes_the_gate_stumble(victim: str) -> None:
    for seed in range(12):
        files = {**LIBRARY.bodies, victim: damaged(LIBRARY.bodies[victim], seed)}
        found = library.read_files(files)
        for problem in library.check(found, [key for key, diagram in found.diagrams.items() if diagram.path == victim]):
            assert problem.message
            assert "\n" not in problem.message
            assert "Traceback" not in problem.message


def test_a_flow_to_itself_and_an_empty_process_are_problems() -> None:
    assert check(SIMPLE + flow("U", "U")) != []
    assert {p.code for p in check("")} >= {"start-event-required", "end-event-required"}


def test_the_examples_open_in_other_tools() -> None:
    """Every file names its layout, so that a modeller shows it."""
    for file in BROKEN.values():
        assert b"BPMNPlane" in Path(file).read_bytes()
