"""Experts in a simulation: drawn from the pool that the scenario gives, the same ones each time."""

from __future__ import annotations

from typing import Any

import pytest

from app.simulation import simulate
from app.simulation.errors import ScenarioError
from tests.support import diagrams

REVIEW = diagrams.bpmn(
    "beijing.review",
    diagrams.start()
    + diagrams.service("Draw", "draw_experts", wanted='{"环保": 1, "能源": 1}')
    + diagrams.xor("Drawn", default="Drawn_Wait")
    + diagrams.user("Wait", "增补专家库", actor="support_body", basis="bj-expert-2007.selection.s1")
    + diagrams.user("Meet", "召开评审会", actor="support_body", basis="bj-expert-2007.selection.s5")
    + diagrams.end()
    + diagrams.path("S", "Draw", "Drawn")
    + diagrams.flow("Drawn", "Meet", "experts_drawn")
    + diagrams.flow("Drawn", "Wait")
    + diagrams.path("Wait", "Draw")
    + diagrams.path("Meet", "E"),
    starts="service",
    jurisdiction="beijing",
)


def played(**more: Any) -> list[tuple[str, str, Any]]:
    scenario = {"process": "beijing.review", "start": "2027-01-11", "region": "110101", "until": "2027-03-01", **more}
    run = simulate(scenario, files={"processes/beijing/review.bpmn": REVIEW})
    return [(e.event, e.name, e.detail.get("drawn")) for e in run.events if e.event in ("record_changed", "task_created", "case_ended")]


def test_experts_are_drawn_from_the_scenarios_pool_and_the_same_ones_again() -> None:
    told = played(experts={"环保": 5, "能源": 5})
    assert [event for event, _, _ in told] == ["record_changed", "task_created", "case_ended"]
    assert told[0][1] == "抽取 2 名专家"
    assert len(told[0][2]) == 2
    assert played(experts={"环保": 5, "能源": 5}) == told


def test_without_a_pool_the_case_waits() -> None:
    told = played(delays={"bj-expert-2007.selection.s1": "never"})
    assert [name for _, name, _ in told] == ["增补专家库"]


@pytest.mark.parametrize("experts", ["环保", ["环保"], {"环保": 0}, {"环保": "两名"}, {"环保": 1000}])
def test_a_pool_that_is_none_is_a_mistake_of_the_scenario(experts: Any) -> None:
    with pytest.raises(ScenarioError, match="experts 应为各类专家的人数"):
        played(experts=experts)
