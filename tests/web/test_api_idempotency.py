"""A repeated POST gives the first answer again and acts once, also when both come at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.cases import idempotency
from app.cases.errors import CaseError
from app.cases.idempotency import Answer, KeyReused
from app.config import Settings
from app.model import Document, Event, IdempotencyKey, User
from app.model.session import Database
from app.runtime import Runtime
from tests.support.world import World
from tests.web.api_support import Caller, pointers, valid_data


def count(world: World, what: Any, *where: Any) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(what).where(*where)) or 0


def test_the_first_answer_is_given_again(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    first, second = caller.upload(key="a-1"), caller.upload(key="a-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(world, Document) == 1
    assert caller.upload(key="a-2").get_json() != first.get_json()


def test_a_completion_is_repeated_in_the_same_words(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂")
    task = world.step(case.id, "disclosure.s1")
    body = {"data": valid_data(world, "enterprise:甲厂", task), "revision": task.revision}
    caller = Caller(app, world, "enterprise:甲厂")
    first = caller.post(f"/tasks/{task.id}/complete", body, key="k")
    world.clock.move(days=3)
    again = caller.post(f"/tasks/{task.id}/complete", dict(reversed(body.items())), key="k")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert count(world, Event, Event.kind == "task_completed", Event.task_id == task.id) == 1


def test_a_refusal_is_repeated_too(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    task = world.step(world.case_of("shandong.mandatory_audit", "甲厂").id, "disclosure.s1")
    caller = Caller(app, world, "county-env")
    path = f"/tasks/{task.id}/urge"
    assert caller.post(path, {}, key="k1").status_code == 200
    first = caller.post(path, {}, key="k2")
    world.clock.move(days=2)
    again = caller.post(path, {}, key="k2")
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.get_json() == again.get_json()
    assert again.content_type == "application/problem+json"
    assert caller.post(path, {}, key="k3").status_code == 200


def test_a_key_serves_one_request_of_one_caller(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    assert caller.upload(key="k").status_code == 201
    other_body = caller.upload(b"%PDF-1.7\n", key="k")
    other_name = caller.upload(name="b.pdf", key="k")
    other_call = caller.post("/tasks/1/urge", {}, key="k")
    for answer in (other_body, other_name, other_call):
        assert answer.status_code == 422
        assert "Idempotency-Key" in answer.get_json()["detail"]
    assert Caller(app, world, "city-env").upload(key="k").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "k" * 101, "钥匙", "a\tb"])
def test_keys_that_are_none(app: Flask, world: World, key: str) -> None:
    answer = Caller(app, world, "county-env").post(
        "/cases", {"process": "x", "region": "370102"}, headers={"Idempotency-Key": key.encode().decode("latin-1")}
    )
    assert answer.status_code == 400
    pointers(answer)
    assert count(world, IdempotencyKey) == 0


def test_the_longest_key_is_kept(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    assert caller.upload(key="k" * 100).get_json() == caller.upload(key="k" * 100).get_json()


def test_what_is_no_request_keeps_no_key(app: Flask, world: World) -> None:
    caller = Caller(app, world, "county-env")
    assert caller.post("/cases", data=b"{", content_type="application/json", key="k").status_code == 400
    assert caller.upload(key="k").status_code == 201


# -- at the same time, on both databases -------------------------------------------------------------------------------


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Runs functions in threads that begin together."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int) -> None:
        gate.wait()
        found[index] = acts[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.fixture
def user_id(database: Database) -> int:
    with database.transaction() as session:
        user = User(username="u", name="u", password_hash="x")
        session.add(user)
        session.flush()
        return user.id


def test_two_at_once_act_once(database: Database, user_id: int) -> None:
    acted: list[int] = []
    started = threading.Event()

    def act(number: int) -> Answer:
        acted.append(number)
        started.wait(0.3)  # long enough for the other to come
        return Answer(201, {"number": number})

    def request(number: int) -> Answer:
        with database.transaction() as session:
            return idempotency.once(session, user_id, "k", "same", lambda: act(number))

    answers = at_once([lambda number=number: request(number) for number in range(4)])  # type: ignore[misc]
    assert len(acted) == 1
    assert {answer.body["number"] for answer in answers} == {acted[0]}
    assert sorted(answer.repeated for answer in answers) == [False, True, True, True]


def test_when_the_first_fails_the_second_acts(database: Database, user_id: int) -> None:
    entered = threading.Event()

    def failing() -> str:
        try:
            with database.transaction() as session:
                idempotency.once(session, user_id, "k", "same", fail)
        except CaseError:
            return "refused"
        return "done"

    def fail() -> Answer:
        entered.set()
        threading.Event().wait(0.2)
        raise CaseError("不行")

    def acting() -> str:
        entered.wait(5)
        with database.transaction() as session:
            return str(idempotency.once(session, user_id, "k", "same", lambda: Answer(200, {"by": "second"})).body["by"])

    assert at_once([failing, acting]) == ["refused", "second"]


def test_another_request_under_the_key_is_refused(database: Database, user_id: int) -> None:
    with database.transaction() as session:
        idempotency.once(session, user_id, "k", "one", lambda: Answer(200, {}))
    with pytest.raises(KeyReused), database.transaction() as session:
        idempotency.once(session, user_id, "k", "two", lambda: Answer(200, {}))


def test_two_calls_at_once_start_one_case(world: World, settings: Settings) -> None:
    """Over HTTP, on both databases."""
    from dataclasses import replace

    from app import clock
    from app.model import Case
    from app.web.application import create_app
    from tests.support.world import uscc_of

    world.publish(names_env=["甲厂"])
    url = world.runtime.database.engine.url.render_as_string(hide_password=False)
    app = create_app(replace(settings, database_url=url.replace("postgresql+psycopg://", "postgresql://")))
    body = {"process": "shandong.penalty", "region": "370102", "enterprise": uscc_of("甲厂"), "data": {"grounds": ["1"]}}
    callers = [Caller(app, world, "county-env") for _ in range(3)]
    now = clock.now()

    def call(caller: Caller) -> Any:
        with clock.at(now):
            return caller.post("/cases", body, key="k")

    answers = at_once([lambda caller=caller: call(caller) for caller in callers])  # type: ignore[misc]
    assert [a.status_code for a in answers] == [201, 201, 201], [a.get_data(as_text=True) for a in answers]
    assert len({a.get_json()["id"] for a in answers}) == 1
    assert count(world, Case, Case.process_key == "shandong.penalty") == 1
    runtime: Runtime = app.extensions["runtime"]
    runtime.database.engine.dispose()


def test_two_completions_at_once_complete_once(world: World, settings: Settings) -> None:
    """Without a key the second is told that it came too late."""
    from dataclasses import replace

    from app import clock
    from app.web.application import create_app

    world.publish(names_env=["甲厂"])
    task = world.step(world.case_of("shandong.mandatory_audit", "甲厂").id, "disclosure.s1")
    body = {"data": valid_data(world, "enterprise:甲厂", task)}
    url = world.runtime.database.engine.url.render_as_string(hide_password=False)
    app = create_app(replace(settings, database_url=url.replace("postgresql+psycopg://", "postgresql://")))
    callers = [Caller(app, world, "enterprise:甲厂") for _ in range(2)]
    now = clock.now()

    def call(caller: Caller) -> Any:
        with clock.at(now):
            return caller.post(f"/tasks/{task.id}/complete", body)

    answers = at_once([lambda caller=caller: call(caller) for caller in callers])  # type: ignore[misc]
    assert sorted(a.status_code for a in answers) == [200, 409], [a.get_data(as_text=True) for a in answers]
    assert count(world, Event, Event.kind == "task_completed", Event.task_id == task.id) == 1
    runtime: Runtime = app.extensions["runtime"]
    runtime.database.engine.dispose()
