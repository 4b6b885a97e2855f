"""Test rows of the tables that a process asks: a table that does not answer them as it should is not deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.engine import table_rows
from app.engine.checking.tables import tables_of
from app.engine.decision_tables import DecisionTable
from app.engine.errors import DiagramError, Problem
from app.engine.table_rows import Answer, Trial


def failing(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """A problem for each file of test rows that cannot be read, and for each row that its table fails."""
    for path, body in files.items():
        about = table_rows.table_path(path)
        if about is None or about not in files:
            continue
        tables = tables_of(about, files[about])
        try:
            rows = table_rows.read_rows(path, body)
        except DiagramError as error:
            yield from error.problems
            continue
        if tables:  # a table that cannot be read is said to be wrong itself
            yield from _of_file(path, about, tables, rows)


def _of_file(path: str, about: str, tables: Mapping[str, DecisionTable], rows: Mapping[str, list[Trial]]) -> Iterator[Problem]:
    for decision, given in rows.items():
        table = tables.get(decision)
        if table is None:
            yield Problem(path, decision, "", "bad-rows", f"{about} 里没有标识为“{decision}”的决策，请删去它的测试行")
            continue
        answers = (table_rows.ask(table, row) for row in given)
        yield from (Problem(path, decision, table.name, "row-failed", sentence(table, one)) for one in answers if not one.passed)


def sentence(table: DecisionTable, answer: Answer) -> str:
    """What a row expected and got instead."""
    if answer.stopped:
        return f"{answer.row}没有通过：{answer.stopped}"
    unknown = [name for name in answer.wrong if name not in table.outputs]
    if unknown:
        return f"{answer.row}没有通过：表里没有输出“{unknown[0]}”"
    parts = [
        f"“{table.label(name)}”应为 {table_rows.in_words(answer.row.expected[name])}，实际是 {table_rows.in_words(answer.values[name])}"
        for name in answer.wrong
    ]
    return f"{answer.row}没有通过：{'；'.join(parts)}"
