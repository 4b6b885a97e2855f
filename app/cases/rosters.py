"""Work on rosters: add by hand, import from Excel, correct, strike, return, restore. Whoever holds the roster's open task may do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.organisations import LEVELS
from app.access.principal import Principal
from app.cases import advancing, roster_entries
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict, FieldProblem, Forbidden, InvalidForm, NotFound
from app.cases.roster_entries import FIELDS
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
from app.office.roster_workbook import RosterFileError, RowProblem, read_roster
from app.services import list_kinds, lists
from app.services.list_kinds import ListKind

_COLUMN_FIELDS = {
    "region": "region_code", "industry": "industry_code", "contact": "contact_name", "phone": "contact_phone", "level": "management_level",
}  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """A roster that the person is working on: its kind, its case, the open task that gives the right, and the bureau that has it."""

    roster: Roster
    kind: ListKind
    case: Case
    task: Task
    bureau: Organisation

    @property
    def may_return(self) -> bool:
        """Whether there is a lower level to send an entry back to."""
        return self.bureau.id != self.roster.organisation_id


class BadWorkbook(CaseError):
    """A workbook from which nothing was taken, with everything that is wrong with it."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = list(problems)
        super().__init__(f"文件有 {len(self.problems)} 处问题，没有导入任何企业")


# -- finding -----------------------------------------------------------------------------------------------------------


def find(session: Session, principal: Principal, roster_id: int) -> Roster:
    """A roster that the person may see. Raises `NotFound`."""
    found = session.scalars(select(Roster).where(Roster.id == roster_id, scope.rosters(principal))).first()
    if found is None:
        raise NotFound()
    return found


def kind_of(session: Session, roster: Roster) -> ListKind:
    """The kind of a roster; for one that no bureau opened, a kind that is published with it. Raises `NotFound` when there is none."""
    found = list_kinds.of_roster(session, roster) or next(iter(list_kinds.of_publication(session, roster.publication)), None)
    if found is None:
        raise NotFound("没有这种名单的流程")
    return found


def of_case(session: Session, case: Case) -> Roster | None:
    return session.get(Roster, case.roster_id) if case.roster_id else None


def holding(session: Session, principal: Principal, roster: Roster) -> Holding | None:
    """What lets the person work on a roster; none when it is elsewhere or approved, or its office only consents to another line's list.

    Locks nothing: for showing.
    """
    if roster.status != RosterStatus.OPEN:
        return None
    row = session.execute(
        select(Task, Case, Organisation)
        .join(Case, Case.id == Task.case_id)
        .join(Organisation, Organisation.id == Task.organisation_id)
        .where(
            Case.roster_id == roster.id, Task.status == TaskStatus.OPEN, Task.panel == "roster", Organisation.body == roster.line,
            scope.own_tasks(principal),
        )
    ).first()  # fmt: skip
    return Holding(roster, list_kinds.of_case(session, row[1]), row[1], row[0], row[2]) if row else None


def hold(session: Session, principal: Principal, roster_id: int) -> Holding:
    """The roster with the open task that lets the person work on it, its case locked. Raises `NotFound`, `Forbidden`, `Conflict`."""
    roster = find(session, principal, roster_id)
    held = holding(session, principal, roster)
    if held is not None:
        # Whoever held the lock before may have sent the list on: look again.
        advancing.lock(session, held.case.id)
        session.refresh(roster)
        session.refresh(held.task)
    if roster.status != RosterStatus.OPEN:
        raise Conflict("名单已经核定，不能再修改")
    if held is None or held.task.status != TaskStatus.OPEN:
        raise Forbidden("名单目前不在您单位手中，不能修改")
    return held


# -- entering ---------------------------------------------------------------------------------------------------------


def add(session: Session, principal: Principal, roster_id: int, values: dict[str, Any]) -> RosterEntry:
    """Adds an enterprise by hand. Raises `InvalidForm` with a problem for each field."""
    held = hold(session, principal, roster_id)
    clean = roster_entries.checked(values, grounds=held.kind.grounds, area=held.bureau.region_code)
    _refuse_known(session, roster_id, clean["uscc"])
    entry = _new_entry(held, clean, "added")
    session.add(entry)
    _record(session, held, principal, f"添加 {entry.name}")
    return entry


def import_workbook(session: Session, principal: Principal, roster_id: int, body: bytes) -> int:
    """Adds the enterprises of an Excel workbook, all or none. Raises `BadWorkbook` naming every bad row."""
    held = hold(session, principal, roster_id)
    try:
        found = read_roster(body, grounds=held.kind.names, region_prefix=held.bureau.region_code)
    except RosterFileError as error:
        raise BadWorkbook(error.problems) from error
    rows = [{_COLUMN_FIELDS.get(name, name): value for name, value in vars(row).items()} for row in found]
    try:
        return import_rows(session, principal, roster_id, rows)
    except InvalidForm as error:
        raise BadWorkbook([_row_problem(p) for p in error.problems]) from error


