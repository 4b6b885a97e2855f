"""The decision tables of a design: which there are and who asks them, what a table answers to its test rows, and a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from sqlalchemy.orm import Session

from app.cases import library
from app.cases.errors import FieldProblem, InvalidForm
from app.cases.library import Library
from app.engine import expressions, store, table_rows
from app.engine.checking import rows as checked_rows
from app.engine.decision_tables import DecisionTable, ids_of, read_tables
from app.engine.errors import WARNING, DiagramError, ExpressionError, Problem
from app.engine.table_rows import Answer
from app.model import Design

BLANK: Final = Template((Path(__file__).parent / "blank.dmn").read_text(encoding="utf-8"))
TYPES: Final = {"number": "数字", "string": "文字", "boolean": "是或否"}
_NAME = re.compile(r"[a-z0-9_]{2,60}")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,59}")


# -- which there are --------------------------------------------------------------------------------------------------


def listed(session: Session, design: Design, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The DMN files of a design, and those of the library that its diagrams ask: with their decisions and the tasks that ask them.

    A file that the design does not hold itself comes with its text and that of its test rows.
    """
    found = library.read_files({**library.deployed_files(session), **files})
    needed = store.bundle(design.key, found.diagrams, found.bodies)
    paths = sorted(path for path in {*files, *needed} if path.endswith(".dmn"))
    asked = _asked(found)
    return [
        {
            "path": path,
            "own": path in files,
            "files": {p: found.bodies[p].decode("utf-8-sig") for p in (path, table_rows.rows_path(path)) if p in found.bodies and p not in files},
            "used_by": [use for decision in sorted(ids_of(path, found.bodies[path])) for use in asked.get(decision, ())],
        }
        for path in paths
    ]  # fmt: skip


def unused(design: Design, found: Library, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """A hint for each table that a design holds and none of its diagrams asks: a version would not keep it."""
    needed = store.bundle(design.key, found.diagrams, found.bodies)
    for path, body in files.items():
        if path.endswith(".dmn") and path not in needed and ids_of(path, body):
            yield Problem(path, "", "", "unused-decision", "流程图里没有环节用到这个决策表，定稿时不会带上它", WARNING)


def _asked(found: Library) -> dict[str, list[dict[str, str]]]:
    """The business rule tasks by the decision that they ask."""
    asked: dict[str, list[dict[str, str]]] = {}
    for key, diagram in found.diagrams.items():
        process = diagram.processes.get(key)
        for element in process.elements.values() if process is not None else ():
            if process is not None and element.decision:
                use = {"decision": element.decision, "process": key, "name": process.name, "task": element.name}
                asked.setdefault(element.decision, []).append(use)
    return asked


# -- what they answer -------------------------------------------------------------------------------------------------


def evaluated(path: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a DMN file and its test rows come to as they stand: what is wrong and where, gaps and overlaps, and the answer to each row."""
    problems: list[Problem] = []
    tables: dict[str, DecisionTable] = {}
    trials: dict[str, list[table_rows.Trial]] = {}
    beside = table_rows.rows_path(path)
    try:
        tables = read_tables(path, files.get(path, b""))
    except DiagramError as error:
        problems += error.problems
    try:
        trials = table_rows.read_rows(beside, files[beside]) if beside in files else {}
    except DiagramError as error:
        problems += error.problems
    return {
        "problems": problems,
        "tables": {
            name: {
                "variables": table.variables,
                "faults": [{"rows": fault.rows, "message": str(fault)} for fault in table.faults()],
                "answers": [_answer(table, table_rows.ask(table, trial)) for trial in trials.get(name, ())],
            }
            for name, table in tables.items()
        },
    }


def _answer(table: DecisionTable, answer: Answer) -> dict[str, Any]:
    return {
        "passed": answer.passed, "values": answer.values, "rules": answer.rules, "stopped": answer.stopped, "wrong": answer.wrong,
        "message": "" if answer.passed else checked_rows.sentence(table, answer),
    }  # fmt: skip


# -- a new one --------------------------------------------------------------------------------------------------------


def new(session: Session, design: Design, files: Mapping[str, bytes], given: Mapping[str, str]) -> tuple[str, str]:
    """Path and text of a table with one input and one output. Nothing is saved. Raises `InvalidForm`.

    `given`: `name` (of the file), `title`, and `input`, `input_label`, `input_type`, `output`, `output_label`, `output_type`.
    """
    taken = {**library.deployed_files(session), **files}
    jurisdiction = design.key.partition(".")[0]
    path, decision = f"processes/{jurisdiction}/{given['name']}.dmn", f"{jurisdiction}_{given['name']}"
    problems = list(_wrong(given))
    if path in taken or any(decision in ids_of(other, body) for other, body in taken.items() if other.endswith(".dmn")):
        problems.append(FieldProblem("/name", f"已经有标识为“{given['name']}”的决策表"))
    if problems:
        raise InvalidForm(problems)
    words = {name: escape(value, quote=True) for name, value in given.items()}
    return path, BLANK.substitute(words, id=decision)


def _wrong(given: Mapping[str, str]) -> Iterator[FieldProblem]:
    if not _NAME.fullmatch(given["name"]):
        yield FieldProblem("/name", "标识用小写字母、数字和下划线，2 至 60 个字符，如 audit_fee")
    for field, what in (("title", "决策表名称"), ("input_label", "输入列名称"), ("output_label", "输出列名称")):
        if not 1 <= len(given[field]) <= 60:
            yield FieldProblem(f"/{field}", f"请填写{what}，不超过 60 个字")
    try:
        expressions.check(given["input"])
    except ExpressionError as error:
        yield FieldProblem("/input", str(error))
    if not _VARIABLE.fullmatch(given["output"]) or given["output"] in expressions.RESERVED:
        yield FieldProblem("/output", "变量名用小写字母、数字和下划线，以字母开头，如 subsidy_amount")
    for field in ("input_type", "output_type"):
        if given[field] not in TYPES:
            yield FieldProblem(f"/{field}", "请选择类型")
