"""Time limits held against the texts: a hint where they differ, at the element that an administrator can change."""

from __future__ import annotations

import json

import pytest

from app.engine.errors import Problem
from tests.engine.checking.examples import check, problems_of
from tests.support.diagrams import bpmn, call, end, path, start, user

HALF_YEARLY = "bj-fund-2007.reporting.s1"  # within six months of receiving the money
WITHOUT_LIMIT = "cn-law-2002.penalty-audit.s2"


def one(**values: str) -> list[Problem]:
    return check(start() + user("U", "报送", **values) + end() + path("S", "U", "E"))


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("months(3, since=fund_received_on)", "期限与条文不同（长短）：图上是资金到账起 3 个月内，"),
        ("days(6, since=fund_received_on)", "期限与条文不同（单位）：图上是资金到账起 6 日内，"),
        ("months(6, since=accepted_on)", "期限与条文不同（起算点）"),
    ],
)
def test_a_limit_that_is_not_the_articles_is_a_hint_that_names_both(due: str, told: str) -> None:
    (hint,) = one(basis=HALF_YEARLY, due=due)
    assert (hint.element, hint.code, hint.severity) == ("U", "limit-differs", "warning")
    assert hint.message.startswith(told)
    assert "资金到账起 6 个月内" in hint.message


def test_a_limit_where_the_article_has_none_is_a_hint() -> None:
    (hint,) = one(basis=WITHOUT_LIMIT, due="days(10, since=ordered_on)")
    assert "依据的条文没有规定期限" in hint.message


@pytest.mark.parametrize(
    "due", ["months(6, since=fund_received_on)", "months(6, since=get('fund_received_on'))", " months(6,\n since=fund_received_on)\t"]
)
def test_the_articles_own_limit_is_nothing_to_speak_of(due: str) -> None:
    assert one(basis=HALF_YEARLY, due=due) == []


def test_a_limit_that_is_explained_is_nothing_to_speak_of() -> None:
    assert one(basis=HALF_YEARLY, due="months(3, since=fund_received_on)", reading="按协议书约定") == []


def test_a_limit_given_to_a_called_process_is_told_where_it_is_given() -> None:
    given = {"report": {"basis": HALF_YEARLY, "actor": "enterprise", "due": "months(3, since=fund_received_on)"}}
    child = start() + user("U", "报送", basis="{report}") + end() + path("S", "U", "E")
    (hint,) = check(start() + call("C", "t.child", parts=json.dumps(given)) + end() + path("S", "C", "E"), child=child)
    assert (hint.file, hint.element, hint.name, hint.code) == ("processes/t/main.bpmn", "C", "报送", "limit-differs")


def test_calls_in_more_ways_than_anybody_reads_are_refused() -> None:
    def twice(called: str, parts: dict[str, dict[str, str]]) -> str:
        text = json.dumps(parts)
        return start() + call("C1", called, parts=text) + call("C2", called, parts=text) + end() + path("S", "C1", "C2", "E")

    files = {"t.l13": start() + user("U", "报送", basis="{report}") + end() + path("S", "U", "E")}
    files |= {f"t.l{n}": twice(f"t.l{n + 1}", {"report": {"basis": "{report}"}}) for n in range(1, 13)}
    files |= {"t.l0": twice("t.l1", {"report": {"basis": HALF_YEARLY, "actor": "enterprise"}})}
    problems = problems_of({f"processes/{key}.bpmn": bpmn(key, body) for key, body in files.items()})
    assert ("processes/t.l0.bpmn", "too-many-calls") in [(problem.file, problem.code) for problem in problems]
