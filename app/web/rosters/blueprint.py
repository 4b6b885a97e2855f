"""The pages of rosters, for authorities alone. Importing the modules below adds their views."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_login import login_required

from app.web.current import principal

bp = Blueprint("rosters", __name__, url_prefix="/rosters")


@bp.before_request
@login_required
def _authorities_only() -> None:
    if not principal().is_authority:
        abort(404)


from app.web.rosters import entries, listing, panels, workbook  # noqa: E402, F401
