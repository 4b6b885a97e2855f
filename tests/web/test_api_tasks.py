"""The work list and the acts on tasks over the API."""

from __future__ import annotations

import pytest
from flask import Flask

from app.model import Membership, Role, Task, User
from tests.support.world import World, password_hash
from tests.web.api_support import Caller, pointers, valid_data

FIELDS = {"id", "case", "name", "basis", "actor", "due", "light", "choices"}


@pytest.fixture
def listed(app: Flask, world: World) -> World:
    """Two enterprises on the published list."""
    world.publish(names_env=["甲厂", "乙厂"])
    return world


@pytest.fixture
def review(app: Flask, world: World) -> Task:
    """A list that waits for the city."""
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1")
    return world.step(case.id, ".s3")


def colleague(world: World, of: str, username: str) -> int:
    with world.transaction() as session:
        organisation = world.principal(session, of).organisation
        assert organisation is not None
        user = User(username=username, name=username, password_hash=password_hash())
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=Role.HANDLER))
        world.users[username] = user.id
        return user.id


def disclosure(world: World, name: str = "甲厂") -> Task:
    return world.step(world.case_of("shandong.mandatory_audit", name).id, "disclosure.s1")


def test_own_open_tasks_carry_what_the_contract_names(app: Flask, listed: World) -> None:
    rows = Caller(app, listed, "enterprise:甲厂").get("/tasks?state=open&mine=1").get_json()
    assert rows
    assert all(set(row) == FIELDS for row in rows)
    first = rows[0]
    assert first["name"] == "备齐并公开信息"
    assert "sd-audit-2017.disclosure.s1" in first["basis"]
    assert (first["actor"], first["due"], first["light"]) == ("enterprise", "2027-02-11", "green")


def test_lights_follow_the_clock(app: Flask, listed: World) -> None:
    caller = Caller(app, listed, "enterprise:甲厂")
    listed.clock.to("2027-02-10")
    assert caller.get("/tasks?mine=1").get_json()[0]["light"] == "yellow"
    listed.clock.to("2027-02-12")
    assert caller.get("/tasks?mine=1").get_json()[0]["light"] == "red"


def test_choices_are_the_values_of_the_decision(app: Flask, world: World, review: Task) -> None:
    rows = Caller(app, world, "city-env").get("/tasks?mine=1").get_json()
    assert rows[0]["id"] == review.id
    assert {"approve", "return"} <= set(rows[0]["choices"])


def test_pages_follow_each_other_without_gap_or_repetition(app: Flask, listed: World) -> None:
    caller = Caller(app, listed, "county-env")
    everything = [row["id"] for row in caller.get("/tasks?state=all&limit=200").get_json()]
    seen: list[int] = []
    path = "/tasks?state=all&limit=3"
    while path:
        page = caller.get(path)
        seen += [row["id"] for row in page.get_json()]
        link = page.headers.get("Link", "")
        path = link.partition("<")[2].partition(">")[0].removeprefix("/api/v1")
        assert bool(path) == ("X-Next-Cursor" in page.headers)
    assert seen == everything
    assert len(everything) > 6


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "MQ", "OTk5OS05OS05OS4x", "MjAyNy0wMS0wMS4", "=" * 10, "é", "A" * 300, "MjAyNy0wMS0wMS45OTk5OTk5OTk5OTk5OTk5OTk5OTk"],
)
def test_a_cursor_that_is_none_is_refused(app: Flask, world: World, cursor: str) -> None:
    answer = Caller(app, world, "county-env").get(f"/tasks?cursor={cursor}")
    assert answer.status_code == 422
    assert pointers(answer) == ["/cursor"]


@pytest.mark.parametrize(
    "query", ["state=late", "mine=yes", "limit=0", "limit=201", "limit=-1", "limit=9e9", "limit=٣", "case=x", "case=99999999999999999999"]
)
def test_a_wrong_filter_is_named(app: Flask, world: World, query: str) -> None:
    answer = Caller(app, world, "county-env").get(f"/tasks?{query}")
    assert answer.status_code == 422
    assert pointers(answer) == [f"/{query.partition('=')[0]}"]


