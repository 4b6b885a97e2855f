"""The description of the API says what the API does: valid OpenAPI 3.1, every route, and answers as described for whatever is sent."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import checks

from tests.support.world import World
from tests.web.api_support import API, Caller, token

EXAMPLES = 12
"""Requests of each kind for each operation: enough to find what is not described, few enough for every run."""

OPERATIONS = [
    (method, path)
    for path, methods in {
        "/processes": "get post",
        "/processes/{key}/versions/{n}/deploy": "post",
        "/cases": "get post",
        "/cases/{id}": "get",
        "/cases/{id}/events": "get",
        "/tasks": "get",
        "/tasks/{id}": "get",
        "/tasks/{id}/claim": "post",
        "/tasks/{id}/complete": "post",
        "/tasks/{id}/return": "post",
        "/tasks/{id}/transfer": "post",
        "/tasks/{id}/delegate": "post",
        "/tasks/{id}/withdraw": "post",
        "/tasks/{id}/urge": "post",
        "/files": "post",
        "/files/{id}": "get",
    }.items()
    for method in methods.split()
]


def test_it_is_open_to_all_and_names_every_route(app: Flask) -> None:
    answer = app.test_client().get(f"{API}/openapi.json")
    assert answer.status_code == 200
    document = answer.get_json()
    assert document["openapi"] == "3.1.0"
    described = {(method, path) for path, item in document["paths"].items() for method in item if method in ("get", "post")}
    assert described == set(OPERATIONS)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_answer_of_a_real_case_is_as_described(app: Flask, world: World) -> None:
    world.publish(names_env=["甲厂"])
    document = app.test_client().get(f"{API}/openapi.json").get_json()
    caller = Caller(app, world, "enterprise:甲厂")
    case = world.case_of("shandong.mandatory_audit", "甲厂").id
    task = caller.get("/tasks?mine=1").get_json()[0]["id"]
    for path, name in ((f"/cases/{case}", "CaseDetail"), (f"/tasks/{task}", "TaskDetail")):
        check(document, name, caller.get(path).get_json())
    for path, name in (("/cases", "Case"), (f"/cases/{case}/events", "Event"), ("/tasks", "Task"), ("/processes", "Process")):
        rows = caller.get(path).get_json()
        assert rows
        for row in rows:
            check(document, name, row)
    check(document, "TaskState", caller.post(f"/tasks/{task}/claim").get_json())
    check(document, "Problem", caller.get("/cases/999").get_json())


def check(document: dict[str, Any], name: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(value)
    described = set(document["components"]["schemas"][name]["properties"])
    assert set(value) <= described, set(value) - described


@pytest.mark.parametrize("who", ["county-env", "admin"])
def test_whatever_is_sent_the_answer_is_as_described(app: Flask, world: World, who: str) -> None:
    world.publish(names_env=["甲厂"])
    case = world.case_of("shandong.mandatory_audit", "甲厂").id
    task = next(t for t in world.open_tasks(case) if t.actor == "county_environment").id
    upload = Caller(app, world, who).upload().get_json()["id"]
    ids = {"/cases": case, "/tasks": task, "/files": upload}
    headers = {"Authorization": f"Bearer {token(app, world, who)}"}
    description = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)
    seen = []
    for result in description.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        seen.append((operation.method, operation.path))
        real = next((value for start, value in ids.items() if operation.path.startswith(start + "/{id}")), None)
        _try(operation, headers, {"id": real} if real else None)
    assert sorted(seen) == sorted(OPERATIONS)


def _try(operation: Any, headers: dict[str, str], path: dict[str, int] | None) -> None:
    """Sends what fits the description and what does not, to things that are there and to things that are not."""
    modes = schemathesis.GenerationMode
    kinds = [operation.as_strategy(generation_mode=mode) for mode in (modes.POSITIVE, modes.NEGATIVE)]
    if path:
        kinds += [operation.as_strategy(generation_mode=mode, path_parameters=path) for mode in (modes.POSITIVE, modes.NEGATIVE)]
    cases = st.one_of(kinds)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases)
    def run(case: Any) -> None:
        # What fits the description may still name things that do not exist.
        case.call_and_validate(headers=headers, excluded_checks=[checks.positive_data_acceptance])

    run()
