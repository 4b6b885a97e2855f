"""Chinese text in a PDF: lines broken and filled as Chinese typesetting wants it.

No line begins with a closing mark or ends with an opening one, codes and numbers stay whole, full lines reach
both margins, and every piece is drawn in a font that has its characters. reportlab's own paragraphs do only
part of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import Color, black
from reportlab.platypus import Flowable

from app.office import glyphs
from app.office.official_document import Align, clean

_NO_START = "，。、；：？！）〕】》〉」』”’…—％‰℃·．,.;:?!)]}%"
_NO_END = "（〔【《〈「『“‘([{"
# A piece that must stay whole: what opens, then a word or one character, then what closes.
_PIECE = re.compile(rf"[{re.escape(_NO_END)}]*(?:[A-Za-z0-9][A-Za-z0-9.,:/@_+-]*|.)?[{re.escape(_NO_START)}]*", re.DOTALL)
# A line that would have to be stretched by more than this many characters stays ragged.
_MOST_STRETCH = 2.5


@dataclass(frozen=True)
class TextStyle:
    """How a text is set. Indents are in characters; `first` comes on top of `left` in the first line."""

    font: str = glyphs.REGULAR
    size: float = 16
    leading: float = 28
    align: Align | None = None
    """Without one, lines are filled to both margins."""
    color: Color = black
    first: float = 0
    left: float = 0
    right: float = 0


class ChineseText(Flowable):
    """A paragraph. It may be split between pages, but leaves no single line behind."""

    def __init__(self, text: str, style: TextStyle) -> None:
        super().__init__()
        self.text, self.style = clean(text), style

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        style = self.style
        full = available_width - (style.left + style.right) * style.size
        self.lines = list(_break(self.text, style, full - style.first * style.size, full))
        self.width, self.full = available_width, full
        self.height = style.leading * len(self.lines)
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        self.wrap(available_width, available_height)
        fitting = int(available_height / self.style.leading)
        if fitting >= len(self.lines):
            return [self]
        if len(self.lines) - fitting == 1:
            fitting -= 1
        return [_Part(self, 0, fitting), _Part(self, fitting, len(self.lines))] if fitting > 1 else []

    def draw(self) -> None:
        self.draw_lines(self.canv, 0, len(self.lines))

    def draw_lines(self, canvas: object, start: int, stop: int) -> None:
        """Draw some of the lines, the first of them at the top."""
        style = self.style
        top = style.leading * (stop - start)
        for place, index in enumerate(range(start, stop), start=1):
            line = self.lines[index]
            indent = style.left * style.size + (style.first * style.size if index == 0 else 0)
            room = self.full - (style.first * style.size if index == 0 else 0)
            baseline = top - style.leading * place + (style.leading - style.size) / 2 + 0.13 * style.size
            _draw_line(canvas, line, style, indent, room, baseline)


class _Part(Flowable):
    """Some lines of a paragraph, on the page where they fell."""

    def __init__(self, whole: ChineseText, start: int, stop: int) -> None:
        super().__init__()
        self.whole, self.start, self.stop = whole, start, stop

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.width, self.height = self.whole.width, self.whole.style.leading * (self.stop - self.start)
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        middle = self.start + int(available_height / self.whole.style.leading)
        if not self.start < middle < self.stop:
            return []
        return [_Part(self.whole, self.start, middle), _Part(self.whole, middle, self.stop)]

    def draw(self) -> None:
        self.whole.draw_lines(self.canv, self.start, self.stop)


@dataclass(frozen=True)
class _Line:
    text: str
    width: float
    filled: bool
    """Whether the text goes on, so that the line should reach the margin."""


def _break(text: str, style: TextStyle, first_room: float, room: float) -> Iterator[_Line]:
    """The lines of a text, as many pieces in each as there is room for."""
    available = first_room
    for paragraph in text.split("\n"):
        line, width = "", 0.0
        for piece in _pieces(paragraph, style, min(first_room, room)):
            wide = _width(piece, style.font, style.size)
            if line and width + _width(piece.rstrip(), style.font, style.size) > available + 0.01:
                yield _line(line, style, filled=True)
                line, width, available = "", 0.0, room
                piece = piece.lstrip(" ")
                wide = _width(piece, style.font, style.size)
            line, width = line + piece, width + wide
        yield _line(line, style, filled=False)
        available = room


def _line(text: str, style: TextStyle, *, filled: bool) -> _Line:
    shown = text.rstrip(" ")
    return _Line(shown, _width(shown, style.font, style.size), filled)


def _pieces(text: str, style: TextStyle, room: float) -> Iterable[str]:
    """What may not be broken; a piece that is wider than a whole line falls into its characters."""
    for piece in _PIECE.findall(text):
        if _width(piece, style.font, style.size) > room:
            yield from piece
        elif piece:
            yield piece


@lru_cache(maxsize=20_000)
def _width(text: str, font: str, size: float) -> float:
    return glyphs.width(text, font, size)


def _draw_line(canvas: object, line: _Line, style: TextStyle, indent: float, room: float, baseline: float) -> None:
    slack = max(0.0, room - line.width)
    spacing = 0.0
    if style.align == "center":
        indent += slack / 2
    elif style.align == "right":
        indent += slack
    elif style.align is None and line.filled and len(line.text) > 1 and slack < _MOST_STRETCH * style.size:
        spacing = slack / (len(line.text) - 1)
    write(canvas, indent, baseline, line.text, style, spacing=spacing)


def write(canvas: object, x: float, y: float, text: str, style: TextStyle, *, spacing: float = 0) -> None:
    """Write a line at a point, with this much space added after each character."""
    pen = canvas.beginText(x, y)  # type: ignore[attr-defined]
    pen.setFillColor(style.color)
    pen.setCharSpace(spacing)
    for font, piece in glyphs.runs(text, style.font):
        pen.setFont(font, style.size)
        pen.textOut(piece)
    pen.setCharSpace(0)
    canvas.drawText(pen)  # type: ignore[attr-defined]
