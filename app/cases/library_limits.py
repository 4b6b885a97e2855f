"""What a library can hold, by whichever way it comes in: paths, texts, and names that fit where a running case keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.engine.diagram import Process
from app.engine.errors import Problem

MAX_PATH: Final = 200
MAX_KEY: Final = 80
MAX_NAME: Final = 120
PLACES_IN_WORDS: Final = "文件名只能用文字、数字、横线、下划线和点，不能有空格和其他符号，扩展名用小写"
_PATH: Final = re.compile(r"(processes/[\w./-]+\.(bpmn|dmn)|forms/[\w./-]+\.json|checks/[\w./ -]+\.(yaml|json))")
_KEY: Final = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+")


def is_place(path: str) -> bool:
    """Whether a file may stand there: within a library, and under a name that an archive of it can carry anywhere."""
    return _PATH.fullmatch(path) is not None and ".." not in path and "//" not in path and len(path) <= MAX_PATH


def is_text(body: bytes) -> bool:
    """Whether a file is text as the designer shows it."""
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def outsized(file: str, process: Process) -> Iterator[Problem]:
    """What could not be stored once a case runs on it."""
    if len(process.key) > MAX_KEY or not _KEY.fullmatch(process.key):
        sentence = f"流程标识应为“地区.名称”，用字母、数字和下划线，不超过 {MAX_KEY} 个字符"
        yield Problem(file, "", process.name[:MAX_NAME], "bad-key", sentence)
    if len(process.name) > MAX_NAME:
        yield Problem(file, "", process.name[:MAX_NAME], "too-long", f"流程名称超过 {MAX_NAME} 个字")
    for element in process.elements.values():
        if len(element.id) > MAX_KEY or len(element.name) > MAX_NAME:
            sentence = f"元素标识超过 {MAX_KEY} 个字符，或名称超过 {MAX_NAME} 个字"
            yield Problem(file, element.id, element.name[:MAX_NAME], "too-long", sentence)
