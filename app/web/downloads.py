"""Files as answers: made for this request, with a name that any browser understands."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(body: bytes, name: str, media_type: str, *, inline: bool = False) -> Response:
    """A file to save, or to look at where the browser can."""
    clean = "".join("_" if character in '\\/:*?"<>|\r\n\t' else character for character in name).strip() or "file"
    disposition = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(clean)}"
    return Response(body, content_type=media_type, headers={"Content-Disposition": disposition})
