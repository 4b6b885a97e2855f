"""The national baseline: sanctions that reach whom their article names, places that stand instead, and forms with the fields of their documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.cases import forms
from app.law.catalogue import Step, catalogue
from app.simulation import simulate
from tests.processes.jurisdictions import LIBRARY, NATIONAL, played


def elements(key: str) -> Iterator[Any]:
    yield from LIBRARY.process(key).elements.values()


@pytest.mark.parametrize("key", NATIONAL.keys)
def test_a_process_is_in_force_from_the_day_of_its_document(key: str) -> None:
    """The catalogue knows no end of these documents; the notice of 2009 has no day of its own and counts from its issue."""
    process = LIBRARY.process(key)
    steps = {s for e in elements(key) for facts in (e.properties, *e.parts.values()) for s in facts.get("basis", "").split() if "." in s}
    documents = [found.document for s in steps if (found := catalogue().procedure(s.rpartition(".")[0])) is not None]
    days = {str(document.effective or document.issued) for document in documents}
    shared = process.properties["starts"] == "called" and not days  # its steps are its callers'
    assert shared or process.properties["in_force_from"] in days
    assert "in_force_to" not in process.properties


# -- who acts -----------------------------------------------------------------------------------------------------------------


def acting() -> set[tuple[str, str]]:
    """(step, actor) of every task that was done in a scenario where every level exists."""
    return {
        (s, event.actor)
        for path in NATIONAL.scenarios
        for event in played(path).events
        if event.event == "task_completed" and event.actor is not None
        for s in event.basis
        if s in NATIONAL.steps
    }


def misplaced(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    def of(step_id: str) -> Step:
        step = catalogue().step(step_id)
        assert step is not None
        return step

    return {(s, actor) for s, actor in found if actor not in (of(s).actor, *of(s).partners)}


# The text has no step of its own for a bureau's check of an order, and for what the enterprise does after one.
WITHOUT_A_STEP = {
    ("cn-law-2002.penalty-audit.s2", "county_environment"),
    ("cn-law-2002.penalty-label.s1", "enterprise"),
    ("cn-law-2002.penalty-recycling.s1", "enterprise"),
}


def test_in_the_scenarios_a_step_is_done_by_whom_the_text_names() -> None:
    assert misplaced(acting()) == WITHOUT_A_STEP


def test_where_there_is_no_county_bureau_the_city_acts() -> None:
    scenario = {
        "process": "national.penalty", "start": "2025-01-10", "region": "540102", "data": {"grounds": ["1"], "levels": ["city", "province"]},
        "decisions": {"cn-audit-2004.penalty.s1": "reject"},
    }  # fmt: skip
    assert [e.actor for e in simulate(scenario).events if e.event == "task_completed"] == ["city_environment"]


def test_a_central_enterprise_reports_to_both_national_bodies_besides_the_local_ones() -> None:
    told = [e.org for e in NATIONAL.play("mandatory_audit_central").events if e.event == "notice_sent" and e.detail.get("kind") == "filing"]
    assert len(told) == 4
    assert [org for org in told if org and org.startswith("国家")] == told[2:]
    assert not any("国家" in line for line in NATIONAL.events("mandatory_audit_class_1"))


# -- what the texts do not sanction ---------------------------------------------------------------------------------------------


def test_class_1_cannot_be_fined_under_the_article_for_class_2() -> None:
    for name in ("penalty_class_1_report", "penalty_class_1_audit", "mandatory_audit_class_1_late"):
        assert not any("penalty-audit" in line or "罚款" in line or "责令" in line for line in NATIONAL.events(name)), name


def test_being_late_leads_class_1_to_no_case() -> None:
    assert [line for line in NATIONAL.events("mandatory_audit_class_1_late") if "case_started" in line] == [
        "2025-01-10 1 case_started national.mandatory_audit"
    ]
    assert sum("supervision" in line for line in NATIONAL.events("mandatory_audit_class_1_late")) == 2


def test_class_2_has_no_duty_to_publish_within_a_month() -> None:
    assert not any("cn-audit-2004.disclosure" in line for line in NATIONAL.events("listing_toxic_published"))
    assert any("cn-audit-2004.disclosure.s1 due=2025-02-10" in line for line in NATIONAL.events("listing_exceed_published"))


def test_publishing_and_starting_are_counted_apart() -> None:
    found = NATIONAL.events("listing_trap_independent")
    assert "2025-02-11 3 task_overdue cn-audit-2004.disclosure.s1 due=2025-02-10" in found
    assert "2025-03-10 2 task_completed cn-audit-2004.execution.s1 due=2025-03-10" in found
    assert not any("task_overdue cn-audit-2004.execution" in line for line in found)


def test_the_year_for_the_report_runs_whatever_the_audit_has_come_to() -> None:
    found = NATIONAL.events("mandatory_audit_class_2_never_finished")
    assert "2026-01-13 1 timer_fired cn-audit-2004.execution.s8 due=2026-01-12" in found
    assert "2026-01-13 2 case_started national.penalty" in found


def test_a_late_copy_to_the_nation_has_no_sanction() -> None:
    assert not any("case_started national.penalty" in line for line in NATIONAL.events("mandatory_audit_central_copy_late"))


def test_a_second_round_has_no_time_limit_of_the_list() -> None:
    second = [line for line in NATIONAL.events("mandatory_audit_class_2") if line[11:].startswith("2 ") and " due=" in line]
    assert second
    assert {line.rsplit(" ", 1)[-1] for line in second} == {"due=2033-06-23"}


@pytest.mark.parametrize(("reading", "due"), [("reported", "2030-05-20"), ("completed", "2030-05-10"), ("started", "2030-02-11")])
def test_from_when_the_five_years_count_is_one_cell_of_a_table(reading: str, due: str) -> None:
    """Started 9 February 2025 (five years later a Saturday), completed 10 May, reported 20 May."""
    table = "processes/national/reaudit.dmn"
    files = {**LIBRARY.bodies, table: LIBRARY.bodies[table].replace(b'"reported"', f'"{reading}"'.encode())}
    x = "cn-audit-2004.execution."
    scenario = {
        "process": "national.mandatory_audit", "start": "2025-01-10", "region": "540102", "until": "2025-12-31", "data": {"grounds": ["2"]},
        "forms": {f"{x}s1": {"mode": "self"}, f"{x}s8": {"central_enterprise": False}},
        "delays": {f"{x}s1": "30d", f"{x}s7": "90d", f"{x}s8": "10d", f"{x}s11": "never"},
    }  # fmt: skip
    found = [str(e.due) for e in simulate(scenario, files).events if e.event == "task_created" and e.basis == (f"{x}s11",)]
    assert found == [due]


# -- lists and places ------------------------------------------------------------------------------------------------------------


def test_the_nation_s_list_starts_guangdong_s_own_audit_and_the_nation_s_disclosure() -> None:
    started = {line.split()[-1] for line in NATIONAL.events("listing_exceed_guangdong") if "case_started" in line}
    assert {"guangdong.mandatory_audit", "national.disclosure"} <= started
    assert "national.mandatory_audit" not in started


def test_where_there_is_no_city_the_county_reports_to_the_province() -> None:
    found = NATIONAL.events("listing_exceed_no_city")
    assert not any("listing-exceed.s2" in line for line in found)
    assert any("task_completed cn-audit-2004.listing-exceed.s3" in line for line in found)


# -- forms ---------------------------------------------------------------------------------------------------------------------


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(LIBRARY.bodies[f"forms/national/{name}.json"])
    return found


@pytest.mark.parametrize(
    ("form", "source"),
    [
        ("disclosure", "cn-audit-2004.disclosure-form"),
        ("audit_report", "cn-audit-2004.report-form"),
        ("fund_letter", "cn-fund-2009.application-letter"),
        ("fund_report_application", "cn-fund-2009.report-application"),
        ("fund_report_promotion", "cn-fund-2009.report-promotion"),
    ],
)
def test_a_form_has_every_field_of_its_document(form: str, source: str) -> None:
    found = schema(form)
    fields = catalogue().form(source).fields  # type: ignore[union-attr]
    titles = {about["title"].partition("（万元")[0]: name for name, about in found["properties"].items()}
    for field in fields:
        label = field["label"]
        assert label in titles, label
        given = found["properties"][titles[label]].get("readOnly", False)
        assert (titles[label] in found["required"]) == field["required"] or given, label


@pytest.mark.parametrize(
    ("decision", "process", "quality", "implementation", "fits"),
    [
        ("pass", "good", "good", "good", True),
        ("pass", "good", "good", "bad", False),
        ("pass", "bad", "good", "good", False),
        ("fail", "good", "bad", "good", True),
    ],
)
def test_an_evaluation_is_passed_in_all_three_respects(decision: str, process: str, quality: str, implementation: str, fits: bool) -> None:
    given = {"process": process, "quality": quality, "implementation": implementation}
    values = {f"{k}_result": v for k, v in given.items()} | {f"{k}_opinion": "见记录" for k in given}
    problems = forms.check(schema("evaluation"), {**values, "conclusion": "见记录", "decision": decision})
    assert (problems == []) is fits


@pytest.mark.parametrize(("yuan", "fits"), [(50_000, True), (50_000.01, False), (0, False), (0.01, True)])
def test_the_fine_for_labels_is_at_most_fifty_thousand(yuan: float, fits: bool) -> None:
    assert (forms.check(schema("fine_to_50000"), {"amount": yuan, "heard": True, "reason": "见决定书"}) == []) is fits


def test_the_class_of_a_listed_enterprise_is_a_fact_of_the_case() -> None:
    assert schema("penalty_determine")["x-prefill"]["grounds"] == "case.grounds"
