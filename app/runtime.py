"""What every process of an installation has in hand: settings, database, file store, mailer."""

from __future__ import annotations

from dataclasses import dataclass

from app.cases.documents import FileStore
from app.config import Settings
from app.jobs.mail import Mailer, make_mailer
from app.model.session import Database


@dataclass(frozen=True)
class Runtime:
    """The outside world of the application, made once per process."""

    settings: Settings
    database: Database
    files: FileStore
    mailer: Mailer

    @classmethod
    def from_settings(cls, settings: Settings) -> Runtime:
        return cls(settings, Database(settings.database_url), FileStore(settings.upload_dir), make_mailer(settings))
