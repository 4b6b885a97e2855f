"""YAML as plain data, with the line of every value, so that whatever is wrong with a scenario can be found in its file.

Only what a scenario needs: mappings, lists and plain values. Dates stay text (an impossible one is reported like any other mistake), `yes` and `no` stay
text (they are decisions), and numbers with a leading zero stay text (they are codes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from app.simulation.errors import Mistake, ScenarioError

Path = tuple[str | int, ...]

MAX_CHARACTERS = 500_000
MAX_VALUES = 50_000


class Lines:
    """The line of every place in a scenario; a place that is not known has the line of what is around it."""

    def __init__(self, known: Mapping[Path, int] | None = None) -> None:
        self._known = dict(known or {})

    def of(self, *path: str | int) -> int | None:
        """The line of a place, counted from 1; none for a scenario that did not come from a file."""
        for end in range(len(path), -1, -1):
            if path[:end] in self._known:
                return self._known[path[:end]]
        return None


class _Loader(yaml.SafeLoader):
    """Tags plain values as JSON would."""


_Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)(?:[eE][-+]?[0-9]+)?", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def read(text: str) -> tuple[Any, Lines]:
    """The data of a YAML text and its lines. Raises `ScenarioError` for text that is no YAML, and for keys that appear twice."""
    if len(text) > MAX_CHARACTERS:
        raise ScenarioError([Mistake(f"文件超过 {MAX_CHARACTERS // 1000} 千字，不像是模拟方案")])
    try:
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ScenarioError([Mistake(f"不是有效的 YAML：{error.problem or error.context}", line)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ScenarioError([Mistake(f"不是有效的 YAML：{' '.join(str(error).split())[:200]}")]) from error
    if node is None:
        return {}, Lines()
    reader = _Reader()
    try:
        data = reader.value(node, ())
    except RecursionError as error:
        raise ScenarioError([Mistake("嵌套过深，或者引用了自身")]) from error
    if reader.mistakes:
        raise ScenarioError(reader.mistakes)
    return data, Lines(reader.lines)


class _Reader:
    """Turns nodes into data and notes where each stood."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.mistakes: list[Mistake] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if len(self.lines) > MAX_VALUES:
            raise ScenarioError([Mistake(f"内容超过 {MAX_VALUES // 1000} 千项，不像是模拟方案", node.start_mark.line + 1)])
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.mistakes.append(Mistake("键应为文字", line))
                continue
            key = str(key_node.value)
            if key in found:
                self.mistakes.append(Mistake(f"“{key}”写了两次，前一次在第 {self.lines[(*path, key)]} 行", line))
                continue
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        kind = node.tag.rsplit(":", 1)[-1]
        if kind == "null":
            return None
        if kind == "bool":
            return text == "true"
        if kind in ("int", "float"):
            return int(text) if kind == "int" else float(text)
        if kind != "str":
            self.mistakes.append(Mistake(f"不支持的标记“{node.tag}”", node.start_mark.line + 1))
        return text
