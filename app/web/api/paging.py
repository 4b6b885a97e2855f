"""Lists in pages: the answer is the array, the way to the next page is in its headers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, request

from app.web.api.bodies import text
from app.web.api.problems import invalid

T = TypeVar("T")

DEFAULT, LARGEST = 50, 200
MAX_ID = 2**63 - 1


def limit() -> int:
    """How many rows the caller wants. Raises `Refusal`."""
    value = text("limit")
    if value is None:
        return DEFAULT
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= LARGEST or len(value) > 9:
        raise invalid("/limit", f"应为 1 至 {LARGEST} 的整数")
    return int(value)


def cursor(read: Callable[[str], T]) -> T | None:
    """Where the page begins: after the row that `read` understands. Raises `Refusal` for anything but a cursor that we gave."""
    value = text("cursor", 200)
    if value is None:
        return None
    try:
        return read(base64.b64decode(value.encode() + b"=" * (-len(value) % 4), altchars=b"-_", validate=True).decode())
    except (ValueError, binascii.Error):
        raise invalid("/cursor", "不是有效的分页位置，请使用上一页给出的 cursor") from None


def row_id(value: str) -> int:
    """An id out of a cursor. Raises `ValueError`."""
    found = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else -1
    if not 0 <= found <= MAX_ID:
        raise ValueError(value)
    return found


def page(rows: list[Any], size: int, shape: Callable[[Any], dict[str, Any]], position: Callable[[Any], str]) -> Response:
    """A page out of up to `size` + 1 rows: one more than fits says that there is a next page."""
    response = jsonify([shape(row) for row in rows[:size]])
    if len(rows) > size:
        following = base64.urlsafe_b64encode(position(rows[size - 1]).encode()).decode().rstrip("=")
        others = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        query = urlencode([*others, ("cursor", following)])
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
        response.headers["X-Next-Cursor"] = following
    return response
