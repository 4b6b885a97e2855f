"""The language of diagrams: Python expressions and assignments under a sandbox.

Three fences, one behind the other: a list of allowed syntax (no attributes, imports, loops, comprehensions, lambdas, powers), RestrictedPython's
compiler, and a namespace that holds only case variables and our function library. Multiplication and the size of results are bounded.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

from RestrictedPython.compile import compile_restricted_eval, compile_restricted_exec

from app import clock
from app.engine.errors import ExpressionError
from app.law import periods
from app.law.labels import EVENT_LABELS
from app.law.periods import Deadline, PeriodError

MAX_SOURCE = 4_000  # characters
MAX_NUMBER = 10**15
MAX_RESULT = 200_000  # characters and items of a value
MAX_DEPTH = 60  # of an expression's syntax tree
MAX_PERIOD = 40_000  # days, months, … of one period: a century
MAX_DIGITS = 15  # that `round` may keep or cut

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression, ast.Module, ast.Expr, ast.Load, ast.Store,
    ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Set,
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
    ast.IfExp, ast.Call, ast.keyword, ast.Subscript, ast.Slice,
)  # fmt: skip
_ALLOWED_IN_SCRIPTS: tuple[type[ast.AST], ...] = (*_ALLOWED, ast.Assign, ast.If, ast.Pass)

PERIOD_FUNCTIONS = ("days", "workdays", "months", "years", "days_before", "workdays_before", "months_before")
FUNCTION_NAMES = frozenset(
    {
        *PERIOD_FUNCTIONS,
        "every_year",
        "today",
        "has",
        "get",
        "len",
        "min",
        "max",
        "sum",
        "any",
        "all",
        "sorted",
        "abs",
        "round",
        "int",
        "float",
        "str",
        "bool",
    }
)
RESERVED = FUNCTION_NAMES | {"due", "True", "False", "None"}


_INTERNAL = frozenset({"multiply_guarded", "add_guarded", "remainder_guarded", "bounded_guarded"})


def _has(values: Any, *wanted: str) -> bool:
    """Whether any of `wanted` is among `values`."""
    return any(item in (values or ()) for item in wanted)


def _multiply(left: Any, right: Any) -> Any:
    """Multiplication of numbers only, and only to sane sizes: `"a" * 10**9` is no business of a diagram."""
    if not all(isinstance(side, int | float) for side in (left, right)):
        raise ExpressionError("乘法只能用于数字")
    result = left * right
    if abs(result) > MAX_NUMBER:
        raise ExpressionError("计算结果过大")
    return result


def _bounded(value: Any) -> Any:
    """The value, when it is small enough; what is shared inside counts each time it appears."""
    left, pending = MAX_RESULT, [value]
    while pending:
        item = pending.pop()
        left -= len(item) if isinstance(item, str) else 1
        if isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list | tuple | set):
            pending.extend(item)
        if left - len(pending) < 0:
            raise ExpressionError("计算结果过大")
    return value


def _add(left: Any, right: Any) -> Any:
    return _bounded(left + right)


def _remainder(left: Any, right: Any) -> Any:
    """`%` of numbers: as the formatting of text it could ask for any amount of memory."""
    if not all(isinstance(side, int | float) for side in (left, right)):
        raise ExpressionError("% 只能用于数字")
    return left % right


def _sum(values: Any) -> Any:
    total: int | float = 0
    for value in values:
        if not isinstance(value, int | float):
            raise ExpressionError("sum 只能用于数字")
        total += value
    return total


def _round(value: Any, digits: int = 0) -> Any:
    if not isinstance(digits, int) or abs(digits) > MAX_DIGITS:
        raise ExpressionError("小数位数不对")
    return round(value, digits) if digits else round(value)


_GUARDED: dict[type[ast.operator], str] = {ast.Mult: "multiply_guarded", ast.Add: "add_guarded", ast.Mod: "remainder_guarded"}
"""Operators that _Guard turns into calls of a bounded function; diagrams cannot name those."""

_LIBRARY: dict[str, Callable[..., Any]] = {
    "has": _has,
    "len": len, "min": min, "max": max, "sum": _sum, "any": any, "all": all, "sorted": sorted,
    "abs": abs, "round": _round, "int": int, "float": float, "str": lambda value: str(_bounded(value)), "bool": bool,
    "multiply_guarded": _multiply, "add_guarded": _add, "remainder_guarded": _remainder, "bounded_guarded": _bounded,
    "_getitem_": lambda container, key: container[key],
}  # fmt: skip


class _Guard(ast.NodeTransformer):
    """Refuses syntax that is not on the list, and bounds what operators and assignments may produce."""

    def __init__(self, allowed: tuple[type[ast.AST], ...]) -> None:
        self.allowed = allowed

    def visit(self, node: ast.AST) -> Any:
        if not isinstance(node, self.allowed):
            raise ExpressionError(f"不允许的写法：{type(node).__name__}")
        return super().visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id.startswith("_"):
            raise ExpressionError(f"名称不能以下划线开头：{node.id}")
        if node.id in _INTERNAL:
            raise ExpressionError(f"没有这个名称：{node.id}")
        if isinstance(node.ctx, ast.Store) and node.id in RESERVED:
            raise ExpressionError(f"“{node.id}”是函数名，不能赋值")
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, int) and abs(node.value) > MAX_NUMBER:
            raise ExpressionError("数字过大")
        if not isinstance(node.value, str | int | float | bool | None):
            raise ExpressionError("不允许的常量")
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTION_NAMES:
            raise ExpressionError(f"没有这个函数：{ast.unparse(node.func)}")
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(k.arg is None for k in node.keywords):
            raise ExpressionError("不允许展开参数")
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            raise ExpressionError("不允许用 % 拼接文字")
        guarded = _GUARDED.get(type(node.op))
        return ast.Call(ast.Name(guarded, ast.Load()), [node.left, node.right], []) if guarded else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if not all(isinstance(target, ast.Name) for target in node.targets):
            raise ExpressionError("只能给变量赋值")
        self.generic_visit(node)
        node.value = ast.Call(ast.Name("bounded_guarded", ast.Load()), [node.value], [])
        return node


@lru_cache(maxsize=4096)
def _compile(source: str, script: bool) -> CodeType:
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"表达式超过 {MAX_SOURCE} 个字符")
    try:
        tree = ast.parse(source, mode="exec" if script else "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"语法错误：{source}") from error
    if _depth(tree) > MAX_DEPTH:
        raise ExpressionError("表达式嵌套过深")
    tree = _Guard(_ALLOWED_IN_SCRIPTS if script else _ALLOWED).visit(tree)
    source = ast.unparse(ast.fix_missing_locations(tree))
    restricted = (compile_restricted_exec if script else compile_restricted_eval)(source)
    if restricted.code is None:
        raise ExpressionError("；".join(restricted.errors))
    code: CodeType = restricted.code
    return code


def _depth(tree: ast.AST) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


def check(source: str, *, script: bool = False) -> None:
    """Refuses what could not run. Raises `ExpressionError`."""
    _compile(source, script)


def _reads_by_name(node: ast.AST) -> bool:
    """Whether a node is `get("…")`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get"):
        return False
    return bool(node.args) and isinstance(node.args[0], ast.Constant)


