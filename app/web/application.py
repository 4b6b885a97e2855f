"""Makes the Flask application: settings, blueprints, security headers, error pages."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from app.config import ROOT, Settings
from app.runtime import Runtime
from app.web import access_control, commands, context, errors, health, regions
from app.web.admin import blueprint as admin
from app.web.api import blueprint as api
from app.web.auth import blueprint as auth
from app.web.designer import blueprint as designer
from app.web.desk import blueprint as desk
from app.web.documents import blueprint as documents
from app.web.library import blueprint as library
from app.web.notices import blueprint as notices
from app.web.portal import blueprint as portal
from app.web.public import blueprint as public
from app.web.registers import blueprint as registers
from app.web.rosters import blueprint as rosters


class StorableNumber(IntegerConverter):
    """A number in an address. A larger one than any database keeps names nothing."""

    def __init__(self, url_map: Map, max: int = 2**63 - 1) -> None:
        super().__init__(url_map, max=max)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings` (default: those of the environment)."""
    settings = settings or Settings.from_environment()
    app = Flask("app", root_path=str(ROOT / "app"), static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=settings.session_minutes * 60,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI="memory://",
        JSON_AS_ASCII=False,
    )
    app.url_map.converters["int"] = StorableNumber
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["runtime"] = Runtime.from_settings(settings)
    access_control.init(app)
    context.init(app)
    errors.init(app)
    health.init(app)
    commands.init(app)
    for blueprint in (
        auth.bp,
        desk.bp,
        portal.bp,
        public.bp,
        admin.bp,
        api.bp,
        rosters.bp,
        documents.bp,
        notices.bp,
        registers.bp,
        library.bp,
        designer.bp,
        regions.bp,
    ):
        app.register_blueprint(blueprint)
    return app
