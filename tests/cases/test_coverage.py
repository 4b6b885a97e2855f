"""Coverage by what is deployed: the versions that a case starting today takes, and no drafts."""

from __future__ import annotations

import datetime as dt

from app.cases import coverage, library
from app.config import ROOT
from app.law.coverage import JurisdictionCoverage
from app.model import Definition
from tests.support.world import World

DIAGRAM = "processes/shandong/rectification.bpmn"
LIMIT = "months(6, since=rectification_ordered_on)"


def changed(limit: str) -> dict[str, bytes]:
    body = (ROOT / DIAGRAM).read_text()
    assert LIMIT in body
    return {DIAGRAM: body.replace(LIMIT, limit).encode()}


def shandong(world: World) -> JurisdictionCoverage:
    with world.session() as session:
        return next(one for one in coverage.of_deployed(session) if one.jurisdiction.slug == "shandong")


def deploy(world: World, files: dict[str, bytes]) -> Definition:
    with world.transaction() as session:
        (draft,) = library.add_draft(session, files).drafts
        return library.deploy(session, draft.key, draft.version)


def wrong(found: JurisdictionCoverage) -> set[str]:
    return {one.facts.element for one in found.disagreements}


def test_the_deployed_library_is_covered_as_the_folder_is(world: World) -> None:
    folder = {one.jurisdiction.slug: one for one in coverage.of_library(library.read_folder(ROOT))}
    found = shandong(world)
    assert [step.id for step in found.carried] == [step.id for step in folder["shandong"].carried]
    assert found.carried


def test_the_library_names_no_unknown_step_and_departs_from_no_limit_without_saying_why() -> None:
    for one in coverage.of_library(library.read_folder(ROOT)):
        assert one.unknown == ()
        assert one.disagreements == ()
        assert one.without_limit == ()


def test_a_draft_does_not_count(world: World) -> None:
    with world.transaction() as session:
        library.add_draft(session, changed("months(5, since=rectification_ordered_on)"))
    assert wrong(shandong(world)) == set()


def test_the_newest_deployed_version_counts_with_its_number(world: World) -> None:
    deploy(world, changed("months(5, since=rectification_ordered_on)"))
    found = shandong(world)
    assert "Activity_Rectify" in wrong(found)
    assert {one.facts.version for one in found.disagreements} == {2}


def test_a_version_that_is_not_yet_in_force_does_not_count(world: World) -> None:
    deployed = deploy(world, changed("months(5, since=rectification_ordered_on)"))
    with world.transaction() as session:
        session.get_one(Definition, deployed.id).in_force_from = dt.date(2099, 1, 1)
    assert wrong(shandong(world)) == set()


def test_nothing_deployed_is_told_from_something(world: World) -> None:
    with world.transaction() as session:
        assert coverage.has_deployed(session)
        for definition in session.query(Definition):
            definition.status = "retired"
    with world.session() as session:
        assert not coverage.has_deployed(session)
        assert all(not one.carried for one in coverage.of_deployed(session))
