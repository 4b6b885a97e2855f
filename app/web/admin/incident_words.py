"""What acts on an incident do, in plain words, for the page that asks to confirm them."""

from __future__ import annotations

import datetime as dt

from app import clock
from app.cases.incident_data import Plan
from app.cases.incident_view import Page
from app.cases.incident_ways import Level
from app.cases.suspension import Foresight
from app.engine.repair import Standing
from app.law.periods import format_date
from app.web.admin.incident_values import text_of

STAYS = "如果故障还在，案件保持挂起，并显示新的原因；办过的事和提交的内容都不会丢失。"


def of_retry(page: Page) -> list[str]:
    if page.row.case is None:
        return ["这次投递会在几秒钟内再做一次。", "仍不成功时，会带着最新的原因回到故障列表。"]
    return [*_act(page, "按原来提交的内容办结"), "随后流程照常往后办理，由此产生的通知、任务和期限都会生效。", STAYS]


def of_time_that_counts(page: Page) -> list[str]:
    """Limits that ran out while nobody could act, when the time counts."""
    late = [f"“{t.name}”的期限 {format_date(t.due_on)} 已过，恢复后立即记为逾期，并按流程处理。" for t in page.missed if t.due_on]
    return late or ["法定期限不变，还没有期限因此逾期。"]


def of_time_left_out(found: Foresight) -> list[str]:
    """What follows when the time of suspension does not count."""
    lines = [f"“{m.task.name}”的期限由 {format_date(m.before.due_on)} 顺延至 {format_date(m.after.due_on)}。" for m in found.limits]
    lines += [f"“{t.name}”的到期时间由 {_moment(t.before)} 顺延至 {_moment(t.after)}。" for t in found.timers]
    return lines or ["现在没有期限因此变动；恢复后新产生的期限也不计这段时间。"]


def _act(page: Page, done: str) -> list[str]:
    """What becomes of the act that waits."""
    pending = page.pending
    if page.incident.pending["act"] == "complete" and pending.task is not None:
        return [f"{pending.who}于 {_moment(pending.at)} 提交的“{pending.task.name}”{done}，办结时间记为提交的时间。"]
    if page.incident.pending["act"] == "timer":
        return ["到期的事项会立即处理。"]
    return []


def of_edit(page: Page, plan: Plan, *, and_retry: bool) -> list[str]:
    """Every value before and after, and what moves with it."""
    lines = [
        f"“{c.name}”{'由' + _value(c.before) if c.before is not None else '原来没有，'}改为{_value(c.after)}，在案件正在办理的各个环节生效。"
        for c in plan.changes
    ]
    for limit in plan.limits:
        until = format_date(limit.deadline.due_on) if limit.deadline else "没有期限"
        before = format_date(limit.before) if limit.before else "没有期限"
        lines.append(f"待办“{limit.task.name}”的期限由 {before} 改为 {until}，提醒和逾期随之调整。")
    for office in plan.offices:
        lines.append(f"待办“{office.task.name}”改由{office.organisation.name if office.organisation else '尚未设立的单位'}办理。")
    for time in plan.times:
        past = "，已经到期，会立即处理" if time.fires_at and time.fires_at <= clock.now() else ""
        lines.append(f"“{time.name}”的到期时间由 {_moment(time.before)} 改为 {_moment(time.fires_at)}{past}。")
    lines.append("企业和单位提交过的表单不改动；修改前后的值、原因和修改人写入操作记录。")
    if and_retry:
        lines += [*_act(page, "随即按原来提交的内容办结"), STAYS]
    else:
        lines.append("案件仍挂起，需要时再重试。")
    return lines


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "（计时暂停）"


def _value(value: object) -> str:
    if value is None:
        return "没有"
    text = text_of(value)
    return f"“{text[:80]}{'…' if len(text) > 80 else ''}”"


def of_move(page: Page, level: Level, target: str) -> list[str]:
    """Around the failing element: what is done still, what is left out."""
    failing = page.incident.element_name or page.incident.element_id
    lines = _act(page, "按原来提交的内容办结")
    if level.outward:
        lines.append(f"流程办到“{failing}”为止，它和“{level.name}”里还没有办的都不再办理；“{level.name}”里的待办随之取消。")
    else:
        lines.append(f"流程办到“{failing}”为止，“{failing}”不执行。")
    return [*lines, f"案件从“{target}”继续办理，跳过的环节不补办。", "原因写入操作记录。"]


def of_leaving(standing: Standing, target: str) -> list[str]:
    """Away from something that waits."""
    return [
        f"“{standing.name}”不再办理，它的待办、草稿和到期事项随之取消，没有办结的提交不采用。",
        f"案件从“{target}”继续办理，跳过的环节不补办。",
        "原因写入操作记录。",
    ]


def of_cancel(page: Page) -> list[str]:
    if page.row.case is None:
        return ["这次投递不再进行，收件人不会收到。", "原因写入操作记录。"]
    return [
        f"{page.row.case.title}（{page.row.case.number}）就此终止，结果记为“因故终止”，不能恢复。",
        "所有待办取消，期限和到期事项不再计算。",
        "企业和参与的每个单位都会收到书面通知，通知里写明下面的原因。",
    ]
