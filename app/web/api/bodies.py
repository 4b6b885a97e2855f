"""What a call carries: JSON that can be stored as it is, files, parameters, and the key under which it may be repeated."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, NoReturn

from flask import g, request
from werkzeug.datastructures import FileStorage

from app.cases import forms
from app.cases.errors import FieldProblem
from app.cases.idempotency import MAX_KEY
from app.web.api.openapi import SCHEMAS
from app.web.api.problems import Refusal, invalid

MAX_JSON = 2 * 1024 * 1024
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
"""Larger ones are not the same number in every program (RFC 7493)."""


def limit_size() -> None:
    """Only uploads may be large."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = MAX_JSON


def json_body(schema: str) -> dict[str, Any]:
    """The body, checked against a schema of the API's description. Raises `Refusal`."""
    body = parsed()
    names = SCHEMAS[schema]["properties"]
    accepted = f"这里只接受 {'、'.join(names)}" if names else "这里不接受任何内容"
    problems = [FieldProblem(f"/{name}", f"不认识的内容，{accepted}") for name in body if name not in names]
    problems += forms.check({**SCHEMAS[schema], "additionalProperties": True}, body)
    if problems:
        raise Refusal(422, f"请求的内容有 {len(problems)} 处需要修改", problems)
    return body


def parsed() -> dict[str, Any]:
    """The body as an object that can be stored, empty where nothing was sent. Raises `Refusal`."""
    if "json_body" not in g:
        g.json_body = _parse()
    found: dict[str, Any] = g.json_body
    return found


def _parse() -> dict[str, Any]:
    raw = request.get_data()
    if not raw:
        return {}
    if not request.is_json:
        raise Refusal(415, "请求体应为 JSON（Content-Type: application/json）。")
    try:
        value = json.loads(raw, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Refusal(400, "请求体不是格式正确的 JSON。") from None
    _check(value, "")
    if not isinstance(value, dict):
        raise invalid("", "请求体应为 JSON 对象")
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _check(value: Any, pointer: str, depth: int = 0) -> None:
    """Refuses what a database or another program could not keep: deep nesting, huge integers, characters that are none."""
    if depth > MAX_DEPTH:
        raise invalid(pointer, f"嵌套超过 {MAX_DEPTH} 层")
    if isinstance(value, str) and not storable(value):
        raise invalid(pointer, "含有不能保存的字符")
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise invalid(pointer, "数字过大")
    if isinstance(value, dict):
        for name, item in value.items():
            if not storable(name):
                raise invalid(pointer, "含有不能保存的字符")
            _check(item, f"{pointer}/{name}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{pointer}/{index}", depth + 1)


def storable(text: str) -> bool:
    """Whether every database keeps the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def files(field: str) -> list[FileStorage]:
    """Uploaded files of a field, with names that can be stored. Raises `Refusal` when there is none."""
    if request.mimetype != "multipart/form-data":
        raise Refusal(415, f"请以 multipart/form-data 上传，字段名为 {field}。")
    found = [f for f in request.files.getlist(field) if f.filename]
    if not found:
        raise invalid(f"/{field}", f"没有收到文件，请放在字段 {field} 中上传")
    for file in found:
        file.filename = "".join(c for c in file.filename or "" if c.isprintable() and storable(c))
    return found


# -- parameters --------------------------------------------------------------------------------------------------------


def text(name: str, longest: int = 100) -> str | None:
    """A query parameter; none when it is missing or empty. Raises `Refusal`."""
    value = request.args.get(name, "").strip()
    if len(value) > longest or not storable(value):
        raise invalid(f"/{name}", f"最多 {longest} 个字，不含特殊字符")
    return value or None


def one_of(name: str, allowed: tuple[str, ...]) -> str | None:
    """A query parameter with listed values."""
    value = text(name)
    if value is not None and value not in allowed:
        raise invalid(f"/{name}", f"应为 {'、'.join(allowed)} 之一")
    return value


# -- repeating ---------------------------------------------------------------------------------------------------------


def repetition_key() -> str | None:
    """The `Idempotency-Key` of the call. Raises `Refusal` when it is no usable one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    key = key.strip()
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Refusal(400, f"Idempotency-Key 应为 1 至 {MAX_KEY} 个可见的 ASCII 字符。")
    return key


def fingerprint() -> str:
    """A digest of what the call asks for. The same form data gives the same one whatever the boundary between its parts."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, file in sorted(request.files.items(multi=True), key=lambda item: (item[0], item[1].filename or "")):
            digest.update(f"{name}\0{file.filename}\0".encode())
            digest.update(hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]
            file.stream.seek(0)
    else:
        digest.update(json.dumps(parsed(), sort_keys=True).encode())
    return digest.hexdigest()
