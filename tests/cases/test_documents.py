"""Uploads: what is taken in, and whose it is."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.cases import documents, work
from app.cases.errors import CaseError, InvalidForm, NotFound
from app.model import Case, Document
from tests.support.world import World

ENTERPRISE = "enterprise:甲厂"
PDF = b"%PDF-1.4\n%x\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for name in names:
            zipped.writestr(name, "x")
    return made.getvalue()


def upload(world: World, name: str, body: bytes, username: str = "county-env") -> Document:
    with world.transaction() as session:
        return documents.upload(session, world.runtime.files, world.principal(session, username), name, io.BytesIO(body))


GOOD = {
    "报告.pdf": PDF,
    "图.png": b"\x89PNG\r\n\x1a\n....",
    "照片.JPG": b"\xff\xd8\xff....",
    "说明.docx": archive("word/document.xml"),
    "表.xlsx": archive("xl/workbook.xml"),
    "旧.doc": OLE + b"....",
    "记录.txt": "文字".encode(),
    "包.zip": archive("a.pdf"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_known_type_is_taken_in(world: World, name: str) -> None:
    made = upload(world, name, GOOD[name])
    assert world.runtime.files.path(made.sha256).read_bytes() == GOOD[name]


BAD = {
    "an unknown type": ("a.exe", b"MZ", "只接受"),
    "a page": ("a.html", b"<script>", "只接受"),
    "a drawing with scripts": ("a.svg", b"<svg/>", "只接受"),
    "no type": ("README", b"x", "只接受"),
    "no name": ("", b"x", "只接受"),
    "a macro type": ("a.docm", archive("word/document.xml"), "只接受"),
    "an empty file": ("a.pdf", b"", "空文件"),
    "a program called pdf": ("a.pdf", b"MZ\x90\x00", "改过扩展名"),
    "a picture called pdf": ("a.pdf", GOOD["图.png"], "改过扩展名"),
    "a sheet called docx": ("a.docx", archive("xl/workbook.xml"), "改过扩展名"),
    "an archive called xlsx": ("a.xlsx", archive("a.pdf"), "改过扩展名"),
    "a torn docx": ("a.docx", archive("word/document.xml")[:40], "打不开"),
    "binary called txt": ("a.txt", b"ab\0cd", "不是文本"),
    "a macro in docx": ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "宏"),
    "a macro in xlsx": ("a.xlsx", archive("xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
    "a macro in doc": ("a.doc", OLE + "_VBA_PROJECT".encode("utf-16-le"), "宏"),
    "a macro in xls": ("a.xls", OLE + b"x" * 600 + "_VBA_PROJECT_CUR".encode("utf-16-le"), "宏"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_upload_is_refused_with_its_reason(world: World, fault: str) -> None:
    name, body, words = BAD[fault]
    with pytest.raises(CaseError, match=words):
        upload(world, name, body)


def test_too_large_an_upload_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(CaseError, match="1 MB"):
        upload(world, "a.pdf", PDF + b"x" * 1024 * 1024)


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "..\\..\\a.pdf", "/a/b/a.pdf"])
def test_a_path_in_a_name_is_cut_off(world: World, name: str) -> None:
    assert "/" not in upload(world, name, PDF).name.replace("\\", "/")


def test_a_long_name_keeps_its_type(world: World) -> None:
    assert upload(world, "长" * 300 + ".pdf", PDF).name.endswith(".pdf")


def test_a_name_without_control_characters_is_kept(world: World) -> None:
    assert upload(world, "a\x00\nb.pdf", PDF).name == "ab.pdf"


def test_the_same_content_is_stored_once(world: World) -> None:
    first, second = upload(world, "a.pdf", PDF), upload(world, "b.pdf", PDF)
    assert (first.sha256, first.id == second.id) == (second.sha256, False)


def complete_with(world: World, case: Case, file_id: int, username: str = ENTERPRISE) -> None:
    task = world.step(case.id, "execution.s2")
    data = {
        "mode": "self", "has_means": True, "has_staff": True, "started_on": "2027-01-11", "files": [{"id": file_id, "name": "a.pdf", "size": 5}],
    }  # fmt: skip
    with world.transaction() as session:
        work.complete(session, world.principal(session, username), task.id, data)


def test_a_submitted_file_belongs_to_its_task(world: World, audit: Case) -> None:
    made = upload(world, "a.pdf", PDF, ENTERPRISE)
    task = world.step(audit.id, "execution.s2")
    complete_with(world, audit, made.id)
    with world.session() as session:
        found = session.get_one(Document, made.id)
        assert (found.case_id, found.task_id) == (audit.id, task.id)


@pytest.mark.parametrize("file_id", [4711, 10**30])
def test_a_file_that_does_not_exist_is_refused_at_its_field(world: World, audit: Case, file_id: int) -> None:
    with world.transaction() as session:
        world.principal(session, ENTERPRISE)
    with pytest.raises(InvalidForm) as caught:
        complete_with(world, audit, file_id)
    assert [p.pointer for p in caught.value.problems] == ["/files/0"]


def test_a_file_of_somebody_else_is_refused_at_its_field(world: World, audit: Case) -> None:
    made = upload(world, "a.pdf", PDF, "county-env")
    with pytest.raises(InvalidForm) as caught:
        complete_with(world, audit, made.id)
    assert [p.pointer for p in caught.value.problems] == ["/files/0"]


def test_a_file_of_a_colleague_in_a_draft_can_be_submitted(world: World, audit: Case) -> None:
    made = upload(world, "a.pdf", PDF, ENTERPRISE)
    with world.transaction() as session:
        other = world.principal(session, ENTERPRISE).organisation
        assert other is not None
        world.add_user(session, "second", other)
    complete_with(world, audit, made.id, "second")
    with world.session() as session:
        assert session.get_one(Document, made.id).case_id == audit.id


@pytest.mark.parametrize("username", ["county-env", "city-coord", "province-env"])
def test_authorities_of_the_region_see_the_files_of_a_case(world: World, audit: Case, username: str) -> None:
    made = upload(world, "a.pdf", PDF, ENTERPRISE)
    complete_with(world, audit, made.id)
    with world.session() as session:
        assert documents.find(session, world.principal(session, username), made.id).id == made.id


@pytest.mark.parametrize("username", ["county-env2", "expert", "support", "auditor", "security"])
def test_others_do_not_see_the_files_of_a_case(world: World, audit: Case, username: str) -> None:
    made = upload(world, "a.pdf", PDF, ENTERPRISE)
    complete_with(world, audit, made.id)
    with world.session() as session, pytest.raises(NotFound):
        documents.find(session, world.principal(session, username), made.id)


@pytest.mark.parametrize("username", ["county-env", "province-env", "admin"])
def test_a_file_that_is_not_submitted_is_seen_by_its_organisation_alone(world: World, audit: Case, username: str) -> None:
    made = upload(world, "a.pdf", PDF, ENTERPRISE)
    with world.session() as session, pytest.raises(NotFound):
        documents.find(session, world.principal(session, username), made.id)
