"""Where people come back to: the list as they left it, with its filters and page."""

from __future__ import annotations

from flask import session, url_for

from app.access.principal import Principal
from app.cases.worklist_rows import Filters
from app.web.desk.navigation import link_to

_KEY = "worklist"


def remember_list(filters: Filters) -> None:
    """Keeps the filters and page of the work list for this session."""
    session[_KEY] = filters.as_query(after=filters.after, before=filters.before)


def back_to_list(me: Principal) -> str:
    """The work list as it was left; for enterprises their own page."""
    if me.is_enterprise and not me.is_authority:
        portal = link_to("portal.overview")
        if portal:
            return portal
    return url_for("desk.inbox", **session.get(_KEY, {}))
