"""Decision tables (DMN): figures that differ between places stand in a table, and a business rule task reads them.

A table's cells are S-FEEL as table editors write it: `-`, `"excellent"`, `> 50000`, `[0..50000]`, `"a","b"`, `not("a")`. Input expressions, the ends of
ranges and results are expressions of our own language, under the same sandbox, reckoned in decimals. Unlike SpiffWorkflow's own tables these say
when no rule fits, or two.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from app.engine import expressions
from app.engine.errors import DiagramError, ExpressionError, Problem
from app.engine.safe_xml import read_xml

INPUT: Final = "cell_value"
"""What a cell calls the value of its column. `?` stands for it."""
HIT_POLICIES: Final = frozenset({"UNIQUE", "FIRST", "COLLECT"})
AGGREGATIONS: Final = frozenset({"", "SUM", "MIN", "MAX", "COUNT"})
_RANGE = re.compile(r"^([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\])])$", re.DOTALL)
_COMPARISON = re.compile(r"^(<=|>=|<|>|!=|=)\s*(.+)$", re.DOTALL)
_NOT = re.compile(r"^not\s*\((.*)\)$", re.DOTALL)
_WORDS = {"true": "True", "false": "False", "null": "None"}
_MAX_POINTS: Final = 20_000  # combinations that the check for gaps tries


@dataclass(frozen=True)
class Rule:
    """A row: what each input must be, and what follows. `note` is its annotation, mostly the article."""

    number: int
    tests: tuple[str, ...]
    results: tuple[str, ...]
    note: str = ""

    def fits(self, values: tuple[Any, ...]) -> bool:
        """Whether the row's cells all hold. Raises `ExpressionError`."""
        return all(test == "" or bool(expressions.evaluate(test, {INPUT: value})) for test, value in zip(self.tests, values, strict=True))


@dataclass(frozen=True)
class Decision:
    """What a table said: the values of its outputs, and the rows that said it."""

    values: dict[str, Any]
    rows: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class Fault:
    """Values, in words, for which a table has no row, or several where one is meant."""

    rows: tuple[int, ...]
    values: str

    @property
    def is_gap(self) -> bool:
        return not self.rows

    def __str__(self) -> str:
        return f"第 {'、'.join(map(str, self.rows))} 行同时适用于 {self.values}" if self.rows else f"没有一行适用于 {self.values}"


@dataclass(frozen=True)
class DecisionTable:
    """A table of a DMN file."""

    id: str
    name: str
    hit_policy: str
    aggregation: str
    inputs: tuple[tuple[str, str], ...]  # expression, label
    outputs: tuple[str, ...]  # variables
    output_labels: tuple[str, ...]
    rules: tuple[Rule, ...] = field(repr=False)

    @property
    def expressions(self) -> Iterator[str]:
        """Every piece of our language that reads case variables."""
        yield from (source for source, _ in self.inputs)
        yield from (source for rule in self.rules for source in rule.results)

    @property
    def variables(self) -> tuple[str, ...]:
        """The case variables that the table reads, in the order of its columns."""
        return tuple(dict.fromkeys(name for source in self.expressions for name in sorted(expressions.names_in(source))))

    def label(self, output: str) -> str:
        """An output in the words of the table's head."""
        return dict(zip(self.outputs, self.output_labels, strict=True)).get(output) or output

    def decide(self, variables: Mapping[str, Any]) -> Decision:
        """What the table says about a case. Raises `ExpressionError` when no row fits, or several where one is meant."""
        given = tuple(expressions.evaluate(source, variables) for source, _ in self.inputs)
        fitting = [rule for rule in self.rules if rule.fits(given)]
        if not fitting:
            raise ExpressionError(f"决策表“{self.name}”没有适用的行：{self._in_words(given)}")
        if self.hit_policy == "UNIQUE" and len(fitting) > 1:
            rows = "、".join(str(rule.number) for rule in fitting)
            raise ExpressionError(f"决策表“{self.name}”第 {rows} 行同时适用：{self._in_words(given)}")
        if self.hit_policy != "COLLECT":
            fitting = fitting[:1]
        columns = [[expressions.evaluate(rule.results[i], variables) for rule in fitting] for i in range(len(self.outputs))]
        values = {name: self._collected(column) for name, column in zip(self.outputs, columns, strict=True)}
        return Decision(values, tuple(rule.number for rule in fitting), "；".join(filter(None, (rule.note for rule in fitting))))

    def _collected(self, column: list[Any]) -> Any:
        if self.hit_policy != "COLLECT":
            return column[0]
        if self.aggregation == "":
            return column
        function = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "len"}[self.aggregation]
        return expressions.evaluate(f"{function}(column)", {"column": column})

    def _in_words(self, given: tuple[Any, ...]) -> str:
        return "，".join(f"{label or source} = {value}" for (source, label), value in zip(self.inputs, given, strict=True))

    # -- gaps and overlaps --------------------------------------------------------------------------------------------

    def faults(self) -> list[Fault]:
        """Values between the table's own figures that no row covers, or that several rows cover where one is meant."""
        found = []
        axes = [self._points(column) for column in range(len(self.inputs))]
        cells = [{value: self._answers(column, value) for value in axis} for column, axis in enumerate(axes)]
        everything = (1 << len(self.rules)) - 1
        for point in itertools.islice(itertools.product(*axes), _MAX_POINTS):
            fitting = possible = everything
            for column, value in zip(cells, point, strict=True):
                fitting, possible = fitting & column[value][0], possible & column[value][1]
            if fitting != possible:
                continue  # a cell refers to the case: only a case can tell
            rows = tuple(rule.number for position, rule in enumerate(self.rules) if fitting >> position & 1)
            if not rows or (len(rows) > 1 and self.hit_policy == "UNIQUE"):
                found.append(Fault(rows, self._in_words(point)))
        return found

    def _answers(self, column: int, value: Any) -> tuple[int, int]:
        """The rows whose cell of a column holds for a value, and those of which it may, as bits."""
        answers = [_holds(rule.tests[column], value) for rule in self.rules]
        held = sum(1 << position for position, answer in enumerate(answers) if answer)
        return held, held + sum(1 << position for position, answer in enumerate(answers) if answer is None)

    def _points(self, column: int) -> list[Any]:
        """The figures that a column mentions and one between each two; the texts that it mentions."""
        constants: set[Any] = set()
        for rule in self.rules:
            constants |= {value for value in expressions.constants_in(rule.tests[column]) if value is not None}
        numbers = sorted({Decimal(str(c)) for c in constants if isinstance(c, int | float) and not isinstance(c, bool)})
        between = [(low + high) / 2 for low, high in itertools.pairwise(numbers)]
        others = sorted((c for c in constants if isinstance(c, str | bool)), key=str)
        plain = [int(n) if n == int(n) else float(n) for n in sorted([*numbers, *between])]
        return plain + others or [None]


