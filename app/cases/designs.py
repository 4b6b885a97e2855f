"""Changing a process in the designer: begun from a version, saved as one edits, checked, and finished as a version to deploy.

Several people may edit one design. Whoever saves on top of a save that they have not seen is told so and gets both: nothing is overwritten silently.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.principal import Principal
from app.cases import design_tables, form_check, library, library_limits, second_person
from app.cases.administrators import record, require
from app.cases.errors import CaseError, Conflict, FieldProblem, InvalidForm, NotFound
from app.cases.library_limits import MAX_KEY, MAX_NAME, is_place, is_text
from app.engine import store
from app.engine.checking import gate
from app.engine.diagram import MAX_BYTES
from app.engine.errors import DiagramError, Problem
from app.law.catalogue import catalogue
from app.model import Blob, Definition, DefinitionStatus, Design, DesignEditor, DesignSave, DesignStatus, Role
from app.model.statements import insert_new, insert_unless_there
from app.services.context import OPERATORS

KEEP: Final = 200
"""Saves that are kept of a design, to tell later what somebody changed who has not seen the last ones."""
MAX_FILES: Final = 400
BLANK: Final = Template((Path(__file__).parent / "blank.bpmn").read_text(encoding="utf-8"))
_KEY = re.compile(r"[a-z0-9_]{2,60}")


@dataclass
class Stale(Exception):
    """Somebody else has saved meanwhile: their save, and what both began from; nothing where that is too long ago to be kept."""

    revision: int
    saved_by: str
    saved_at: dt.datetime
    their_files: Mapping[str, bytes]
    base_files: Mapping[str, bytes]


# -- beginning --------------------------------------------------------------------------------------------------------


def begin(session: Session, principal: Principal, key: str, version: int) -> Design:
    """The open design of a process, or a new one with the files of a version. Raises `Forbidden`, `NotFound`."""
    require(principal, Role.ADMINISTRATOR)
    if (design := open_of(session, key)) is not None:
        return design
    base = session.scalars(select(Definition).where(Definition.key == key, Definition.version == version)).first()
    if base is None:
        raise NotFound("没有这个版本")
    return create(session, principal, key, base.name, store.files_of(session, base.id), base)


def begin_new(session: Session, principal: Principal, jurisdiction: str, name: str, title: str) -> Design:
    """A design of a process that does not exist yet, with nothing but a beginning and an end. Raises `InvalidForm`, `Conflict`."""
    require(principal, Role.ADMINISTRATOR)
    key = fresh_key(session, jurisdiction, name, title)
    files = {f"processes/{jurisdiction}/{name}.bpmn": blank(key, title.strip(), jurisdiction)}
    return create(session, principal, key, title.strip(), files, None)


def fresh_key(session: Session, jurisdiction: str, name: str, title: str) -> str:
    """The key of a process that does not exist yet. Raises `InvalidForm`, and `Conflict` for one that does."""
    problems = []
    if not known_place(jurisdiction):
        problems.append(FieldProblem("/jurisdiction", "请选择地区"))
    if not _KEY.fullmatch(name):
        problems.append(FieldProblem("/name", "标识用小写字母、数字和下划线，2 至 60 个字符，如 extension"))
    if not 2 <= len(title.strip()) <= 60:
        problems.append(FieldProblem("/title", "请填写流程名称，2 至 60 个字"))
    if problems:
        raise InvalidForm(problems)
    key = f"{jurisdiction}.{name}"
    if session.scalar(select(Definition.id).where(Definition.key == key).limit(1)) is not None or open_of(session, key) is not None:
        raise Conflict(f"已经有标识为“{key}”的流程，请从那个流程开始修改")
    return key


def known_place(jurisdiction: str) -> bool:
    """Whether processes can be of a jurisdiction, or shared."""
    return jurisdiction == "common" or catalogue().jurisdiction(jurisdiction) is not None


def open_of(session: Session, key: str) -> Design | None:
    """The design of a process that is being edited, if there is one."""
    return session.scalars(select(Design).where(Design.key == key, Design.status == DesignStatus.OPEN)).first()


def create(session: Session, principal: Principal, key: str, name: str, files: Mapping[str, bytes], base: Definition | None) -> Design:
    """A design with its first save. Raises `CaseError` for paths and sizes, `Conflict` when somebody has begun one at the same time."""
    acceptable(files)
    if len(key) > MAX_KEY or len(name) > MAX_NAME:
        raise CaseError(f"流程标识超过 {MAX_KEY} 个字符，或流程名称超过 {MAX_NAME} 个字")
    row = {
        "key": key, "name": name, "status": DesignStatus.OPEN, "base_id": base.id if base else None, "revision": 0,
        "created_by_id": principal.user_id, "created_at": clock.now(),
    }  # fmt: skip
    made = insert_unless_there(session, Design, row)
    if made is None:
        raise Conflict(f"刚刚有人开始修改“{name}”，请从设计稿列表打开那一份")
    design = session.get_one(Design, made)
    _write(session, principal, design, files)
    record(session, principal, "design_begun", name, key=key, version=base.version if base else None)
    return design


# -- what it holds ----------------------------------------------------------------------------------------------------


def find(session: Session, principal: Principal, design_id: int) -> Design:
    """A design. Raises `Forbidden`, `NotFound`."""
    require(principal, Role.ADMINISTRATOR)
    design = session.scalars(select(Design).where(Design.id == design_id).options(joinedload(Design.base))).first()
    if design is None:
        raise NotFound("没有这个设计稿")
    return design


def _held(session: Session, principal: Principal, design_id: int) -> Design:
    """A design as it is now, held until the end of the transaction: one act on it at a time. Raises as `find`."""
    require(principal, Role.ADMINISTRATOR)
    wanted = select(Design).where(Design.id == design_id).with_for_update().execution_options(populate_existing=True)
    design = session.scalars(wanted).first()
    if design is None:
        raise NotFound("没有这个设计稿")
    return design


def latest(session: Session, design: Design) -> DesignSave:
    """The last save, with who saved it."""
    return session.scalars(_save_of(design.id, design.revision)).one()


def saved(session: Session, design: Design, revision: int) -> DesignSave:
    """An earlier save. Raises `NotFound` for what never was or is no longer kept."""
    found = session.scalars(_save_of(design.id, revision)).first()
    if found is None:
        raise NotFound("没有这次保存，或者已经不再保留")
    return found


def files_of(session: Session, save: DesignSave) -> dict[str, bytes]:
    """The files of a save by path."""
    bodies = dict(session.execute(select(Blob.sha256, Blob.body).where(Blob.sha256.in_(save.files.values()))).tuples().all())
    return {path: bodies[digest] for path, digest in save.files.items()}


def main_path(design: Design, files: Mapping[str, bytes]) -> str:
    """The path of the design's own diagram. Raises `CaseError` when it has lost it."""
    own = f"processes/{design.key.replace('.', '/', 1)}.bpmn"
    found = (
        own if own in files else next((path for path, body in files.items() if path.endswith(".bpmn") and _names(body, design.key)), None)
    )
    if found is None:
        raise CaseError(f"设计稿里没有流程“{design.key}”的流程图")
    return found


