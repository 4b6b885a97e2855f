"""A year of mandatory audits, walked in the browser: one enterprise fails acceptance and passes the second time, one is penalised, one is extended."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from app.config import ROOT
from app.model import Case, CaseStatus, EnterpriseRecord, RosterEntry
from tests.browser.people import Office
from tests.support.world import World, uscc_of

pytestmark = pytest.mark.browser

ACTORS = {"expert_group": "expert", "support_body": "support", "province_other": "province-other"}
PASSES, LATE, EXTENDED = "样例化工厂", "样例印染厂", "样例电镀厂"


def _username(actor: str, enterprise: str) -> str:
    if actor == "enterprise":
        return f"enterprise:{enterprise}"
    return ACTORS.get(actor) or actor.replace("_environment", "-env").replace("_coordinator", "-coord")


def _full_score() -> dict[str, object]:
    schema = json.loads((ROOT / "forms/shandong/acceptance_score.json").read_text())
    points = {key: item["maximum"] for key, item in schema["properties"]["scores"]["properties"].items()}
    return {"scores": points, "vetoes": {str(n): False for n in range(1, 6)}, "emission_compliant": True, "promise_years": 1}


def _walk(office: Office, case: Case, enterprise: str, until: str, answers: dict[str, dict[str, object]]) -> None:
    """Everybody does what falls to them in a case until a legal step is open (or, for `end`, the case has ended)."""
    world = office.world

    def arrived() -> bool:
        with world.session() as session:
            if session.get_one(Case, case.id).status == CaseStatus.ENDED:
                return True
        return any(s.endswith(until) for t in world.open_tasks(case.id) for s in t.basis.split())

    for _ in range(40):
        if arrived():
            return
        waiting = [t for t in world.open_tasks(case.id) if not t.optional]
        if not waiting:
            office.wait_until(lambda: arrived() or bool([t for t in world.open_tasks(case.id) if not t.optional]), "something to do")
            continue
        task = waiting[0]
        values = next((v for k, v in answers.items() if any(s.endswith(k) for s in task.basis.split())), {})
        office.complete(_username(task.actor, enterprise), task, **values)
    raise AssertionError(f"{until} was not reached")


def test_a_county_list_is_returned_once_corrected_approved_and_published(office: Office) -> None:
    world = office.world
    county = office.person("county-env")
    county.open("/rosters")
    county.page.get_by_role("button", name="新建").first.click()
    case = world.case_of("shandong.listing_env")
    assert case.roster_id is not None
    for number, name in enumerate((PASSES, LATE, EXTENDED)):
        page = county.open(f"/rosters/{case.roster_id}/entries/new")
        page.locator("#name").fill(name)
        page.locator("#uscc").fill(uscc_of(name))
        if number == 0:  # a wrong code is named beside its field, and nothing typed is lost
            page.locator("#uscc").fill("91370102MA3C0L6X0A")
            page.locator("input[name=grounds][value='1']").check()
            page.get_by_role("button", name="添加", exact=True).click()
            expect(page.locator("#uscc")).to_have_attribute("aria-invalid", "true")
            expect(page.locator("#name")).to_have_value(name)
            page.locator("#uscc").fill(uscc_of(name))
        page.locator("input[name=grounds][value='1']").check()
        if page.locator("#region_code option").count() > 1:
            page.locator("#region_code").select_option("370102")
        page.get_by_role("button", name="添加", exact=True).click()
        expect(page.get_by_text(name).first).to_be_visible()
    office.complete("county-env", office.step(case.id, "listing-env.s1"))

    city_task = office.step(case.id, "listing-env.s3")
    city = office.opened("city-env", city_task)
    city.page.locator(".qc-actionbar").get_by_role("link", name="退回").click()
    city.page.locator("textarea[name=reason]").fill("请核对样例印染厂的行业代码")
    city.page.get_by_role("button", name="退回").click()

    corrected = office.step(case.id, "listing-env.s1")
    county = office.opened("county-env", corrected)
    expect(county.page.locator("body")).to_contain_text("请核对样例印染厂的行业代码")
    with world.session() as session:
        entry_id = session.query(RosterEntry.id).filter_by(roster_id=case.roster_id, name=LATE).scalar()
    page = county.open(f"/rosters/{case.roster_id}/entries/{entry_id}")
    page.locator("#industry_code").fill("C1713")
    page.get_by_role("button", name="保存更正").click()
    office.complete("county-env", corrected)
    office.complete("city-env", office.step(case.id, "listing-env.s3"), decision="approve")
    office.complete("province-env", office.step(case.id, "listing-env.s4"), decision="approve")

    office.wait_until(lambda: bool(world.open_tasks(name=None)) and _has_publication(world), "the publication case is open")
    publication = world.case_of("shandong.list_publication")
    office.complete("province-env", office.step(publication.id, "list-publication.s1"))
    office.complete("province-coord", office.step(publication.id, "list-publication.s2"))
    for _ in range(2):
        task = office.step(publication.id, "list-publication.s3")
        office.complete(_username(task.actor, ""), task, decision="confirm")
    for name in (PASSES, LATE, EXTENDED):
        office.wait_until(lambda name=name: _has_case(world, name), f"{name} has its case")  # type: ignore[misc]
    public = office.browser.new_page()
    public.goto(f"{office.base}/public/lists")
    public.get_by_role("link", name="强制性清洁生产审核企业名单").first.click()
    expect(public.get_by_text(PASSES).first).to_be_visible()
    public.close()
    office.check()


def _has_publication(world: World) -> bool:
    with world.session() as session:
        return session.query(Case).filter_by(process_key="shandong.list_publication").count() > 0


def _has_case(world: World, enterprise: str) -> bool:
    with world.session() as session:
        return session.query(Case).filter(Case.process_key == "shandong.mandatory_audit", Case.title.startswith(enterprise)).count() > 0


def test_an_enterprise_discloses_starts_and_reports_then_fails_and_passes_acceptance(office: Office) -> None:
    world = office.world
    case = world.case_of("shandong.mandatory_audit", PASSES)
    owner = office.person(f"enterprise:{PASSES}")
    owner.open("/portal/")
    expect(owner.page.locator("body")).to_contain_text("2027-02-11")  # a month from publication on 2027-01-11
    office.complete(f"enterprise:{PASSES}", office.step(case.id, "disclosure.s2"))
    office.complete(f"enterprise:{PASSES}", office.step(case.id, "execution.s2"), mode="self")
    for phase in range(1, 8):
        office.complete(f"enterprise:{PASSES}", office.step(case.id, f"execution.p{phase}"))
    office.complete(f"enterprise:{PASSES}", office.step(case.id, "execution.s3"))
    _walk(office, case, PASSES, "rectification.s3", {"result-publication.s3": {"decision": "yes"}, "acceptance.s5": {"decision": "fail"}})
    owner.open("/portal/")
    expect(owner.page.locator("body")).to_contain_text("整改")
    office.complete(f"enterprise:{PASSES}", office.step(case.id, "rectification.s3"))
    answers: dict[str, dict[str, object]] = {"acceptance.s17": _full_score(), "audit-2017.acceptance.s5": {"decision": "pass"}}
    _walk(office, case, PASSES, "acceptance.s20", answers)
    office.complete("city-env", office.step(case.id, "acceptance.s20"))
    office.clock.to("2027-02-10")  # the ten workdays of the public notice are over
    _walk(office, case, PASSES, "never", answers)
    with world.session() as session:
        ended = session.get_one(Case, case.id)
        assert ended.status == CaseStatus.ENDED
    person = office.person("county-env")
    person.open(f"/cases/{case.id}")
    expect(person.page.locator("body")).to_contain_text("办结")
    office.check()


def test_an_enterprise_applies_for_extension_and_is_rolled_over(office: Office) -> None:
    world = office.world
    case = world.case_of("shandong.mandatory_audit", EXTENDED)
    office.complete(f"enterprise:{EXTENDED}", office.step(case.id, "disclosure.s2"))
    office.complete(f"enterprise:{EXTENDED}", office.step(case.id, "extension.s1"), reason="设备改造尚未完成，确有困难")
    _walk(office, case, EXTENDED, "never", {})
    with world.session() as session:
        assert session.get_one(Case, case.id).status == CaseStatus.ENDED
        rolled = session.query(RosterEntry).filter_by(rolled_from_case_id=case.id).one()
        assert rolled.name == EXTENDED
    office.check()


def test_an_enterprise_that_misses_its_limit_is_penalised(office: Office) -> None:
    world = office.world
    audit = world.case_of("shandong.mandatory_audit", LATE)
    office.clock.to("2027-02-15")
    office.wait_until(lambda: _penalties(world, audit.id) == 1, "the penalty case is opened by itself")
    county = office.person("county-env")
    county.open(f"/cases/{audit.id}")
    expect(county.page.locator("body")).to_contain_text("逾期")
    with world.session() as session:
        penalty = session.query(Case).filter_by(process_key="shandong.penalty", parent_id=audit.id).one()
    office.complete("county-env", office.step(penalty.id, "penalty-enterprise.s1"), decision="disclosure")
    fine = office.step(penalty.id, "penalty-enterprise.s4")
    data = world.values_for("county-env", fine, decision="fine", amount=30000)
    _too_much(office, fine, data)
    office.complete("county-env", fine, **data)
    _walk(office, penalty, LATE, "never", {})
    with world.session() as session:
        fined = session.query(EnterpriseRecord).filter_by(case_id=penalty.id, kind="fine").one()
        assert fined.amount == 30000
    owner = office.person(f"enterprise:{LATE}")
    owner.open("/notices")
    expect(owner.page.locator("body")).to_contain_text("处罚")
    office.check()


def _too_much(office: Office, task: object, data: dict[str, object]) -> None:
    """A fine above what the article allows is refused beside its field."""
    from app.cases import drafts
    from app.model import Task

    assert isinstance(task, Task)
    with office.world.transaction() as session:
        drafts.save(session, office.world.principal(session, "county-env"), task.id, {**data, "amount": 200_000}, 0, overwrite=True)
    county = office.opened("county-env", task)
    county.page.locator(".qc-actionbar").get_by_role("button", name="提交").click()
    expect(county.page.locator("body")).to_contain_text("不能大于 100000")


def _penalties(world: World, audit_id: int) -> int:
    with world.session() as session:
        return session.query(Case).filter_by(process_key="shandong.penalty", parent_id=audit_id).count()
