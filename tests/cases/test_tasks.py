"""The acts on a task, and who may do them when."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.cases import drafts, work
from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm, NotFound
from app.model import Case, Event, Membership, Notice, Organisation, Role, Task, TaskStatus, User
from tests.support.world import World, password_hash

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"


@pytest.fixture
def roster(world: World) -> Case:
    """A county's list, open for its proposal."""
    made = world.new_roster("county-env")
    assert made.roster_id is not None
    world.add_entries("county-env", made.roster_id, [NAME], ["1"])
    return made


def colleague(world: World, of: str, name: str = "同事") -> int:
    """Another user of somebody's organisation."""
    with world.transaction() as session:
        organisation = session.scalars(select(Membership.organisation_id).where(Membership.user_id == world.users[of])).first()
        user = User(username=f"{of}-{name}", name=name, password_hash=password_hash())
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, organisation_id=organisation, role=Role.HANDLER))
        world.users[user.username] = user.id
        return user.id


def act(world: World, username: str, function: Any, *args: Any, **values: Any) -> Any:
    with world.transaction() as session:
        return function(session, world.principal(session, username), *args, **values)


def events(world: World, kind: str, case_id: int | None = None) -> list[Event]:
    with world.session() as session:
        query = select(Event).where(Event.kind == kind).order_by(Event.id)
        return list(session.scalars(query.where(Event.case_id == case_id) if case_id else query))


# -- completing -------------------------------------------------------------------------------------------------------


def test_completing_records_who_what_and_when(world: World, roster: Case) -> None:
    done = world.do_step("county-env", roster.id, ".s1")
    assert (done.status, done.completed_by_id, done.completed_at) == (TaskStatus.COMPLETED, world.users["county-env"], clock.now())


def test_a_task_of_another_organisation_is_refused(world: World, roster: Case) -> None:
    task = world.step(roster.id, ".s1")
    with pytest.raises(Forbidden):
        act(world, "city-env", work.complete, task.id, {})


@pytest.mark.parametrize("username", ["county-env2", "county-coord2", "expert", "security", "auditor"])
def test_a_task_out_of_scope_does_not_exist(world: World, roster: Case, username: str) -> None:
    task = world.step(roster.id, ".s1")
    with pytest.raises(NotFound):
        act(world, username, work.complete, task.id, {})


def test_a_task_that_never_was_does_not_exist(world: World) -> None:
    with pytest.raises(NotFound):
        act(world, "county-env", work.complete, 4711, {})


def test_a_stale_revision_is_refused(world: World, roster: Case) -> None:
    task = world.step(roster.id, ".s1")
    with pytest.raises(Conflict, match="变动"):
        act(world, "county-env", work.complete, task.id, {}, task.revision - 1)


def test_a_list_changed_meanwhile_makes_the_decision_stale(world: World, roster: Case) -> None:
    task = world.step(roster.id, ".s1")
    assert roster.roster_id is not None
    world.add_entries("county-env", roster.roster_id, ["乙厂"], ["1"])
    with pytest.raises(Conflict):
        act(world, "county-env", work.complete, task.id, {}, task.revision)


def test_a_task_done_already_says_by_whom_and_when(world: World, roster: Case) -> None:
    task = world.do_step("county-env", roster.id, ".s1")
    with pytest.raises(Conflict, match=r"county-env于01月11日 09:00办结"):
        act(world, "county-env", work.complete, task.id, {})


def test_a_cancelled_task_says_so(world: World, audit: Case) -> None:
    world.do_step(ENTERPRISE, audit.id, "extension.s1")
    with world.transaction() as session:
        session.get_one(Task, world.step(audit.id, "extension.s2").id).status = TaskStatus.CANCELLED
    with world.session() as session:
        task = session.scalars(select(Task).where(Task.case_id == audit.id, Task.status == TaskStatus.CANCELLED)).one()
    with pytest.raises(Conflict, match="取消"):
        act(world, "county-env", work.complete, task.id, {})


def test_a_refused_form_changes_nothing(world: World, audit: Case) -> None:
    task = world.step(audit.id, "disclosure.s2")
    with pytest.raises(InvalidForm):
        act(world, ENTERPRISE, work.complete, task.id, {"surprise": "x"})
    with world.session() as session:
        found = session.get_one(Task, task.id)
        assert (found.status, found.revision, session.get_one(Case, audit.id).revision) == (TaskStatus.OPEN, task.revision, audit.revision)


