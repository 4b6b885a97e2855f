"""The administrators' pages for moving cases: choose, plan, preview, confirm, watch, take back; and taking a version out of use."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.model import CaseMigrationPlan, CaseMigrationRun, Definition, MigrationAct
from app.web.admin import migrations as pages
from tests.cases.migration_support import KEY, Moving, at_county, row
from tests.support.diagrams import call, end, parallel, path, start
from tests.support.statements import counted
from tests.support.world import World
from tests.web.portal_support import client_of

NEW = f"/admin/processes/{KEY}/migration"


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    return client_of(app, world, "admin")


@pytest.fixture
def versions(moving: Moving) -> tuple[Definition, Definition, list[int]]:
    """Three cases of two lines, one of them still with both; the new version has one line."""
    body = start() + parallel("G") + at_county("A") + at_county("B") + parallel("J") + at_county("N") + end()
    old = moving.deploy(body + path("S", "G", "A", "J", "N", "E") + path("G", "B", "J"))
    ids = moving.start(3)
    for case_id in ids[1:]:
        moving.complete(case_id, "A")
        moving.complete(case_id, "B")
    return old, moving.deploy(row(at_county("A"), at_county("B"), at_county("N"))), ids


def plan_id(moving: Moving) -> int:
    with moving.world.session() as session:
        return session.scalars(select(CaseMigrationPlan.id)).one()


def last_run(moving: Moving, act: str) -> CaseMigrationRun:
    with moving.world.session() as session:
        query = select(CaseMigrationRun).where(CaseMigrationRun.act == act).order_by(CaseMigrationRun.id.desc()).limit(1)
        return session.scalars(query).one()


def previewed(admin: FlaskClient, moving: Moving) -> CaseMigrationRun:
    assert admin.post(NEW, data={"from": 1, "to": 2}).status_code == 302
    answer = admin.post(f"/admin/migrations/{plan_id(moving)}", data={"revision": 1, "preview": "1"})
    assert answer.status_code == 302, answer.text
    moving.work()
    return last_run(moving, MigrationAct.PREVIEW)


def moved(admin: FlaskClient, moving: Moving) -> CaseMigrationRun:
    run = previewed(admin, moving)
    assert admin.post(f"/admin/migrations/runs/{run.id}/move", data={"reason": "规定修订"}).status_code == 302
    moving.work()
    return last_run(moving, MigrationAct.MOVE)


Versions = tuple[Definition, Definition, list[int]]


def test_the_whole_way_from_the_choice_to_the_report(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    choice = admin.get(NEW).text
    assert "第 1 版，3 件正在办理" in choice
    preview = previewed(admin, moving)
    page = admin.get(f"/admin/migrations/runs/{preview.id}").text
    assert "迁移这 2 件" in page
    assert "不会同时停在“A”、“B”" in page
    assert "2 件正在办理的案件" in admin.get(f"/admin/migrations/runs/{preview.id}/move").text
    run = moved(admin, moving)
    page = admin.get(f"/admin/migrations/runs/{run.id}").text
    assert "已迁移" in page
    assert "规定修订" in page


def test_the_plan_names_each_element_and_what_changed(admin: FlaskClient, moving: Moving) -> None:
    moving.deploy(row(at_county("A", due="days(3, since=begun)"), at_county("B")))
    moving.start(2)
    moving.deploy(row(at_county("A", due="days(9, since=begun)"), at_county("X")))
    admin.post(NEW, data={"from": 1, "to": 2})
    page = admin.get(f"/admin/migrations/{plan_id(moving)}").text
    assert "期限变了" in page
    assert "2 件" in page
    assert f'name="{KEY}&gt;{KEY}/A"' in page


def test_a_decision_made_on_the_page_is_kept(admin: FlaskClient, moving: Moving) -> None:
    moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    moving.deploy(row(at_county("X"), at_county("B")))
    admin.post(NEW, data={"from": 1, "to": 2})
    admin.post(f"/admin/migrations/{plan_id(moving)}", data={"revision": 1, f"{KEY}>{KEY}/A": "B", "save": "1"})
    with moving.world.session() as session:
        assert session.get_one(CaseMigrationPlan, plan_id(moving)).mapping[f"{KEY}>{KEY}"]["A"] == "B"
    assert moving.open(case_id) == ["A"]


def test_giving_an_element_up_is_a_decision_and_leaving_it_open_is_none(admin: FlaskClient, moving: Moving) -> None:
    body = start() + parallel("G") + at_county("A") + at_county("B") + parallel("J") + end()
    moving.deploy(body + path("S", "G", "A", "J", "E") + path("G", "B", "J"))
    moving.start()
    moving.deploy(row(at_county("A")))
    admin.post(NEW, data={"from": 1, "to": 2})
    fields = {f"{KEY}>{KEY}/B": pages.GONE, f"{KEY}>{KEY}/J": pages.UNDECIDED}
    admin.post(f"/admin/migrations/{plan_id(moving)}", data={"revision": 1, **fields})
    with moving.world.session() as session:
        table = session.get_one(CaseMigrationPlan, plan_id(moving)).mapping[f"{KEY}>{KEY}"]
    assert table["B"] == ""
    assert "J" not in table


def test_a_plan_that_somebody_else_changed_is_not_overwritten(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    admin.post(NEW, data={"from": 1, "to": 2})
    data = {"revision": 1, f"{KEY}>{KEY}/A": "B"}
    admin.post(f"/admin/migrations/{plan_id(moving)}", data=data)
    answer = admin.post(f"/admin/migrations/{plan_id(moving)}", data={**data, f"{KEY}>{KEY}/A": "N"})
    assert answer.status_code == 409
    assert "别人刚刚改过" in answer.text


def test_somebody_who_comes_with_certain_cases_moves_those_alone(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    _, _, ids = versions
    chosen = ids[1]
    assert moving.case(chosen).number in admin.get(f"{NEW}?case={chosen}").text
    answer = admin.post(NEW, data={"from": 1, "to": 2, "case": chosen})
    assert f"case={chosen}" in answer.headers["Location"]
    assert "只迁移所选的 1 件" in admin.get(answer.headers["Location"]).text
    admin.post(f"/admin/migrations/{plan_id(moving)}", data={"revision": 1, "preview": "1", "case": chosen})
    moving.work()
    assert set(moving.items(last_run(moving, MigrationAct.PREVIEW))) == {chosen}


def test_progress_is_asked_for_until_the_run_has_ended(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    admin.post(NEW, data={"from": 1, "to": 2})
    admin.post(f"/admin/migrations/{plan_id(moving)}", data={"revision": 1, "preview": "1"})
    run = last_run(moving, MigrationAct.PREVIEW)
    waiting = admin.get(f"/admin/migrations/runs/{run.id}/progress")
    assert "data-poll" in waiting.text
    assert "0 / 3" in waiting.text
    moving.work()
    done = admin.get(f"/admin/migrations/runs/{run.id}/progress")
    assert "data-poll" not in done.text
    assert done.headers["HX-Refresh"] == "true"


def test_a_run_may_be_stopped(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    admin.post(NEW, data={"from": 1, "to": 2})
    admin.post(f"/admin/migrations/{plan_id(moving)}", data={"revision": 1, "preview": "1"})
    run = last_run(moving, MigrationAct.PREVIEW)
    assert admin.post(f"/admin/migrations/runs/{run.id}/stop").status_code == 302
    assert "已停止" in admin.get(f"/admin/migrations/runs/{run.id}").text


def test_cases_of_a_run_are_found_by_outcome_and_by_reason(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    _, _, (stays, goes, _also) = versions
    run = moved(admin, moving)
    numbers = {case_id: moving.case(case_id).number for case_id in (stays, goes)}
    only_moved = admin.get(f"/admin/migrations/runs/{run.id}?outcome=moved").text
    assert (numbers[goes] in only_moved, numbers[stays] in only_moved) == (True, False)
    reason = moving.items(run)[stays].reason
    by_reason = admin.get(f"/admin/migrations/runs/{run.id}", query_string={"reason": reason}).text
    assert (numbers[goes] in by_reason, numbers[stays] in by_reason) == (False, True)


def test_long_runs_are_shown_a_page_at_a_time(admin: FlaskClient, moving: Moving) -> None:
    moving.deploy(row(at_county("A")))
    ids = moving.start(53)
    moving.deploy(row(at_county("A"), at_county("X")))
    run = previewed(admin, moving)
    first = admin.get(f"/admin/migrations/runs/{run.id}").text
    assert f"after={ids[49]}" in first
    second = admin.get(f"/admin/migrations/runs/{run.id}?after={ids[49]}").text
    assert (moving.case(ids[49]).number in second, moving.case(ids[52]).number in second) == (False, True)


def test_the_report_holds_every_case_with_its_reason(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    run = moved(admin, moving)
    answer = admin.get(f"/admin/migrations/runs/{run.id}/report.xlsx")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    found = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    assert [line[3] for line in found] == ["不能迁移", "已迁移", "已迁移"]
    assert "不会同时停在" in str(found[0][4])


def test_one_case_is_taken_back_from_the_report(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    old, new, (_, one, other) = versions
    run = moved(admin, moving)
    assert moving.case(one).number in admin.get(f"/admin/migrations/runs/{run.id}/undo?case={one}").text
    answer = admin.post(f"/admin/migrations/runs/{run.id}/undo", data={"case": one, "reason": "发现计划有误"})
    assert answer.status_code == 302
    assert (moving.case(one).definition_id, moving.case(other).definition_id) == (old.id, new.id)


def test_a_whole_run_is_taken_back_after_confirmation(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    old, _, ids = versions
    run = moved(admin, moving)
    assert "2 件回到第 1 版" in admin.get(f"/admin/migrations/runs/{run.id}/undo").text
    admin.post(f"/admin/migrations/runs/{run.id}/undo", data={"reason": "发现计划有误"})
    moving.work()
    assert {moving.case(case_id).definition_id for case_id in ids} == {old.id}


def test_a_case_that_went_on_is_shown_as_such_and_offered_no_way_back(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    _, _, (_, one, _other) = versions
    run = moved(admin, moving)
    moving.complete(one, "N")
    page = admin.get(f"/admin/migrations/runs/{run.id}").text
    assert "已继续办理" in page
    assert f"/undo?case={one}" not in page


def test_a_move_without_a_reason_is_refused(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    run = previewed(admin, moving)
    answer = admin.post(f"/admin/migrations/runs/{run.id}/move", data={"reason": ""})
    assert answer.status_code == 400
    assert "原因" in answer.text


@pytest.mark.parametrize("username", ["security", "auditor", "county-env", "expert"])
def test_nobody_else_finds_these_pages(app: Flask, admin: FlaskClient, moving: Moving, versions: Versions, username: str) -> None:
    run = previewed(admin, moving)
    other = client_of(app, moving.world, username)
    plan = f"/admin/migrations/{plan_id(moving)}"
    runs = f"/admin/migrations/runs/{run.id}"
    retire, again = f"/admin/processes/{KEY}/1/retire", f"/admin/processes/{KEY}/1/again"
    for address in (NEW, plan, runs, f"{runs}/progress", f"{runs}/report.xlsx", f"{runs}/move", f"{runs}/undo", retire):
        assert other.get(address).status_code == 404, address
    for address in (NEW, plan, f"{runs}/move", f"{runs}/stop", f"{runs}/undo", retire, again):
        assert other.post(address).status_code == 404, address


def test_what_does_not_exist_is_not_found(admin: FlaskClient, world: World) -> None:
    for address in (
        "/admin/processes/t.nothing/migration",
        "/admin/migrations/99",
        "/admin/migrations/runs/99",
        "/admin/migrations/runs/99/undo",
    ):
        assert admin.get(address).status_code == 404, address


def test_a_page_of_a_run_asks_the_database_no_more_for_more_cases(app: Flask, admin: FlaskClient, moving: Moving) -> None:
    moving.deploy(row(at_county("A")))
    ids = moving.start(12)
    moving.deploy(row(at_county("A"), at_county("X")))
    run = previewed(admin, moving)

    def statements(address: str) -> int:
        with counted(app.extensions["runtime"].database.engine) as asked:
            assert admin.get(address).status_code == 200
        return sum("case_migration" in one or "enterprises" in one for one in asked)

    one = statements(f"/admin/migrations/runs/{run.id}?after={ids[10]}")
    assert statements(f"/admin/migrations/runs/{run.id}") == one > 0


# -- versions ---------------------------------------------------------------------------------------------------------


def test_a_version_is_retired_after_a_page_that_says_what_follows(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    page = admin.get(f"/admin/processes/{KEY}/2/retire").text
    assert "今天起的新案件按第 1 版办理" in page
    assert "正在办理的 3 件" in admin.get(f"/admin/processes/{KEY}/1/retire").text
    assert admin.post(f"/admin/processes/{KEY}/2/retire", data={"reason": "内容有误"}).status_code == 302
    assert "停用" in admin.get(f"/admin/processes/{KEY}/2").text


def test_retiring_the_only_version_says_that_nothing_can_start(admin: FlaskClient, moving: Moving) -> None:
    moving.deploy(row(at_county("A")))
    assert "不能开始新案件" in admin.get(f"/admin/processes/{KEY}/1/retire").text


def test_an_earlier_version_is_drafted_again(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    assert admin.post(f"/admin/processes/{KEY}/1/again").headers["Location"] == f"/admin/processes/{KEY}/3"
    assert "草稿" in admin.get(f"/admin/processes/{KEY}/3").text


def test_the_page_of_a_process_leads_to_the_migration(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    assert f"{NEW}?version=1" in admin.get(f"/admin/processes/{KEY}/1").text


def test_the_plan_numbers_its_elements_and_names_both_drawings(admin: FlaskClient, moving: Moving) -> None:
    moving.deploy(row(at_county("A"), at_county("B")))
    moving.start(2)
    moving.deploy(row(at_county("A"), at_county("B"), at_county("X")))
    admin.post(NEW, data={"from": 1, "to": 2})
    page = admin.get(f"/admin/migrations/{plan_id(moving)}").text
    assert 'data-element="A" data-number="1" data-waiting="2"' in page
    assert 'data-element="B" data-number="2" data-waiting="0"' in page
    assert f'data-old="/admin/processes/{KEY}/1/{KEY}.bpmn" data-new="/admin/processes/{KEY}/2/{KEY}.bpmn"' in page
    assert 'data-added="X"' in page


def test_an_activity_shows_the_cases_inside_it(admin: FlaskClient, moving: Moving) -> None:
    inner = row(at_county("X"))
    moving.deploy(row(call("C", "t.child"), at_county("N")), children={"child": inner})
    moving.start(3)
    moving.deploy(row(at_county("N")))
    admin.post(NEW, data={"from": 1, "to": 2})
    page = admin.get(f"/admin/migrations/{plan_id(moving)}").text
    assert 'data-element="C" data-number="1" data-waiting="3"' in page
    assert "待定" in page


def test_each_page_says_which_step_it_is(admin: FlaskClient, moving: Moving, versions: Versions) -> None:
    preview = previewed(admin, moving)
    pages = [f"/admin/migrations/{plan_id(moving)}", f"/admin/migrations/runs/{preview.id}", f"/admin/migrations/runs/{preview.id}/move"]
    admin.post(f"/admin/migrations/runs/{preview.id}/move", data={"reason": "规定修订"})
    moving.work()
    pages.append(f"/admin/migrations/runs/{last_run(moving, MigrationAct.MOVE).id}")
    found = [admin.get(path).text.partition('aria-current="step"')[2] for path in pages]
    assert [text.partition("<strong>")[2][:4] for text in found] == ["1 对应", "2 预演", "3 执行", "4 报告"]
