"""Open an uploaded Excel workbook without trusting it, and say in one sentence why a file is none."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 1000

_SAVE_AS = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿（*.xlsx）”再上传"
_DAMAGED = f"文件已损坏或不完整，无法读取，{_SAVE_AS}"
_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_BROKEN_FILE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, LookupError, ValueError, TypeError, AttributeError,
    ArithmeticError, SyntaxError, EOFError, OSError, RuntimeError,
)  # fmt: skip


class UnusableFileError(ValueError):
    """A file from which nothing was taken."""


class WorkbookFileError(UnusableFileError):
    """A file that is no usable .xlsx workbook. The message is one Chinese sentence that says what to do."""


@dataclass(frozen=True)
class OpenedWorkbook:
    """A workbook opened for reading row by row, and the archive that it came in."""

    book: Workbook
    archive: zipfile.ZipFile

    def merged_ranges(self, sheet_path: str) -> list[str]:
        """The merged ranges of a sheet, which openpyxl does not report when it reads row by row."""
        found = re.findall(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]+)[\"']", self.archive.read(sheet_path))
        return [reference.decode() for reference in found]


@contextmanager
def opened(data: bytes) -> Iterator[OpenedWorkbook]:
    """The workbook in these bytes; whatever goes wrong while its sheets are read becomes one sentence too."""
    check(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            try:
                yield OpenedWorkbook(book, archive)
            finally:
                book.close()
    except UnusableFileError:
        raise
    except _BROKEN_FILE as error:
        raise WorkbookFileError(_DAMAGED) from error


def check(data: bytes) -> None:
    """Raise `WorkbookFileError` unless the bytes are a harmless .xlsx archive of moderate size."""
    if not data:
        raise WorkbookFileError("文件是空的，请重新选择文件")
    if len(data) > MAX_BYTES:
        raise WorkbookFileError(f"文件超过 {MAX_BYTES // 1024**2} MB，请删去图片和多余的工作表后再上传")
    if not data.startswith(b"PK"):
        raise WorkbookFileError(_what_it_is_instead(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive)
    except UnusableFileError:
        raise
    except _BROKEN_FILE as error:
        raise WorkbookFileError(_DAMAGED) from error


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    # zipfile never unpacks more of a part than its directory entry declares: declared sizes can be relied on.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise WorkbookFileError("文件解压后过大，不像正常的名单，请把名单复制到空白模板中再上传")
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookFileError("文件设有密码，无法读取，请取消密码后再上传")
    if "xl/workbook.bin" in names:
        raise WorkbookFileError(f"这是二进制工作簿（.xlsb），不能读取，{_SAVE_AS}")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise WorkbookFileError(f"这不是 Excel 工作簿（可能是 Word 文档或压缩包改了扩展名），{_SAVE_AS}")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise WorkbookFileError(f"文件含有宏，为安全起见不予读取，{_SAVE_AS}")
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise WorkbookFileError(f"这是启用宏的工作簿（.xlsm），为安全起见不予读取，{_SAVE_AS}")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _declares_document_type(archive, part):
            raise WorkbookFileError("文件内容异常（含文档类型声明），为安全起见不予读取，请把名单复制到空白模板中再上传")


def _declares_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as stream:
        head = stream.read(4096).replace(b"\0", b"")
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head


def _what_it_is_instead(data: bytes) -> str:
    """One sentence about a file that is not even an archive."""
    if data.startswith(_OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "文件设有打开密码，无法读取，请取消密码后再上传"
        return f"这是旧版 Excel 文件（.xls）或其他旧版 Office 文件，{_SAVE_AS}"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf"):
        return "这是 PDF 文件，不是 Excel 工作簿，请填写模板后上传"
    if head.startswith(b"<"):
        return f"这是网页或 XML 文件改了扩展名，不是 Excel 工作簿，{_SAVE_AS}"
    if _is_text(data[:65536]):
        return f"这是文本文件（如 .csv），不是 Excel 工作簿，{_SAVE_AS}"
    return f"这不是 Excel 工作簿（.xlsx），{_SAVE_AS}"


def _is_text(sample: bytes) -> bool:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 32 and byte not in b"\t\r\n\f" for byte in sample):
        return False
    # A sample may end inside a character.
    return any(_decodes(sample[: -cut or None], code) for code in ("utf-8", "gb18030") for cut in range(4))


def _decodes(sample: bytes, code: str) -> bool:
    try:
        sample.decode(code)
    except UnicodeDecodeError:
        return False
    return True
