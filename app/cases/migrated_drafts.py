"""A draft that was begun on the form of another version: what the new form has no place for, in the words of the old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import drafts, form_fields, forms
from app.engine import store
from app.model import Case, CaseMigrationPlan, CaseMigrationRun, CaseMigrationSnapshot, Definition, Task


def left_over(
    session: Session, task: Task, case: Case, schema: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]] | None:
    """Schema and UI schema of the form on which a task's draft was begun, and what of it the form of now would refuse; none when everything fits."""
    draft = drafts.of(session, task.id)
    left = form_fields.left_over(schema, draft.data) if draft is not None else {}
    if not left:
        return None
    row = session.execute(
        select(CaseMigrationSnapshot.tasks, Definition)
        .join(CaseMigrationRun, CaseMigrationRun.id == CaseMigrationSnapshot.run_id)
        .join(CaseMigrationPlan, CaseMigrationPlan.id == CaseMigrationRun.plan_id)
        .join(Definition, Definition.id == CaseMigrationPlan.from_definition_id)
        .where(CaseMigrationSnapshot.case_id == case.id)
        .order_by(CaseMigrationSnapshot.run_id.desc())
        .limit(1)
    ).first()
    before = next((t["before"] for t in row[0] if t["id"] == task.id), None) if row is not None else None
    if row is None or before is None:
        return dict(schema), {}, left
    compiled = store.compiled(session, row[1])
    old = compiled.form(before["form"]) if before["form"] else forms.CONFIRM_FORM
    ui = compiled.form(before["ui_form"]) if before["ui_form"] else forms.CONFIRM_UI
    return old, ui, left
