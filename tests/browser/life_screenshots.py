"""The pictures of docs/designer/versions.md and exchange.md, from an installation with the demo data."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import approvals, archives, designs, exchange, second_person
from app.config import ROOT
from app.model import Membership, Role, User
from app.model.session import Database

TARGET = ROOT / "docs" / "designer"
COLLEAGUE = "admin-2"
KEY, PATH = "shandong.execution", "processes/shandong/execution.bpmn"
TASK = (
    '<bpmn:userTask id="Task_Check" name="复核审核报告"><bpmn:extensionElements><spiffworkflow:properties>'
    '<spiffworkflow:property name="actor" value="city_environment"/></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>'
)
SHAPE = (
    '<bpmndi:BPMNShape id="Task_Check_di" bpmnElement="Task_Check"><dc:Bounds x="1060" y="330" width="100" height="80"/></bpmndi:BPMNShape>'
)


def take(page: Page, base: str, database: Database) -> None:
    """Takes them as an administrator who is signed in."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with database.transaction() as session:
        design_id, version = _changed(session)
    _shot(page, f"{base}/admin/designer/{design_id}/comparison", "comparison")
    _shot(page, f"{base}/admin/processes/{KEY}/{version}/deploy", "deploy")
    with database.transaction() as session:
        _submitted(session, version)
    _shot(page, f"{base}/admin/processes/{KEY}/{version}/approval", "approval")
    with database.session() as session:
        files = archives.read(exchange.given_out(session))
    files[PATH] = files[PATH].replace(b"months(2,", b"months(3,")
    with tempfile.TemporaryDirectory() as folder:
        sent = Path(folder) / "流程库.zip"
        sent.write_bytes(archives.write(files))
        page.goto(f"{base}/admin/processes/exchange")
        page.get_by_label("压缩包").set_input_files(sent)
        page.get_by_role("button", name="上传并核对差别").click()
        page.wait_for_load_state("networkidle")
    page.screenshot(path=TARGET / "import.png")


def _shot(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=TARGET / f"{name}.png")


def _changed(session: Session) -> tuple[int, int]:
    """A colleague's version with a longer limit, and a design on top of it with a new task."""
    own = session.scalars(select(User).where(User.username == "admin")).unique().one()
    at = session.scalars(select(Membership).where(Membership.user_id == own.id, Membership.role == Role.ADMINISTRATOR)).unique().one()
    user = User(username=COLLEAGUE, name="李工", password_hash=own.password_hash, active=True)
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=at.organisation_id, role=Role.ADMINISTRATOR))
    session.flush()
    colleague = _principal(session, COLLEAGUE)
    first = designs.begin(session, colleague, KEY, 1)
    body = designs.files_of(session, designs.latest(session, first))[PATH].replace(b"months(2,", b"months(3,")
    designs.save(session, colleague, first.id, 1, {PATH: body})
    version = designs.finish(session, colleague, first.id, 2).version
    second = designs.begin(session, colleague, KEY, version)
    text = body.decode().replace("</bpmn:process>", f"{TASK}</bpmn:process>").replace("</bpmndi:BPMNPlane>", f"{SHAPE}</bpmndi:BPMNPlane>")
    designs.save(session, colleague, second.id, 1, {PATH: text.encode()})
    return second.id, version


def _submitted(session: Session, version: int) -> None:
    """The version submitted by its author, so that the administrator may decide."""
    second_person.turn_on(session, _principal(session, "admin"))
    approvals.submit(session, _principal(session, COLLEAGUE), KEY, version, "实施细则修订：启动审核的期限由两个月改为三个月")


def _principal(session: Session, username: str) -> Principal:
    found = session.scalars(select(User).where(User.username == username)).unique().one()
    session.refresh(found)
    return Principal(found)
