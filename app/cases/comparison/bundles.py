"""Everything that two versions of a process are made of, file by file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from app.cases.comparison import diagram, forms, tables
from app.cases.comparison.changes import Change, FileChange, Kind, facts_between
from app.engine.errors import DiagramError
from app.engine.safe_xml import read_xml

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions, by kind of file. Files that are the same do not appear."""

    diagrams: tuple[FileChange, ...]
    forms: tuple[FileChange, ...]
    tables: tuple[FileChange, ...]
    checks: tuple[FileChange, ...]

    @property
    def is_same(self) -> bool:
        return not (self.diagrams or self.forms or self.tables or self.checks)

    @property
    def summary(self) -> tuple[str, ...]:
        """How much differs, a sentence a kind."""
        return tuple(_summary(self))


def compare(old: Files, new: Files) -> Comparison:
    """What became of the files of one version in another."""
    return Comparison(
        tuple(_files(old, new, ".bpmn", diagram_name, diagram.compare)),
        tuple(_forms(old, new)),
        tuple(_files(old, new, ".dmn", _table_name, tables.compare)),
        tuple(_checks(old, new)),
    )


def _files(
    old: Files, new: Files, suffix: str, named: Callable[[str, bytes], str], compared: Callable[[str, bytes, bytes], tuple[Change, ...]]
) -> Iterator[FileChange]:
    for path in _paths(old, new, lambda one: one.endswith(suffix)):
        name = named(path, new[path] if path in new else old[path])
        if path not in old or path not in new:
            yield FileChange(path, name, Kind.ADDED if path in new else Kind.REMOVED)
        elif old[path] != new[path]:
            try:
                yield FileChange(path, name, Kind.CHANGED, compared(path, old[path], new[path]))
            except (DiagramError, ValueError) as error:
                yield FileChange(path, name, Kind.CHANGED, problem=f"文件无法读取，只能说它改过：{error}")


def _forms(old: Files, new: Files) -> Iterator[FileChange]:
    """A form and its layout are one thing to whoever fills it in."""
    for path in _paths(old, new, _is_form):
        ui = path.removesuffix(".json") + ".ui.json"
        name = forms.title_of(new[path] if path in new else old[path]) or path
        if path not in old or path not in new:
            yield FileChange(path, name, Kind.ADDED if path in new else Kind.REMOVED)
        elif (old[path], old.get(ui)) != (new[path], new.get(ui)):
            try:
                found = forms.compare(old[path], new[path], old.get(ui, b"{}"), new.get(ui, b"{}"))
                yield FileChange(path, name, Kind.CHANGED, found)
            except ValueError as error:
                yield FileChange(path, name, Kind.CHANGED, problem=f"文件无法读取，只能说它改过：{error}")


def _is_form(path: str) -> bool:
    return path.startswith("forms/") and path.endswith(".json") and not path.endswith(".ui.json")


def _checks(old: Files, new: Files) -> Iterator[FileChange]:
    for path in _paths(old, new, lambda one: one.startswith("checks/")):
        name = path.rpartition("/")[2].removesuffix(".yaml").removesuffix(".rows.json")
        if path not in old or path not in new:
            yield FileChange(path, name, Kind.ADDED if path in new else Kind.REMOVED)
        elif old[path] != new[path]:
            try:
                yield FileChange(path, name, Kind.CHANGED, tuple(_check_changes(path, old[path], new[path])))
            except (ValueError, yaml.YAMLError) as error:
                yield FileChange(path, name, Kind.CHANGED, problem=f"文件无法读取，只能说它改过：{error}")


def _check_changes(path: str, old: bytes, new: bytes) -> Iterator[Change]:
    """A scenario by its entries, test rows one by one."""
    is_rows = path.endswith(".json")
    before, after = (_entries(json.loads(body) if is_rows else yaml.safe_load(body), is_rows) for body in (old, new))
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        kind = Kind.ADDED if was is None else Kind.REMOVED if now is None else Kind.CHANGED
        said = facts_between({} if was is None else {"内容": was}, {} if now is None else {"内容": now})
        yield Change(name, name, "试验行" if is_rows else "试验内容", kind, said)


def _entries(found: Any, is_rows: bool) -> dict[str, str]:
    if is_rows and isinstance(found, dict) and isinstance(found.get("rows"), list):
        found = found["rows"]
    if isinstance(found, list):
        return {f"第 {number} 行": json.dumps(one, ensure_ascii=False, default=str) for number, one in enumerate(found, 1)}
    if isinstance(found, dict):
        return {str(name): json.dumps(one, ensure_ascii=False, default=str) for name, one in found.items()}
    return {"内容": str(found)}


def _paths(old: Files, new: Files, wanted: Callable[[str], bool]) -> list[str]:
    return sorted(path for path in {*old, *new} if wanted(path))


def diagram_name(path: str, body: bytes) -> str:
    """What the process of a diagram is called; the path where it cannot be read."""
    return _first_name(path, body, "{*}process")


def _table_name(path: str, body: bytes) -> str:
    return _first_name(path, body, "{*}decision")


def _first_name(path: str, body: bytes, tag: str) -> str:
    try:
        node = read_xml(path, body).find(tag)
    except DiagramError:
        return path
    return (node.get("name") or path) if node is not None else path


def _summary(comparison: Comparison) -> Iterator[str]:
    for files, kind in (
        (comparison.diagrams, "流程图"), (comparison.forms, "表单"), (comparison.tables, "决策表"), (comparison.checks, "试验"),
    ):  # fmt: skip
        for file in files:
            if file.kind == Kind.ADDED:
                yield f"新增{kind}“{file.name}”"
            elif file.kind == Kind.REMOVED:
                yield f"不再使用{kind}“{file.name}”"
            else:
                yield f"{kind}“{file.name}”{_counted(file)}"


def _counted(file: FileChange) -> str:
    counts = ((Kind.CHANGED, "修改"), (Kind.ADDED, "新增"), (Kind.REMOVED, "删除"))
    said = [f"{word} {len(file.of(kind))} 处" for kind, word in counts if file.of(kind)]
    if not said:
        return "只调整了画法" if file.of(Kind.MOVED) else "写法有变化，内容相同" if not file.problem else "有变化"
    return "：" + "，".join(said)
