"""The 171 enterprises of Shandong's 2008 list as Excel rosters of today.

Names and cities are as published (`tests/data/roster_2008.csv`). Everything that the list lacks is made up and marked as such: codes that
no registry can have issued, a county within the city, a ground, an address. Nothing here says anything about a real enterprise.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from openpyxl import Workbook

from app.model.identifiers import made_up_uscc
from app.office.grounds import ground_list
from app.office.roster_columns import COLUMNS, SHEET

DATA = Path(__file__).parent.parent / "data" / "roster_2008.csv"
COUNTS = {
    "济南市": 10, "青岛市": 7, "淄博市": 10, "枣庄市": 5, "东营市": 5, "烟台市": 10, "潍坊市": 17, "济宁市": 30, "泰安市": 9, "威海市": 7,
    "日照市": 5, "莱芜市": 5, "临沂市": 11, "德州市": 10, "聊城市": 15, "滨州市": 10, "菏泽市": 5,
}  # fmt: skip
COUNTIES = {
    "济南市": ("370102", "370103"), "青岛市": ("370202", "370203"), "淄博市": ("370302", "370303"), "枣庄市": ("370402", "370403"),
    "东营市": ("370502", "370503"), "烟台市": ("370602", "370611"), "潍坊市": ("370702", "370703"), "济宁市": ("370811", "370812"),
    "泰安市": ("370902", "370911"), "威海市": ("371002", "371003"), "日照市": ("371102", "371103"), "莱芜市": ("370116", "370117"),
    "临沂市": ("371302", "371311"), "德州市": ("371402", "371403"), "聊城市": ("371502", "371503"), "滨州市": ("371602", "371603"),
    "菏泽市": ("371702", "371703"),
}  # fmt: skip
"""Two counties of today within each city; Laiwu has been part of Jinan since 2019."""
_GROUNDS = {"environment": (("1",), ("3",), ("1", "3")), "coordinator": (("2",),)}
_INDUSTRIES = ("C2614", "C1751", "C2511", "C3011", "C2211", "D4411")


@dataclass(frozen=True)
class Listed:
    """An enterprise of the list with its made-up facts."""

    number: int
    city: str
    name: str
    county: str
    uscc: str
    industry: str

    def grounds(self, line: str) -> tuple[str, ...]:
        """What it is listed for by a line of authorities, made up."""
        return _GROUNDS[line][self.number % len(_GROUNDS[line])]

    def row(self, line: str) -> tuple[str, ...]:
        """Its row in a roster workbook, in the order of the template's columns."""
        return (
            self.name, self.uscc, self.county, self.industry, f"演示地址{self.number}号", f"演示{self.number:03d}",
            f"演示联系人{self.number:03d}", f"0531-{self.number:08d}", ground_list(self.grounds(line)), "县级",
        )  # fmt: skip


@lru_cache(maxsize=1)
def enterprises() -> tuple[Listed, ...]:
    """All 171, in the order of the list."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(_listed(int(row["number"]), row["city"], row["name"]) for row in csv.DictReader(file))


def _listed(number: int, city: str, name: str) -> Listed:
    counties = COUNTIES[city]
    county = counties[number % len(counties)]
    return Listed(number, city, name, county, made_up_uscc(county, 2008_00 + number), _INDUSTRIES[number % len(_INDUSTRIES)])


def by_county(chosen: Iterable[Listed] | None = None) -> dict[str, list[Listed]]:
    """The enterprises by the code of their county."""
    found: dict[str, list[Listed]] = {}
    for enterprise in enterprises() if chosen is None else chosen:
        found.setdefault(enterprise.county, []).append(enterprise)
    return found


def by_city(chosen: Iterable[Listed] | None = None) -> dict[str, list[Listed]]:
    """The enterprises by the code of their city."""
    found: dict[str, list[Listed]] = {}
    for enterprise in enterprises() if chosen is None else chosen:
        found.setdefault(enterprise.county[:4] + "00", []).append(enterprise)
    return found


def workbook(chosen: Sequence[Listed] | None = None, line: str = "environment") -> bytes:
    """An Excel roster of some enterprises (default: all of them), as a bureau of the line would fill it in."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(COLUMNS)
    for enterprise in enterprises() if chosen is None else chosen:
        sheet.append(enterprise.row(line))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
