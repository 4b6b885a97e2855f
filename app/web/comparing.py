"""A comparison for its page: the drawings of both sides with what changed in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.cases.comparison import bundles
from app.cases.comparison.changes import FileChange, Kind
from app.engine.diagram import is_drawing

WORDS = {Kind.ADDED: ("＋", "新增"), Kind.REMOVED: ("－", "删除"), Kind.CHANGED: ("≠", "修改"), Kind.MOVED: ("↔", "只移动")}


@dataclass(frozen=True)
class Side:
    """One of two versions: what it is called, and its files."""

    label: str
    files: Mapping[str, bytes]


def shown(old: Side, new: Side, main: str) -> dict[str, Any]:
    """What the page of a comparison takes; `main` is the process's own diagram, which comes first."""
    found = bundles.compare(old.files, new.files)
    return {"comparison": found, "old": old.label, "new": new.label, "words": WORDS, "drawings": _drawings(old, new, found, main)}


def _drawings(old: Side, new: Side, found: bundles.Comparison, main: str) -> dict[str, Any]:
    """Every diagram of either side, the own one first, then those with changes; one that is the same travels once."""
    changed = {file.path: file for file in found.diagrams}
    paths = sorted(
        (path for path in {*old.files, *new.files} if path.endswith(".bpmn")), key=lambda path: (path != main, path not in changed, path)
    )
    return {
        "old": old.label, "new": new.label,
        "words": {kind.value: {"sign": sign, "word": word} for kind, (sign, word) in WORDS.items()},
        "diagrams": [_drawing(path, old.files.get(path), new.files.get(path), changed.get(path)) for path in paths],
    }  # fmt: skip


def _drawing(path: str, old: bytes | None, new: bytes | None, change: FileChange | None) -> dict[str, Any]:
    body = new if new is not None else old
    assert body is not None
    return {
        "path": path,
        "name": bundles.diagram_name(path, body),
        "old": _text(old),
        "new": _text(new) if old != new else None,
        "same": old == new,
        "changes": {one.id: {"kind": one.kind.value, "name": one.name} for one in (change.changes if change else ())},
    }


def _text(body: bytes | None) -> str | None:
    """A drawing as it travels; what cannot be drawn does not."""
    return body.decode("utf-8-sig") if body is not None and is_drawing(body) else None