def test_a_task_comes_with_its_form_and_what_it_starts_with(app: Flask, listed: World) -> None:
    task = Caller(app, listed, "enterprise:甲厂").get(f"/tasks/{disclosure(listed).id}").get_json()
    assert set(task) >= FIELDS | {"schema", "ui_schema", "data", "revision"}
    assert task["schema"]["type"] == "object"
    assert task["data"]["enterprise_name"] == "甲厂"
    assert any("2027-02-11" in sentence for sentence in task["deadline"])
    assert task["may_do"]


def test_others_see_the_task_and_not_what_is_being_typed(app: Flask, world: World, review: Task) -> None:
    from app.cases import drafts

    with world.transaction() as session:
        drafts.save(session, world.principal(session, "city-env"), review.id, {"opinion": "内部意见"}, 0)
    assert Caller(app, world, "city-env").get(f"/tasks/{review.id}").get_json()["data"] == {"opinion": "内部意见"}
    seen = Caller(app, world, "county-env").get(f"/tasks/{review.id}").get_json()
    assert seen["data"] == {}
    assert not seen["may_do"]


def test_completing_moves_the_case_on(app: Flask, listed: World) -> None:
    task = disclosure(listed)
    data = valid_data(listed, "enterprise:甲厂", task)
    caller = Caller(app, listed, "enterprise:甲厂")
    answer = caller.post(f"/tasks/{task.id}/complete", {"data": data, "revision": task.revision})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["status"] == "completed"
    assert task.id not in {row["id"] for row in caller.get("/tasks?mine=1").get_json()}
    assert task.id in {row["id"] for row in caller.get("/tasks?mine=1&state=completed").get_json()}


def test_field_errors_point_into_the_form(app: Flask, listed: World) -> None:
    task = disclosure(listed)
    answer = Caller(app, listed, "enterprise:甲厂").post(
        f"/tasks/{task.id}/complete", {"data": {"channel": "smoke"}, "revision": task.revision}
    )
    assert answer.status_code == 422
    assert "/channel" in pointers(answer)
    assert disclosure(listed).revision == task.revision


def test_a_file_of_somebody_else_cannot_be_submitted(app: Flask, listed: World) -> None:
    task = disclosure(listed)
    foreign = Caller(app, listed, "enterprise:乙厂").upload().get_json()
    data = valid_data(listed, "enterprise:甲厂", task)
    data["evidence"] = [foreign]
    answer = Caller(app, listed, "enterprise:甲厂").post(f"/tasks/{task.id}/complete", {"data": data})
    assert answer.status_code == 422
    assert pointers(answer) == ["/evidence/0"]


def test_a_completed_task_cannot_be_completed_again(app: Flask, listed: World) -> None:
    task = disclosure(listed)
    data = valid_data(listed, "enterprise:甲厂", task)
    caller = Caller(app, listed, "enterprise:甲厂")
    assert caller.post(f"/tasks/{task.id}/complete", {"data": data}).status_code == 200
    again = caller.post(f"/tasks/{task.id}/complete", {"data": data})
    assert again.status_code == 409
    assert "办结" in again.get_json()["detail"]


def test_a_stale_revision_is_refused(app: Flask, listed: World) -> None:
    task = disclosure(listed)
    data = valid_data(listed, "enterprise:甲厂", task)
    answer = Caller(app, listed, "enterprise:甲厂").post(f"/tasks/{task.id}/complete", {"data": data, "revision": task.revision - 1})
    assert answer.status_code == 409
    pointers(answer)


def test_seeing_a_task_is_not_doing_it(app: Flask, listed: World) -> None:
    task = disclosure(listed)
    caller = Caller(app, listed, "county-env")
    for act, body in (
        ("complete", {"data": {}}),
        ("return", {"reason": "不符"}),
        ("claim", {}),
        ("claim", {"release": True}),
        ("transfer", {"to": 1}),
    ):
        answer = caller.post(f"/tasks/{task.id}/{act}", body)
        assert answer.status_code == 403, (act, answer.get_data(as_text=True))


