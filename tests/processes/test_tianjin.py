"""Tianjin's procedures: what the texts do not sanction, and forms that hold to what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cases import coverage, forms, samples
from app.law.catalogue import catalogue
from app.law.catalogue_facts import Jurisdiction
from app.law.registers import Act, registry
from app.simulation import Simulation, simulate
from tests.processes.jurisdictions import LIBRARY, TIANJIN, played


def _jurisdiction() -> Jurisdiction:
    found = catalogue().jurisdiction("tianjin")
    assert found is not None
    return found


TEXTS = _jurisdiction()


def test_every_time_limit_is_the_one_of_the_text() -> None:
    found = next(one for one in coverage.of_library(LIBRARY) if one.jurisdiction.slug == "tianjin")
    assert (found.disagreements, found.readings, found.unknown, found.without_limit) == ((), (), (), ())


def test_whoever_may_check_a_certificate_is_named_by_the_text() -> None:
    process = LIBRARY.process("tianjin.tracking")
    step = catalogue().step("tj-acceptance-2009.tracking.s1")
    assert step is not None
    assert set(process.properties["starter"].split()) == {step.actor, *step.partners}


def test_a_municipality_knows_no_city_level() -> None:
    used = {
        given.get("actor", "")
        for key in TIANJIN.keys
        for e in LIBRARY.process(key).elements.values()
        for given in (e.properties, *e.parts.values())
    }
    assert not {actor for actor in used if actor.startswith("city_")}
    assert not any(e.actor and e.actor.startswith("city_") for path in TIANJIN.scenarios for e in played(path).events)


def test_procedures_against_consultants_and_officials_leave_the_nations_penalties_in_force() -> None:
    """The nation's procedure of a kind stands in only where a place has none of that kind: Tianjin has none against enterprises."""
    kinds = {LIBRARY.process(key).properties["kind"] for key in TIANJIN.keys}
    assert not kinds & {"penalty", "enterprise_disclosure", "mandatory_listing", "report_review", "commendation", "planning"}


# -- what the texts do not sanction -----------------------------------------------------------------------------------------


def test_an_agency_is_warned_and_never_removed() -> None:
    [call] = [e for e in LIBRARY.process("tianjin.agency_warning").elements.values() if e.called]
    assert set(call.parts) == {"find", "warn", "publish"}
    assert form("agency_warning")["properties"]["decision"]["enum"] == ["warn", "no"]
    operators = {name for key in TIANJIN.keys if ".agency_" in key for _, name in LIBRARY.process(key).operators}
    assert not operators & {"register_remove", "register_cancel", "order_correction", "register_act"}


@pytest.mark.parametrize("name", ["audit_late", "mandatory_acceptance_late", "voluntary_acceptance_late"])
def test_a_missed_limit_leads_to_supervision_alone(name: str) -> None:
    found = TIANJIN.events(name)
    assert any("task_overdue" in line for line in found)
    assert any("supervision" in line for line in found)
    assert not any("罚款" in line or "限制享受" in line or "处罚" in line for line in found)


def test_the_nations_limits_have_the_nations_consequences() -> None:
    """Two months and a year are the nation's, so is what follows: only whoever handles toxic materials can be penalised, for whatever the audit has come to."""
    late, toxic = TIANJIN.events("audit_late"), TIANJIN.events("audit_toxic_late")
    assert not any("case_started national.penalty" in line for line in late)
    assert [line for line in toxic if "case_started national.penalty" in line] == [
        "2025-03-11 2 case_started national.penalty",
        "2026-01-13 3 case_started national.penalty",
    ]


def test_no_sanction_of_the_four_texts_is_a_fine() -> None:
    assert all(sanction.fine is None for sanction in TEXTS.sanctions.values())


def test_the_limits_of_the_nation_are_for_those_on_the_list_alone() -> None:
    assert any("due=2026-01-12" in line for line in TIANJIN.events("audit_passed"))
    assert not any("due=" in line for line in TIANJIN.events("voluntary_audit_accepted"))


def test_a_voluntary_acceptance_ends_with_the_county() -> None:
    actors = {e.actor for e in TIANJIN.play("voluntary_acceptance_rectified").events if e.event == "task_completed"}
    assert actors == {"enterprise", "county_coordinator"}


