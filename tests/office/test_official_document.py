"""Official documents as Word and PDF: both say the same, nothing vanishes, the fonts travel along."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.office import glyphs
from app.office.official_document import (
    Attachment,
    OfficialDocument,
    Paragraph,
    Table,
    TableColumn,
    chinese_date,
    chinese_number,
    display_width,
    numbered,
    title_lines,
)
from app.office.pdf import to_pdf
from app.office.pdf_text import ChineseText, TextStyle
from app.office.word import to_docx

LETTER = OfficialDocument(
    issuers=("济南市历下区生态环境局",),
    number="历下环发〔2027〕12号",
    title="关于开展强制性清洁生产审核的通知",
    recipients=("样例化工有限公司",),
    body=(
        Paragraph("现将有关事项通知如下。"),
        Paragraph("公开信息", 1),
        Paragraph("渠道", 2),
        Table((TableColumn("序号"), TableColumn("事项", 3)), (("1", "公开信息"), ("2", "启动审核"))),
        Paragraph("启动审核", 1),
    ),
    issued_on=dt.date(2027, 1, 8),
    attachments=(Attachment("名单", (Paragraph("附件的正文"),)), Attachment("表样")),
    note="联系人：李四",
    copies_to=("济南市历下区工业和信息化局",),
    watermark="演示数据",
)


def pdf_text(document: OfficialDocument) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages)


def docx_text(document: OfficialDocument) -> str:
    word = Document(io.BytesIO(to_docx(document)))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


PARTS = [
    "济南市历下区生态环境局", "历下环发〔2027〕12号", "关于开展强制性清洁生产审核的通知",
    "样例化工有限公司：",
    "一、公开信息", "（一）渠道", "二、启动审核", "附件：1．名单", "2．表样", "2027年1月8日",
    "（联系人：李四）",
    "（此处加盖公章）", "附件1", "附件的正文",
    "抄送：济南市历下区工业和信息化局。", "2027年1月8日印发", "事项",
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_both_files_hold_every_part(part: str) -> None:
    assert part in pdf_text(LETTER)
    assert part in docx_text(LETTER)


def test_every_pdf_page_has_its_number_and_the_watermark() -> None:
    for number, page in enumerate(PdfReader(io.BytesIO(to_pdf(LETTER))).pages, start=1):
        assert f"— {number} —" in page.extract_text()
        assert "演示数据" in page.extract_text()


def test_the_word_page_follows_the_standard() -> None:
    section = Document(io.BytesIO(to_docx(LETTER))).sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    expected = (Mm(210), Mm(297), Mm(37), Mm(35))
    assert all(abs(size - wanted) < Mm(0.1) for size, wanted in zip(sizes, expected, strict=True) if size)
    assert "演示数据" in section.header.paragraphs[0].text
    assert "演示数据" in section.even_page_header.paragraphs[0].text
    assert "PAGE" in section.footer._element.xml
    assert section._sectPr.xml.count("w:docGrid") == 1


def test_the_same_document_gives_the_same_pdf() -> None:
    assert to_pdf(LETTER) == to_pdf(LETTER)


def test_the_fonts_are_embedded_and_no_other_is_needed() -> None:
    fonts = [
        font.get_object()
        for page in PdfReader(io.BytesIO(to_pdf(LETTER))).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert {font["/BaseFont"].split("+")[-1] for font in fonts} == {
        "QingchengSerif-Regular",
        "QingchengSerif-Bold",
    }
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_the_fonts_come_with_their_licence_and_stay_small() -> None:
    folder = Path(glyphs.__file__).parent / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()
    assert sum(file.stat().st_size for file in folder.glob("*.ttf")) < 6_000_000


def test_a_character_that_no_font_has_is_spelt_out() -> None:
    assert glyphs.runs("吉𠮷") == [(glyphs.REGULAR, "吉"), (glyphs.REGULAR, "〔U+20BB7〕")]
    assert "〔U+1F600〕" in pdf_text(replace(LETTER, body=(Paragraph("好😀"),)))


def test_a_rare_character_falls_back_to_the_viewer_s_font() -> None:
    assert glyphs.runs("頔") == [(glyphs.FALLBACK, "頔")]
    assert "頔" in pdf_text(replace(LETTER, body=(Paragraph("经办人頔"),)))


def test_a_heading_outside_the_bold_font_is_set_in_the_regular_one() -> None:
    assert glyphs.runs("镕", glyphs.BOLD) == [(glyphs.REGULAR, "镕")]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_written(text: str) -> None:
    document = replace(LETTER, title=f"题{text}", body=(Paragraph(text, 1), Table((TableColumn("列"),), ((text,),))))
    assert PdfReader(io.BytesIO(to_pdf(document))).pages
    assert Document(io.BytesIO(to_docx(document))).paragraphs


def test_a_document_without_text_is_still_written() -> None:
    assert "2027年1月8日" in pdf_text(replace(LETTER, body=(), attachments=()))


def test_markup_in_a_text_stays_text() -> None:
    document = replace(LETTER, body=(Paragraph("<b>5 < 6 & 7</b>{{ x }}"),))
    assert "<b>5 < 6 & 7</b>{{ x }}" in pdf_text(document)
    assert "<b>5 < 6 & 7</b>{{ x }}" in docx_text(document)


def test_several_issuers_all_sign() -> None:
    joint = replace(LETTER, issuers=("山东省经济和信息化委员会", "山东省环境保护厅"))
    for text in (pdf_text(joint), docx_text(joint)):
        assert text.count("山东省经济和信息化委员会") >= 3
        assert text.count("山东省环境保护厅") >= 1


def test_a_long_table_repeats_its_header() -> None:
    table = Table((TableColumn("序号"), TableColumn("企业名称", 4)), tuple((str(n), f"甲{n}厂") for n in range(300)))
    pages = PdfReader(io.BytesIO(to_pdf(replace(LETTER, body=(table,), attachments=())))).pages
    texts = [page.extract_text() for page in pages]
    assert all("企业名称" in text for text in texts if "厂" in text)
    assert all(f"甲{n}厂" in "\n".join(texts) for n in range(300))


def test_a_cell_longer_than_a_page_is_split() -> None:
    table = Table((TableColumn("说明"), TableColumn("值", 0.2)), (("很长" * 3000, "1"),))
    assert len(PdfReader(io.BytesIO(to_pdf(replace(LETTER, body=(table,))))).pages) > 3


@settings(deadline=None)
@given(st.text("清洁生产审核，。（《》）；：“”ab12 -", max_size=200), st.integers(60, 440))
def test_no_line_begins_with_a_closing_mark_or_loses_text(text: str, width: int) -> None:
    paragraph = ChineseText(text, TextStyle(size=12))
    paragraph.wrap(width, 1000)
    shown = [line.text for line in paragraph.lines]
    assert "".join(shown).replace(" ", "") == text.replace(" ", "")


def test_punctuation_and_codes_are_not_torn() -> None:
    paragraph = ChineseText("统一社会信用代码91370102MA0000016D，企业名称（全称）。" * 5, TextStyle(size=16))
    for width in range(200, 440, 7):
        paragraph.wrap(width, 1000)
        lines = [line.text for line in paragraph.lines]
        assert not any(line[0] in "，。）" or line.endswith("（") for line in lines)
        assert sum(line.count("91370102MA0000016D") for line in lines) == 5


@pytest.mark.parametrize("length", range(2, 80, 7))
def test_titles_break_into_lines_that_fit(length: int) -> None:
    lines = title_lines(("关于清洁生产审核企业名单的通知" * 6)[:length])
    assert "".join(lines) == ("关于清洁生产审核企业名单的通知" * 6)[:length]
    assert all(display_width(line) <= 24 for line in lines)


def test_a_title_breaks_before_a_word() -> None:
    assert title_lines("关于公布2027年度强制性清洁生产审核企业名单的通知")[1].startswith(("企业", "清洁"))


def test_numbers_start_again_below_a_new_heading() -> None:
    blocks = [
        Paragraph("甲", 1),
        Paragraph("子", 2),
        Paragraph("丑", 2),
        Paragraph("乙", 1),
        Paragraph("寅", 2),
        Paragraph("文", 0),
    ]
    texts = [block.text for block in numbered(blocks) if isinstance(block, Paragraph)]
    assert texts == ["一、甲", "（一）子", "（二）丑", "二、乙", "（一）寅", "文"]


def test_numbers_and_dates_are_written_the_official_way() -> None:
    assert [chinese_number(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]
    assert chinese_date(dt.date(2027, 2, 8)) == "2027年2月8日"


@pytest.mark.parametrize("broken", [{"issuers": ()}, {"title": ""}])
def test_a_document_without_issuer_or_title_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="issuer and a title"):
        replace(LETTER, **broken)  # type: ignore[arg-type]
