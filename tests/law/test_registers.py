"""The registers of all places: true to the catalogue in every figure, ground and step, and silent where it is silent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.law.admission import FIELDS, AtLeast, Condition, Measure, OneOf, Verdict, check, fields_of
from app.law.catalogue import catalogue
from app.law.register_readings import LATE, LOCAL, READINGS, RESULTS, Act
from app.law.registers import ACT_LABELS, Registry, registries, registry, slug_of

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "catalogue"
FIRST_WAVE = ("beijing", "tianjin", "guangdong", "liaoning", "national", "shandong")


def every() -> list[Registry]:
    found = []
    for slug in catalogue().slugs:
        for read in (registry(name) for name in _ids(slug)):
            assert read is not None
            found.append(read)
    return found


def _ids(slug: str) -> list[str]:
    from app.law.registers import _of

    return list(_of(slug))


ALL = every()
KEPT = [one for one in ALL if one.kind in ("consultant", "expert")]
READ = [one for one in KEPT if one.id in READINGS]


def ids(one: Registry) -> str:
    return one.id


def test_every_register_is_that_of_the_source_or_whole_where_the_source_is_absent() -> None:
    assert (len(ALL), len(KEPT)) == (67, 47)
    source: dict[str, Any] = {}
    for path in SOURCE.glob("*.yaml"):
        source |= {one["id"]: one for one in yaml.safe_load(path.read_text(encoding="utf-8")).get("registries") or ()}
    if not source:
        return
    assert {one.id for one in ALL} == set(source)
    for one in ALL:
        given = source[one.id]
        assert (one.kind, one.name, one.keeper) == (given["kind"], given["name"], given.get("keeper"))
        texts = [text for number, text in enumerate(given.get("admission") or (), start=1) if number not in one.reading.exceptions]
        assert [condition.text for condition in one.conditions] == texts
        assert one.term_years == ((given.get("term") or {}).get("value"))


def test_every_reading_is_of_a_register_that_exists() -> None:
    assert set(READINGS) <= {one.id for one in ALL}
    assert {local.registry for local in LOCAL} <= set(READINGS)


@pytest.mark.parametrize("one", KEPT, ids=ids)
def test_every_figure_of_a_condition_is_checked_and_none_is_made_up(one: Registry) -> None:
    for condition in one.conditions:
        written = sorted(
            re.findall(r"[≥](\d+)", condition.text)
            + re.findall(r"审核师(\d+)名|高级职称(\d+)人|有(\d+)年以上|至少(\d+)人", condition.text),
            key=str,
        )
        figures = {int(number) for found in written for number in ([found] if isinstance(found, str) else found) if number}
        tests = condition.measure.tests if condition.measure else ()
        checked = {test.least for test in tests if isinstance(test, AtLeast)}
        labels = {int(number) for test in tests for number in re.findall(r"\d+", FIELDS[test.field].label)}  # 从业满 5 年
        assert checked | labels & figures == figures, condition.text


@pytest.mark.parametrize("one", READ, ids=ids)
def test_every_act_is_carried_by_a_step_that_exists_and_cites_it(one: Registry) -> None:
    for carried in one.reading.acts:
        rule = one.acts[carried.act]
        assert carried.step is None or rule.step is not None, carried.step
        assert rule.article or carried.act == Act.BAD_RECORD
    for local in LOCAL:
        assert all(carried.step and catalogue().step(carried.step) for carried in local.acts)


@pytest.mark.parametrize("slug", FIRST_WAVE)
def test_every_warning_and_removal_of_the_text_is_the_ground_of_some_act(slug: str) -> None:
    for one in (r for kind in ("consultant", "expert") for r in registries(slug, kind)):
        used = {key for carried in one.reading.acts for key in carried.grounds}
        parts = _grounds_in(one)
        # Guangdong's warnings say once what its removals list.
        assert parts - used <= ({"warnings.1"} if one.id == "gd-audit-2009.agencies" else set()), one.id


def _grounds_in(one: Registry) -> set[str]:
    from app.law.registers import _read

    entry = next(e for e in _read(one.jurisdiction)["registries"] if e["id"] == one.id)
    return {f"{part}.{n}" for part in ("warnings", "removals") for n in range(1, len(entry.get(part) or ()) + 1)}


NUMBERS = {"2次": 2, "两家": 2, "3家": 3, "两次": 2, "2次及以上": 2}


@pytest.mark.parametrize("one", [r for r in READ if r.reading.counted], ids=ids)
def test_a_rule_that_counts_asks_for_the_number_of_its_ground(one: Registry) -> None:
    for rule in one.reading.counted:
        ground = one.acts[rule.act].ground(rule.ground)
        assert ground is not None
        said = [value for words, value in NUMBERS.items() if words in ground.text]
        assert rule.at_least == (said[0] if said else 1), ground.text
        if rule.within == "calendar_year":
            assert "同一年" in ground.text or "年度" in ground.text
        if rule.within == "year":
            assert "一年内" in ground.text
        assert rule.mandatory_only == ("强制" in ground.text)
        assert (rule.of == "clients") == ("家" in ground.text)


@pytest.mark.parametrize("one", [r for r in READ if r.reading.idle], ids=ids)
def test_idle_years_are_those_of_the_ground(one: Registry) -> None:
    for rule in one.reading.idle:
        ground = one.acts[rule.act].ground(rule.ground)
        assert ground is not None
        assert rule.years == 2
        assert "两年" in ground.text
        assert (rule.since == "admission") == ("公告后" in ground.text)


def test_terms_duties_reviews_and_bans_are_those_of_the_texts() -> None:
    beijing, tianjin, guangdong = (_the(slug) for slug in ("beijing", "tianjin", "guangdong"))
    assert (beijing.term_years, tianjin.term_years, guangdong.term_years) == (2, None, None)
    assert [d.change_report.days_from_change if d.change_report else None for d in (beijing, tianjin, guangdong)] == [30, 30, None]
    assert [d.yearly_report.yearly if d.yearly_report else None for d in (beijing, tianjin, guangdong)] == [(1, 31), (1, 31), None]
    pool = registries("beijing", "expert")[0]
    limit = catalogue().step("bj-expert-2007.review.s2")
    assert limit is not None
    assert limit.deadline is not None
    assert pool.reading.review_years == limit.deadline.value == 2
    zhejiang = registry("zj-agency-2008.registry")
    assert zhejiang is not None
    ban = catalogue().step("zj-agency-2008.dismissal.s2")
    assert ban is not None
    assert ban.deadline is not None
    assert zhejiang.acts[Act.REMOVAL].ban_years == ban.deadline.value == 2


def _the(slug: str) -> Registry:
    return registries(slug, "consultant")[0]


def test_tianjin_warns_on_eight_grounds_and_never_removes() -> None:
    tianjin = _the("tianjin")
    assert len(tianjin.acts[Act.WARNING].grounds) == 8
    assert not {Act.REMOVAL, Act.CANCELLATION, Act.CORRECTION_ORDERED} & set(tianjin.acts)
    said = tianjin.refusal(Act.REMOVAL)
    assert all(words in said for words in ("没有规定“除名”", "公示警告（第十四条）", "第十六条"))


def test_beijing_cancels_on_four_grounds_and_drops_a_failed_one_on_another() -> None:
    beijing = _the("beijing")
    assert [g.article for g in beijing.acts[Act.CANCELLATION].grounds] == [f"第十一条（{n}）" for n in "一二三四"]
    assert [g.article for g in beijing.acts[Act.REMOVAL].grounds] == ["第九条第三款"]
    assert Act.WARNING not in beijing.acts


def test_guangdong_removes_only_after_refusal_to_correct_on_the_same_six_grounds() -> None:
    guangdong = _the("guangdong")
    order, removal = guangdong.acts[Act.CORRECTION_ORDERED], guangdong.acts[Act.REMOVAL]
    assert removal.after_refusal
    assert order.grounds == removal.grounds
    assert len(order.grounds) == 6
    assert not any("拒不改正" in ground.text for ground in order.grounds)


def test_a_ground_is_found_by_its_key_or_by_an_article_that_is_its_own() -> None:
    removal = registry("zj-agency-2008.registry").acts[Act.REMOVAL]  # type: ignore[union-attr]
    assert removal.ground("第十二条（一）") == removal.ground("removals.1")
    assert removal.ground("第十二条（二）") is None  # two grounds share it
    assert removal.ground("removals.3") is not None


def test_a_place_without_a_register_of_its_own_keeps_the_nations_with_what_its_text_adds() -> None:
    [liaoning] = registries("liaoning", "consultant")
    assert liaoning.id == "cn-audit-2004.consultants"
    assert liaoning.reading.record_only
    assert liaoning.acts[Act.CANCELLATION].article == "第十条(七)"
    assert Act.CANCELLATION not in registry("cn-audit-2004.consultants").acts  # type: ignore[union-attr]
    assert registries("liaoning", "expert")[0].id == "cn-audit-2004.experts"


def test_superseded_registers_are_not_kept_any_more() -> None:
    assert [one.id for one in registries("beijing", "consultant")] == ["bj-agency-2007.registry"]
    assert "sd-audit-2005.consultant-registry" not in [one.id for one in registries("shandong", "consultant")]
    assert [one.id for one in registries("zhejiang", "consultant")] == ["zj-agency-2008.registry"]


def test_results_and_delays_are_decided_by_steps_that_exist() -> None:
    for by_kind in RESULTS.values():
        assert all(catalogue().step(step) for steps in by_kind.values() for step in steps)
    for starts in LATE.values():
        assert all(catalogue().procedure(start.rstrip(".")) for start in starts)


def test_every_act_and_every_figure_has_a_chinese_name() -> None:
    assert set(ACT_LABELS) == set(Act)
    tests = {t.field for one in KEPT for c in one.conditions if c.measure for t in c.measure.tests}
    assert tests <= set(FIELDS)


@pytest.mark.parametrize(("region", "slug"), [("370102", "shandong"), ("110000", "beijing"), ("540000", "national"), ("120101", "tianjin")])
def test_a_region_belongs_to_its_province_or_to_the_nation_where_there_is_no_text(region: str, slug: str) -> None:
    assert slug_of(region) == slug


# -- checking an applicant ----------------------------------------------------------------------------------------------------

TWO = Condition(1, "高级职称≥2名", Measure((AtLeast("senior_titles", 2),)))
WORDS = Condition(2, "有质量保证体系")


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(2, "met"), ("2", "met"), (1, "unmet"), (0, "unmet"), (None, "missing"), ("", "missing"), ("许多", "missing"), (True, "missing"), ("NaN", "missing")],
)  # fmt: skip
def test_a_figure_is_met_from_its_number_on(value: Any, verdict: str) -> None:
    [found] = check((TWO,), {"senior_titles": value})
    assert found.verdict == verdict
    assert "不少于 2 名" in found.reason


def test_what_is_in_words_waits_for_a_person() -> None:
    assert [f.verdict for f in check((WORDS,), {})] == [Verdict.BY_HAND]
    assert [f.verdict for f in check((WORDS,), {}, {"2": True})] == [Verdict.MET]
    assert [f.verdict for f in check((WORDS,), {}, {"2": False})] == [Verdict.UNMET]


def test_a_figure_with_words_is_unmet_by_the_figure_alone_and_met_only_by_a_person() -> None:
    both = Condition(1, "高级职称≥2名并经培训合格", Measure((AtLeast("senior_titles", 2),), words_too=True))
    assert check((both,), {"senior_titles": 1}, {"1": True})[0].verdict == Verdict.UNMET
    assert check((both,), {"senior_titles": 2})[0].verdict == Verdict.BY_HAND
    assert check((both,), {"senior_titles": 2}, {"1": True})[0].verdict == Verdict.MET


def test_either_of_two_figures_will_do() -> None:
    either = Condition(1, "…", Measure((AtLeast("leader_consulting_years", 2), AtLeast("leader_related_years", 3)), any_of=True))
    assert check((either,), {"leader_related_years": 3})[0].verdict == Verdict.MET
    assert check((either,), {"leader_related_years": 2})[0].verdict == Verdict.MISSING
    assert check((either,), {"leader_related_years": 2, "leader_consulting_years": 1})[0].verdict == Verdict.UNMET


def test_money_is_compared_exactly() -> None:
    fifty = Condition(1, "注册资金≥50万元", Measure((AtLeast("registered_capital", 50),)))
    assert check((fifty,), {"registered_capital": "49.9999"})[0].verdict == Verdict.UNMET
    assert check((fifty,), {"registered_capital": "50.00"})[0].verdict == Verdict.MET


def test_a_condition_for_one_kind_of_expert_is_not_asked_of_others() -> None:
    years = Condition(1, "≥10年", Measure((AtLeast("years", 10),), of_specialty="环保"))
    assert check((years,), {"years": 3, "specialties": ["能源"]})[0].verdict == Verdict.NOT_ASKED
    assert check((years,), {"years": 3, "specialties": ["能源", "环保"]})[0].verdict == Verdict.UNMET


def test_a_choice_is_one_of_those_allowed() -> None:
    title = Condition(1, "副高以上", Measure((OneOf("title", ("正高级", "副高级")),)))
    assert [check((title,), {"title": given})[0].verdict for given in ("副高级", "中级", "")] == ["met", "unmet", "missing"]


def test_the_form_of_a_register_asks_for_what_decides_its_conditions() -> None:
    assert fields_of(_the("beijing").conditions) == ("senior_titles", "intermediate_titles", "senior_experience_years", "recent_projects")
    assert fields_of(_the("shandong").conditions) == ()
