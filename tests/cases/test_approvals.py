"""A second person's word before a version is deployed: asked for, given, refused; never by somebody whose work it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.cases import administration, approvals, designs, library, second_person, versions
from app.cases.errors import CaseError, Conflict, Forbidden, Undeployable
from app.model import Approval, Definition, DefinitionStatus, Event, Membership, Role, User
from tests.support.world import World

KEY = "shandong.extension"
PATH = "processes/shandong/extension.bpmn"


@pytest.fixture
def asked(world: World) -> World:
    """An installation with two administrators more, where a second person is asked for."""
    with world.transaction() as session:
        own = session.get_one(User, world.users["admin"])
        office = session.scalars(select(Membership).where(Membership.user_id == own.id, Membership.role == Role.ADMINISTRATOR)).one()
        for name in ("second", "third"):
            user = User(username=name, name=f"管理员{name}", password_hash=own.password_hash, active=True)
            session.add(user)
            session.flush()
            session.add(Membership(user_id=user.id, organisation_id=office.organisation_id, role=Role.ADMINISTRATOR))
            world.users[name] = user.id
    with world.transaction() as session:
        second_person.turn_on(session, world.principal(session, "admin"))
    return world


def drafted(world: World, name: str = "延期的申请", by: tuple[str, ...] = ("admin",)) -> int:
    """A draft made in the designer; its number."""
    with world.transaction() as session:
        design_id = designs.begin(session, world.principal(session, by[0]), KEY, 1).id
    for number, username in enumerate(by):
        with world.transaction() as session:
            principal = world.principal(session, username)
            design = designs.find(session, principal, design_id)
            body = designs.files_of(session, designs.latest(session, design))[PATH]
            changed = (
                body.replace("单".encode(), f"单{number}".encode(), 1) if number else body.replace("延期申请".encode(), name.encode(), 1)
            )
            designs.save(session, principal, design_id, design.revision, {PATH: changed})
    with world.transaction() as session:
        principal = world.principal(session, by[-1])
        return designs.finish(session, principal, design_id, designs.find(session, principal, design_id).revision).version


def act(world: World, username: str, what: str, version: int, *words: str) -> None:
    with world.transaction() as session:
        principal = world.principal(session, username)
        if what == "deploy":
            administration.deploy(session, principal, KEY, version)
        else:
            getattr(approvals, what)(session, principal, KEY, version, *words)


def status(world: World, version: int) -> str:
    with world.session() as session:
        return session.scalars(select(Definition.status).where(Definition.key == KEY, Definition.version == version)).one()


def kinds(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Event.kind).where(Event.case_id.is_(None)).order_by(Event.id)))


def test_without_the_rule_one_administrator_deploys(world: World) -> None:
    version = drafted(world)
    act(world, "admin", "deploy", version)
    assert status(world, version) == DefinitionStatus.DEPLOYED


def test_with_the_rule_nothing_is_deployed_without_approval(asked: World) -> None:
    version = drafted(asked)
    with pytest.raises(Conflict, match="批准"):
        act(asked, "admin", "deploy", version)
    act(asked, "admin", "submit", version, "按新规定改名")
    with pytest.raises(Conflict, match="批准"):
        act(asked, "admin", "deploy", version)
    assert status(asked, version) == DefinitionStatus.DRAFT


def test_an_approved_version_is_deployed_and_all_of_it_is_on_record(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    act(asked, "second", "approve", version, "同意")
    act(asked, "admin", "deploy", version)
    assert status(asked, version) == DefinitionStatus.DEPLOYED
    assert kinds(asked)[-4:] == ["design_finished", "version_submitted", "version_approved", "process_deployed"]


def test_nobody_approves_what_they_submitted(asked: World) -> None:
    version = drafted(asked, by=("second",))
    act(asked, "admin", "submit", version, "按新规定改名")
    with pytest.raises(Conflict, match="您提交"):
        act(asked, "admin", "approve", version)


def test_nobody_approves_what_they_worked_on(asked: World) -> None:
    version = drafted(asked, by=("admin", "second"))
    act(asked, "admin", "submit", version, "按新规定改名")
    with pytest.raises(Conflict, match="参与修改"):
        act(asked, "second", "approve", version)
    act(asked, "third", "approve", version)


def test_who_made_the_draft_that_another_design_began_from_worked_on_both(asked: World) -> None:
    first = drafted(asked, by=("second",))
    with asked.transaction() as session:
        principal = asked.principal(session, "admin")
        design = designs.begin(session, principal, KEY, first)
        body = designs.files_of(session, designs.latest(session, design))[PATH]
        designs.save(session, principal, design.id, 1, {PATH: body.replace("县环保局".encode(), "县生态环境局".encode())})
        version = designs.finish(session, principal, design.id, 2).version
    act(asked, "admin", "submit", version, "改了办理单位的名称")
    with pytest.raises(Conflict, match="参与修改"):
        act(asked, "second", "approve", version)


def test_what_was_sent_back_is_changed_and_submitted_anew(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    act(asked, "second", "send_back", version, "名称与条文不符")
    with pytest.raises(Conflict, match="批准"):
        act(asked, "admin", "deploy", version)
    changed = drafted(asked, "延期申请办理")
    with pytest.raises(Conflict, match="批准"):
        act(asked, "admin", "deploy", changed)
    act(asked, "admin", "submit", changed, "名称已按条文改")
    act(asked, "second", "approve", changed)
    act(asked, "admin", "deploy", changed)


def test_an_approval_of_one_version_is_none_of_the_next(asked: World) -> None:
    first = drafted(asked)
    act(asked, "admin", "submit", first, "按新规定改名")
    act(asked, "second", "approve", first)
    other = drafted(asked, "又一个名称")
    with pytest.raises(Conflict, match="批准"):
        act(asked, "admin", "deploy", other)


def test_an_approval_holds_for_the_content_that_was_submitted(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    act(asked, "second", "approve", version)
    with asked.transaction() as session:
        session.scalars(select(Approval)).one().content_hash = "0" * 64
    with pytest.raises(Conflict, match="批准"):
        act(asked, "admin", "deploy", version)


def test_a_submission_is_decided_once(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    act(asked, "second", "approve", version)
    with pytest.raises(Conflict, match="已经有人处理"):
        act(asked, "third", "send_back", version, "名称与条文不符")


def test_of_two_who_decide_at_once_one_is_told_that_it_is_done(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    ready = Barrier(2)

    def decide(username: str, what: str) -> str:
        ready.wait()
        try:
            act(asked, username, what, version, "写明原因")
        except Conflict:
            return "told"
        return "decided"

    with ThreadPoolExecutor(2) as both:
        outcomes = sorted(both.map(decide, ("second", "third"), ("approve", "send_back")))
    assert outcomes == ["decided", "told"]


def test_an_approval_and_a_deployment_at_once_deploy_nothing_unapproved(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    ready = Barrier(2)

    def both_ways(username: str, what: str) -> bool:
        ready.wait()
        try:
            act(asked, username, what, version)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        approved, deployed = both.map(both_ways, ("second", "admin"), ("approve", "deploy"))
    assert approved
    assert status(asked, version) == (DefinitionStatus.DEPLOYED if deployed else DefinitionStatus.DRAFT)
    assert not deployed or kinds(asked)[-2:] == ["version_approved", "process_deployed"]


def test_a_submission_is_taken_back_by_whoever_made_it(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    with pytest.raises(Conflict, match="提交的人"):
        act(asked, "second", "withdraw", version)
    act(asked, "admin", "withdraw", version)
    with pytest.raises(Conflict, match="已经有人处理"):
        act(asked, "second", "approve", version)


def test_a_submission_says_what_it_is_about_and_a_refusal_why(asked: World) -> None:
    version = drafted(asked)
    with pytest.raises(CaseError, match="改了什么"):
        act(asked, "admin", "submit", version, " ")
    act(asked, "admin", "submit", version, "按新规定改名")
    with pytest.raises(CaseError, match="原因"):
        act(asked, "second", "send_back", version, "不行")


@pytest.mark.parametrize("what", ["submit", "approve", "send_back", "withdraw"])
def test_only_administrators_have_a_word(asked: World, what: str) -> None:
    with pytest.raises(Forbidden):
        act(asked, "security", what, 1, *([] if what == "withdraw" else ["写明原因"]))


def test_a_draft_that_the_checks_refuse_is_not_submitted(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    version = drafted(asked)
    from app.engine.errors import Problem

    monkeypatch.setattr(library, "faults", lambda *_: [Problem("", "", "", "x", "不对")])
    with pytest.raises(Undeployable):
        act(asked, "admin", "submit", version, "按新规定改名")


def test_a_library_that_is_loaded_waits_for_approval_too(asked: World) -> None:
    with asked.session() as session:
        files = library.deployed_files(session)
    files[PATH] = files[PATH].replace("延期申请".encode(), "延期的申请".encode(), 1)
    with asked.transaction() as session:
        loaded = library.load(session, library.read_files(files))
    assert {one.status for one in loaded} == {DefinitionStatus.DRAFT}
    with asked.transaction() as session:
        assert library.load(session, library.read_files(files)) == []


# -- the rule itself --------------------------------------------------------------------------------------------------


def test_the_rule_needs_two_administrators(world: World) -> None:
    with world.session() as session:
        administrators = session.scalars(select(Membership).where(Membership.role == Role.ADMINISTRATOR)).all()
    assert len({one.user_id for one in administrators}) == 1
    with pytest.raises(Conflict, match="两名"), world.transaction() as session:
        second_person.turn_on(session, world.principal(session, "admin"))


def test_turning_the_rule_off_takes_two(asked: World) -> None:
    with asked.transaction() as session:
        second_person.propose_off(session, asked.principal(session, "admin"), "机构合并，另行规定")
    with pytest.raises(Conflict, match="另一名"), asked.transaction() as session:
        second_person.confirm_off(session, asked.principal(session, "admin"))
    with asked.session() as session:
        assert second_person.is_required(session)
    with asked.transaction() as session:
        second_person.confirm_off(session, asked.principal(session, "second"))
    with asked.session() as session:
        assert not second_person.is_required(session)
    assert kinds(asked)[-3:] == ["second_person_on", "second_person_off_proposed", "second_person_off"]


def test_a_proposal_to_turn_it_off_may_be_dropped(asked: World) -> None:
    with asked.transaction() as session:
        second_person.propose_off(session, asked.principal(session, "admin"), "机构合并，另行规定")
    with asked.transaction() as session:
        second_person.keep_on(session, asked.principal(session, "second"))
    with pytest.raises(Conflict, match="没有等待确认"), asked.transaction() as session:
        second_person.confirm_off(session, asked.principal(session, "third"))


@pytest.mark.parametrize("username", ["security", "auditor", "county-env"])
def test_nobody_else_touches_the_rule(asked: World, username: str) -> None:
    for change in (second_person.turn_on, second_person.confirm_off, second_person.keep_on):
        with pytest.raises(Forbidden), asked.transaction() as session:
            change(session, asked.principal(session, username))


# -- the way back -----------------------------------------------------------------------------------------------------


def back(world: World, version: int, reason: str = "新版有误") -> Definition:
    with world.transaction() as session:
        return versions.roll_back(session, world.principal(session, "admin"), KEY, version, reason)


def test_an_earlier_content_is_put_back_into_force_in_one_act(world: World) -> None:
    act(world, "admin", "deploy", drafted(world))
    made = back(world, 1)
    with world.session() as session:
        first = session.scalars(select(Definition).where(Definition.key == KEY, Definition.version == 1)).one()
    assert (made.version, made.status, made.content_hash) == (3, DefinitionStatus.DEPLOYED, first.content_hash)
    assert kinds(world)[-3:] == ["process_drafted", "version_rolled_back", "process_deployed"]


def test_a_way_back_needs_the_second_person_too(asked: World) -> None:
    version = drafted(asked)
    act(asked, "admin", "submit", version, "按新规定改名")
    act(asked, "second", "approve", version)
    act(asked, "admin", "deploy", version)
    made = back(asked, 1)
    assert made.status == DefinitionStatus.DRAFT
    with pytest.raises(Conflict, match="已作为第 3 版提交"):
        back(asked, 1)
    act(asked, "second", "approve", made.version)
    act(asked, "second", "deploy", made.version)
    assert status(asked, made.version) == DefinitionStatus.DEPLOYED


def test_there_is_no_way_back_to_what_is_in_use(world: World) -> None:
    with pytest.raises(Conflict, match="就是这个内容"):
        back(world, 1)
    with pytest.raises(CaseError, match="原因"):
        back(world, 1, " ")
