"""What may be written in an expression or script, and how it becomes code.

An allow-list of syntax (no attributes, imports, loops, comprehensions, lambdas, powers), calls of our own functions only, and every operator and
value that could be large handed to `expression_library`, which bounds it. What is left goes through RestrictedPython's compiler.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any, Final

from RestrictedPython.compile import compile_restricted_eval, compile_restricted_exec

from app.engine.errors import ExpressionError
from app.engine.expression_library import FUNCTIONS, INTERNAL, MAX_NUMBER, Evaluation

MAX_SOURCE: Final = 4_000  # characters
MAX_DEPTH: Final = 60  # of an expression's syntax tree
RESERVED: Final = frozenset(FUNCTIONS) | {"due", "True", "False", "None"}

_ALLOWED: Final[tuple[type[ast.AST], ...]] = (
    ast.Expression, ast.Module, ast.Expr, ast.Load, ast.Store,
    ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Set,
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
    ast.IfExp, ast.Call, ast.keyword, ast.Subscript, ast.Slice,
)  # fmt: skip
_ALLOWED_IN_SCRIPTS: Final[tuple[type[ast.AST], ...]] = (*_ALLOWED, ast.Assign, ast.If, ast.Pass)
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")  # what no database takes as text
_ELSEWHERE: Final = re.compile(r"[$#]\{|^\s*=")  # JUEL and FEEL, the languages of other engines
_SIGNATURES: Final = {
    name: signature.replace(parameters=list(signature.parameters.values())[1:])
    for name, method in FUNCTIONS.items()
    if (signature := inspect.signature(getattr(Evaluation, method)))
}


@dataclass(frozen=True)
class Compiled:
    """An expression or script that passed every fence."""

    code: CodeType
    since: str | None  # the variable that a time limit counts from, when it is one
    assigned: frozenset[str]  # variables that a script sets


@lru_cache(maxsize=4096)
def compiled(source: str, script: bool) -> Compiled:
    """The code of an expression or script. Raises `ExpressionError` with a Chinese sentence for whatever is not on the list."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"表达式超过 {MAX_SOURCE} 个字符")
    tree = parsed(source, script)
    if _depth(tree) > MAX_DEPTH:
        raise ExpressionError("表达式嵌套过深")
    since, assigned = _since(tree), frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    guarded = _Guard(_ALLOWED_IN_SCRIPTS if script else _ALLOWED).visit(tree)
    text = ast.unparse(ast.fix_missing_locations(guarded))
    restricted = (compile_restricted_exec if script else compile_restricted_eval)(text)
    if restricted.code is None:
        raise ExpressionError(f"不允许的写法：{quoted(source)}")
    return Compiled(restricted.code, since, assigned)


def _since(tree: ast.AST) -> str | None:
    """The variable in `since=…`."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="since", value=ast.Name(id=name)):
                return name
    return None


def parsed(source: str, script: bool) -> ast.AST:
    """The syntax tree of a source. Raises `ExpressionError`."""
    try:
        return ast.parse(source, mode="exec" if script else "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError) as error:
        # Nesting that is too deep for Python's parser comes as any of the last three.
        hint = '（这是其他产品的写法，请改写，例如 decision == "approve"）' if _ELSEWHERE.search(source) else ""
        raise ExpressionError(f"语法错误：{quoted(source)}{hint}") from error


def quoted(source: str) -> str:
    """A source as a message shows it: one line of moderate length, printable whatever it holds."""
    line = "".join(c if c.isprintable() else "�" for c in " ".join(source[:400].split()))
    return line if len(line) <= 160 else f"{line[:160]}…"


def _depth(tree: ast.AST) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _weighed(node: ast.expr) -> ast.expr:
    """A value that an operation goes through as a whole, charged to the evaluation. Constants are as small as the source."""
    return node if isinstance(node, ast.Constant) else _call("weighed_guarded", node)


class _Guard(ast.NodeTransformer):
    """Refuses syntax that is not on the list, and turns what may cost much into calls of bounded functions."""

    def __init__(self, allowed: tuple[type[ast.AST], ...]) -> None:
        self.allowed = allowed

    def visit(self, node: ast.AST) -> Any:
        if not isinstance(node, self.allowed):
            raise ExpressionError(f"不允许的写法：{type(node).__name__}")
        return super().visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id.startswith("_"):
            raise ExpressionError(f"名称不能以下划线开头：{quoted(node.id)}")
        if node.id in INTERNAL or node.id == "printed":  # a word of RestrictedPython's
            raise ExpressionError(f"没有这个名称：{node.id}")
        if isinstance(node.ctx, ast.Store) and node.id in RESERVED:
            raise ExpressionError(f"“{node.id}”是函数名，不能赋值")
        if node.id in FUNCTIONS:
            raise ExpressionError(f"“{node.id}”是函数名，只能调用")
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str | int | float | bool | None) or (isinstance(node.value, str) and _UNSTORABLE.search(node.value)):
            raise ExpressionError("不允许的常量")
        if isinstance(node.value, int | float) and not abs(node.value) <= MAX_NUMBER:
            raise ExpressionError("数字过大")
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            raise ExpressionError(f"没有这个函数：{quoted(ast.unparse(node.func))}")
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(k.arg is None for k in node.keywords):
            raise ExpressionError("不允许展开参数")
        try:
            _SIGNATURES[node.func.id].bind(*node.args, **{str(k.arg): k.value for k in node.keywords})
        except TypeError as error:
            raise ExpressionError(f"函数 {node.func.id} 的参数不对：{quoted(ast.unparse(node))}") from error
        node.args = [self.visit(argument) for argument in node.args]
        node.keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if not isinstance(node.op, ast.Add) and any(
            isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
        ):
            raise ExpressionError("加减乘除只能用于数字")
        self.generic_visit(node)
        return _call("arithmetic_guarded", ast.Constant(type(node.op).__name__), node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return node if isinstance(node.op, ast.Not) else ast.UnaryOp(node.op, _call("number_guarded", node.operand))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Is | ast.IsNot) and not (isinstance(right, ast.Constant) and right.value is None):
                raise ExpressionError("is 只能与 None 比较，其他用 ==")
        self.generic_visit(node)
        return ast.Compare(_weighed(node.left), node.ops, [_weighed(one) for one in node.comparators])

    def visit_Set(self, node: ast.Set) -> ast.AST:
        self.generic_visit(node)
        return ast.Set([_weighed(one) for one in node.elts])

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        if any(key is None for key in node.keys):
            raise ExpressionError("不允许展开参数")
        self.generic_visit(node)
        return ast.Dict([_weighed(key) for key in node.keys if key is not None], node.values)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if not all(isinstance(target, ast.Name) for target in node.targets):
            raise ExpressionError("只能给变量赋值")
        self.generic_visit(node)
        node.value = _weighed(node.value)
        return node
