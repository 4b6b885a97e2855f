"""A simulation for people: day by day what happened, in which case, who has it, and by when."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from app import clock
from app.law.dates import format_date
from app.simulation.events import SimulatedEvent
from app.simulation.simulation import Simulation

WORDS = {
    "case_started": "立案", "task_created": "待办", "task_completed": "办结", "task_overdue": "逾期", "timer_fired": "期满", "notice_sent": "通知",
    "published": "公布", "record_changed": "登记", "message_sent": "邮件", "case_ended": "结案", "incident": "故障", "stuck": "停住",
}  # fmt: skip
_REPEATING = frozenset({"task", "progress", "case_ended"})
"""Kinds of notices that say again what the line before them says."""


class Timeline:
    """Turns events into lines, one day after the other."""

    def __init__(self) -> None:
        self._day: dt.date | None = None
        self._left_out: Counter[str] = Counter()

    def lines(self, event: SimulatedEvent) -> Iterator[str]:
        """The lines of one event; none for mail and for notices that repeat another line."""
        if repeats(event):
            self._left_out[event.event] += 1
            return
        if event.day != self._day:
            if self._day is not None:
                yield ""
            self._day = event.day
            yield format_date(event.day)
        time = event.at.astimezone(clock.SHANGHAI).strftime("%H:%M")
        yield f"  {time}  {event.case}  {WORDS.get(event.event, event.event)}  {said(event)}"
        for line in event.detail.get("derivation", ()) if event.event == "task_created" else ():
            yield f"           {line}"

    def summary(self, result: Simulation) -> Iterator[str]:
        """What came of it, in a few lines."""
        started = sum(event.event == "case_started" for event in result.events)
        ended = Counter(event.name for event in result.events if event.event == "case_ended")
        outcomes = "、".join(f"{name} {count} 件" for name, count in ended.items())
        late = sum(event.event == "task_overdue" for event in result.events)
        yield ""
        yield f"共 {started} 个案件，办结 {ended.total()} 件{f'（{outcomes}）' if outcomes else ''}，逾期 {late} 次。"
        if result.cut:
            yield "模拟到期时还有事项没有发生。"
        if self._left_out:
            yield f"另有待办、进展和办结通知 {self._left_out['notice_sent']} 份，邮件 {self._left_out['message_sent']} 封，未逐条列出（--json 全部列出）。"


def repeats(event: SimulatedEvent) -> bool:
    """Whether an event only says again what another line says: mail, and notices of a task, of progress, of the end."""
    return event.event == "message_sent" or (event.event == "notice_sent" and event.detail.get("kind") in _REPEATING)


def said(event: SimulatedEvent) -> str:
    """What happened, in words."""
    due = f"，期限 {event.due}" if event.due else ""
    who = f" → {event.org}" if event.org else ""
    match event.event:
        case "case_started":
            about = event.detail.get("enterprise") or {}
            return f"{event.name}：{about.get('name') or event.detail.get('title', '')}"
        case "task_created":
            optional = "（可办可不办）" if event.detail.get("optional") else ""
            return f"{event.name}{optional}{who}{due}{_basis(event)}"
        case "task_completed":
            choice = event.detail.get("choice") or event.decision
            late = f"，逾期（期限 {event.due}）" if event.due and event.day > event.due else ""
            return f"{event.name}{f'：{choice}' if choice else ''}（{event.org}）{late}"
        case "task_overdue":
            return f"{event.name}（{event.org}）{due}"
        case "timer_fired":
            return f"{event.name}{f'（{event.due} 24:00）' if event.due else ''}"
        case "published":
            closes = f"，公示至 {event.due}" if event.due else ""
            return f"{event.name}（{event.org}）{closes}"
        case "record_changed":
            amount = event.detail.get("amount")
            return f"{event.name}{f' {amount:g} 元' if amount else ''}：{event.org}"
        case "notice_sent":
            return f"{event.name}{who}{due}"
        case _:
            return event.name


def _basis(event: SimulatedEvent) -> str:
    article = event.detail.get("article")
    return f"〔{article}〕" if article else ""
