"""Every place where a file departs from the BPMN 2.0 schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.spiff.parser.process import VALIDATOR

from app.engine.checking.sheet import Finding

MAX_FINDINGS = 20
_NOT_AN_ID = "is not a valid value of the atomic type 'xs:ID'"
_NAMESPACE = re.compile(r"\{[^}]*\}")


def departures(root: Any) -> Iterator[Finding]:
    """What the schema has against a file, at the element where it is wrong; the first few when there are many."""
    if VALIDATOR.validator.validate(root):
        return
    by_line: dict[int, Any] = {}
    for element in root.iter():
        by_line[element.sourceline] = element
    for error in list(VALIDATOR.validator.error_log)[:MAX_FINDINGS]:
        element = _with_id(by_line.get(error.line))
        said = _NAMESPACE.sub("", " ".join(error.message.split()))[:300]
        if _NOT_AN_ID in said:
            said = "标识（id）与别的元素重复，或者写法不对"
        yield Finding(
            element.get("id") if element is not None else "",
            element.get("name") or "" if element is not None else "",
            f"第 {error.line} 行不符合 BPMN 2.0 格式：{said}",
        )


def _with_id(element: Any) -> Any:
    while element is not None and not element.get("id"):
        element = element.getparent()
    return element
