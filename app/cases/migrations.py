"""What administrators do to move running cases to another version: plan, try, move, stop, take back. The work is in `migration_work`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.principal import Principal
from app.cases import advancing, migration_work
from app.cases.advancing import By
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.engine import store
from app.engine.migration.compare import compare
from app.engine.migration.plan import Pair, Plan
from app.model import (
    Case,
    CaseMigrationItem,
    CaseMigrationPlan,
    CaseMigrationRun,
    CaseStatus,
    Definition,
    DefinitionStatus,
    Event,
    MigrationAct,
    MigrationOutcome,
    MigrationRunStatus,
    Role,
)
from app.model.base import Json

MIN_REASON = 4  # characters


def plan_between(session: Session, principal: Principal, key: str, from_version: int, to_version: int) -> CaseMigrationPlan:
    """The plan for two versions of a process, proposed when there is none yet.

    Raises `NotFound`, and `CaseError` when cases cannot move between the two.
    """
    _require_administrator(principal)
    old, new = _version(session, key, from_version), _version(session, key, to_version)
    if old.id == new.id:
        raise CaseError("请选择另一个版本作为目标")
    if new.status != DefinitionStatus.DEPLOYED:
        raise CaseError(f"第 {new.version} 版不在用，案件只能迁移到在用的版本")
    known = select(CaseMigrationPlan).where(CaseMigrationPlan.from_definition_id == old.id, CaseMigrationPlan.to_definition_id == new.id)
    plan = session.scalars(known).first()
    if plan is not None:
        return plan
    proposed = compare(store.compiled(session, old), store.compiled(session, new)).plan
    now = clock.now()
    plan = CaseMigrationPlan(
        from_definition_id=old.id, to_definition_id=new.id, mapping=proposed.to_dict(), created_by_id=principal.user_id, created_at=now,
        changed_by_id=principal.user_id, changed_at=now,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    _record(session, principal, "migration_planned", old, new, plan=plan.id)
    return plan


def change_plan(
    session: Session, principal: Principal, plan_id: int, decided: Mapping[Pair, Mapping[str, str]], revision: int
) -> CaseMigrationPlan:
    """Writes down which element becomes which. Raises `Conflict` when somebody changed the plan meanwhile."""
    _require_administrator(principal)
    plan = _plan(session, plan_id, lock=True)
    if plan.revision != revision:
        raise Conflict("别人刚刚改过这份迁移计划，请重新打开后再改")
    before = Plan.from_dict(plan.mapping)
    merged = {pair: {**before.tables.get(pair, {}), **decided.get(pair, {})} for pair in {**before.tables, **decided}}
    full = compare(store.compiled(session, plan.old), store.compiled(session, plan.new), Plan(merged)).plan
    if full.to_dict() == plan.mapping:
        return plan
    plan.mapping, plan.revision = full.to_dict(), plan.revision + 1
    plan.changed_by_id, plan.changed_at = principal.user_id, clock.now()
    _record(session, principal, "migration_planned", plan.old, plan.new, plan=plan.id, revision=plan.revision)
    return plan


def preview(session: Session, principal: Principal, plan_id: int, case_ids: Sequence[int] = ()) -> CaseMigrationRun:
    """Tries the plan on every running case of its old version, or on some of them, in the background. Changes none of them."""
    _require_administrator(principal)
    plan = _plan(session, plan_id, lock=True)
    affected = select(Case.id).where(Case.definition_id == plan.from_definition_id, Case.status != CaseStatus.ENDED)
    if case_ids:
        affected = affected.where(Case.id.in_(case_ids))
    return _begin(session, principal, plan, MigrationAct.PREVIEW, plan.mapping, affected, "没有正在按旧版本办理的案件，不需要迁移")


def move(session: Session, principal: Principal, preview_id: int, reason: str) -> CaseMigrationRun:
    """Moves the cases that a preview looked at, in the background. Each is tried again: what changed since counts.

    Raises `Conflict` when the preview is not finished or the plan has changed since.
    """
    _require_administrator(principal)
    tried = _run_locked(session, preview_id)
    if tried.act != MigrationAct.PREVIEW:
        raise Conflict("请从预演结果开始迁移")
    plan = _plan(session, tried.plan_id, lock=True)
    if tried.status != MigrationRunStatus.DONE:
        raise Conflict("预演还没有完成")
    if tried.plan_revision != plan.revision:
        raise Conflict("迁移计划在预演之后又改过，请重新预演")
    if plan.new.status != DefinitionStatus.DEPLOYED:
        raise Conflict(f"第 {plan.new.version} 版已经停用，不能再迁移过去")
    _require_reason(reason, "请写明迁移的原因，例如依据的文件")
    _one_at_a_time(session, plan)
    cases = select(CaseMigrationItem.case_id).where(CaseMigrationItem.run_id == tried.id)
    run = _begin(session, principal, plan, MigrationAct.MOVE, tried.mapping, cases, "没有可以迁移的案件", reason)
    _record(session, principal, "migration_started", plan.old, plan.new, plan=plan.id, run=run.id, reason=reason.strip())
    return run


def stop(session: Session, principal: Principal, run_id: int) -> CaseMigrationRun:
    """Ends a run early. What is moved stays moved; the other cases stay where they are."""
    _require_administrator(principal)
    run = _run_locked(session, run_id)
    if run.status != MigrationRunStatus.RUNNING:
        raise Conflict("这一批已经结束")
    migration_work.end(session, run, MigrationRunStatus.STOPPED)
    return run


def undo(session: Session, principal: Principal, run_id: int, reason: str) -> CaseMigrationRun:
    """Takes back, in the background, the moves of a run that nobody has worked on since."""
    _require_administrator(principal)
    moved = _run_locked(session, run_id)
    if moved.act != MigrationAct.MOVE:
        raise Conflict("只有迁移可以退回")
    if moved.status == MigrationRunStatus.RUNNING:
        raise Conflict("迁移还在进行，请等它完成或先停止")
    _require_reason(reason, "请写明退回的原因")
    plan = _plan(session, moved.plan_id, lock=True)
    _one_at_a_time(session, plan)
    cases = select(CaseMigrationItem.case_id).where(
        CaseMigrationItem.run_id == moved.id, CaseMigrationItem.outcome == MigrationOutcome.MOVED
    )
    run = _begin(session, principal, plan, MigrationAct.UNDO, moved.mapping, cases, "没有可以退回的案件", reason, moved.id)
    _record(session, principal, "migration_undo_started", plan.old, plan.new, plan=plan.id, run=run.id, reason=reason.strip())
    return run


def undo_one(session: Session, principal: Principal, run_id: int, case_id: int, reason: str) -> Case:
    """Takes one case's move back at once. Raises `Conflict` when it has moved on."""
    _require_administrator(principal)
    _require_reason(reason, "请写明退回的原因")
    if session.get(CaseMigrationItem, (run_id, case_id)) is None:
        raise NotFound()
    case = advancing.lock(session, case_id)
    migration_work.take_back(session, run_id, case, By(principal.user_id), reason.strip())
    return case


