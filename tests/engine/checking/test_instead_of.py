"""Which national processes a province's process may say that it stands instead of."""

from __future__ import annotations

from tests.engine.checking.examples import PATH, problems_of
from tests.support.diagrams import bpmn, end, path, start, user

BODY = start() + user("U", actor="county_environment") + end() + path("S", "U", "E")


def codes(instead_of: str, jurisdiction: str = "shandong") -> set[str]:
    files = {
        PATH: bpmn("t.main", BODY, jurisdiction=jurisdiction, instead_of=instead_of),
        "processes/t/national.bpmn": bpmn("t.national", BODY, jurisdiction="national"),
        "processes/t/other.bpmn": bpmn("t.other", BODY, jurisdiction="liaoning"),
    }
    return {problem.code for problem in problems_of(files) if problem.file == PATH} & {"bad-property", "missing-process"}


def test_a_national_process_may_be_named() -> None:
    assert codes("t.national") == set()


def test_one_that_does_not_exist_is_missing() -> None:
    assert codes("t.national t.nowhere") == {"missing-process"}


def test_only_the_nation_s_processes_are_stood_in_for_and_not_by_the_nation_itself() -> None:
    assert codes("t.other") == {"bad-property"}
    assert codes("t.national", jurisdiction="national") == {"bad-property"}
