"""What the builders of official documents share: the people in them, and the sentences that recur."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.office.grounds import GROUND_SUMMARIES, article_eight
from app.office.official_document import Block, Paragraph, Table, TableColumn, chinese_date

RULES = "《山东省清洁生产审核实施细则》"
ACCEPTANCE_RULES = "《山东省清洁生产审核验收暂行办法》"


@dataclass(frozen=True)
class Authority:
    """An authority that issues documents, and whom to ask there."""

    name: str
    contact: str = ""
    phone: str = ""
    address: str = ""

    @property
    def contact_note(self) -> str:
        """联系人：…，联系电话：…; whatever of it is known."""
        parts = (("联系人", self.contact), ("联系电话", self.phone), ("地址", self.address))
        return "，".join(f"{label}：{value}" for label, value in parts if value)


@dataclass(frozen=True)
class ListedEnterprise:
    """An enterprise as a document names it; `region` is the name of the place, `grounds` are 1, 2, 3."""

    name: str
    uscc: str = ""
    region: str = ""
    grounds: tuple[str, ...] = ()
    industry: str = ""
    result: str = ""
    """What an acceptance found, such as 优秀 or 合格."""
    remark: str = ""
    basis: str = ""
    """Why it is listed, where that is not said by `grounds`."""


@dataclass(frozen=True)
class Deadline:
    """Something that must be done by a day, and how the day was counted."""

    duty: str
    due: dt.date
    counted: str
    article: str
    consequence: str = ""


@dataclass(frozen=True)
class Envelope:
    """What every document has besides its matter: number, date, copies, and the line that marks demo data."""

    number: str
    issued_on: dt.date
    copies_to: tuple[str, ...] = ()
    watermark: str | None = None
    seal_note: str = field(default="（此处加盖公章）")


def plain(*texts: str) -> tuple[Block, ...]:
    """Paragraphs without numbers, the empty ones left out."""
    return tuple(Paragraph(text) for text in texts if text)


def section(heading: str, *content: str | Block) -> tuple[Block, ...]:
    """A numbered heading and what stands under it."""
    return (
        Paragraph(heading, 1),
        *(Paragraph(item) if isinstance(item, str) else item for item in content if item),
    )


def items(texts: Iterable[str]) -> tuple[Block, ...]:
    """A list numbered 1．, 2．, ….; a single one stands without its number."""
    found = list(texts)
    return tuple(Paragraph(text, 3 if len(found) > 1 else 0) for text in found)


def sentence(text: str) -> str:
    """The text with a full stop, when it has none."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def grounds_sentences(grounds: Iterable[str]) -> list[str]:
    """Why an enterprise is listed, one sentence a ground, in our words."""
    return [f"{RULES}{article_eight([ground])}：{GROUND_SUMMARIES[ground]}。" for ground in sorted(set(grounds))]


def deadline_table(deadlines: Sequence[Deadline]) -> Table:
    """What is due, when, how that was counted, and where it stands."""
    columns = (
        TableColumn("事项", 3, "left"),
        TableColumn("截止日期", 1.7),
        TableColumn("期限如何计算", 3, "left"),
        TableColumn("依据", 1.3),
    )
    rows = tuple((item.duty, chinese_date(item.due), item.counted, item.article) for item in deadlines)
    return Table(columns, rows)


def enterprise_table(enterprises: Sequence[ListedEnterprise], *extra: str) -> Table:
    """A numbered table of enterprises. `extra` names further columns: 列入依据, 行业, 验收结果, 备注."""
    getters: dict[str, tuple[float, Callable[[ListedEnterprise], str]]] = {
        "列入依据": (1.7, lambda entry: entry.basis or (article_eight(entry.grounds) if entry.grounds else "")),
        "行业": (1.6, lambda entry: entry.industry),
        "验收结果": (1.0, lambda entry: entry.result),
        "备注": (1.6, lambda entry: entry.remark),
    }
    columns = (
        TableColumn("序号", 0.6),
        TableColumn("企业名称", 2.8, "left"),
        TableColumn("统一社会信用代码", 2.6),
        TableColumn("所在地", 1.6),
        *(TableColumn(name, getters[name][0]) for name in extra),
    )
    rows = tuple(
        (str(number), entry.name, entry.uscc, entry.region, *(getters[name][1](entry) for name in extra))
        for number, entry in enumerate(enterprises, start=1)
    )
    return Table(columns, rows)
