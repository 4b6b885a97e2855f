"""Where a moved case waits, and which cases stay behind because the new version could never have brought them there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import clock
from app.engine.migration.errors import MoveRefused
from tests.engine.migration_support import BEGIN, Case, plan, version
from tests.support.diagrams import boundary, call, end, flow, inclusive, parallel, path, script, service, start, sub, user, xor


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(BEGIN):
        yield


def row(*tasks: str) -> str:
    """Human tasks one after the other."""
    return start() + "".join(user(t) for t in tasks) + end() + path("S", *tasks, "E")


def fork(*branches: str, then: str = "N") -> str:
    """Human tasks side by side, joined."""
    body = start() + parallel("G") + parallel("J") + user(then) + end() + path("S", "G") + path("J", then, "E")
    return body + "".join(user(b) + path("G", b, "J") for b in branches)


# -- one after the other ----------------------------------------------------------------------------------------------


def test_an_open_task_keeps_its_engine_id() -> None:
    case = Case(version(row("A", "B")))
    before = case.task("A").engine_id
    case.move(version(row("A", "X", "B")))
    assert case.task("A").engine_id == before


def test_a_moved_case_goes_on_as_the_new_version_says() -> None:
    case = Case(version(row("A", "B")))
    case.move(version(row("A", "X", "B")))
    assert case.do("A").open == ["X"]


def test_a_moved_case_runs_to_its_end() -> None:
    case = Case(version(row("A", "B")))
    case.move(version(row("A", "X")))
    case.do("A").do("X")
    assert case.step.ended


def test_a_task_may_become_an_earlier_one() -> None:
    case = Case(version(row("A", "B"))).do("A")
    case.move(version(row("A", "X", "B")), plan({"B": "X"}))
    assert case.open == ["X"]
    assert case.do("X").open == ["B"]


def test_what_was_decided_before_goes_along() -> None:
    choice = xor("Q", "Q_E") + user("Z") + flow("B", "Q") + flow("Q", "Z", "fine == 'yes'") + flow("Q", "E") + path("Z", "E")
    old = version(start() + user("A") + user("B") + end() + path("S", "A", "B") + choice)
    new = version(start() + user("A") + user("C") + user("B") + end() + path("S", "A", "C", "B") + choice)
    case = Case(old).do("A", fine="yes")
    case.move(new)
    assert case.do("B").open == ["Z"]


def test_a_variable_that_only_the_new_version_reads_comes_from_what_was_submitted() -> None:
    new = start() + user("A") + user("B") + user("Z") + xor("Q", "Q_E") + end() + path("S", "A", "B", "Q")
    new += flow("Q", "Z", "size == 'big'") + flow("Q", "E") + path("Z", "E")
    case = Case(version(row("A", "B"))).do("A")
    case.move(version(new), size="big")
    assert case.do("B").open == ["Z"]


def test_a_newer_value_is_not_overwritten_by_what_was_submitted_earlier() -> None:
    case = Case(version(row("A", "B")), size="small")
    case.move(version(row("A", "B")), size="big")
    assert case.task("A").variables["size"] == "small"


# -- what is gone -----------------------------------------------------------------------------------------------------


def test_a_case_at_a_task_that_is_gone_stays_while_nobody_said_what_becomes_of_it() -> None:
    case = Case(version(row("A", "B")))
    with pytest.raises(MoveRefused, match="“A”在新版本中没有对应的环节"):
        case.move(version(row("B")))


def test_a_case_past_a_task_that_is_gone_moves() -> None:
    case = Case(version(row("A", "B"))).do("A")
    case.move(version(row("B")))
    assert case.open == ["B"]


def test_a_task_that_the_plan_gives_up_is_cancelled() -> None:
    case = Case(version(fork("A", "B", "C")))
    gone = case.task("C").engine_id
    moved = case.move(version(fork("A", "B")), plan({"C": ""}))
    assert moved.cancelled == [gone]
    assert case.do("A").do("B").open == ["N"]


def test_a_case_whose_only_task_is_given_up_stays() -> None:
    case = Case(version(row("A", "B")))
    with pytest.raises(MoveRefused, match="没有任何在办环节"):
        case.move(version(row("B")), plan({"A": ""}))


# -- side by side -----------------------------------------------------------------------------------------------------


def test_a_branch_that_is_new_keeps_cases_that_are_past_the_fork() -> None:
    case = Case(version(fork("A", "B")))
    with pytest.raises(MoveRefused, match="不会同时停在“A”、“B”"):
        case.move(version(fork("A", "B", "C")))


def test_a_branch_that_is_new_does_not_matter_after_the_join() -> None:
    case = Case(version(fork("A", "B"))).do("A").do("B")
    case.move(version(fork("A", "B", "C")))
    assert case.open == ["N"]


def test_two_tasks_that_now_come_one_after_the_other_cannot_both_stay_open() -> None:
    case = Case(version(fork("A", "B")))
    with pytest.raises(MoveRefused, match="不会同时停在“A”、“B”"):
        case.move(version(row("A", "B", "N")))


def test_of_two_tasks_that_now_come_one_after_the_other_one_may_be_given_up() -> None:
    case = Case(version(fork("A", "B")))
    case.move(version(row("A", "B", "N")), plan({"B": ""}))
    assert case.do("A").open == ["B"]


def test_a_join_remembers_what_arrived() -> None:
    case = Case(version(fork("A", "B", "C"))).do("A")
    case.move(version(fork("A", "B", "C", then="M")), plan())
    assert case.do("B").open == ["C"]
    assert case.do("C").open == ["M"]


def test_a_join_remembers_what_came_with_the_arrivals() -> None:
    choice = xor("Q", "Q_E") + user("Z") + flow("N", "Q") + flow("Q", "Z", "fine == 'yes'") + flow("Q", "E") + path("Z", "E")
    body = fork("A", "B").replace(flow("N", "E"), "") + choice
    case = Case(version(body)).do("A", fine="yes")
    case.move(version(body.replace('name="Z"', 'name="新"')))
    assert case.do("B").do("N").open == ["Z"]


def test_a_branch_that_got_another_step_counts_as_done_where_it_had_arrived() -> None:
    new = fork("A", "B").replace(flow("A", "J"), user("A2") + path("A", "A2", "J"))
    case = Case(version(fork("A", "B"))).do("A")
    case.move(version(new))
    assert case.do("B").open == ["N"]


def test_a_branch_whose_last_step_was_split_in_two_is_not_guessed() -> None:
    case = Case(version(fork("A", "B"))).do("A")
    with pytest.raises(MoveRefused, match="汇合“J”的各条来路变了"):
        case.move(version(fork("X", "Y", "B")), plan({"A": ""}))


def test_a_join_that_waits_for_nothing_any_more_lets_the_case_go_on() -> None:
    case = Case(version(fork("A", "B"))).do("A")
    case.move(version(fork("A")), plan({"B": "", "J": "N"}))
    assert case.open == ["N"]


def test_a_join_that_is_no_join_any_more_keeps_cases_that_nobody_mapped() -> None:
    case = Case(version(fork("A", "B"))).do("A")
    with pytest.raises(MoveRefused):
        case.move(version(row("A", "B", "N")))


def test_an_inclusive_join_waits_for_the_branches_that_were_chosen() -> None:
    gates = inclusive("G") + inclusive("J") + user("A") + user("B") + user("C") + user("N") + end() + path("S", "G") + path("J", "N", "E")
    flows = "".join(flow("G", t, f"'{t}' in chosen") + flow(t, "J") for t in "ABC")
    case = Case(version(start() + gates + flows), chosen=["A", "B"]).do("A")
    case.move(version(start() + gates.replace('name="N"', 'name="新"') + flows))
    assert case.do("B").open == ["N"]


# -- inside activities ------------------------------------------------------------------------------------------------

OUTER = start() + call("C", "t.child") + user("N") + end() + path("S", "C", "N", "E")


def test_a_case_inside_a_called_process_moves_with_it() -> None:
    case = Case(version(OUTER, child=row("A", "B"))).do("A")
    case.move(version(OUTER, child=row("A", "X", "B", "Y")))
    assert case.do("B").do("Y").open == ["N"]


def test_a_called_process_may_be_replaced_by_another() -> None:
    case = Case(version(OUTER, child=row("A", "B")))
    new = OUTER.replace('calledElement="t.child"', 'calledElement="t.other"')
    case.move(version(new, other=row("A", "Z")))
    assert case.do("A").do("Z").open == ["N"]


def test_the_same_process_called_twice_is_mapped_once_for_each_target() -> None:
    two = start() + parallel("G") + call("C", "t.child") + call("C2", "t.child") + parallel("J") + end()
    two += path("S", "G", "C", "J", "E") + path("G", "C2", "J")
    new = two.replace('id="C2" name="调C2" calledElement="t.child"', 'id="C2" name="调C2" calledElement="t.other"')
    case = Case(version(two, child=row("A")))
    case.move(version(new, child=row("A"), other=row("Z")), plan({}, t_child__t_other={"A": "Z"}))
    assert case.open == ["A", "Z"]


def test_a_sub_process_may_become_a_called_process() -> None:
    old = start() + sub("C", row("A", "B").replace('"S"', '"SS"').replace('"E"', '"EE"')) + user("N") + end() + path("S", "C", "N", "E")
    case = Case(version(old)).do("A")
    case.move(version(OUTER, child=row("A", "B", "Z")))
    assert case.do("B").do("Z").open == ["N"]


def test_a_called_process_may_become_one_task_which_then_opens_anew() -> None:
    case = Case(version(OUTER, child=row("A", "B"))).do("A", fine="yes")
    gone = case.task("B").engine_id
    moved = case.move(version(row("C", "N")))
    assert moved.cancelled == [gone]
    assert [task.legal.id for task in moved.opened] == ["C"]
    assert case.do("C").open == ["N"]


def test_a_task_may_become_a_called_process_which_then_begins() -> None:
    case = Case(version(row("C", "N")))
    moved = case.move(version(OUTER, child=row("A", "B")))
    assert [task.legal.id for task in moved.opened] == ["A"]
    assert case.do("A").do("B").open == ["N"]


def test_no_service_is_called_by_a_move() -> None:
    child = start() + service("V", "publish_list") + user("A") + end() + path("S", "V", "A", "E")
    case = Case(version(row("C", "N")))
    with pytest.raises(MoveRefused, match="迁移时不能执行服务任务"):
        case.move(version(OUTER, child=child))
    assert case.services == []


def test_what_runs_by_itself_before_the_first_wait_of_what_is_entered_is_carried_out() -> None:
    child = start() + script("P", "n = 7") + user("A", due="days(n, since=begun)") + end() + path("S", "P", "A", "E")
    case = Case(version(row("C", "N")))
    moved = case.move(version(OUTER, child=child))
    assert moved.opened[0].deadline is not None


def test_a_case_in_one_called_process_does_not_see_what_changed_in_another() -> None:
    two = start() + call("C", "t.child") + call("C2", "t.other") + end() + path("S", "C", "C2", "E")
    case = Case(version(two, child=row("A"), other=fork("X", "Y")))
    case.move(version(two, child=row("A", "B"), other=row("Z")))
    assert case.do("A").do("B").open == ["Z"]


# -- loops, events on the way -----------------------------------------------------------------------------------------

LOOP = start() + xor("H") + user("A") + user("B") + xor("Q", "Q_E") + end() + path("S", "H", "A", "B", "Q") + flow("Q", "E")
LOOP += flow("Q", "H", "again == 'yes'")


def test_a_case_in_its_third_round_moves() -> None:
    case = Case(version(LOOP), again="yes").do("A").do("B").do("A").do("B").do("A")
    case.move(version(LOOP.replace('name="B"', 'name="新"')))
    assert case.do("B", again="yes").open == ["A"]


_LATE = user("A", due="days(3, since=begun)") + boundary("B", "A") + user("L") + end("E2") + path("B", "L", "E2")
TIMED = start() + _LATE + user("N") + end() + path("S", "A", "N", "E")


def test_work_that_followed_a_missed_limit_stays_beside_the_task() -> None:
    case = Case(version(TIMED)).fire("B")
    case.move(version(TIMED.replace('name="L"', 'name="新"')))
    assert case.open == ["A", "L"]


def test_what_followed_a_missed_limit_cannot_stay_when_the_new_version_has_no_such_consequence() -> None:
    case = Case(version(TIMED)).fire("B")
    with pytest.raises(MoveRefused, match="“L”在新版本中没有对应"):
        case.move(version(row("A", "N")))


def test_what_followed_a_missed_limit_may_be_given_up() -> None:
    case = Case(version(TIMED)).fire("B")
    case.move(version(row("A", "N")), plan({"L": ""}))
    assert case.do("A").do("N").step.ended


def test_the_reason_names_no_case_so_that_cases_can_be_counted_by_it() -> None:
    reasons = set()
    for begun in ("2027-01-11", "2027-02-12"):
        case = Case(version(fork("A", "B")), begun=begun)
        with pytest.raises(MoveRefused) as refused:
            case.move(version(row("A", "B", "N")))
        reasons.add(str(refused.value))
    assert len(reasons) == 1
