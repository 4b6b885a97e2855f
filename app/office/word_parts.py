"""What python-docx has no calls for: East Asian fonts, the character grid, rules, fields, and fast tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from app.office.official_document import clean

LATIN_FONT = "Times New Roman"

_AFTER_BORDERS = {qn(f"w:{name}") for name in ("tabs", "snapToGrid", "spacing", "ind", "jc", "rPr")}


def element(name: str, *children: Any, **attributes: str | int) -> Any:
    """A WordprocessingML element: `element("w:jc", val="center")`."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    made.extend(children)
    return made


def add_run(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: float,
    *,
    color: RGBColor | None = None,
    bold: bool = False,
) -> Run:
    """Add text in a Chinese font, its Latin letters and digits in Times."""
    run = paragraph.add_run(clean(text))
    run.font.name = LATIN_FONT
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    run.font.size = Pt(size)
    run.font.bold = bold or None
    if color is not None:
        run.font.color.rgb = color
    return run


def set_grid(section: Any, *, lines: int, height: Length) -> None:
    """Align lines to a grid, so that a page takes exactly so many."""
    properties = section._sectPr
    for former in properties.findall(qn("w:docGrid")):
        properties.remove(former)
    properties.append(element("w:docGrid", type="lines", linePitch=round(height.twips / lines)))


def set_rules(paragraph: Paragraph, rules: dict[str, int], color: str = "000000") -> None:
    """Rules above or below a paragraph (`top`, `bottom`); their thickness in eighths of a point."""
    borders = [element(f"w:{side}", val="single", sz=eighths, space=1, color=color) for side, eighths in rules.items()]
    _insert(paragraph, element("w:pBdr", *borders))


def set_frame_at_foot(paragraph: Paragraph, width: Length) -> None:
    """Frame the paragraph at the foot of the text area. Word joins neighbours with the same frame."""
    place = {"vAnchor": "margin", "hAnchor": "margin", "xAlign": "center", "yAlign": "bottom"}
    _insert(paragraph, element("w:framePr", w=width.twips, hSpace=0, wrap="around", **place))


def _insert(paragraph: Paragraph, part: Any) -> None:
    """Add a paragraph property where the schema wants it: frame and borders come before tabs and spacing."""
    properties = paragraph._p.get_or_add_pPr()
    following = next((child for child in properties if child.tag in _AFTER_BORDERS), None)
    if following is None:
        properties.append(part)
    else:
        following.addprevious(part)


def page_number(paragraph: Paragraph, font: str, size: float) -> None:
    """The field that shows the number of the page, between dashes."""
    add_run(paragraph, "— ", font, size)
    run = add_run(paragraph, "", font, size)
    for part in (
        element("w:fldChar", fldCharType="begin"),
        _instruction("PAGE"),
        element("w:fldChar", fldCharType="separate"),
        _text("1"),
        element("w:fldChar", fldCharType="end"),
    ):
        run._element.append(part)
    add_run(paragraph, " —", font, size)


def table(rows: Iterable[Sequence[str]], widths: Sequence[Length], aligns: Sequence[str], font: str, size: float) -> Any:
    """A ruled table whose first row is its header, built as XML: thousands of rows in a moment."""
    borders = [
        element(f"w:{side}", val="single", sz=4, space=0, color="000000")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    ]
    properties = element(
        "w:tblPr",
        element("w:tblW", w=sum(width.twips for width in widths), type="dxa"),
        element("w:tblBorders", *borders),
        element("w:tblLayout", type="fixed"),
    )
    grid = element("w:tblGrid", *(element("w:gridCol", w=width.twips) for width in widths))
    made = element("w:tbl", properties, grid)
    for index, texts in enumerate(rows):
        made.append(_row(texts, widths, aligns, font, size, header=index == 0))
    return made


def _row(
    texts: Sequence[str],
    widths: Sequence[Length],
    aligns: Sequence[str],
    font: str,
    size: float,
    *,
    header: bool,
) -> Any:
    row = element("w:tr", element("w:trPr", element("w:cantSplit"), *([element("w:tblHeader")] if header else [])))
    for text, width, align in zip(texts, widths, aligns, strict=True):
        properties = element("w:tcPr", element("w:tcW", w=width.twips, type="dxa"), element("w:vAlign", val="center"))
        style = element(
            "w:rPr",
            element("w:rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=font),
            *([element("w:b")] if header else []),
            element("w:sz", val=round(size * 2)),
        )
        layout = element(
            "w:pPr",
            element("w:snapToGrid", val="0"),
            element("w:spacing", before=40, after=40, line=240, lineRule="auto"),
            element("w:jc", val="center" if header else align),
        )
        row.append(element("w:tc", properties, element("w:p", layout, element("w:r", style, *_lines(text)))))
    return row


def _lines(text: str) -> Iterable[Any]:
    for index, line in enumerate(clean(text).split("\n")):
        if index:
            yield element("w:br")
        yield _text(line)


def _text(text: str) -> Any:
    made = element("w:t")
    made.text = text
    made.set(qn("xml:space"), "preserve")
    return made


def _instruction(text: str) -> Any:
    made = element("w:instrText")
    made.text = text
    return made
