"""The empty roster workbook that clerks download."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from app.model.identifiers import made_up_uscc, region_name
from app.office import roster_columns as roster
from app.office.grounds import Grounds

_LAST_ROW = roster.MAX_ROWS + 1


@dataclass(frozen=True)
class _Explained:
    """A column of the template with its example and its explanation."""

    name: str
    width: int
    example: str
    required: bool
    explanation: str


def _columns(grounds: Grounds, county: str) -> tuple[_Explained, ...]:
    names = [name for name, _ in grounds.values()]
    return (
        _Explained(roster.NAME, 34, f"{roster.EXAMPLE_MARK}样例化工有限公司", True, "营业执照上的全称。"),
        _Explained(
            roster.USCC,
            24,
            made_up_uscc(county, 1),
            True,
            "18 位，按营业执照填写；系统会核对校验位，同一文件内不得重复。",
        ),
        _Explained(
            roster.REGION,
            20,
            county,
            True,
            "企业所在县（市、区）的 6 位代码（GB/T 2260），须在本单位管辖范围内。",
        ),
        _Explained(roster.INDUSTRY, 12, "C2614", True, "GB/T 4754-2017 的大类、中类或小类代码，门类字母可写可不写。"),
        _Explained(roster.ADDRESS, 34, f"{region_name(county)}样例路 1 号", False, "生产所在地的地址，书面通知按此送达。"),
        _Explained(roster.REPRESENTATIVE, 12, "张三", False, "营业执照上的法定代表人。"),
        _Explained(roster.CONTACT, 12, "李四", False, "企业办理清洁生产审核的联系人。"),
        _Explained(roster.PHONE, 18, "0531-00000000", False, "联系人的电话，固定电话请带区号。"),
        _Explained(
            roster.GROUNDS,
            14,
            names[0],
            True,
            f"{'、'.join(names)}中的一项或几项，可以写序号：几项写作“1,3”。",
        ),
        _Explained(roster.LEVEL, 12, "县级", False, "管理权限：县级、市级或省级，不填为县级。"),
    )


def build(grounds: Grounds, county: str) -> bytes:
    """The workbook as bytes. `grounds` are those of the list: value → name and meaning; `county` is where the example's enterprise is."""
    columns = _columns(grounds, county)
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"title": "强制性清洁生产审核企业名单模板"})
    _roster_sheet(workbook, columns, grounds)
    _instructions(workbook, columns, grounds)
    workbook.close()
    return buffer.getvalue()


def _roster_sheet(workbook: xlsxwriter.Workbook, columns: Sequence[_Explained], grounds: Grounds) -> None:
    sheet = workbook.add_worksheet(roster.SHEET)
    text = workbook.add_format({"num_format": "@", "valign": "vcenter"})
    header = {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "bg_color": "#DCE6F1"}
    required, optional = workbook.add_format({**header, "font_color": "#9C0006"}), workbook.add_format(header)
    example = workbook.add_format({"num_format": "@", "italic": True, "font_color": "#7F7F7F"})
    for index, column in enumerate(columns):
        # The whole column is text, so that Excel leaves codes and phone numbers as they were typed.
        sheet.set_column(index, index, column.width, text)
        sheet.write_string(0, index, column.name, required if column.required else optional)
        sheet.write_string(1, index, column.example, example)
        sheet.data_validation(1, index, _LAST_ROW, index, _validation(column, grounds))
    sheet.set_row(0, 24)
    sheet.freeze_panes(1, 1)


def _validation(column: _Explained, grounds: Grounds) -> dict[str, object]:
    """What Excel offers and checks while a cell is filled in. The import checks everything again."""
    hint: dict[str, object] = {"input_title": column.name, "input_message": column.explanation}
    if column.name == roster.LEVEL:
        return hint | {
            "validate": "list",
            "source": list(roster.LEVELS),
            "error_message": "请填写县级、市级或省级。",
        }
    if column.name == roster.GROUNDS:
        # A list to choose a single ground from; several are typed by hand, so other texts are let through.
        return hint | {"validate": "list", "source": [name for name, _ in grounds.values()], "show_error": False}
    if column.name in (roster.USCC, roster.REGION):
        length = 18 if column.name == roster.USCC else 6
        limit = {
            "validate": "length",
            "criteria": "==",
            "value": length,
            "error_message": f"应为 {length} 位。",
        }
        return hint | limit | {"error_type": "warning"}
    return hint | {"validate": "any"}


def _instructions(workbook: xlsxwriter.Workbook, columns: Sequence[_Explained], grounds: Grounds) -> None:
    sheet = workbook.add_worksheet("填写说明")
    heading = workbook.add_format({"bold": True, "font_size": 14})
    bold = workbook.add_format({"bold": True, "valign": "top", "border": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 80)
    sheet.write_string(0, 0, "填写说明", heading)
    for index, title in enumerate(("项目", "必填", "说明")):
        sheet.write_string(2, index, title, bold)
    explained = [(column.name, "是" if column.required else "否", column.explanation) for column in columns]
    meanings = [(name, "", f"{meaning}。") for name, meaning in grounds.values() if meaning]
    general = [
        ("注意", "", f"在“{roster.SHEET}”工作表中一行填一家企业，最多 {roster.MAX_ROWS} 行。"),
        ("注意", "", "不要改列名，不要合并单元格，不要用公式。"),
        ("注意", "", f"企业名称以“{roster.EXAMPLE_MARK}”开头的行不会导入，可以保留。"),
        ("注意", "", "只要有一行有误，整个文件都不会导入；系统会逐行列出问题，改好后重新上传即可。"),
    ]  # fmt: skip
    for row, (name, required, explanation) in enumerate((*explained, *meanings, *general), start=3):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, required, wrapped)
        sheet.write_string(row, 2, explanation, wrapped)
