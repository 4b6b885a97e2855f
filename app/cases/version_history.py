"""How a version came to be and what became of it: who drafted, saved, submitted, approved, deployed and retired it, when, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.model import Definition, Design, DesignSave, DesignStatus, Event, User

ACTS: Final = {
    "process_drafted": "存为草稿",
    "design_finished": "定稿",
    "version_submitted": "提交审批",
    "version_approved": "批准",
    "version_sent_back": "退回修改",
    "version_withdrawn": "撤回提交",
    "version_rolled_back": "退回到早先的内容",
    "process_deployed": "部署",
    "version_retired": "停用",
}
"""Acts on a version that are on record with its key and number."""


@dataclass(frozen=True)
class Step:
    """One thing that somebody did."""

    at: dt.datetime
    who: str
    act: str
    why: str = ""


def history(session: Session, definition: Definition) -> list[Step]:
    """The steps of a version, the oldest first."""
    steps = [*_drawn(session, definition), *_acts(session, definition)]
    if definition.deployed_at is not None and not any(step.act == ACTS["process_deployed"] for step in steps):
        steps.append(Step(definition.deployed_at, "系统", "随程序的流程库装入并部署"))
    return sorted(steps, key=lambda step: step.at)


def _drawn(session: Session, definition: Definition) -> Iterator[Step]:
    """How it was drawn in the designer, each person's saves as one step."""
    designs = select(Design, User.name).join(User, User.id == Design.created_by_id).options(joinedload(Design.base))
    for design, name in session.execute(designs.where(Design.definition_id == definition.id)):
        yield Step(design.created_at, name, "开始修改", f"原自第 {design.base.version} 版" if design.base else "新流程")
        saves = (
            select(User.name, func.count(), func.max(DesignSave.saved_at))
            .join(User, User.id == DesignSave.saved_by_id)
            .where(DesignSave.design_id == design.id, DesignSave.revision > 1)
            .group_by(User.id, User.name)
        )
        for who, count, last in session.execute(saves):
            yield Step(last, who, f"修改并保存 {count} 次")


def _acts(session: Session, definition: Definition) -> Iterator[Step]:
    recorded = (
        select(Event, User.name)
        .join(User, User.id == Event.user_id, isouter=True)
        .where(
            Event.case_id.is_(None),
            Event.kind.in_(ACTS),
            Event.detail["key"].as_string() == definition.key,
            Event.detail["version"].as_integer() == definition.version,
        )
        .order_by(Event.id)
    )
    for event, name in session.execute(recorded):
        yield Step(event.at, name or "系统", ACTS[event.kind], event.detail.get("reason") or "")


# -- designs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Save:
    """A save of a design, and how many files it changed."""

    revision: int
    at: dt.datetime
    who: str
    changed: tuple[str, ...]


def saves(session: Session, design: Design) -> list[Save]:
    """The saves of a design that are kept, the newest first."""
    wanted = select(DesignSave).where(DesignSave.design_id == design.id).options(joinedload(DesignSave.saved_by).lazyload("*"))
    rows = session.scalars(wanted.order_by(DesignSave.revision)).all()
    found = []
    before: dict[str, str] = {}
    for row in rows:
        changed = sorted(path for path in {*before, *row.files} if before.get(path) != row.files.get(path)) if before else []
        found.append(Save(row.revision, row.saved_at, row.saved_by.name, tuple(changed)))
        before = dict(row.files)
    return found[::-1]


def finished(session: Session, limit: int = 50) -> list[tuple[Design, DesignSave, Definition | None]]:
    """Designs that became a version or were given up, the last first, each with its last save."""
    rows = session.execute(
        select(Design, DesignSave, Definition)
        .join(DesignSave, (DesignSave.design_id == Design.id) & (DesignSave.revision == Design.revision))
        .join(Definition, Definition.id == Design.definition_id, isouter=True)
        .where(Design.status != DesignStatus.OPEN)
        .options(joinedload(DesignSave.saved_by).lazyload("*"))
        .order_by(DesignSave.saved_at.desc())
        .limit(limit)
    )
    return [(design, save, definition) for design, save, definition in rows]
