"""The roster of enterprises proposed for a mandatory audit, as an Excel workbook that clerks fill in.

`template` makes the empty workbook, `read_roster` reads a filled one: either every row is right, or nothing
is taken and `RosterFileError` names each problem with its row and column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from openpyxl.utils import range_boundaries

from app.model.identifiers import (
    IdentifierError,
    check_county,
    check_industry,
    check_uscc,
    normalise,
    region_name,
)
from app.office.grounds import GroundError, Grounds, parse_grounds
from app.office.roster_columns import (
    ADDRESS,
    COLUMNS,
    CONTACT,
    EXAMPLE_MARK,
    GROUNDS,
    INDUSTRY,
    LEVEL,
    LEVELS,
    MAX_ROWS,
    NAME,
    PHONE,
    REGION,
    REPRESENTATIVE,
    USCC,
    AuthorityLevel,
)
from app.office.roster_template import build
from app.office.workbook_file import OpenedWorkbook, UnusableFileError, WorkbookFileError, opened

__all__ = ["RosterFileError", "RosterRow", "RowProblem", "read_roster", "template"]

_HEADER_ROWS = 10
_EXCEL_ROWS = 1_048_576
_EXACT_DIGITS = 15
_AS_TEXT = "请把单元格设为“文本”格式后重新填写"


@dataclass(frozen=True)
class RosterRow:
    """One enterprise of a roster. `row` is its row in the workbook, `grounds` are their values in order."""

    row: int
    name: str
    uscc: str
    region: str
    industry: str
    address: str
    legal_representative: str
    contact: str
    phone: str
    grounds: tuple[str, ...]
    level: AuthorityLevel


@dataclass(frozen=True)
class RowProblem:
    """What is wrong, and where: without a row it concerns the file, without a column the whole row."""

    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = f"第 {self.row} 行" if self.row else ""
        place += f"“{self.column}”" if self.column else ""
        return f"{place}：{self.message}" if place else self.message


class RosterFileError(UnusableFileError):
    """A workbook from which nothing was taken, with everything that is wrong with it."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__("；".join(str(problem) for problem in problems[:5]))
        self.problems = problems


def template(grounds: Grounds, county: str) -> bytes:
    """The empty workbook: header, an example that the import ignores, lists to choose from, instructions.

    `grounds` are those of the list: value → name and meaning. `county` is where the example's enterprise is.
    """
    return build(grounds, county)


def read_roster(data: bytes, *, grounds: Mapping[str, str], region_prefix: str) -> list[RosterRow]:
    """The enterprises in a filled roster workbook.

    `grounds` are those that this kind of list knows: value → name. `region_prefix` is the area of the bureau: the leading digits of its region
    code, or the six digits of a province, city or county.
    """
    try:
        with opened(data) as workbook:
            sheet, header_row, positions = _find_table(workbook)
            problems = _merged_cells(workbook, sheet, header_row)
            return _read_rows(sheet, header_row, positions, problems, _RowReader(grounds, _area(region_prefix)))
    except WorkbookFileError as error:
        raise _whole_file(str(error)) from error


def _whole_file(message: str) -> RosterFileError:
    return RosterFileError([RowProblem(None, None, message)])


def _area(prefix: str) -> str:
    """The digits that all codes in an area share: 37 for `370000`, 3701 for `370100`."""
    return re.sub(r"(00){1,2}$", "", prefix) if len(prefix) == 6 else prefix


# -- Finding the table -------------------------------------------------------------------------------------


