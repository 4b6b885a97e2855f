"""Refusals of the API: RFC 9457 problem documents, always with `errors` that point at what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from app.cases.documents import MAX_BYTES
from app.cases.errors import CaseError, FieldProblem, InvalidForm, Undeployable
from app.cases.idempotency import Answer
from app.engine.errors import DiagramError
from app.web.api import shapes
from app.web.errors import SENTENCES, TITLES, problem, status_of

MEDIA_TYPE = "application/problem+json"


class Refusal(Exception):
    """A request that cannot be carried out as it is."""

    def __init__(self, status: int, detail: str, problems: Sequence[FieldProblem] = (), headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.problems = problems
        self.headers = dict(headers or {})
        super().__init__(detail)


def invalid(pointer: str, message: str) -> Refusal:
    """One wrong member or parameter."""
    return Refusal(422, "请求的内容需要修改", [FieldProblem(pointer, message)])


def answer_to(error: CaseError | DiagramError) -> Answer:
    """What an act's refusal is answered with."""
    if isinstance(error, DiagramError):
        return _answer(422, "流程图有问题，没有保存任何内容", shapes.problems(error.problems))
    if isinstance(error, Undeployable):
        return _answer(409, str(error), shapes.problems(error.problems))
    if isinstance(error, InvalidForm):
        return _answer(422, str(error), [_row(p) for p in error.problems])
    status = status_of(error)
    return _answer(422 if status == 400 else status, str(error))


def _answer(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> Answer:
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(status, "出错了"), "status": status, "detail": detail}
    return Answer(status, {**body, "errors": errors or [{"pointer": "", "message": detail}]}, {"Content-Type": MEDIA_TYPE})


def _row(found: FieldProblem) -> dict[str, str]:
    return {"pointer": found.pointer, "message": found.message}


# -- handlers ----------------------------------------------------------------------------------------------------------


def on_refusal(error: Refusal) -> Response:
    rows = [_row(p) for p in error.problems] or [{"pointer": "", "message": error.detail}]
    response = problem(error.status, error.detail, errors=rows)
    response.headers.update(error.headers)
    return response


def on_case_error(error: CaseError) -> Response:
    answer = answer_to(error)
    return problem(answer.status, answer.body["detail"], errors=answer.body["errors"])


def on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    detail = SENTENCES.get(status, "请求有误，请检查后再试。")
    if isinstance(error, RequestEntityTooLarge) and request.mimetype != "multipart/form-data":
        detail = "请求体过大，文件请先单独上传。"
    elif isinstance(error, RequestEntityTooLarge):
        detail = f"上传的内容过大，单个文件不超过 {MAX_BYTES // 1024 // 1024} MB。"
    return problem(status, detail, errors=[{"pointer": "", "message": detail}])


def name_methods(response: Response) -> Response:
    """A 405 says which methods there are."""
    error = request.routing_exception
    if response.status_code == 405 and isinstance(error, MethodNotAllowed) and request.path.startswith("/api/v1/"):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response
