"""Several official documents in one PDF, for printing them in one go. Each begins on a page of its own, numbered from 1."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ActionFlowable, BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate

from app.office import glyphs, pdf
from app.office.official_document import OfficialDocument


class _Begin(ActionFlowable):
    """Says that the next page, or the present one where it is the first, begins a document."""

    def __init__(self, document: OfficialDocument) -> None:
        super().__init__()
        self.document = document

    def apply(self, doc: BaseDocTemplate) -> None:
        doc.pages_before, doc.watermark = doc.page, self.document.watermark


class _Numbered:
    """A canvas that counts pages from the beginning of the document at hand."""

    def __init__(self, canvas: Canvas, pages_before: int) -> None:
        self._canvas, self._pages_before = canvas, pages_before

    def getPageNumber(self) -> int:
        return int(self._canvas.getPageNumber()) - self._pages_before

    def __getattr__(self, name: str) -> object:
        return getattr(self._canvas, name)


def to_pdf_batch(title: str, documents: Sequence[OfficialDocument]) -> bytes:
    """The documents one after another as one PDF file; fonts are embedded once."""
    glyphs.register()
    buffer = io.BytesIO()
    template = BaseDocTemplate(buffer, pagesize=A4, title=title, lang="zh-CN", invariant=1, initialFontName=glyphs.REGULAR)
    template.pages_before, template.watermark = 0, documents[0].watermark if documents else None
    frame = Frame(pdf.LEFT, pdf.BOTTOM, pdf.WIDTH, pdf.HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)

    def furnish(canvas: Canvas, doc: BaseDocTemplate) -> None:
        pdf.page_furniture(_Numbered(canvas, doc.pages_before), doc.watermark)

    template.addPageTemplates(PageTemplate(frames=[frame], onPage=furnish))
    template.build(list(_stories(documents)))
    return buffer.getvalue()


def _stories(documents: Sequence[OfficialDocument]) -> Iterator[Flowable]:
    for index, document in enumerate(documents):
        if index:
            yield _Begin(document)
            yield PageBreak()
        yield from pdf.story(document)
