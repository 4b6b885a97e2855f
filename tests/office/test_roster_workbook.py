"""Reading rosters: everything or nothing, and every problem named."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app.model.identifiers import made_up_uscc
from app.office.roster_workbook import RosterFileError, RosterRow, RowProblem, read_roster, template

NAME, USCC, REGION, INDUSTRY, ADDRESS = range(1, 6)
PHONE, GROUNDS, LEVEL = 8, 9, 10


def good_row(n: int = 1) -> list[Any]:
    """A row that has nothing wrong with it."""
    address = f"样例路 {n} 号"
    return [
        f"样例{n}有限公司",
        made_up_uscc("370102", n),
        "370102",
        "C2614",
        address,
        "张三",
        "李四",
        "0531-00000000",
        "一",
        "",
    ]


GROUNDS_OF_LIST = {"1": ("第八条（一）项", "超标排放"), "2": ("第八条（二）项", "高耗能"), "3": ("第八条（三）项", "有毒有害")}


def filled(rows: list[list[Any]], change: Callable[[Any], object] | None = None) -> bytes:
    """The template with these rows below its example; `change` may spoil the sheet."""
    book = load_workbook(io.BytesIO(template(GROUNDS_OF_LIST, "370102")))
    sheet = book["名单"]
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: bytes, grounds: str = "13", area: str = "370100") -> list[RosterRow]:
    return read_roster(data, grounds={g: GROUNDS_OF_LIST[g][0] for g in grounds}, region_prefix=area)


def problems(data: bytes, **options: str) -> list[RowProblem]:
    with pytest.raises(RosterFileError) as caught:
        read(data, **options)
    return caught.value.problems


def test_a_filled_template_is_read() -> None:
    first, second = read(filled([good_row(1), [*good_row(2)[:8], "（一）（三）", "市级"]]))
    assert first == RosterRow(
        3, "样例1有限公司", made_up_uscc("370102", 1), "370102", "C2614", "样例路 1 号", "张三", "李四",
        "0531-00000000", ("1",), "county",
    )  # fmt: skip
    assert (second.grounds, second.level) == (("1", "3"), "city")


def test_the_untouched_template_holds_no_enterprise() -> None:
    assert "没有企业" in problems(template(GROUNDS_OF_LIST, "370102"))[0].message


def test_the_template_offers_choices_and_explains() -> None:
    book = load_workbook(io.BytesIO(template(GROUNDS_OF_LIST, "370102")))
    assert book.sheetnames == ["名单", "填写说明"]
    lists = {rule.formula1 for rule in book["名单"].data_validations.dataValidation if rule.type == "list"}
    assert lists == {'"第八条（一）项,第八条（二）项,第八条（三）项"', '"县级,市级,省级"'}
    assert book["名单"]["A2"].value.startswith("示例（导入时忽略）")


@pytest.mark.parametrize(
    ("written", "grounds"),
    [
        ("1", ("1",)), (1, ("1",)), (1.0, ("1",)), ("一", ("1",)), ("（一）", ("1",)), ("(3)", ("3",)),
        ("㈢", ("3",)),
        ("1,3", ("1", "3")), ("３，１", ("1", "3")), ("一、三", ("1", "3")), ("第八条（一）项", ("1",)),
        ("（一）（三）", ("1", "3")),
        ("一和三", ("1", "3")), ("1；3；", ("1", "3")),
    ],
)  # fmt: skip
def test_grounds_are_read_as_people_write_them(written: object, grounds: tuple[str, ...]) -> None:
    row = good_row()
    row[GROUNDS - 1] = written
    assert read(filled([row]))[0].grounds == grounds


def test_numbers_spaces_and_full_width_digits_are_understood() -> None:
    row = [
        " 样例\u3000有限公司\u200b",
        " " + made_up_uscc("370102", 1).lower() + " ",
        370102.0,
        2614,
        "",
        "",
        "",
        13800000000,
        "1",
        "",
    ]
    entry = read(filled([row]))[0]
    assert entry.name == "样例 有限公司"
    assert (entry.uscc, entry.region, entry.industry, entry.phone) == (
        made_up_uscc("370102", 1), "370102", "C2614", "13800000000",
    )  # fmt: skip
    row[REGION - 1] = "３７０１ ０２"
    assert read(filled([row]))[0].region == "370102"


def test_full_width_brackets_in_a_name_stay() -> None:
    row = ["样例（集团）有限公司", *good_row()[1:]]
    assert read(filled([row]))[0].name == "样例（集团）有限公司"


def test_columns_may_stand_in_another_order_under_a_title() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    header = [cell.value for cell in load_workbook(io.BytesIO(template(GROUNDS_OF_LIST, "370102")))["名单"][1]]
    sheet.append(["某市强制性清洁生产审核企业名单"])
    sheet.merge_cells("A1:J1")
    sheet.append(["序号", *reversed(header)])
    sheet.append(["=ROW()-2", *reversed(good_row())])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue())[0].name == "样例1有限公司"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (NAME, None, "未填写"),
        (NAME, "长" * 101, "过长"),
        (NAME, True, "逻辑值"),
        (NAME, '=HYPERLINK("http://example.test")', "是公式"),
        (USCC, None, "未填写"),
        (USCC, "9137010", "现为 7 位"),
        (USCC, "91370102MA3C0L6X0A", "校验位不符"),
        (USCC, "9137010ZMA3C0L6X0A", "是否应为数字 2"),
        (USCC, 911100006000373415, "存成了数字"),
        (REGION, None, "未填写"),
        (REGION, "历下区", "6 位数字"),
        (REGION, "370999", "不存在"),
        (REGION, "370181", "已撤销"),
        (REGION, "370100", "市级代码"),
        (REGION, "370101", "汇总码"),
        (REGION, "370202", "不在本单位的管辖范围（山东省济南市）"),
        (REGION, 370102.5, "小数"),
        (INDUSTRY, None, "未填写"),
        (INDUSTRY, "化工", "GB/T 4754"),
        (INDUSTRY, "C9900", "不存在"),
        (INDUSTRY, "B2614", "属于门类 C"),
        (PHONE, "找张三", "不像电话"),
        (GROUNDS, None, "未填写"),
        (GROUNDS, "甲", "无法识别"),
        (GROUNDS, "（二）", "第2项不由本部门提出，本次只能填写第八条（一）项、第八条（三）项"),
        (GROUNDS, dt.datetime(2027, 1, 3), "日期"),
        (GROUNDS, 1.3, "小数"),
        (LEVEL, "乡级", "无法识别"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(column: int, value: object, reason: str) -> None:
    row = good_row()
    row[column - 1] = value
    [problem] = problems(filled([good_row(2), row]))
    header = [cell.value for cell in load_workbook(io.BytesIO(template(GROUNDS_OF_LIST, "370102")))["名单"][1]]
    assert (problem.row, problem.column) == (4, header[column - 1])
    assert reason in problem.message


def test_a_duplicate_names_both_rows() -> None:
    [problem] = problems(filled([good_row(1), good_row(2), good_row(1)]))
    assert problem.row == 5
    assert "第 3 行与第 5 行重复" in problem.message


def test_every_bad_row_is_reported_and_none_is_taken() -> None:
    rows = [good_row(n) for n in range(20)]
    for row in rows[::2]:
        row[GROUNDS - 1] = "九"
        row[NAME - 1] = ""
    found = problems(filled(rows))
    assert [problem.row for problem in found] == [row for row in range(3, 23, 2) for _ in range(2)]


def test_merged_cells_are_refused() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("C3:C4")

    assert any("C3:C4 是合并单元格" in problem.message for problem in problems(filled([good_row()], merge)))


def test_a_renamed_column_is_recognised_and_named() -> None:
    def rename(sheet: Any) -> None:
        sheet["B1"] = "信用代码"

    [problem] = problems(filled([good_row()], rename))
    assert problem.column == "统一社会信用代码"
    assert "“信用代码”列是否就是它" in problem.message


def test_a_missing_and_a_doubled_column_are_named() -> None:
    def spoil(sheet: Any) -> None:
        sheet["H1"] = "企业名称"

    found = {problem.column: problem.message for problem in problems(filled([good_row()], spoil))}
    assert "不止一次" in found["企业名称"]
    assert "缺少" in found["联系电话"]


def test_a_workbook_without_our_header_is_refused() -> None:
    book = Workbook()
    book.worksheets[0].append(["姓名", "年龄"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert "没有找到表头" in problems(buffer.getvalue())[0].message


def test_two_sheets_that_look_like_rosters_are_refused() -> None:
    def double(sheet: Any) -> None:
        sheet.parent.copy_worksheet(sheet)

    assert "请只保留一张" in problems(filled([good_row()], double))[0].message


def test_too_many_rows_are_refused() -> None:
    rows = [good_row(n) for n in range(5001)]
    assert "超过 5000 行" in problems(filled(rows))[-1].message


def test_a_far_away_row_is_found_and_does_not_take_for_ever() -> None:
    def far(sheet: Any) -> None:
        sheet.cell(1_048_576, 1, "远处有限公司")

    assert {problem.row for problem in problems(filled([good_row()], far))} == {1_048_576}


def test_a_thousand_rows_take_less_than_two_seconds() -> None:
    data = filled([good_row(n) for n in range(1000)])
    start = time.process_time()
    assert len(read(data)) == 1000
    assert time.process_time() - start < 2


@pytest.mark.parametrize("area", ["370000", "37", "3701", "370100", "370102", ""])
def test_the_area_may_be_given_as_a_code_or_its_beginning(area: str) -> None:
    assert read(filled([good_row()]), area=area)


# -- Files that are no workbooks -----------------------------------------------------------------------------

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def archive(**parts: bytes) -> bytes:
    """A ZIP archive with these parts; `__` in a name stands for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml" * ("." not in name), content)
    return buffer.getvalue()


