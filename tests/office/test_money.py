"""Capital figures, checked against a reader written the other way round."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.office.money import capital_figures, in_figures

_DIGITS = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_integer(text: str) -> int:
    """The number that capital figures stand for, read from left to right as a clerk would."""
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            left, _, right = text.rpartition(unit)
            return (read_integer(left) if left else 1) * value + read_integer(right)
    total = digit = 0
    for character in text:
        if character in _PLACES:
            total += digit * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def read(text: str) -> Decimal:
    """The amount that a text in capital figures stands for."""
    body = text.removeprefix("人民币").removesuffix("整")
    yuan, found, rest = body.rpartition("元")
    rest = rest if found else body
    cents = 0
    for unit, value in (("角", 10), ("分", 1)):
        if unit in rest:
            figure, _, rest = rest.partition(unit)
            cents += _DIGITS[figure[-1]] * value
    return Decimal(read_integer(yuan) if yuan else 0) + Decimal(cents) / 100


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_every_amount_reads_back_as_itself(cents: int) -> None:
    amount = Decimal(cents) / 100
    assert read(capital_figures(amount)) == amount


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_capital_figures_are_well_formed(cents: int) -> None:
    text = capital_figures(Decimal(cents) / 100)
    assert text.startswith("人民币")
    assert "零零" not in text
    assert text.endswith("分") or text.endswith("整")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0, "人民币零元整"),
        (10, "人民币壹拾元整"),
        (10_000, "人民币壹万元整"),
        (50_000, "人民币伍万元整"),
        (100_500, "人民币壹拾万零伍佰元整"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0.05", "人民币伍分"),
        (10**12 + 2 * 10**8, "人民币壹万零贰亿元整"),
        (10**8 + 1, "人民币壹亿零壹元整"),
    ],
)
def test_known_amounts(amount: int | str, expected: str) -> None:
    assert capital_figures(Decimal(amount)) == expected


@pytest.mark.parametrize("amount", ["-1", "0.001", "NaN", "Infinity", "1E+16"])
def test_an_amount_that_cannot_be_written_exactly_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="大写金额"):
        capital_figures(Decimal(amount))


def test_figures_have_separators_and_no_needless_decimals() -> None:
    assert in_figures(100_500) == "100,500元"
    assert in_figures(Decimal("1409.5")) == "1,409.50元"
