"""Acts over HTTP: one transaction each, done once however often the call is repeated under its key."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, jsonify
from sqlalchemy.orm import Session

from app.cases import idempotency
from app.cases.errors import CaseError
from app.cases.failures import ActFailed
from app.cases.idempotency import Answer
from app.engine.errors import DiagramError
from app.web.api.bodies import fingerprint, repetition_key
from app.web.api.callers import caller
from app.web.api.problems import answer_to
from app.web.current import transaction


def perform(act: Callable[[Session], Answer], on_failure: Callable[[Session, ActFailed], Answer] | None = None) -> Response:
    """Carries out an act and answers. What was refused under a key is refused again in the same words: nothing was done.

    `on_failure` answers an act behind which the process failed, in a transaction of its own, under the same key.
    """
    key = repetition_key()
    digest = fingerprint() if key is not None else ""

    def once(act: Callable[[Session], Answer]) -> Answer:
        with transaction() as session:
            if key is None:
                return act(session)
            return idempotency.once(session, caller().user_id, key, digest, lambda: act(session))

    def attempt() -> Answer:
        try:
            return once(act)
        except ActFailed as failed:
            if on_failure is None:
                raise
            keep, kept = on_failure, failed
        return once(lambda session: keep(session, kept))

    try:
        return _response(attempt())
    except (CaseError, DiagramError) as error:
        refusal = answer_to(error)
        if key is None or isinstance(error, idempotency.KeyReused):
            return _response(refusal)
    return _response(once(lambda _session: refusal))


def _response(answer: Answer) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    response.headers.update(answer.headers)
    if answer.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
