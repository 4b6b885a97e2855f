"""Errors as people and programs meet them: what happened, what was kept, what to do. Programs get RFC 9457 problem documents."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, json, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.cases.errors import CaseError, Conflict, Forbidden, InvalidForm, NotFound
from app.cases.idempotency import KeyReused
from app.engine.errors import DiagramError, EngineError
from app.simulation.errors import TakesTooLong
from app.simulation.turnstile import Busy

log = structlog.get_logger()

TITLES = {
    400: "请求有误", 401: "请先登录", 403: "无权办理", 404: "没有找到", 405: "不支持的操作", 409: "情况已有变化",
    413: "文件过大", 415: "格式不支持", 422: "内容需要修改", 429: "操作过于频繁", 500: "系统出错", 503: "服务器正忙",
}  # fmt: skip
SENTENCES = {
    401: "请登录后再试。",
    403: "您没有权限做这件事。",
    404: "没有找到，或者您无权查看。",
    405: "这个地址不支持这种操作。",
    413: "上传的内容超过 64 MB，请压缩或拆分后再传。",
    429: "操作过于频繁，请稍后再试。",
    500: "系统出了问题，已经记录下来。您填写的内容如已暂存则仍保留，请稍后再试或联系管理员。",
}


def status_of(error: CaseError) -> int:
    """The HTTP status that says what kind of refusal an error is."""
    known = {NotFound: 404, Forbidden: 403, InvalidForm: 422, KeyReused: 422, Busy: 503, TakesTooLong: 503}.get(type(error))
    return known or (409 if isinstance(error, Conflict) else 400)


def wants_json() -> bool:
    """Whether a program or a script asks: the API, and calls of our own scripts."""
    return request.path.startswith("/api/") or request.is_json or request.accept_mimetypes.best == "application/json"


def problem(status: int, detail: str, **more: Any) -> Response:
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": TITLES.get(status, "出错了"), "status": status, "detail": detail, **more}
    return Response(json.dumps(body), status=status, content_type="application/problem+json")


def init(app: Flask) -> None:
    app.register_error_handler(CaseError, _case_error)
    app.register_error_handler(EngineError, _engine_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _answer(status: int, detail: str, **more: Any) -> Any:
    if wants_json():
        return problem(status, detail, **more)
    return render_template("error.html", status=status, title=TITLES.get(status, "出错了"), detail=detail), status


def _case_error(error: CaseError) -> Any:
    more: dict[str, Any] = {}
    if isinstance(error, InvalidForm):
        more["errors"] = [{"pointer": p.pointer, "message": p.message} for p in error.problems]
    return _answer(status_of(error), str(error), **more)


def _engine_error(error: EngineError) -> Any:
    if isinstance(error, DiagramError):
        rows = [{"file": p.file, "element": p.element, "name": p.name, "code": p.code, "message": p.message} for p in error.problems]
        return _answer(422, "流程图有问题，没有保存任何内容", errors=rows)
    log.error("engine", error=str(error))
    return _answer(500, f"流程在这一步出了问题：{error}。没有保存任何改动，请联系管理员。")


def _csrf_error(_error: CSRFError) -> Any:
    return _answer(400, "页面停留过久，安全凭据已失效。请刷新页面后再提交。")


def _http_error(error: HTTPException) -> Any:
    if error.code is not None and 300 <= error.code < 400:
        return redirect(error.get_response().headers["Location"], error.code)
    status = error.code or 500
    return _answer(status, SENTENCES.get(status, "请求有误，请检查后再试。"))


def _unexpected(error: Exception) -> Any:
    log.exception("unexpected", error=str(error))
    return _answer(500, SENTENCES[500])
