"""A library as a zip archive: written the same each time, read with distrust."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from app.cases.errors import CaseError
from app.cases.library_limits import is_place, is_text
from app.engine.diagram import MAX_BYTES

MAX_ARCHIVE: Final = 32_000_000  # bytes as sent
MAX_TOTAL: Final = 128_000_000  # bytes unpacked
MAX_FILES: Final = 5_000
_CHUNK: Final = 65_536
_DAY: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip archive can say
_ENCRYPTED: Final = 0x1
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How a zip archive is packed everywhere; other ways take as much memory as the archive says."""


class BadArchive(CaseError):
    """What was sent is no archive of a library. Nothing was stored."""


def write(files: Mapping[str, bytes]) -> bytes:
    """An archive of files by path. The same files give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, body)
    return written.getvalue()


def read(body: bytes) -> dict[str, bytes]:
    """The files of an archive by path. Raises `BadArchive` with the reason for everything that a library does not need."""
    if len(body) > MAX_ARCHIVE:
        raise BadArchive(f"压缩包超过 {MAX_ARCHIVE // 1_000_000} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return dict(_files(archive))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise BadArchive("不是完好的 zip 压缩包") from error


def _files(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise BadArchive(f"压缩包里有 {len(entries)} 个文件，最多 {MAX_FILES} 个")
    seen: set[str] = set()
    left = MAX_TOTAL
    for entry in entries:
        _acceptable(entry)
        if entry.is_dir():
            continue
        if entry.filename.lower() in seen:
            raise BadArchive(f"同一个文件出现两次：{_shown(entry)}")
        seen.add(entry.filename.lower())
        content = _unpacked(archive, entry, min(MAX_BYTES, left))
        left -= len(content)
        if not is_text(content):
            raise BadArchive(f"不是 UTF-8 编码的文件：{_shown(entry)}")
        yield entry.filename, content
    if not seen:
        raise BadArchive("压缩包里没有流程图、决策表或表单")


def _acceptable(entry: zipfile.ZipInfo) -> None:
    """Refuses what could end up elsewhere than in a library. `orig_filename` is the name before Python has cleaned it."""
    name, mode = entry.orig_filename, entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchive(f"压缩包里有链接或特殊文件：{_shown(entry)}")
    if entry.flag_bits & _ENCRYPTED:
        raise BadArchive(f"压缩包加了密：{_shown(entry)}")
    if entry.compress_type not in _PACKED:
        raise BadArchive(f"压缩方式不能使用：{_shown(entry)}，请用普通的 zip 压缩")
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or "\0" in name:
        raise BadArchive(f"文件名指向流程库之外：{_shown(entry)}")
    if not entry.is_dir() and not is_place(name):
        raise BadArchive(f"不是流程库的文件：{_shown(entry)}。只接受 processes/ 下的 .bpmn、.dmn，forms/ 下的 .json 和 checks/ 下的试验")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The content, counted as it comes: what an archive says of itself may be a lie."""
    parts: list[bytes] = []
    size = 0
    with archive.open(entry) as source:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise BadArchive(
                    f"解压后过大：{_shown(entry)}（单个文件最多 {MAX_BYTES // 1_000_000} MB，合计最多 {MAX_TOTAL // 1_000_000} MB）"
                )
            parts.append(chunk)
    return b"".join(parts)


def _shown(entry: zipfile.ZipInfo) -> str:
    return "".join(c if c.isprintable() else "�" for c in entry.orig_filename[:80])
