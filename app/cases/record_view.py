"""The record of everything that was done, in words. Who may read it is decided by the pages' roles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, lazyload

from app import clock
from app.model import (
    Case,
    Event,
    Organisation,
    User,
)

PAGE = 50
EVENT_NAMES = {
    "case_started": "案件开始", "case_ended": "案件办结", "task_created": "任务下达", "task_completed": "任务办结",
    "task_overdue": "任务逾期", "task_claimed": "领取任务", "task_released": "放回任务", "task_transferred": "转办",
    "task_delegated": "委派", "task_withdrawn": "撤回", "task_urged": "催办", "timer_fired": "到时", "element_passed": "经过环节",
    "clock_stopped": "暂停计时", "clock_resumed": "恢复计时", "deadline_extended": "延长期限", "deadline_recomputed": "期限重算",
    "time_excluded": "挂起期间不计入期限",
    "incident": "故障挂起", "incident_retried": "重试未成功", "incident_resolved": "故障处理完毕", "incident_data_edited": "修改案件数据",
    "incident_run": "批量处理故障", "delivery_retried": "重新投递", "delivery_dropped": "不再投递", "process_drafted": "上传流程草稿",
    "design_begun": "开始修改流程", "design_finished": "流程定稿", "design_discarded": "放弃设计稿", "design_restored": "恢复设计稿的早先保存",
    "version_submitted": "提交流程版本审批", "version_approved": "批准流程版本", "version_sent_back": "退回流程版本",
    "version_withdrawn": "撤回流程版本的提交", "version_rolled_back": "退回到早先版本", "second_person_on": "要求部署前第二人审批",
    "second_person_off_proposed": "提出不再要求第二人审批", "second_person_off": "不再要求第二人审批", "second_person_kept": "继续要求第二人审批",
    "library_exported": "导出流程库", "library_sent": "上传流程库待核对", "library_imported": "导入流程库", "library_import_dropped": "放弃导入流程库",
    "trial_kept": "保存试运行方案", "trial_accepted": "改写试运行方案的结果",
    "process_deployed": "部署流程", "regulation_extended": "登记延续有效", "organisation_saved": "保存机构",
    "organisation_activated": "启用机构", "organisation_deactivated": "停用机构", "user_created": "新增用户",
    "user_activated": "启用用户", "user_deactivated": "停用用户", "password_reset": "重设密码", "role_granted": "授予角色",
    "role_revoked": "取消角色", "promise_set": "设定承诺时限", "promise_removed": "取消承诺时限", "holidays_imported": "导入放假安排",
    "case_migrated": "迁移到另一版本", "case_migration_undone": "迁移退回", "migration_planned": "拟定迁移计划", "migration_started": "开始迁移案件",
    "migration_undo_started": "开始退回迁移", "migration_finished": "迁移结束", "version_retired": "停用流程版本",
    "clock_moved": "调整演示时间", "roster_edited": "修改名单", "register_act": "名录办理",
    "experts_drawn": "抽取专家", "expert_attendance": "专家到场", "expert_opinion": "专家意见",
}  # fmt: skip

DETAIL_NAMES = {
    "ground": "情形", "reason": "原因", "since": "自", "due": "期限", "decision": "决定", "opinion": "意见", "legal_basis": "依据",
    "role": "角色", "organisation": "单位", "changed": "改动", "given": "随之下达任务", "key": "标识", "version": "版本", "count": "数量",
    "days": "天数", "moved": "调整期限", "step": "环节", "value": "时限",
    "unit": "单位", "message": "故障", "element": "环节", "error": "错误",
    "from": "原期限", "to": "交给", "delegated_by": "委派人", "entries": "企业", "act": "操作", "target": "转到",
    "proposed_by": "提出人", "files": "文件",
    "from_version": "原版本", "to_version": "新版本",
}  # fmt: skip


@dataclass(frozen=True)
class EventRow:
    """An entry of the record with the names behind its numbers."""

    event: Event
    who: str
    organisation: str
    case: str


def events(
    session: Session,
    *,
    kind: str = "",
    who: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    before: int | None = None,
) -> list[EventRow]:
    """The record, newest first, a page before an id."""
    query = (
        select(Event, User, Organisation, Case)
        .join(User, User.id == Event.user_id, isouter=True)
        .join(Organisation, Organisation.id == Event.organisation_id, isouter=True)
        .join(Case, Case.id == Event.case_id, isouter=True)
        .options(lazyload(User.memberships))  # names are enough
    )
    if kind:
        query = query.where(Event.kind == kind)
    if who:
        query = query.where(or_(User.username == who, User.name == who))
    if since:
        query = query.where(Event.at >= dt.datetime.combine(since, dt.time(), clock.SHANGHAI))
    if until:
        query = query.where(Event.at < dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), clock.SHANGHAI))
    if before:
        query = query.where(Event.id < before)
    rows = session.execute(query.order_by(Event.id.desc()).limit(PAGE)).all()
    return [
        EventRow(
            event,
            f"{user.name}（{user.username}）" if user else "系统",
            organisation.name if organisation else "",
            case.number if case else "",
        )
        for event, user, organisation, case in rows
    ]


def detail_in_words(detail: dict[str, Any]) -> str:
    """The details of an entry as they were recorded."""
    return "；".join(
        f"{DETAIL_NAMES[name]}：{_in_words(name, value)}"
        for name, value in detail.items()
        if name in DETAIL_NAMES and value not in (None, "", [], {})
    )


def _in_words(name: str, value: Any) -> str:
    """A value as it was recorded; what was changed with both values."""
    if name == "changed" and isinstance(value, dict):
        return "，".join(f"{what} 由“{_shown(before)}”改为“{_shown(after)}”" for what, (before, after) in value.items())
    return str(value)


def _shown(value: Any) -> str:
    return "（没有）" if value in (None, "") else str(value)
