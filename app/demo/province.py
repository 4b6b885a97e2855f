"""Loads the demonstration: a province with its bureaus, a year of lists, and cases in every stage, some of them late."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import clock
from app.access.signing_in import hash_password
from app.cases import clock_stops, drafts, library, notices, roster_opening, rosters, work
from app.config import Settings
from app.demo import places, registers
from app.demo.places import ACCOUNTS, ENTERPRISE_ACCOUNT, Company
from app.demo.stage import Stage
from app.model import Case, Enterprise, RosterEntry, ServicePromise, Setting, Task, User
from app.model.session import Database
from app.runtime import Runtime
from app.services import list_kinds

EXTENSION_NOTE = "演示数据登记：本演示假定该实施细则继续有效，仅供试用；正式使用前请登记真实的延续依据。"
LOADED = "demo_data"

CHEMICALS = Company(1, "样例精细化工有限公司", "370102", "2614", ("1", "3"))
PLATING = Company(2, "样例金属表面处理有限公司", "370102", "3360", ("3",))
PAPER = Company(3, "样例纸业有限公司", "370102", "2221", ("1", "2"))
PHARMACY = Company(4, "样例制药有限公司", "370102", "2710", ("1",))
HEATING = Company(5, "示例能源热力有限公司", "370102", "2511", ("2",))
DYEING = Company(6, "示例染整有限公司", "370102", "1713", ("1",))
MACHINERY = Company(7, "示例机械制造有限公司", "370102", "3411", ("2",))
MATERIALS = Company(8, "样例新材料科技有限公司", "370102", "2651", ("1",))
FOUNDRY = Company(9, "示例铸造有限公司", "370102", "3130", ("1",))
CEMENT = Company(10, "示例建材有限公司", "370112", "3011", ("2",))
FOOD = Company(11, "示例食品有限公司", "370303", "1411", ("1",))
RUBBER = Company(12, "示例助剂有限公司", "370702", "2614", ("3",))
CIRCUITS = Company(13, "示例电子线路有限公司", "370102", "3360", ("3",))
PAINT = Company(14, "样例涂料有限公司", "370102", "2631", ("1",))
GLASS = Company(15, "示例玻璃制品有限公司", "370102", "3011", ("2",))
SOLVENT = Company(16, "样例溶剂有限公司", "370305", "2614", ("3",))
PESTICIDES = Company(27, "样例农化有限公司", "370102", "2631", ("3",))
PROPOSED = (
    Company(17, "样例印染助剂有限公司", "370102", "2614", ("1",)),
    Company(18, "样例电池材料有限公司", "370102", "2614", ("1", "3")),
    Company(19, "示例皮革制品有限公司", "370102", "1713", ("3",)),
)
RETURNED = (
    Company(20, "示例锻压有限公司", "370105", "3311", ("1",)),
    Company(21, "示例镀锌有限公司", "370105", "3360", ("3",)),
)
ABOVE = (
    Company(22, "示例农药制剂有限公司", "370302", "2631", ("3",)),
    Company(23, "示例树脂有限公司", "370305", "2651", ("1",)),
    Company(24, "示例陶瓷有限公司", "370302", "3011", ("1",)),
)
HEAVY_USERS = (
    Company(25, "示例冷链物流有限公司", "370102", "1411", ("2",)),
    Company(26, "示例钢结构有限公司", "370102", "3311", ("2",)),
)


def load(runtime: Runtime, *, empty_only: bool = False) -> str:
    """Loads the demonstration and gives what to print: the accounts and their password.

    With `empty_only` nothing is loaded into a database that has users; then the text is that of the demonstration loaded before.
    """
    with runtime.database.session() as session:
        has_users = session.scalar(select(User.id).limit(1)) is not None
        state = session.get(Setting, LOADED)
    if has_users and (empty_only or state is not None):
        return accounts(runtime)
    password = _password(runtime.settings)
    hashed = hash_password(password)
    with runtime.database.transaction() as session:
        session.add(Setting(key=LOADED, value="loading"))
        library.record_extension(session, "shandong.", EXTENSION_NOTE)
        people = places.set_up(session, hashed)
        _promises(session, people.organisations)
    stage = Stage(runtime, people, hashed)
    _first_list(stage)
    _second_list(stage)
    _third_list(stage)
    _lists_under_way(stage)
    with _fewer_syncs(runtime.database):
        stage.play()
        with clock.at(stage.end):
            _drafts(stage)
        registers.load(stage)
    with runtime.database.transaction() as session:
        session.get_one(Setting, LOADED).value = "loaded"
    return _text(runtime.settings, "loaded")


@contextmanager
def _fewer_syncs(database: Database) -> Iterator[None]:
    """Lets SQLite write to the disk less often while the story is played: what a power cut would lose is loaded again."""
    if not database.is_sqlite:
        yield
        return

    def relax(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    event.listen(database.engine, "checkout", relax)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", relax)
        database.engine.dispose()  # connections made from now on write through again


def accounts(runtime: Runtime) -> str:
    """What to print about the demonstration in the database; nothing where there is none."""
    with runtime.database.session() as session:
        state = session.get(Setting, LOADED)
    return _text(runtime.settings, state.value if state else None)


# -- accounts ---------------------------------------------------------------------------------------------------------


def _password(settings: Settings) -> str:
    """The common password: that of the settings, else one made at first use and kept for this installation."""
    if settings.demo_password:
        return settings.demo_password
    path = settings.instance_dir / "demo_password"
    if path.exists():
        return path.read_text().strip()
    syllables = [c + v for c in "bdfghjkmnprstw" for v in "aeiou"]
    fresh = "-".join("".join(secrets.choice(syllables) for _ in range(3)) for _ in range(2)) + f"-{secrets.randbelow(900) + 100}"
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(fresh)
    return fresh


def _text(settings: Settings, state: str | None) -> str:
    """What is printed at each start. Nothing where the database holds no demonstration."""
    if state is None:
        return ""
    if state != "loaded":
        return "演示数据上次没有载完，数据不完整：请停止系统，删除数据库后重新启动。"
    lines = ["演示账号（所有企业和人员均为虚构）："]
    rows = [(a.username, a.what) for a in ACCOUNTS]
    rows.insert(7, (ENTERPRISE_ACCOUNT, MATERIALS.name))
    lines += [f"  {username:<16}{what}" for username, what in rows]
    kept = settings.demo_password or (settings.instance_dir / "demo_password")
    if isinstance(kept, str) or kept.exists():
        lines.append(f"  密码（全部相同）：{_password(settings)}")
    return "\n".join(lines)


def _promises(session: Session, organisations: dict[str, int]) -> None:
    """Service promises of two bureaus, shorter than the law's limits."""
    for key, step, value in (
        ("county_environment:370102", "sd-acceptance-2008.acceptance.s4", 15),
        ("county_environment:370102", "sd-acceptance-2008.acceptance.s5", 15),
        ("county_coordinator:370102", "sd-acceptance-2008.acceptance.s3", 10),
        ("city_environment:370100", "sd-acceptance-2008.acceptance.s8", 15),
    ):
        session.add(ServicePromise(organisation_id=organisations[key], step=step, value=value, unit="workday"))


