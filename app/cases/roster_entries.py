"""What an entry of a roster must hold, wherever it comes from: typed by hand, read from a workbook, corrected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.access.organisations import LEVELS, region_prefix
from app.cases.errors import FieldProblem, InvalidForm
from app.model import RosterEntry
from app.model.identifiers import IdentifierError, check_county, check_industry, check_uscc, normalise, region_name
from app.services.list_kinds import Ground

FIELDS = (
    "name", "uscc", "region_code", "industry_code", "address", "legal_representative", "contact_name", "contact_phone",
    "grounds", "management_level",
)  # fmt: skip
LABELS = {
    "name": "企业名称", "uscc": "统一社会信用代码", "region_code": "所在地", "industry_code": "行业代码", "address": "地址",
    "legal_representative": "法定代表人", "contact_name": "联系人", "contact_phone": "联系电话", "grounds": "列入依据",
    "management_level": "管理权限",
}  # fmt: skip
LEVEL_NAMES = {"county": "县级", "city": "市级", "province": "省级"}
_LONGEST = {"name": 100, "address": 200, "legal_representative": 50, "contact_name": 50, "contact_phone": 40}


def checked(values: dict[str, Any], *, grounds: Mapping[str, Ground], area: str) -> dict[str, Any]:
    """The values of an entry in their normal form. Raises `InvalidForm`.

    `grounds` are those that its kind of list knows, `area` is the region of the bureau that enters it.
    """
    clean: dict[str, Any] = {field: values.get(field) or None for field in FIELDS}
    problems: list[FieldProblem] = []
    _check_texts(clean, problems)
    _check_codes(clean, problems, area)
    clean["grounds"] = _grounds(clean["grounds"], problems, grounds)
    if clean["management_level"] not in LEVELS[:3]:
        clean["management_level"] = "county"
    if problems:
        raise InvalidForm(problems)
    return clean


def _check_texts(clean: dict[str, Any], problems: list[FieldProblem]) -> None:
    for field, longest in _LONGEST.items():
        text = re.sub(r"\s+", " ", str(clean[field])).strip() if clean[field] else None
        clean[field] = text or None
        if text and len(text) > longest:
            problems.append(FieldProblem(f"/{field}", f"最多 {longest} 字，现为 {len(text)} 字"))
    if not clean["name"]:
        problems.append(FieldProblem("/name", "请填写企业名称"))
    digits = re.sub(r"[()+\s,、;/转-]", "", normalise(clean["contact_phone"] or ""))
    if digits and not re.fullmatch(r"\d{5,40}", digits):
        problems.append(FieldProblem("/contact_phone", "不像电话号码，只能用数字、空格、横线和括号"))


def _check_codes(clean: dict[str, Any], problems: list[FieldProblem], area: str) -> None:
    checks = {"uscc": check_uscc, "region_code": check_county, "industry_code": check_industry}
    if not clean["industry_code"]:
        del checks["industry_code"]
    for field, check in checks.items():
        if field == "region_code" and not clean[field]:
            problems.append(FieldProblem("/region_code", "请选择企业所在的县（市、区）"))
            continue
        try:
            clean[field] = check(str(clean[field] or ""))
        except IdentifierError as error:
            problems.append(FieldProblem(f"/{field}", str(error)))
            if field == "region_code":
                clean[field] = None
    if clean["region_code"] and not str(clean["region_code"]).startswith(region_prefix(area)):
        problems.append(FieldProblem("/region_code", "所在地不在本机关辖区内"))


def _grounds(given: Any, problems: list[FieldProblem], known: Mapping[str, Ground]) -> list[str]:
    chosen = sorted({str(ground) for ground in given or []})
    foreign = [ground for ground in chosen if ground not in known]
    if not chosen:
        problems.append(FieldProblem("/grounds", "请选择列入依据"))
    elif foreign:
        names = "、".join(ground.name for ground in known.values())
        problems.append(FieldProblem("/grounds", f"列入依据不属于本部门职责：{'、'.join(foreign)}；这份名单的依据有{names}"))
    return chosen


def changes(entry: RosterEntry, clean: dict[str, Any], names: Mapping[str, str]) -> list[list[str]]:
    """What a correction changes: label, old and new value as people read them. `names` are those of the grounds."""
    found = []
    for field in FIELDS:
        old, new = getattr(entry, field), clean[field]
        if (old or None) != (new or None):
            found.append([LABELS[field], shown(field, old, names), shown(field, new, names)])
    return found


def shown(field: str, value: Any, names: Mapping[str, str]) -> str:
    """A value of an entry as people read it. `names` are those of the grounds."""
    if not value:
        return "未填"
    if field == "region_code":
        try:
            return region_name(value)
        except IdentifierError:
            return str(value)
    if field == "grounds":
        return "、".join(names.get(ground, ground) for ground in value)
    return LEVEL_NAMES.get(value, str(value)) if field == "management_level" else str(value)


@lru_cache(maxsize=64)
def counties_within(region_code: str) -> tuple[tuple[str, str], ...]:
    """Codes and full names of the counties within a region, cities without counties included."""
    prefix = region_prefix(region_code)
    found = []
    for number in range(10 ** (6 - len(prefix))):
        code = f"{prefix}{number:0{6 - len(prefix)}d}" if len(prefix) < 6 else prefix
        try:
            found.append((check_county(code), region_name(code)))
        except IdentifierError:
            continue
    return tuple(found)