def _row_problem(problem: FieldProblem) -> RowProblem:
    _, row, field = problem.pointer.split("/", 2)
    return RowProblem(int(row), roster_entries.LABELS.get(field, field), problem.message)


def import_rows(session: Session, principal: Principal, roster_id: int, rows: Sequence[Mapping[str, Any]]) -> int:
    """Adds many enterprises, all or none. Raises `InvalidForm` naming every bad row: `/<row>/<field>`."""
    held = hold(session, principal, roster_id)
    known = set(session.scalars(select(RosterEntry.uscc).where(RosterEntry.roster_id == roster_id)))
    problems: list[FieldProblem] = []
    fresh: list[RosterEntry] = []
    for row in rows:
        number = row.get("row", 0)
        try:
            clean = roster_entries.checked(dict(row), grounds=held.kind.grounds, area=held.bureau.region_code)
        except InvalidForm as error:
            problems += [FieldProblem(f"/{number}{p.pointer}", p.message) for p in error.problems]
            continue
        if clean["uscc"] in known:
            problems.append(FieldProblem(f"/{number}/uscc", f"{clean['name']}（{clean['uscc']}）已经在名单上"))
        else:
            known.add(clean["uscc"])
            fresh.append(_new_entry(held, clean, "imported"))
    if problems:
        raise InvalidForm(problems)
    session.add_all(fresh)
    _record(session, held, principal, f"从 Excel 导入 {len(fresh)} 家企业")
    return len(fresh)


def correct(session: Session, principal: Principal, roster_id: int, entry_id: int, values: dict[str, Any]) -> RosterEntry:
    """Changes an entry; a returned one is listed again. The history keeps what was changed."""
    held = hold(session, principal, roster_id)
    entry = _entry(session, roster_id, entry_id)
    if entry.status == EntryStatus.STRUCK:
        raise CaseError(f"{entry.name}已被剔除，请先恢复再更正")
    given = {**{field: getattr(entry, field) for field in FIELDS}, **values}
    clean = roster_entries.checked(given, grounds=held.kind.grounds, area=held.bureau.region_code)
    if clean["uscc"] != entry.uscc:
        _refuse_known(session, roster_id, clean["uscc"])
    changed = roster_entries.changes(entry, clean, held.kind.names)
    for field in FIELDS:
        setattr(entry, field, clean[field])
    _act(held, entry, "corrected", None, EntryStatus.LISTED, changes=changed)
    _record(session, held, principal, f"更正 {entry.name}")
    return entry


# -- deciding ---------------------------------------------------------------------------------------------------------


def strike(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str) -> int:
    """Strikes entries, with the reason."""
    return _decide(session, principal, roster_id, entry_ids, reason, EntryStatus.STRUCK)


def return_entries(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str) -> int:
    """Marks entries to be corrected by the lower level, with the reason. The list itself goes back with the task's decision."""
    return _decide(session, principal, roster_id, entry_ids, reason, EntryStatus.RETURNED)


def restore(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str = "恢复列入") -> int:
    """Puts struck or returned entries back on the list. What a higher authority struck, only that level or one above it restores."""
    return _decide(session, principal, roster_id, entry_ids, reason, EntryStatus.LISTED)


_ACTS = {EntryStatus.STRUCK: ("struck", "剔除"), EntryStatus.RETURNED: ("returned", "退回"), EntryStatus.LISTED: ("restored", "恢复列入")}


def _decide(session: Session, principal: Principal, roster_id: int, entry_ids: Sequence[int], reason: str, status: EntryStatus) -> int:
    held = hold(session, principal, roster_id)
    if not reason.strip():
        raise CaseError("请写明原因")
    chosen = session.scalars(
        select(RosterEntry).where(RosterEntry.roster_id == roster_id, RosterEntry.id.in_(entry_ids), RosterEntry.status != status)
    ).all()
    if not chosen:
        raise CaseError("请先选择企业；已经处于这种状态的企业不需要再办")
    if status == EntryStatus.RETURNED:
        _check_returnable(held, chosen)
    if status == EntryStatus.LISTED:
        _check_restorable(session, held, chosen)
    act, word = _ACTS[status]
    for entry in chosen:
        _act(held, entry, act, reason.strip(), status)
    named = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} 家企业"
    _record(session, held, principal, f"{word} {named}", reason=reason.strip())
    return len(chosen)


