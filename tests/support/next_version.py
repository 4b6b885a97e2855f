"""The next version of a diagram as an administrator would make it: a step less, another limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import library
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import BPMN, SPIFF
from app.model import Definition, DefinitionStatus

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"


def without(body: bytes, element_id: str) -> bytes:
    """A BPMN file without one step: what led to it leads to what followed it."""
    tree = etree.fromstring(body)
    step = tree.find(f".//*[@id='{element_id}']")
    into = tree.find(f".//{{{BPMN}}}sequenceFlow[@targetRef='{element_id}']")
    out = tree.find(f".//{{{BPMN}}}sequenceFlow[@sourceRef='{element_id}']")
    assert step is not None
    assert into is not None
    assert out is not None
    into.set("targetRef", out.get("targetRef"))
    for reference in tree.iterfind(f".//{{{BPMN}}}incoming"):
        if reference.text == out.get("id"):
            reference.text = into.get("id")
    last = tree.findall(f".//{{{_DI}}}BPMNEdge[@bpmnElement='{out.get('id')}']/*")[-1]
    line = tree.find(f".//{{{_DI}}}BPMNEdge[@bpmnElement='{into.get('id')}']")
    points = [point for point in line if point.tag.endswith("waypoint")] if line is not None else []
    if points and last.tag.endswith("waypoint"):
        points[-1].set("x", last.get("x"))
        points[-1].set("y", last.get("y"))
    for gone in (step, out, *(tree.find(f".//*[@bpmnElement='{one.get('id')}']") for one in (step, out))):
        if gone is not None:
            gone.getparent().remove(gone)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))


def with_property(body: bytes, element_id: str, name: str, value: str) -> bytes:
    """A BPMN file in which one element says something else about itself."""
    tree = etree.fromstring(body)
    found = tree.find(f".//*[@id='{element_id}']//{{{SPIFF}}}property[@name='{name}']")
    assert found is not None, f"{element_id} says nothing of {name}"
    found.set("value", value)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))


def deploy_next(session: Session, key: str, changes: Mapping[str, Callable[[bytes], bytes]]) -> Definition:
    """The newest version of a process once more with some of its files changed, deployed."""
    newest = session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc()).limit(1)).one()
    files = store.files_of(session, newest.id)
    files |= {path: change(files[path]) for path, change in changes.items()}
    made = store.save(session, library.read_files(files).process(key), files, content_hash(files), DefinitionStatus.DEPLOYED)
    made.deployed_at, made.extension_note = clock.now(), newest.extension_note
    return made
