"""Uploaded process files: where each belongs in the library, and what is wrong with one in terms of the name it was sent under."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import NoReturn

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.cases import library
from app.cases.library import Drafted
from app.cases.library_limits import MAX_PATH, PLACES_IN_WORDS, is_place, is_text, outsized
from app.engine.diagram import MAX_BYTES, Diagram, read_diagram
from app.engine.errors import DiagramError, Problem

_DIAGRAMS = (".bpmn", ".xml")  # some tools save BPMN as .bpmn20.xml


def read(files: Sequence[FileStorage]) -> dict[str, bytes]:
    """The files by the name they were sent under. Raises `DiagramError` for names and kinds that a library cannot hold."""
    found: dict[str, bytes] = {}
    for file in files:
        name = (file.filename or "").replace("\\", "/").lstrip("/")
        if name in found:
            _refuse(name, "duplicate-file", "同名文件上传了两次")
        if ".." in PurePosixPath(name).parts or not name or len(name) > MAX_PATH - len("processes/"):
            _refuse(name, "bad-name", "文件名不能使用")
        if PurePosixPath(name).suffix.lower() not in (*_DIAGRAMS, ".dmn", ".json"):
            _refuse(name, "unknown-file", "只接受 .bpmn、.dmn 和 .json 文件")
        found[name] = file.stream.read(MAX_BYTES + 1)
        if len(found[name]) > MAX_BYTES:
            _refuse(name, "too-large", f"文件超过 {MAX_BYTES // 1_000_000} MB")
    return found


def add_drafts(session: Session, sent: dict[str, bytes]) -> Drafted:
    """Stores drafts; hints name the files as they were sent. Raises `DiagramError` whose problems do so too; then nothing is stored."""
    places = _places(sent)
    names = {place: name for name, place in places.items()}
    if len(names) < len(places):
        _refuse("", "duplicate-file", "两个文件指向流程库中的同一位置")
    try:
        made = library.add_draft(session, {places[name]: body for name, body in sent.items()})
    except DiagramError as error:
        raise DiagramError(_as_sent(error.problems, names)) from error
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # A diagram can be wrong in more ways than a reader foresees; whatever it trips over, it is the diagram.
        _refuse(next((n for n in sent if n.endswith(_DIAGRAMS)), ""), "unreadable", f"流程图的内容无法理解：{error}")
    return replace(made, hints=_as_sent(made.hints, names))


def _as_sent(problems: Iterable[Problem], names: Mapping[str, str]) -> list[Problem]:
    return [replace(problem, file=names.get(problem.file, problem.file)) for problem in problems]


def _places(sent: dict[str, bytes]) -> dict[str, str]:
    """The path in the library for each file: a diagram's after its process id, a form's after the diagrams that name it."""
    diagrams = _diagrams(sent)
    wanted = {form for diagram in diagrams.values() for form in diagram.forms}
    places = {name: f"processes/{next(iter(diagram.processes)).replace('.', '/', 1)}.bpmn" for name, diagram in diagrams.items()}
    for name, body in sent.items():
        if name.endswith(".json"):
            places[name] = _form_place(name, wanted)
            _check_form(name, body)
        elif name not in places:
            places[name] = name if name.startswith("processes/") else f"processes/{name}"
        if not is_place(places[name]):
            _refuse(name, "bad-name", PLACES_IN_WORDS)
    return places


def _diagrams(sent: dict[str, bytes]) -> dict[str, Diagram]:
    """The diagrams among the files. Raises `DiagramError` with what is wrong with any of them."""
    found: dict[str, Diagram] = {}
    problems: list[Problem] = []
    for name, body in sent.items():
        if name.lower().endswith(_DIAGRAMS):
            try:
                found[name] = read_diagram(name, body)
            except DiagramError as error:
                problems += error.problems
            except (AttributeError, RecursionError, TypeError, ValueError) as error:
                problems.append(Problem(name, "", "", "unreadable", f"流程图的内容无法理解：{error}"))
    problems += [p for name, diagram in found.items() for process in diagram.processes.values() for p in outsized(name, process)]
    if problems:
        raise DiagramError(problems)
    return found


def _form_place(name: str, wanted: set[str]) -> str:
    short = name.removeprefix("forms/")
    same = [form for form in wanted if form == short] or [form for form in wanted if PurePosixPath(form).name == short]
    return f"forms/{same[0] if len(same) == 1 else short}"


def _check_form(name: str, body: bytes) -> None:
    if not is_text(body):
        _refuse(name, "malformed-json", "文件编码不是 UTF-8，请另存为 UTF-8 编码")
    try:
        form = json.loads(body)
    except (ValueError, RecursionError):
        _refuse(name, "malformed-json", "不是格式正确的 JSON")
    if not isinstance(form, dict):
        _refuse(name, "not-a-form", "表单应为 JSON 对象")


def _refuse(file: str, code: str, message: str) -> NoReturn:
    raise DiagramError([Problem(file, "", "", code, message)])
