"""Begins the case that a scenario asks for, the way production begins such a case: a bureau opens its list, a publication finds approved lists, an
enterprise is listed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import LEVELS, find_authority, region_at, resolve_actor
from app.cases import roster_opening, rosters, starting
from app.cases.advancing import SYSTEM, By
from app.cases.errors import CaseError
from app.cases.library import Library
from app.engine.definition import CompiledDefinition
from app.engine.expressions import names_in
from app.law.labels import actor_label
from app.model import Case, Enterprise, EntryStatus, Organisation, Roster, RosterEntry, RosterStatus
from app.services.list_kinds import ListKind
from app.services.related_cases import INHERITED
from app.simulation import places
from app.simulation.errors import Mistake, ScenarioError
from app.simulation.scenario import Facts, Listed, Scenario
from app.simulation.stage import Stage

PUBLISHING = "publish_list"
"""The operator that makes a process one of publishing approved lists."""


@dataclass
class Opened:
    """What was begun: the strikes that the lists still wait for, and what of the scenario had no use."""

    strikes: dict[tuple[int, str], list[int]]  # (roster, step) → entries to be struck there
    remarks: list[str]


def begin(session: Session, stage: Stage, scenario: Scenario, own: Library, compiled: CompiledDefinition, region: str) -> Opened:
    """Starts the case of a scenario. Raises what production raises."""
    opened = Opened({}, [])
    process = compiled.process
    if "roster" in process.properties.get("starts", ""):
        _open_lists(session, stage, scenario, own, compiled.key, region, opened)
        opened.remarks += _unread(scenario, {"year", "start_level", "grounds"})
    elif any(operator == PUBLISHING for _, operator in process.operators):
        _publish(session, scenario, own, compiled, region)
        opened.remarks += _unread(scenario, {"year", "grounds", *compiled.variables})
    else:
        _start(session, stage, scenario, compiled, region)
        opened.remarks += _unread(scenario, {*INHERITED, *compiled.variables})
        if scenario.roster:
            opened.remarks.append("这个流程不从名单开始，方案里的 roster 没有用到")
    return opened


def _unread(scenario: Scenario, known: Collection[str]) -> list[str]:
    return [f"流程不读取 data 里的“{name}”" for name in scenario.data if name not in known]


# -- one case ---------------------------------------------------------------------------------------------------------


def _start(session: Session, stage: Stage, scenario: Scenario, compiled: CompiledDefinition, region: str) -> None:
    """A case about an enterprise, or about none where the process says so. What people start is started by whom the process names."""
    about_none = compiled.process.properties.get("about") == "none" and not scenario.enterprise.given
    enterprise = None if about_none else places.enterprise(session, scenario.enterprise, region, 1)
    actor, by = _by(session, stage, compiled, region, enterprise, scenario.data.get("started_by"))
    variables = {**_usual_variables(compiled), **({"started_by": actor} if actor else {}), **scenario.data}
    starting.start(session, process=compiled.key, region=region, enterprise=enterprise, by=by, variables=variables)


def _by(
    session: Session, stage: Stage, compiled: CompiledDefinition, region: str, enterprise: Enterprise | None, wanted: object
) -> tuple[str | None, By]:
    """Who starts a process that people start: the wanted starter, or the first one that there is in the place."""
    properties = compiled.process.properties
    place = Case(region_code=region, enterprise_id=enterprise.id if enterprise else None)
    for actor in properties.get("starter", "").split() if "manual" in properties.get("starts", "").split() else ():
        organisation = resolve_actor(session, actor, place) if wanted in (None, actor) else None
        if organisation is not None:
            return actor, By(stage.people.of(session, organisation.id).user_id, organisation.id)
    return None, SYSTEM


def _usual_variables(compiled: CompiledDefinition) -> dict[str, Any]:
    """What a listed enterprise's case starts with, as far as the process reads it; a day that limits count from and that nothing in the process sets is
    today."""
    today = clock.today()
    listed = {"grounds": ["1"], "list_published_on": today.isoformat(), "mandatory": True, "year": today.year}
    days = dict.fromkeys(unset_days(compiled), today.isoformat())
    return {**days, **{name: value for name, value in listed.items() if name in compiled.variables}}


def unset_days(compiled: CompiledDefinition) -> set[str]:
    """Days that limits count from and that no script of the process sets."""
    wanted: set[str] = set()
    given: set[str] = set()
    for process in compiled.processes.values():
        for _, kind, source in process.expressions:
            wanted |= set(re.findall(r"since=(\w+)", source)) if kind in ("due", "timer") else set()
            given |= names_in(source) if kind == "script" else set()
    return wanted - given


# -- lists ------------------------------------------------------------------------------------------------------------


def begun(scenario: Scenario, own: Library, process: str) -> list[str]:
    """The processes that a scenario begins: its own, and for a list whose entries also stand on grounds of another list of the same publication, that."""
    kind = _kind(own, process)
    if kind is None:
        return [process]
    grounds = {ground for one in scenario.roster for ground in one.grounds}
    others = [other for other in _kinds(own, kind.publication) if other.process != process and grounds & set(other.grounds)]
    return [process, *(other.process for other in others)]


def _kind(own: Library, process: str) -> ListKind | None:
    """What kind of list a process is about; none for any other process."""
    found = own.process(process)
    return ListKind.of(found) if "roster" in found.properties.get("starts", "") else None


def _kinds(own: Library, publication: str) -> list[ListKind]:
    """The kinds of list that a process publishes, in the order of their grounds."""
    kinds = [kind for key in own.diagrams if (kind := _kind(own, key)) is not None]
    return sorted((kind for kind in kinds if publication and kind.publication == publication), key=lambda kind: sorted(kind.grounds))


def _open_lists(session: Session, stage: Stage, scenario: Scenario, own: Library, process: str, region: str, opened: Opened) -> None:
    """Opens the list of the process, and those of other bodies on whose grounds entries stand as well."""
    kinds = [kind for key in begun(scenario, own, process) if (kind := _kind(own, key)) is not None]
    entries = _entries(scenario, kinds, kinds[0].grounds)
    enterprises = _register(session, entries, region)
    for kind in kinds:
        office = _starter(session, kind, region, scenario.data.get("start_level"))
        case = roster_opening.open_roster(session, stage.people.of(session, office.id), _year(scenario), process=kind.process)
        for enterprise, one in zip(enterprises, entries, strict=True):
            grounds = [ground for ground in one.grounds if ground in kind.grounds]
            if grounds:
                entry = _add(session, stage, office, case, enterprise, grounds)
                if one.struck is not None:
                    opened.strikes.setdefault((entry.roster_id, one.struck), []).append(entry.id)


def _starter(session: Session, kind: ListKind, region: str, wanted: object) -> Organisation:
    """The bureau that opens a list: that of the wanted level, or the first one that the process names. Raises `CaseError`."""
    for actor in kind.starters:
        level, _, body = actor.partition("_")
        found = find_authority(session, level, body, region) if level in LEVELS and wanted in (None, level) else None
        if found is not None:
            return found
    raise CaseError(f"找不到提出名单的机关（{'、'.join(map(actor_label, kind.starters)) or '流程没有写 starter'}）")


def _year(scenario: Scenario) -> int:
    return int(scenario.data.get("year") or clock.today().year)


def _entries(scenario: Scenario, kinds: Sequence[ListKind], usual: Collection[str]) -> list[Listed]:
    """The entries of a scenario: those of its roster, its one enterprise, or one for each of the usual grounds.

    An entry without grounds stands on the first of them. Raises `ScenarioError` for grounds that none of the lists knows.
    """
    known = {ground for kind in kinds for ground in kind.grounds}
    entries = list(scenario.roster)
    if not entries and scenario.enterprise.given:
        grounds = tuple(scenario.data.get("grounds", ()))
        entries = [Listed(scenario.enterprise, grounds, line=scenario.lines.of("data", "grounds"))]
    mistakes = [
        Mistake(f"列入依据“{'、'.join(foreign)}”不在名单的依据之内，可以写 {'、'.join(sorted(known))}", one.line)
        for one in entries
        if (foreign := sorted({*one.grounds} - known))
    ]
    if mistakes:
        raise ScenarioError(mistakes)
    entries = entries or [Listed(Facts(), (ground,)) for ground in usual]
    return [one if one.grounds else replace(one, grounds=tuple(usual)[:1]) for one in entries]


def _register(session: Session, entries: Sequence[Listed], region: str) -> list[Enterprise]:
    return [places.enterprise(session, one.facts, one.region or region, number) for number, one in enumerate(entries, start=1)]


def _add(session: Session, stage: Stage, office: Organisation, case: Case, enterprise: Enterprise, grounds: list[str]) -> RosterEntry:
    """Enters an enterprise by hand, as its bureau would. The code of a fictional one need not have the right check digit."""
    assert case.roster_id is not None
    values = {
        "name": enterprise.name, "uscc": places.proper_uscc(enterprise), "region_code": enterprise.region_code, "grounds": grounds,
        "industry_code": enterprise.industry_code, "address": enterprise.address, "contact_name": enterprise.contact_name,
        "legal_representative": enterprise.legal_representative, "contact_phone": enterprise.contact_phone,
    }  # fmt: skip
    entry = rosters.add(session, stage.people.of(session, office.id), case.roster_id, values)
    entry.uscc = enterprise.uscc
    session.flush()
    return entry


# -- publication ------------------------------------------------------------------------------------------------------


def _publish(session: Session, scenario: Scenario, own: Library, compiled: CompiledDefinition, region: str) -> None:
    """A publication case, with lists that the province has approved already."""
    kinds = _kinds(own, compiled.key)
    entries = _entries(scenario, kinds, sorted(ground for kind in kinds for ground in kind.grounds))
    enterprises = _register(session, entries, region)
    for kind in kinds:
        listed = [(e, [g for g in one.grounds if g in kind.grounds]) for e, one in zip(enterprises, entries, strict=True)]
        if any(grounds for _, grounds in listed):
            session.add(_approved(session, kind, _year(scenario), region, [(e, grounds) for e, grounds in listed if grounds]))
    session.flush()
    starting.start(
        session, process=compiled.key, region=region_at("province", region), variables={"year": _year(scenario), **scenario.data},
        title=f"{compiled.process.name}（第1批）",
    )  # fmt: skip


def _approved(session: Session, kind: ListKind, year: int, region: str, listed: Sequence[tuple[Enterprise, list[str]]]) -> Roster:
    """A list that went up to the province and was approved there."""
    office = _starter(session, kind, region, None)
    roster = Roster(
        line=office.body or "", year=year, region_code=region, organisation_id=office.id, status=RosterStatus.APPROVED,
        publication=kind.publication, created_at=clock.now(),
    )  # fmt: skip
    roster.entries = [
        RosterEntry(
            uscc=e.uscc, name=e.name, region_code=e.region_code, industry_code=e.industry_code, address=e.address,
            legal_representative=e.legal_representative, contact_name=e.contact_name, contact_phone=e.contact_phone,
            grounds=grounds, status=EntryStatus.LISTED, added_by_id=office.id,
        )
        for e, grounds in listed
    ]  # fmt: skip
    return roster
