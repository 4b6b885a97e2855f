"""清程 (Qingcheng): the case system for cleaner production audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The Flask application for the settings of the environment (`flask --app app`)."""
    # Imported here, so that the engine and the law can be used without the web.
    from app.web.application import create_app as make

    return make()
