"""What a simulation is asked to play: where and when it starts, about whom, and how each step is answered.

Written as YAML (see `docs/engine.md`) or given as a mapping of the same form.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app import clock
from app.law.registers import registry
from app.model.identifiers import IdentifierError, check_county
from app.simulation import yaml_lines
from app.simulation.delays import Delay, read_delay
from app.simulation.errors import Mistake, ScenarioError
from app.simulation.expected import read_expected
from app.simulation.yaml_lines import Lines

KEYS = (
    "process", "start", "region", "enterprise", "roster", "experts", "registered", "data", "decisions", "forms", "recusals", "delays", "until", "expected",
)  # fmt: skip
ENTERPRISE_KEYS = ("name", "uscc", "industry_code", "address", "legal_representative", "contact_name", "contact_phone")
ROSTER_KEYS = (*ENTERPRISE_KEYS, "grounds", "region", "struck")
USCC_LENGTH, USCC_ALPHABET = 18, frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
HORIZON_YEARS = 10
"""A scenario without `until` ends so many years after its start."""
STARTS_AT = dt.time(9)
_OF_CASE = re.compile(r"@\d+$")

Section = Literal["decisions", "forms", "recusals", "delays"]


@dataclass(frozen=True)
class Answers:
    """What a step gets: the first time, the second time, …; the last one repeats. Counted in each case by itself."""

    section: Section
    key: str  # a legal step id, or the name or element id of a task; behind an @ the case that alone is meant
    values: tuple[Any, ...]
    line: int | None = None

    @property
    def step(self) -> str:
        """The key without the case."""
        return _OF_CASE.sub("", self.key)

    def nth(self, n: int) -> Any:
        """The answer for the `n`-th time, counted from 0."""
        return self.values[min(n, len(self.values) - 1)]


@dataclass(frozen=True)
class Facts:
    """An enterprise as far as the scenario says; what is left out is made up."""

    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        return self.given.get("name")

    @property
    def uscc(self) -> str | None:
        return self.given.get("uscc")


@dataclass(frozen=True)
class Listed:
    """An entry of a list: an enterprise, the grounds it is listed on, and the step at which it is struck again."""

    facts: Facts
    grounds: tuple[str, ...]
    region: str | None = None
    struck: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Scenario:
    """A scenario as it was written."""

    process: str | None = None
    start: dt.datetime | None = None
    region: str | None = None
    enterprise: Facts = field(default_factory=Facts)
    roster: tuple[Listed, ...] = ()
    experts: Mapping[str, int] = field(default_factory=dict)  # the province's pool: specialty → how many
    registered: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)  # register → name → grade, if any
    data: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, Answers] = field(default_factory=dict)
    forms: Mapping[str, Answers] = field(default_factory=dict)
    recusals: Mapping[str, Answers] = field(default_factory=dict)  # how many of the drawn experts recuse
    delays: Mapping[str, Answers] = field(default_factory=dict)  # their values are `Delay`, or none for never
    until: dt.datetime | None = None  # the first instant that is not simulated any more
    expected: tuple[str, ...] | None = None  # what must happen, as `expected` writes it; none where nobody said
    lines: Lines = field(default_factory=Lines)

    def answers(self) -> list[Answers]:
        """Every answer of the scenario."""
        return [*self.decisions.values(), *self.forms.values(), *self.recusals.values(), *self.delays.values()]


def read_scenario(text: str) -> Scenario:
    """The scenario of a YAML text. Raises `ScenarioError` with every mistake and its line."""
    data, lines = yaml_lines.read(text)
    return parse(data, lines)


def parse(data: Any, lines: Lines | None = None) -> Scenario:
    """The scenario that a mapping of the documented form says. Raises `ScenarioError` with every mistake."""
    reader = _Reader(lines or Lines())
    scenario = reader.scenario(data)
    if reader.mistakes:
        raise ScenarioError(reader.mistakes)
    return scenario


class _Reader:
    """Reads key by key, and goes on after a mistake, so that all of them are told at once."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.mistakes: list[Mistake] = []

    def wrong(self, message: str, *path: str | int) -> None:
        self.mistakes.append(Mistake(message, self.lines.of(*path)))

    def scenario(self, data: Any) -> Scenario:
        if not isinstance(data, Mapping):
            self.wrong("模拟方案应为“键: 值”的形式，如 process: shandong.mandatory_audit")
            return Scenario()
        self.known(data, KEYS, ())
        start = self.moment(data, "start", end_of_day=False)
        until = self.moment(data, "until", end_of_day=True)
        if start is not None and until is not None and until <= start:
            self.wrong("结束日（until）应晚于开始日（start）", "until")
        return Scenario(
            process=self.text(data, "process"),
            start=start,
            region=self.region(data.get("region"), "region"),
            enterprise=self.facts(data.get("enterprise"), "enterprise"),
            roster=self.roster(data.get("roster")),
            experts=self.experts(data.get("experts")),
            registered=self.registered(data.get("registered")),
            data=self.start_data(data.get("data")),
            decisions=self.section(data, "decisions", self.decision),
            forms=self.section(data, "forms", self.form),
            recusals=self.section(data, "recusals", self.recusal),
            delays=self.section(data, "delays", self.delay),
            until=until,
            expected=self.expected(data),
            lines=self.lines,
        )

    def expected(self, data: Mapping[str, Any]) -> tuple[str, ...] | None:
        text = data.get("expected")
        if text is not None and not isinstance(text, str):
            self.wrong("expected 应为一段文字（expected: |），每行一件事", "expected")
            return None
        return None if text is None else tuple(read_expected(text))

    # -- parts --------------------------------------------------------------------------------------------------------

    def known(self, data: Mapping[Any, Any], keys: Collection[str], path: tuple[str | int, ...]) -> None:
        for key in data:
            if key not in keys:
                near = difflib.get_close_matches(str(key), keys, 1)
                hint = f"，是否应为 {near[0]}" if near else f"，可以用的有 {'、'.join(keys)}"
                self.wrong(f"不认识“{key}”{hint}", *path, str(key))

    def text(self, data: Mapping[str, Any], key: str, *around: str | int) -> str | None:
        value = data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"{key} 应为文字", *around, key)
            return None
        return value.strip()

    def moment(self, data: Mapping[str, Any], key: str, *, end_of_day: bool) -> dt.datetime | None:
        """An instant. A date alone means 9:00 in China, or the end of that day."""
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, dt.datetime | dt.date):
            value = value.isoformat()
        try:
            if not isinstance(value, str):
                raise ValueError(value)
            if len(value.strip()) == len("2027-01-10"):
                day = dt.date.fromisoformat(value.strip())
                at = dt.datetime.combine(day + dt.timedelta(days=1), dt.time()) if end_of_day else dt.datetime.combine(day, STARTS_AT)
            else:
                at = dt.datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            self.wrong(f"{key} 的日期“{value}”不存在或写法不对，应如 2027-01-10 或 2027-01-10T09:00:00+08:00", key)
            return None
        if not 1950 <= at.year <= 2150:
            self.wrong(f"{key} 的年份 {at.year} 不在 1950 至 2150 之间", key)
            return None
        return at if at.tzinfo is not None else at.replace(tzinfo=clock.SHANGHAI)

    def region(self, value: Any, *path: str | int) -> str | None:
        if value is None:
            return None
        try:
            return check_county(str(value))
        except IdentifierError as error:
            self.wrong(str(error), *path)
            return None

    def facts(self, value: Any, *path: str | int, keys: Collection[str] = ENTERPRISE_KEYS) -> Facts:
        if value is None:
            return Facts()
        if not isinstance(value, Mapping):
            self.wrong("企业应写成 {name: 名称, uscc: 统一社会信用代码}", *path)
            return Facts()
        self.known(value, keys, path)
        given = {}
        for key in ENTERPRISE_KEYS:
            if value.get(key) is None:
                continue
            text = str(value[key]).strip()
            if not isinstance(value[key], str | int) or not 1 <= len(text) <= 120:
                self.wrong(f"企业的 {key} 应为不超过 120 字的文字", *path, key)
            elif key == "uscc" and (fault := _fault_of_uscc(text)) is not None:
                self.wrong(fault, *path, key)
            else:
                given[key] = text
        return Facts(given)

    def roster(self, value: Any) -> tuple[Listed, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong('roster 应为企业的列表，如 [{name: 甲厂, grounds: ["1"]}]', "roster")
            return ()
        listed = [self.listed(item, index) for index, item in enumerate(value)]
        seen: set[str] = set()
        for index, one in enumerate(listed):
            code = one.facts.uscc
            if code is not None and code in seen:
                self.wrong(f"名单上有两家企业的统一社会信用代码是 {code}", "roster", index, "uscc")
            seen.add(code or "")
        return tuple(listed)

    def experts(self, value: Any) -> dict[str, int]:
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(n, int) and 0 < n <= 100 for n in value.values()):
            self.wrong("experts 应为各类专家的人数，如 {环保: 2, 能源: 1}", "experts")
            return {}
        return {str(specialty): number for specialty, number in value.items()}

    def registered(self, value: Any) -> dict[str, dict[str, str | None]]:
        if value is None:
            return {}
        found = {}
        for register, names in value.items() if isinstance(value, Mapping) else ():
            law = registry(str(register))
            graded = dict.fromkeys(names) if isinstance(names, list) else names
            if law is None or not isinstance(graded, Mapping) or not all(grade in (None, *law.reading.grades) for grade in graded.values()):
                self.wrong("在册的机构应写成 {名录编号: [名称]}，分级的写成 {名录编号: {名称: 等级}}", "registered", str(register))
                continue
            found[str(register)] = {str(name): grade for name, grade in graded.items()}
        if not isinstance(value, Mapping):
            self.wrong("registered 应为 {名录编号: [机构名称]}", "registered")
        return found

    def listed(self, value: Any, index: int) -> Listed:
        facts = self.facts(value, "roster", index, keys=ROSTER_KEYS)
        if not isinstance(value, Mapping):
            return Listed(facts, ())
        return Listed(
            facts=facts,
            grounds=self.grounds(value.get("grounds"), "roster", index, "grounds"),
            region=self.region(value.get("region"), "roster", index, "region"),
            struck=self.text(value, "struck", "roster", index),
            line=self.lines.of("roster", index),
        )

    def grounds(self, value: Any, *path: str | int) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(item, str | int) for item in value):
            self.wrong('列入依据 grounds 应为列表，如 ["1", "3"]', *path)
            return ()
        return tuple(str(item) for item in value)

    def start_data(self, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.wrong("data 应为“变量: 值”的形式", "data")
            return {}
        data = dict(value)
        if "grounds" in data:
            data["grounds"] = list(self.grounds(data["grounds"], "data", "grounds")) if data["grounds"] != [] else []
        return data

    # -- answers ------------------------------------------------------------------------------------------------------

    def section(self, data: Mapping[str, Any], name: Section, read: Callable[[Any, tuple[str | int, ...]], Any]) -> dict[str, Answers]:
        value = data.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.wrong(f"{name} 应为“法定步骤: 答复”的形式", name)
            return {}
        found: dict[str, Answers] = {}
        for key, given in value.items():
            items = given if isinstance(given, list) else [given]
            if not items:
                self.wrong(f"“{key}”没有写答复", name, key)
                continue
            paths = [(name, key, index) if isinstance(given, list) else (name, key) for index in range(len(items))]
            found[str(key)] = Answers(
                name, str(key), tuple(read(item, path) for item, path in zip(items, paths, strict=True)), self.lines.of(name, key)
            )
        return found

    def decision(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if not isinstance(value, str) or not value:
            self.wrong(f"决定应为文字，如 approve、return，现为 {value!r}", *path)
        return value

    def form(self, value: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.wrong("表单值应写成 {字段: 值}", *path)
            return {}
        return dict(value)

    def recusal(self, value: Any, path: tuple[str | int, ...]) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
            self.wrong(f"回避的专家应为人数，现为 {value!r}", *path)
            return 0
        return value

    def delay(self, value: Any, path: tuple[str | int, ...]) -> Delay | None:
        try:
            return read_delay(value)
        except ValueError:
            self.wrong(f"办理时间“{value}”应写成 70d（日）、2m（月）、20w（工作日）或 never（不办）", *path)
            return None


def _fault_of_uscc(code: str) -> str | None:
    """What is wrong with the code of a fictional enterprise: its length or its letters. Nobody was ever given it, so its check digit does not matter."""
    if len(code) != USCC_LENGTH:
        return f"统一社会信用代码应为 {USCC_LENGTH} 位，现为 {len(code)} 位"
    wrong = next(((n, letter) for n, letter in enumerate(code, start=1) if letter not in USCC_ALPHABET), None)
    return f"统一社会信用代码第 {wrong[0]} 位“{wrong[1]}”不是允许的字符（数字和大写字母，不使用 I、O、Z、S、V）" if wrong else None
