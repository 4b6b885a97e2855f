"""What an enterprise sees of its cases, in plain words: what is next, what is done, what comes later, and whom to call. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.access import scope
from app.access.principal import Principal
from app.cases import case_versions
from app.cases.errors import NotFound
from app.engine import outline, store
from app.engine.outline import Stage
from app.law.periods import Deadline
from app.model import Case, CaseStatus, Definition, Document, Event, Notice, Organisation, OrganisationKind, Task, TaskStatus
from app.services.notices import handling_office

RECENT_NOTICES = 8


@dataclass(frozen=True)
class Todo:
    """A task of the person's own."""

    task: Task
    case: Case


@dataclass
class Step:
    """A stage of a case as its enterprise sees it: `state` is done, now, late, waiting, later or maybe."""

    name: str
    state: str
    mine: list[Task] = field(default_factory=list)
    elsewhere: list[Task] = field(default_factory=list)
    finished: list[Task] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)


@dataclass
class CaseView:
    """A case with everything its page shows."""

    case: Case
    steps: list[Step]
    todo: list[Task]
    optional: list[Task]
    limits: list[tuple[Task, list[str]]]
    documents: Sequence[Document]
    notices: Sequence[Notice]
    office: Organisation | None


def todos(session: Session, principal: Principal) -> list[Todo]:
    """Everything that is the person's to do, what is due first first."""
    rows = session.execute(
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Task.status == TaskStatus.OPEN, Task.optional.is_(False), Case.status == CaseStatus.ACTIVE, scope.own_tasks(principal))
        .order_by(Task.sort_due, Task.id)
    ).all()
    return [Todo(task, case) for task, case in rows]


def cases(session: Session, principal: Principal) -> list[Case]:
    """The cases of the person's enterprises, running ones first, newest first."""
    return list(
        session.scalars(
            select(Case)
            .options(joinedload(Case.definition), joinedload(Case.enterprise))
            .where(scope.cases(principal), Case.enterprise_id.is_not(None))
            .order_by(Case.status == CaseStatus.ENDED, Case.id.desc())
            .limit(100)
        )
    )


def notices(session: Session, principal: Principal) -> list[Notice]:
    """The newest notices."""
    return list(session.scalars(select(Notice).where(scope.notices(principal)).order_by(Notice.id.desc()).limit(RECENT_NOTICES)))


def case_view(session: Session, principal: Principal, case_id: int, today: dt.date) -> CaseView:
    """One case. Raises `NotFound`."""
    case = session.scalars(
        select(Case)
        .options(joinedload(Case.definition), joinedload(Case.enterprise))
        .where(Case.id == case_id, scope.cases(principal), Case.enterprise_id.is_not(None))
    ).first()
    if case is None:
        raise NotFound()
    tasks = list(
        session.scalars(
            select(Task)
            .options(joinedload(Task.organisation))
            .where(Task.case_id == case.id, Task.status != TaskStatus.CANCELLED)
            .order_by(Task.sort_due, Task.id)
        )
    )
    own = [t for t in tasks if t.status == TaskStatus.OPEN and t.organisation_id in principal.organisation_ids]
    todo = [t for t in own if not t.optional]
    return CaseView(
        case=case,
        steps=_steps(session, principal, case, tasks, today),
        todo=todo,
        optional=[t for t in own if t.optional],
        limits=[(t, Deadline.from_dict(t.deadline).explain()) for t in todo if t.deadline],
        documents=session.scalars(
            select(Document)
            .where(Document.case_id == case.id, Document.organisation_id.in_(principal.organisation_ids))
            .order_by(Document.id.desc())
        ).all(),
        notices=session.scalars(
            select(Notice).where(Notice.case_id == case.id, scope.notices(principal)).order_by(Notice.id.desc()).limit(30)
        ).all(),
        office=_office(session, case, tasks),
    )


def _office(session: Session, case: Case, tasks: list[Task]) -> Organisation | None:
    """Whom to call: the authority that has the case now, else the one that handles such cases."""
    for task in tasks:
        if task.status == TaskStatus.OPEN and not task.optional and task.organisation is not None:
            if task.organisation.kind == OrganisationKind.AUTHORITY:
                return task.organisation
            break
    variables: dict[str, Any] = next((t.context for t in tasks if t.context and t.context.get("grounds")), {})
    return handling_office(session, case, variables)


_outlines: OrderedDict[tuple[str, str], list[Stage]] = OrderedDict()
_KEEP = 64


def _outline(session: Session, definition: Definition) -> list[Stage]:
    key = (definition.key, definition.content_hash)
    found = _outlines.get(key)
    if found is None:
        found = _outlines[key] = outline.outline(store.compiled(session, definition))
        while len(_outlines) > _KEEP:
            _outlines.popitem(last=False)
    return found


def _steps(session: Session, principal: Principal, case: Case, tasks: list[Task], today: dt.date) -> list[Step]:
    names = case_versions.names_today(session, case)
    events = select(Event).where(Event.case_id == case.id, Event.kind == "element_passed", Event.process_key == case.process_key)
    passed = {names.of(event)[1][1] for event in session.scalars(events)}
    by_stage: dict[str, list[Task]] = {}
    for task in tasks:
        callers, (_, element_id) = names.of_task(task)
        by_stage.setdefault(callers[0] if callers else element_id, []).append(task)
    stages = _outline(session, case.definition)
    begun = [stage.element.id for stage in stages if stage.element.id in by_stage]
    steps: list[tuple[tuple[int, int], Step]] = []
    for stage in stages:
        step = _step(principal, case, stage, by_stage.get(stage.element.id, []), stage.element.id in passed, begun, today)
        if step is not None:
            first = min((t.id for t in step.finished + step.mine + step.elsewhere), default=0)
            steps.append(((stage.depth, first), step))
    return [step for _, step in sorted(steps, key=lambda s: s[0])]


def _step(principal: Principal, case: Case, stage: Stage, rows: list[Task], passed: bool, begun: list[str], today: dt.date) -> Step | None:
    needed = [t for t in rows if not t.optional or t.status == TaskStatus.COMPLETED]
    waiting = [t for t in needed if t.status == TaskStatus.OPEN]
    finished = sorted((t for t in needed if t.status == TaskStatus.COMPLETED), key=lambda t: (t.completed_at or t.created_at, t.id))
    mine = [t for t in waiting if t.organisation_id in principal.organisation_ids]
    step = Step(
        name=stage.element.name,
        state="later",
        mine=mine,
        elsewhere=[t for t in waiting if t not in mine],
        finished=[t for t in finished if t.organisation_id in principal.organisation_ids] or finished,
    )
    theirs = (e for e in stage.inside if e.properties.get("actor") == "enterprise" and e.properties.get("optional") != "true")
    own = list(dict.fromkeys(e.name for e in theirs))
    done_names = {t.name for t in finished} | {t.name for t in waiting}
    if case.status == CaseStatus.ENDED:
        if not rows and not passed:
            return None
        step.state = "done"
    elif waiting:
        step.state = "late" if any(t.due_on and t.due_on < today and not t.clock_stopped for t in mine) else "now"
        step.ahead = [name for name in own if name not in done_names]
    elif passed or (finished and stage.element.id != begun[-1]):
        step.state = "done"
    elif finished:
        step.state = "waiting"
    else:
        if stage.conditional and stage.element.is_human:
            return None  # what might happen one day is not what comes next
        step.state = "maybe" if stage.conditional else "later"
        step.ahead = own
    return step


def has_cases(session: Session, principal: Principal) -> bool:
    return bool(session.scalar(select(exists().where(scope.cases(principal)))))
