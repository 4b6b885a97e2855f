"""Starting a case by hand: only processes that people start, only by the authority that the process names for the place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.organisations import resolve_actor
from app.access.principal import Principal
from app.cases import applicable_law, starting
from app.cases.advancing import By
from app.cases.errors import FieldProblem, Forbidden, InvalidForm, NotFound
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.errors import ElementFailed, EngineError
from app.engine.expressions import RESERVED
from app.model import Case, Definition, Enterprise, Organisation, OrganisationKind, Register, RegisterEntry
from app.model.identifiers import IdentifierError, check_region, check_uscc

MAX_NAMES = 50
FIXED = frozenset({"region", "levels", "started_by"})
"""Variables that the system itself sets at the start. `started_by` is the actor of the process's `starter` for whom somebody started it."""


@dataclass(frozen=True)
class Startable:
    """A procedure that a person may start, and where. `instead`: the nation's, because the province has no rule of its own."""

    definition: Definition
    organisation: Organisation
    instead: bool
    about_enterprise: bool  # the case is about an enterprise, which is to be named

    @property
    def own(self) -> bool:
        """Whether the enterprise starts it about itself."""
        return self.organisation.kind == OrganisationKind.ENTERPRISE


def startable(session: Session, principal: Principal) -> list[Startable]:
    """What the person may start today for each of their organisations, by the law of its place."""
    found = []
    for organisation in principal.organisations:
        place = Case(region_code=organisation.region_code, enterprise_id=_enterprise_of(session, organisation))
        for one in applicable_law.applicable(session, organisation.region_code, clock.today()):
            if "manual" not in one.definition.starts.split():
                continue
            said = store.properties_of(session, one.definition)
            actors = said.get("starter", "").split()
            own = organisation.kind == OrganisationKind.CONSULTANT and "consultant" in actors  # there are many
            if own or organisation.id in {o.id for a in actors if (o := resolve_actor(session, a, place)) is not None}:
                found.append(Startable(one.definition, organisation, one.instead, said.get("about") != "none"))
    return found


def _enterprise_of(session: Session, organisation: Organisation) -> int | None:
    if organisation.kind != OrganisationKind.ENTERPRISE:
        return None
    return session.scalars(select(Enterprise.id).where(Enterprise.organisation_id == organisation.id)).first()


def start_from_page(session: Session, principal: Principal, key: str, uscc: str) -> Case:
    """Starts what `startable` offers: an enterprise about itself, an office about an enterprise of its region or about none.

    Raises `NotFound` for what is not offered, and what `start` raises.
    """
    one = next((s for s in startable(session, principal) if s.definition.key == key), None)
    if one is None:
        raise NotFound("没有这个流程，或者它目前不能由您发起")
    if one.own:
        enterprise = session.get_one(Enterprise, _enterprise_of(session, one.organisation))
        return start(session, principal, key, enterprise.region_code, enterprise.uscc, {})
    if not one.about_enterprise:
        return start(session, principal, key, one.organisation.region_code, None, {})
    if not uscc:
        raise InvalidForm([FieldProblem("/enterprise", "请填写企业的统一社会信用代码")])
    region = session.scalars(select(Enterprise.region_code).where(Enterprise.uscc == uscc, scope.enterprises(principal))).first()
    return start(session, principal, key, region or one.organisation.region_code, uscc, {})


def start(session: Session, principal: Principal, process: str, region: str, uscc: str | None, data: dict[str, Any]) -> Case:
    """Starts a case for a person. Raises `InvalidForm` with a problem for each field, `Forbidden`."""
    place = _region(region)
    compiled = _process(session, process, place)
    enterprise = _enterprise(session, principal, uscc, place) if uscc is not None else None
    actor, organisation = _starter(session, principal, compiled, place, enterprise)
    _check_names(data)
    try:
        return starting.start(
            session, process=process, region=place, enterprise=enterprise, entry_id=_entry(session, principal, place, data),
            variables={**data, "started_by": actor}, by=By(principal.user_id, organisation.id),
        )  # fmt: skip
    except EngineError as error:
        where = f"（停在“{error.name}”）" if isinstance(error, ElementFailed) and error.name else ""
        given = f"流程不能以这些内容开始，请核对各项的名称和类型{where}"
        alone = f"流程一开始就出了故障{where}，没有保存任何内容。请告诉系统管理员，处理后再发起"
        raise InvalidForm([FieldProblem("/data", given if data else alone)]) from error


def _process(session: Session, key: str, region: str) -> CompiledDefinition:
    definition = store.in_force(session, key, clock.today())
    if definition is None or "manual" not in definition.starts.split():
        raise InvalidForm([FieldProblem("/process", "没有这个流程，或者它目前不能由人直接发起")])
    reason = applicable_law.why_not(session, definition, region, clock.today())
    if reason is not None:
        raise InvalidForm([FieldProblem("/process", reason)])
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


def _entry(session: Session, principal: Principal, region: str, data: dict[str, Any]) -> int | None:
    """The entry of a register that the case is about, where `entry_id` names one that the person may see whole."""
    if "entry_id" not in data:
        return None
    given = data["entry_id"]
    query = select(RegisterEntry.id).join(Register, Register.id == RegisterEntry.register_id)
    query = query.where(RegisterEntry.id == given, Register.region_code == region, scope.register_entries(principal))
    if not isinstance(given, int) or session.scalar(query) is None:
        raise InvalidForm([FieldProblem("/data/entry_id", "名录中没有这个条目，或者不在您的管辖范围内")])
    return given


def _starter(
    session: Session, principal: Principal, compiled: CompiledDefinition, region: str, enterprise: Enterprise | None
) -> tuple[str, Organisation]:
    """The person's organisation that may start the process there, and the actor that it is. Raises `Forbidden`."""
    place = Case(region_code=region, enterprise_id=enterprise.id if enterprise else None)
    for actor in compiled.process.properties.get("starter", "").split():
        if actor == "consultant":  # there are many: whoever works in one starts its own case
            found = next((o for o in principal.organisations if o.kind == OrganisationKind.CONSULTANT), None)
        else:
            found = resolve_actor(session, actor, place)
        if found is not None and found.id in principal.organisation_ids:
            return actor, found
    raise Forbidden(f"您单位不能在 {region} 发起“{compiled.process.name}”")


def _check_names(data: dict[str, Any]) -> None:
    if len(data) > MAX_NAMES:
        raise InvalidForm([FieldProblem("/data", f"最多 {MAX_NAMES} 项")])
    wrong = [name for name in data if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) or name in FIXED | RESERVED]
    if wrong:
        raise InvalidForm([FieldProblem(f"/data/{name}", "不能用作起始内容的名称") for name in wrong])