# -- finding things ---------------------------------------------------------------------------------------------------


def _audit(stage: Stage, company: Company, process: str = "mandatory_audit") -> Callable[[Session], int]:
    return lambda session: stage.case_id(session, company.uscc, process)


def _newest(process: str) -> Callable[[Session], int]:
    def find(session: Session) -> int:
        found = session.scalars(select(Case.id).where(Case.process_key == f"shandong.{process}").order_by(Case.id.desc()).limit(1)).first()
        if found is None:
            raise LookupError(process)
        return found

    return find


# -- lists ------------------------------------------------------------------------------------------------------------


def _propose(stage: Stage, office: str, year: int, companies: tuple[Company, ...]) -> int:
    """A bureau opens its list and enters enterprises. Gives the case."""
    with stage.transaction() as session:
        principal = stage.office(session, office)
        case = roster_opening.open_roster(session, principal, year)
        session.flush()
        known = list_kinds.of_case(session, case).grounds
        for company in companies:
            own = tuple(g for g in company.grounds if g in known)
            rosters.add(session, principal, case.roster_id or 0, company.entry(own))
        return case.id


def _list(stage: Stage, office: str, year: int, companies: tuple[Company, ...], *, start: int, until: tuple[str, ...] = ()) -> None:
    """A list on its way up, from a day on; it stops at a task of `until`."""
    made: list[int] = []
    stage.on(start, lambda: made.append(_propose(stage, office, year, companies)))
    stage.walk(lambda _session: made[0], start=start - 1, gap=3, until=until)


