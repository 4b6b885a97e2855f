"""Starting a case by hand: only processes that people start, only by the authority that the process names for the place."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.organisations import resolve_actor
from app.access.principal import Principal
from app.cases import starting
from app.cases.advancing import By
from app.cases.errors import FieldProblem, Forbidden, InvalidForm
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.errors import ElementFailed, EngineError
from app.engine.expressions import RESERVED
from app.model import Case, Enterprise, Organisation
from app.model.identifiers import IdentifierError, check_region, check_uscc

MAX_NAMES = 50
FIXED = frozenset({"region", "levels"})
"""Variables that the system itself sets at the start."""


def start(session: Session, principal: Principal, process: str, region: str, uscc: str | None, data: dict[str, Any]) -> Case:
    """Starts a case for a person. Raises `InvalidForm` with a problem for each field, `Forbidden`."""
    compiled = _process(session, process)
    place = _region(region)
    enterprise = _enterprise(session, principal, uscc, place) if uscc is not None else None
    organisation = _starter(session, principal, compiled, place, enterprise)
    _check_names(data)
    try:
        return starting.start(
            session, process=process, region=place, enterprise=enterprise, variables=data, by=By(principal.user_id, organisation.id)
        )
    except EngineError as error:
        where = f"（停在“{error.name}”）" if isinstance(error, ElementFailed) and error.name else ""
        raise InvalidForm([FieldProblem("/data", f"流程不能以这些内容开始，请核对各项的名称和类型{where}")]) from error


def _process(session: Session, key: str) -> CompiledDefinition:
    definition = store.in_force(session, key, clock.today())
    if definition is None or "manual" not in definition.starts.split():
        raise InvalidForm([FieldProblem("/process", "没有这个流程，或者它目前不能由人直接发起")])
    return store.compiled(session, definition)


def _region(code: str) -> str:
    try:
        return check_region(code)
    except IdentifierError as error:
        raise InvalidForm([FieldProblem("/region", str(error))]) from error


def _enterprise(session: Session, principal: Principal, uscc: str, region: str) -> Enterprise:
    try:
        code = check_uscc(uscc)
    except IdentifierError as error:
        raise InvalidForm([FieldProblem("/enterprise", str(error))]) from error
    found = session.scalars(select(Enterprise).where(Enterprise.uscc == code, scope.enterprises(principal))).first()
    if found is None:
        raise InvalidForm([FieldProblem("/enterprise", "没有这家企业，或者不在您的管辖范围内")])
    if found.region_code != region:
        raise InvalidForm([FieldProblem("/region", f"这家企业登记在 {found.region_code}，与所填的行政区划不一致")])
    return found


def _starter(
    session: Session, principal: Principal, compiled: CompiledDefinition, region: str, enterprise: Enterprise | None
) -> Organisation:
    """The person's organisation that may start the process there. Raises `Forbidden`."""
    place = Case(region_code=region, enterprise_id=enterprise.id if enterprise else None)
    for actor in compiled.process.properties.get("starter", "").split():
        found = resolve_actor(session, actor, place)
        if found is not None and found.id in principal.organisation_ids:
            return found
    raise Forbidden(f"您单位不能在 {region} 发起“{compiled.process.name}”")


def _check_names(data: dict[str, Any]) -> None:
    if len(data) > MAX_NAMES:
        raise InvalidForm([FieldProblem("/data", f"最多 {MAX_NAMES} 项")])
    wrong = [name for name in data if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) or name in FIXED | RESERVED]
    if wrong:
        raise InvalidForm([FieldProblem(f"/data/{name}", "不能用作起始内容的名称") for name in wrong])
