"""Sends mail by SMTP. Where no server is set, mail is written to a folder, so that nothing is lost and everything can be seen."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any, Protocol

from app.config import Settings


class Mailer(Protocol):
    """Anything that sends one message. `key` names it: sending it again replaces or repeats the same message."""

    def __call__(self, key: str, payload: Mapping[str, Any]) -> None: ...


def make_mailer(settings: Settings) -> Mailer:
    """The mailer that the settings ask for."""
    return SmtpMailer(settings) if settings.smtp_host else FolderMailer(settings)


def _message(settings: Settings, key: str, payload: Mapping[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = payload["to"]
    message["Subject"] = payload["subject"]
    # The same delivery has the same id, so that a mail server can tell a repetition after a crash.
    message["Message-ID"] = f"<{key.replace(':', '.')}@qingcheng>"
    message.set_content(payload["text"])
    return message


class SmtpMailer:
    """Mail through the server of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, key: str, payload: Mapping[str, Any]) -> None:
        s = self.settings
        with smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=20) as server:
            if s.smtp_tls:
                server.starttls()
            if s.smtp_user:
                server.login(s.smtp_user, s.smtp_password)
            server.send_message(_message(s, key, payload))


class FolderMailer:
    """Mail as `.eml` files under `instance/mail`, one file for each delivery."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = settings.instance_dir / "mail"

    def __call__(self, key: str, payload: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() else "-" for c in key)
        (self.folder / f"{name}.eml").write_bytes(bytes(_message(self.settings, key, payload)))
