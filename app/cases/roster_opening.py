"""Opening a list: which kinds a bureau may open, and the case that takes the list on its way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import level_of_region
from app.access.principal import Principal
from app.cases import starting
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict, Forbidden
from app.engine.errors import ElementFailed, EngineError
from app.model import Case, Organisation, OutboxMessage, OutboxStatus, Roster, RosterStatus, User
from app.services import list_kinds, local_law, outbox
from app.services.list_kinds import ListKind

DELIVERY = "open_roster"


class NotBegun(CaseError):
    """The process of a list failed before it came to anybody. Nothing was stored; `keep` lets it begin once that is mended."""

    def __init__(self, payload: dict[str, Any], where: str) -> None:
        self.payload = payload
        place = f"在“{where}”" if where else "一开始就"
        super().__init__(f"名单还没有建立：流程{place}出了故障，已报告系统管理员。处理后名单自动建立，出现在您的待办里，不需要重新提交。")


def possible_years() -> list[int]:
    """Years for which a list may be opened today."""
    year = clock.today().year
    return [year - 1, year, year + 1]


def kinds_to_open(session: Session, principal: Principal) -> list[tuple[ListKind, Organisation]]:
    """The kinds of list that the person's bureaus may open, each with the bureau. Where a province has no list process, the national one stands in."""
    found: list[tuple[ListKind, Organisation]] = []
    for bureau in principal.authorities:
        own = local_law.jurisdiction_of(bureau.region_code)
        kinds = list_kinds.in_force(session, [own] if own else []) or list_kinds.in_force(session, [local_law.NATIONAL])
        found += [(kind, bureau) for kind in kinds if kind.is_opened_by(bureau)]
    return found


def _chosen(session: Session, principal: Principal, process: str | None) -> tuple[ListKind, Organisation]:
    """The kind of list that is to be opened and the person's bureau that opens it. Raises `Forbidden`."""
    found = kinds_to_open(session, principal)
    if process is not None and all(kind.process != process for kind, _ in found):
        # Named, it may be another than that of the bureau's province: a simulation.
        named = [kind for kind in list_kinds.in_force(session) if kind.process == process]
        found = [(kind, bureau) for kind in named for bureau in principal.authorities if kind.is_opened_by(bureau)]
    for kind, bureau in found:
        if process in (None, kind.process):
            return kind, bureau
    raise Forbidden("您单位不能提出这种名单，或者名单的依据目前没有生效")


def open_roster(session: Session, principal: Principal, year: int, *, process: str | None = None) -> Case:
    """Starts the year's list of the person's bureau. One open list of a kind per bureau and year.

    `process` says which kind of list, where the bureau may open several. Raises `Forbidden`, `Conflict`, `CaseError`, and `NotBegun` when the process fails.
    """
    kind, bureau = _chosen(session, principal, process)
    try:
        return _open(session, principal, year, kind, bureau)
    except EngineError as error:
        subject = f"{bureau.name} {year}年度{kind.name}"
        payload = {"user": principal.user_id, "year": year, "process": kind.process, "title": subject, "region": bureau.region_code}
        raise NotBegun(payload, error.name if isinstance(error, ElementFailed) else "") from error


def keep(session: Session, failed: NotBegun) -> None:
    """Puts a list that could not begin in line, in a transaction of its own: an administrator sees what fails, and it begins when that is mended."""
    about = f"roster:{failed.payload['title']}:"
    waits = (OutboxStatus.READY, OutboxStatus.FAILED)
    query = select(OutboxMessage.id).where(OutboxMessage.key.startswith(about, autoescape=True), OutboxMessage.status.in_(waits)).limit(1)
    if session.scalar(query) is None:
        outbox.put(session, key=f"{about}{clock.now().isoformat()}", kind=DELIVERY, payload=failed.payload)


def open_again(session: Session, payload: dict[str, Any]) -> None:
    """Opens a list that could not begin before, as the person who wanted it. Nothing happens when it is there by now."""
    principal = Principal(session.get_one(User, payload["user"]))
    kind, bureau = _chosen(session, principal, payload["process"])
    try:
        _open(session, principal, payload["year"], kind, bureau)
    except Conflict:
        return


def _open(session: Session, principal: Principal, year: int, kind: ListKind, bureau: Organisation) -> Case:
    line = bureau.body or ""
    if year not in possible_years():
        raise CaseError(f"现在只能提出 {possible_years()[0]} 至 {possible_years()[-1]} 年度的名单")
    known = session.scalars(
        select(Roster).where(
            Roster.organisation_id == bureau.id,
            Roster.year == year,
            Roster.line == line,
            Roster.publication == kind.publication,
            Roster.status == RosterStatus.OPEN,
        )
    ).first()
    if known is not None:
        raise Conflict(f"{bureau.name}的{year}年度名单正在办理，请在原名单上继续")
    roster = Roster(
        line=line, year=year, region_code=bureau.region_code, organisation_id=bureau.id,
        status=RosterStatus.OPEN, publication=kind.publication, created_at=clock.now(),
    )  # fmt: skip
    session.add(roster)
    session.flush()
    level = bureau.level or level_of_region(bureau.region_code)
    return starting.start(
        session,
        process=kind.process,
        region=bureau.region_code,
        roster_id=roster.id,
        title=f"{bureau.name} {year}年度{kind.name}",
        variables={
            "line": line,
            "year": year,
            "start_level": level,
            "proposer": f"{level}_{line}",
            "notifier": f"{level}_{line}",
            "roster_id": roster.id,
        },
        is_demo=bureau.is_demo,
        by=By(principal.user_id, bureau.id),
    )
