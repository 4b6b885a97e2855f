"""What every template can use: dates, lights, names, and who is signed in."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from flask import Flask, url_for
from flask_login import current_user
from sqlalchemy import func, select

from app import clock
from app.access import scope
from app.config import ROOT
from app.law import periods
from app.law.labels import actor_label
from app.model import Notice, Publication, Role, Task
from app.model.identifiers import region_name
from app.web.current import reading, runtime

LIGHT_WORDS = {"green": "● 正常", "yellow": "▲ 临期", "red": "■ 逾期", "none": "○ 无期限", "stopped": "❚❚ 计时暂停"}
GROUND_NAMES = {"1": "第八条（一）项", "2": "第八条（二）项", "3": "第八条（三）项"}


def init(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day, moment=moment, distance=distance, region=region, grounds=grounds, actor=actor_label, filesize=filesize
    )
    app.jinja_env.globals.update(light_of=light_of, LIGHT_WORDS=LIGHT_WORDS, asset=asset, today=clock.today, Role=Role)
    app.context_processor(_common)


def _common() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"me": None, "unread": 0}
    me = current_user.principal
    unread = reading().scalar(select(func.count()).where(scope.notices(me), Notice.read_at.is_(None)))
    return {"me": me, "unread": unread or 0, "adjustable_clock": runtime().settings.adjustable_clock}


def day(value: dt.date | str | None) -> str:
    """2027-02-08（周一）"""
    if not value:
        return "—"
    return periods.format_date(dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value)


def moment(value: dt.datetime | str | None) -> str:
    """2027-02-08 14:02, in China."""
    if not value:
        return "—"
    instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


def distance(due_on: dt.date | None) -> str:
    """还有 12 天, 今天到期, 已逾期 3 天"""
    return periods.distance(clock.today(), due_on) if due_on else ""


def light_of(task: Task) -> str:
    """green, yellow, red; stopped while the clock stands still; none without a time limit."""
    if task.due_on is None:
        return "none"
    if task.clock_stopped:
        return "stopped"
    return periods.light(task.due_on, clock.today(), task.warn_on or task.due_on)


def region(code: str | None) -> str:
    return region_name(code) if code else "—"


def grounds(values: list[str] | None, publication: Publication | None = None) -> str:
    """Grounds as a clerk cites them: in the words of the list that was published, else in Shandong's."""
    names = (publication.body.get("grounds") if publication is not None else None) or GROUND_NAMES
    return "、".join(names.get(v, v) for v in values or []) or "—"


def filesize(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    return dict(json.loads((ROOT / "app/static/dist/manifest.json").read_text()))


def asset(name: str) -> str:
    """The address of a built front-end file, with its content hash so that browsers may keep it."""
    return url_for("static", filename=f"dist/{name}", v=_manifest().get(name, ""))
