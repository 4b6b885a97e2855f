"""Files: taken in for a form, handed out under the same visibility as the case."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from urllib.parse import quote

from flask import Response, jsonify, request, send_file
from flask_login import login_required

from app.cases import documents
from app.cases.errors import CaseError
from app.web.current import principal, reading, runtime, transaction
from app.web.desk.blueprint import bp
from app.web.errors import problem


@bp.post("/files")
@login_required
def upload() -> Any:
    """Takes in a file that belongs to its uploader until a submitted form names it."""
    sent = request.files.get("file")
    if sent is None:
        return problem(422, "没有收到文件，请重新选择")
    try:
        with transaction() as session:
            document = documents.upload(session, runtime().files, principal(), sent.filename or "", cast(BinaryIO, sent.stream))
    except CaseError as error:
        return problem(422, str(error))
    return jsonify(id=document.id, name=document.name, size=document.size), 201


@bp.get("/files/<int:document_id>")
@login_required
def file(document_id: int) -> Any:
    """A file as a download: never shown inside our own pages, whatever it holds."""
    found = documents.find(reading(), principal(), document_id)
    answer: Response = send_file(runtime().files.path(found.sha256), mimetype=found.media_type, as_attachment=True, etag=found.sha256)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