@lru_cache(maxsize=256)
def ids_of(path: str, body: bytes) -> frozenset[str]:
    """Ids of the decisions of a file; none where it is no DMN at all."""
    try:
        root = read_xml(path, body)
    except DiagramError:
        return frozenset()
    return frozenset(node.get("id") or "" for node in root.iterfind("{*}decision"))


def read_tables(path: str, body: bytes) -> dict[str, DecisionTable]:
    """The tables of a DMN file by their ids. Raises `DiagramError` with every problem."""
    root = read_xml(path, body)
    if etree.QName(root).localname != "definitions" or "DMN" not in (etree.QName(root).namespace or "").upper():
        raise DiagramError([Problem(path, "", "", "not-dmn", "不是 DMN 决策表文件（根元素应为 definitions）")])
    tables: dict[str, DecisionTable] = {}
    problems: list[Problem] = []
    for node in root.iterfind("{*}decision"):
        table, faults = _read(node)
        problems += [Problem(path, one.place or node.get("id") or "", node.get("name") or "", one.code, one.message) for one in faults]
        if table is not None and table.id in tables:
            problems.append(Problem(path, table.id, table.name, "duplicate-id", f"决策标识重复：{table.id}"))
        elif table is not None:
            tables[table.id] = table
    if not tables and not problems:
        problems.append(Problem(path, "", "", "no-table", "文件里没有决策表"))
    if problems:
        raise DiagramError(problems)
    return tables


@dataclass(frozen=True)
class _Wrong:
    """One thing wrong with a table, and the id of the cell, column or row where it stands."""

    code: str
    message: str
    place: str | None = None