def workbook_with(**parts: bytes) -> bytes:
    buffer = io.BytesIO(filled([good_row()]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def encrypted_member() -> bytes:
    data = bytearray(archive(**{"[Content_Types]": b"<Types/>", "xl__workbook": b"<workbook/>"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = data.find(magic)
        while position >= 0:
            data[position + offset] |= 1
            position = data.find(magic, position + 4)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "是空的"),
        (b"PK" + bytes(10 * 1024 * 1024), "超过 10 MB"),
        (OLE + bytes(600), "旧版 Excel"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("企业名称,统一社会信用代码\n甲,1\n".encode(), "文本文件"),
        ("企业名称,统一社会信用代码\n甲,1\n".encode("gb18030"), "文本文件"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "网页或 XML",
        ),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "不是 Excel 工作簿"),
        (filled([good_row()])[:-400], "已损坏"),
        (filled([good_row()])[:2000], "已损坏"),
        (archive(word__document=b"<document/>"), "Word 文档或压缩包"),
        (archive(**{"[Content_Types]": b"<Types/>", "xl__workbook.bin": b"x"}), "xlsb"),
        (archive(**{"[Content_Types]": b"<Types/>", "xl__workbook": b"<workbook/>"}), "已损坏"),
        (archive(**{"[Content_Types]": b"<Types/>", "xl__workbook": bytes(60 * 1024 * 1024)}), "解压后过大"),
        (workbook_with(**{f"xl__media__{n}.png": b"" for n in range(1001)}), "解压后过大"),
        (workbook_with(xl__vbaProject__x=b"", **{"xl__vbaProject.bin": b"x"}), "含有宏"),
        (archive(**{"[Content_Types]": b"sheet.macroEnabled.main+xml", "xl__workbook": b""}), "启用宏"),
        (workbook_with(**{"xl__extra.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "文档类型声明"),
        (encrypted_member(), "设有密码"),
    ],
)
def test_what_is_no_workbook_gets_one_clear_sentence(data: bytes, reason: str) -> None:
    [problem] = problems(data)
    assert (problem.row, problem.column) == (None, None)
    assert reason in problem.message
