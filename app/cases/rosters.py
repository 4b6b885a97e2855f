"""Work on rosters: add by hand, import from Excel, correct, strike, return. Whoever holds the roster's open task may do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.organisations import LEVELS, level_of_region, region_prefix
from app.access.principal import Principal
from app.cases import starting
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict, FieldProblem, Forbidden, InvalidForm, NotFound
from app.law.catalogue import catalogue
from app.model import (
    Case,
    EntryStatus,
    Organisation,
    Roster,
    RosterEntry,
    RosterStatus,
    Task,
    TaskStatus,
)
from app.model.identifiers import IdentifierError, check_industry, check_region, check_uscc

GROUNDS_OF_LINE = {"environment": ("1", "3"), "coordinator": ("2",)}
LINE_PROCESS = {"environment": "listing_env", "coordinator": "listing_coordinator"}
FIELDS = (
    "name", "uscc", "region_code", "industry_code", "address", "legal_representative", "contact_name", "contact_phone",
    "grounds", "management_level",
)  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """A roster that the person is working on: the roster, its case and the open task that gives the right."""

    roster: Roster
    case: Case
    task: Task


def open_roster(session: Session, principal: Principal, year: int) -> Case:
    """Starts the year's list of the person's bureau. One open list per bureau and year. Raises `Forbidden`, `Conflict`."""
    bureau = next((o for o in principal.authorities if o.body in LINE_PROCESS), None)
    if bureau is None or bureau.body is None:
        raise Forbidden("只有生态环境或综合协调部门可以提出名单")
    known = session.scalars(
        select(Roster).where(
            Roster.organisation_id == bureau.id, Roster.year == year, Roster.line == bureau.body, Roster.status == RosterStatus.OPEN
        )
    ).first()
    if known is not None:
        raise Conflict(f"{bureau.name}的{year}年度名单正在办理，请在原名单上继续")
    roster = Roster(
        line=bureau.body, year=year, region_code=bureau.region_code, organisation_id=bureau.id,
        status=RosterStatus.OPEN, created_at=clock.now(),
    )  # fmt: skip
    session.add(roster)
    session.flush()
    level = bureau.level or level_of_region(bureau.region_code)
    slug = jurisdiction_of(bureau.region_code)
    return starting.start(
        session,
        process=f"{slug}.{LINE_PROCESS[bureau.body]}",
        region=bureau.region_code,
        roster_id=roster.id,
        title=f"{bureau.name} {year}年度强制性审核名单",
        variables={
            "line": bureau.body,
            "year": year,
            "start_level": level,
            "proposer": f"{level}_{bureau.body}",
            "notifier": f"{level}_{bureau.body}",
            "roster_id": roster.id,
        },
        is_demo=bureau.is_demo,
        by=By(principal.user_id, bureau.id),
    )


def jurisdiction_of(region_code: str) -> str:
    """The slug of the province whose rules apply to a region. Raises `CaseError` where the catalogue has none."""
    code = region_code[:2] + "0000"
    for jurisdiction in catalogue().jurisdictions():
        if jurisdiction.code == code:
            return jurisdiction.slug
    raise CaseError(f"没有 {code} 的流程库")


def find(session: Session, principal: Principal, roster_id: int) -> Roster:
    """A roster that the person may see. Raises `NotFound`."""
    found = session.scalars(select(Roster).where(Roster.id == roster_id, scope.rosters(principal))).first()
    if found is None:
        raise NotFound()
    return found


def entries(session: Session, roster_id: int) -> list[RosterEntry]:
    return list(session.scalars(select(RosterEntry).where(RosterEntry.roster_id == roster_id).order_by(RosterEntry.region_code, RosterEntry.id)))


def hold(session: Session, principal: Principal, roster_id: int) -> Holding:
    """The roster with the open task that lets the person work on it. Raises `NotFound`, `Forbidden`."""
    roster = find(session, principal, roster_id)
    row = session.execute(
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Case.roster_id == roster.id, Task.status == TaskStatus.OPEN, Task.panel == "roster", scope.own_tasks(principal))
        .with_for_update(of=Case)
    ).first()
    if row is None:
        raise Forbidden("名单目前不在您单位手中，不能修改")
    return Holding(roster, row[1], row[0])


def add(session: Session, principal: Principal, roster_id: int, values: dict[str, Any]) -> RosterEntry:
    """Adds an enterprise by hand. Raises `InvalidForm` with a problem for each field."""
    held = hold(session, principal, roster_id)
    clean = _checked(session, held, values)
    if session.scalar(select(func.count()).where(RosterEntry.roster_id == roster_id, RosterEntry.uscc == clean["uscc"])):
        raise InvalidForm([FieldProblem("/uscc", "这家企业已经在名单上")])
    entry = _new_entry(held, clean)
    session.add(entry)
    _touch(held)
    session.flush()
    return entry


def import_rows(session: Session, principal: Principal, roster_id: int, rows: Sequence[dict[str, Any]]) -> int:
    """Adds many enterprises, all or none. Rows come from a checked workbook. Raises `InvalidForm` naming every bad row."""
    held = hold(session, principal, roster_id)
    known = set(session.scalars(select(RosterEntry.uscc).where(RosterEntry.roster_id == roster_id)))
    problems: list[FieldProblem] = []
    fresh: list[RosterEntry] = []
    for row in rows:
        number = row.get("row", 0)
        try:
            clean = _checked(session, held, row)
        except InvalidForm as error:
            problems += [FieldProblem(f"/{number}{p.pointer}", p.message) for p in error.problems]
            continue
        if clean["uscc"] in known:
            problems.append(FieldProblem(f"/{number}/uscc", f"{clean['name']}已经在名单上"))
        else:
            known.add(clean["uscc"])
            fresh.append(_new_entry(held, clean))
    if problems:
        raise InvalidForm(problems)
    session.add_all(fresh)
    _touch(held)
    session.flush()
    return len(fresh)


def correct(session: Session, principal: Principal, roster_id: int, entry_id: int, values: dict[str, Any]) -> RosterEntry:
    """Changes an entry; a returned one is listed again."""
    held = hold(session, principal, roster_id)
    entry = _entry(session, roster_id, entry_id)
    clean = _checked(session, held, {**{f: getattr(entry, f) for f in FIELDS}, **values})
    for field in FIELDS:
        setattr(entry, field, clean[field])
    _act(held, entry, "corrected", None, EntryStatus.LISTED)
    session.flush()
    return entry


def strike(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str) -> int:
    """Strikes entries, with the reason."""
    return _decide(session, principal, roster_id, entry_ids, reason, EntryStatus.STRUCK, "struck")


def return_entries(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str) -> int:
    """Marks entries to be corrected by the lower level, with the reason. The list itself goes back with the task's decision."""
    return _decide(session, principal, roster_id, entry_ids, reason, EntryStatus.RETURNED, "returned")