def _read(node: Any) -> tuple[DecisionTable | None, list[_Wrong]]:
    table = node.find("{*}decisionTable")
    if table is None or not node.get("id"):
        return None, [_Wrong("no-table", "决策没有标识，或者不是决策表（只支持决策表）")]
    policy, aggregation = (table.get("hitPolicy") or "UNIQUE").upper(), (table.get("aggregation") or "").upper()
    faults: list[_Wrong] = []
    if policy not in HIT_POLICIES or aggregation not in AGGREGATIONS:
        faults.append(_Wrong("hit-policy", f"不支持的命中策略：{policy} {aggregation}".strip()))
    asked, given = list(table.iterfind("{*}input")), list(table.iterfind("{*}output"))
    inputs = tuple((_text(i, "inputExpression"), i.get("label") or "") for i in asked)
    outputs = tuple(o.get("name") or "" for o in given)
    faults += [_Wrong("bad-output", "每个输出列须有变量名", o.get("id")) for o in given if not (o.get("name") or "").isidentifier()]
    if not outputs:
        faults.append(_Wrong("bad-output", "决策表没有输出列"))
    for column, (source, label) in zip(asked, inputs, strict=True):
        if fault := _fault(source):
            faults.append(_Wrong("bad-expression", f"输入列“{label or source}”：{fault}", column.get("id")))
    rules = []
    for number, row in enumerate(table.iterfind("{*}rule"), 1):
        rule, wrong = _rule(number, row)
        rules.append(rule)
        faults += wrong
        if (len(rule.tests), len(rule.results)) != (len(inputs), len(outputs)):
            faults.append(_Wrong("bad-row", f"第 {number} 行的格数与表头不一致", row.get("id")))
    labels = tuple(o.get("label") or "" for o in given)
    made = DecisionTable(node.get("id"), node.get("name") or node.get("id"), policy, aggregation, inputs, outputs, labels, tuple(rules))
    return made, faults


def _rule(number: int, row: Any) -> tuple[Rule, list[_Wrong]]:
    faults: list[_Wrong] = []
    tests = []
    for cell in row.iterfind("{*}inputEntry"):
        test = ""
        try:
            test = unary_test(_text(cell))
            if test:
                expressions.check(test)
        except ExpressionError as error:
            faults.append(_Wrong("bad-expression", f"第 {number} 行：{error}", cell.get("id")))
        tests.append(test)
    results = []
    for cell in row.iterfind("{*}outputEntry"):
        results.append(_term(_text(cell)) or "None")
        if fault := _fault(results[-1]):
            faults.append(_Wrong("bad-expression", f"第 {number} 行：{fault}", cell.get("id")))
    note = _text(row.find("{*}annotationEntry")) or (row.findtext("{*}description") or "").strip()
    return Rule(number, tuple(tests), tuple(results), note), faults


def _text(node: Any, child: str | None = None) -> str:
    if node is not None and child is not None:
        node = node.find(f"{{*}}{child}")
    return (node.findtext("{*}text") or "").strip() if node is not None else ""


def _fault(source: str) -> str | None:
    try:
        expressions.check(source)
    except ExpressionError as error:
        return str(error)
    return None


def unary_test(cell: str) -> str:
    """An S-FEEL cell as an expression over `cell_value`; "" where any value will do. Raises `ExpressionError`."""
    cell = cell.strip()
    if cell in ("", "-"):
        return ""
    if (inner := _NOT.match(cell)) is not None:
        return f"not ({unary_test(inner[1]) or 'True'})"
    parts = list(_split(cell))
    if len(parts) > 1:
        return " or ".join(f"({_one_test(part)})" for part in parts)
    return _one_test(cell)


def _one_test(cell: str) -> str:
    if (interval := _RANGE.match(cell)) is not None:
        opens, low, high, closes = interval.groups()
        above, below = ("<=" if opens == "[" else "<"), ("<=" if closes == "]" else "<")
        return f"({_term(low)}) {above} {INPUT} and {INPUT} {below} ({_term(high)})"
    if (comparison := _COMPARISON.match(cell)) is not None:
        sign = "==" if comparison[1] == "=" else comparison[1]
        return f"{INPUT} {sign} ({_term(comparison[2])})"
    if "?" in _outside_texts(cell):
        return "".join(part if part.startswith('"') else part.replace("?", INPUT) for part in re.split(r'("[^"]*")', cell))
    return f"{INPUT} == ({_term(cell)})"


def _holds(test: str, value: Any) -> bool | None:
    """Whether a cell holds for a value; None where only a case can tell."""
    try:
        return test == "" or bool(expressions.evaluate(test, {INPUT: value}))
    except ExpressionError:
        return None


def _term(text: str) -> str:
    return _WORDS.get(text.strip(), text.strip())


def _outside_texts(cell: str) -> str:
    return re.sub(r'"[^"]*"', "", cell)


def _split(cell: str) -> Iterator[str]:
    """The parts between commas that stand outside texts and brackets."""
    part, depth, in_text = "", 0, False
    for character in cell:
        in_text = in_text != (character == '"')
        if not in_text:
            depth += (character in "([") - (character in ")]")
        if character == "," and depth <= 0 and not in_text:
            yield part.strip()
            part = ""
        else:
            part += character
    if not part.strip():
        raise ExpressionError(f"单元格写法不对：{cell}")
    yield part.strip()
