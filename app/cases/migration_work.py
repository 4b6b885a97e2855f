"""Carries out runs of migrations in the background: one case after the other, each in a transaction of its own.

1. Take a waiting item whose case no one else holds, and lock the case.
2. Try the move. A case that cannot stay consistent is refused with the reason; nothing of it was changed, and the others proceed.
3. Write case, tasks, timers, snapshot, event and notices, and mark the item, in the same transaction: killed at any moment, an item is either
   done or still waits.
4. When nothing waits any more, close the run and tell the offices.

A preview does the same up to the writing, and locks nothing.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock

import structlog
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.cases import advancing, migration_rows, migration_telling
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict
from app.cases.migration_foresight import foresee
from app.cases.migration_words import ACTS, OUTCOMES
from app.engine import store
from app.engine.migration.errors import MoveRefused
from app.engine.migration.mover import Mover
from app.engine.migration.plan import Plan
from app.model import (
    Case,
    CaseMigrationItem,
    CaseMigrationPlan,
    CaseMigrationRun,
    CaseMigrationSnapshot,
    CaseStatus,
    Definition,
    Event,
    MigrationAct,
    MigrationOutcome,
    MigrationRunStatus,
)
from app.model.session import DATABASE_AWAY, Database, forget_after_commit

log = structlog.get_logger()

PREVIEWED_AT_ONCE = 20
_movers: OrderedDict[str, Mover] = OrderedDict()
_lock = Lock()
_KEEP = 4


def carry_on(database: Database, limit: int = 50) -> int:
    """Works on the runs that are under way. Gives how many cases had their turn."""
    with database.session() as session:
        runs = session.execute(
            select(CaseMigrationRun.id, CaseMigrationRun.act)
            .where(CaseMigrationRun.status == MigrationRunStatus.RUNNING)
            .order_by(CaseMigrationRun.id)
        ).all()
    handled = 0
    for run_id, act in runs:
        turn = _preview if act == MigrationAct.PREVIEW else _one
        while handled < limit and (done := turn(database, run_id)):
            handled += done
        if handled < limit:
            _close(database, run_id)
    return handled


# -- trying -----------------------------------------------------------------------------------------------------------


def _preview(database: Database, run_id: int) -> int:
    """Tries some cases in memory and writes down what came of it."""
    found = {}
    with database.session() as session:
        run = _run(session, run_id)
        if run is None:
            return 0
        mover = mover_of(session, run)
        query = select(CaseMigrationItem.case_id).where(
            CaseMigrationItem.run_id == run_id, CaseMigrationItem.outcome == MigrationOutcome.WAITING
        )
        for case_id in session.scalars(query.order_by(CaseMigrationItem.case_id).limit(PREVIEWED_AT_ONCE)).all():
            found[case_id] = _tried(session, run, mover, session.get_one(Case, case_id))
    if found:
        with database.transaction() as session:
            for case_id, values in found.items():
                key = CaseMigrationItem.run_id == run_id, CaseMigrationItem.case_id == case_id
                session.execute(update(CaseMigrationItem).where(*key).values(**values, finished_at=clock.now()))
    return len(found)


def _tried(session: Session, run: CaseMigrationRun, mover: Mover, case: Case) -> dict[str, object]:
    try:
        _check_place(case, run.plan.from_definition_id)
        return {"outcome": MigrationOutcome.POSSIBLE, "detail": foresee(session, mover, case).report}
    except (MoveRefused, CaseError) as error:
        return {"outcome": MigrationOutcome.REFUSED, "reason": str(error)}
    except DATABASE_AWAY:
        raise
    except Exception as error:  # one case that breaks the engine must not keep the others from their turn
        log.exception("migration preview failed", case=case.id)
        return {"outcome": MigrationOutcome.REFUSED, "reason": _unexpected(error)}


# -- doing ------------------------------------------------------------------------------------------------------------


def _one(database: Database, run_id: int) -> int:
    """Moves one case, or takes its move back."""
    with database.transaction() as session:
        item = _take(session, run_id)
        if item is None:
            return 0
        run = session.get_one(CaseMigrationRun, run_id, options=[joinedload(CaseMigrationRun.plan)])
        case = advancing.lock(session, item.case_id)
        by = By(run.requested_by_id)
        try:
            with session.begin_nested():
                if run.act == MigrationAct.MOVE:
                    _move(session, run, case, item, by)
                else:
                    take_back(session, run.of_run_id or 0, case, by, run.reason)
                    item.outcome = MigrationOutcome.UNDONE
        except (MoveRefused, CaseError) as error:
            _refuse(session, item, str(error))
        except DATABASE_AWAY:  # the item waits on
            raise
        except Exception as error:  # one case that breaks the engine must not keep the others from their turn
            log.exception("migration failed", case=item.case_id)
            _refuse(session, item, _unexpected(error))
        item.finished_at = clock.now()
        return 1


def _take(session: Session, run_id: int) -> CaseMigrationItem | None:
    """A waiting item whose case is ours now. Everybody locks the case first; then the item is read again."""
    waiting = CaseMigrationItem.run_id == run_id, CaseMigrationItem.outcome == MigrationOutcome.WAITING
    while True:
        case_id = session.execute(
            select(CaseMigrationItem.case_id)
            .join(Case, Case.id == CaseMigrationItem.case_id)
            .join(CaseMigrationRun, CaseMigrationRun.id == CaseMigrationItem.run_id)
            .where(*waiting, CaseMigrationRun.status == MigrationRunStatus.RUNNING)
            .order_by(CaseMigrationItem.case_id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Case, key_share=True)
        ).scalar()
        if case_id is None:
            return None
        query = select(CaseMigrationItem).where(*waiting, CaseMigrationItem.case_id == case_id)
        item = session.scalars(query.execution_options(populate_existing=True)).first()
        if item is not None:
            return item


def _move(session: Session, run: CaseMigrationRun, case: Case, item: CaseMigrationItem, by: By) -> None:
    """Moves a locked case. Raises `MoveRefused`, `Conflict`."""
    _check_place(case, run.plan.from_definition_id)
    old, new = (session.get_one(Definition, i) for i in (run.plan.from_definition_id, run.plan.to_definition_id))
    found = foresee(session, mover_of(session, run), case)
    opened = migration_rows.apply(session, case, new, found, run.id)
    session.flush()
    detail = {
        "plan": run.plan_id,
        "run": run.id,
        "from_version": old.version,
        "to_version": new.version,
        "reason": run.reason,
        **found.report,
    }
    advancing.record(
        session, case, "case_migrated", by, name=f"第 {old.version} 版改为第 {new.version} 版", detail=detail, public_to_enterprise=False
    )
    for task in opened:
        advancing.record(
            session, case, "task_created", advancing.SYSTEM, process_key=task.process_key, element_id=task.element_id, basis=task.basis,
            name=task.name, task_id=task.id, organisation_id=task.organisation_id, public_to_enterprise=not task.optional,
            detail={"due": task.due_on.isoformat() if task.due_on else None},
        )  # fmt: skip
    migration_telling.tell_case(session, case, found, opened, run.id)
    item.outcome, item.detail = MigrationOutcome.MOVED, found.report


def take_back(session: Session, run_id: int, case: Case, by: By, reason: str) -> None:
    """Puts a locked case back as it was before its move in a run. Raises `Conflict` when it has moved on."""
    snapshot = session.get(CaseMigrationSnapshot, (run_id, case.id))
    item = session.get(CaseMigrationItem, (run_id, case.id))
    if snapshot is None or item is None or item.outcome != MigrationOutcome.MOVED:
        raise Conflict("案件在这次迁移中没有移动，不需要退回")
    run = session.get_one(CaseMigrationRun, run_id, options=[joinedload(CaseMigrationRun.plan)])
    old, new = (session.get_one(Definition, i) for i in (run.plan.from_definition_id, run.plan.to_definition_id))
    migration_rows.put_back(session, case, old, snapshot)
    session.delete(snapshot)
    item.outcome, item.reason = MigrationOutcome.UNDONE, reason
    session.flush()
    detail = {"plan": run.plan_id, "run": run.id, "from_version": new.version, "to_version": old.version, "reason": reason}
    advancing.record(
        session,
        case,
        "case_migration_undone",
        by,
        name=f"第 {new.version} 版退回第 {old.version} 版",
        detail=detail,
        public_to_enterprise=False,
    )


def _check_place(case: Case, definition_id: int) -> None:
    if case.status == CaseStatus.ENDED:
        raise Conflict("案件已经办结")
    if case.definition_id != definition_id:
        raise Conflict("案件已经不在原来的版本")


def _refuse(session: Session, item: CaseMigrationItem, reason: str) -> None:
    forget_after_commit(session)
    session.refresh(item)
    item.outcome, item.reason = MigrationOutcome.REFUSED, reason


def _unexpected(error: Exception) -> str:
    return f"迁移时出错，案件保持原样（{type(error).__name__}）"


# -- runs -------------------------------------------------------------------------------------------------------------


def _run(session: Session, run_id: int) -> CaseMigrationRun | None:
    """A run that is under way."""
    query = select(CaseMigrationRun).where(CaseMigrationRun.id == run_id, CaseMigrationRun.status == MigrationRunStatus.RUNNING)
    return session.scalars(query.options(joinedload(CaseMigrationRun.plan))).first()


def mover_of(session: Session, run: CaseMigrationRun) -> Mover:
    """What moves the cases of a run, from this process's memory when it is there."""
    return mover_for(session, run.plan, Plan.from_dict(run.mapping))


