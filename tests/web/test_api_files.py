"""Files over the API: what may be uploaded, who may download, and that a browser never runs it."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.model import Document
from tests.support.world import World
from tests.web.api_support import Caller, pointers

PDF = b"%PDF-1.4\n%sample\n"


def test_upload_and_download(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    made = caller.upload(PDF, "审核报告（终稿）.pdf")
    assert made.status_code == 201
    assert made.get_json() == {"id": made.get_json()["id"], "name": "审核报告（终稿）.pdf", "size": len(PDF)}
    got = caller.get(f"/files/{made.get_json()['id']}")
    assert got.data == PDF
    assert got.content_type == "application/pdf"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E5%AE%A1%E6%A0%B8%E6%8A%A5%E5%91%8A" in got.headers["Content-Disposition"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert "private" in got.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    ['a"b\r\nX-Evil: 1.pdf', "../../etc/passwd.pdf", "C:\\temp\\x.pdf", "a;b,c.pdf", "x\u202egpj.pdf", "a" * 300 + ".pdf", "nul\0.pdf"],
)
def test_names_do_no_harm(app: Flask, world: World, name: str) -> None:
    caller = Caller(app, world, "county-env")
    made = caller.upload(PDF, name)
    if made.status_code == 422:
        return
    assert made.status_code == 201
    stored = made.get_json()["name"]
    assert not set(stored) & set("/\\\r\n\0\u202e")
    got = caller.get(f"/files/{made.get_json()['id']}")
    assert got.status_code == 200
    assert "X-Evil" not in got.headers


def office(inside: str, *more: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in (inside, *more):
            archive.writestr(name, "x")
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "x.pdf"),
        (b"MZ\x90", "x.pdf"),
        (PDF, "x.exe"),
        (PDF, "x.html"),
        (PDF, "pdf"),
        (b"<svg onload=alert(1)>", "x.png"),
        (office("word/document.xml"), "x.xlsx"),
        (office("word/document.xml", "word/vbaProject.bin"), "x.docx"),
        (b"PK\x03\x04broken", "x.docx"),
        (b"a\0b", "x.txt"),
    ],
)
def test_what_is_not_accepted_is_said_and_not_kept(app: Flask, world: World, body: bytes, name: str) -> None:
    answer = Caller(app, world, "county-env").upload(body, name)
    assert answer.status_code == 422
    assert pointers(answer) == ["/file"]
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_a_file_belongs_in_its_field(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    wrong = caller.post("/files", data={"upload": (io.BytesIO(PDF), "x.pdf")}, content_type="multipart/form-data")
    assert (wrong.status_code, pointers(wrong)) == (422, ["/file"])
    two = caller.post("/files", data={"file": [(io.BytesIO(PDF), "x.pdf"), (io.BytesIO(PDF), "y.pdf")]}, content_type="multipart/form-data")
    assert (two.status_code, pointers(two)) == (422, ["/file"])
    assert caller.post("/files", {"file": "x"}).status_code == 415
    assert caller.post("/files", data=b"no parts", content_type="multipart/form-data; boundary=x").status_code == 422
    assert caller.post("/files", data=b"no boundary", content_type="multipart/form-data").status_code in (400, 422)


def test_an_upload_larger_than_a_request_may_be(app: Flask, world: World) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = Caller(app, world, "county-env").upload(PDF + b"x" * 2000)
    assert answer.status_code == 413
    pointers(answer)


def test_an_upload_that_no_form_names_is_its_uploaders_alone(app: Flask, world: World) -> None:
    file_id = Caller(app, world, "county-env").upload().get_json()["id"]
    for who in ("county-coord", "city-env", "province-env", "security"):
        assert Caller(app, world, who).get(f"/files/{file_id}").status_code == 404, who


def test_files_of_a_case_follow_the_case(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂", "乙厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    world.do_step("enterprise:甲厂", case.id, "disclosure.s1")
    with world.session() as session:
        file_id = session.scalars(select(Document.id).where(Document.case_id == case.id)).first()
    for who, status in (("enterprise:甲厂", 200), ("county-env", 200), ("city-env", 200), ("enterprise:乙厂", 404), ("county-env2", 404)):
        assert Caller(app, world, who).get(f"/files/{file_id}").status_code == status, who


def test_a_file_lost_from_the_store_is_said_to_be(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    file_id = caller.upload().get_json()["id"]
    for path in world.runtime.settings.upload_dir.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = caller.get(f"/files/{file_id}")
    assert answer.status_code == 404
    assert "管理员" in answer.get_json()["detail"]