def _publish(stage: Stage, days_ago: int) -> None:
    """The province's two bodies publish what was handed over, on one day; afterwards the enterprises have somebody who acts for them."""
    stage.walk(_newest("list_publication"), start=days_ago, gap=0)


def _first_list(stage: Stage) -> None:
    """Over a year old: passed, failed, under review, waiting, late, fined, ended, rolled over."""
    year = stage.day(420).year
    env = (CHEMICALS, PLATING, PAPER, PHARMACY, DYEING, MATERIALS, PESTICIDES)
    _list(stage, "county_environment:370102", year, env, start=425)
    _list(stage, "county_coordinator:370102", year, (PAPER, HEATING, MACHINERY), start=424)
    _publish(stage, 400)
    stage.on(399, partial(_enterprise_account, stage))
    steps = partial(_step, stage)

    # Passed.
    stage.walk(_audit(stage, CHEMICALS), start=388, gap=19, until=("Task_Report",))
    stage.walk(_audit(stage, CHEMICALS), start=225, gap=3, values={"Task_Score": _scores(0.92), "Task_Report": _benefits(12, 5)})

    # Failed the acceptance, rectifying; the six months run out soon.
    stage.walk(_audit(stage, PLATING), start=386, gap=14, until=("Task_Report",))
    stage.walk(
        _audit(stage, PLATING), start=235, gap=3, until=("Task_Rectify",),
        values={"Task_Score": _scores(0.5), "Task_AssessEffect": {"decision": "fail"}, "Task_Report": _benefits(4, 1)},
    )  # fmt: skip

    # The acceptance is in progress; the clock of the city stands still for an expert review.
    stage.walk(_audit(stage, PAPER), start=385, gap=20, until=("Task_Report",))
    stage.walk(_audit(stage, PAPER), start=52, gap=3, until=("Task_Organise",), values={"Task_Report": _benefits(9, 3)})
    stage.on(4, partial(_stop_clock, stage))

    # Reported; the result is to be published.
    stage.walk(_audit(stage, PHARMACY), start=384, gap=21, until=("Task_Report",))
    stage.walk(_audit(stage, PHARMACY), start=45, gap=4, until=("Task_PublishResult",), values={"Task_Report": _benefits(7, 2)})

    # A year is over and nothing was reported: a penalty case runs.
    stage.walk(_audit(stage, HEATING), start=383, gap=30, until=("Task_Carry",))

    # Did not publish its information, was fined, then went on.
    stage.walk(_audit(stage, DYEING), start=380, gap=19, leave=("Task_Disclose",), until=("Task_Report",))
    penalty = _audit(stage, DYEING, "penalty")
    steps(penalty, 362, "Task_Determine", {"decision": "disclosure", "facts": "名单公布满一个月，企业未以任何方式公开应当公开的信息。"})
    steps(
        penalty,
        354,
        "Task_OrderDisclosure",
        {"decision": "fine", "amount": 50000, "requirements": "立即在企业网站公开应当公布的全部信息。"},
    )
    stage.walk(penalty, start=346, gap=4)
    steps(_audit(stage, DYEING), 343, "Task_Disclose")
    stage.walk(_audit(stage, DYEING), start=150, gap=4, values={"Task_JudgeAcceptance": {"decision": "no"}})

    # Applied for the acceptance: one county office is late with its review, another one's limit is near.
    stage.walk(_audit(stage, MACHINERY), start=382, gap=30, until=("Task_Report",))
    stage.walk(_audit(stage, MACHINERY), start=62, gap=3, until=("Task_ReviewPolicy",))
    stage.walk(_audit(stage, PESTICIDES), start=381, gap=30, until=("Task_Report",))
    stage.walk(_audit(stage, PESTICIDES), start=48, gap=3, until=("Task_Lead",))

    # Applied for an extension and was rolled over into the next round.
    stage.walk(_audit(stage, MATERIALS), start=387, gap=25, until=("Task_Audit",))
    steps(
        _audit(stage, MATERIALS), 150, "Task_ApplyExtension",
        {"reason": "主要生产线正在搬迁改造，本轮无法完成物料实测。"},
    )  # fmt: skip
    for day, element in ((146, "Task_OpinionEnvironment"), (140, "Task_CityEnvironment"), (133, "Task_ProvinceEnvironment")):
        steps(_audit(stage, MATERIALS), day, element)