def test_a_criticism_within_the_house_is_not_published_and_a_removal_is() -> None:
    assert not any("published" in line for line in TIANJIN.events("expert_criticised"))
    assert any("published tj-expert-2009.removal.s4" in line for line in TIANJIN.events("expert_removed"))


# -- toxic materials --------------------------------------------------------------------------------------------------------


def steps_of(simulation: Simulation) -> set[str]:
    return {e.basis[-1] for e in simulation.events if e.event == "task_completed" and e.basis}


TOXIC_STEPS = {f"tj-acceptance-2009.acceptance.{s}" for s in ("s1a", "s4a", "s5a")}


def filed(uses: str, emits: str, files: dict[str, bytes] | None = None) -> set[str]:
    scenario = {
        "process": "tianjin.mandatory_acceptance", "start": "2025-03-03", "region": "120104",
        "forms": {"tj-acceptance-2009.acceptance.s1": {"uses_toxic": uses, "emits_toxic": emits}},
    }  # fmt: skip
    return steps_of(simulate(scenario, files))


@pytest.mark.parametrize(("uses", "emits", "toxic"), [("yes", "yes", True), ("yes", "no", True), ("no", "yes", True), ("no", "no", False)])
def test_using_or_emitting_toxic_materials_brings_the_safety_bureau_in(uses: str, emits: str, toxic: bool) -> None:
    found = filed(uses, emits)
    assert (found >= TOXIC_STEPS) is toxic
    assert ("tj-acceptance-2009.acceptance.s5" in found) is not toxic


def test_the_other_reading_that_both_are_needed_is_two_cells_of_a_table() -> None:
    table = "processes/tianjin/acceptance.dmn"
    body = LIBRARY.bodies[table]
    for rule in (b"2", b"3"):
        cell = b'<outputEntry id="tianjin_toxic_%s_out"><text>' % rule
        assert cell + b"True" in body
        body = body.replace(cell + b"True", cell + b"False")
    files = {**LIBRARY.bodies, table: body}
    assert not filed("yes", "no", files) & TOXIC_STEPS
    assert filed("yes", "yes", files) >= TOXIC_STEPS


# -- forms ------------------------------------------------------------------------------------------------------------------


