"""Diagrams change in the browser: opened, edited in the words of the trade, checked while one draws, saved, never lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from app.cases import designs
from app.engine.diagram import read_diagram
from app.model import Design
from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

LATIN = re.compile(r"[A-Za-z]{3,}")


class Drawing:
    """A design open in somebody's browser."""

    def __init__(self, office: Office, key: str, username: str = "admin") -> None:
        self.office = office
        self.key = key
        with office.world.transaction() as session:
            self.design_id = designs.begin(session, office.world.principal(session, username), key, 1).id
        self.person: Person = office.person(username)
        self.page: Page = self.person.page
        self.open()

    def open(self) -> None:
        self.person.open(f"/admin/designer/{self.design_id}")
        expect(self.page.locator(".djs-shape").first).to_be_visible()

    def select(self, element: str) -> None:
        # What can be done to the element selected before may lie over this one: the click is brought to it straight.
        self.page.locator(f"[data-element-id='{element}'] > .djs-hit").first.dispatch_event("click", {"button": 0})
        expect(self.page.locator(f".selected[data-element-id='{element}']")).to_be_attached()

    def field(self, label: str) -> Any:
        return self.page.locator(".qc-designer-panel").get_by_label(label, exact=True).first

    def pick(self, label: str, words: str) -> None:
        """Chooses from a list by typing a part of the name."""
        self.field(label).click()
        self.field(label).fill(words)
        self.field(label).press("Enter")

    def saved(self) -> bytes:
        """The design's own diagram on the server, once the page says that it is saved."""
        expect(self.page.locator(".qc-designer-state")).to_contain_text("已保存")
        return self.stored()

    def stored(self) -> bytes:
        with self.office.world.session() as session:
            design = session.get_one(Design, self.design_id)
            files = designs.files_of(session, designs.latest(session, design))
            return files[designs.main_path(design, files)]

    def files(self) -> dict[str, bytes]:
        with self.office.world.session() as session:
            design = session.get_one(Design, self.design_id)
            return designs.files_of(session, designs.latest(session, design))

    def facts(self, element: str) -> dict[str, str]:
        return read_diagram("x.bpmn", self.saved()).processes[self.key].elements[element].properties

    def button(self, name: str) -> Any:
        return self.page.locator(".qc-designer-bar").get_by_role("button", name=name, exact=True)

    def give_up(self) -> None:
        with self.office.world.transaction() as session:
            if session.get_one(Design, self.design_id).status == "open":
                designs.discard(session, self.office.world.principal(session, "admin"), self.design_id, "试过了，不再需要")


@pytest.fixture
def draw(office: Office) -> Iterator[Any]:
    """Opens designs; afterwards they are given up, so that each test begins anew."""
    opened: list[Drawing] = []

    def begin(key: str) -> Drawing:
        opened.append(Drawing(office, key))
        return opened[-1]

    yield begin
    for drawing in opened:
        drawing.page.unroute_all()
        drawing.page.goto("about:blank")
        drawing.give_up()
    office.check()


def meaning(text: bytes) -> tuple[list[str], list[str | None]]:
    """What a diagram says, without what its text may differ in (prefixes, order of attributes, white space), and what it draws.

    The content of a folded sub-process gets a sheet of its own when bpmn-js opens it, so that places on the sheet are left out.
    """
    root = etree.fromstring(text)
    said = [
        f"{len(list(element.iterancestors()))} {element.tag} {sorted(element.attrib.items())} {(element.text or '').strip()}"
        for process in root.iterfind("{*}process")
        for element in process.iter(etree.Element)
    ]
    return said, sorted(element.get("bpmnElement") for element in root.iterfind(".//{*}BPMNPlane/*"))


LIBRARY = [
    "shandong.execution",  # the largest: sub-processes, timers on steps, a call
    "shandong.acceptance",  # scores and several calls
    "beijing.fund_audit_fee",  # decision tables
    "common.publication_with_objections",  # a timer between steps, parts in braces
    "shandong.mandatory_audit",  # calls
    "national.agreement",  # parts with forms and names of their own
]


@pytest.mark.parametrize("key", LIBRARY)
def test_opening_and_looking_changes_nothing_in_the_meaning_of_a_diagram(draw: Any, key: str) -> None:
    drawing = draw(key)
    before = drawing.stored()
    with drawing.page.expect_download() as download:
        for element in list(read_diagram("x.bpmn", before).processes[key].elements)[:8]:
            shape = drawing.page.locator(f"[data-element-id='{element}'] > .djs-hit")
            if shape.count():
                drawing.select(element)
        drawing.button("导出").click()
        drawing.page.get_by_role("button", name="BPMN", exact=True).click()
    after = Path(download.value.path()).read_bytes()
    assert meaning(after) == meaning(before)
    assert drawing.stored() == before
    expect(drawing.page.locator(".qc-designer-state")).to_contain_text("保存于")
