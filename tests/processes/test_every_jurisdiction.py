"""What holds for every place: each scenario as it was worked out, each end reached, each step carried by whom the text names, each view readable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import coverage
from app.law.catalogue import catalogue
from app.law.labels import ACTOR_LABELS
from tests.processes.jurisdictions import FOLDER, LIBRARY, PLACES, Place, played
from tests.simulation.expected import expected_in, lines_of

EACH_PLACE = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.slug)
KEYS = sorted(LIBRARY.diagrams)
WIDEST = 2400
"""Pixels at which a drawing is still read on an office's screen of 1,366 pixels."""


# -- scenarios ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [p for place in PLACES for p in place.scenarios], ids=lambda p: p.relative_to(FOLDER).with_suffix("").as_posix()
)
def test_a_scenario_happens_as_it_was_worked_out(path: Path) -> None:
    result = played(path)
    assert lines_of(result.events) == expected_in(path.with_suffix(".expected"))
    assert (result.exit_status, result.faults, result.unused) == (0, [], [])


def test_every_expectation_belongs_to_a_scenario_and_every_scenario_to_a_place() -> None:
    scenarios = {path.with_suffix("") for place in PLACES for path in place.scenarios}
    assert {path.with_suffix("") for path in FOLDER.rglob("*.expected")} == scenarios
    assert {path.with_suffix("") for path in FOLDER.rglob("*.yaml")} == scenarios


def started(place: Place) -> Iterator[str]:
    """Processes that begin a case, by themselves or in a scenario; what only runs inside others is gone through there."""
    begun = {e.process for path in place.scenarios for e in played(path).events if e.event == "case_started"}
    return (key for key in place.keys if LIBRARY.process(key).properties.get("starts", "called") != "called" or key in begun)


@EACH_PLACE
def test_every_end_of_a_process_has_a_scenario(place: Place) -> None:
    reached = {(e.process, e.name) for path in place.scenarios for e in played(path).events if e.event == "case_ended"}
    unseen = {
        key: ends
        for key in started(place)
        if (
            ends := {
                e.name
                for e in LIBRARY.process(key).elements.values()
                if e.tag == "endEvent" and e.scope is None and (key, e.name) not in reached
            }
        )
    }
    assert unseen == place.ends_unseen


# -- the law ------------------------------------------------------------------------------------------------------------------


@EACH_PLACE
def test_every_step_is_carried(place: Place) -> None:
    assert place.steps
    assert set(place.steps) - place.carried == set()


@EACH_PLACE
def test_every_time_limit_is_the_one_of_the_text_or_explained(place: Place) -> None:
    found = next(one for one in coverage.of_library(LIBRARY) if one.jurisdiction.slug == place.slug)
    assert (found.disagreements, found.unknown) == ((), ())
    assert [step.id for step in found.without_limit if step.id in place.steps] == []


@EACH_PLACE
def test_every_step_is_done_by_whom_the_text_names(place: Place) -> None:
    given = [facts for e in place.elements for facts in ((e.properties, *e.parts.values()) if e.is_human else e.parts.values())]
    named = {(s, f["actor"]) for f in given if f.get("actor") in ACTOR_LABELS for s in f.get("basis", "").split() if s in place.steps}
    assert {(s, actor) for s, actor in named if (step := catalogue().step(s)) and actor not in (step.actor, *step.partners)} == set(
        place.others
    )


# -- the drawings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_view_has_at_most_25_elements(key: str) -> None:
    elements = LIBRARY.process(key).elements.values()
    for scope in {element.scope for element in elements}:
        assert len([e for e in elements if e.scope == scope]) <= 25


@pytest.mark.parametrize("key", KEYS)
def test_a_view_is_narrow_enough_to_be_read(key: str) -> None:
    tree = LIBRARY.diagrams[key].tree
    shapes = [(float(b.get("x")), float(b.get("width"))) for b in tree.iterfind(".//{*}BPMNShape/{*}Bounds")]
    ways = [float(point.get("x")) for point in tree.iterfind(".//{*}waypoint")]
    assert max(*(x + width for x, width in shapes), *ways) - min(*(x for x, _ in shapes), *ways) <= WIDEST
