"""The columns of the roster workbook, as its header names them."""

from __future__ import annotations

from typing import Literal

MAX_ROWS = 5000
SHEET = "名单"
EXAMPLE_MARK = "示例（导入时忽略）"
NAME, USCC, REGION, INDUSTRY = "企业名称", "统一社会信用代码", "所在地行政区划代码", "行业代码"
ADDRESS, REPRESENTATIVE, CONTACT, PHONE = "地址", "法定代表人", "联系人", "联系电话"
GROUNDS, LEVEL = "列入依据", "管理权限"
COLUMNS = (NAME, USCC, REGION, INDUSTRY, ADDRESS, REPRESENTATIVE, CONTACT, PHONE, GROUNDS, LEVEL)

AuthorityLevel = Literal["county", "city", "province"]
LEVELS: dict[str, AuthorityLevel] = {"县级": "county", "市级": "city", "省级": "province"}
