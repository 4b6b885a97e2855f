"""Files: upload before the form that names them, download by whoever may see them."""

from __future__ import annotations

from flask import Response, send_file, url_for
from sqlalchemy.orm import Session

from app.cases import documents
from app.cases.errors import CaseError, FieldProblem, InvalidForm, NotFound
from app.cases.idempotency import Answer
from app.web.api import bodies, shapes
from app.web.api.acts import perform
from app.web.api.callers import caller
from app.web.api.problems import invalid
from app.web.current import reading, runtime


def upload() -> Response:
    sent = bodies.files("file")
    if len(sent) > 1:
        raise invalid("/file", "一次上传一个文件")
    file = sent[0]

    def act(session: Session) -> Answer:
        try:
            made = documents.upload(session, runtime().files, caller(), file.filename or "", file.stream)  # type: ignore[arg-type]
        except CaseError as error:
            raise InvalidForm([FieldProblem("/file", str(error))]) from error
        return Answer(201, shapes.document(made), {"Location": url_for("api.download", file_id=made.id)})

    return perform(act)


def download(file_id: int) -> Response:
    """Always as an attachment and never as something a browser would run."""
    found = documents.find(reading(), caller(), file_id)
    path = runtime().files.path(found.sha256)
    if not path.is_file():
        raise NotFound("文件登记在册，但存储中没有找到，请联系管理员")
    response = send_file(path, mimetype=found.media_type, as_attachment=True, download_name=found.name, etag=found.sha256)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
