"""Two files of decision tables: conditions, results and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.cases.comparison.changes import Change, Kind, facts_between
from app.engine.safe_xml import read_xml

POLICIES: Final = {"UNIQUE": "只能有一行适用", "FIRST": "取最先适用的一行", "COLLECT": "收集所有适用的行"}


@dataclass(frozen=True)
class _Part:
    """A table, a column or a rule, and what it says."""

    name: str
    type: str
    facts: Mapping[str, str]


def compare(path: str, old: bytes, new: bytes) -> tuple[Change, ...]:
    """The changes between two files. Rules are told apart by their ids. Raises `DiagramError` for what is no safe XML."""
    before, after = dict(_parts(read_xml(path, old))), dict(_parts(read_xml(path, new)))
    return tuple(_changes(before, after))


def _changes(before: Mapping[str, _Part], after: Mapping[str, _Part]) -> Iterator[Change]:
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            yield Change(key, now.name, now.type, Kind.ADDED, facts_between({}, now.facts))
        elif was.facts != now.facts:
            yield Change(key, now.name, now.type, Kind.CHANGED, facts_between(was.facts, now.facts))
    for key, was in before.items():
        if key not in after:
            yield Change(key, was.name, was.type, Kind.REMOVED, facts_between(was.facts, {}))


def _parts(root: Any) -> Iterator[tuple[str, _Part]]:
    for decision in root.iter("{*}decision"):
        table_id, name = decision.get("id") or "", decision.get("name") or decision.get("id") or ""
        table = decision.find("{*}decisionTable")
        if table is None:
            continue
        policy = (table.get("hitPolicy") or "UNIQUE").upper()
        means = f"{POLICIES.get(policy, policy)} {table.get('aggregation') or ''}".strip()
        order = "、".join(f"{rule.get('id') or number}" for number, rule in enumerate(table.iterfind("{*}rule"), 1))
        facts = {"名称": name, "几行同时适用时": means, "行的顺序": order if policy == "FIRST" else ""}
        yield table_id, _Part(name, "决策表", {label: text for label, text in facts.items() if text})
        yield from _columns(table, table_id, name)


def _columns(table: Any, table_id: str, name: str) -> Iterator[tuple[str, _Part]]:
    inputs = [
        _column(f"{table_id}/input/{one.get('id') or number}", one.get("label") or _text(one.find("{*}inputExpression")), "条件列", one)
        for number, one in enumerate(table.iterfind("{*}input"))
    ]
    outputs = [
        _column(f"{table_id}/output/{one.get('id') or number}", one.get("label") or one.get("name") or "", "结果列", one)
        for number, one in enumerate(table.iterfind("{*}output"))
    ]
    yield from inputs
    yield from outputs
    heads = [part.name for _, part in (*inputs, *outputs)]
    for number, rule in enumerate(table.iterfind("{*}rule"), 1):
        cells = [_text(cell) for cell in (*rule.iterfind("{*}inputEntry"), *rule.iterfind("{*}outputEntry"))]
        note = _text(rule.find("{*}annotationEntry")) or (rule.findtext("{*}description") or "").strip()
        facts = {head: cell for head, cell in zip(heads, cells, strict=False) if cell not in ("", "-")}
        facts |= {"备注": note} if note else {}
        yield f"{table_id}/rule/{rule.get('id') or number}", _Part(f"{name} 第 {number} 行", "规则", facts)


def _column(key: str, name: str, kind: str, node: Any) -> tuple[str, _Part]:
    expression = node.find("{*}inputExpression")
    facts = {
        "标题": node.get("label") or "",
        "取值": _text(expression) or node.get("name") or "",
        "类型": (expression if expression is not None else node).get("typeRef") or "",
    }
    return key, _Part(name, kind, {label: text for label, text in facts.items() if text})


def _text(node: Any) -> str:
    return (node.findtext("{*}text") or "").strip() if node is not None else ""
