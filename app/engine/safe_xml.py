"""XML from strangers: read without DTDs, entities, processing instructions or network, and only up to a size.

Two passes. The first (expat) builds nothing: it stops at the first thing that is not allowed, before any entity is defined or any tree grows. The
second (lxml) builds the tree of what is left. Both read the same bytes as UTF-8, so that no encoding can make them see different things.
"""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn
from xml.parsers import expat

from lxml import etree

from app.engine.errors import DiagramError, Problem

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 50_000
MAX_ATTRIBUTES: Final = 100  # of one element, namespace declarations included

_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_NOT_UTF8 = "文件编码不是 UTF-8，请用原来的工具另存为 UTF-8 编码"


class _Refused(Exception):
    """Stops the first pass: a code and a sentence."""


def read_xml(path: str, body: bytes) -> Any:
    """The root element of an XML file.

    Raises `DiagramError` with one sentence for what is no well-formed XML, too large, too deep, or holds what could do harm.
    """
    try:
        _inspect(body)
        return etree.fromstring(body, _parser())
    except _Refused as refused:
        code, sentence = refused.args
        raise DiagramError([Problem(path, "", "", code, sentence)]) from refused
    except (expat.ExpatError, etree.XMLSyntaxError) as error:
        raise DiagramError([Problem(path, "", "", "malformed-xml", f"不是格式正确的 XML（第 {error.lineno} 行）")]) from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
    )


def _inspect(body: bytes) -> None:
    if len(body) > MAX_BYTES:
        _refuse("too-large", f"文件超过 {MAX_BYTES // 1_000_000} MB，不能作为流程图")
    declared = _DECLARED.match(body)
    if declared and declared[1].decode().lower() not in _UTF8:
        _refuse("malformed-xml", _NOT_UTF8)
    try:
        body.decode("ascii" if declared and "ascii" in declared[1].decode().lower() else "utf-8")
    except UnicodeDecodeError:
        _refuse("malformed-xml", _NOT_UTF8)
    if b"\0" in body:  # UTF-16 without a mark, which expat would take for what it is
        _refuse("malformed-xml", _NOT_UTF8)
    _Inspection().run(body)


class _Inspection:
    """The first pass."""

    def __init__(self) -> None:
        self._depth = self._elements = 0

    def run(self, body: bytes) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.Parse(body, True)

    def _doctype(self, *_: object) -> None:
        _refuse("dtd", "含有 DTD 声明，出于安全不予读取")

    def _instruction(self, *_: object) -> None:
        _refuse("processing-instruction", "含有处理指令（<?…?>），出于安全不予读取")

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            _refuse("too-deep", f"XML 嵌套超过 {MAX_DEPTH} 层")
        if self._elements > MAX_ELEMENTS:
            _refuse("too-large", f"XML 元素超过 {MAX_ELEMENTS} 个，不能作为流程图")
        if len(attributes) > MAX_ATTRIBUTES:
            _refuse("too-large", f"一个 XML 元素的属性超过 {MAX_ATTRIBUTES} 个")

    def _end(self, _name: str) -> None:
        self._depth -= 1


def _refuse(code: str, sentence: str) -> NoReturn:
    raise _Refused(code, sentence)
