"""A definition that fails any check is never deployed, whichever way it comes."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.cases import library
from app.cases.errors import Undeployable
from app.config import ROOT
from app.engine import store
from app.engine.definition import content_hash
from app.engine.errors import DiagramError
from app.model import Blob, Definition, DefinitionStatus
from tests.engine.checking.examples import BROKEN, FOLDER, PATH, SUSPICIOUS, form
from tests.support.diagrams import bpmn, end, flow, parallel, path, start, user, xor
from tests.support.world import World
from tests.web.api_support import Caller
from tests.web.portal_support import client_of

FORM_FOLDER = FOLDER / "forms"
KEY = "t.main"
DEADLOCK = bpmn(
    KEY,
    start() + user("A", formJsonSchemaFilename="t/agree.json") + xor("X", "X_B") + user("B") + user("C") + parallel("J") + end()
    + path("S", "A", "X", "B", "J", "E") + flow("X", "C", 'decision == "return"', name="F").replace("sourceRef", 'name="退回" sourceRef', 1)
    + path("C", "J"),
)  # fmt: skip
FILES = {PATH: DEADLOCK, "forms/t/agree.json": form("approve", "return")}
HINTED = bpmn(KEY, start() + parallel("P") + user("U") + user("V") + end() + path("S", "P", "U", "E") + path("P", "V", "E"))
SOUND = DEADLOCK.replace(b'<bpmn:parallelGateway id="J"', b'<bpmn:exclusiveGateway id="J"').replace(
    b"</bpmn:parallelGateway>", b"</bpmn:exclusiveGateway>"
)


def stored(world: World) -> tuple[int, int]:
    with world.session() as session:
        return session.scalar(select(func.count(Definition.id))) or 0, session.scalar(select(func.count()).select_from(Blob)) or 0


def test_the_example_is_a_deadlock_and_its_mended_twin_is_deployed(world: World) -> None:
    with world.transaction() as session:
        (draft,) = library.add_draft(session, {**FILES, PATH: SOUND}).drafts
        assert library.deploy(session, KEY, draft.version).status == DefinitionStatus.DEPLOYED


def test_loading_a_library_with_an_unsound_diagram_deploys_nothing(world: World) -> None:
    before = stored(world)
    own = library.read_files({**library.files_in(ROOT), **FILES})
    with pytest.raises(DiagramError) as caught, world.transaction() as session:
        library.load(session, own)
    assert [problem.code for problem in caught.value.problems] == ["deadlock"]
    assert stored(world) == before


def test_loading_what_is_loaded_checks_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "check", lambda *_: pytest.fail("checked again"))
    with world.transaction() as session:
        assert library.load(session, library.read_folder(ROOT)) == []


def test_an_unchanged_folder_is_not_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.transaction() as session:
        library.load_folder(session, ROOT)
    monkeypatch.setattr(library, "read_files", lambda _: pytest.fail("read again"))
    with world.transaction() as session:
        assert library.load_folder(session, ROOT) == []


def test_a_changed_folder_is_read_and_what_is_new_is_deployed(world: World, tmp_path: Path) -> None:
    with world.transaction() as session:
        library.load_folder(session, ROOT)
    shutil.copytree(ROOT / "processes", tmp_path / "processes")
    shutil.copytree(ROOT / "forms", tmp_path / "forms")
    path = tmp_path / "processes/shandong/extension.bpmn"
    path.write_text(path.read_text().replace('name="延期申请"', 'name="延期的申请"'))
    with world.transaction() as session:
        assert {(d.key, d.name) for d in library.load_folder(session, tmp_path)} >= {("shandong.extension", "延期的申请")}


def test_an_unsound_draft_is_not_stored(world: World) -> None:
    before = stored(world)
    with pytest.raises(DiagramError), world.transaction() as session:
        library.add_draft(session, FILES)
    assert stored(world) == before


def test_a_hint_does_not_keep_a_draft_from_being_stored(world: World) -> None:
    with world.transaction() as session:
        made = library.add_draft(session, {PATH: HINTED})
        assert [draft.key for draft in made.drafts] == [KEY]
        assert [(hint.file, hint.element, hint.code) for hint in made.hints] == [(PATH, "E", "fake-join")]


def test_the_api_gives_hints_beside_the_draft_and_again_when_it_is_deployed(app: Flask, world: World) -> None:
    admin = Caller(app, world, "admin")
    sent = {"files": [(io.BytesIO(HINTED), "新图.bpmn")]}
    made = admin.post("/processes", data=sent, content_type="multipart/form-data")
    assert made.status_code == 201
    assert [(w["file"], w["element"], w["code"]) for w in made.get_json()["warnings"]] == [("新图.bpmn", "E", "fake-join")]
    deployed = admin.post(f"/processes/{KEY}/versions/{made.get_json()['version']}/deploy")
    assert deployed.status_code == 200
    assert [w["element"] for w in deployed.get_json()["warnings"]] == ["E"]


def test_the_pages_show_hints_before_a_draft_is_deployed(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    sent = {"files": [(io.BytesIO(HINTED), "新图.bpmn")]}
    stored = client.post("/admin/processes/upload", data=sent, content_type="multipart/form-data", follow_redirects=True)
    assert stored.status_code == 200
    assert "1 条提示" in stored.text
    assert "1 条提示" in client.get(f"/admin/processes/{KEY}/1/deploy").text


def a_draft_of_before(world: World) -> int:
    """A draft that was stored when there was no such check."""
    own = library.read_files({**library.files_in(ROOT), **FILES})
    with world.transaction() as session:
        return store.save(session, own.process(KEY), FILES, content_hash(FILES), DefinitionStatus.DRAFT).version


def test_a_draft_is_checked_again_when_it_is_deployed(world: World) -> None:
    version = a_draft_of_before(world)
    with pytest.raises(Undeployable), world.transaction() as session:
        library.deploy(session, KEY, version)
    with world.session() as session:
        assert session.scalars(select(Definition.status).where(Definition.key == KEY)).all() == [DefinitionStatus.DRAFT]


def test_the_api_refuses_to_deploy_it_with_every_reason(app: Flask, world: World) -> None:
    version = a_draft_of_before(world)
    answer = Caller(app, world, "admin").post(f"/processes/{KEY}/versions/{version}/deploy")
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    (error,) = answer.get_json()["errors"]
    assert (error["file"], error["element"], error["code"]) == (PATH, "J", "deadlock")
    assert "经过：开始 → A〔«approve»〕" in error["message"]


def test_the_api_refuses_an_unsound_upload_under_the_name_it_was_sent_with(app: Flask, world: World) -> None:
    sent = [(io.BytesIO(DEADLOCK), "新图.bpmn"), (io.BytesIO(FILES["forms/t/agree.json"]), "agree.json")]
    answer = Caller(app, world, "admin").post("/processes", data={"files": sent}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert [(e["file"], e["element"], e["code"]) for e in answer.get_json()["errors"]] == [("新图.bpmn", "J", "deadlock")]


def test_the_page_shows_what_is_wrong_and_how_it_comes_about(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    sent = [(io.BytesIO(DEADLOCK), "新图.bpmn"), (io.BytesIO(FILES["forms/t/agree.json"]), "agree.json")]
    answer = client.post("/admin/processes/upload", data={"files": sent}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "要等各路到齐" in answer.text
    assert "开始 → A" in answer.text


def test_the_page_does_not_deploy_a_draft_of_before(app: Flask, world: World) -> None:
    version = a_draft_of_before(world)
    answer = client_of(app, world, "admin").post(f"/admin/processes/{KEY}/{version}/deploy")
    assert answer.status_code == 409
    assert "不能部署：1 个问题" in answer.text
    assert "开始 → A" in answer.text
    with world.session() as session:
        assert session.scalars(select(Definition.status).where(Definition.key == KEY)).all() == [DefinitionStatus.DRAFT]


# -- the command ------------------------------------------------------------------------------------------------------


def checked(app: Flask, *paths: Path) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["processes", "check", *map(str, paths)])
    return result.exit_code, result.output


def test_the_command_passes_the_library(app: Flask) -> None:
    assert checked(app) == (0, "流程检查通过\n")


def test_the_command_names_file_element_label_sentence_and_code(app: Flask) -> None:
    status, output = checked(app, BROKEN["livelock"], FORM_FOLDER)
    assert status == 1
    assert output.startswith(f"{BROKEN['livelock']}: Task_Correct 更正: 流程进入循环后到不了任何结束")
    assert output.endswith(" [livelock]\n")
    assert output.count("\n") == 1


def test_the_command_takes_folders(app: Flask, tmp_path: Path) -> None:
    for name in ("livelock", "never-taken"):
        (tmp_path / f"{name}.bpmn").write_bytes(BROKEN[name].read_bytes())
    status, output = checked(app, tmp_path, FORM_FOLDER)
    assert (status, [line.rpartition(" ")[2] for line in output.splitlines()]) == (1, ["[livelock]", "[never-taken]"])


def test_hints_alone_do_not_fail_the_command(app: Flask) -> None:
    status, output = checked(app, BROKEN["fake-join"], FORM_FOLDER)
    assert (status, "（提示）" in output) == (0, True)


def test_a_given_file_takes_the_place_of_the_library_s(app: Flask, tmp_path: Path) -> None:
    changed = tmp_path / "penalty.bpmn"
    changed.write_bytes((ROOT / "processes/shandong/penalty.bpmn").read_bytes())
    assert checked(app, changed) == (0, "流程检查通过\n")


@pytest.mark.parametrize("body", [b"", b"<x", b"\x00\x01", b"<a/>", "流程".encode()])
def test_a_file_that_is_no_diagram_is_one_line(app: Flask, tmp_path: Path, body: bytes) -> None:
    given = tmp_path / "x.bpmn"
    given.write_bytes(body)
    status, output = checked(app, given)
    assert (status, output.count("\n")) == (1, 1)
    assert output.startswith(f"{given}: ")


def test_the_command_says_when_a_path_is_not_there(app: Flask, tmp_path: Path) -> None:
    status, output = checked(app, tmp_path / "nothing.bpmn")
    assert status == 2
    assert "Traceback" not in output


def test_the_suspicious_diagrams_pass_together(app: Flask) -> None:
    assert checked(app, SUSPICIOUS["counter"].parent, FORM_FOLDER) == (0, "流程检查通过\n")