def _second_list(stage: Stage) -> None:
    """Half a year old: in the phases, about to report, and one that never started."""
    year = stage.day(200).year
    _list(stage, "county_environment:370102", year, (FOUNDRY, CIRCUITS), start=205)
    _list(stage, "county_coordinator:370112", year, (CEMENT,), start=204)
    _list(stage, "city_environment:370300", year, (FOOD,), start=204)
    _list(stage, "county_environment:370702", year, (RUBBER,), start=203)
    _publish(stage, 180)
    stage.walk(_audit(stage, FOUNDRY), start=165, gap=28, until=("Task_Options",))
    stage.walk(_audit(stage, CEMENT), start=160, gap=40, until=("Task_PreAudit",))
    stage.walk(_audit(stage, RUBBER), start=168, gap=15, until=("Task_Report",))
    for company in (CIRCUITS, FOOD):
        stage.walk(_audit(stage, company), start=160, gap=40, leave=("Task_StartAudit",), until=("Task_Prepare",))
    _step(
        stage, _audit(stage, CIRCUITS, "penalty"), 60, "Task_Determine",
        {"decision": "audit", "facts": "名单公布满两个月，经书面督促仍未启动审核。"},
    )  # fmt: skip


def _third_list(stage: Stage) -> None:
    """Three weeks old: the first limits are near."""
    year = stage.day(133).year + 1
    _list(stage, "county_environment:370102", year, (PAINT,), start=52)
    _list(stage, "county_coordinator:370102", year, (GLASS,), start=52)
    _list(stage, "city_environment:370300", year, (SOLVENT,), start=50)
    _publish(stage, 26)
    stage.on(20, partial(_read_notices, stage))
    _step(stage, _audit(stage, PAINT), 12, "Task_Disclose")
    stage.walk(_audit(stage, GLASS), start=10, gap=5, until=("Task_Prepare",))


def _lists_under_way(stage: Stage) -> None:
    """Next round's lists: a draft, one sent back by the city, one at the city, one at the province."""
    year = stage.day(133).year + 1
    stage.on(8, lambda: _note(_propose(stage, "county_environment:370102", year, PROPOSED)))
    made: list[int] = []
    stage.on(18, lambda: made.append(_propose(stage, "county_environment:370105", year, RETURNED)))
    stage.on(17, lambda: stage.finish(made[0], "Task_Propose"))
    stage.on(11, partial(_send_back, stage, made))
    _list(stage, "city_environment:370300", year, ABOVE, start=20, until=("Task_Approve",))
    _list(stage, "county_coordinator:370102", year, HEAVY_USERS, start=7, until=("Task_Summarise",))


def _note(_case_id: int) -> None:
    """An agenda entry gives nothing."""


# -- single acts ------------------------------------------------------------------------------------------------------


def _step(stage: Stage, find: Callable[[Session], int], days_ago: int, element: str, values: dict[str, Any] | None = None) -> None:
    def act() -> None:
        with stage.runtime.database.session() as session:
            case_id = find(session)
        stage.finish(case_id, element, values)

    stage.on(days_ago, act)