def _find_table(workbook: OpenedWorkbook) -> tuple[Any, int, dict[str, int]]:
    """The sheet with the roster, the row of its header, and where each column stands in it."""
    candidates = []
    for sheet in workbook.book.worksheets:
        # The size that a file states for itself is often wrong.
        sheet.reset_dimensions()
        row, header = _likeliest_header(sheet)
        if len(set(header) & set(COLUMNS)) >= 3:
            candidates.append((sheet, row, header))
    if not candidates:
        raise _whole_file(f"没有找到表头，请使用本系统的模板：第一行应有“{NAME}”“{USCC}”等列名")
    if len(candidates) > 1:
        titles = "、".join(f"“{sheet.title}”" for sheet, _, _ in candidates)
        raise _whole_file(f"有 {len(candidates)} 张工作表都像名单（{titles}），请只保留一张")
    sheet, row, header = candidates[0]
    problems = list(_header_problems(row, header))
    if problems:
        raise RosterFileError(problems)
    return sheet, row, {name: header.index(name) for name in COLUMNS}


def _likeliest_header(sheet: Any) -> tuple[int, list[str]]:
    """The row among the first ones that has the most of our column names."""
    rows = [
        (number, [_header_text(value) for value in values])
        for number, values in enumerate(sheet.iter_rows(max_row=_HEADER_ROWS, max_col=100, values_only=True), start=1)
    ]
    return max(rows, key=lambda row: len(set(row[1]) & set(COLUMNS)), default=(1, []))


def _header_text(value: object) -> str:
    """A column name without what people add to it: spaces, an asterisk, a remark in brackets."""
    return re.sub(r"\(.*?\)|[*＊:：]", "", normalise(str(value or "")))


def _header_problems(row: int, header: list[str]) -> Iterator[RowProblem]:
    others = [name for name in header if name and name not in COLUMNS]
    for name in COLUMNS:
        if header.count(name) > 1:
            yield RowProblem(row, name, "表头中这一列出现了不止一次，请只保留一列")
        elif name not in header:
            similar = get_close_matches(name, others, n=1, cutoff=0.5)
            hint = f"，“{similar[0]}”列是否就是它？请改回模板的列名" if similar else "，请对照模板补上"
            yield RowProblem(row, name, f"表头缺少“{name}”列{hint}")


def _merged_cells(workbook: OpenedWorkbook, sheet: Any, header_row: int) -> list[RowProblem]:
    problems = []
    for reference in workbook.merged_ranges(sheet._worksheet_path):
        _, first, _, last = range_boundaries(reference)
        if first and last and last >= header_row:
            problems.append(RowProblem(first, None, f"{reference} 是合并单元格，请取消合并并逐行填写"))
    return problems


# -- Reading the rows --------------------------------------------------------------------------------------


def _read_rows(sheet: Any, header_row: int, positions: dict[str, int], problems: list[RowProblem], reader: _RowReader) -> list[RosterRow]:
    cells = sheet.iter_rows(min_row=header_row + 1, max_row=_EXCEL_ROWS, max_col=max(positions.values()) + 1)
    entries: list[RosterRow] = []
    count = 0
    for number, row in enumerate(cells, start=header_row + 1):
        record = {name: row[position] for name, position in positions.items() if position < len(row)}
        if not any(_has_content(cell) for cell in record.values()) or _is_example(record.get(NAME)):
            continue
        count += 1
        if count > MAX_ROWS:
            problems.append(RowProblem(number, None, f"超过 {MAX_ROWS} 行，请分成几个文件导入"))
            break
        entry = reader.read(number, record, problems)
        if entry:
            entries.append(entry)
    if not count and not problems:
        problems.append(RowProblem(None, None, "名单中没有企业，请从表头下一行开始填写"))
    if problems:
        raise RosterFileError(sorted(problems, key=lambda problem: problem.row or 0))
    return entries


def _has_content(cell: Any) -> bool:
    return cell.value is not None and (not isinstance(cell.value, str) or bool(normalise(cell.value)))


def _is_example(cell: Any) -> bool:
    return cell is not None and isinstance(cell.value, str) and normalise(cell.value).startswith(normalise(EXAMPLE_MARK))


