"""Codes that identify enterprises, places and trades, and what is wrong with a bad one.

Three national standards: the unified social credit code (统一社会信用代码, GB 32100), the codes of
administrative divisions (GB/T 2260) and the industrial classification (GB/T 4754-2017). Every check returns
the code in its normal form or raises `IdentifierError`, whose message is a Chinese sentence that a clerk can
act on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from stdnum import numdb
from stdnum.cn import uscc


class IdentifierError(ValueError):
    """A code that cannot be right. The message says why, in Chinese."""


def normalise(text: str) -> str:
    """The text as it was meant: half-width, upper case, without spaces, hyphens and invisible characters."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in folded if character not in "-—–" and unicodedata.category(character)[0] not in "ZC")


# -- Unified social credit code ----------------------------------------------------------------------------

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LOOKALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5"}


def check_uscc(text: str) -> str:
    """The normalised unified social credit code, or what is wrong with it.

    Says nothing about whether the code was ever issued: only length, alphabet, structure and check digit.
    """
    code = normalise(text)
    if not code:
        raise IdentifierError("统一社会信用代码未填写")
    if len(code) != 18:
        raise IdentifierError(f"统一社会信用代码应为 18 位，现为 {len(code)} 位")
    for position, character in enumerate(code, start=1):
        if character not in _USCC_ALPHABET:
            raise IdentifierError(_illegal_character(position, character))
    if not code[2:8].isdigit():
        raise IdentifierError("统一社会信用代码第 3 至 8 位是登记机关的行政区划代码，应全部为数字")
    if code[17] != uscc.calc_check_digit(code[:17]):
        raise IdentifierError("统一社会信用代码校验位不符，某一位有误，请与营业执照逐位核对")
    return code


def _illegal_character(position: int, character: str) -> str:
    hint = f"，是否应为数字 {_LOOKALIKES[character]}" if character in _LOOKALIKES else ""
    return f"统一社会信用代码第 {position} 位“{character}”不是允许的字符（不使用字母 I、O、Z、S、V）{hint}"


def made_up_uscc(region: str, n: int) -> str:
    """The code of the n-th fictional enterprise registered in a region: right check digit, yet nobody's.

    Characters 9 to 17 of a real code carry a check digit of their own (GB 11714). Here that inner digit is
    wrong on purpose, so that no registry can have issued the code to anybody.
    """
    if not re.fullmatch(r"\d{6}", region):
        raise IdentifierError(f"行政区划代码应为 6 位数字，现为“{region}”")
    if not 0 <= n < 10**6:
        raise ValueError("n must be between 0 and 999999")
    body = f"MA{n:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    # GB 11714 counts A as 10, B as 11, …, as int(character, 36) does.
    right = (11 - sum(int(character, 36) * weight for character, weight in zip(body, weights, strict=True)) % 11) % 11
    code = f"91{region}{body}{(right + 1) % 10}"
    return code + uscc.calc_check_digit(code)


# -- Administrative divisions ------------------------------------------------------------------------------

# Made in 2021 and missing from python-stdnum's table.
_MISSING_REGIONS = {"330113": "临平区", "330114": "钱塘区"}
# Codes that group divisions and name no place of their own.
_GROUPS = frozenset({"市辖区", "县", "市", "省直辖县级行政单位", "自治区直辖县级行政单位"})


def check_region(code: str) -> str:
    """The normalised code of an administrative division that exists today, of any level."""
    normal = normalise(code)
    if not re.fullmatch(r"\d{6}", normal):
        raise IdentifierError(f"行政区划代码应为 6 位数字（GB/T 2260），现为“{code.strip()}”")
    current, former = _region_names(normal)
    if current is None and former is not None:
        raise IdentifierError(f"行政区划代码 {normal}（{former}）已撤销，请填写现行代码")
    if current is None:
        raise IdentifierError(f"行政区划代码 {normal} 不存在（GB/T 2260）")
    return normal


def check_county(code: str) -> str:
    """The normalised code of a place precise enough to say who is in charge.

    That is a county, or a city without counties.
    """
    normal = check_region(code)
    if normal.endswith("0000"):
        raise IdentifierError(f"行政区划代码 {normal}（{region_name(normal)}）是省级代码，请填写到县（市、区）")
    if _region_names(normal)[0] in _GROUPS:
        raise IdentifierError(f"行政区划代码 {normal} 只是汇总码，不是具体的县（市、区）")
    if normal.endswith("00") and _has_counties(normal[:4]):
        raise IdentifierError(f"行政区划代码 {normal}（{region_name(normal)}）是市级代码，请填写到县（市、区）")
    return normal