@lru_cache(maxsize=4096)
def names_in(source: str) -> frozenset[str]:
    """Case variables that an expression or script mentions, those read by `get("…")` included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id not in RESERVED:
            names.add(node.id)
        elif _reads_by_name(node):
            names.add(str(node.args[0].value))  # type: ignore[attr-defined]
    return frozenset(names)


def _period(name: str, label: str | None) -> Callable[..., Deadline]:
    function: Callable[..., Deadline] = getattr(periods, name)

    def period(value: int, since: Any = None) -> Deadline:
        if isinstance(value, int | float) and abs(value) > MAX_PERIOD:
            raise ExpressionError(f"期限过长：{value}")
        return function(value, since=since, since_label=label or "起算日")

    return period


def _since_label(source: str) -> str | None:
    """The Chinese name of the event that `since=` names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "since" and isinstance(node.value, ast.Name):
            return EVENT_LABELS.get(node.value.id)
    return None


def _namespace(source: str, variables: Mapping[str, Any], extra: Mapping[str, Any] | None) -> dict[str, Any]:
    label = _since_label(source)
    space: dict[str, Any] = {**variables, "__builtins__": {}, **_LIBRARY}
    for name in PERIOD_FUNCTIONS:
        space[name] = _period(name, label)
    space["every_year"] = lambda month, day, years="every": periods.every_year(month, day, after=clock.today(), years=years)
    space["today"] = lambda: clock.today().isoformat()
    space["get"] = lambda name, default=None: variables.get(name, default)
    space.update(extra or {})
    return space


def evaluate(source: str, variables: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> Any:
    """The value of an expression over case variables. Raises `ExpressionError` with a Chinese sentence."""
    code = _compile(source, False)
    return _run(source, lambda space: _bounded(eval(code, space)), _namespace(source, variables, extra))


def execute(source: str, variables: dict[str, Any]) -> None:
    """Runs a script: its assignments change `variables`, all or nothing. Raises `ExpressionError`."""
    code = _compile(source, True)
    space = _namespace(source, variables, None)
    before = set(space)

    def run(namespace: dict[str, Any]) -> None:
        exec(code, namespace)

    _run(source, run, space)
    assigned = {t.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    changes = {name: _plain(source, space[name]) for name in assigned if name in space or name in before}
    variables.update(changes)


def _run(source: str, run: Callable[[dict[str, Any]], Any], space: dict[str, Any]) -> Any:
    try:
        return run(space)
    except NameError as error:
        raise ExpressionError(f"缺少变量“{error.name}”（表达式：{source}）") from error
    except PeriodError as error:
        raise ExpressionError(f"期限算不出来：{error}（表达式：{source}）") from error
    except ExpressionError:
        raise
    except Exception as error:  # the sandbox turns any failure of the diagram's own code into one sentence
        raise ExpressionError(f"{type(error).__name__}：{error}（表达式：{source}）") from error


def _plain(source: str, value: Any) -> Any:
    """A result as JSON: case variables are nothing else. Raises `ExpressionError`."""
    if isinstance(value, Deadline):
        return value.due_on.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"得到的不是案件数据（表达式：{source}）") from error
    return value
