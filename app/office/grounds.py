"""Grounds for listing an enterprise, as people write them; and the words of Shandong's three (山东省清洁生产审核实施细则 第八条)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

GROUND_LABELS: dict[str, str] = {"1": "（一）", "2": "（二）", "3": "（三）"}

GROUND_SUMMARIES: dict[str, str] = {
    "1": "污染物排放超过国家或者地方排放标准，或者虽达标但超过重点污染物总量控制指标",
    "2": "超过单位产品能源消耗限额构成高耗能，或者未完成节能目标任务",
    "3": "使用有毒有害原料，或者在生产中排放有毒有害物质",
}

Grounds = Mapping[str, tuple[str, str]]
"""The grounds of a list: value → how a clerk cites it, and what it is about."""

_CHINESE = "一二三四五六七八九"
_DIGITS = {**{character: str(number) for number, character in enumerate(_CHINESE, start=1)}, **{d: d for d in "123456789"}}
_SEPARATORS = "、,，;；/.和及与"


class GroundError(ValueError):
    """A text that names no ground. The message says why, in Chinese."""


def parse_grounds(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The grounds that a text names, in order: `1`, `一`, `（一）`, `1,3`, `一、三`, `第八条（一）项`, `第一类`.

    `names` are the grounds that may be named: value → how a clerk cites it. Raises `GroundError` for what is none of them.
    """
    folded = re.sub(r"\s|第[八8]条|第|项|类", "", unicodedata.normalize("NFKC", text))
    if not folded:
        raise GroundError("未填写")
    if not re.fullmatch(rf"(?:\(?[{_CHINESE}1-9]\)?[{_SEPARATORS}]*)+", folded):
        raise GroundError(f"“{text.strip()}”无法识别，请填写{'、'.join(names.values())}中的一项或几项，可以写序号，如“1,3”")
    found = tuple(sorted({_DIGITS[character] for character in folded if character in _DIGITS}))
    foreign = [value for value in found if value not in names]
    if foreign:
        raise GroundError(f"第{'、'.join(foreign)}项不由本部门提出，本次只能填写{'、'.join(names.values())}")
    return found


def article_eight(grounds: Iterable[str]) -> str:
    """How a clerk cites the grounds: 第八条（一）、（三）项."""
    return f"第八条{ground_list(grounds)}项"


def ground_list(grounds: Iterable[str]) -> str:
    """The grounds as a list: （一）、（三）."""
    return "、".join(GROUND_LABELS[ground] for ground in sorted(set(grounds)))