def region_name(code: str) -> str:
    """The full name of a division, such as 山东省济南市历下区; `IdentifierError` for an unknown code."""
    normal = check_region(code)
    names = [_region_names(part)[0] or "" for part in region_ancestors(normal)]
    return "".join(name for name in names if name not in _GROUPS) or names[-1]


def region_ancestors(code: str) -> list[str]:
    """The codes from the province down to the division itself: `370102` gives `370000`, `370100`, `370102`.

    Where a level is missing (municipalities, counties directly under a province) its grouping code stays out.
    """
    normal = check_region(code)
    line = [f"{normal[:2]}0000"]
    city = f"{normal[:4]}00"
    if city not in (line[0], normal) and _region_names(city)[0] not in (*_GROUPS, None):
        line.append(city)
    if normal != line[0]:
        line.append(normal)
    return line


@cache
def regions_within(code: str = "") -> tuple[tuple[str, str], ...]:
    """Codes and names of the divisions one level below: provinces without a code; for a province its cities, and the counties directly under it."""
    if not code:
        return tuple((one, name) for number in range(11, 83) if (name := _region_names(one := f"{number}0000")[0]) is not None)
    if not code.endswith("00"):
        return ()
    if not code.endswith("0000"):
        return _named(f"{code[:4]}{number:02d}" for number in range(1, 100))
    found: list[tuple[str, str]] = []
    for number in range(1, 100):
        city = f"{code[:2]}{number:02d}00"
        name = _region_names(city)[0]
        if name in _GROUPS:
            found += regions_within(city)
        elif name is not None:
            found.append((city, name))
    return tuple(found)


