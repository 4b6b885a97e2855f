"""The language of diagrams: Python expressions and assignments under a sandbox.

Three fences, one behind the other: a list of allowed syntax (`expression_syntax`), RestrictedPython's compiler, and a namespace that holds only case
variables and our function library (`expression_library`), which also bounds what an evaluation may cost.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from app.engine.errors import ExpressionError
from app.engine.expression_library import Evaluation
from app.engine.expression_syntax import RESERVED, compiled, parsed, quoted
from app.law.periods import Deadline, PeriodError

__all__ = ["RESERVED", "check", "constants_in", "evaluate", "execute", "names_in"]


def check(source: str, *, script: bool = False) -> None:
    """Refuses what could not run. Raises `ExpressionError`."""
    compiled(source, script)


def _reads_by_name(node: ast.AST) -> str | None:
    """The variable that `get("…")` reads."""
    match node:
        case ast.Call(func=ast.Name(id="get"), args=[ast.Constant(value=str(name)), *_]):
            return name
    return None


@lru_cache(maxsize=4096)
def names_in(source: str) -> frozenset[str]:
    """Case variables that an expression or script mentions, those read by `get("…")` included. Raises `ExpressionError`."""
    names: set[str] = set()
    for node in ast.walk(parsed(source, True)):
        if isinstance(node, ast.Name) and node.id not in RESERVED:
            names.add(node.id)
        elif by_name := _reads_by_name(node):
            names.add(by_name)
    return frozenset(names)


def names_read_in(source: str) -> frozenset[str]:
    """Case variables whose value an expression or script needs: those that it mentions without those that it only sets. Raises `ExpressionError`."""
    names = [node for node in ast.walk(parsed(source, True)) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    return names_in(source) - ({node.id for node in names} - read)


def constants_in(source: str) -> frozenset[Any]:
    """The texts, numbers and truth values that an expression names. Raises `ExpressionError`."""
    return frozenset(node.value for node in ast.walk(parsed(source, False)) if isinstance(node, ast.Constant)) if source else frozenset()


def evaluate(source: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression over case variables. Raises `ExpressionError` with a Chinese sentence."""
    found = compiled(source, False)
    evaluation = Evaluation(variables, found.since)
    return _run(source, lambda: evaluation.weighed(eval(found.code, evaluation.namespace(found.code.co_names))))


def execute(source: str, variables: dict[str, Any]) -> None:
    """Runs a script: its assignments change `variables`, all or nothing. Raises `ExpressionError`."""
    found = compiled(source, True)
    space = Evaluation(variables, found.since).namespace(found.code.co_names)
    _run(source, lambda: exec(found.code, space))
    variables.update({name: _plain(source, space[name]) for name in sorted(found.assigned) if name in space})


_FAILURES: dict[type[Exception], str] = {
    ZeroDivisionError: "除数为零",
    OverflowError: "计算结果过大，或者不是确定的数",
    RecursionError: "数据嵌套过深",
    MemoryError: "计算结果过大",
    IndexError: "没有这么多项",
    TypeError: "数据类型不对，不能这样计算",
    ValueError: "数据的值不对，不能这样计算",
}
_ANY_FAILURE: tuple[type[Exception], ...] = (ExpressionError, NameError, KeyError, *_FAILURES)


def _run(source: str, run: Callable[[], Any]) -> Any:
    """Carries an evaluation out; whatever the diagram's own code fails with becomes one sentence."""
    try:
        return run()
    except _ANY_FAILURE as error:
        raise ExpressionError(f"{_sentence(error)}（表达式：{quoted(source)}）") from error


def _sentence(error: Exception) -> str:
    match error:
        case ExpressionError():
            return str(error)
        case NameError(name=name):
            return f"缺少变量“{quoted(str(name))}”"
        case PeriodError():
            return f"期限算不出来：{quoted(str(error))}"
        case KeyError(args=[key]):
            return f"没有“{quoted(str(key))}”这一项"
    return next((words for kind, words in _FAILURES.items() if isinstance(error, kind)), "无法计算")


def _plain(source: str, value: Any) -> Any:
    """A result as JSON, sharing nothing with what it came from: case variables are nothing else. Raises `ExpressionError`."""
    if isinstance(value, Deadline):
        return value.due_on.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"得到的不是案件数据（表达式：{quoted(source)}）") from error
