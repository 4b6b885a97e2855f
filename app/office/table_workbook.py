"""Any table as an Excel workbook: what is on the screen, or a whole register, in constant memory.

Text stays text: nothing that a person typed becomes a formula, a link or a number in the file.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "integer", "number", "money", "percent", "date", "datetime"]

_FORMATS: dict[Kind, str] = {
    "text": "@",
    "integer": "0",
    "number": "General",
    "money": "#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
_ZONE = ZoneInfo("Asia/Shanghai")
_MAX_TEXT = 32_767
_MAX_DATA_ROWS = 1_048_575
_EXACT = 10**15
_FIRST_DAY = dt.date(1900, 1, 1)


@dataclass(frozen=True)
class Column:
    """A column: the key of its values in a row, what stands above them, width in characters, kind."""

    key: str
    label: str
    width: float = 16
    kind: Kind = "text"


def table_to_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A workbook with the rows under a frozen header with filters.

    Beyond Excel's limit of rows it goes on in a further sheet.
    """
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, {**options, "strings_to_numbers": False})
    workbook.set_properties({"title": title})
    formats = [workbook.add_format({"num_format": _FORMATS[column.kind], "valign": "top"}) for column in columns]
    heading = workbook.add_format({"bold": True, "align": "center", "border": 1, "bg_color": "#DCE6F1"})
    sheets = 0
    sheet, line = None, _MAX_DATA_ROWS
    for row in rows:
        if sheet is None or line == _MAX_DATA_ROWS:
            _finish(sheet, line, len(columns))
            sheets, line = sheets + 1, 0
            sheet = _new_sheet(workbook, _sheet_name(title, sheets), title, columns, heading)
        line += 1
        for index, column in enumerate(columns):
            _write(sheet, line, index, row.get(column.key), formats[index])
    if sheet is None:
        sheet, line = _new_sheet(workbook, _sheet_name(title, 1), title, columns, heading), 0
    _finish(sheet, line, len(columns))
    workbook.close()
    return buffer.getvalue()


def _sheet_name(title: str, number: int) -> str:
    """A name that Excel accepts: at most 31 characters, some of them forbidden, no quote at either end."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "", title).strip(" '") or "表"
    name = "表" if name.lower() == "history" else name
    suffix = f"（{number}）" if number > 1 else ""
    return name[: 31 - len(suffix)].rstrip(" '") + suffix


def _new_sheet(workbook: xlsxwriter.Workbook, name: str, title: str, columns: Sequence[Column], heading: Format) -> Worksheet:
    sheet = workbook.add_worksheet(name)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, column.label, heading)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if title:
        sheet.set_header("&C" + title.replace("&", "&&")[:200])
    sheet.set_footer("&C第 &P 页，共 &N 页")
    return sheet


def _finish(sheet: Worksheet | None, last_row: int, width: int) -> None:
    if sheet is not None and width:
        sheet.autofilter(0, 0, last_row, width - 1)


def _write(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    """Write one value as what it is; what Excel cannot hold exactly is written as text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", style)
    elif isinstance(value, dt.datetime):
        local = value.astimezone(_ZONE).replace(tzinfo=None) if value.tzinfo else value
        _write_date(sheet, row, column, local, style)
    elif isinstance(value, dt.date):
        _write_date(sheet, row, column, value, style)
    elif _is_exact(value):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, _text(value), style)


def _is_exact(value: object) -> bool:
    """Whether Excel can hold the value as a number without losing digits."""
    # A comparison with a NaN is false, so that it is written as text too.
    return isinstance(value, int | float | Decimal) and abs(float(value)) < _EXACT


def _write_date(sheet: Worksheet, row: int, column: int, value: dt.date, style: Format) -> None:
    day = value.date() if isinstance(value, dt.datetime) else value
    if day < _FIRST_DAY:
        sheet.write_string(row, column, value.isoformat(), style)
    else:
        sheet.write_datetime(row, column, value, style)


def _text(value: object) -> str:
    """A value as text; several values as a list with 、."""
    text = "、".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    # Half of a surrogate pair, which some programs leave behind when they cut a text, cannot be stored.
    text = text.encode("utf-8", "replace").decode("utf-8")
    mark = "…（已截断）"
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - len(mark)] + mark
