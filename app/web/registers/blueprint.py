"""The pages of registers. Importing the modules below adds their views."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_login import login_required

from app.model import Role
from app.web.current import principal

bp = Blueprint("registers", __name__, url_prefix="/registers")


@bp.before_request
@login_required
def _concerned_only() -> None:
    """Offices, those who keep registers or are on them, and administrators; enterprises find the lists on the public's pages."""
    me = principal()
    if not me.has(Role.ADMINISTRATOR) and (not me.organisations or (me.is_enterprise and not me.is_authority)):
        abort(404)


from app.web.registers import acts, draws, entry, lists, proposals  # noqa: E402, F401  # they add their views to the blueprint above