def _names(body: bytes, key: str) -> bool:
    return f'id="{key}"'.encode() in body


def _save_of(design_id: int, revision: int) -> Select[tuple[DesignSave]]:
    wanted = select(DesignSave).where(DesignSave.design_id == design_id, DesignSave.revision == revision)
    return wanted.options(joinedload(DesignSave.saved_by).lazyload("*"))


# -- saving -----------------------------------------------------------------------------------------------------------


def save(session: Session, principal: Principal, design_id: int, seen: int, changes: Mapping[str, bytes | None]) -> Design:
    """Saves changed files, `None` for one that goes, on top of the revision that the person has seen.

    Raises `Stale` when there is a newer one with other content, `Conflict` when the design is no longer open, `CaseError` for paths and sizes.
    """
    design = _held(session, principal, design_id)
    if design.status != DesignStatus.OPEN:
        raise Conflict("这个设计稿已经定稿或者放弃，不能再保存")
    acceptable(changes)
    now = latest(session, design)
    if seen != design.revision:
        base = session.scalars(_save_of(design.id, seen)).first()
        raise Stale(
            now.revision, now.saved_by.name, now.saved_at, files_of(session, now), files_of(session, base) if base is not None else {}
        )
    files = {path: body for path, body in {**files_of(session, now), **changes}.items() if body is not None}
    main_path(design, files)
    _write(session, principal, design, files, before=now)
    return design


def acceptable(changes: Mapping[str, bytes | None]) -> None:
    """Raises `CaseError` for files that a design does not hold."""
    if len(changes) > MAX_FILES:
        raise CaseError(f"一次最多保存 {MAX_FILES} 个文件")
    for path, body in changes.items():
        if not is_place(path):
            raise CaseError(f"文件名不能使用：{path[:80]}")
        if body is not None and not is_text(body):
            raise CaseError(f"{path} 的编码不是 UTF-8，请另存为 UTF-8 编码")
        if body is not None and len(body) > MAX_BYTES:
            raise CaseError(f"{path} 超过 {MAX_BYTES // 1_000_000} MB")


def _write(session: Session, principal: Principal, design: Design, files: Mapping[str, bytes], before: DesignSave | None = None) -> None:
    digests = {path: hashlib.sha256(body).hexdigest() for path, body in files.items()}
    if before is not None and before.files == digests:
        return
    insert_new(session, Blob, [{"sha256": digest, "body": files[path]} for path, digest in digests.items()])
    design.revision += 1
    session.add(
        DesignSave(design_id=design.id, revision=design.revision, files=digests, saved_by_id=principal.user_id, saved_at=clock.now())
    )
    insert_new(session, DesignEditor, [{"design_id": design.id, "user_id": principal.user_id}])
    session.execute(delete(DesignSave).where(DesignSave.design_id == design.id, DesignSave.revision <= design.revision - KEEP))
    session.flush()


# -- checking and finishing -------------------------------------------------------------------------------------------


