"""Settings, from environment variables alone. The table in the README lists them all."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything that a deployment may set."""

    database_url: str
    secret_key: str
    upload_dir: Path
    instance_dir: Path
    port: int = 8000
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: bool = False
    mail_from: str = "qingcheng@localhost"
    session_minutes: int = 30
    adjustable_clock: bool = False
    demo_password: str = ""
    secure_cookies: bool = False
    metrics_token: str = ""
    web_workers: int = 1
    web_threads: int = 8

    @classmethod
    def from_environment(cls) -> Settings:
        """Reads the environment. Without `DATABASE_URL` everything lives under `instance/`."""
        get = os.environ.get
        instance = Path(get("INSTANCE_DIR") or ROOT / "instance")
        instance.mkdir(parents=True, exist_ok=True)
        return cls(
            database_url=get("DATABASE_URL") or f"sqlite:///{instance / 'qingcheng.db'}",
            secret_key=get("SECRET_KEY") or _kept_secret(instance / "secret_key"),
            upload_dir=Path(get("UPLOAD_DIR") or instance / "uploads"),
            instance_dir=instance,
            port=int(get("PORT") or 8000),
            smtp_host=get("SMTP_HOST", ""),
            smtp_port=int(get("SMTP_PORT") or 25),
            smtp_user=get("SMTP_USER", ""),
            smtp_password=get("SMTP_PASSWORD", ""),
            smtp_tls=get("SMTP_TLS", "") == "1",
            mail_from=get("MAIL_FROM") or "qingcheng@localhost",
            session_minutes=int(get("SESSION_MINUTES") or 30),
            adjustable_clock=get("QINGCHENG_CLOCK", "") == "adjustable",
            demo_password=get("DEMO_PASSWORD", ""),
            secure_cookies=get("SECURE_COOKIES", "") == "1",
            metrics_token=get("METRICS_TOKEN", ""),
            web_workers=int(get("WEB_WORKERS") or 1),
            web_threads=int(get("WEB_THREADS") or 8),
        )


def _kept_secret(path: Path) -> str:
    """A secret made at first use and kept for this installation alone, readable by its owner only."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as fresh:
            fresh.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text()
