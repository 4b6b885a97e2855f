"""Which states a case can get into by itself, as the check of moved cases sees it."""

from __future__ import annotations

from app.engine.migration import net
from app.engine.migration.net import Net, arrived, at, marking
from tests.engine.migration_support import version
from tests.support.diagrams import boundary, call, end, flow, inclusive, parallel, path, script, start, sub, user, xor


def reaches(body: str, *tokens: net.Position, scope: str = "t.main", **others: str) -> bool | None:
    definition = version(body, **others)
    spec = definition.spec if scope == "t.main" else definition.subprocess_specs[scope]
    return Net(spec).reaches(marking(tokens))


ROW = start() + user("A") + script("P", "n = 1") + user("B") + end() + path("S", "A", "P", "B", "E")
FORK = (
    start()
    + parallel("G")
    + user("A")
    + user("B")
    + parallel("J")
    + user("N")
    + end()
    + path("S", "G", "A", "J", "N", "E")
    + path("G", "B", "J")
)
CHOICE = (
    start()
    + xor("G", "G_B")
    + user("A")
    + user("B")
    + end()
    + path("S", "G")
    + flow("G", "A", "x == 1")
    + flow("G", "B")
    + path("A", "E")
    + path("B", "E")
)
SOME = start() + inclusive("G") + user("A") + user("B") + inclusive("J") + user("N") + end() + path("S", "G") + path("J", "N", "E")
SOME += flow("G", "A", "x == 1") + flow("G", "B", "x == 2") + path("A", "J") + path("B", "J")
LATE = (
    start()
    + user("A", due="days(3, since=begun)")
    + boundary("B", "A")
    + user("L")
    + end()
    + end("E2")
    + path("S", "A", "E")
    + path("B", "L", "E2")
)
KILL = (
    start()
    + parallel("G")
    + user("A")
    + user("B")
    + user("N")
    + end(terminate=True)
    + end("E2")
    + path("S", "G", "A", "E")
    + path("G", "B", "N", "E2")
)
LOOP = (
    start()
    + xor("H")
    + user("A")
    + user("B")
    + xor("Q", "Q_E")
    + end()
    + path("S", "H", "A", "B", "Q")
    + flow("Q", "E")
    + flow("Q", "H", "x == 1")
)


def test_one_after_the_other_is_never_both() -> None:
    assert reaches(ROW, at("A"))
    assert reaches(ROW, at("B"))
    assert reaches(ROW, at("A"), at("B")) is False


def test_side_by_side_is_both_and_either_with_the_other_arrived() -> None:
    assert reaches(FORK, at("A"), at("B"))
    assert reaches(FORK, at("A"), arrived("J", "B"))
    assert reaches(FORK, at("A")) is False
    assert reaches(FORK, at("N"), at("A")) is False


def test_a_choice_is_one_of_both() -> None:
    assert reaches(CHOICE, at("A"))
    assert reaches(CHOICE, at("A"), at("B")) is False


def test_an_inclusive_choice_is_any_and_its_join_waits_for_those_alone() -> None:
    assert reaches(SOME, at("A"))
    assert reaches(SOME, at("A"), at("B"))
    assert reaches(SOME, at("A"), arrived("J", "B"))
    assert reaches(SOME, at("N"))
    assert reaches(SOME, arrived("J", "B")) is False  # nobody else comes: it went on
    assert reaches(SOME, at("N"), at("A")) is False


def test_an_event_that_does_not_interrupt_leaves_the_task_and_happens_once() -> None:
    assert reaches(LATE, at("A", ["B"]), at("L"))
    assert reaches(LATE, at("A"), at("L")) is False
    assert reaches(LATE, at("A", ["B"]), at("L"), at("L")) is False


def test_an_event_that_interrupts_takes_the_task_away() -> None:
    interrupting = LATE.replace('cancelActivity="false"', 'cancelActivity="true"')
    assert reaches(interrupting, at("L"))
    assert reaches(interrupting, at("A", ["B"]), at("L")) is False


def test_an_end_that_terminates_takes_everything_away() -> None:
    assert reaches(KILL, at("A"), at("N"))
    assert reaches(KILL, at("A"))
    assert reaches(KILL, at("N")) is False


def test_a_loop_comes_back_to_where_it_was() -> None:
    assert reaches(LOOP, at("A"))
    assert reaches(LOOP, at("B"))
    assert reaches(LOOP, at("A"), at("B")) is False


def test_what_runs_inside_an_activity_is_looked_at_by_itself() -> None:
    body = start() + call("C", "t.child") + sub("U", FORK.replace('"S"', '"US"').replace('"E"', '"UE"').replace('"G"', '"UG"')) + end()
    body = (
        body.replace('sourceRef="S"', 'sourceRef="US"')
        .replace('sourceRef="G"', 'sourceRef="UG"')
        .replace('targetRef="G"', 'targetRef="UG"')
    )
    body = body.replace('targetRef="E"', 'targetRef="UE"') + path("S", "C", "U", "E")
    assert reaches(body, at("C"), child=ROW)
    assert reaches(body, at("A"), at("B"), scope="U", child=ROW)
    assert reaches(body, at("A"), at("B"), scope="t.child", child=ROW) is False


def test_a_diagram_with_too_many_states_is_not_judged() -> None:
    wide = "".join(user(f"T{n}") + path("G", f"T{n}", "J") for n in range(16))
    body = start() + parallel("G") + wide + parallel("J") + end() + path("S", "G") + path("J", "E")
    assert reaches(body, *(at(f"T{n}") for n in range(16)))
    assert reaches(body, at("T0"), at("T0")) is None
