"""A design begun from files: a diagram saved elsewhere, perhaps by another tool, with the tables and forms beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import designs
from app.cases.administrators import require
from app.cases.errors import CaseError, Conflict
from app.engine import store
from app.engine.adopting import adopted, key_in
from app.engine.errors import DiagramError, Problem
from app.engine.safe_xml import read_xml
from app.model import Definition, Design, Role

_DRAWINGS = (".bpmn", ".bpmn20.xml", ".xml")


def begin_from_files(
    session: Session, principal: Principal, given: Mapping[str, bytes], jurisdiction: str, name: str, title: str
) -> Design:
    """A design of an uploaded diagram, as far as it can be drawn; what keeps it from running, the check says.

    A diagram of ours goes on as the process that it is, on top of its newest version. Any other becomes a new process with the given place, name
    and title. Raises `DiagramError` for a file that is broken or not safe, `CaseError`, `InvalidForm`, `Conflict`.
    """
    require(principal, Role.ADMINISTRATOR)
    drawn, beside = _sorted(given)
    own = key_in(drawn, given[drawn])
    if own is not None and designs.known_place(own[0].partition(".")[0]):
        key, title = own
        body = given[drawn]
        if designs.open_of(session, key) is not None:
            raise Conflict(f"“{title}”已经有设计稿，请先定稿或者放弃那一份，再打开文件")
    else:
        key = designs.fresh_key(session, jurisdiction, name, title)
        body = adopted(drawn, given[drawn], key, title.strip(), jurisdiction)
    base = session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc()).limit(1)).first()
    slug, _, local = key.partition(".")
    files = store.files_of(session, base.id) if base is not None else {}
    files[f"processes/{slug}/{local}.bpmn"] = body
    files.update({_place(slug, path): given[path] for path in beside})
    return designs.create(session, principal, key, title.strip(), files, base)


def _sorted(given: Mapping[str, bytes]) -> tuple[str, list[str]]:
    """The diagram, and the tables and forms beside it, each readable. Raises `CaseError`, `DiagramError`."""
    drawings = [path for path in given if path.lower().endswith(_DRAWINGS)]
    if len(drawings) != 1:
        raise CaseError("请选择一个流程图文件（.bpmn）" if not drawings else "一次只能打开一个流程图，旁边可以带决策表和表单")
    beside = [path for path in given if path not in drawings]
    for path in beside:
        if path.lower().endswith(".dmn"):
            read_xml(path, given[path])
        elif path.lower().endswith(".json"):
            _readable_form(path, given[path])
        else:
            raise CaseError(f"不能使用的文件：{path}。可以打开流程图（.bpmn），带上决策表（.dmn）和表单（.json）")
    return drawings[0], beside


def _readable_form(path: str, body: bytes) -> None:
    try:
        json.loads(body)
    except ValueError as error:
        raise DiagramError([Problem(path, "", "", "bad-form", f"表单不是格式正确的 JSON：{error}")]) from error


def _place(slug: str, path: str) -> str:
    name = re.sub(r"[^\w.-]", "_", path.replace("\\", "/").rpartition("/")[2])
    return f"processes/{slug}/{name}" if name.lower().endswith(".dmn") else f"forms/{slug}/{name}"
