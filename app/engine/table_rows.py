"""Test rows: what a decision table must answer to which values, kept beside it as `checks/<folder>/<table>.rows.json`.

    {"decisions": {"beijing_audit_fee": [{"title": "5 万元整", "given": {"audit_fee_verified": 50000}, "expected": {"subsidy_amount": 50000}}]}}

`given` are the case variables that the table reads, `expected` the outputs that are looked at: an output that is not named may be anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from app.engine.decision_tables import DecisionTable
from app.engine.errors import DiagramError, ExpressionError, Problem

SUFFIX: Final = ".rows.json"
MAX_ROWS: Final = 500
"""Rows for one decision."""
_MAX_TITLE: Final = 200


@dataclass(frozen=True)
class Trial:
    """One row: what is given, and what of the answer is looked at."""

    number: int
    title: str
    given: Mapping[str, Any]
    expected: Mapping[str, Any]

    def __str__(self) -> str:
        return f"测试行 {self.number}" + (f"（{self.title}）" if self.title else "")


@dataclass(frozen=True)
class Answer:
    """What a table said to a test row: its values and the rows of the table that said it, or why the row tells nothing."""

    row: Trial
    values: Mapping[str, Any]
    rules: tuple[int, ...]
    stopped: str = ""

    @property
    def wrong(self) -> tuple[str, ...]:
        """Outputs that are not what the row expects."""
        return tuple(name for name, value in self.row.expected.items() if name not in self.values or not same(self.values[name], value))

    @property
    def passed(self) -> bool:
        return not self.stopped and not self.wrong


def rows_path(table_path: str) -> str:
    """Where the test rows of a DMN file are kept."""
    return f"checks/{table_path.removeprefix('processes/').removesuffix('.dmn')}{SUFFIX}"


def table_path(path: str) -> str | None:
    """The DMN file that a file of test rows is about; none when it is no such file."""
    if not path.startswith("checks/") or not path.endswith(SUFFIX):
        return None
    return f"processes/{path.removeprefix('checks/').removesuffix(SUFFIX)}.dmn"


def read_rows(path: str, body: bytes) -> dict[str, list[Trial]]:
    """The test rows of a file by decision. Raises `DiagramError` with every problem."""
    problems: list[Problem] = []

    def wrong(decision: str, sentence: str) -> None:
        problems.append(Problem(path, decision, "", "bad-rows", sentence))

    found: dict[str, list[Trial]] = {}
    for decision, rows in _decisions(path, body).items():
        if not isinstance(rows, list):
            wrong(decision, "测试行应是一个列表")
            continue
        if len(rows) > MAX_ROWS:
            wrong(decision, f"一个决策最多 {MAX_ROWS} 个测试行")
            continue
        found[decision] = []
        for number, row in enumerate(rows, 1):
            sentence = _fault(row)
            if sentence:
                wrong(decision, f"测试行 {number}：{sentence}")
            else:
                found[decision].append(Trial(number, row.get("title", ""), row["given"], row["expected"]))
    if problems:
        raise DiagramError(problems)
    return found


def _decisions(path: str, body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise DiagramError([Problem(path, "", "", "bad-rows", "测试行文件不是格式正确的 JSON")]) from None
    if not isinstance(content, dict) or not isinstance(content.get("decisions"), dict) or set(content) != {"decisions"}:
        sentence = '测试行文件应为 {"decisions": {决策标识: [测试行]}}'
        raise DiagramError([Problem(path, "", "", "bad-rows", sentence)])
    decisions: dict[str, Any] = content["decisions"]
    return decisions


def _fault(row: Any) -> str:
    """What is wrong with the form of a row, as a sentence; nothing when it is in order."""
    if not isinstance(row, dict):
        return "应写明给定值（given）和应得结果（expected）"
    unknown = sorted(set(row) - {"title", "given", "expected"})
    if unknown:
        return f"不认识“{unknown[0]}”：测试行只有 title、given、expected"
    if not isinstance(row.get("title", ""), str) or len(row.get("title", "")) > _MAX_TITLE:
        return f"说明（title）应是不超过 {_MAX_TITLE} 个字的文字"
    if not isinstance(row.get("given"), dict):
        return "没有给定值（given）"
    if not isinstance(row.get("expected"), dict):
        return "没有应得结果（expected）"
    return ""


def ask(table: DecisionTable, row: Trial) -> Answer:
    """What a table says to a row, by the same code that a case runs through."""
    try:
        said = table.decide(row.given)
    except ExpressionError as error:
        return Answer(row, {}, (), str(error))
    if not row.expected:
        return Answer(row, said.values, said.rows, "没有写应得结果，什么也没有核对")
    return Answer(row, said.values, said.rows)


def same(actual: Any, expected: Any) -> bool:
    """Whether two values are the same to whoever reads them: 50000 and 50000.0 are, 1 and 是 are not."""
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, int | float) and isinstance(expected, int | float):
        return Decimal(str(actual)) == Decimal(str(expected))
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    return bool(actual == expected)


def in_words(value: Any) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return "空"
        case bool():
            return "是" if value else "否"
        case float() if value == int(value):
            return str(int(value))
        case list():
            return "、".join(map(in_words, value)) or "没有一项"
    return str(value)