def check(session: Session, design: Design, files: Mapping[str, bytes]) -> list[Problem]:
    """What the checks say of files as they stand in the designer, among the processes that are deployed: errors and hints."""
    found = library.read_files({**library.deployed_files(session), **files})
    unreadable = [problem for problem in found.problems if problem.file in files]
    if design.key not in found.diagrams:
        return unreadable or [Problem(main_path(design, files), "", design.name, "no-diagram", f"流程图里没有可执行的流程“{design.key}”")]
    unused = design_tables.unused(design, found, files)
    forms = [problem for problem in form_check.problems(files) if problem.code != "bad-form"]
    outsized = library_limits.outsized(found.diagrams[design.key].path, found.process(design.key))
    return [*unreadable, *outsized, *gate.check([design.key], found.diagrams, found.bodies, OPERATORS), *unused, *forms]


def finish(session: Session, principal: Principal, design_id: int, seen: int) -> Definition:
    """Makes a version to deploy out of a design. Raises `DiagramError` with every problem, `Conflict` when somebody has saved since."""
    design = _held(session, principal, design_id)
    if design.status != DesignStatus.OPEN:
        raise Conflict("这个设计稿已经定稿或者放弃")
    if seen != design.revision:
        raise Conflict("有人在您之后保存过，请先看过最新的内容再定稿")
    files = files_of(session, latest(session, design))
    own = main_path(design, files)
    if faults := gate.errors(form_check.problems(files)):
        raise DiagramError(faults)
    drafted = library.add_draft(session, _own_files(session, design, files), _taken_out(session, design, files))
    made = next((draft for draft in drafted.drafts if draft.key == design.key), None)
    if made is None:
        raise DiagramError([Problem(own, "", design.name, "no-diagram", f"流程图里没有可执行的流程“{design.key}”")])
    if design.base_id is not None and made.in_force_to == session.get_one(Definition, design.base_id).in_force_to:
        made.extension_note = session.get_one(Definition, design.base_id).extension_note
    for draft in drafted.drafts:
        second_person.add_authors(session, draft, editors(session, design))
    design.status, design.definition_id = DesignStatus.FINISHED, made.id
    record(session, principal, "design_finished", f"{made.name} 第 {made.version} 版", key=made.key, version=made.version)
    return made


def _own_files(session: Session, design: Design, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a design brings itself: its diagram and what differs from the version that it began from. All else comes from what is deployed."""
    own = main_path(design, files)
    before = store.files_of(session, design.base_id) if design.base_id is not None else {}
    return {path: body for path, body in files.items() if path == own or before.get(path) != body}


def _taken_out(session: Session, design: Design, files: Mapping[str, bytes]) -> set[str]:
    """The kept scenarios and test rows of the version that a design began from which somebody has deleted: what is deployed does not bring them back."""
    before = store.files_of(session, design.base_id) if design.base_id is not None else {}
    return {path for path in before if path.startswith("checks/") and path not in files}


def as_version(session: Session, design: Design, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the version that a design would become today; where its diagram cannot be read, those that it holds."""
    gone = _taken_out(session, design, files)
    around = {path: body for path, body in library.deployed_files(session).items() if path not in gone}
    found = library.read_files({**around, **_own_files(session, design, files)})
    return store.bundle(design.key, found.diagrams, found.bodies) or dict(files)


def editors(session: Session, design: Design) -> set[int]:
    """Everybody whose work a design is: who saved in it, and who made the draft that it began from."""
    saved = set(session.scalars(select(DesignEditor.user_id).where(DesignEditor.design_id == design.id)))
    base = session.get(Definition, design.base_id) if design.base_id is not None else None
    return saved | (second_person.authors(session, base.id) if base is not None and base.status == DefinitionStatus.DRAFT else set())


def restore(session: Session, principal: Principal, design_id: int, seen: int, revision: int) -> Design:
    """Saves the files of an earlier save anew; what was saved since stays in the history. Raises `NotFound`, and as `save`."""
    design = find(session, principal, design_id)
    now, then = latest(session, design), saved(session, design, revision)
    wanted: dict[str, bytes | None] = {path: None for path in now.files if path not in then.files}
    restored = save(session, principal, design_id, seen, {**wanted, **files_of(session, then)})
    record(session, principal, "design_restored", design.name, key=design.key, count=revision)
    return restored


def discard(session: Session, principal: Principal, design_id: int, reason: str) -> None:
    """Gives a design up; its saves stay. Raises `Conflict`, `CaseError` without a reason."""
    design = _held(session, principal, design_id)
    if design.status != DesignStatus.OPEN:
        raise Conflict("这个设计稿已经定稿或者放弃")
    if len(reason.strip()) < 4:
        raise CaseError("请写明放弃的原因")
    design.status = DesignStatus.DISCARDED
    record(session, principal, "design_discarded", design.name, key=design.key, reason=reason.strip())


def blank(key: str, name: str, jurisdiction: str) -> bytes:
    """A diagram with a beginning, a task and an end."""
    local = re.sub(r"\W", "_", key)
    return BLANK.substitute(key=key, local=local, name=escape(name, quote=True), jurisdiction=jurisdiction).encode()