def test_looking_at_a_task_takes_it_from_nobody(world: World, roster: Case) -> None:
    colleague(world, "county-env")
    task = world.step(roster.id, ".s1")
    act(world, "county-env", work.find, task.id)
    assert act(world, "county-env-同事", work.find, task.id)[0].assignee_id is None


def race(world: World, *acts: Any) -> list[Exception | None]:
    """Runs acts at the same time in threads of their own. Gives what each met."""
    gate = threading.Barrier(len(acts))
    met: list[Exception | None] = [None] * len(acts)

    def one(index: int) -> None:
        gate.wait(10)
        try:
            acts[index]()
        except Exception as error:
            met[index] = error

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "an act waits for ever"
    return met


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_people_completing_one_task_one_wins(world: World, attempt: int) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME], ["1"])
    colleague(world, "county-env")
    task = world.step(case.id, ".s1")
    met = race(world, *(lambda u=u: act(world, u, work.complete, task.id, {}) for u in ("county-env", "county-env-同事")))
    assert [type(e) for e in met if e is not None] == [Conflict]
    assert len(events(world, "task_completed", case.id)) == 1
    assert len(world.open_tasks(case.id)) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_two_tasks_of_one_case_completed_at_once_are_both_kept(world: World, attempt: int) -> None:
    world.publish([NAME])
    case = world.case_of("shandong.mandatory_audit", NAME)
    with world.transaction() as session:
        world.principal(session, ENTERPRISE)
    first, second = world.step(case.id, "disclosure.s2"), world.step(case.id, "execution.s2")
    met = race(world, lambda: world.do(ENTERPRISE, first), lambda: world.do(ENTERPRISE, second, mode="self"))
    assert met == [None, None]
    still = {s for t in world.open_tasks(case.id) for s in t.basis.split()}
    assert "sd-audit-2017.execution.p1" in still
    assert not still & {"sd-audit-2017.disclosure.s2", "sd-audit-2017.execution.s2"}


def test_two_lines_handed_over_at_once_start_one_publication(world: World) -> None:
    cases = {}
    for line, grounds in (("env", ["1"]), ("coord", ["2"])):
        cases[line] = case = world.new_roster(f"county-{line}")
        assert case.roster_id is not None
        world.add_entries(f"county-{line}", case.roster_id, [NAME], grounds)
        world.do_step(f"county-{line}", case.id, ".s1")
        world.do_step(f"city-{line}", case.id, ".s3", decision="approve")
    met = race(world, *(lambda u=line: world.do_step(f"province-{u}", cases[u].id, ".s4", decision="approve") for line in cases))
    assert met == [None, None]
    world.work()
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Case.process_key == "shandong.list_publication")) == 1


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_gone_after_completion(world: World, roster: Case) -> None:
    task = world.step(roster.id, ".s1")
    act(world, "county-env", drafts.save, task.id, {"opinion": "一半"}, 0)
    with world.session() as session:
        kept = drafts.of(session, task.id)
        assert kept is not None
        assert kept.data == {"opinion": "一半"}
    world.do_step("county-env", roster.id, ".s1")
    with world.session() as session:
        assert drafts.of(session, task.id) is None


def test_a_conflicting_draft_names_whose_it_is_and_overwrites_nothing(world: World, roster: Case) -> None:
    colleague(world, "county-env", "李四")
    task = world.step(roster.id, ".s1")
    act(world, "county-env-李四", drafts.save, task.id, {"opinion": "李"}, 0)
    with pytest.raises(drafts.DraftConflict, match="李四"):
        act(world, "county-env", drafts.save, task.id, {"opinion": "张"}, 0)
    with world.session() as session:
        kept = drafts.of(session, task.id)
        assert kept is not None
        assert kept.data == {"opinion": "李"}


def test_a_draft_is_overwritten_when_asked(world: World, roster: Case) -> None:
    task = world.step(roster.id, ".s1")
    act(world, "county-env", drafts.save, task.id, {"opinion": "1"}, 0)
    saved = act(world, "county-env", drafts.save, task.id, {"opinion": "2"}, 0, overwrite=True)
    assert (saved.data, saved.revision) == ({"opinion": "2"}, 2)


