"""The library as an archive: given out byte for byte, compared before anything is stored, taken in as drafts; hostile archives refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import func, select

from app.cases import approvals, archives, exchange, library
from app.cases.errors import Conflict, Forbidden, NotFound
from app.config import ROOT
from app.engine import store
from app.engine.errors import DiagramError
from app.model import Definition, DefinitionStatus, LibraryImport
from tests.support.second_person import ask_for_second_person
from tests.support.world import World

PATH = "processes/shandong/disclosure.bpmn"


def given_out(world: World) -> dict[str, bytes]:
    with world.session() as session:
        return archives.read(exchange.given_out(session))


def received(world: World, files: dict[str, bytes], username: str = "admin") -> int:
    with world.transaction() as session:
        return exchange.receive(session, world.principal(session, username), "库.zip", archives.write(files)).id


def taken_in(world: World, import_id: int) -> list[tuple[str, str]]:
    with world.transaction() as session:
        return [(one.key, one.status) for one in exchange.take_in(session, world.principal(session, "admin"), import_id)]


def versions(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Definition)) or 0


def changed(world: World) -> dict[str, bytes]:
    files = given_out(world)
    return {**files, PATH: files[PATH].replace(b"months(1,", b"months(2,")}


def test_the_shipped_library_comes_out_as_it_is_in_the_checkout(world: World) -> None:
    """Unpacked over a checkout it changes no byte. Forms that no process uses are not in an installation, and not in its archive."""
    shipped = library.read_files(library.files_in(ROOT))
    used = {path for key in shipped.diagrams for path in store.bundle(key, shipped.diagrams, shipped.bodies)}
    assert given_out(world) == {path: shipped.bodies[path] for path in used}
    assert {path for path in shipped.bodies if path.startswith("processes/")} <= used


def test_the_same_library_gives_the_same_archive(world: World) -> None:
    with world.session() as session:
        assert exchange.given_out(session) == exchange.given_out(session)


def test_what_goes_out_and_comes_in_again_changes_nothing(world: World) -> None:
    import_id = received(world, given_out(world))
    with world.session() as session:
        account = exchange.account(session, archives.read(session.get_one(LibraryImport, import_id).archive))
    assert not account.differs
    assert {file.state for file in account.files} == {exchange.State.SAME}
    with pytest.raises(Conflict, match="完全相同"):
        taken_in(world, import_id)


def test_what_differs_is_told_before_anything_is_stored(world: World) -> None:
    before = versions(world)
    files = changed(world)
    del files["processes/shandong/extension.bpmn"]
    with world.session() as session:
        account = exchange.account(session, {**files, "forms/shandong/unheard_of.json": b"{}"})
    states = {file.path: file.state for file in account.files}
    assert states[PATH] == exchange.State.CHANGED
    assert states["processes/shandong/extension.bpmn"] == exchange.State.ONLY_HERE
    assert states["forms/shandong/unheard_of.json"] == exchange.State.NEW
    (own,) = [process for process in account.processes if process.key == "shandong.disclosure"]
    assert own.summary == ("流程图“强制性审核企业信息公开”：修改 1 处",)
    assert versions(world) == before


def test_what_differs_becomes_drafts_of_everything_that_uses_it(world: World) -> None:
    drafts = taken_in(world, received(world, changed(world)))
    assert ("shandong.disclosure", DefinitionStatus.DRAFT) in drafts
    assert ("shandong.mandatory_audit", DefinitionStatus.DRAFT) in drafts
    assert {status for _, status in drafts} == {DefinitionStatus.DRAFT}


def test_an_archive_is_taken_in_once(world: World) -> None:
    import_id = received(world, changed(world))
    taken_in(world, import_id)
    with pytest.raises(NotFound):
        taken_in(world, import_id)


def test_whoever_sent_an_archive_does_not_approve_what_another_took_in(world: World) -> None:
    ask_for_second_person(world)
    import_id = received(world, changed(world), "second")
    with world.transaction() as session:
        draft = next(d for d in exchange.take_in(session, world.principal(session, "admin"), import_id) if d.key == "shandong.disclosure")
        approvals.submit(session, world.principal(session, "admin"), draft.key, draft.version, "期限改为两个月")
    with pytest.raises(Conflict, match="参与修改过"), world.transaction() as session:
        approvals.approve(session, world.principal(session, "second"), draft.key, draft.version)


def test_with_a_fault_nothing_is_stored_and_each_file_says_what_is_wrong(world: World) -> None:
    before = versions(world)
    files = given_out(world)
    files[PATH] = files[PATH].replace(b'value="enterprise"', b'value="nobody"')
    import_id = received(world, files)
    with world.session() as session:
        account = exchange.account(session, files)
    assert {problem.code for file in account.files if file.path == PATH for problem in file.problems} == {"unknown-actor"}
    with pytest.raises(DiagramError):
        taken_in(world, import_id)
    assert versions(world) == before


@pytest.mark.parametrize("username", ["security", "auditor", "county-env"])
def test_only_administrators_take_libraries_in(world: World, username: str) -> None:
    with pytest.raises(Forbidden):
        received(world, {PATH: b"<x/>"}, username)


# -- hostile archives -------------------------------------------------------------------------------------------------


def archive(*names: str, mode: int = 0, body: bytes = b"{}", packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr = packed, mode << 16
            made.writestr(entry, body)
    return written.getvalue()


def cut_short() -> bytes:
    return archive("forms/a.json")[:-10]


def lying() -> bytes:
    """An archive whose directory says that a large file is small."""
    body = archive("forms/a.json", body=b" " * 30_000_000)
    size = (30_000_000).to_bytes(4, "little")
    return body.replace(size, (10).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no archive", "不是完好的"),
        (cut_short(), "不是完好的"),
        (archive("../processes/x.bpmn"), "流程库之外"),
        (archive("processes/../../x.bpmn"), "流程库之外"),
        (archive("/processes/x.bpmn"), "流程库之外"),
        (archive("C:/processes/x.bpmn"), "流程库之外"),
        (archive("processes\\..\\x.bpmn"), "流程库之外"),
        (archive("processes/x.exe"), "不是流程库的文件"),
        (archive("README.md"), "不是流程库的文件"),
        (archive("forms/a.json", mode=0o120777), "链接或特殊文件"),
        (archive("forms/a.json", "forms/A.json"), "出现两次"),
        (archive("forms/a.json", body=b" " * 30_000_000), "解压后过大"),
        (archive(*(f"forms/{number}.json" for number in range(archives.MAX_FILES + 1))), "最多"),
        (archive(), "没有流程图"),
        (lying(), "不是完好的|解压后过大"),
        (archive("forms/a.json", packed=zipfile.ZIP_LZMA), "压缩方式"),
        (archive("forms/a.json", body="{}".encode("utf-16")), "UTF-8"),
    ],
    ids=[
        "no zip", "cut short", "parent", "parent inside", "absolute", "drive", "backslash", "other kind", "other place", "link", "twice", "bomb",
        "too many", "empty", "lying size", "packed otherwise", "other encoding",
    ],
)  # fmt: skip
def test_a_hostile_archive_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(archives.BadArchive, match=reason):
        archives.read(body)


def test_many_files_that_are_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL", 1000)
    with pytest.raises(archives.BadArchive, match="解压后过大"):
        archives.read(archive("forms/a.json", "forms/b.json", body=b" " * 600))


def test_a_refused_archive_is_not_kept(world: World) -> None:
    with pytest.raises(archives.BadArchive), world.transaction() as session:
        exchange.receive(session, world.principal(session, "admin"), "x.zip", b"no archive")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(LibraryImport)) == 0
