"""What an applicant for a register must show, and whether it does: each condition met, not met, or to be judged by hand.

Figures and choices are checked; what a text asks for in words (a quality system, good standing) is for a person to judge, and nothing is made up
where a text asks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final


@dataclass(frozen=True)
class Field:
    """A fact about an applicant: what a form calls it, and its unit where it is a figure."""

    label: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    decimals: bool = False


TITLES: Final = ("正高级", "副高级", "中级", "其他")
EDUCATION: Final = ("博士", "硕士", "本科", "其他")
SPECIALTIES: Final = ("行业", "环保", "能源", "清洁生产")
"""The kinds of experts that the texts name; a pool may know more."""

FIELDS: Final[Mapping[str, Field]] = {
    "senior_titles": Field("高级职称审核人员", "名"),
    "intermediate_titles": Field("中级职称审核人员", "名"),
    "auditors": Field("培训合格的审核人员", "名"),
    "energy_auditors": Field("从业满 5 年且熟悉能源的审核师", "名"),
    "environment_auditors": Field("从业满 5 年且熟悉环保的审核师", "名"),
    "industry_technicians": Field("所申请行业的专职技术人员", "名"),
    "technicians": Field("符合要求的技术人员", "名"),
    "dual_qualified": Field("兼有环保资质和节能资质的人员", "名"),
    "senior_experience_years": Field("高级职称人员审核咨询经验（最少的一名）", "年"),
    "staff_experience_years": Field("专职人员能源或环保工作经历（最少的一名）", "年"),
    "leader_consulting_years": Field("项目负责人从事审核咨询", "年"),
    "leader_related_years": Field("项目负责人从事相关工作", "年"),
    "recent_projects": Field("近两年审核咨询业绩", "个"),
    "registered_capital": Field("注册资金", "万元", decimals=True),
    "startup_funds": Field("开办经费（事业法人）", "万元", decimals=True),
    "fixed_assets": Field("固定资产", "万元", decimals=True),
    "premises": Field("固定工作场所", "平方米", decimals=True),
    "title": Field("职称", choices=TITLES),
    "education": Field("学历", choices=EDUCATION),
    "years": Field("本专业或本行业工作年限", "年"),
}


class Verdict(StrEnum):
    """How an applicant stands to one condition."""

    MET = "met"
    UNMET = "unmet"
    BY_HAND = "by_hand"
    MISSING = "missing"  # a figure that decides it was not given
    NOT_ASKED = "not_asked"  # the condition is for others


@dataclass(frozen=True)
class AtLeast:
    """A figure that must be no smaller than `least`."""

    field: str
    least: int

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """Whether it holds; none where the figure is not given or no figure at all."""
        given = facts.get(self.field)
        if given is None or given == "" or isinstance(given, bool):
            return None
        try:
            value = Decimal(str(given))
        except InvalidOperation:
            return None
        return value >= self.least if value.is_finite() else None

    def __str__(self) -> str:
        return f"{FIELDS[self.field].label}不少于 {self.least} {FIELDS[self.field].unit}"

    def given(self, facts: Mapping[str, Any]) -> str:
        """What the applicant has, for people."""
        value = facts.get(self.field)
        return "未填" if value in (None, "") else f"{value} {FIELDS[self.field].unit}"


@dataclass(frozen=True)
class OneOf:
    """A choice that must be one of some."""

    field: str
    allowed: tuple[str, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        given = facts.get(self.field)
        return None if given in (None, "") else given in self.allowed

    def __str__(self) -> str:
        return f"{FIELDS[self.field].label}为{'、'.join(self.allowed)}"

    def given(self, facts: Mapping[str, Any]) -> str:
        return str(facts.get(self.field) or "未填")


Test = AtLeast | OneOf


@dataclass(frozen=True)
class Measure:
    """What of one condition can be checked: all of the tests, or any of them.

    `words_too`: the condition also asks for something that only a person can judge. `of_specialty`: it is asked of experts of that kind alone.
    """

    tests: tuple[Test, ...]
    any_of: bool = False
    words_too: bool = False
    of_specialty: str | None = None


@dataclass(frozen=True)
class Condition:
    """One condition of a register in our words; `number` counts from 1 in the order of the text."""

    number: int
    text: str
    measure: Measure | None = None


@dataclass(frozen=True)
class Finding:
    """One condition and how an applicant stands to it, with the reason in words."""

    condition: Condition
    verdict: Verdict
    reason: str


def check(conditions: tuple[Condition, ...], facts: Mapping[str, Any], judged: Mapping[str, bool] | None = None) -> list[Finding]:
    """Every condition with its verdict. `judged` holds what a person decided, by the number of the condition."""
    return [_find(condition, facts, (judged or {}).get(str(condition.number))) for condition in conditions]


def _find(condition: Condition, facts: Mapping[str, Any], judged: bool | None) -> Finding:
    measure = condition.measure
    if measure is None:
        return _by_hand(condition, judged, "")
    if measure.of_specialty is not None and measure.of_specialty not in (facts.get("specialties") or ()):
        return Finding(condition, Verdict.NOT_ASKED, f"只对“{measure.of_specialty}”类要求")
    reason = ("；或" if measure.any_of else "；").join(f"{test}，申报 {test.given(facts)}" for test in measure.tests)
    results = [test.holds(facts) for test in measure.tests]
    if measure.any_of:
        held = True if True in results else None if None in results else False
    else:
        held = False if False in results else None if None in results else True
    if held is None:
        return Finding(condition, Verdict.MISSING, reason)
    if not held:
        return Finding(condition, Verdict.UNMET, reason)
    return _by_hand(condition, judged, reason) if measure.words_too else Finding(condition, Verdict.MET, reason)


def _by_hand(condition: Condition, judged: bool | None, reason: str) -> Finding:
    if judged is None:
        return Finding(condition, Verdict.BY_HAND, "；".join(filter(None, (reason, "须由经办人核对材料后判断"))))
    return Finding(condition, Verdict.MET if judged else Verdict.UNMET, "；".join(filter(None, (reason, "经办人核对认定"))))


def fields_of(conditions: tuple[Condition, ...]) -> tuple[str, ...]:
    """The facts that decide a register's conditions, in the order in which they are asked."""
    tests = (test for one in conditions if one.measure for test in one.measure.tests)
    return tuple(dict.fromkeys(test.field for test in tests))
