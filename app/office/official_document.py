"""An official document in the form of GB/T 9704 (党政机关公文格式), independent of the file that it becomes.

`app.office.word` and `app.office.pdf` both lay out this one description, so that the two say the same.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]

_NUMERALS = "零一二三四五六七八九"
_DEEPEST_LEVEL = 4
# Words before which a title may be broken.
_PHRASES = (
    "关于",
    "清洁生产",
    "强制性",
    "企业",
    "验收",
    "名单",
    "通知",
    "公示",
    "延期",
    "责令",
    "不予",
    "提出",
    "并",
    "（",
    "《",
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text. Levels 1 to 4 are numbered 一、（一）1.（1）; level 0 is plain text."""

    text: str
    level: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.level <= _DEEPEST_LEVEL:
            raise ValueError(f"level must be 0 to {_DEEPEST_LEVEL}, not {self.level}")


@dataclass(frozen=True)
class TableColumn:
    """A column of a table; widths are shares of the whole."""

    label: str
    width: float = 1
    align: Align = "center"


@dataclass(frozen=True)
class Table:
    """A table with a header that is repeated on every page."""

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.columns or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a table needs columns, and every row as many cells as there are columns")


Block = Paragraph | Table


@dataclass(frozen=True)
class Attachment:
    """An attachment (附件). With a body it follows on pages of its own; without one it is only named."""

    title: str
    body: tuple[Block, ...] = ()


@dataclass(frozen=True)
class OfficialDocument:
    """The parts of an official document, from the red head to the imprint at the foot of the last page."""

    issuers: tuple[str, ...]
    """发文机关, several when they issue jointly, the leading one first."""
    number: str
    """发文字号, such as 历下环函〔2027〕12号; empty while none is assigned."""
    title: str
    body: tuple[Block, ...]
    issued_on: dt.date
    """成文日期."""
    recipients: tuple[str, ...] = ()
    """主送机关; none for announcements."""
    attachments: tuple[Attachment, ...] = ()
    note: str = ""
    """附注, for example the contact; set in brackets."""
    copies_to: tuple[str, ...] = ()
    """抄送."""
    mark_suffix: str = "文件"
    """What follows the issuers in the red head; empty for letters."""
    seal_note: str = "（此处加盖公章）"
    """Where the seal goes; empty for documents that carry none."""
    watermark: str | None = None
    """A line at the head of every page, such as 演示数据."""

    def __post_init__(self) -> None:
        if not self.issuers or not self.title:
            raise ValueError("a document needs an issuer and a title")


def clean(text: str) -> str:
    """The text without what no file can hold: control characters, half surrogates, non-characters."""
    return "".join(
        character
        for character in text
        if character == "\n" or (unicodedata.category(character) not in ("Cc", "Cs") and character not in "\ufffe\uffff")
    )


def numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks with the number of each paragraph written into its text."""
    counts = [0] * (_DEEPEST_LEVEL + 1)
    for block in blocks:
        if isinstance(block, Paragraph) and block.level:
            counts[block.level] += 1
            counts[block.level + 1 :] = [0] * (_DEEPEST_LEVEL - block.level)
            yield Paragraph(_label(block.level, counts[block.level]) + block.text, block.level)
        else:
            yield block


def _label(level: int, number: int) -> str:
    return {
        1: f"{chinese_number(number)}、",
        2: f"（{chinese_number(number)}）",
        3: f"{number}．",
        4: f"（{number}）",
    }[level]


def chinese_number(number: int) -> str:
    """A number from 0 to 99 in Chinese: 十二, 二十."""
    if not 0 <= number <= 99:
        return str(number)
    tens, units = divmod(number, 10)
    if not tens:
        return _NUMERALS[units]
    return (_NUMERALS[tens] if tens > 1 else "") + "十" + (_NUMERALS[units] if units else "")


def chinese_date(day: dt.date) -> str:
    """成文日期 as the standard wants it: 2027年1月8日, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def title_lines(title: str, longest: float = 19) -> list[str]:
    """The title in lines of similar length, broken before known words; its own line breaks are kept."""
    lines: list[str] = []
    for part in clean(title).split("\n"):
        count = math.ceil(display_width(part) / longest)
        while count > 1:
            end = _break_near(part, display_width(part) / count)
            lines.append(part[:end])
            part, count = part[end:], count - 1
        lines.append(part)
    return lines


def _break_near(text: str, width: float) -> int:
    """Where to break a line of about this width: before the nearest of the words that begin a phrase."""
    target = next(end for end in range(1, len(text) + 1) if display_width(text[:end]) >= width)
    candidates = [end for end in range(1, len(text)) if text.startswith(_PHRASES, end) and abs(end - target) <= 5]
    return min(candidates, key=lambda end: abs(end - target), default=target)


def display_width(text: str) -> float:
    """How many Chinese characters wide a text is; Latin letters and digits count half."""
    return sum(1 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def attachment_lines(attachments: tuple[Attachment, ...]) -> list[tuple[str, str]]:
    """附件说明: what stands before each title (附件：1．, then 2．) and the title."""
    if len(attachments) == 1:
        return [("附件：", attachments[0].title)]
    return [(f"附件：{index}．" if index == 1 else f"{index}．", attachment.title) for index, attachment in enumerate(attachments, start=1)]


def attachment_mark(document: OfficialDocument, index: int) -> str:
    """What stands at the head of an attachment's page: 附件, or 附件2 when there are several."""
    return f"附件{index}" if len(document.attachments) > 1 else "附件"
