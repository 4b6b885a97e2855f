"""Amounts of money as official documents write them."""

from __future__ import annotations

from decimal import Decimal

_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LIMIT = Decimal(10) ** 16


def capital_figures(amount: Decimal | int) -> str:
    """The amount in capital figures: 人民币壹拾万零伍佰元整 for 100500.

    Takes what can be written exactly: not negative, below ten quadrillion, no fraction of a 分.
    """
    value = Decimal(amount)
    if not value.is_finite() or not 0 <= value < _LIMIT or value != value.quantize(Decimal("0.01")):
        raise ValueError(f"无法写成大写金额：{amount}")
    yuan, fen = divmod(int(value * 100), 100)
    text = f"{_integer(yuan)}元" if yuan or not fen else ""
    return f"人民币{text}{_fraction(fen, after_yuan=bool(yuan))}"


def in_figures(amount: Decimal | int) -> str:
    """The amount with thousands separators and no needless decimals: 100,500元."""
    value = Decimal(amount)
    return f"{value:,.0f}元" if value == value.to_integral_value() else f"{value:,.2f}元"


def _integer(number: int) -> str:
    """Four digits at a time from the highest group; one 零 wherever zeros stand between other digits."""
    if number == 0:
        return "零"
    text = ""
    for index in reversed(range(len(_GROUPS))):
        group = number // 10 ** (4 * index) % 10_000
        # 亿 follows 万亿 only once: 壹万亿, 壹万零贰亿.
        if index == 3 and group:
            text += _group(group) + ("万" if number // 10**8 % 10_000 else "万亿")
        elif group:
            gap = "零" if text and group < 1000 else ""
            text += gap + _group(group) + _GROUPS[index]
        elif text and not text.endswith("零") and number % 10 ** (4 * index):
            text += "零"
    return text.replace("零零", "零")


def _group(number: int) -> str:
    """A number from 1 to 9999 without leading zeros."""
    text = ""
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            text += _FIGURES[digit] + _PLACES[place]
        elif text and not text.endswith("零") and number % 10**place:
            text += "零"
    return text


def _fraction(fen: int, *, after_yuan: bool) -> str:
    tenths, hundredths = divmod(fen, 10)
    if not fen:
        return "整"
    text = f"{_FIGURES[tenths]}角" if tenths else ("零" if after_yuan else "")
    return text + (f"{_FIGURES[hundredths]}分" if hundredths else "整")
