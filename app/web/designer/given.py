"""What the designer's scripts send: parts of a JSON body, each of the kind that a call expects. All of them raise `Refusal`."""

from __future__ import annotations

from typing import Any

from app.web.api.bodies import parsed
from app.web.api.problems import invalid


def whole() -> dict[str, Any]:
    """The body."""
    return parsed()


def revision() -> int:
    """The save that somebody has seen."""
    number = parsed().get("revision", 0)
    if not isinstance(number, int):
        raise invalid("/revision", "应为保存的次数")
    return number


def changes() -> dict[str, bytes | None]:
    """Changed files by path; `None` for one that goes."""
    sent = parsed().get("files") or {}
    if not isinstance(sent, dict) or not all(text is None or isinstance(text, str) for text in sent.values()):
        raise invalid("/files", "应为文件名和文件内容")
    return {path: None if text is None else text.encode() for path, text in sent.items()}


def files() -> dict[str, bytes]:
    """The files that are there."""
    return {path: body for path, body in changes().items() if body is not None}
