"""Tables as Excel workbooks."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from app.office import table_workbook
from app.office.table_workbook import Column, table_to_xlsx


def cells(value: object, kind: table_workbook.Kind = "text") -> Any:
    """The cell that a value becomes."""
    book = load_workbook(io.BytesIO(table_to_xlsx("表", [Column("v", "值", 10, kind)], [{"v": value}])))
    return book.worksheets[0]["A2"]


@pytest.mark.parametrize("text", ["=1+1", "+86 531", "-1", "@SUM(A1)", "http://example.test", "0531", "\t=1", "{=1}"])
def test_what_a_person_typed_stays_text(text: str) -> None:
    cell = cells(text)
    assert cell.data_type == "s"
    assert cell.value == text
    assert cell.hyperlink is None


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (dt.date(2027, 2, 8), "date", dt.datetime(2027, 2, 8)),
        (dt.datetime(2027, 2, 8, 1, 30, tzinfo=dt.UTC), "datetime", dt.datetime(2027, 2, 8, 9, 30)),
        (dt.date(1899, 1, 1), "date", "1899-01-01"),
        (Decimal("100000.50"), "money", 100000.5),
        (12, "integer", 12),
        (911100006000373415, "integer", "911100006000373415"),
        (float("nan"), "number", "nan"),
        (Decimal("NaN"), "number", "NaN"),
        (True, "text", "是"),
        (None, "text", None),
        (("一", "三"), "text", "一、三"),
        ("a\x00b", "text", "a_x0000_b"),
        ("a\ud800b", "text", "a?b"),
    ],
)
def test_values_arrive_as_what_they_are(value: object, kind: table_workbook.Kind, expected: object) -> None:
    assert cells(value, kind).value == expected


def test_a_text_that_excel_cannot_hold_says_that_it_was_cut() -> None:
    value = cells("长" * 40_000).value
    assert len(value) == 32_767
    assert value.endswith("（已截断）")


def test_the_header_is_frozen_and_filters() -> None:
    data = table_to_xlsx("企业[名单]/2027", [Column("a", "企业名称", 30), Column("b", "日期", 12, "date")], [{"a": "甲"}])
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.title == "企业名单2027"
    assert [cell.value for cell in sheet[1]] == ["企业名称", "日期"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")


@pytest.mark.parametrize("title", ["", "'", "History", "很长" * 40, "[]:*?/\\"])
def test_any_title_makes_a_sheet_name(title: str) -> None:
    assert load_workbook(io.BytesIO(table_to_xlsx(title, [Column("a", "甲")], []))).worksheets[0].title


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_workbook, "_MAX_DATA_ROWS", 3)
    data = table_to_xlsx("表", [Column("n", "序号", 8, "integer")], ({"n": n} for n in range(7)))
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["表", "表（2）", "表（3）"]
    assert [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)] == list(range(7))