def test_returning_needs_a_reason(app: Flask, world: World, review: Task) -> None:
    caller = Caller(app, world, "city-env")
    refused = caller.post(f"/tasks/{review.id}/return", {"data": {}})
    assert refused.status_code == 422
    assert pointers(refused) == ["/reason"]
    data = valid_data(world, "city-env", review, decision="return")
    done = caller.post(f"/tasks/{review.id}/return", {"reason": "请核对第三家", "data": data, "revision": review.revision})
    assert done.status_code == 200, done.get_data(as_text=True)
    assert done.get_json()["decision"] == "return"


def test_a_step_without_return_says_so(app: Flask, listed: World) -> None:
    answer = Caller(app, listed, "enterprise:甲厂").post(f"/tasks/{disclosure(listed).id}/return", {"reason": "不想办"})
    assert answer.status_code == 422
    assert "退回" in answer.get_json()["detail"]


def test_claiming_twice_keeps_the_task_and_release_gives_it_back(app: Flask, world: World, review: Task) -> None:
    caller = Caller(app, world, "city-env")
    colleague(world, "city-env", "city-env-b")
    other = Caller(app, world, "city-env-b")
    mine = world.users["city-env"]
    assert caller.post(f"/tasks/{review.id}/claim").get_json()["assignee"] == mine
    assert caller.post(f"/tasks/{review.id}/claim").get_json()["assignee"] == mine
    assert other.post(f"/tasks/{review.id}/claim").status_code == 403
    assert other.get("/tasks?mine=1").get_json() == []
    assert caller.post(f"/tasks/{review.id}/claim", {"release": True}).get_json()["assignee"] is None
    assert [row["id"] for row in other.get("/tasks?mine=1").get_json()] == [review.id]


@pytest.mark.parametrize("act", ["transfer", "delegate"])
def test_handing_a_task_to_a_colleague(app: Flask, world: World, review: Task, act: str) -> None:
    to = colleague(world, "city-env", "city-env-b")
    caller = Caller(app, world, "city-env")
    assert caller.get(f"/tasks/{review.id}").get_json()["colleagues"] == [{"id": to, "name": "city-env-b"}]
    for nobody in (99_999, 522.0, 1e300, "nobody", "county-env", world.users["county-env"], "city-env"):
        refused = caller.post(f"/tasks/{review.id}/{act}", {"to": nobody})
        assert refused.status_code == 422
        assert pointers(refused) == ["/to"]
    assert caller.post(f"/tasks/{review.id}/{act}", {"to": "city-env-b", "reason": "出差"}).get_json()["assignee"] == to
    assert caller.post(f"/tasks/{review.id}/{act}", {"to": to}).status_code == 403


def test_urging_once_a_day(app: Flask, listed: World) -> None:
    caller = Caller(app, listed, "county-env")
    path = f"/tasks/{disclosure(listed).id}/urge"
    assert caller.post(path, {"message": "请尽快公开"}).status_code == 200
    assert caller.post(path).status_code == 422
    listed.clock.move(days=1)
    assert caller.post(path).status_code == 200


def test_withdrawing_what_nobody_acted_on(app: Flask, world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, ["甲厂"], ["1"])
    done = world.do_step("county-env", case.id, ".s1")
    assert Caller(app, world, "city-env").post(f"/tasks/{done.id}/withdraw").status_code == 403
    answer = Caller(app, world, "county-env").post(f"/tasks/{done.id}/withdraw")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["status"] == "open"


@pytest.mark.parametrize("who", ["enterprise:乙厂", "county-env2", "consultant"])
def test_a_task_out_of_sight_is_not_there(app: Flask, listed: World, who: str) -> None:
    from tests.web.test_api_access import add_consultant

    add_consultant(listed)
    task = disclosure(listed)
    caller = Caller(app, listed, who)
    assert caller.get(f"/tasks/{task.id}").status_code == 404
    for act in ("claim", "complete", "return", "transfer", "delegate", "withdraw", "urge"):
        body = {"complete": {"data": {}}, "return": {"reason": "x"}, "transfer": {"to": 1}, "delegate": {"to": 1}}.get(act, {})
        answer = caller.post(f"/tasks/{task.id}/{act}", body)
        assert answer.status_code == 404, act
        pointers(answer)