@dataclass
class _RowReader:
    """Reads rows one after another and remembers which codes it has seen."""

    grounds: Mapping[str, str]
    area: str
    seen: dict[str, int] = field(default_factory=dict)

    def read(self, number: int, cells: dict[str, Any], problems: list[RowProblem]) -> RosterRow | None:
        """The enterprise in a row, or nothing and its problems added to the list."""
        values: dict[str, Any] = {}
        wrong = []
        for column, parse in self._parsers().items():
            try:
                values[column] = parse(_cell_text(cells[column]) if column in cells else "")
            except (_CellError, IdentifierError, GroundError) as error:
                wrong.append(RowProblem(number, column, str(error)))
        first = self.seen.setdefault(values[USCC], number) if USCC in values else number
        if first != number:
            wrong.append(RowProblem(number, USCC, f"第 {first} 行与第 {number} 行重复：统一社会信用代码 {values[USCC]}"))
        problems += wrong
        return None if wrong else RosterRow(number, *(values[column] for column in COLUMNS))

    def _parsers(self) -> dict[str, Callable[[str], Any]]:
        return {
            NAME: _required_text(100),
            USCC: check_uscc,
            REGION: self._region,
            INDUSTRY: _industry,
            ADDRESS: _optional_text(200),
            REPRESENTATIVE: _optional_text(50),
            CONTACT: _optional_text(50),
            PHONE: _phone,
            GROUNDS: self._grounds,
            LEVEL: _level,
        }

    def _region(self, text: str) -> str:
        if not text:
            raise _CellError("未填写")
        code = check_county(text)
        if not code.startswith(self.area):
            raise _CellError(f"{code}（{region_name(code)}）不在本单位的管辖范围（{_area_name(self.area)}）内")
        return code

    def _grounds(self, text: str) -> tuple[str, ...]:
        return parse_grounds(text, self.grounds)


def _area_name(area: str) -> str:
    try:
        return region_name(area.ljust(6, "0"))
    except IdentifierError:
        return area


# -- Single cells ------------------------------------------------------------------------------------------


class _CellError(ValueError):
    """What is wrong with the content of one cell."""


def _cell_text(cell: Any) -> str:
    """The content of a cell as text; whole numbers as digits, formulas and other surprises refused."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise _CellError("是公式，请复制后用“选择性粘贴—数值”改为固定内容")
    if cell.data_type == "e":
        raise _CellError(f"是错误值 {value}，请改正")
    if isinstance(value, bool):
        raise _CellError(f"应为文字，现为逻辑值 {str(value).upper()}")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        raise _CellError(f"被 Excel 当成了日期或时间，{_AS_TEXT}")
    if isinstance(value, int | float):
        return _number_text(value)
    return re.sub(r"\s+", " ", re.sub(r"_x000D_|[\u200b-\u200f\u2060\ufeff]", "", str(value))).strip()


def _number_text(value: int | float) -> str:
    if value != value or abs(value) >= 10**_EXACT_DIGITS:
        raise _CellError(f"存成了数字，Excel 只保留前 {_EXACT_DIGITS} 位，其余已丢失，{_AS_TEXT}")
    if value != int(value):
        raise _CellError(f"是小数 {value}，{_AS_TEXT}")
    return str(int(value))


def _required_text(longest: int) -> Callable[[str], str]:
    optional = _optional_text(longest)

    def parse(text: str) -> str:
        if not text:
            raise _CellError("未填写")
        return optional(text)

    return parse


def _optional_text(longest: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > longest:
            raise _CellError(f"过长（{len(text)} 字），最多 {longest} 字")
        return text

    return parse


def _industry(text: str) -> str:
    if not text:
        raise _CellError("未填写")
    return check_industry(text)


def _phone(text: str) -> str:
    digits = re.sub(r"[()+\s,、;/转-]", "", normalise(text))
    if text and not re.fullmatch(r"\d{5,40}", digits):
        raise _CellError(f"“{text}”不像电话号码，只能用数字、空格、横线和括号")
    return text


def _level(text: str) -> AuthorityLevel:
    name = normalise(text) or "县级"
    name = name if name.endswith("级") else f"{name}级"
    if name not in LEVELS:
        raise _CellError(f"“{text}”无法识别，请填写{'、'.join(LEVELS)}之一，不填为县级")
    return LEVELS[name]
