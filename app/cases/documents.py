"""Uploaded files: checked for type and size, stored by content hash, attached to the task whose form names them."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases.errors import CaseError, FieldProblem, InvalidForm, NotFound
from app.model import Case, Document, Task

MAX_BYTES = 50 * 1024 * 1024
MAX_NAME = 200
MAX_ID = 2**63 - 1
_OFFICE = b"PK\x03\x04"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class FileType:
    """A kind of file that may be uploaded, and what its content must begin with."""

    media_type: str
    magic: tuple[bytes, ...]


TYPES = {
    ".pdf": FileType("application/pdf", (b"%PDF-",)),
    ".png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    ".docx": FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (_OFFICE,)),
    ".xlsx": FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (_OFFICE,)),
    ".doc": FileType("application/msword", (_OLE,)),
    ".xls": FileType("application/vnd.ms-excel", (_OLE,)),
    ".txt": FileType("text/plain", ()),
    ".zip": FileType("application/zip", (_OFFICE,)),
}
_INSIDE = {".docx": "word/", ".xlsx": "xl/"}


class FileStore:
    """Files on disk under their SHA-256. Written aside and moved into place, so that a crash leaves no half file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Stores bytes and gives their digest."""
        digest = hashlib.sha256(body).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
                aside.write(body)
                aside.flush()
                os.fsync(aside.fileno())
            os.replace(aside.name, path)
        return digest

    def path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest


def upload(session: Session, store: FileStore, principal: Principal, name: str, stream: BinaryIO) -> Document:
    """Takes in a file. It belongs to its uploader until a submitted form names it. Raises `CaseError` with the reason."""
    clean = "".join(c for c in Path(name.replace("\\", "/")).name if c.isprintable()).strip()
    suffix = Path(clean).suffix.lower()
    clean = clean[: -len(suffix)][: MAX_NAME - len(suffix)] + clean[-len(suffix) :] if suffix in TYPES else clean[:MAX_NAME]
    kind = TYPES.get(suffix)
    if not clean or kind is None:
        allowed = "、".join(sorted({s[1:] for s in TYPES}))
        raise CaseError(f"不能上传“{clean or '未命名文件'}”：只接受 {allowed} 文件")
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise CaseError(f"“{clean}”超过 {MAX_BYTES // 1024 // 1024} MB，请压缩或拆分后再传")
    if not body:
        raise CaseError(f"“{clean}”是空文件")
    _check_content(clean, suffix, kind, body)
    document = Document(
        name=clean,
        media_type=kind.media_type,
        size=len(body),
        sha256=store.put(body),
        organisation_id=principal.organisation.id if principal.organisation else None,
        uploaded_by_id=principal.user_id,
        uploaded_at=clock.now(),
    )
    session.add(document)
    session.flush()
    return document


def _check_content(name: str, suffix: str, kind: FileType, body: bytes) -> None:
    """The content must be what the name says: a program renamed to .pdf is refused."""
    if kind.magic and not body.startswith(kind.magic):
        raise CaseError(f"“{name}”的内容不是 {suffix[1:]} 文件，可能被改过扩展名")
    if suffix == ".txt" and b"\0" in body[:4096]:
        raise CaseError(f"“{name}”不是文本文件")
    if suffix in _INSIDE:
        try:
            names = zipfile.ZipFile(io.BytesIO(body)).namelist()
        except zipfile.BadZipFile:
            raise CaseError(f"“{name}”已损坏，打不开") from None
        if not any(n.startswith(_INSIDE[suffix]) for n in names):
            raise CaseError(f"“{name}”的内容不是 {suffix[1:]} 文件，可能被改过扩展名")
        if any(n.endswith("vbaProject.bin") for n in names):
            raise CaseError(f"“{name}”含有宏，不能上传")
    if kind.magic == (_OLE,) and _OLE_MACROS in body:
        raise CaseError(f"“{name}”含有宏，不能上传")


def find(session: Session, principal: Principal, document_id: int) -> Document:
    """A document that the person may see. Raises `NotFound`."""
    found = session.scalars(select(Document).where(Document.id == document_id, scope.documents(principal))).first()
    if found is None:
        raise NotFound()
    return found


def of_case(session: Session, case_id: int) -> list[Document]:
    return list(session.scalars(select(Document).where(Document.case_id == case_id).order_by(Document.id)))


def attach(session: Session, principal: Principal, task: Task, case: Case, data: dict[str, Any]) -> None:
    """Gives the files that a submission names to its task. One that the person may not see is refused at its field."""
    named = dict(_file_ids(data, ""))
    if not named:
        return
    ids = [i for i in named.values() if 0 < i <= MAX_ID]
    rows = session.scalars(select(Document).where(Document.id.in_(ids), scope.documents(principal))).all()
    by_id = {d.id: d for d in rows}
    problems = [FieldProblem(pointer, "文件不存在或已被删除，请重新上传") for pointer, i in named.items() if i not in by_id]
    if problems:
        raise InvalidForm(problems)
    for document in by_id.values():
        if document.case_id is None:
            document.case_id, document.task_id = case.id, task.id


def _file_ids(value: Any, pointer: str) -> Iterator[tuple[str, int]]:
    """Pointers and ids of file values: objects of exactly id, name and size."""
    if isinstance(value, dict):
        if set(value) == {"id", "name", "size"} and isinstance(value["id"], int):
            yield pointer, value["id"]
        else:
            for key, item in value.items():
                yield from _file_ids(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _file_ids(item, f"{pointer}/{index}")
