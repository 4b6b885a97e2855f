"""However a diagram is damaged, reading it gives a version or named problems."""

from __future__ import annotations

import random

import pytest
from lxml import etree

from app.cases import library
from app.config import ROOT
from app.engine.definition import compile_definition
from app.engine.errors import DiagramError

BODIES = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in [*ROOT.glob("processes/**/*.bpmn"), *ROOT.glob("forms/**/*.json")]}
VICTIMS = ("processes/shandong/penalty.bpmn", "processes/shandong/disclosure.bpmn", "processes/common/joint_action.bpmn")


def damaged(body: bytes, seed: int) -> bytes:
    """One element or attribute of the process dropped, doubled or renamed."""
    chance = random.Random(seed)
    root = etree.fromstring(body)
    nodes = [n for n in root[0].iter() if isinstance(n.tag, str) and n is not root[0]]
    node = chance.choice(nodes)
    act = chance.randrange(4)
    if act == 0:
        node.getparent().remove(node)
    elif act == 1 and node.attrib:
        del node.attrib[chance.choice(sorted(node.attrib))]
    elif act == 2 and node.attrib:
        node.set(chance.choice(sorted(node.attrib)), chance.choice(["", "x y", "{", "Task_Nowhere", "1"]))
    else:
        node.text = chance.choice(["", "a.b", "(((", "True"])
    return bytes(etree.tostring(root))


@pytest.mark.parametrize("path", VICTIMS)
def test_a_damaged_diagram_never_crashes_the_reader(path: str) -> None:
    key = {p: k for k, d in library.read_files({path: BODIES[path]}).diagrams.items() for p in [d.path]}[path]
    needed = {p: b for p, b in BODIES.items() if p.startswith(("processes/common/", "forms/"))}
    for seed in range(40):
        try:
            compile_definition(key, {**needed, path: damaged(BODIES[path], seed)})
        except DiagramError as error:
            assert error.problems
            assert all("Traceback" not in p.message for p in error.problems)
