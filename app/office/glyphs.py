"""The fonts of PDF documents, and which of them shows which character.

The project ships its own fonts (see `fonts/README.md`), embedded in every PDF. A character outside them is
set in Adobe's STSong-Light, which viewers bring themselves; one outside that too is spelt out, as
〔U+20BB7〕. Nothing vanishes.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from app.office.official_document import clean

REGULAR = "QingchengSerif"
BOLD = "QingchengSerif-Bold"
FALLBACK = "STSong-Light"

_FILES = {REGULAR: "QingchengSerif-Regular.ttf", BOLD: "QingchengSerif-Bold.ttf"}
_FOLDER = Path(__file__).parent / "fonts"


@cache
def register() -> None:
    """Make the fonts known to reportlab, once in a process."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, _FOLDER / file))
        pdfmetrics.registerFontFamily(name, normal=name, bold=BOLD, italic=name, boldItalic=BOLD)
    pdfmetrics.registerFont(UnicodeCIDFont(FALLBACK))


def runs(text: str, font: str = REGULAR) -> list[tuple[str, str]]:
    """The text as pieces with the font that can show each."""
    shown = [(_font_for(character, font), character) for character in clean(text)]
    pieces = []
    for name, group in groupby(shown, key=lambda pair: pair[0]):
        characters = "".join(character for _, character in group)
        if name is None:
            pieces.append((font, "".join(f"〔U+{ord(character):04X}〕" for character in characters)))
        else:
            pieces.append((name, characters))
    return pieces


def width(text: str, font: str, size: float) -> float:
    """How wide the text is on paper, in points."""
    register()
    return float(sum(pdfmetrics.stringWidth(piece, name, size) for name, piece in runs(text, font)))


@cache
def _coverage(font: str) -> frozenset[int]:
    register()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def _font_for(character: str, font: str) -> str | None:
    if character == "\n":
        return font
    for name in (font, REGULAR):
        if ord(character) in _coverage(name):
            return name
    try:
        return FALLBACK if len(character.encode("gbk")) == 2 else None
    except UnicodeEncodeError:
        return None
