"""What a process that begins with a list must say of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.checking.examples import PATH, problems_of
from tests.support.diagrams import bpmn, end, path, start, user

BODY = start() + user("U", actor="county_environment") + end() + path("S", "U", "E")
GROUNDS = '{"1": "第一类：超标排放"}'


def codes(**properties: Any) -> set[str]:
    files = {PATH: bpmn("t.main", BODY, starts="roster", starter="county_environment", **properties)}
    publishing = {"processes/t/publish.bpmn": bpmn("t.publish", BODY, starts="service")}
    return {problem.code for problem in problems_of({**files, **publishing}) if problem.file == PATH}


def test_a_list_with_grounds_and_a_process_that_publishes_it_is_complete() -> None:
    assert codes(grounds=GROUNDS, publication="t.publish").isdisjoint({"bad-property", "missing-process"})


def test_a_list_without_grounds_is_refused() -> None:
    assert "bad-property" in codes(publication="t.publish")


@pytest.mark.parametrize("grounds", ["{", "[]", "{}", '{"1": ""}', '{"1": 1}'])
def test_grounds_are_names_by_value(grounds: str) -> None:
    assert "bad-property" in codes(grounds=grounds, publication="t.publish")


@pytest.mark.parametrize("publication", ["", "t.nobody"])
def test_a_list_that_nobody_publishes_is_refused(publication: str) -> None:
    assert "missing-process" in codes(grounds=GROUNDS, publication=publication)
