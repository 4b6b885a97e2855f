"""What administrators look at when cases move: versions and their cases, the plan beside the two diagrams, and what became of each case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app import clock
from app.cases import heat, heat_view, migration_work, versions
from app.cases.errors import NotFound
from app.cases.migration_words import OUTCOMES, changes_in_words
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.migration.compare import Row, Section, compare
from app.engine.migration.places import Kind, Place, process_of
from app.engine.migration.plan import Plan
from app.model import (
    Case,
    CaseMigrationItem,
    CaseMigrationPlan,
    CaseMigrationRun,
    CaseMigrationSnapshot,
    Definition,
    Enterprise,
    MigrationAct,
    MigrationOutcome,
    MigrationRunStatus,
    User,
)
from app.office.table_workbook import Column, table_to_xlsx

PAGE = 50
SHOWN_RUNS = 10


# -- before -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionRow:
    """A version with the cases that are under way on it."""

    definition: Definition
    running: int
    for_new_cases: bool  # a case that starts today takes it


@dataclass(frozen=True)
class RunRow:
    """A run in a list."""

    run: CaseMigrationRun
    old: Definition
    new: Definition
    who: str
    counts: dict[str, int]


def version_rows(session: Session, key: str) -> list[VersionRow]:
    """The versions of a process, newest first, with their running cases. Raises `NotFound`."""
    found = session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc())).all()
    if not found:
        raise NotFound("没有这个流程")
    counts, taken = versions.running(session, key), store.in_force(session, key, clock.today())
    return [VersionRow(one, counts.get(one.id, 0), taken is not None and one.id == taken.id) for one in found]


def runs_of(session: Session, key: str) -> list[RunRow]:
    """The last runs between versions of a process, newest first."""
    old, new = aliased(Definition), aliased(Definition)
    rows = session.execute(
        select(CaseMigrationRun, old, new, User.name)
        .join(CaseMigrationPlan, CaseMigrationPlan.id == CaseMigrationRun.plan_id)
        .join(old, old.id == CaseMigrationPlan.from_definition_id)
        .join(new, new.id == CaseMigrationPlan.to_definition_id)
        .join(User, User.id == CaseMigrationRun.requested_by_id)
        .where(new.key == key)
        .order_by(CaseMigrationRun.id.desc())
        .limit(SHOWN_RUNS)
    ).all()
    counts: dict[int, dict[str, int]] = {}
    grouped = select(CaseMigrationItem.run_id, CaseMigrationItem.outcome, func.count()).where(
        CaseMigrationItem.run_id.in_([run.id for run, *_ in rows])
    )
    for run_id, outcome, count in session.execute(grouped.group_by(CaseMigrationItem.run_id, CaseMigrationItem.outcome)).tuples():
        counts.setdefault(run_id, {})[outcome] = count
    return [RunRow(run, a, b, who, counts.get(run.id, {})) for run, a, b, who in rows]


def case_numbers(session: Session, case_ids: Sequence[int]) -> list[str]:
    """The numbers of chosen cases."""
    if not case_ids:
        return []
    return [case.number for case in session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id))]


# -- the plan ---------------------------------------------------------------------------------------------------------


_ENTERED = (Kind.TASK, Kind.ACTIVITY, Kind.EVENT)
"""What a case can be put at from a place of another kind: it enters that anew."""
_LEFT = (*_ENTERED, Kind.JOIN)


@dataclass(frozen=True)
class PlanRow:
    """An element of the old version, what becomes of it, and how many cases wait there, or inside it."""

    row: Row
    number: int  # within its section, the same on both drawings and in the list
    field: str  # of the form in which it is decided
    waiting: int
    targets: tuple[Place, ...]  # what it may become

    @property
    def needs_attention(self) -> bool:
        return not self.row.decided or bool(self.row.changes)


@dataclass(frozen=True)
class PlanSection:
    """One diagram of the two versions."""

    section: Section
    drawings: tuple[str, str]  # keys of the processes in whose drawings the two stand
    changed: tuple[PlanRow, ...]
    unchanged: tuple[PlanRow, ...]
    added: tuple[Place, ...]

    @property
    def differs(self) -> bool:
        return bool(self.changed or self.added or self.section.elsewhere) or self.section.pair[0] != self.section.pair[1]


@dataclass(frozen=True)
class PlanPage:
    """A plan beside the two versions."""

    plan: CaseMigrationPlan
    old: Definition
    new: Definition
    sections: tuple[PlanSection, ...]
    running: int
    last_preview: CaseMigrationRun | None

    @property
    def undecided(self) -> int:
        return sum(not row.row.decided for section in self.sections for row in section.changed)


def plan_page(session: Session, plan_id: int) -> PlanPage:
    """A plan with what it decides and what it leaves open. Raises `NotFound`."""
    plan = _plan(session, plan_id)
    old, new = store.compiled(session, plan.old), store.compiled(session, plan.new)
    found = compare(old, new, Plan.from_dict(plan.mapping))
    today = clock.today()
    waiting = heat.waiting(session, heat.Window(plan.from_definition_id, today, today), heat_view.places_inside(old, optional=True))
    last = select(CaseMigrationRun).where(
        CaseMigrationRun.plan_id == plan.id, CaseMigrationRun.act == MigrationAct.PREVIEW, CaseMigrationRun.plan_revision == plan.revision
    )
    return PlanPage(
        plan, plan.old, plan.new, tuple(_section(old, new, section, waiting) for section in found.sections),
        versions.running(session, plan.old.key).get(plan.old.id, 0),
        session.scalars(last.order_by(CaseMigrationRun.id.desc()).limit(1)).first(),
    )  # fmt: skip


def _section(old: CompiledDefinition, new: CompiledDefinition, section: Section, waiting: Mapping[heat.Place, heat.Waiting]) -> PlanSection:
    rows: list[PlanRow] = []
    for row in section.rows:
        if row.old is not None:
            here = waiting.get((row.old.element.process_key, row.old.id))
            field = f"{section.pair[0]}>{section.pair[1]}/{row.old.id}"
            rows.append(PlanRow(row, len(rows) + 1, field, here.cases if here else 0, _targets(row.old, section.targets)))
    changed = sorted((row for row in rows if row.needs_attention), key=lambda r: (r.row.decided, -r.waiting))
    added = tuple(row.new for row in section.rows if row.old is None and row.new is not None)
    drawings = process_of(old, section.pair[0]), process_of(new, section.pair[1])
    return PlanSection(section, drawings, tuple(changed), tuple(row for row in rows if not row.needs_attention), added)


def _targets(place: Place, there: Sequence[Place]) -> tuple[Place, ...]:
    return tuple(t for t in there if t.kind == place.kind or (place.kind in _LEFT and t.kind in _ENTERED))


def _plan(session: Session, plan_id: int) -> CaseMigrationPlan:
    query = select(CaseMigrationPlan).where(CaseMigrationPlan.id == plan_id)
    found = session.scalars(query.options(joinedload(CaseMigrationPlan.old), joinedload(CaseMigrationPlan.new))).first()
    if found is None:
        raise NotFound("没有这份迁移计划")
    return found


# -- runs -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunPage:
    """A run with how far it is."""

    run: CaseMigrationRun
    old: Definition
    new: Definition
    who: str
    counts: dict[str, int]
    plan_changed: bool  # since the run began

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get(MigrationOutcome.WAITING, 0)

    @property
    def is_running(self) -> bool:
        return self.run.status == MigrationRunStatus.RUNNING

    @property
    def good(self) -> int:
        """Cases that can move, moved, or were taken back."""
        return self.total - self.waiting - self.refused

    @property
    def refused(self) -> int:
        return self.counts.get(MigrationOutcome.REFUSED, 0)


@dataclass(frozen=True)
class ItemRow:
    """What became of one case."""

    item: CaseMigrationItem
    case: Case
    enterprise: str
    undoable: bool

    @property
    def lines(self) -> list[str]:
        return changes_in_words(self.item.detail)


def run_page(session: Session, run_id: int) -> RunPage:
    """A run with its counts. Raises `NotFound`."""
    query = select(CaseMigrationRun, User.name).join(User, User.id == CaseMigrationRun.requested_by_id).where(CaseMigrationRun.id == run_id)
    row = session.execute(query).first()
    if row is None:
        raise NotFound("没有这一批迁移")
    run, who = row
    plan = _plan(session, run.plan_id)
    return RunPage(run, plan.old, plan.new, who, migration_work.outcomes(session, run_id), plan.revision != run.plan_revision)


def reasons(session: Session, run_id: int) -> list[tuple[str, int]]:
    """Why cases were refused, the most frequent reason first."""
    rows = session.execute(
        select(CaseMigrationItem.reason, func.count())
        .where(CaseMigrationItem.run_id == run_id, CaseMigrationItem.outcome == MigrationOutcome.REFUSED)
        .group_by(CaseMigrationItem.reason)
        .order_by(func.count().desc(), CaseMigrationItem.reason)
    )
    return [(reason, count) for reason, count in rows.tuples()]


def items(
    session: Session, run_id: int, *, outcome: str = "", reason: str = "", after: int = 0, limit: int = PAGE
) -> tuple[list[ItemRow], int | None]:
    """A page of the cases of a run, and the case after which the next page begins."""
    where: list[ColumnElement[bool]] = [CaseMigrationItem.run_id == run_id, CaseMigrationItem.case_id > after]
    if outcome in OUTCOMES:
        where.append(CaseMigrationItem.outcome == outcome)
    if reason:
        where.append(CaseMigrationItem.reason == reason)
    rows = session.execute(
        select(CaseMigrationItem, Case, Enterprise.name, CaseMigrationSnapshot.revision)
        .join(Case, Case.id == CaseMigrationItem.case_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .outerjoin(
            CaseMigrationSnapshot,
            (CaseMigrationSnapshot.run_id == CaseMigrationItem.run_id) & (CaseMigrationSnapshot.case_id == CaseMigrationItem.case_id),
        )
        .where(*where)
        .order_by(CaseMigrationItem.case_id)
        .limit(limit + 1)
    ).all()
    found = [
        ItemRow(item, case, name or "", revision is not None and revision == case.revision) for item, case, name, revision in rows[:limit]
    ]
    return found, found[-1].case.id if len(rows) > limit else None


_COLUMNS = (
    Column("number", "案件编号", 16), Column("title", "案件", 36), Column("enterprise", "企业", 28), Column("outcome", "结果", 12),
    Column("reason", "原因", 50), Column("changes", "变化", 60),
)  # fmt: skip


def report(session: Session, page: RunPage) -> bytes:
    """What became of every case of a run, as an Excel workbook."""
    title = f"{page.new.name} 第{page.old.version}版到第{page.new.version}版"
    return table_to_xlsx(title, _COLUMNS, _all_rows(session, page.run.id))


def _all_rows(session: Session, run_id: int) -> Iterator[dict[str, object]]:
    after: int | None = 0
    while after is not None:
        found, after = items(session, run_id, after=after, limit=500)
        for row in found:
            yield {
                "number": row.case.number, "title": row.case.title, "enterprise": row.enterprise,
                "outcome": OUTCOMES[row.item.outcome].split(" ")[-1], "reason": row.item.reason, "changes": "；".join(row.lines),
            }  # fmt: skip


def undoable(session: Session, run_id: int) -> int:
    """How many moves of a run can still be taken back: their cases have not gone on since."""
    query = (
        select(func.count())
        .select_from(CaseMigrationSnapshot)
        .join(Case, (Case.id == CaseMigrationSnapshot.case_id) & (Case.revision == CaseMigrationSnapshot.revision))
        .where(CaseMigrationSnapshot.run_id == run_id)
    )
    return session.scalar(query) or 0
