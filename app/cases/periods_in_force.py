"""Which version new cases take from when: today, and from every later day on which that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases import library
from app.engine import store
from app.model import Definition, DefinitionStatus


@dataclass(frozen=True)
class Standing:
    """A version as it would stand: its number and its period, a recorded extension included."""

    version: int
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    extension_note: str | None


@dataclass(frozen=True)
class Span:
    """New cases that begin in these days take this version; none where no version does. The last one has no end."""

    version: int | None
    start: dt.date
    end: dt.date | None

    def __str__(self) -> str:
        begin = "今天起" if self.start == clock.today() else f"{self.start.isoformat()} 起"
        until = f"（至 {self.end.isoformat()}）" if self.end is not None else ""
        if self.version is None:
            return f"{begin}没有可用的版本，不能开始新案件{until}。"
        return f"{begin}的新案件按第 {self.version} 版办理{until}。"


def now(session: Session, key: str) -> list[Span]:
    """What new cases of a process take as things stand."""
    return spans(_deployed(session, key))


def once_deployed(session: Session, definition: Definition, number: int | None = None) -> list[Span]:
    """What they would take once a version is deployed; with `number`, once its content is deployed as that new version."""
    note = definition.extension_note or library.extension_before(session, definition)
    fresh = Standing(number or definition.version, definition.in_force_from, definition.in_force_to, note)
    others = [one for one in _deployed(session, definition.key) if one.version != fresh.version]
    return spans(sorted([fresh, *others], key=lambda one: -one.version))


def once_retired(session: Session, definition: Definition) -> list[Span]:
    """What they would take once a version is out of use."""
    return spans([one for one in _deployed(session, definition.key) if one.version != definition.version])


def spans(versions: Sequence[Standing]) -> list[Span]:
    """The spans from today on, by the rule that starting a case follows. Versions newest first."""
    today = clock.today()
    days = {today}
    for one in versions:
        days |= {one.in_force_from} if one.in_force_from else set()
        if one.in_force_to is not None and one.in_force_to < dt.date.max:  # people write 9999-12-31 for no end
            days.add(one.in_force_to + dt.timedelta(days=1))
    found: list[Span] = []
    for day in sorted(day for day in days if day >= today):
        taken = store.in_force_among(versions, day)
        number = taken.version if taken is not None else None
        if found and found[-1].version == number:
            continue
        if found:
            found[-1] = Span(found[-1].version, found[-1].start, day - dt.timedelta(days=1))
        found.append(Span(number, day, None))
    return found


def _deployed(session: Session, key: str) -> list[Standing]:
    wanted = (
        select(Definition).where(Definition.key == key, Definition.status == DefinitionStatus.DEPLOYED).order_by(Definition.version.desc())
    )
    return [Standing(one.version, one.in_force_from, one.in_force_to, one.extension_note) for one in session.scalars(wanted)]
