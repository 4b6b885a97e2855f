"""The life of a version on the administrators' pages: compared, approved, deployed, put back; the library given out and taken in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases import archives, designs, exchange, starting
from app.model import Definition
from tests.support.second_person import ask_for_second_person
from tests.support.world import COUNTY, World
from tests.web.api_support import Caller
from tests.web.portal_support import client_of

KEY = "shandong.extension"
PATH = "processes/shandong/extension.bpmn"
PAGES = (
    "/admin/designer/", "/admin/designer/1/comparison", "/admin/designer/1/saves", f"/admin/processes/{KEY}/compare", "/admin/processes/approvals",
    f"/admin/processes/{KEY}/1/approval", "/admin/processes/exchange",
)  # fmt: skip
ACTS = (
    "/admin/designer/1/saves/1/restore", f"/admin/processes/{KEY}/1/back", "/admin/processes/approvals/on", "/admin/processes/approvals/propose-off",
    "/admin/processes/approvals/confirm-off", "/admin/processes/approvals/keep", f"/admin/processes/{KEY}/1/approval/submit",
    f"/admin/processes/{KEY}/1/approval/withdraw", f"/admin/processes/{KEY}/1/approval/approve", f"/admin/processes/{KEY}/1/approval/send-back",
    "/admin/processes/exchange", "/admin/processes/exchange/library.zip", "/admin/processes/exchange/1", "/admin/processes/exchange/1/drop",
)  # fmt: skip


def drafted(world: World) -> int:
    """A changed version made in the designer."""
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        design = designs.begin(session, principal, KEY, 1)
        body = designs.files_of(session, designs.latest(session, design))[PATH]
        designs.save(session, principal, design.id, 1, {PATH: body.replace('name="延期申请"'.encode(), 'name="延期的申请"'.encode())})
        return designs.finish(session, principal, design.id, 2).version


@pytest.mark.parametrize("username", ["admin", "security", "auditor", "county-env", "expert"])
def test_only_administrators_reach_any_of_it(app: Flask, world: World, username: str) -> None:
    with world.transaction() as session:
        designs.begin(session, world.principal(session, "admin"), KEY, 1)
    client = client_of(app, world, username)
    for path in PAGES:
        assert client.get(path).status_code == (200 if username == "admin" else 404), path
    for path in ACTS if username != "admin" else ():
        assert client.post(path, data={}).status_code == 404, path


def test_the_confirmation_of_a_deployment_says_what_differs_and_what_follows(app: Flask, world: World) -> None:
    version = drafted(world)
    page = client_of(app, world, "admin").get(f"/admin/processes/{KEY}/{version}/deploy").text
    assert "与在用的第 1 版相比" in page
    assert "延期的申请" in page
    assert f"今天起的新案件按第 {version} 版办理" in page
    assert "调用它的流程（" in page


def test_a_later_period_is_said_before_it_begins(app: Flask, world: World) -> None:
    version = drafted(world)
    with world.transaction() as session:
        import datetime as dt

        one = session.scalars(select(Definition).where(Definition.key == KEY, Definition.version == version)).one()
        one.in_force_from, one.in_force_to = dt.date(2027, 3, 1), None
    page = client_of(app, world, "admin").get(f"/admin/processes/{KEY}/{version}/deploy").text
    assert "今天起的新案件按第 1 版办理（至 2027-02-28）。" in page
    assert f"2027-03-01 起的新案件按第 {version} 版办理。" in page
    assert "正在办理" not in page


def test_the_confirmation_counts_the_cases_that_go_on_as_they_are(app: Flask, world: World) -> None:
    version = drafted(world)
    with world.transaction() as session:
        for _ in range(2):
            starting.start(session, process=KEY, region=COUNTY, enterprise=None, variables={"grounds": ["1"]})
    page = client_of(app, world, "admin").get(f"/admin/processes/{KEY}/{version}/deploy").text
    assert "正在办理的 2 个案件仍按原来的版本办完，不受影响。" in page


@pytest.mark.parametrize("given", ["?from=1&to=2", "?from=2&to=1", ""])
def test_two_versions_are_shown_side_by_side(app: Flask, world: World, given: str) -> None:
    drafted(world)
    page = client_of(app, world, "admin").get(f"/admin/processes/{KEY}/compare{given}").text
    assert "data-comparison" in page
    assert "延期的申请" in page


@pytest.mark.parametrize("given", ["?from=9&to=1", "?from=x"])
def test_a_version_that_is_not_there_is_not_compared(app: Flask, world: World, given: str) -> None:
    assert client_of(app, world, "admin").get(f"/admin/processes/{KEY}/compare{given}").status_code == (404 if "9" in given else 200)


def test_a_design_is_compared_with_a_version_and_with_an_earlier_save(app: Flask, world: World) -> None:
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        design = designs.begin(session, principal, KEY, 1)
        body = designs.files_of(session, designs.latest(session, design))[PATH]
        designs.save(session, principal, design.id, 1, {PATH: body.replace('name="延期申请"'.encode(), 'name="延期的申请"'.encode())})
        address = f"/admin/designer/{design.id}/comparison"
    client = client_of(app, world, "admin")
    for given in ("", "?with=1", "?with=save-1"):
        assert "延期的申请" in client.get(address + given).text, given
    for given in ("?with=7", "?with=save-9", "?with=save-", "?with=../x"):
        assert client.get(address + given).status_code == 404, given


def test_a_broken_design_is_compared_as_far_as_it_goes(app: Flask, world: World) -> None:
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        design = designs.begin(session, principal, KEY, 1)
        designs.save(session, principal, design.id, 1, {PATH: b"<broken"})
        design_id = design.id
    page = client_of(app, world, "admin").get(f"/admin/designer/{design_id}/comparison")
    assert page.status_code == 200
    assert "无法读取" in page.text


def test_whoever_saves_second_gets_both_over_the_wire(app: Flask, world: World) -> None:
    with world.transaction() as session:
        design_id = designs.begin(session, world.principal(session, "admin"), KEY, 1).id
    client = client_of(app, world, "admin")
    files = {"forms/shandong/more.json": "{}"}
    assert client.put(f"/admin/designer/{design_id}/content", json={"revision": 1, "files": files}).status_code == 200
    answer = client.put(f"/admin/designer/{design_id}/content", json={"revision": 1, "files": {}})
    assert answer.status_code == 409
    given: dict[str, Any] = answer.get_json()
    assert (given["revision"], given["theirs"]["forms/shandong/more.json"]) == (2, "{}")
    assert PATH in given["base"]


def test_an_earlier_save_is_restored_as_a_new_one(app: Flask, world: World) -> None:
    with world.transaction() as session:
        principal = world.principal(session, "admin")
        design = designs.begin(session, principal, KEY, 1)
        first = designs.files_of(session, designs.latest(session, design))[PATH]
        designs.save(session, principal, design.id, 1, {PATH: first + b"\n", "forms/shandong/more.json": b"{}"})
        design_id = design.id
    client = client_of(app, world, "admin")
    stale = client.post(f"/admin/designer/{design_id}/saves/1/restore", data={"seen": "1"}, follow_redirects=True).text
    assert "没有恢复" in stale
    client.post(f"/admin/designer/{design_id}/saves/1/restore", data={"seen": "2"})
    with world.session() as session:
        design = designs.find(session, world.principal(session, "admin"), design_id)
        files = designs.files_of(session, designs.latest(session, design))
    assert (design.revision, files[PATH]) == (3, first)
    assert "forms/shandong/more.json" not in files


def test_nothing_is_deployed_before_somebody_else_approves_it(app: Flask, world: World) -> None:
    version = drafted(world)
    ask_for_second_person(world)
    admin, second = client_of(app, world, "admin"), client_of(app, world, "second")
    address = f"/admin/processes/{KEY}/{version}"
    assert admin.post(f"{address}/deploy").status_code == 409
    assert Caller(app, world, "admin").post(f"/processes/{KEY}/versions/{version}/deploy", {}).status_code == 409
    admin.post(f"{address}/approval/submit", data={"reason": "按新规定改名"})
    assert admin.post(f"{address}/approval/approve").status_code == 409
    assert admin.post(f"{address}/deploy").status_code == 409
    page = second.get(f"{address}/approval").text
    assert "按新规定改名" in page
    assert "data-comparison" in page
    second.post(f"{address}/approval/approve", data={"reason": "同意"})
    assert second.post(f"{address}/approval/approve").status_code == 409
    assert admin.post(f"{address}/deploy").status_code == 302
    life = admin.get(address).text
    assert [act for act in ("开始修改", "定稿", "提交审批", "批准", "部署") if f"<td>{act}</td>" in life] == [
        "开始修改",
        "定稿",
        "提交审批",
        "批准",
        "部署",
    ]


def test_the_rule_is_turned_off_by_two(app: Flask, world: World) -> None:
    ask_for_second_person(world)
    admin, second = client_of(app, world, "admin"), client_of(app, world, "second")
    assert admin.post("/admin/processes/approvals/propose-off", data={"reason": ""}).status_code == 400
    admin.post("/admin/processes/approvals/propose-off", data={"reason": "机构合并"})
    assert admin.post("/admin/processes/approvals/confirm-off").status_code == 409
    assert "机构合并" in second.get("/admin/processes/approvals").text
    assert second.post("/admin/processes/approvals/confirm-off").status_code == 302
    assert "没有要求第二人审批" in admin.get("/admin/processes/approvals").text


def test_an_earlier_version_is_put_back_after_confirmation(app: Flask, world: World) -> None:
    version = drafted(world)
    client = client_of(app, world, "admin")
    client.post(f"/admin/processes/{KEY}/{version}/deploy")
    page = client.get(f"/admin/processes/{KEY}/1/back").text
    assert "今天起的新案件按第 3 版办理" in page
    assert client.post(f"/admin/processes/{KEY}/1/back", data={"reason": ""}).status_code == 400
    answer = client.post(f"/admin/processes/{KEY}/1/back", data={"reason": "新版有误"}, follow_redirects=True).text
    assert "第 1 版的内容已作为第 3 版部署" in answer
    assert "退回到第 1 版：新版有误" in answer


# -- the library as an archive ----------------------------------------------------------------------------------------


def sent(client: Any, body: bytes) -> Any:
    return client.post("/admin/processes/exchange", data={"file": (io.BytesIO(body), "库.zip")}, content_type="multipart/form-data")


def test_the_library_goes_out_and_comes_in_with_an_account_of_what_differs(app: Flask, world: World) -> None:
    client = client_of(app, world, "admin")
    out = client.post("/admin/processes/exchange/library.zip")
    assert out.mimetype == "application/zip"
    files = archives.read(out.data)
    files[PATH] = files[PATH].replace('name="延期申请"'.encode(), 'name="延期的申请"'.encode())
    page = sent(client, archives.write(files))
    assert page.status_code == 302
    account = client.get(page.location).text
    assert "导入为草稿" in account
    assert "延期的申请" in account
    assert "延期的申请" in client.get(f"{page.location}/{KEY}").text
    assert client.get(f"{page.location}/no.such").status_code == 404
    assert client.post(page.location).status_code == 302
    assert client.post(page.location).status_code == 404
    with world.session() as session:
        states = set(session.scalars(select(Definition.status).where(Definition.key == KEY)))
    assert states == {"deployed", "draft"}


def test_a_faulty_library_says_what_is_wrong_and_stores_nothing(app: Flask, world: World) -> None:
    with world.session() as session:
        files = archives.read(exchange.given_out(session))
    files[PATH] = files[PATH].replace(b'value="county_environment"', b'value="nobody"')
    client = client_of(app, world, "admin")
    page = sent(client, archives.write(files)).location
    assert "不能导入" in client.get(page).text
    assert client.post(page).status_code == 422
    client.post(f"{page}/drop")
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("body", [b"no archive", archives.write({"../x.bpmn": b"x"}), b""])
def test_a_hostile_archive_is_refused_on_its_page(app: Flask, world: World, body: bytes) -> None:
    answer = sent(client_of(app, world, "admin"), body)
    assert answer.status_code == 422
    assert "qc-field-error" in answer.text


# -- the command line -------------------------------------------------------------------------------------------------


def test_the_command_line_gives_the_library_out_and_takes_it_in(app: Flask, world: World, tmp_path: Path) -> None:
    out = tmp_path / "library.zip"
    run = app.test_cli_runner().invoke
    assert run(args=["processes", "export", str(out)]).exit_code == 0
    files = archives.read(out.read_bytes())
    files[PATH] = files[PATH].replace('name="延期申请"'.encode(), 'name="延期的申请"'.encode())
    out.write_bytes(archives.write(files))
    looked = run(args=["processes", "import", str(out), "--dry-run"])
    assert looked.exit_code == 0
    assert "改动 1 个文件" in looked.output
    with world.session() as session:
        assert session.scalars(select(Definition.version).where(Definition.key == KEY)).all() == [1]
    taken = run(args=["processes", "import", str(out)])
    assert "个草稿" in taken.output
    with world.session() as session:
        assert session.scalars(select(Definition.status).where(Definition.key == KEY, Definition.version == 2)).one() == "draft"


@pytest.mark.parametrize("body", [b"no archive", archives.write({PATH: b"<broken"})], ids=["no archive", "broken diagram"])
def test_the_command_line_refuses_with_a_reason_and_stores_nothing(app: Flask, world: World, tmp_path: Path, body: bytes) -> None:
    sent = tmp_path / "library.zip"
    sent.write_bytes(body)
    refused = app.test_cli_runner().invoke(args=["processes", "import", str(sent)])
    assert (refused.exit_code, bool(refused.output.strip())) == (1, True)
    with world.session() as session:
        assert session.scalars(select(Definition.version).where(Definition.key == KEY)).all() == [1]