def mover_for(session: Session, plan: CaseMigrationPlan, mapping: Plan) -> Mover:
    """What moves cases between the versions of a plan, along a mapping."""
    old, new = (store.compiled(session, session.get_one(Definition, i)) for i in (plan.from_definition_id, plan.to_definition_id))
    key = json.dumps([old.key, old.content_hash, new.content_hash, mapping.to_dict()], sort_keys=True)
    with _lock:
        found = _movers.pop(key, None)
        if found is None:
            found = Mover(old, new, mapping)
        _movers[key] = found
        while len(_movers) > _KEEP:
            _movers.popitem(last=False)
        return found


def _close(database: Database, run_id: int) -> None:
    """Closes a run that nothing waits in, once."""
    waiting = exists().where(CaseMigrationItem.run_id == run_id, CaseMigrationItem.outcome == MigrationOutcome.WAITING)
    with database.transaction() as session:
        run = session.scalars(
            select(CaseMigrationRun)
            .where(CaseMigrationRun.id == run_id, CaseMigrationRun.status == MigrationRunStatus.RUNNING, ~waiting)
            .options(joinedload(CaseMigrationRun.plan))
            .with_for_update(of=CaseMigrationRun)
            .execution_options(populate_existing=True)
        ).first()
        if run is not None:
            end(session, run, MigrationRunStatus.DONE)


