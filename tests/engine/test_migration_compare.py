"""What is proposed for each place of the old version, and what is said to have changed."""

from __future__ import annotations

import json

from app.engine.definition import CompiledDefinition, compile_definition
from app.engine.migration.compare import Change, Found, Row, compare
from app.engine.migration.plan import Plan
from tests.engine.migration_support import MAIN, plan, version
from tests.support.diagrams import boundary, bpmn, call, end, parallel, path, script, start, sub, user


def row(*tasks: str) -> str:
    return start() + "".join(tasks) + end() + path("S", *(t.partition('id="')[2].partition('"')[0] for t in tasks), "E")


def rows(old: CompiledDefinition, new: CompiledDefinition, decided: Plan | None = None) -> dict[str, Row]:
    """The rows of the main diagram by old id; added ones by new id where no old place has it."""
    found = compare(old, new, decided).sections[0].rows
    added = {row.new.id: row for row in found if row.old is None and row.new is not None}
    return {**added, **{row.old.id: row for row in found if row.old is not None}}


def test_the_same_id_is_the_same_place() -> None:
    found = rows(version(row(user("A"))), version(row(user("A"))))
    assert found["A"].new is not None
    assert (found["A"].new.id, found["A"].changes, found["A"].found) == ("A", (), Found.ID)


def test_places_that_carry_out_the_same_legal_step_belong_together() -> None:
    old, new = (
        version(row(user("A", basis="p.s1"), user("B", basis="p.s2"))),
        version(row(user("X", basis="p.s2"), user("Y", basis="p.s1"))),
    )
    found = rows(old, new)
    assert found["A"].new is not None
    assert (found["A"].new.id, found["A"].found) == ("Y", Found.BASIS)


def test_places_of_the_same_name_belong_together() -> None:
    found = rows(version(row(user("A", "审核"), user("B", "审查"))), version(row(user("X", "审查"), user("Y", "审核"))))
    assert found["A"].new is not None
    assert (found["A"].new.id, found["A"].found) == ("Y", Found.NAME)


def test_two_places_of_the_same_name_are_not_told_apart_by_it() -> None:
    old = version(row(user("A", "审核"), user("B", "审核")))
    new = version(row(user("X", "审核"), user("M", "其他"), user("Y", "审核")))
    assert rows(old, new)["A"].found != Found.NAME


def test_a_place_between_the_same_neighbours_is_proposed() -> None:
    found = rows(version(row(user("P"), user("A", "旧"), user("Q"))), version(row(user("P"), user("X", "新"), user("Q"))))
    assert found["A"].new is not None
    assert (found["A"].new.id, found["A"].found) == ("X", Found.NEIGHBOURS)


def test_a_place_without_a_match_is_left_to_people() -> None:
    found = rows(version(row(user("A"), user("B"))), version(row(user("B"))))
    assert not found["A"].decided
    assert found["A"].changes == (Change.REMOVED,)


def test_what_only_the_new_version_has_is_listed() -> None:
    found = rows(version(row(user("A"))), version(row(user("A"), user("X"))))
    assert found["X"].old is None
    assert found["X"].changes == (Change.ADDED,)


def test_a_decision_overrides_the_proposal() -> None:
    old, new = version(row(user("A"), user("B"))), version(row(user("A"), user("B")))
    found = rows(old, new, plan({"A": "B"}))
    assert found["A"].new is not None
    assert found["A"].new.id == "B"


def test_a_decision_for_a_place_that_the_new_version_does_not_have_counts_as_none() -> None:
    old, new = version(row(user("A"))), version(row(user("A")))
    assert not rows(old, new, plan({"A": "nowhere"}))["A"].decided


def test_every_kind_of_change_of_a_task_is_named() -> None:
    old = user("A", "旧", actor="enterprise", due="days(3, since=begun)", basis="p.s1")
    new = user("A", "新", actor="county_environment", due="days(9, since=begun)", basis="p.s1 p.s2")
    changes = rows(version(row(old)), version(row(new)))["A"].changes
    assert set(changes) == {Change.NAME, Change.ACTOR, Change.LIMIT, Change.BASIS}


def test_a_form_changed_when_its_content_did() -> None:
    def with_form(title: str) -> CompiledDefinition:
        body = bpmn("t.main", row(user("A", formJsonSchemaFilename="f.json")))
        return compile_definition("t.main", {"processes/t/t.main.bpmn": body, "forms/f.json": json.dumps({"title": title}).encode()})

    assert rows(with_form("一"), with_form("二"))["A"].changes == (Change.FORM,)
    assert rows(with_form("一"), with_form("一"))["A"].changes == ()


def test_a_task_that_became_a_called_process_is_of_another_kind() -> None:
    found = rows(version(row(user("A"))), version(row(call("A", "t.child")), child=row(user("X"))))
    assert Change.KIND in found["A"].changes


def test_what_a_call_tells_a_shared_process_is_part_of_it() -> None:
    def telling(actor: str) -> CompiledDefinition:
        parts = json.dumps({"do": {"actor": actor}})
        return version(row(call("C", "t.child", parts=parts)), child=row(user("A", basis="{do}")))

    assert rows(telling("enterprise"), telling("county_environment"))["C"].changes == (Change.PARTS,)


def test_called_processes_and_sub_processes_are_compared_too() -> None:
    body = (
        start()
        + call("C", "t.child")
        + sub("U", row(user("A")).replace('"S"', '"SS"').replace('"E"', '"EE"'))
        + end()
        + path("S", "C", "U", "E")
    )
    found = compare(version(body, child=row(user("A"))), version(body, child=row(user("A"), user("X"))))
    assert [section.pair for section in found.sections] == [MAIN, ("t.child", "t.child"), ("U", "U")]
    assert any(r.old is None and r.new is not None and r.new.id == "X" for r in found.sections[1].rows)


def test_a_replaced_call_is_compared_with_what_replaces_it() -> None:
    old = version(row(call("C", "t.child")), child=row(user("A", "审核")))
    new = version(row(call("C", "t.other")), other=row(user("X", "审核")))
    found = compare(old, new)
    assert found.sections[1].pair == ("t.child", "t.other")
    assert found.plan.target(("t.child", "t.other"), "A") == "X"


def test_a_boundary_event_follows_its_activity() -> None:
    def timed(task: str, event: str) -> CompiledDefinition:
        events = boundary(event, task) + end("E2") + path(event, "E2")
        return version(row(user(task, "审核", due="days(3, since=begun)")) + events)

    assert compare(timed("A", "B"), timed("X", "Y")).plan.target(MAIN, "B") == "Y"


def test_what_runs_by_itself_is_told_of_when_it_changed() -> None:
    old, new = version(row(user("A"), script("P", "n = 1"))), version(row(user("A"), script("P", "n = 2")))
    assert compare(old, new).sections[0].elsewhere == ("算P",)


def test_joins_are_places() -> None:
    body = start() + parallel("G") + user("A") + user("B") + parallel("J") + end() + path("S", "G", "A", "J", "E") + path("G", "B", "J")
    found = rows(version(body), version(body))
    assert "J" in found
    assert "G" not in found


def test_a_plan_survives_being_stored() -> None:
    found = compare(version(row(user("A"))), version(row(user("A")))).plan
    assert Plan.from_dict(json.loads(json.dumps(found.to_dict()))) == found
