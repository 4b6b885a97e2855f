"""The two parts of a PDF document that no paragraph or table can draw."""

from __future__ import annotations

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from app.office import glyphs
from app.office.pdf_text import TextStyle, write


class RedHead(Flowable):
    """发文机关标志 in red, 发文字号 below it, and the red rule.

    Several issuers stand above each other, spread to one width, with the suffix at their right. Letters,
    which have no suffix, begin at the top of the page's text area, other documents 35 mm below it.
    """

    _LARGEST = 40.0
    _NUMBER_SIZE = 16.0

    def __init__(self, issuers: tuple[str, ...], suffix: str, number: str, width: float, color: Color) -> None:
        super().__init__()
        self.issuers, self.suffix, self.number, self.width, self.color = issuers, suffix, number, width, color
        widest = max(glyphs.width(issuer, glyphs.BOLD, 1) for issuer in issuers)
        ending = glyphs.width(suffix, glyphs.BOLD, 1)
        self.size = min(self._LARGEST, width / (widest + ending + 0.6))
        self.names_width = widest * self.size
        self.suffix_width = ending * self.size
        self.line = self.size * 1.35
        self.space_above = 35 * mm if suffix else 0

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.height = self.space_above + self.line * len(self.issuers) + 58 + 4 * mm
        return self.width, self.height

    def draw(self) -> None:
        red = TextStyle(font=glyphs.BOLD, size=self.size, color=self.color)
        gap = 0.3 * self.size if len(self.issuers) > 1 and self.suffix else 0
        left = (self.width - self.names_width - gap - self.suffix_width) / 2
        top = self.height - self.space_above
        for index, issuer in enumerate(self.issuers):
            spread = self.names_width - glyphs.width(issuer, red.font, self.size)
            baseline = top - self.line * (index + 1) + 0.3 * self.size
            write(self.canv, left, baseline, issuer, red, spacing=spread / max(1, len(issuer) - 1))
        middle = top - self.line * len(self.issuers) / 2 - 0.375 * self.size
        write(self.canv, left + self.names_width + gap, middle, self.suffix, red)
        number = TextStyle(size=self._NUMBER_SIZE)
        start = (self.width - glyphs.width(self.number, number.font, number.size)) / 2
        write(self.canv, start, 4 * mm + 4, self.number, number)
        self.canv.setStrokeColor(self.color)
        self.canv.setLineWidth(0.6 * mm)
        self.canv.line(0, 0, self.width, 0)


class AtPageBottom(Flowable):
    """Flowables that stand at the foot of the page, or of the next one when they no longer fit."""

    def __init__(self, parts: list[Flowable]) -> None:
        super().__init__()
        self.parts = parts

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.heights = [self._height(part, available_width) for part in self.parts]
        self.width = available_width
        # A hair less than the page has left, which rounding may have made too much.
        self.height = max(sum(self.heights), available_height - 0.1)
        return self.width, self.height

    @staticmethod
    def _height(part: Flowable, width: float) -> float:
        return float(part.wrap(width, 10_000)[1] + part.getSpaceBefore() + part.getSpaceAfter())

    def draw(self) -> None:
        y = sum(self.heights)
        for part, height in zip(self.parts, self.heights, strict=True):
            y -= height
            part.drawOn(self.canv, 0, y + part.getSpaceAfter())