def form(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(LIBRARY.bodies[f"forms/tianjin/{name}.json"])
    return loaded


def refused(name: str, **values: Any) -> list[str]:
    """Where a form filled with valid samples is refused once it has these values."""
    schema = form(name)
    return [problem.pointer for problem in forms.check(schema, {**samples.sample(schema, values), **values})]


def test_an_enterprise_on_the_list_cannot_audit_itself() -> None:
    assert "/mode" in refused("audit_mode", shown_mandatory=True, mode="self")
    assert refused("audit_mode", shown_mandatory=True, mode="consultant") == []
    assert refused("audit_mode", shown_mandatory=False, mode="self", trained=True) == []


def test_only_a_voluntary_audit_can_be_void_for_lack_of_ability() -> None:
    assert "/invalid_ground" in refused("audit_invalid", shown_mandatory=True, decision="yes", invalid_ground="1", assessment_refused=False)
    assert refused("audit_invalid", shown_mandatory=False, decision="yes", invalid_ground="1", assessment_refused=False) == []


def test_only_a_report_without_assessment_can_be_a_refused_one() -> None:
    assert refused("audit_invalid", decision="yes", invalid_ground="2", assessment_refused=True) == ["/assessment_refused"]
    assert refused("audit_invalid", decision="yes", invalid_ground="3", assessment_refused=True) == []


CONDITIONS = ("law_kept", "standards_met", "assessed", "options_done", "goals_met", "organisation_stable")


@pytest.mark.parametrize("name", ["complete", *(f"fit_{name}" for name in CONDITIONS)])
def test_the_county_consents_only_where_every_condition_is_met(name: str) -> None:
    fit = {"complete": True, **{f"fit_{one}": True for one in CONDITIONS}}
    assert refused("acceptance_precheck", **fit, decision="approve") == []
    assert refused("acceptance_precheck", **{**fit, name: False}, decision="approve") == [f"/{name}"]
    assert refused("acceptance_precheck", **{**fit, name: False}, decision="reject") == []


@pytest.mark.parametrize(
    ("environment", "safety", "passes"),
    [("agree", "", True), ("agree", "agree", True), ("disagree", "", False), ("agree", "disagree", False), ("disagree", "agree", False)],
)
def test_an_acceptance_is_passed_only_if_every_department_agrees(environment: str, safety: str, passes: bool) -> None:
    shown = {"shown_environment": environment, "shown_safety": safety}
    assert (refused("acceptance_conclusion", **shown, decision="pass") == []) is passes
    assert refused("acceptance_conclusion", **shown, decision="fail", requirements="整改") == []


def test_a_county_also_asks_for_the_two_documents_about_toxic_materials() -> None:
    documents: dict[str, Any] = {"air_monitoring": [], "dangerous_chemicals": []}
    assert set(refused("voluntary_application", uses_toxic="no", emits_toxic="yes", **documents)) == {
        "/air_monitoring",
        "/dangerous_chemicals",
    }
    assert refused("voluntary_application", uses_toxic="no", emits_toxic="no", **documents) == []


def test_an_acceptance_has_no_sheet_only_ten_points_to_look_at() -> None:
    for name in ("acceptance_checklist", "voluntary_acceptance"):
        assert "x-scoring" not in form(name)
        assert len([field for field in form(name)["properties"] if field.startswith("check_") and field != "check_note"]) == 10


def test_the_assessment_has_no_sheet_because_its_rules_are_not_among_the_sources() -> None:
    assert "x-scoring" not in form("assessment_review")
    assert "没有收录" in form("assessment_review")["description"]


def test_nobody_late_is_taken_for_a_concealer_who_was_in_time() -> None:
    assert refused("agency_change_update", shown_late=False, concealed=True) == ["/concealed"]
    assert refused("agency_change_update", shown_late=True, concealed=True) == []
    assert refused("agency_change_update", shown_late=True, concealed=False) == []


def test_an_expert_below_a_figure_may_only_come_in_by_a_special_skill() -> None:
    for name in ("expert_selecting", "expert_consulting"):
        assert "/selection" in refused(name, shown_met=False, selection="qualified")
        assert refused(name, shown_met=False, selection="special") == []
        assert refused(name, shown_met=True, selection="qualified") == []


def test_an_enterprise_does_not_choose_those_who_judge_it() -> None:
    assert "/mode" in refused("expert_choice", purpose="assess", mode="self")
    assert refused("expert_choice", purpose="accept", mode="entrust") == []
    assert refused("expert_choice", purpose="audit", mode="self") == []


def test_the_grounds_of_the_forms_are_those_of_the_registers() -> None:
    agencies, experts = registry("tj-agency-2009.registry"), registry("tj-expert-2009.registry")
    assert agencies is not None
    assert experts is not None
    assert form("agency_warning")["properties"]["ground"]["enum"] == [g.key for g in agencies.acts[Act.WARNING].grounds]
    items = form("expert_finding")["properties"]["ground_item"]["enum"]
    assert [f"warnings.{item}" for item in items] == [g.key for g in experts.acts[Act.CRITICISM].grounds]
    assert [f"removals.{item}" for item in items] == [g.key for g in experts.acts[Act.REMOVAL].grounds]


@pytest.mark.parametrize(
    ("name", "source"),
    [("agency_disclosure", "tj-agency-2009.disclosure-form"), ("agency_annual_report", "tj-agency-2009.annual-report-content")],
)
def test_a_form_has_every_field_of_its_source(name: str, source: str) -> None:
    given = [about["title"].split("（")[0] for about in form(name)["properties"].values()]
    for field in TEXTS.forms[source].fields:
        assert field["label"] in given
        given.remove(field["label"])


def test_the_ten_points_are_those_of_article_nine() -> None:
    points = [field["label"] for field in TEXTS.forms["tj-acceptance-2009.checklist"].fields]
    shown = [about["title"].partition(". ")[2] for name, about in form("acceptance_checklist")["properties"].items() if name[6:].isdigit()]
    assert [point.replace("、", "") for point in points] == [title.replace("、", "") for title in shown]
