"""The catalogue that comes with the application: complete, consistent, and true to its source."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from app.law.build_catalogue import build
from app.law.catalogue import DATA_FOLDER, END, Catalogue, Jurisdiction, Step, StepDeadline, catalogue
from app.law.labels import ACTOR_LABELS, EVENT_LABELS, actor_label
from app.law.rules import Direction, Unit

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "catalogue"

ALL = tuple(catalogue().jurisdictions())
STEPS = tuple(step for jurisdiction in ALL for step in jurisdiction.steps.values())


def step(step_id: str) -> Step:
    found = catalogue().step(step_id)
    assert found is not None
    return found


def test_the_data_equals_its_source_or_is_whole_where_the_source_is_absent() -> None:
    stored = {path.name: path.read_text(encoding="utf-8") for path in DATA_FOLDER.glob("*.json")}
    if SOURCE.is_dir():
        assert stored == build(SOURCE)
    assert set(stored) == {"index.json", *(f"{slug}.json" for slug in catalogue().slugs)}


def test_every_province_with_texts_and_the_nation_are_there() -> None:
    assert len(ALL) == 30
    assert catalogue().slugs[0] == "national"
    assert len(STEPS) == 1847


@pytest.mark.parametrize("jurisdiction", ALL, ids=lambda jurisdiction: jurisdiction.slug)
def test_ids_are_unique_and_lead_back_to_what_they_name(jurisdiction: Jurisdiction) -> None:
    known = catalogue()
    assert known.jurisdiction(jurisdiction.slug) is jurisdiction
    assert all(known.document(key) is value for key, value in jurisdiction.documents.items())
    assert all(known.procedure(key) is value for key, value in jurisdiction.procedures.items())
    assert all(known.step(key) is value for key, value in jurisdiction.steps.items())
    assert all(known.sanction(key) is value for key, value in jurisdiction.sanctions.items())
    assert all(known.form(key) is value for key, value in jurisdiction.forms.items())
    assert all(known.scoring(key) is value for key, value in jurisdiction.scoring.items())
    assert len(jurisdiction.steps) == sum(len(entry.steps) for entry in jurisdiction.procedures.values())


@pytest.mark.parametrize("jurisdiction", ALL, ids=lambda jurisdiction: jurisdiction.slug)
def test_every_step_leads_to_something_that_exists(jurisdiction: Jurisdiction) -> None:
    known = catalogue()
    for one in jurisdiction.steps.values():
        for target in (one.next, *(branch.next for branch in one.branches)):
            found = (known.step(target), known.procedure(target), known.sanction(target))
            assert target == END or any(found), f"{one.id} → {target}"
        assert all(known.form(name) or known.scoring(name) for name in one.forms), one.id
        assert one.scoring is None or known.scoring(one.scoring), one.id


def test_every_actor_and_every_event_has_a_chinese_name() -> None:
    actors = {actor for one in STEPS for actor in (one.actor, *one.partners)}
    events = {f"{limit.since}_on" for one in STEPS for limit in one.deadlines if limit.since}
    assert actors <= set(ACTOR_LABELS)
    assert events <= set(EVENT_LABELS)


def test_every_time_limit_can_be_said_in_chinese() -> None:
    assert not [one.id for one in STEPS for limit in one.deadlines if re.search("[a-z_]", str(limit))]


def test_every_sanction_named_for_a_missed_step_exists() -> None:
    named = [one for one in STEPS if re.search(r"[a-z]-\S+\.s\d", one.if_missed or "")]
    assert named
    assert [one.id for one in named if not catalogue().sanctions_for(one)] == []


def test_a_step_is_cited_by_the_title_and_article_of_its_document() -> None:
    disclosure = step("sd-audit-2017.disclosure.s2")
    assert disclosure.citation == "山东省清洁生产审核实施细则 第十一条"
    assert disclosure.document.effective == date(2017, 5, 20)
    assert disclosure.document.expires == date(2022, 5, 19)
    assert disclosure.deadline == StepDeadline(value=1, unit=Unit.MONTH, since="list_published")
    assert str(disclosure.deadline) == "名单公布起 1 个月内"
    assert disclosure.actor == "enterprise"
    assert disclosure.paraphrase.startswith("在当地主要媒体")
    assert [sanction.id for sanction in catalogue().sanctions_for(disclosure)] == ["sd-audit-2017.s31"]


def test_a_step_without_a_next_leads_to_the_following_one_and_the_last_to_the_end() -> None:
    publication = catalogue().procedure("sd-audit-2017.list-publication")
    assert publication is not None
    assert [one.next for one in publication.steps] == [
        "sd-audit-2017.list-publication.s2",
        "sd-audit-2017.list-publication.s3",
        "sd-audit-2017.disclosure",
    ]
    assert publication.steps[2].branches[0].next == "sd-audit-2017.execution"
    assert step("sd-audit-2017.disclosure.s2").next == END


def test_missed_steps_that_sanction_by_kind_of_enterprise_name_every_sanction() -> None:
    both = next(one for one in STEPS if one.if_missed and "；" in one.if_missed and "ln-mandatory" in one.id)
    assert all(sanction.id.startswith("ln-mandatory-2006.") for sanction in catalogue().sanctions_for(both))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (StepDeadline(by="12-31"), "每年 12 月 31 日前"),
        (StepDeadline(by="09-30", years="even"), "每逢双数年 9 月 30 日前"),
        (StepDeadline(by="12-31", year=2008), "2008 年 12 月 31 日前"),
        (StepDeadline(by="2007-10-20"), "2007 年 10 月 20 日前"),
        (StepDeadline(by="per_notice"), "以通知书或意见载明的日期为准"),
        (
            StepDeadline(15, Unit.DAY, "acceptance_meeting", Direction.BEFORE),
            "验收会议前 15 日",
        ),
        (
            StepDeadline(6, Unit.MONTH, "acceptance_failed", minimum=3),
            "验收未通过起 至少 3 个月、6 个月内",
        ),
        (StepDeadline(unit=Unit.MONTH, since="rectification_ordered"), "责令整改起，期限未定"),
    ],
)
def test_a_time_limit_is_said_as_people_say_it(limit: StepDeadline, words: str) -> None:
    assert str(limit) == words


@pytest.mark.parametrize("unknown", ["", "no-such-2020", "no-such-2020.listing.s1", "sd-audit-2017.none.s1"])
def test_an_unknown_id_gives_nothing(unknown: str) -> None:
    known = catalogue()
    lookups = (known.document, known.procedure, known.step, known.sanction, known.form, known.scoring)
    assert [lookup(unknown) for lookup in lookups] == [None] * len(lookups)
    assert known.jurisdiction(unknown) is None


def test_a_jurisdiction_is_read_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = Path.read_text

    def recording(path: Path, encoding: str | None = None) -> str:
        read.append(path.name)
        return original(path, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", recording)
    fresh = Catalogue()
    assert fresh.step("sd-audit-2017.disclosure.s2")
    assert fresh.step("sd-audit-2017.disclosure.s1")
    assert read == ["index.json", "shandong.json"]


def test_actors_are_called_by_the_texts_of_the_jurisdiction_or_in_generic_words() -> None:
    shandong, beijing = catalogue().jurisdiction("shandong"), catalogue().jurisdiction("beijing")
    assert actor_label("county_environment") == "县级生态环境主管部门"
    assert actor_label("county_environment", shandong) == "县环保局"
    assert actor_label("city_environment", beijing) == "市级生态环境主管部门"
    assert actor_label("expert_group", shandong) == "专家组"
    assert actor_label("somebody") == "somebody"


def test_scoring_sheets_and_forms_keep_their_items() -> None:
    sheet = catalogue().scoring("nm-consult-2005.acceptance-score")
    assert sheet is not None
    assert sheet.items
    form = catalogue().form("sd-audit-2017.disclosure-content")
    assert form is not None
    assert form.fields