def end(session: Session, run: CaseMigrationRun, status: MigrationRunStatus) -> None:
    """Ends a locked run, and tells the offices what it changed for them."""
    run.status, run.finished_at = status, clock.now()
    session.flush()
    if run.act == MigrationAct.MOVE:
        migration_telling.tell_offices(session, run, session.get_one(Definition, run.plan.to_definition_id))
    if run.act != MigrationAct.PREVIEW:
        counts = outcomes(session, run.id)
        said = "，".join(f"{OUTCOMES[outcome].split(' ')[-1]} {count} 件" for outcome, count in sorted(counts.items()))
        session.add(
            Event(
                at=clock.now(), kind="migration_finished", name=f"{ACTS[run.act]}：{said}"[:200], user_id=run.requested_by_id, public_to_enterprise=False,
                detail={"run": run.id, "plan": run.plan_id, "status": status, "outcomes": counts},
            )
        )  # fmt: skip
        session.flush()


def outcomes(session: Session, run_id: int) -> dict[str, int]:
    """How many cases of a run had which outcome."""
    rows = session.execute(
        select(CaseMigrationItem.outcome, func.count()).where(CaseMigrationItem.run_id == run_id).group_by(CaseMigrationItem.outcome)
    )
    return dict(rows.tuples().all())
