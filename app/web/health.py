"""For the machines that watch: alive, ready, metrics."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text

from app import clock
from app.model import Case, CaseStatus, Incident, IncidentStatus, OutboxMessage, OutboxStatus, Task, TaskStatus, Timer, migration
from app.web.current import reading, runtime


def init(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics)


def readyz() -> Any:
    """200 when the database answers and migrations are current."""
    reading().execute(text("SELECT 1"))
    if not migration.is_current(runtime().database):
        return {"status": "migrations are missing"}, 503
    return {"status": "ok"}


def metrics() -> Response:
    """Prometheus text, from loopback or with the token of the settings."""
    token = runtime().settings.metrics_token
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if request.remote_addr not in ("127.0.0.1", "::1") and not (token and bearer == token):
        abort(404)
    registry = CollectorRegistry()
    for name, help_text, query in (
        ("qingcheng_open_tasks", "Open human tasks", select(func.count()).where(Task.status == TaskStatus.OPEN)),
        ("qingcheng_active_cases", "Active cases", select(func.count()).where(Case.status == CaseStatus.ACTIVE)),
        ("qingcheng_suspended_cases", "Cases suspended by an incident", select(func.count()).where(Case.status == CaseStatus.SUSPENDED)),
        (
            "qingcheng_incidents_open",
            "Incidents that wait for an administrator",
            select(func.count()).where(Incident.status == IncidentStatus.OPEN),
        ),
        ("qingcheng_due_timers", "Timers that are due and not yet handled", select(func.count()).where(Timer.due_at <= clock.now())),
        ("qingcheng_outbox_ready", "Deliveries waiting", select(func.count()).where(OutboxMessage.status == OutboxStatus.READY)),
        ("qingcheng_outbox_failed", "Deliveries given up", select(func.count()).where(OutboxMessage.status == OutboxStatus.FAILED)),
    ):
        Gauge(name, help_text, registry=registry).set(reading().scalar(query) or 0)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