def _named(codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((code, name) for code in codes if (name := _region_names(code)[0]) is not None and name not in _GROUPS)


@lru_cache(maxsize=4096)
def _region_names(code: str) -> tuple[str | None, str | None]:
    """Today's name of a code and the last name it had in the past."""
    if code in _MISSING_REGIONS:
        return _MISSING_REGIONS[code], None
    found = {key: value for _, facts in numdb.get("cn/loc").info(code) for key, value in facts.items()}
    current = former = None
    # An entry reads 东城区, [1983-]历下区 or [-1991]东郊区,[1992-]东丽区: names with the years they held.
    for entry in found.get("county", "").split(","):
        match = re.fullmatch(r"(?:\[\d*-(\d*)\])?(.+)", entry)
        if match and match[1]:
            former = match[2]
        elif match:
            current = match[2]
    return current, former


@cache
def _has_counties(city: str) -> bool:
    return any(_region_names(f"{city}{number:02d}")[0] not in (*_GROUPS, None) for number in range(1, 100))


# -- Industrial classification -----------------------------------------------------------------------------

INDUSTRY_SECTIONS: dict[str, str] = {
    "A": "农、林、牧、渔业",
    "B": "采矿业",
    "C": "制造业",
    "D": "电力、热力、燃气及水生产和供应业",
    "E": "建筑业",
    "F": "批发和零售业",
    "G": "交通运输、仓储和邮政业",
    "H": "住宿和餐饮业",
    "I": "信息传输、软件和信息技术服务业",
    "J": "金融业",
    "K": "房地产业",
    "L": "租赁和商务服务业",
    "M": "科学研究和技术服务业",
    "N": "水利、环境和公共设施管理业",
    "O": "居民服务、修理和其他服务业",
    "P": "教育",
    "Q": "卫生和社会工作",
    "R": "文化、体育和娱乐业",
    "S": "公共管理、社会保障和社会组织",
    "T": "国际组织",
}

INDUSTRY_DIVISIONS: dict[str, str] = {
    "01": "农业",
    "02": "林业",
    "03": "畜牧业",
    "04": "渔业",
    "05": "农、林、牧、渔专业及辅助性活动",
    "06": "煤炭开采和洗选业",
    "07": "石油和天然气开采业",
    "08": "黑色金属矿采选业",
    "09": "有色金属矿采选业",
    "10": "非金属矿采选业",
    "11": "开采专业及辅助性活动",
    "12": "其他采矿业",
    "13": "农副食品加工业",
    "14": "食品制造业",
    "15": "酒、饮料和精制茶制造业",
    "16": "烟草制品业",
    "17": "纺织业",
    "18": "纺织服装、服饰业",
    "19": "皮革、毛皮、羽毛及其制品和制鞋业",
    "20": "木材加工和木、竹、藤、棕、草制品业",
    "21": "家具制造业",
    "22": "造纸和纸制品业",
    "23": "印刷和记录媒介复制业",
    "24": "文教、工美、体育和娱乐用品制造业",
    "25": "石油、煤炭及其他燃料加工业",
    "26": "化学原料和化学制品制造业",
    "27": "医药制造业",
    "28": "化学纤维制造业",
    "29": "橡胶和塑料制品业",
    "30": "非金属矿物制品业",
    "31": "黑色金属冶炼和压延加工业",
    "32": "有色金属冶炼和压延加工业",
    "33": "金属制品业",
    "34": "通用设备制造业",
    "35": "专用设备制造业",
    "36": "汽车制造业",
    "37": "铁路、船舶、航空航天和其他运输设备制造业",
    "38": "电气机械和器材制造业",
    "39": "计算机、通信和其他电子设备制造业",
    "40": "仪器仪表制造业",
    "41": "其他制造业",
    "42": "废弃资源综合利用业",
    "43": "金属制品、机械和设备修理业",
    "44": "电力、热力生产和供应业",
    "45": "燃气生产和供应业",
    "46": "水的生产和供应业",
    "47": "房屋建筑业",
    "48": "土木工程建筑业",
    "49": "建筑安装业",
    "50": "建筑装饰、装修和其他建筑业",
    "51": "批发业",
    "52": "零售业",
    "53": "铁路运输业",
    "54": "道路运输业",
    "55": "水上运输业",
    "56": "航空运输业",
    "57": "管道运输业",
    "58": "多式联运和运输代理业",
    "59": "装卸搬运和仓储业",
    "60": "邮政业",
    "61": "住宿业",
    "62": "餐饮业",
    "63": "电信、广播电视和卫星传输服务",
    "64": "互联网和相关服务",
    "65": "软件和信息技术服务业",
    "66": "货币金融服务",
    "67": "资本市场服务",
    "68": "保险业",
    "69": "其他金融业",
    "70": "房地产业",
    "71": "租赁业",
    "72": "商务服务业",
    "73": "研究和试验发展",
    "74": "专业技术服务业",
    "75": "科技推广和应用服务业",
    "76": "水利管理业",
    "77": "生态保护和环境治理业",
    "78": "公共设施管理业",
    "79": "土地管理业",
    "80": "居民服务业",
    "81": "机动车、电子产品和日用产品修理业",
    "82": "其他服务业",
    "83": "教育",
    "84": "卫生",
    "85": "社会工作",
    "86": "新闻和出版业",
    "87": "广播、电视、电影和录音制作业",
    "88": "文化艺术业",
    "89": "体育",
    "90": "娱乐业",
    "91": "中国共产党机关",
    "92": "国家机构",
    "93": "人民政协、民主党派",
    "94": "社会保障",
    "95": "群众团体、社会团体和其他成员组织",
    "96": "基层群众自治组织及其他组织",
    "97": "国际组织",
}

# The first division of each section, in order.
_SECTION_STARTS = {
    "A": 1, "B": 6, "C": 13, "D": 44, "E": 47, "F": 51, "G": 53, "H": 61, "I": 63, "J": 66,
    "K": 70, "L": 71, "M": 73, "N": 76, "O": 80, "P": 83, "Q": 84, "R": 86, "S": 91, "T": 97,
}  # fmt: skip


def industry_section(division: str) -> str:
    """The letter of the section that a two-digit division belongs to: `26` is in `C`."""
    return max(letter for letter, start in _SECTION_STARTS.items() if start <= int(division))


def check_industry(code: str) -> str:
    """The code with its section letter, such as `C2614`, from `C2614`, `c26 14` or `2614`.

    Known divisions only; groups and classes below them (third and fourth digit) are not looked up.
    """
    normal = normalise(code)
    match = re.fullmatch(r"([A-Z]?)(\d{2,4})", normal)
    if not match:
        raise IdentifierError(f"行业代码应为 2 至 4 位数字，前面可加门类字母（GB/T 4754-2017），如 C2614，现为“{code.strip()}”")
    letter, digits = match.groups()
    division = digits[:2]
    if division not in INDUSTRY_DIVISIONS:
        raise IdentifierError(f"行业代码 {normal} 的大类 {division} 不存在，应在 01 至 97 之间（GB/T 4754-2017）")
    section = industry_section(division)
    if letter not in ("", section):
        raise IdentifierError(f"行业代码 {normal} 的门类字母不符：大类 {division}（{INDUSTRY_DIVISIONS[division]}）属于门类 {section}")
    return section + digits


def industry_name(code: str) -> str:
    """The name of the division of an industry code: `C2614` is 化学原料和化学制品制造业."""
    return INDUSTRY_DIVISIONS[check_industry(code)[1:3]]
