"""Official documents as Word files, laid out after GB/T 9704, for bureaus that edit them further."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from app.office import word_parts
from app.office.official_document import (
    Block,
    OfficialDocument,
    Paragraph,
    Table,
    attachment_lines,
    attachment_mark,
    chinese_date,
    clean,
    numbered,
    title_lines,
)

# The fonts that the standard names; every bureau's machine has them, and Word substitutes on others.
BODY, HEADING, SUBHEADING, TITLE, NUMERAL = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
SIZE, TITLE_SIZE, SMALL, TABLE_SIZE = 16.0, 22.0, 14.0, 10.5
WIDTH = Length(Mm(210 - 28 - 26))
HEIGHT = Length(Mm(297 - 37 - 35))
LINES = 22
RED = RGBColor(0xD7, 0x00, 0x0F)
GREY = RGBColor(0x7F, 0x7F, 0x7F)

_FONTS = {0: BODY, 1: HEADING, 2: SUBHEADING, 3: BODY, 4: BODY}


def to_docx(document: OfficialDocument) -> bytes:
    """The document as a .docx file."""
    word = Document()
    _page(word, document.watermark)
    writer = _Writer(word)
    writer.head(document)
    writer.title(document.title)
    if document.recipients:
        writer.line("、".join(document.recipients) + "：")
    writer.blocks(document.body)
    writer.closing(document)
    for index, attachment in enumerate(document.attachments, start=1):
        if attachment.body:
            writer.line(attachment_mark(document, index), font=HEADING).paragraph_format.page_break_before = True
            writer.title(attachment.title)
            writer.blocks(attachment.body)
    writer.imprint(document)
    _properties(word, document)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _page(word: Any, watermark: str | None) -> None:
    """A4 with the margins of the standard, page numbers outside, and the line at the head of each page."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    word_parts.set_grid(section, lines=LINES, height=HEIGHT)
    word.settings.odd_and_even_pages_header_footer = True
    for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(SMALL)
        word_parts.page_number(paragraph, NUMERAL, SMALL)
    for header in (section.header, section.even_page_header):
        paragraph = header.paragraphs[0]
        paragraph.alignment = ALIGN.CENTER
        if watermark:
            word_parts.add_run(paragraph, watermark, NUMERAL, 12, color=RED)


def _properties(word: Any, document: OfficialDocument) -> None:
    moment = dt.datetime.combine(document.issued_on, dt.time())
    properties = word.core_properties
    properties.title = clean(document.title).replace("\n", "")[:255]
    properties.author = clean("、".join(document.issuers))[:255]
    properties.comments, properties.language = "", "zh-CN"
    properties.created = properties.modified = moment


