"""Every scenario happens as it was worked out by hand, and together they reach every outcome of every process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from app.cases import library
from app.config import ROOT
from app.simulation import Simulation, read_scenario, simulate
from tests.simulation.expected import expected_in, lines_of

FOLDER = ROOT / "tests/scenarios"
COVERED = ("shandong", "liaoning")
"""Jurisdictions all of whose outcomes have a scenario. Others have tests of their own in `tests/processes`."""
SCENARIOS = sorted(path for slug in COVERED for path in (FOLDER / slug).glob("*.yaml"))
LIBRARY = library.read_folder(ROOT)
PROCESSES = sorted(key for key in LIBRARY.diagrams if key.split(".")[0] in COVERED)
ON_THE_SIDE = {
    # What ends while the case goes on: it is told as the events that led there.
    "liaoning.audit": {"已立案"},
    "liaoning.disclosure": {"已立案", "已督办"},
    "liaoning.mandatory_audit": {"报备办结", "公布办结"},
    "liaoning.rearrangement": {"已依法处罚"},
    "liaoning.review": {"已交市处理"},
    "shandong.disclosure": {"已立案"},
    "shandong.execution": {"已立案（未启动）", "已立案（未报送）", "监督结束", "已转入下一轮"},
    "shandong.extension": {"环保线已转下一轮"},  # both lines: the one that is done last names the case
    "shandong.listing_coordinator": {"名单转入汇总发布"},
    "shandong.listing_env": {"名单转入汇总发布"},
    "shandong.mandatory_audit": {"信息公开办结"},
    "shandong.projects": {"不属奖补范围"},  # the other branch names the case
    "shandong.rectification": {"逾期已督办"},
}


@cache
def played(path: Path) -> Simulation:
    return simulate(read_scenario(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix())
def test_a_scenario_happens_as_it_was_worked_out(path: Path) -> None:
    result = played(path)
    assert lines_of(result.events) == expected_in(path.with_suffix(".expected"))
    assert (result.exit_status, result.faults, result.unused) == (0, [], [])


@pytest.mark.parametrize("key", PROCESSES)
def test_every_outcome_of_a_process_has_a_scenario(key: str) -> None:
    outcomes = {e.name for e in LIBRARY.process(key).elements.values() if e.tag == "endEvent" and e.scope is None}
    reached = {e.name for path in SCENARIOS for e in played(path).events if e.event == "case_ended" and e.process == key}
    assert outcomes - reached <= ON_THE_SIDE.get(key, set())


def test_every_expectation_belongs_to_a_scenario() -> None:
    expected = {path.with_suffix(".yaml") for slug in COVERED for path in (FOLDER / slug).glob("*.expected")}
    assert expected == set(SCENARIOS)
