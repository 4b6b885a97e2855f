"""The functions and operators of expressions, and what one evaluation may cost.

There are no loops, so the work of an evaluation is the size of its source times what each operation handles. Every operation that goes through a
value as a whole is charged here for its size: an evaluation that would handle more than `MAX_WORK` items and characters is stopped, and no value
may be larger than `MAX_SIZE`, deeper than `MAX_NESTING`, or beyond `MAX_NUMBER`. Values are those of JSON, and time limits.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NoReturn

from app import clock
from app.engine.errors import ExpressionError
from app.law import periods
from app.law.labels import EVENT_LABELS
from app.law.periods import Deadline

MAX_NUMBER: Final = 10**15
MAX_SIZE: Final = 200_000  # items and characters of one value
MAX_WORK: Final = 500_000  # items and characters that one evaluation may handle: a few tenths of a second
MAX_NESTING: Final = 40  # levels of lists and tables inside one another
MAX_DIGITS: Final = 15  # that `round` may keep or cut, and that a text may have that is read as a number
MAX_PERIOD: Final = 40_000  # days, months, … of one period: a century

FUNCTIONS: Final[Mapping[str, str]] = {
    "days": "days", "workdays": "workdays", "months": "months", "years": "years",
    "days_before": "days_before", "workdays_before": "workdays_before", "months_before": "months_before",
    "every_year": "every_year", "fixed_day": "fixed_day", "today": "today", "has": "has", "get": "get",
    "len": "length", "min": "smallest", "max": "largest", "sum": "total", "any": "some", "all": "every", "sorted": "in_order",
    "abs": "absolute", "round": "rounded", "int": "whole", "float": "decimal", "str": "text", "bool": "truth",
}  # fmt: skip
"""Every function that a diagram may call, and the method of `Evaluation` behind it."""

INTERNAL: Final[Mapping[str, str]] = {
    "arithmetic_guarded": "arithmetic", "number_guarded": "number", "weighed_guarded": "weighed", "_getitem_": "item",
}  # fmt: skip
"""What operators are compiled to; diagrams cannot name these."""

_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "Add": operator.add, "Sub": operator.sub, "Mult": operator.mul, "Div": operator.truediv, "FloorDiv": operator.floordiv, "Mod": operator.mod,
}  # fmt: skip
_DECIMAL: Final = frozenset({"Add", "Sub", "Mult", "Div"})
"""Operations on figures that are reckoned in decimals: 0.1 + 0.2 is 0.3, as for everybody who checks an amount by hand."""
_CONTAINERS: Final = (list, tuple, set, dict)
_NOTHING: Final = object()


def _refuse(sentence: str) -> NoReturn:
    raise ExpressionError(sentence)


def _checked(value: Any) -> Any:
    """A number that is finite and not beyond `MAX_NUMBER`."""
    if not isinstance(value, int | float):
        _refuse("这里需要数字")
    if not abs(value) <= MAX_NUMBER:  # so written, it refuses what is not a number (nan) too
        _refuse("计算结果过大，或者不是确定的数")
    return value


def _reckoned(name: str, left: Any, right: Any) -> Any:
    if name not in _DECIMAL or (isinstance(left, int) and isinstance(right, int) and name != "Div"):
        return _ARITHMETIC[name](left, right)
    return float(_ARITHMETIC[name](_figure(left), _figure(right)))


def _figure(value: float) -> Decimal:
    """A number as it is written."""
    return Decimal(str(value))


class Evaluation:
    """One evaluation: the case variables that it reads, and what it may still cost."""

    def __init__(self, variables: Mapping[str, Any], since: str | None = None) -> None:
        self._variables = variables
        self._since_label = EVENT_LABELS.get(since or "", "起算日")
        self._left = MAX_WORK

    def namespace(self, names: Iterable[str]) -> dict[str, Any]:
        """What the names of some code stand for: our functions and case variables, and no builtins."""
        space: dict[str, Any] = {"__builtins__": {}}
        for name in names:
            method = FUNCTIONS.get(name) or INTERNAL.get(name)
            if method is not None:
                space[name] = getattr(self, method)
            elif name in self._variables:
                space[name] = self._variables[name]
        return space

    # -- what things cost ---------------------------------------------------------------------------------------------

    def spend(self, units: int) -> None:
        """Charges so many items and characters. Raises `ExpressionError` when the evaluation has used up what it may."""
        self._left -= units
        if self._left < 0:
            _refuse("计算量过大，已经停止")

    def weigh(self, value: Any) -> int:
        """The items and characters of a value, charged. What is shared inside counts each time it appears.

        Raises `ExpressionError` for values that are too large, too deep, or nothing that a case can hold.
        """
        weight, level, depth = 0, [value], 0
        while level:
            if depth > MAX_NESTING:
                _refuse("数据嵌套过深")
            below: list[Any] = []
            for item in level:
                weight += 1 + (len(item) if isinstance(item, str) else 0)
                if weight + len(below) + (len(item) if isinstance(item, _CONTAINERS) else 0) > MAX_SIZE:
                    _refuse("计算结果过大")
                match item:
                    case str() | None:
                        pass
                    case int() | float():
                        _checked(item)
                    case list() | tuple() | set():
                        below += item
                    case dict():
                        below += item.keys()
                        below += item.values()
                    case Deadline() | dt.date():
                        pass
                    case _:
                        _refuse("得到的不是案件数据")
            level, depth = below, depth + 1
        self.spend(weight)
        return weight

    def weighed(self, value: Any) -> Any:
        """The value, once it is charged and found small enough."""
        self.weigh(value)
        return value

    # -- operators ----------------------------------------------------------------------------------------------------

    def number(self, value: Any) -> Any:
        """A number, for signs."""
        self.spend(1)
        return _checked(value)

    def arithmetic(self, name: str, left: Any, right: Any) -> Any:
        """`+` for numbers, texts and lists; everything else for numbers only: `"a" * 10**9` is no business of a diagram."""
        if name == "Add" and type(left) is type(right) and isinstance(left, str | list):
            return self.weighed(left + right)
        self.spend(1)
        if not all(isinstance(side, int | float) for side in (left, right)):
            _refuse("+ 的两边应同为数字、文字或列表" if name == "Add" else "加减乘除只能用于数字")
        return _checked(_reckoned(name, _checked(left), _checked(right)))

    def item(self, container: Any, key: Any) -> Any:
        """`container[key]`, and slices."""
        if not isinstance(container, str | list | tuple | dict):
            _refuse("只有列表、表格和文字可以取其中一项")
        if isinstance(key, slice):
            return self.weighed(container[key])
        self.weigh(key)
        return container[key]

    # -- texts, numbers and lists -------------------------------------------------------------------------------------

    def has(self, values: Any, *wanted: Any) -> bool:
        """Whether any of `wanted` is among `values`."""
        self.spend(self.weigh(values) * len(wanted))
        self.weigh(list(wanted))
        return any(one in (values or ()) for one in wanted)

    def get(self, name: Any, default: Any = None) -> Any:
        """A variable that may be missing."""
        return self._variables.get(name, default) if isinstance(name, str) else _refuse("get 的第一个参数应为变量名")

    def length(self, value: Any) -> int:
        """How many items or characters."""
        self.spend(1)
        return len(value)

    def smallest(self, *values: Any, default: Any = _NOTHING) -> Any:
        """The smallest of the arguments, or of the one list."""
        return self._extreme(min, values, default)

    def largest(self, *values: Any, default: Any = _NOTHING) -> Any:
        """The largest of the arguments, or of the one list."""
        return self._extreme(max, values, default)

    def _extreme(self, choose: Callable[[Any], Any], values: tuple[Any, ...], default: Any) -> Any:
        self.weigh(values)
        given = values[0] if len(values) == 1 else values
        if not given and default is not _NOTHING:
            return default
        return choose(given) if given else _refuse("空列表没有最大最小值")

    def total(self, values: Any) -> Any:
        """The sum of a list of numbers, reckoned in decimals."""
        self.weigh(values)
        numbers = [_checked(value) for value in values]
        whole = all(isinstance(value, int) for value in numbers)
        return _checked(sum(numbers) if whole else float(sum(map(_figure, numbers), Decimal(0))))

    def some(self, values: Any) -> bool:
        """Whether any item is true."""
        self.weigh(values)
        return any(values)

    def every(self, values: Any) -> bool:
        """Whether all items are true."""
        self.weigh(values)
        return all(values)

    def in_order(self, values: Any, reverse: bool = False) -> list[Any]:
        """The items in order, as a new list."""
        weight = self.weigh(values)
        self.spend(weight * weight.bit_length())
        return sorted(values, reverse=bool(reverse))

    def absolute(self, value: Any) -> Any:
        """A number without its sign."""
        return abs(self.number(value))

    def rounded(self, value: Any, digits: int = 0) -> Any:
        """A number rounded to so many digits, a half upwards (四舍五入)."""
        if not isinstance(digits, int) or abs(digits) > MAX_DIGITS:
            _refuse("小数位数不对")
        figure = _figure(self.number(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return float(figure) if digits > 0 else int(figure)

    def whole(self, value: Any = 0) -> int:
        """A number cut to a whole one, or read from a text."""
        return int(_checked(int(self._figure(value))))

    def decimal(self, value: Any = 0) -> float:
        """A number as a decimal one, or read from a text."""
        return float(_checked(float(self._figure(value))))

    def _figure(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if len(value.strip()) <= MAX_DIGITS + 5 else _refuse("数字过大")
        return self.number(value)

    def text(self, value: Any = "") -> str:
        """A value as text; a time limit is its last day."""
        self.weigh(value)
        written = value.due_on.isoformat() if isinstance(value, Deadline) else str(value)
        self.weigh(written)
        return written

    def truth(self, value: Any = False) -> bool:
        """Whether a value is true."""
        self.spend(1)
        return bool(value)

    # -- time ---------------------------------------------------------------------------------------------------------

    def today(self) -> str:
        """Today's date in China."""
        return clock.today().isoformat()

    def every_year(self, month: Any, day: Any, years: Any = "every", since: Any = None) -> Deadline:
        """The next such day of a year, of every one or of the even or odd ones: from an event on, else from today.

        Where several steps share a yearly day the event says which year is meant; a step that comes up late would be given the next one.
        """
        if since is None:
            return periods.every_year(month, day, after=clock.today(), years=years)
        return periods.every_year(month, day, after=since, years=years, after_label=self._since_label)

    def fixed_day(self, on: Any, since: Any) -> Deadline:
        """The day that an order or an opinion names, which is as it is: it does not shift."""
        return periods.fixed_day(on, since=since, since_label=self._since_label)

    def days(self, value: Any, since: Any) -> Deadline:
        """Calendar days from an event."""
        return self._period(periods.days, value, since)

    def workdays(self, value: Any, since: Any) -> Deadline:
        """Working days from an event."""
        return self._period(periods.workdays, value, since)

    def months(self, value: Any, since: Any) -> Deadline:
        """Months from an event."""
        return self._period(periods.months, value, since)

    def years(self, value: Any, since: Any) -> Deadline:
        """Years from an event."""
        return self._period(periods.years, value, since)

    def days_before(self, value: Any, since: Any) -> Deadline:
        """Calendar days back from an event."""
        return self._period(periods.days_before, value, since)

    def workdays_before(self, value: Any, since: Any) -> Deadline:
        """Working days back from an event."""
        return self._period(periods.workdays_before, value, since)

    def months_before(self, value: Any, since: Any) -> Deadline:
        """Months back from an event."""
        return self._period(periods.months_before, value, since)

    def _period(self, function: Callable[..., Deadline], value: Any, since: Any) -> Deadline:
        if isinstance(value, int | float) and not abs(value) <= MAX_PERIOD:
            _refuse(f"期限过长：{value}")
        self.spend(100 + abs(value) if isinstance(value, int) else 100)
        return function(value, since=since, since_label=self._since_label)