def test_two_first_drafts_saved_at_once_are_one_and_a_conflict(world: World) -> None:
    case = world.new_roster("county-env")
    colleague(world, "county-env")
    task = world.step(case.id, ".s1")
    met = race(world, *(lambda u=u: act(world, u, drafts.save, task.id, {"opinion": u}, 0) for u in ("county-env", "county-env-同事")))
    assert [type(e) for e in met if e is not None] == [drafts.DraftConflict]


@pytest.mark.parametrize("username", ["city-env", "province-env"])
def test_nobody_drafts_for_another_organisation(world: World, roster: Case, username: str) -> None:
    with pytest.raises(Forbidden):
        act(world, username, drafts.save, world.step(roster.id, ".s1").id, {}, 0)


def test_a_done_task_takes_no_draft(world: World, roster: Case) -> None:
    task = world.do_step("county-env", roster.id, ".s1")
    with pytest.raises(Conflict):
        act(world, "county-env", drafts.save, task.id, {}, 0)


# -- claim, transfer, delegate ----------------------------------------------------------------------------------------


def test_a_claimed_task_is_nobody_elses(world: World, roster: Case) -> None:
    colleague(world, "county-env")
    task = world.step(roster.id, ".s1")
    act(world, "county-env", work.claim, task.id)
    with pytest.raises(Forbidden):
        act(world, "county-env-同事", work.complete, task.id, {})


def test_claiming_again_gives_it_back(world: World, roster: Case) -> None:
    task = world.step(roster.id, ".s1")
    act(world, "county-env", work.claim, task.id)
    assert act(world, "county-env", work.claim, task.id).assignee_id is None


@pytest.mark.parametrize(("function", "kind"), [(work.transfer, "task_transferred"), (work.delegate, "task_delegated")])
def test_handing_over_records_both_names_and_the_reason(world: World, roster: Case, function: Any, kind: str) -> None:
    other = colleague(world, "county-env")
    task = world.step(roster.id, ".s1")
    act(world, "county-env", function, task.id, other, "出差")
    (event,) = events(world, kind, roster.id)
    assert (event.user_id, event.detail) == (world.users["county-env"], {"to": other, "reason": "出差"})


def test_a_delegated_task_done_names_both(world: World, roster: Case) -> None:
    other = colleague(world, "county-env")
    task = world.step(roster.id, ".s1")
    act(world, "county-env", work.delegate, task.id, other, "出差")
    act(world, "county-env-同事", work.complete, task.id, {})
    (event,) = events(world, "task_completed", roster.id)
    assert (event.user_id, event.detail["delegated_by"]) == (other, world.users["county-env"])


def test_a_transferred_task_has_no_principal_behind_it(world: World, roster: Case) -> None:
    other = colleague(world, "county-env")
    task = world.step(roster.id, ".s1")
    assert act(world, "county-env", work.transfer, task.id, other).delegated_by_id is None


@pytest.mark.parametrize("function", [work.transfer, work.delegate])
@pytest.mark.parametrize("to", ["city-env", "county-env", "county-coord"])
def test_a_task_stays_within_its_organisation(world: World, roster: Case, function: Any, to: str) -> None:
    with pytest.raises(CaseError):
        act(world, "county-env", function, world.step(roster.id, ".s1").id, world.users[to])


def test_a_task_is_not_handed_to_somebody_who_left(world: World, roster: Case) -> None:
    other = colleague(world, "county-env")
    with world.transaction() as session:
        session.get_one(User, other).active = False
    with pytest.raises(CaseError):
        act(world, "county-env", work.transfer, world.step(roster.id, ".s1").id, other)


# -- withdrawing ------------------------------------------------------------------------------------------------------


def test_a_step_is_withdrawn_while_nobody_acted_on_it(world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, [NAME], ["1"])
    done = world.do_step("county-env", case.id, ".s1")
    again = act(world, "county-env", work.withdraw, done.id)
    assert (again.status, again.completed_by_id) == (TaskStatus.OPEN, None)
    assert [t.name for t in world.open_tasks(case.id)] == ["提出名单"]


def test_a_withdrawn_step_can_be_done_again(world: World, roster: Case) -> None:
    done = world.do_step("county-env", roster.id, ".s1")
    act(world, "county-env", work.withdraw, done.id)
    world.do_step("county-env", roster.id, ".s1")
    assert world.step(roster.id, ".s3").name.startswith("汇总")


