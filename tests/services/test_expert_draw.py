"""Drawing experts: by chance that can be checked, without those who must not judge, again for those who do not come."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from app import randomness
from app.engine.scripting import ServiceCall
from app.law.registers import Act
from app.model import Case, DrawMember, Enterprise, Event, ExpertDraw, ExpertInterest, MemberStatus
from app.services import client_record, expert_lot
from app.services.context import OperatorError, ServiceContext, carry_out
from app.services.expert_lot import Candidate
from tests.support.registers import BEIJING, SHANDONG, client, do, expert, offices
from tests.support.world import World, uscc_of

# -- the lot itself -----------------------------------------------------------------------------------------------------------


def seeds(number: int) -> list[bytes]:
    with randomness.repeatable("抽取"):
        return [randomness.seed() for _ in range(number)]


def test_a_seed_nobody_put_in_comes_from_the_system_and_never_twice() -> None:
    assert len({randomness.seed() for _ in range(50)}) == 50


def test_the_same_phrase_gives_the_same_seeds_and_nothing_outside_its_block() -> None:
    assert seeds(3) == seeds(3)
    assert len(set(seeds(3))) == 3
    assert randomness.seed() not in seeds(5)


def test_every_candidate_is_as_likely_as_any_other() -> None:
    pool = [Candidate(n, ("环保",)) for n in range(10)]
    drawn = Counter(entry for seed in seeds(3000) for entry, _ in expert_lot.draw(seed, pool, {"环保": 3}).seated)
    expected = 3000 * 3 / 10
    chi = sum((drawn[n] - expected) ** 2 / expected for n in range(10))
    assert chi < 27.9  # 9 degrees of freedom, p = 0.001; the seeds are fixed, so this never fails by chance


def test_every_pair_is_as_likely_as_any_other() -> None:
    pool = [Candidate(n, ("环保",)) for n in range(5)]
    drawn = Counter(frozenset(e for e, _ in expert_lot.draw(seed, pool, {"环保": 2}).seated) for seed in seeds(2000))
    pairs = [frozenset(pair) for pair in itertools.combinations(range(5), 2)]
    chi = sum((drawn[pair] - 200) ** 2 / 200 for pair in pairs)
    assert chi < 27.9


def test_a_lot_does_not_depend_on_the_order_of_the_pool() -> None:
    pool = [Candidate(n, ("环保", "能源") if n % 2 else ("环保",)) for n in range(9)]
    for seed in seeds(20):
        assert expert_lot.draw(seed, pool, {"环保": 2, "能源": 1}) == expert_lot.draw(seed, pool[::-1], {"环保": 2, "能源": 1})


def test_who_can_take_several_seats_never_leaves_one_empty() -> None:
    pool = [Candidate(1, ("环保", "能源")), Candidate(2, ("环保",)), Candidate(3, ("能源", "行业")), Candidate(4, ("行业",))]
    for seed in seeds(200):
        lot = expert_lot.draw(seed, pool, {"环保": 1, "能源": 1, "行业": 1})
        assert not lot.missing
        assert len({entry for entry, _ in lot.seated}) == 3
        assert all(specialty in pool[entry - 1].specialties for entry, specialty in lot.seated)


def test_seats_that_nobody_can_take_are_named() -> None:
    lot = expert_lot.draw(b"s", [Candidate(1, ("环保",))], {"环保": 2, "能源": 1})
    assert lot.missing == {"环保": 1, "能源": 1}


# -- in a case ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(world: World) -> int:
    offices(world, BEIJING)
    return client(world, BEIJING, "甲咨询", "一厂")


def ask(world: World, case_id: int, operator: str, *, engine_id: str = "a" * 32, **arguments: Any) -> dict[str, Any]:
    with world.transaction() as session:
        call = ServiceCall(operator, arguments, {}, None, None, engine_id)
        told = carry_out(ServiceContext(session, session.get_one(Case, case_id), call, None, None))
        assert told is not None
        return told


def drawn(world: World, case_id: int) -> list[DrawMember]:
    with world.session() as session:
        query = select(DrawMember).join(ExpertDraw, ExpertDraw.id == DrawMember.draw_id).where(ExpertDraw.case_id == case_id)
        return list(session.scalars(query.order_by(DrawMember.id)))


def draws(world: World, case_id: int) -> list[ExpertDraw]:
    with world.session() as session:
        return list(session.scalars(select(ExpertDraw).where(ExpertDraw.case_id == case_id).order_by(ExpertDraw.id)))


def pool(world: World) -> dict[str, int]:
    names = {"环一": "环保", "环二": "环保", "环三": "环保", "能一": "能源", "能二": "能源", "行一": "行业"}
    return {name: expert(world, BEIJING, name, specialty) for name, specialty in names.items()}


def test_experts_are_drawn_by_specialty_and_the_draw_can_be_repeated_from_its_record(world: World, case: int) -> None:
    pool(world)
    told = ask(world, case, "draw_experts", wanted={"环保": 2, "能源": 1})
    assert (told["experts_drawn"], told["draw_missing"]) == (True, "")
    [record] = draws(world, case)
    candidates = [Candidate(one["entry"], tuple(one["specialties"])) for one in record.pool]
    again = expert_lot.draw(bytes.fromhex(record.seed), candidates, record.wanted)
    assert [(m.entry_id, m.specialty) for m in drawn(world, case)] == list(again.seated)
    assert record.digest == expert_lot.digest(bytes.fromhex(record.seed), record.pool, record.wanted)
    with world.session() as session:
        event = session.scalars(select(Event).where(Event.kind == "experts_drawn")).one()
    assert (event.detail["digest"], event.public_to_enterprise) == (record.digest, False)


def test_a_repeatable_source_repeats_a_draw(world: World, case: int) -> None:
    pool(world)
    with randomness.repeatable("一"):
        ask(world, case, "draw_experts", wanted=3)
    with randomness.repeatable("一"):
        ask(world, case, "draw_experts", engine_id="b" * 32, wanted=3)
    first, second = draws(world, case)
    assert (first.seed, first.sitting, second.sitting) == (second.seed, 1, 2)


def test_a_service_task_draws_once(world: World, case: int) -> None:
    pool(world)
    first = ask(world, case, "draw_experts", wanted=2)
    assert ask(world, case, "draw_experts", wanted=2) == first
    assert len(drawn(world, case)) == 2


def test_who_must_not_judge_is_left_out_with_the_reason(world: World, case: int) -> None:
    ids = pool(world)
    ids["在企业"] = expert(world, BEIJING, "在企业", "环保", employer="一厂")
    ids["在咨询"] = expert(world, BEIJING, "在咨询", "环保", employer="甲咨询")
    with world.transaction() as session:
        session.add_all(
            [
                ExpertInterest(entry_id=ids["环一"], nature="interest", name="一厂", note="持股", declared_on=world_day()),
                ExpertInterest(entry_id=ids["环二"], nature="served", uscc=uscc_of("甲咨询"), name="别名", declared_on=world_day()),
                ExpertInterest(entry_id=ids["能一"], nature="served", name="别家", declared_on=world_day()),
            ]
        )
    do(world, ids["环三"], Act.REMOVAL, ground="第十四条（一）")
    told = ask(world, case, "draw_experts", wanted={"环保": 1})
    assert told["experts_drawn"] is False
    assert "“环保”专家需要 1 名，可抽取的 0 名" in told["draw_missing"]
    assert "另有 4 名须回避" in told["draw_missing"]
    ask(world, case, "draw_experts", engine_id="b" * 32, wanted={"能源": 2})
    [record] = draws(world, case)
    reasons = {one["name"]: one["reason"] for one in record.excluded}
    assert reasons["在企业"] == "在本企业（一厂）任职"
    assert reasons["在咨询"] == "在为本企业提供咨询的机构（甲咨询）任职"
    assert reasons["环一"] == "申报与该单位有利益关系：本企业（一厂），持股"
    assert "环二" in reasons
    assert "能一" not in reasons


def world_day() -> Any:
    from app import clock

    return clock.today()


def test_an_expert_named_in_the_audit_of_an_enterprise_must_not_judge_it(world: World, case: int) -> None:
    ids = pool(world)
    with world.transaction() as session:
        found = session.get_one(Case, case)
        task = type("Completed", (), {"basis": "", "context": {}})()
        client_record.after_completion(session, found, task, {"mode": "expert", "experts": [{"name": "行一"}, {"name": "外人"}]})
    with world.session() as session:
        assert session.scalars(select(ExpertInterest.entry_id)).all() == [ids["行一"]]
        enterprise = session.scalars(select(Enterprise.uscc).where(Enterprise.name == "一厂")).one()
        assert session.scalars(select(ExpertInterest.uscc)).all() == [enterprise]
    assert ask(world, case, "draw_experts", wanted={"行业": 1})["experts_drawn"] is False


def test_too_few_experts_draw_nobody_and_say_what_to_do(world: World, case: int) -> None:
    pool(world)
    told = ask(world, case, "draw_experts", wanted={"行业": 1, "清洁生产": 1})
    assert "“清洁生产”专家需要 1 名，可抽取的 0 名" in told["draw_missing"]
    assert "请110000support_body在“名录”中增补" in told["draw_missing"]
    assert drawn(world, case) == []


def test_without_a_pool_the_sentence_says_who_must_open_one(world: World) -> None:
    case = client(world, SHANDONG, "甲咨询", "一厂")
    told = ask(world, case, "draw_experts", wanted=3)
    assert told["experts_drawn"] is False
    assert "山东省还没有建立清洁生产专家库" in told["draw_missing"]


@pytest.mark.parametrize("wanted", [0, -1, {}, {"环保": 0}, {"环保": "2"}, "三名", True])
def test_a_number_that_is_none_is_refused(world: World, case: int, wanted: Any) -> None:
    with pytest.raises(OperatorError):
        ask(world, case, "draw_experts", wanted=wanted)


def leave(world: World, member: DrawMember, status: MemberStatus) -> None:
    with world.transaction() as session:
        session.get_one(DrawMember, member.id).status = status


def test_the_seats_of_those_who_do_not_come_are_drawn_again_without_them(world: World, case: int) -> None:
    pool(world)
    ask(world, case, "draw_experts", wanted={"环保": 2, "能源": 1})
    first = next(m for m in drawn(world, case) if m.specialty == "环保")
    leave(world, first, MemberStatus.RECUSED)
    assert ask(world, case, "replace_experts", engine_id="b" * 32)["experts_drawn"] is True
    members = drawn(world, case)
    assert len(members) == 4
    assert members[-1].specialty == "环保"
    assert len({m.entry_id for m in members}) == 4
    assert [(d.sitting, d.round, d.replaces) for d in draws(world, case)] == [(1, 1, False), (1, 2, True)]
    leave(world, members[-1], MemberStatus.UNAVAILABLE)
    told = ask(world, case, "replace_experts", engine_id="c" * 32)
    assert told["experts_drawn"] is False
    assert "“环保”专家需要 1 名，可抽取的 0 名" in told["draw_missing"]


def test_where_every_seat_is_held_nothing_is_drawn_again(world: World, case: int) -> None:
    pool(world)
    ask(world, case, "draw_experts", wanted=2)
    assert ask(world, case, "replace_experts", engine_id="b" * 32)["experts_drawn"] is True
    assert len(draws(world, case)) == 1


def test_a_second_sitting_may_call_the_same_experts(world: World, case: int) -> None:
    ids = pool(world)
    for letter in "ab":
        ask(world, case, "draw_experts", engine_id=letter * 32, wanted={"行业": 1})
    assert [m.entry_id for m in drawn(world, case)] == [ids["行一"]] * 2


def test_opinions_are_counted_with_those_who_dissent(world: World, case: int) -> None:
    from app import clock

    pool(world)
    ask(world, case, "draw_experts", wanted=3)
    one, two, _ = drawn(world, case)
    with world.transaction() as session:
        for member, agrees in ((one, True), (two, False)):
            found = session.get_one(DrawMember, member.id)
            found.opinion, found.agrees, found.given_at = "意见", agrees, clock.now()
    assert ask(world, case, "expert_opinions", engine_id="b" * 32) == {"experts_present": 3, "opinions_missing": 1, "dissents": 1}
