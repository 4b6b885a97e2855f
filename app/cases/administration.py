"""What administrators do, each act one function with its mark in the record.

The three kinds of administrators cannot do one another's work.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.organisations import LEVELS, level_of_region, resolve_actor
from app.access.principal import WORKING_ROLES, Principal
from app.access.signing_in import WeakPassword, hash_password
from app.cases import library, second_person
from app.cases.administrators import record, require
from app.cases.errors import CaseError, Conflict, FieldProblem, InvalidForm, NotFound
from app.law.catalogue import catalogue
from app.model import (
    Case,
    CaseParty,
    Definition,
    Membership,
    Organisation,
    OrganisationKind,
    Role,
    ServicePromise,
    Setting,
    Task,
    TaskStatus,
    User,
)
from app.model.identifiers import IdentifierError, check_region

BODIES = ("environment", "coordinator", "finance", "science", "safety", "government", "other")
CLOCK_OFFSET = "clock_offset_seconds"
ROLE_NAMES = {
    Role.HANDLER.value: "经办人",
    Role.REVIEWER.value: "审核人",
    Role.SIGNER.value: "负责人",
    Role.ADMINISTRATOR.value: "系统管理员",
    Role.SECURITY.value: "安全管理员",
    Role.AUDITOR.value: "审计员",
}
_NOT_MADE_BY_HAND = {OrganisationKind.ENTERPRISE, OrganisationKind.SYSTEM}
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,59}")


# -- processes --------------------------------------------------------------------------------------------------------


def record_drafts(session: Session, principal: Principal, drafts: Sequence[Definition]) -> None:
    """Writes down who uploaded drafts, in the transaction that stores them."""
    require(principal, Role.ADMINISTRATOR)
    for draft in drafts:
        second_person.add_authors(session, draft, [principal.user_id])
        record(session, principal, "process_drafted", f"{draft.name} 第 {draft.version} 版", key=draft.key, version=draft.version)


def deploy(session: Session, principal: Principal, key: str, version: int) -> Definition:
    """Deploys a draft: new cases take it from now on."""
    require(principal, Role.ADMINISTRATOR)
    definition = library.deploy(session, key, version)
    record(session, principal, "process_deployed", f"{definition.name} 第 {version} 版", key=key, version=version)
    return definition


def extend_regulation(session: Session, principal: Principal, jurisdiction: str, note: str) -> int:
    """Records why the expired processes of a jurisdiction stay in force, with the reference. Gives how many."""
    require(principal, Role.ADMINISTRATOR)
    if len(note.strip()) < 10:
        raise CaseError("请写明延续有效的依据（文件名称和文号）")
    if not re.fullmatch(r"[a-z_]+", jurisdiction):
        raise CaseError("请选择地区")
    extended = library.record_extension(session, f"{jurisdiction}.", note.strip()[:300])
    if not extended:
        raise Conflict("没有需要登记延续的流程")
    record(session, principal, "regulation_extended", f"{jurisdiction}：{note.strip()}", count=extended)
    return extended


# -- organisations ----------------------------------------------------------------------------------------------------


def save_organisation(session: Session, principal: Principal, organisation_id: int | None, values: Mapping[str, str]) -> Organisation:
    """Adds or changes an organisation. Tasks that waited for it are given to it. Raises `InvalidForm`."""
    require(principal, Role.ADMINISTRATOR)
    organisation = _organisation(session, organisation_id) if organisation_id else None
    clean = _organisation_values(session, organisation, values)
    before = {name: getattr(organisation, name) for name in clean} if organisation else {}
    if organisation is None:
        organisation = Organisation(**clean)
        session.add(organisation)
    else:
        for name, value in clean.items():
            setattr(organisation, name, value)
    session.flush()
    given = _give_waiting_tasks(session)
    changed = {n: [str(before.get(n) or ""), str(v or "")] for n, v in clean.items() if before.get(n) != v}
    record(session, principal, "organisation_saved", organisation.name, id=organisation.id, changed=changed, given=given)
    return organisation


def set_organisation_active(session: Session, principal: Principal, organisation_id: int, active: bool) -> Organisation:
    """Takes an organisation out of use or back. One that has open tasks stays."""
    require(principal, Role.ADMINISTRATOR)
    organisation = _organisation(session, organisation_id)
    if not active:
        tasks = session.scalar(
            select(func.count())
            .select_from(Task)
            .where(Task.organisation_id == organisation.id, Task.status == TaskStatus.OPEN, Task.optional.is_(False))
        )
        if tasks:
            raise Conflict(f"{organisation.name}还有 {tasks} 项待办没有办结，不能停用")
    organisation.active = active
    session.flush()
    if active:
        _give_waiting_tasks(session)
    record(session, principal, "organisation_activated" if active else "organisation_deactivated", organisation.name, id=organisation.id)
    return organisation


def _organisation(session: Session, organisation_id: int) -> Organisation:
    found = session.get(Organisation, organisation_id)
    if found is None or found.kind in _NOT_MADE_BY_HAND:
        raise NotFound()
    return found


def _organisation_values(session: Session, known: Organisation | None, values: Mapping[str, str]) -> dict[str, Any]:
    text = {
        name: (values.get(name) or "").strip() for name in ("kind", "name", "body", "region_code", "contact_name", "contact_phone", "email")
    }
    kind = known.kind if known else text["kind"]
    problems = []
    if kind not in set(OrganisationKind) - _NOT_MADE_BY_HAND:
        problems.append(FieldProblem("/kind", "请选择机构类别"))
    if not text["name"]:
        problems.append(FieldProblem("/name", "请填写机构名称"))
    region = text["region_code"]
    try:
        region = check_region(region)
    except IdentifierError as error:
        problems.append(FieldProblem("/region_code", str(error)))
    body = text["body"] if kind == OrganisationKind.AUTHORITY else None
    if kind == OrganisationKind.AUTHORITY and body not in BODIES:
        problems.append(FieldProblem("/body", "请选择职能"))
    if text["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+", text["email"]):
        problems.append(FieldProblem("/email", "邮箱格式不正确"))
    if problems:
        raise InvalidForm(problems)
    level = level_of_region(region) if kind == OrganisationKind.AUTHORITY else None
    if level == LEVELS[-1]:
        raise InvalidForm([FieldProblem("/region_code", "请填写省、市或县的代码")])
    twin = select(Organisation.id).where(Organisation.kind == kind, Organisation.region_code == region, Organisation.active)
    twin = twin.where(Organisation.body == body, Organisation.body != "other") if body else twin.where(Organisation.name == text["name"])
    if known is not None:
        twin = twin.where(Organisation.id != known.id)
    if session.scalar(twin.limit(1)):
        raise InvalidForm([FieldProblem("/region_code", "这个行政区划已经有同一职能的机构")])
    contact = {name: text[name] or None for name in ("contact_name", "contact_phone", "email")}
    return {"kind": kind, "name": text["name"], "level": level, "body": body, "region_code": region, **contact}


def _give_waiting_tasks(session: Session) -> int:
    """Open tasks whose organisation was not set up go to it once it is. Gives how many."""
    rows = session.execute(
        select(Task, Case).join(Case, Case.id == Task.case_id).where(Task.organisation_id.is_(None), Task.status == TaskStatus.OPEN)
    ).all()
    given = 0
    for task, case in rows:
        found = resolve_actor(session, task.actor, case)
        if found is None:
            continue
        task.organisation_id, task.waiting_for = found.id, None
        if session.get(CaseParty, (case.id, found.id)) is None:
            session.add(CaseParty(case_id=case.id, organisation_id=found.id))
            session.flush()
        given += 1
    return given


# -- people -----------------------------------------------------------------------------------------------------------


def create_user(session: Session, principal: Principal, values: Mapping[str, str]) -> User:
    """Adds a user without roles. Raises `InvalidForm`."""
    require(principal, Role.SECURITY)
    username, name = (values.get("username") or "").strip(), (values.get("name") or "").strip()
    problems = []
    if not _USERNAME.fullmatch(username):
        problems.append(FieldProblem("/username", "用户名为 3 至 60 位字母、数字、点、横线或下划线"))
    elif session.scalar(select(User.id).where(User.username == username)):
        problems.append(FieldProblem("/username", "这个用户名已经有人使用"))
    if not name:
        problems.append(FieldProblem("/name", "请填写姓名"))
    try:
        password_hash = hash_password(values.get("password") or "")
    except WeakPassword as error:
        problems.append(FieldProblem("/password", str(error)))
    if problems:
        raise InvalidForm(problems)
    user = User(
        username=username, name=name[:60], password_hash=password_hash,
        email=(values.get("email") or "").strip() or None, phone=(values.get("phone") or "").strip() or None,
    )  # fmt: skip
    session.add(user)
    record(session, principal, "user_created", f"{name}（{username}）")
    return user


def set_user_active(session: Session, principal: Principal, user_id: int, active: bool) -> User:
    """Locks a user out, or lets them in again. Nobody locks out themselves."""
    require(principal, Role.SECURITY)
    user = _user(session, user_id)
    if user.id == principal.user_id:
        raise CaseError("不能停用自己的账号")
    user.active = active
    user.session_version += 1
    user.failed_logins, user.locked_until = 0, None
    record(session, principal, "user_activated" if active else "user_deactivated", f"{user.name}（{user.username}）")
    return user


def reset_password(session: Session, principal: Principal, user_id: int, password: str) -> User:
    """Gives a user a new password; all their sessions end."""
    require(principal, Role.SECURITY)
    user = _user(session, user_id)
    try:
        user.password_hash = hash_password(password)
    except WeakPassword as error:
        raise CaseError(str(error)) from error
    user.session_version += 1
    user.failed_logins, user.locked_until = 0, None
    record(session, principal, "password_reset", f"{user.name}（{user.username}）")
    return user


def grant_role(session: Session, principal: Principal, user_id: int, organisation_id: int, role: str) -> Membership:
    """Gives a user a role in an organisation. Administrators hold no other kind of role."""
    require(principal, Role.SECURITY)
    user = _user(session, user_id)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or not organisation.active or role not in set(Role):
        raise CaseError("请选择单位和角色")
    held = {m.role for m in user.memberships}
    if any(m.organisation_id == organisation_id and m.role == role for m in user.memberships):
        raise Conflict(f"{user.name}已经有这个角色")
    working = role in WORKING_ROLES
    if working == (organisation.kind == OrganisationKind.SYSTEM):
        raise CaseError("系统、安全、审计管理员只能设在“系统管理”下，经办、审核、负责人只能设在办理单位下")
    if any((one in WORKING_ROLES) != working or (not working and one != role) for one in held):
        raise CaseError("系统管理、安全管理、审计和业务办理四种身份必须由不同的账号担任")
    membership = Membership(user_id=user.id, organisation_id=organisation_id, role=role)
    session.add(membership)
    user.session_version += 1
    record(session, principal, "role_granted", f"{user.name}（{user.username}）", role=role, organisation=organisation.name)
    return membership


def revoke_role(session: Session, principal: Principal, membership_id: int) -> User:
    """Takes a role away. The last security administrator stays."""
    require(principal, Role.SECURITY)
    membership = session.get(Membership, membership_id)
    if membership is None:
        raise NotFound()
    user = _user(session, membership.user_id)
    if membership.role == Role.SECURITY:
        others = session.scalar(
            select(func.count())
            .select_from(Membership)
            .join(User, User.id == Membership.user_id)
            .where(Membership.role == Role.SECURITY, Membership.id != membership_id, User.active)
        )
        if not others:
            raise CaseError("这是最后一位安全管理员，不能取消")
    organisation = membership.organisation
    user.memberships = [m for m in user.memberships if m.id != membership_id]
    user.session_version += 1
    record(session, principal, "role_revoked", f"{user.name}（{user.username}）", role=membership.role, organisation=organisation.name)
    return user


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


# -- time limits ------------------------------------------------------------------------------------------------------


def set_promise(session: Session, principal: Principal, organisation_id: int, step: str, value: int, unit: str) -> ServicePromise:
    """Sets a bureau's own limit for a legal step; it holds for tasks that open from now on, and never later than the law's."""
    require(principal, Role.ADMINISTRATOR)
    organisation = session.get(Organisation, organisation_id)
    found = catalogue().step(step)
    if organisation is None or organisation.kind != OrganisationKind.AUTHORITY:
        raise CaseError("请选择办理机关")
    if found is None:
        raise CaseError("请选择办理环节")
    if unit not in ("day", "workday") or not 1 <= value <= 365:
        raise CaseError("承诺时限应为 1 至 365 个工作日或自然日")
    promise = session.scalars(
        select(ServicePromise).where(ServicePromise.organisation_id == organisation_id, ServicePromise.step == step)
    ).first()
    if promise is None:
        promise = ServicePromise(organisation_id=organisation_id, step=step, value=value, unit=unit)
        session.add(promise)
    promise.value, promise.unit = value, unit
    record(session, principal, "promise_set", f"{organisation.name}：{found.citation}", step=step, value=value, unit=unit)
    return promise


def remove_promise(session: Session, principal: Principal, promise_id: int) -> None:
    """Ends a promise; tasks that are open keep theirs."""
    require(principal, Role.ADMINISTRATOR)
    promise = session.get(ServicePromise, promise_id)
    if promise is None:
        raise NotFound()
    session.delete(promise)
    record(session, principal, "promise_removed", promise.step, organisation=promise.organisation_id)


# -- running the system -----------------------------------------------------------------------------------------------


def move_clock(session: Session, principal: Principal, days: int) -> dt.timedelta:
    """Moves the demonstration's clock forward by whole days. Gives the new distance to the machine's clock."""
    require(principal, Role.ADMINISTRATOR)
    if not 1 <= days <= 400:
        raise CaseError("每次可以前进 1 至 400 天")
    row = session.get(Setting, CLOCK_OFFSET)
    offset = dt.timedelta(seconds=float(row.value) if row else 0.0) + dt.timedelta(days=days)
    if row is None:
        session.add(Setting(key=CLOCK_OFFSET, value=str(offset.total_seconds())))
    else:
        row.value = str(offset.total_seconds())
    record(session, principal, "clock_moved", f"演示时间前进 {days} 天", days=days)
    return offset