def _check_returnable(held: Holding, chosen: Sequence[RosterEntry]) -> None:
    if not held.may_return:
        raise CaseError("名单就是本单位提出的，没有下级可以退回，请直接更正或剔除")
    own = next((entry for entry in chosen if entry.added_by_id == held.bureau.id), None)
    if own is not None:
        raise CaseError(f"{own.name}是本单位添加的，请直接更正或剔除")


def _check_restorable(session: Session, held: Holding, chosen: Sequence[RosterEntry]) -> None:
    deciders = {entry.decided_by_id for entry in chosen if entry.status == EntryStatus.STRUCK and entry.decided_by_id}
    above = {
        office.id: office.name
        for office in session.scalars(select(Organisation).where(Organisation.id.in_(deciders)))
        if office.level in LEVELS and LEVELS.index(office.level) > LEVELS.index(held.bureau.level or LEVELS[0])
    }
    for entry in chosen:
        if entry.status == EntryStatus.STRUCK and entry.decided_by_id in above:
            raise CaseError(f"{entry.name}由{above[entry.decided_by_id]}剔除，不能自行恢复；有不同意见请在上报说明中写明")


# -- sending the list on ----------------------------------------------------------------------------------------------


def before_complete(session: Session, task: Task, case: Case, data: Mapping[str, Any]) -> None:
    """Refuses to send on an empty list or one with entries that are still returned, and to publish nothing. Raises `InvalidForm`.

    The first consent to a publication settles its list.
    """
    if data.get("decision") == "return":
        return
    if task.panel == "roster":
        roster = of_case(session, case)
        if roster is not None and roster.status == RosterStatus.OPEN:
            _check_list(session, roster)
    elif task.panel == "publication":
        if not lists.handed_over(session, case):
            raise _refused("没有经核定、待公布的企业，不能发布空名单")
        if data.get("decision") == "confirm":
            lists.settle(session, case)


def _check_list(session: Session, roster: Roster) -> None:
    rows = session.execute(
        select(RosterEntry.status, func.count()).where(RosterEntry.roster_id == roster.id).group_by(RosterEntry.status)
    ).tuples()
    counts = dict(rows.all())
    if counts.get(EntryStatus.RETURNED):
        raise _refused(f"名单中还有 {counts[EntryStatus.RETURNED]} 家企业处于退回状态，请逐家更正、恢复或剔除后再提交")
    if not counts.get(EntryStatus.LISTED):
        raise _refused("名单上没有列入的企业，不能上报或核定；请先添加企业，或从 Excel 导入")


def _refused(sentence: str) -> InvalidForm:
    return InvalidForm([FieldProblem("", sentence)])


# -- parts ------------------------------------------------------------------------------------------------------------


def _refuse_known(session: Session, roster_id: int, uscc: str) -> None:
    known = session.scalars(select(RosterEntry.name).where(RosterEntry.roster_id == roster_id, RosterEntry.uscc == uscc)).first()
    if known is not None:
        raise InvalidForm([FieldProblem("/uscc", f"这家企业已经在名单上（{known}）")])


def _entry(session: Session, roster_id: int, entry_id: int) -> RosterEntry:
    entry = session.get(RosterEntry, entry_id)
    if entry is None or entry.roster_id != roster_id:
        raise NotFound()
    return entry


def _new_entry(held: Holding, clean: dict[str, Any], act: str) -> RosterEntry:
    return RosterEntry(
        roster_id=held.roster.id, status=EntryStatus.LISTED, added_by_id=held.bureau.id, history=[_mark(held, act, None)], **clean
    )


def _act(held: Holding, entry: RosterEntry, act: str, reason: str | None, status: EntryStatus, **more: Any) -> None:
    entry.status = status
    entry.reason = reason if status != EntryStatus.LISTED else None
    entry.decided_by_id = held.bureau.id
    entry.history = [*entry.history, {**_mark(held, act, reason), **more}]


def _mark(held: Holding, act: str, reason: str | None) -> dict[str, Any]:
    return {"at": clock.now().isoformat(), "organisation": held.bureau.id, "act": act, "reason": reason}


def _record(session: Session, held: Holding, principal: Principal, name: str, **detail: Any) -> None:
    """The case's history says what was done to the list, and the task's revision rises: a decision made on an older list is refused."""
    held.task.revision += 1
    session.flush()
    advancing.record(
        session, held.case, "roster_edited", By(principal.user_id, held.bureau.id),
        name=name[:200], task_id=held.task.id, public_to_enterprise=False, detail=detail,
    )  # fmt: skip