# -- shared -----------------------------------------------------------------------------------------------------------


def _begin(
    session: Session, principal: Principal, plan: CaseMigrationPlan, act: MigrationAct, mapping: dict[str, Any], cases: Any, none: str,
    reason: str = "", of_run_id: int | None = None,
) -> CaseMigrationRun:  # fmt: skip
    """A run with an item for each case of a query. Raises `CaseError` when there are none."""
    run = CaseMigrationRun(
        plan_id=plan.id, plan_revision=plan.revision, act=act, status=MigrationRunStatus.RUNNING, mapping=mapping, reason=reason.strip(),
        of_run_id=of_run_id, requested_by_id=principal.user_id, requested_at=clock.now(),
    )  # fmt: skip
    session.add(run)
    session.flush()
    found = cases.subquery()
    rows = select(literal(run.id), found.c[0], literal(MigrationOutcome.WAITING.value), literal(""), literal({}, Json))
    session.execute(insert(CaseMigrationItem).from_select(["run_id", "case_id", "outcome", "reason", "detail"], rows))
    if not migration_work.outcomes(session, run.id):
        raise CaseError(none)
    return run


def _one_at_a_time(session: Session, plan: CaseMigrationPlan) -> None:
    under_way = select(CaseMigrationRun.id).where(
        CaseMigrationRun.plan_id == plan.id, CaseMigrationRun.status == MigrationRunStatus.RUNNING,
        CaseMigrationRun.act != MigrationAct.PREVIEW,
    )  # fmt: skip
    if session.scalar(under_way.limit(1)) is not None:
        raise Conflict("这两个版本之间已有一批迁移正在进行，请等它完成")


def _plan(session: Session, plan_id: int, *, lock: bool = False) -> CaseMigrationPlan:
    query = select(CaseMigrationPlan).where(CaseMigrationPlan.id == plan_id)
    query = query.options(joinedload(CaseMigrationPlan.old), joinedload(CaseMigrationPlan.new))
    if lock:
        query = query.with_for_update(of=CaseMigrationPlan).execution_options(populate_existing=True)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("没有这份迁移计划")
    return found


def _run_locked(session: Session, run_id: int) -> CaseMigrationRun:
    query = select(CaseMigrationRun).where(CaseMigrationRun.id == run_id).options(joinedload(CaseMigrationRun.plan))
    found = session.scalars(query.with_for_update(of=CaseMigrationRun).execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("没有这一批迁移")
    return found


def _version(session: Session, key: str, version: int) -> Definition:
    found = session.scalars(select(Definition).where(Definition.key == key, Definition.version == version)).first()
    if found is None:
        raise NotFound("没有这个版本")
    return found


def _require_administrator(principal: Principal) -> None:
    if not principal.has(Role.ADMINISTRATOR):
        raise Forbidden("案件迁移由系统管理员负责")


def _require_reason(reason: str, sentence: str) -> None:
    if len(reason.strip()) < MIN_REASON:
        raise CaseError(sentence)


def _record(session: Session, principal: Principal, kind: str, old: Definition, new: Definition, **detail: Any) -> None:
    session.flush()
    name = f"{new.name}：第 {old.version} 版到第 {new.version} 版"[:200]
    session.add(
        Event(
            at=clock.now(), kind=kind, name=name, user_id=principal.user_id, public_to_enterprise=False, detail={"key": new.key, **detail}
        )
    )
    session.flush()
