"""Choosing the law: a place and a day decide which procedures apply."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.cases import applicable_law
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import read_diagram
from app.model import Definition, DefinitionStatus
from app.services import local_law
from tests.support.world import COUNTY, World

DAY = dt.date(2027, 1, 11)
BEIJING = "110105"
PROPERTY = '<spiffworkflow:property name="{}" value="{}"/>'
DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="t">
  <bpmn:process id="{key}" name="{key}" isExecutable="true"><bpmn:extensionElements><spiffworkflow:properties>{properties}
  </spiffworkflow:properties></bpmn:extensionElements></bpmn:process></bpmn:definitions>"""


def deployed(
    world: World,
    key: str,
    kind: str,
    *,
    version: int = 1,
    since: str | None = None,
    until: str | None = None,
    status: str = DefinitionStatus.DEPLOYED,
    instead_of: str = "",
) -> None:
    said = {
        "kind": kind, "jurisdiction": key.partition(".")[0], "starts": "manual", "in_force_from": since or "", "in_force_to": until or "",
        "instead_of": instead_of,
    }  # fmt: skip
    path, body = (
        f"processes/{key}.bpmn",
        DIAGRAM.format(key=key, properties="".join(PROPERTY.format(*one) for one in said.items())).encode(),
    )
    with world.transaction() as session:
        process = read_diagram(path, body).processes[key]
        store.save(session, process, {path: body}, content_hash({path: body, "version": str(version).encode()}), status)


def at(world: World, region: str, day: dt.date = DAY) -> dict[str, bool]:
    """Keys of what applies, and whether it is the nation's in place of the province's."""
    with world.session() as session:
        found = applicable_law.applicable(session, region, day)
    return {a.definition.key: a.instead for a in found if a.definition.key.endswith("_x")}


@pytest.mark.parametrize(("region", "slug"), [("370102", "shandong"), ("110105", "beijing"), ("000000", "national"), ("540102", None)])
def test_a_region_is_under_the_rules_of_its_province(region: str, slug: str | None) -> None:
    assert applicable_law.jurisdiction_of(region) == slug


def test_a_province_with_a_rule_of_its_own_follows_that(world: World) -> None:
    deployed(world, "beijing.subsidy_x", "subsidy", instead_of="national.subsidy_x national.other_x")
    deployed(world, "national.subsidy_x", "subsidy")
    assert at(world, BEIJING) == {"beijing.subsidy_x": False}
    assert at(world, COUNTY) == {"national.subsidy_x": True}


def test_a_rule_of_the_same_kind_about_something_else_hides_nothing(world: World) -> None:
    deployed(world, "beijing.penalty_x", "penalty", instead_of="national.penalty_audit_x")
    for name in ("penalty_audit_x", "penalty_label_x"):
        deployed(world, f"national.{name}", "penalty")
    assert at(world, BEIJING) == {"beijing.penalty_x": False, "national.penalty_label_x": True}


@pytest.mark.parametrize(
    ("region", "started"),
    [
        ("440106", "guangdong.mandatory_audit"),
        ("110105", "beijing.mandatory_audit"),
        ("120101", "tianjin.audit"),
        ("540102", "national.mandatory_audit"),
    ],
)
def test_what_a_national_process_starts_is_chosen_by_the_law_of_the_place(world: World, region: str, started: str) -> None:
    with world.session() as session:
        assert local_law.process_there(session, "national.mandatory_audit", region, DAY) == started
        assert local_law.process_there(session, "guangdong.mandatory_audit", region, DAY) == "guangdong.mandatory_audit"


def test_guangdong_keeps_the_nation_s_penalties_beside_its_own(world: World) -> None:
    with world.session() as session:
        keys = {a.definition.key: a.instead for a in applicable_law.applicable(session, "440106", DAY)}
    assert keys["guangdong.mandatory_penalty"] is False
    assert all(keys[f"national.{name}"] for name in ("penalty", "penalty_audit", "penalty_recycling", "penalty_label", "fund_penalty"))
    assert {"national.voluntary_audit", "national.mandatory_audit", "national.evaluation"} & keys.keys() == set()


def test_shandong_s_penalty_stands_for_the_national_ones_about_the_same(world: World) -> None:
    with world.session() as session:
        keys = {a.definition.key for a in applicable_law.applicable(session, COUNTY, DAY)}
    assert {"national.penalty", "national.penalty_audit", "national.mandatory_audit", "national.voluntary_audit"} & keys == set()
    assert {"shandong.penalty", "shandong.voluntary_audit", "national.penalty_label", "national.fund_application"} <= keys


def test_at_the_nation_s_seat_nothing_is_instead(world: World) -> None:
    with world.session() as session:
        found = {a.definition.key: a.instead for a in applicable_law.applicable(session, "000000", DAY)}
    assert found["national.fund_scope"] is False
    assert {key.partition(".")[0] for key in found} == {"national"}


def test_a_province_without_one_falls_back_to_the_nation_visibly(world: World) -> None:
    deployed(world, "national.subsidy_x", "subsidy")
    assert at(world, BEIJING) == {"national.subsidy_x": True}


def test_a_rule_that_has_expired_is_none_of_its_own(world: World) -> None:
    deployed(world, "beijing.subsidy_x", "subsidy", until="2026-12-31", instead_of="national.subsidy_x")
    deployed(world, "national.subsidy_x", "subsidy")
    assert at(world, BEIJING) == {"national.subsidy_x": True}


def test_the_day_chooses_the_version(world: World) -> None:
    deployed(world, "beijing.subsidy_x", "subsidy", until="2027-01-31")
    deployed(world, "beijing.subsidy_x", "subsidy", version=2, since="2027-02-01")
    with world.session() as session:
        found = {
            day: [a.definition.version for a in applicable_law.applicable(session, BEIJING, day) if a.definition.key.endswith("_x")]
            for day in (DAY, dt.date(2027, 2, 1))
        }
    assert list(found.values()) == [[1], [2]]


def test_a_draft_applies_nowhere(world: World) -> None:
    deployed(world, "beijing.subsidy_x", "subsidy", status=DefinitionStatus.DRAFT)
    assert at(world, BEIJING) == {}


def test_another_province_s_procedure_does_not_apply(world: World) -> None:
    deployed(world, "beijing.subsidy_x", "subsidy")
    assert at(world, COUNTY) == {}


def test_what_does_not_apply_says_why(world: World) -> None:
    deployed(world, "beijing.subsidy_x", "subsidy", instead_of="national.subsidy_x")
    deployed(world, "national.subsidy_x", "subsidy")
    with world.session() as session:
        beijing, national = session.scalars(select(Definition).where(Definition.key.endswith("subsidy_x")).order_by(Definition.key)).all()
        assert applicable_law.why_not(session, beijing, BEIJING, DAY) is None
        assert "北京市的程序" in (applicable_law.why_not(session, beijing, COUNTY, DAY) or "")
        assert "本地的“beijing.subsidy_x”" in (applicable_law.why_not(session, national, BEIJING, DAY) or "")
        assert applicable_law.why_not(session, national, COUNTY, DAY) is None