def test_withdrawing_is_recorded(world: World, roster: Case) -> None:
    done = world.do_step("county-env", roster.id, ".s1")
    act(world, "county-env", work.withdraw, done.id)
    assert [e.user_id for e in events(world, "task_withdrawn", roster.id)] == [world.users["county-env"]]


def test_a_step_that_was_acted_upon_is_not_withdrawn(world: World, roster: Case) -> None:
    done = world.do_step("county-env", roster.id, ".s1")
    world.do_step("city-env", roster.id, ".s3", decision="approve")
    with pytest.raises(Conflict):
        act(world, "county-env", work.withdraw, done.id)


def test_a_step_that_somebody_claimed_is_not_withdrawn(world: World, roster: Case) -> None:
    done = world.do_step("county-env", roster.id, ".s1")
    act(world, "city-env", work.claim, world.step(roster.id, ".s3").id)
    with pytest.raises(Conflict):
        act(world, "county-env", work.withdraw, done.id)


def test_only_who_did_a_step_withdraws_it(world: World, roster: Case) -> None:
    colleague(world, "county-env")
    done = world.do_step("county-env", roster.id, ".s1")
    with pytest.raises(Forbidden):
        act(world, "county-env-同事", work.withdraw, done.id)


def test_a_step_with_effects_is_not_withdrawn(world: World, audit: Case) -> None:
    done = world.do_step(ENTERPRISE, audit.id, "disclosure.s2")
    with pytest.raises(Conflict):
        act(world, ENTERPRISE, work.withdraw, done.id)


def test_a_late_step_is_not_withdrawn_so_that_no_second_penalty_starts(world: World, audit: Case) -> None:
    world.clock.to("2027-03-20")
    world.work()
    done = world.do_step(ENTERPRISE, audit.id, "execution.s2", mode="self")
    with pytest.raises(Conflict):
        act(world, ENTERPRISE, work.withdraw, done.id)
    world.work()
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Case.process_key == "shandong.penalty")) == 2


# -- urging and sending back ------------------------------------------------------------------------------------------


def test_urging_tells_the_office(world: World, audit: Case) -> None:
    act(world, "county-env", work.urge, world.step(audit.id, "disclosure.s2").id)
    with world.session() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == "urge")).one()
        assert session.get_one(Organisation, notice.organisation_id).name == NAME


def test_urging_again_the_same_day_is_refused(world: World, audit: Case) -> None:
    task = world.step(audit.id, "disclosure.s2")
    act(world, "county-env", work.urge, task.id)
    world.clock.move(hours=5)
    with pytest.raises(CaseError, match="催办"):
        act(world, "county-env", work.urge, task.id)


def test_urging_a_day_later_is_allowed(world: World, audit: Case) -> None:
    task = world.step(audit.id, "disclosure.s2")
    act(world, "county-env", work.urge, task.id)
    world.clock.move(days=1)
    act(world, "county-env", work.urge, task.id)
    assert len(events(world, "task_urged", audit.id)) == 2


def test_a_list_is_sent_back_where_the_law_has_it(world: World, roster: Case) -> None:
    world.do_step("county-env", roster.id, ".s1")
    act(world, "city-env", work.send_back, world.step(roster.id, ".s3").id, "乙厂已搬迁")
    again = world.step(roster.id, ".s1")
    assert again.context is not None
    assert again.context["returned_reason"] == "乙厂已搬迁"


def test_a_step_without_return_in_the_law_is_not_sent_back(world: World, audit: Case) -> None:
    world.do_step(ENTERPRISE, audit.id, "extension.s1")
    with pytest.raises(CaseError, match="没有退回"):
        act(world, "county-env", work.send_back, world.step(audit.id, "extension.s2").id, "理由")


def test_sending_back_without_a_reason_is_refused(world: World, roster: Case) -> None:
    world.do_step("county-env", roster.id, ".s1")
    with pytest.raises(CaseError, match="原因"):
        act(world, "city-env", work.send_back, world.step(roster.id, ".s3").id, "  ")


def test_a_task_is_created_at_the_time_of_the_clock(world: World, roster: Case) -> None:
    assert world.step(roster.id, ".s1").created_at == dt.datetime(2027, 1, 11, 1, tzinfo=dt.UTC)