def restore(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int]) -> int:
    """Puts struck or returned entries back on the list."""
    return _decide(session, principal, roster_id, entry_ids, "恢复列入", EntryStatus.LISTED, "restored")


def _decide(
    session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str, status: EntryStatus, act: str
) -> int:
    held = hold(session, principal, roster_id)
    if not reason.strip():
        raise CaseError("请写明原因")
    chosen = session.scalars(select(RosterEntry).where(RosterEntry.roster_id == roster_id, RosterEntry.id.in_(entry_ids))).all()
    if not chosen:
        raise CaseError("请先选择企业")
    for entry in chosen:
        _act(held, entry, act, reason.strip(), status)
    session.flush()
    return len(chosen)


def _act(held: Holding, entry: RosterEntry, act: str, reason: str | None, status: EntryStatus) -> None:
    entry.status = status
    entry.reason = reason if status != EntryStatus.LISTED else None
    entry.decided_by_id = held.task.organisation_id
    mark = {"at": clock.now().isoformat(), "organisation": held.task.organisation_id, "act": act, "reason": reason}
    entry.history = [*entry.history, mark]
    _touch(held)


def _touch(held: Holding) -> None:
    """The task's revision rises with the list: a decision made on an older list is refused."""
    held.task.revision += 1


def _entry(session: Session, roster_id: int, entry_id: int) -> RosterEntry:
    entry = session.get(RosterEntry, entry_id)
    if entry is None or entry.roster_id != roster_id:
        raise NotFound()
    return entry


def _new_entry(held: Holding, clean: dict[str, Any]) -> RosterEntry:
    return RosterEntry(
        roster_id=held.roster.id,
        status=EntryStatus.LISTED,
        added_by_id=held.task.organisation_id,
        history=[{"at": clock.now().isoformat(), "organisation": held.task.organisation_id, "act": "added", "reason": None}],
        **clean,
    )


def _checked(session: Session, held: Holding, values: dict[str, Any]) -> dict[str, Any]:
    """Values of an entry, normalised. Raises `InvalidForm`."""
    clean: dict[str, Any] = {f: (values.get(f) or None) for f in FIELDS}
    problems: list[FieldProblem] = []

    def check(field: str, function: Any) -> None:
        try:
            clean[field] = function(str(clean[field] or ""))
        except IdentifierError as error:
            problems.append(FieldProblem(f"/{field}", str(error)))

    check("uscc", check_uscc)
    check("region_code", check_region)
    if clean["industry_code"]:
        check("industry_code", check_industry)
    for field in ("name", "address", "legal_representative", "contact_name", "contact_phone"):
        clean[field] = str(clean[field]).strip() if clean[field] else None
    if not clean["name"]:
        problems.append(FieldProblem("/name", "请填写企业名称"))
    bureau = session.get(Organisation, held.task.organisation_id)
    prefix = region_prefix(bureau.region_code if bureau else held.roster.region_code)
    if clean["region_code"] and not str(clean["region_code"]).startswith(prefix):
        problems.append(FieldProblem("/region_code", "所在地不在本机关辖区内"))
    allowed = GROUNDS_OF_LINE[held.roster.line]
    grounds = sorted(set(clean["grounds"] or []))
    if not grounds:
        problems.append(FieldProblem("/grounds", "请选择列入依据"))
    elif any(g not in allowed for g in grounds):
        problems.append(FieldProblem("/grounds", "列入依据不属于本部门职责：" + "、".join(f"第（{'一二三'[int(g) - 1] if g in '123' else g}）项" for g in grounds if g not in allowed)))
    clean["grounds"] = grounds
    clean["management_level"] = clean["management_level"] if clean["management_level"] in LEVELS[:3] else "county"
    if problems:
        raise InvalidForm(problems)
    return clean


def of_case(session: Session, case: Case) -> Roster | None:
    return session.get(Roster, case.roster_id) if case.roster_id else None

