"""The stored state of a suspended case, looked at without touching it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import advancing, failures
from app.cases.errors import CaseError
from app.engine import store
from app.engine.runner import Run, resume
from app.law.periods import Stop
from app.model import Case, CaseState
from app.model.session import DATABASE_AWAY


def looked_at(session: Session, case: Case, excluded: Sequence[Stop] | None = None) -> Run:
    """The case as stored, on a copy that is thrown away; `excluded` are the times that its limits would leave out, by default those that they do.

    Raises `CaseError` when it cannot be read: then it can only be ended.
    """
    body = session.scalars(select(CaseState.body).where(CaseState.case_id == case.id)).one()
    left_out = advancing.excluded(case) if excluded is None else excluded
    try:
        return resume(store.of_case(session, case), lambda: body, lambda _call: {}, excluded=left_out)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # whatever is wrong with it, the page that offers to end the case must come up
        raise CaseError(f"案件的内部状态读不出来（{failures.said(error)}），只能终止案件或者恢复备份") from error
