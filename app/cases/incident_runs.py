"""One act on all incidents of the same cause: decided once, carried out in the background, each case in a transaction of its own.

`begin` writes the run with an item for each incident, and puts each into the outbox. A crash loses nothing: what was not carried out is still in
line. Every item says in the end what became of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import incident_data, incidents
from app.cases.administrators import record, require
from app.cases.errors import CaseError, Conflict
from app.cases.incidents import Move, Outcome
from app.model import Incident, IncidentRun, IncidentRunItem, IncidentStatus, Role, RunItemStatus, User
from app.model.session import DATABASE_AWAY, forget_after_commit
from app.model.statements import table
from app.services import outbox

ACTS = {"retry": "重试", "edit": "修改数据并重试", "move": "转到其他环节", "cancel": "终止案件"}


def begin(session: Session, principal: Principal, cause: str, act: str, reason: str, options: dict[str, Any] | None = None) -> IncidentRun:
    """Decides an act for every open incident of a cause. Raises `CaseError` without a reason, `Conflict` when none is open any more."""
    require(principal, Role.ADMINISTRATOR)
    if act not in ACTS:
        raise CaseError("请选择处理方式")
    why = incidents.reason_of(reason)
    ids = session.scalars(
        select(Incident.id).where(Incident.status == IncidentStatus.OPEN, Incident.cause == cause).order_by(Incident.id)
    ).all()
    if not ids:
        raise Conflict("这一原因的故障都已处理，不需要再处理")
    run = IncidentRun(
        act=act, cause=cause, reason=why, options=options or {}, requested_by_id=principal.user_id, requested_at=clock.now()
    )  # fmt: skip
    session.add(run)
    session.flush()
    session.execute(insert(table(IncidentRunItem)), [{"run_id": run.id, "incident_id": i, "status": RunItemStatus.WAITING} for i in ids])
    outbox.put_all(
        session, [{"key": f"incident-run:{run.id}:{i}", "kind": "incident", "payload": {"run": run.id, "incident": i}} for i in ids]
    )
    record(session, principal, "incident_run", ACTS[act], act=ACTS[act], reason=why, count=len(ids), run=run.id)
    return run


def carry_out(session: Session, run_id: int, incident_id: int) -> None:
    """Does for one incident what was decided for all, and writes down what came of it. What fails leaves its case as it was."""
    run = session.get_one(IncidentRun, run_id)
    item = session.get_one(IncidentRunItem, (run_id, incident_id))
    if item.status != RunItemStatus.WAITING:
        return
    try:
        with session.begin_nested():
            outcome = _act(session, run, incident_id)
    except DATABASE_AWAY:
        raise
    except CaseError as error:
        forget_after_commit(session)
        outcome = Outcome(False, str(error))
    item.status = RunItemStatus.DONE if outcome.done else RunItemStatus.FAILED
    item.message, item.finished_at = outcome.message, clock.now()


def _act(session: Session, run: IncidentRun, incident_id: int) -> Outcome:
    principal = Principal(session.get_one(User, run.requested_by_id))
    excluding = run.options.get("excluding", "")
    match run.act:
        case "retry":
            return incidents.retry(session, principal, incident_id, run.reason, excluding)
        case "edit":
            return incident_data.edit(session, principal, incident_id, run.options["values"], run.reason, excluding=excluding)
        case "move":
            where = Move(run.options["target"], run.options.get("outward", 0))
            return incidents.move(session, principal, incident_id, where, run.reason, excluding)
        case _:
            return incidents.cancel(session, principal, incident_id, run.reason)
