"""What the diagrams carry of the law: carried, missing, unknown, and time limits that are not those of the text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.law.catalogue import catalogue
from app.law.coverage import ElementFacts, JurisdictionCoverage, cover

DISCLOSE = "sd-audit-2017.disclosure.s2"  # one month from the publication of the list
PREPARE = "sd-audit-2017.disclosure.s1"
PROPOSE = "sd-audit-2017.listing-env.s1"  # no limit of its own
SUMMARISE = "sd-audit-2017.listing-env.s3"  # by 31 December each year
TASK = ElementFacts("shandong", "shandong.disclosure", "企业信息公开", "shandong.disclosure", "Task_Disclose", "公开信息", (DISCLOSE,))


def shandong(*facts: ElementFacts) -> JurisdictionCoverage:
    return next(one for one in cover(catalogue(), facts) if one.jurisdiction.slug == "shandong")


def due(expression: str, *basis: str, **more: object) -> ElementFacts:
    return replace(TASK, basis=basis or (DISCLOSE,), due=expression, **more)  # type: ignore[arg-type]  # fields of the test's own choice


def test_every_jurisdiction_is_answered_for_in_the_order_of_the_catalogue() -> None:
    found = cover(catalogue(), [])
    assert [one.jurisdiction.slug for one in found] == list(catalogue().slugs)
    assert all(not one.carried and len(one.missing) == len(one.jurisdiction.steps) for one in found)


def test_a_step_is_carried_by_the_element_that_names_it() -> None:
    found = shandong(TASK)
    assert [step.id for step in found.carried] == [DISCLOSE]
    assert len(found.missing) == len(found.steps) - 1
    assert found.steps[DISCLOSE].carriers == (TASK,)
    assert found.share == pytest.approx(1 / len(found.steps))


def test_an_activity_that_only_lists_a_step_does_not_carry_it() -> None:
    found = shandong(replace(TASK, carries=False))
    assert found.carried == ()
    assert found.steps[DISCLOSE].enclosing


def test_a_step_of_another_jurisdiction_counts_there() -> None:
    national = next(one for one in cover(catalogue(), [replace(TASK, basis=("cn-audit-2004.disclosure.s1",))]))
    assert [step.id for step in national.carried] == ["cn-audit-2004.disclosure.s1"]


@pytest.mark.parametrize(
    ("step_id", "facts", "slug"),
    [
        ("sd-audit-2017.disclosure.s99", TASK, "shandong"),
        ("sd-audit-2017.nothing.s1", replace(TASK, jurisdiction="common"), "shandong"),
        ("no-such-2020.listing.s1", TASK, "shandong"),
        ("no-such-2020.listing.s1", replace(TASK, jurisdiction="common"), "national"),
    ],
)
def test_a_basis_that_names_no_step_is_listed_with_its_element(step_id: str, facts: ElementFacts, slug: str) -> None:
    found = [one for one in cover(catalogue(), [replace(facts, basis=(step_id,))]) if one.unknown]
    assert [(one.jurisdiction.slug, one.unknown[0].step_id) for one in found] == [(slug, step_id)]


@pytest.mark.parametrize(
    ("facts", "differs"),
    [
        (due("months(1, since=list_published_on)"), None),
        (due("None if again else months(1, since=list_published_on)"), None),
        (due("months(2, since=list_published_on)"), ("value",)),
        (due("workdays(1, since=list_published_on)"), ("unit",)),
        (due("months(1, since=notified_on)"), ("since",)),
        (due("every_year(12, 31)"), ("kind",)),
        (due("every_year(12, 31)", SUMMARISE), None),
        (due("every_year(11, 30)", SUMMARISE), ("day",)),
        (due("every_year(12, 31, years='odd')", SUMMARISE), ("years",)),
        (due("months(1, since=list_published_on)", PROPOSE), ("extra",)),
        (due("months(1, since=list_published_on)", PROPOSE, DISCLOSE), None),
        (due("every_year(11, 30)", DISCLOSE, SUMMARISE), ("day",)),
    ],
)
def test_a_limit_is_one_of_those_that_the_texts_state(facts: ElementFacts, differs: tuple[str, ...] | None) -> None:
    assert [one.differs for one in shandong(facts).disagreements] == ([differs] if differs else [])


def test_a_disagreement_says_what_is_written_what_is_stated_and_where() -> None:
    (found,) = shandong(due("days(30, since=list_published_on)", documentation="按三十日读")).disagreements
    assert (str(found.written), [str(stated) for stated in found.stated]) == ("名单公布起 30 日内", ["名单公布起 1 个月内"])
    assert [step.id for step in found.steps] == [DISCLOSE]
    assert found.facts.documentation == "按三十日读"


def test_each_of_several_limits_must_agree() -> None:
    found = shandong(due("months(1, since=list_published_on) if a else months(3, since=list_published_on)"))
    assert [one.written.value for one in found.disagreements] == [3]


def test_an_explained_reading_is_listed_apart_and_never_hidden() -> None:
    found = shandong(due("months(2, since=list_published_on)", reading="法定两个月见上位法"))
    assert found.disagreements == ()
    assert [one.facts.reading for one in found.readings] == ["法定两个月见上位法"]


def test_an_explanation_of_what_agrees_lists_nothing() -> None:
    assert shandong(due("months(1, since=list_published_on)", reading="多余的说明")).readings == ()


def test_a_limit_of_the_text_that_no_element_has_is_listed() -> None:
    found = shandong(TASK)
    assert [step.id for step in found.without_limit] == [DISCLOSE]
    assert shandong(due("months(1, since=list_published_on)")).without_limit == ()


def test_a_wrong_limit_is_listed_once_as_wrong() -> None:
    assert shandong(due("months(2, since=list_published_on)")).without_limit == ()


def test_an_activity_around_it_may_have_the_limit_of_a_step() -> None:
    around = due("months(1, since=list_published_on)", DISCLOSE, PREPARE, carries=False, element="Call")
    found = shandong(TASK, around)
    assert found.without_limit == ()
    assert found.disagreements == ()


def test_a_missing_step_is_not_listed_for_its_limit_too() -> None:
    assert DISCLOSE not in {step.id for step in shandong(replace(TASK, basis=(PROPOSE,))).without_limit}
