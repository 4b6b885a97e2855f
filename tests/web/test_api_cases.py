"""Cases over the API: who starts what where, lists and what happened."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.model import Case
from tests.support.world import OTHER_COUNTY, World, uscc_of
from tests.web.api_support import Caller, pointers

PENALTY: dict[str, Any] = {"process": "shandong.penalty", "region": "370102", "data": {"grounds": ["1"], "violation": "disclosure"}}


@pytest.fixture
def listed(app: Flask, world: World) -> World:
    world.publish(names_env=["甲厂", "乙厂"], names_coord=["丙厂"])
    return world


def test_starting_a_case(app: Flask, listed: World) -> None:
    caller = Caller(app, listed, "county-env")
    answer = caller.post("/cases", {**PENALTY, "enterprise": uscc_of("甲厂")})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.get_json()
    assert set(made) == {"id", "number"}
    assert made["number"] == f"QC2027-{made['id']:06d}"
    assert answer.headers["Location"] == f"/api/v1/cases/{made['id']}"
    case = caller.get(f"/cases/{made['id']}").get_json()
    assert case["enterprise"] == {"uscc": uscc_of("甲厂"), "name": "甲厂"}
    assert [task["actor"] for task in case["tasks"]] == ["county_environment"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"process": "shandong.nothing"}, "/process"),
        ({"process": "shandong.mandatory_audit"}, "/process"),
        ({"process": "x'; --"}, "/process"),
        ({"process": 5}, "/process"),
        ({"region": "370199"}, "/region"),
        ({"region": "jinan"}, "/region"),
        ({"region": OTHER_COUNTY}, "/region"),
        ({"enterprise": "91370102MA3C0L6X0A"}, "/enterprise"),
        ({"enterprise": uscc_of("谁也不认识")}, "/enterprise"),
        ({"enterprise": ""}, "/enterprise"),
        ({"data": []}, "/data"),
        ({"data": {"grounds": 5}}, "/data"),
        ({"data": {f"a{i}": i for i in range(60)}}, "/data"),
        ({"data": {"region": "110101"}}, "/data/region"),
        ({"data": {"levels": []}}, "/data/levels"),
        ({"data": {"_callers": []}}, "/data/_callers"),
        ({"data": {"today": "2020-01-01"}}, "/data/today"),
        ({"data": {"__class__": 1}}, "/data/__class__"),
    ],
)
def test_what_cannot_start_a_case_is_named_and_starts_none(app: Flask, listed: World, change: dict[str, Any], pointer: str) -> None:
    caller = Caller(app, listed, "county-env")
    before = len(caller.get("/cases").get_json())
    answer = caller.post("/cases", {**PENALTY, "enterprise": uscc_of("甲厂"), **change})
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert pointers(answer) == [pointer]
    assert len(caller.get("/cases").get_json()) == before


def test_an_enterprise_elsewhere_looks_unknown(app: Flask, listed: World) -> None:
    answer = Caller(app, listed, "county-env2").post("/cases", {**PENALTY, "region": OTHER_COUNTY, "enterprise": uscc_of("甲厂")})
    assert answer.status_code == 422
    assert pointers(answer) == ["/enterprise"]


def test_only_the_authority_that_the_process_names_starts_it(app: Flask, listed: World) -> None:
    for who in ("city-env", "province-env", "enterprise:甲厂", "admin"):
        answer = Caller(app, listed, who).post("/cases", {**PENALTY, "enterprise": uscc_of("甲厂")})
        assert answer.status_code == 403, who
    assert Caller(app, listed, "county-coord").post("/cases", {**PENALTY, "enterprise": uscc_of("丙厂")}).status_code == 201


def test_an_expired_regulation_starts_no_case(app: Flask, listed: World) -> None:
    from app.model import Definition

    with listed.transaction() as session:
        session.query(Definition).update({"extension_note": None})
    answer = Caller(app, listed, "county-env").post("/cases", {**PENALTY, "enterprise": uscc_of("甲厂")})
    assert answer.status_code == 422
    assert pointers(answer) == ["/process"]


def numbers(caller: Caller, query: str) -> list[str]:
    answer = caller.get(f"/cases?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [case["number"] for case in answer.get_json()]


def test_searching_cases(app: Flask, listed: World) -> None:
    caller = Caller(app, listed, "county-env")
    case: Case = listed.case_of("shandong.mandatory_audit", "甲厂")
    for words in ("甲厂", uscc_of("甲厂"), uscc_of("甲厂").lower(), case.number):
        assert numbers(caller, f"q={words}&process=shandong.mandatory_audit") == [case.number], words
    assert numbers(caller, "q=%25") == []
    assert numbers(caller, "q=没有这家") == []
    assert len(numbers(caller, "process=shandong.mandatory_audit")) == 3
    assert numbers(caller, "process=shandong.mandatory_audit&region=370103") == []
    assert len(numbers(caller, "process=shandong.mandatory_audit&region=370000")) == 3
    assert numbers(caller, "process=shandong.mandatory_audit&status=ended") == []


@pytest.mark.parametrize("query", ["status=running", "region=1", "q=%00", "cursor=x", "limit=x", f"q={'长' * 101}"])
def test_a_wrong_filter_is_named(app: Flask, world: World, query: str) -> None:
    answer = Caller(app, world, "county-env").get(f"/cases?{query}")
    assert answer.status_code == 422
    assert pointers(answer) == [f"/{query.partition('=')[0]}"]


def test_cases_come_in_pages_newest_first(app: Flask, listed: World) -> None:
    caller = Caller(app, listed, "province-env")
    everything = [case["id"] for case in caller.get("/cases").get_json()]
    assert everything == sorted(everything, reverse=True)
    first = caller.get("/cases?limit=2")
    second = caller.get(f"/cases?limit=200&cursor={first.headers['X-Next-Cursor']}")
    assert [case["id"] for case in first.get_json() + second.get_json()] == everything
    assert "Link" not in second.headers


def test_each_sees_their_own_cases(app: Flask, listed: World) -> None:
    assert {case["title"][:2] for case in Caller(app, listed, "enterprise:甲厂").get("/cases").get_json()} == {"甲厂"}
    assert Caller(app, listed, "county-env2").get("/cases").get_json() == []
    case = listed.case_of("shandong.mandatory_audit", "甲厂")
    for who in ("enterprise:乙厂", "county-env2", "county-coord2"):
        for path in (f"/cases/{case.id}", f"/cases/{case.id}/events"):
            assert Caller(app, listed, who).get(path).status_code == 404


def test_events_say_what_happened_and_keep_names_inside(app: Flask, listed: World) -> None:
    case = listed.case_of("shandong.mandatory_audit", "甲厂")
    listed.do_step("enterprise:甲厂", case.id, "disclosure.s1")
    supervision = listed.open_tasks(case.id, name="环保部门监督督促")[0]
    listed.do("county-env", supervision, opinion="内部意见")
    inside = Caller(app, listed, "county-env").get(f"/cases/{case.id}/events?limit=200").get_json()
    outside = Caller(app, listed, "enterprise:甲厂").get(f"/cases/{case.id}/events?limit=200").get_json()
    assert inside[0]["event"] == "case_started"
    assert {"id", "at", "event", "element", "basis", "name", "actor", "org", "detail"} <= set(inside[0])
    done = {e["task"]: e for e in inside if e["event"] == "task_completed"}
    seen = {e["task"]: e for e in outside if e["event"] == "task_completed"}
    assert done[supervision.id]["actor"] == "county-env"
    assert seen[supervision.id]["actor"] is None
    assert "内部意见" not in str(outside)
    first = Caller(app, listed, "county-env").get(f"/cases/{case.id}/events?limit=3")
    rest = Caller(app, listed, "county-env").get(f"/cases/{case.id}/events?limit=200&cursor={first.headers['X-Next-Cursor']}")
    assert first.get_json() + rest.get_json() == inside
