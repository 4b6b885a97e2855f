"""The frame of every page: navigation by role, and links that leave out what is not installed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from app import clock
from app.access.principal import Principal
from app.model import Role


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation; current while the path begins with one of `prefixes`."""

    label: str
    icon: str
    endpoint: str
    prefixes: tuple[str, ...]


CLERK = (
    Entry("工作台", "inbox", "desk.inbox", ("/desk/", "/tasks/")),
    Entry("名单", "list-details", "rosters.index", ("/rosters",)),
    Entry("发起", "player-play", "desk.start", ("/start",)),
    Entry("案件", "folder", "desk.cases", ("/cases",)),
    Entry("企业", "building-factory-2", "desk.enterprises", ("/enterprises",)),
    Entry("名录", "certificate", "registers.index", ("/registers",)),
    Entry("流程库", "book-2", "library.index", ("/library/",)),
    Entry("通知", "bell", "notices.index", ("/notices",)),
)
ENTERPRISE = (
    Entry("我的事项", "checklist", "portal.overview", ("/portal", "/tasks/")),
    Entry("发起", "player-play", "desk.start", ("/start",)),
    Entry("案件", "folder", "desk.cases", ("/cases",)),
    Entry("通知", "bell", "notices.index", ("/notices",)),
)
# Consultants and experts: tasks, what they may start, cases and registers, but neither lists nor enterprises.
PARTNER = tuple(entry for entry in CLERK if entry.endpoint not in ("rosters.index", "desk.enterprises"))
ADMINISTRATOR = (
    Entry("概况", "home", "admin.overview", ("/admin/",)),
    Entry("流程库", "book-2", "library.index", ("/library/",)),
    Entry("流程", "route", "admin.processes", ("/admin/processes", "/admin/migrations", "/admin/designer")),
    Entry("法条覆盖", "list-check", "admin.coverage", ("/admin/coverage",)),
    Entry("组织机构", "sitemap", "admin.organisations", ("/admin/organisations",)),
    Entry("承诺时限", "clock", "admin.promises", ("/admin/promises",)),
    Entry("节假日", "calendar-event", "admin.holidays", ("/admin/holidays",)),
    Entry("故障", "alert-triangle", "admin.incident_list", ("/admin/incidents",)),
    Entry("收发箱", "mail", "admin.outbox", ("/admin/outbox",)),
)
# Users belong to the security administrator, the record to the auditor: nobody finds another's work.
SECURITY = (Entry("用户", "users", "admin.users", ("/admin/users",)),)
AUDITOR = (Entry("操作记录", "history", "admin.events", ("/admin/events",)),)


def entries_for(me: Principal | None) -> tuple[Entry, ...]:
    """What a person finds on the left, by what they do here."""
    if me is None:
        return ()
    found: list[Entry] = []
    if me.is_authority:
        found += CLERK
    elif me.is_enterprise:
        found += ENTERPRISE
    elif me.organisations:
        found += PARTNER
    if me.has(Role.ADMINISTRATOR):
        found += ADMINISTRATOR
    elif me.has(Role.SECURITY):
        found += SECURITY
    elif me.has(Role.AUDITOR):
        found += AUDITOR
    return tuple(dict.fromkeys(found))


def link_to(endpoint: str, **values: Any) -> str | None:
    """The address of an endpoint; none while this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def navigation(me: Principal | None) -> list[dict[str, Any]]:
    """The entries with their addresses, the current one marked: the one with the longest matching prefix."""
    entries = [(entry, address) for entry in entries_for(me) if (address := link_to(entry.endpoint))]
    matching = [(len(p), entry) for entry, _ in entries for p in entry.prefixes if request.path.startswith(p)]
    current = max(matching, key=lambda found: found[0])[1] if matching else None
    return [{"label": e.label, "icon": e.icon, "href": address, "current": e is current} for e, address in entries]


def home_address(me: Principal | None) -> str:
    """Where the product's name leads."""
    endpoint = "public.home" if me is None else "auth.home"
    return link_to(endpoint) or link_to("auth.login") or "/"


def local_day(instant: dt.datetime) -> str:
    """The day of an instant in China: 2027-02-08."""
    return instant.astimezone(clock.SHANGHAI).date().isoformat()