def _send_back(stage: Stage, made: list[int]) -> None:
    """The city returns one entry and with it the list."""
    reason = "第二家企业的列入依据与上年监测数据不一致，请核实后重新上报。"
    with stage.transaction() as session:
        principal = stage.office(session, "city_environment:370100")
        roster_id = session.get_one(Case, made[0]).roster_id or 0
        entry_id = session.scalars(select(RosterEntry.id).where(RosterEntry.roster_id == roster_id).order_by(RosterEntry.id.desc())).first()
        rosters.return_entries(session, principal, roster_id, [entry_id or 0], reason)
    with stage.transaction() as session:
        principal = stage.office(session, "city_environment:370100")
        task = next(t for t in stage.open_tasks(session, made[0]) if t.element_id == "Task_Summarise")
        work.send_back(session, principal, task.id, reason)


def _stop_clock(stage: Stage) -> None:
    with stage.transaction() as session:
        case_id = stage.case_id(session, PAPER.uscc, "mandatory_audit")
        task = next(t for t in stage.open_tasks(session, case_id) if t.element_id == "Task_Organise")
        principal = stage.clerk(session, task.organisation_id or 0)
        clock_stops.stop(session, principal, task.id, "expert_review", "涉及两条线，需先组织行业专家评审蒸汽平衡数据。")


def _read_notices(stage: Stage) -> None:
    """The enterprise has read what it was told so far."""
    with stage.transaction() as session:
        enterprise = session.scalars(select(Enterprise).where(Enterprise.uscc == MATERIALS.uscc)).one()
        notices.mark_all_read(session, stage.clerk(session, enterprise.organisation_id))


def _enterprise_account(stage: Stage) -> None:
    """The printed enterprise account acts for the enterprise that was rolled over."""
    with stage.transaction() as session:
        enterprise = session.scalars(select(Enterprise).where(Enterprise.uscc == MATERIALS.uscc)).one()
        user = places.add_user(session, ENTERPRISE_ACCOUNT, "郑演示", stage.password_hash, enterprise.organisation_id)
        stage.people.clerk_of[enterprise.organisation_id] = user.id


def _drafts(stage: Stage) -> None:
    """Half-filled forms: the enterprise's disclosure, the county's order."""
    for company, process, element, data in (
        (MATERIALS, "mandatory_audit", "Task_Disclose", {"channel": "website", "channel_name": "企业官方网站"}),
        (CIRCUITS, "penalty", "Task_OrderCorrection", {"requirements": "在期限内确定审核方式，启动审核，并报告启动情况。"}),
    ):
        with stage.transaction() as session:
            case_id = stage.case_id(session, company.uscc, process)
            task = session.scalars(select(Task).where(Task.case_id == case_id, Task.element_id == element, Task.status == "open")).one()
            drafts.save(session, stage.clerk(session, task.organisation_id or 0), task.id, data, 0)


# -- values -----------------------------------------------------------------------------------------------------------

_POINTS = {
    "1": 4, "2": 2, "3": 2, "4": 3, "5": 2, "6": 2, "7-1": 2, "7-2": 2, "7-3": 2, "8-1": 2, "8-2": 2, "8-3": 1, "9-1": 3, "9-2": 2,
    "9-3": 2, "9-4": 2, "9-5": 2, "9-6": 2, "10-1": 3, "10-2": 3, "11-1": 8, "11-2": 1, "11-3": 2, "11-4": 2, "11-5": 2, "12-1": 5,
    "12-2": 5, "12-3": 5, "12-5": 4, "12-6": 3, "12-7": 4, "12-8": 4, "13-1": 2, "13-2": 1, "14": 3, "15": 4,
}  # fmt: skip


def _scores(share: float) -> dict[str, Any]:
    """A scoring sheet with about this share of the points."""
    return {
        "scores": {item: round(points * share * 2) / 2 for item, points in _POINTS.items()},
        "emission_compliant": share > 0.8,
        "promise_years": 0 if share > 0.8 else 1,
    }


def _benefits(cheap: int, costly: int) -> dict[str, Any]:
    return {
        "low_cost_options": cheap, "high_cost_options": costly, "investment": 40 * costly + 3 * cheap, "economic_benefit": 22 * costly,
        "environmental_benefit": "年节水约 1.2 万吨，化学需氧量减排约 3 吨。",
    }  # fmt: skip
