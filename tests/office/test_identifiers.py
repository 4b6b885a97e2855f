"""Codes of enterprises, places and trades."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from app.model.identifiers import (
    INDUSTRY_DIVISIONS,
    INDUSTRY_SECTIONS,
    IdentifierError,
    check_county,
    check_industry,
    check_region,
    check_uscc,
    industry_name,
    industry_section,
    made_up_uscc,
    region_ancestors,
    region_name,
)

GOOD = "91110000600037341L"


@pytest.mark.parametrize("text", [GOOD, " 9111 0000 6000 3734 1l ", "９１１１００００６０００３７３４１Ｌ", "91110000-600037341-L"])
def test_a_code_is_normalised(text: str) -> None:
    assert check_uscc(text) == GOOD


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "未填写"),
        (GOOD[:-1], "现为 17 位"),
        (GOOD + "0", "现为 19 位"),
        ("9111000060003734IL", "是否应为数字 1"),
        ("9111000060003O341L", "是否应为数字 0"),
        ("9111000060003市341L", "不是允许的字符"),
        ("91A10000600037341L", "应全部为数字"),
        ("91110000600037314L", "校验位不符"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=reason):
        check_uscc(text)


@given(st.integers(0, 999_999))
def test_made_up_codes_are_valid_and_belong_to_nobody(n: int) -> None:
    code = made_up_uscc("370102", n)
    assert check_uscc(code) == uscc.validate(code) == code
    weighted = zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    inner = (11 - sum(int(character, 36) * weight for character, weight in weighted) % 11) % 11
    assert code[16] != ("X" if inner == 10 else str(inner))


def test_made_up_codes_differ() -> None:
    assert len({made_up_uscc("370102", n) for n in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("code", "name", "ancestors"),
    [
        ("370102", "山东省济南市历下区", ["370000", "370100", "370102"]),
        ("370100", "山东省济南市", ["370000", "370100"]),
        ("370000", "山东省", ["370000"]),
        ("110101", "北京市东城区", ["110000", "110101"]),
        ("500237", "重庆市巫山县", ["500000", "500237"]),
        ("419001", "河南省济源市", ["410000", "419001"]),
        ("441900", "广东省东莞市", ["440000", "441900"]),
        ("330113", "浙江省杭州市临平区", ["330000", "330100", "330113"]),
    ],
)
def test_regions_have_a_full_name_and_ancestors(code: str, name: str, ancestors: list[str]) -> None:
    assert region_name(code) == name
    assert region_ancestors(code) == ancestors


@pytest.mark.parametrize(
    ("code", "reason"),
    [("37010", "应为 6 位数字"), ("370999", "不存在"), ("990000", "不存在"), ("370181", "已撤销")],
)
def test_an_unknown_or_abolished_region_is_refused(code: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=reason):
        check_region(code)


@pytest.mark.parametrize(("code", "reason"), [("370000", "省级"), ("370100", "市级"), ("370101", "汇总码")])
def test_a_county_is_wanted_where_there_are_counties(code: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=reason):
        check_county(code)


def test_a_city_without_counties_stands_for_itself() -> None:
    assert check_county("441900") == "441900"


@pytest.mark.parametrize(("text", "code"), [("2614", "C2614"), ("c26", "C26"), ("Ｃ２６１", "C261"), ("D4411", "D4411")])
def test_an_industry_gets_its_section(text: str, code: str) -> None:
    assert check_industry(text) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [("C", "2 至 4 位"), ("26145", "2 至 4 位"), ("98", "不存在"), ("00", "不存在"), ("D2614", "属于门类 C")],
)
def test_a_wrong_industry_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=reason):
        check_industry(text)


def test_the_classification_is_complete() -> None:
    assert list(INDUSTRY_DIVISIONS) == [f"{number:02d}" for number in range(1, 98)]
    assert {industry_section(division) for division in INDUSTRY_DIVISIONS} == INDUSTRY_SECTIONS.keys()
    assert industry_name("C2614") == "化学原料和化学制品制造业"