class _Writer:
    """Appends the parts of an official document to a Word document, from the head to the foot."""

    def __init__(self, word: Any) -> None:
        self.word = word

    def line(
        self, text: str = "", *, font: str = BODY, size: float = SIZE, align: ALIGN = ALIGN.JUSTIFY,
        first: float = 0,
        left: float = 0, right: float = 0, leading: float | None = None, color: RGBColor | None = None,
    ) -> WordParagraph:  # fmt: skip
        """A paragraph; `first`, `left` and `right` are indents in characters, leading is in points."""
        paragraph: WordParagraph = self.word.add_paragraph()
        layout = paragraph.paragraph_format
        layout.alignment = align
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        layout.line_spacing = Pt(leading or HEIGHT.pt / LINES)
        layout.first_line_indent, layout.left_indent, layout.right_indent = (
            Pt(first * size), Pt(left * size), Pt(right * size),
        )  # fmt: skip
        if text:
            word_parts.add_run(paragraph, text, font, size, color=color)
        return paragraph

    def head(self, document: OfficialDocument) -> None:
        """发文机关标志 35 mm below the edge of the text area, 发文字号 two lines further, the red rule."""
        lines = [*document.issuers[:-1], document.issuers[-1] + document.mark_suffix]
        size = min(40.0, WIDTH.pt / max(len(line) + 0.5 for line in lines))
        for index, text in enumerate(lines):
            line = self.line(text, font=TITLE, size=size, align=ALIGN.CENTER, leading=size * 1.35, color=RED)
            if index == 0:
                line.paragraph_format.space_before = Mm(35)
        self.line()
        number = self.line(document.number, align=ALIGN.CENTER)
        word_parts.set_rules(number, {"bottom": 14}, color="D7000F")

    def title(self, title: str) -> None:
        """The title in balanced lines, with a line free above and below."""
        self.line()
        for text in title_lines(title):
            self.line(text, font=TITLE, size=TITLE_SIZE, align=ALIGN.CENTER, leading=33).paragraph_format.keep_with_next = True
        self.line()

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Paragraphs with their numbers, and tables."""
        for block in numbered(blocks):
            if isinstance(block, Table):
                self._table(block)
            else:
                self._paragraph(block)

    def _paragraph(self, block: Paragraph) -> None:
        line = self.line(block.text, font=_FONTS[block.level], first=2)
        line.paragraph_format.keep_with_next = block.level == 1

    def _table(self, table: Table) -> None:
        total = sum(column.width for column in table.columns)
        made = word_parts.table(
            [[column.label for column in table.columns], *table.rows],
            [Length(round(WIDTH * column.width / total)) for column in table.columns],
            [column.align for column in table.columns],
            BODY,
            TABLE_SIZE,
        )
        # A table needs a paragraph after it; the section's properties stay last.
        self.line(leading=8)._p.addprevious(made)

    def closing(self, document: OfficialDocument) -> None:
        """附件说明, 署名, 成文日期 with the place of the seal, 附注."""
        if document.attachments:
            self.line()
            edge = 5 if len(document.attachments) == 1 else 6
            for index, (prefix, title) in enumerate(attachment_lines(document.attachments)):
                self.line(prefix + title, left=edge, first=(2 if index == 0 else 5) - edge, align=ALIGN.LEFT)
        self.line()
        self.line()
        date = chinese_date(document.issued_on)
        widest = max(len(text) for text in (*document.issuers, date))
        # Centred on each other, the widest of them four characters from the edge.
        left, right = max(0.0, 27.6 - widest - 4), 4.0 if widest < 23 else 0.0
        for text in (*document.issuers, date):
            self.line(text, align=ALIGN.CENTER, left=left, right=right).paragraph_format.keep_with_next = text != date
        if document.seal_note:
            seal = self.line(document.seal_note, size=9, align=ALIGN.CENTER, leading=14, color=GREY)
            layout = seal.paragraph_format
            layout.left_indent, layout.right_indent = Pt(left * SIZE), Pt(right * SIZE)
        if document.note:
            self.line(f"（{document.note}）", first=2)

    def imprint(self, document: OfficialDocument) -> None:
        """版记 at the foot of the last page: copies, then who printed it when, between thick rules."""
        if document.copies_to:
            copies = f"抄送：{'，'.join(document.copies_to)}。"
            self._imprint_line(copies, left=4, first_line=-3, rules={"top": 8})
        printed = f"{document.issuers[0]}\t{chinese_date(document.issued_on)}印发"
        self._imprint_line(printed, left=1, first_line=0, rules={"top": 6 if document.copies_to else 8, "bottom": 8})

    def _imprint_line(self, text: str, *, left: float, first_line: float, rules: dict[str, int]) -> None:
        """A line in the frame at the foot of the page; what follows a tab stands at its right edge."""
        line = self.line(size=SMALL, left=left, first=first_line, right=1, leading=22, align=ALIGN.LEFT)
        stop = WIDTH - Pt(SMALL)
        line.paragraph_format.tab_stops.add_tab_stop(Length(stop), alignment=2)
        for index, piece in enumerate(text.split("\t")):
            if index:
                line.add_run("\t")
            word_parts.add_run(line, piece, BODY, SMALL)
        word_parts.set_frame_at_foot(line, WIDTH)
        word_parts.set_rules(line, rules)
