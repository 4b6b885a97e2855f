"""Official documents as PDF, laid out after GB/T 9704, with the project's own fonts embedded."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Table as Grid

from app.office import glyphs
from app.office.official_document import (
    Block,
    OfficialDocument,
    Paragraph,
    Table,
    attachment_lines,
    attachment_mark,
    chinese_date,
    numbered,
    title_lines,
)
from app.office.pdf_parts import AtPageBottom, RedHead
from app.office.pdf_text import ChineseText, TextStyle

TOP, BOTTOM, LEFT, RIGHT = 37 * mm, 35 * mm, 28 * mm, 26 * mm
WIDTH = A4[0] - LEFT - RIGHT
HEIGHT = A4[1] - TOP - BOTTOM
# 28 characters a line and 22 lines a page: third size (16 pt), fitted to the width of the text area.
SIZE = WIDTH / 28 - 0.01
LEADING = HEIGHT / 22
TITLE_SIZE = 22
SMALL = 14
TABLE_SIZE = 10.5
RED = HexColor("#D7000F")
GREY = HexColor("#7F7F7F")

BODY = TextStyle(size=SIZE, leading=LEADING)
HEADING = replace(BODY, font=glyphs.BOLD)
TITLE = TextStyle(font=glyphs.BOLD, size=TITLE_SIZE, leading=33, align="center")
SEAL = TextStyle(size=9, leading=14, align="center", color=GREY)
WATERMARK = TextStyle(size=12, leading=16, align="center", color=RED)
IMPRINT = TextStyle(size=SMALL, leading=22, left=1, right=1)
CELL = TextStyle(size=TABLE_SIZE, leading=TABLE_SIZE * 1.4)

_FLUSH: list[tuple[object, ...]] = [("FONT", (0, 0), (-1, -1), glyphs.REGULAR)]
_FLUSH += [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
# A cell with more characters than this may have to be split between pages.
_LONG_CELL = 400


def to_pdf(document: OfficialDocument) -> bytes:
    """The document as a PDF file. The same document gives the same bytes."""
    glyphs.register()
    buffer = io.BytesIO()
    template = BaseDocTemplate(
        buffer, pagesize=A4, title=document.title.replace("\n", ""), author="、".join(document.issuers),
        lang="zh-CN", invariant=1, initialFontName=glyphs.REGULAR,
    )  # fmt: skip
    frame = Frame(LEFT, BOTTOM, WIDTH, HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    template.addPageTemplates(PageTemplate(frames=[frame], onPage=lambda canvas, _: page_furniture(canvas, document.watermark)))
    template.build(list(story(document)))
    return buffer.getvalue()


def page_furniture(canvas: Canvas, watermark: str | None) -> None:
    """The page number, outside on odd and even pages, and the line at the head."""
    number = canvas.getPageNumber()
    canvas.saveState()
    canvas.setFont(glyphs.REGULAR, SMALL)
    baseline = BOTTOM - 7 * mm - SMALL
    if number % 2:
        canvas.drawRightString(A4[0] - RIGHT - SMALL, baseline, f"— {number} —")
    else:
        canvas.drawString(LEFT + SMALL, baseline, f"— {number} —")
    if watermark:
        line = ChineseText(watermark, WATERMARK)
        _, height = line.wrap(WIDTH, TOP)
        line.drawOn(canvas, LEFT, A4[1] - 15 * mm - height)
    canvas.restoreState()


# -- The parts, from the head to the foot ------------------------------------------------------------------


def story(document: OfficialDocument) -> Iterable[Flowable]:
    yield RedHead(document.issuers, document.mark_suffix, document.number, WIDTH, RED)
    yield from _title(document.title)
    if document.recipients:
        yield ChineseText("、".join(document.recipients) + "：", BODY)
    yield from _text_and_closing(document)
    for index, attachment in enumerate(document.attachments, start=1):
        if attachment.body:
            yield PageBreak()
            yield ChineseText(attachment_mark(document, index), HEADING)
            yield from _title(attachment.title)
            yield from _blocks(attachment.body)
    yield _imprint(document)


def _title(title: str) -> Iterable[Flowable]:
    yield Spacer(0, LEADING)
    for line in title_lines(title):
        yield ChineseText(line, TITLE)
    yield Spacer(0, LEADING)


def _text_and_closing(document: OfficialDocument) -> Iterable[Flowable]:
    """The text, then the closing with the last paragraph: no page may carry a signature and no text."""
    blocks = list(_blocks(document.body))
    start = max(0, len(blocks) - 1)
    if start and blocks[start - 1].getKeepWithNext():
        start -= 1
    yield from blocks[:start]
    yield KeepTogether([*blocks[start:], *_closing(document)])


def _blocks(blocks: Iterable[Block]) -> Iterable[Flowable]:
    for block in numbered(blocks):
        yield _grid(block) if isinstance(block, Table) else _paragraph(block)


def _paragraph(block: Paragraph) -> Flowable:
    heading = block.level == 1
    paragraph = ChineseText(block.text, replace(HEADING if heading else BODY, first=2))
    paragraph.keepWithNext = heading
    return paragraph


def _grid(table: Table) -> Flowable:
    share = WIDTH / sum(column.width for column in table.columns)
    labels = [ChineseText(column.label, replace(CELL, font=glyphs.BOLD, align="center")) for column in table.columns]
    rows = [
        [ChineseText(text, replace(CELL, align=column.align)) for text, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    return Grid(
        [labels, *rows],
        colWidths=[column.width * share for column in table.columns],
        repeatRows=1,
        splitInRow=int(any(len(text) > _LONG_CELL for row in table.rows for text in row)),
        spaceBefore=4,
        spaceAfter=8,
        style=[
            ("FONT", (0, 0), (-1, -1), glyphs.REGULAR),
            ("GRID", (0, 0), (-1, -1), 0.5, black),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ],
    )


def _closing(document: OfficialDocument) -> Iterable[Flowable]:
    """附件说明, 署名 with the place of the seal, 成文日期, 附注."""
    if document.attachments:
        yield Spacer(0, LEADING)
        # 附件： stands two characters in, titles begin below each other.
        edge = 5 if len(document.attachments) == 1 else 6
        for index, (prefix, title) in enumerate(attachment_lines(document.attachments)):
            yield ChineseText(prefix + title, replace(BODY, left=edge, first=(5 if index else 2) - edge, align="left"))
    yield Spacer(0, LEADING * 2)
    yield _signature(document)
    if document.note:
        yield ChineseText(f"（{document.note}）", replace(BODY, first=2))


def _signature(document: OfficialDocument) -> Flowable:
    """Issuers above each other and centred over the date, four characters from the right edge."""
    lines = [*document.issuers, chinese_date(document.issued_on)]
    box = max(glyphs.width(line, BODY.font, SIZE) for line in lines) + 2
    right = max(0.0, min(4 * SIZE, WIDTH - box))
    texts = [ChineseText(line, replace(BODY, align="center")) for line in lines]
    if document.seal_note:
        texts.append(ChineseText(document.seal_note, SEAL))
    return Grid([[None, texts, None]], colWidths=[max(0.0, WIDTH - box - right), min(box, WIDTH), right], style=_FLUSH)


def _imprint(document: OfficialDocument) -> Flowable:
    """版记 at the foot of the last page: copies, then who printed it when, between rules."""
    printed = ChineseText(document.issuers[0], IMPRINT)
    dated = ChineseText(f"{chinese_date(document.issued_on)}印发", replace(IMPRINT, left=0, align="right"))
    bottom = ("VALIGN", (0, 0), (-1, -1), "BOTTOM")
    parts: list[Flowable] = [
        _rule(0.35),
        Grid([[printed, dated]], colWidths=[WIDTH * 0.6, WIDTH * 0.4], style=[*_FLUSH, bottom]),
        _rule(0.35),
    ]
    if document.copies_to:
        copies = ChineseText(f"抄送：{'，'.join(document.copies_to)}。", replace(IMPRINT, left=4, first=-3))
        parts[1:1] = [copies, _rule(0.25)]
    return AtPageBottom(parts)


def _rule(millimetres: float) -> Flowable:
    return HRFlowable(width="100%", thickness=millimetres * mm, color=black, spaceBefore=2, spaceAfter=2)
