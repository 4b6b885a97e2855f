"""The registers of the demonstration: consultants in every standing, a pool of experts, and whom the consultants serve. All fictional."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.demo.places import CITIES, PROVINCE
from app.demo.stage import Stage
from app.law.registers import Act
from app.model import Case, Organisation, OrganisationKind, User
from app.model.identifiers import made_up_uscc
from app.services import client_record, register_acts
from app.services.register_book import Doing, Hand
from app.services.register_opening import Applicant, apply, open_register

CONSULTANTS = "sd-audit-2017.consultant-registry"
EXPERTS = "sd-audit-2017.expert-registry"
GROUND = "warnings.1"

# name, what became of it: listed, correcting, applied
_CONSULTANTS = (
    ("样例清洁生产咨询有限公司", "listed"), ("样例节能环保咨询有限公司", "listed"), ("示例绿色技术服务有限公司", "correcting"),
    ("示例环境科技咨询有限公司", "applied"),
)  # fmt: skip
_EMPLOYERS = ("样例大学环境学院", "样例化工设计研究院", "示例节能监测中心", "示例清洁生产协会")
_EXPERTS = (
    ("吴演示", ("清洁生产", "环保")), ("郑演示", ("清洁生产",)), ("冯演示", ("行业",)), ("褚演示", ("行业", "能源")), ("卫演示", ("环保",)),
    ("蒋演示", ("环保",)), ("沈演示", ("能源",)), ("韩演示", ("能源", "清洁生产")), ("杨演示", ("行业",)), ("朱演示", ("清洁生产",)),
    ("秦演示", ("环保", "能源")), ("许演示", ("行业",)),
)  # fmt: skip


def load(stage: Stage) -> None:
    """Opens the registers a while ago, fills them, and links consultants to enterprises under audit."""
    with clock.at(stage.moment(300)), stage.transaction() as session:
        _consultants(session)
        _experts(session)
    with clock.at(stage.end), stage.transaction() as session:
        _clients(session)


def _consultants(session: Session) -> None:
    register = open_register(session, CONSULTANTS, PROVINCE, is_demo=True)
    hand = Hand(organisation_id=register.keeper_id)
    for number, (name, becomes) in enumerate(_CONSULTANTS, start=1):
        facts: dict[str, Any] = {
            "legal_representative": "法人样例", "address": f"济南市示例路 {number} 号", "contact_name": f"联系人{number:02d}",
            "contact_phone": f"0531-0000{number:04d}", "business_scope": "清洁生产审核咨询",
        }  # fmt: skip
        organisation = session.scalar(
            select(Organisation.id).where(Organisation.kind == OrganisationKind.CONSULTANT, Organisation.name == name)
        )
        entry = apply(
            session, register, Applicant(name, made_up_uscc("370102", 900 + number), organisation_id=organisation, facts=facts), hand
        )
        entry.judged = {"1": True, "2": True, "3": True, "4": True} if becomes != "applied" else {"1": True}
        if becomes == "applied":
            continue
        register_acts.act(session, entry, Doing(Act.ADMISSION, note="材料齐全，予以备案公布"), hand)
        if becomes == "correcting":
            by = clock.today() + dt.timedelta(days=420)
            note = "审核报告物料平衡数据与现场不符，责令核实改正"
            register_acts.act(session, entry, Doing(Act.CORRECTION_ORDERED, GROUND, note, correct_by=by), hand)
        elif number == 1:
            happened = clock.today() - dt.timedelta(days=12)
            register_acts.change(session, entry, happened, {"address": "济南市示例路 88 号"}, hand)


def _experts(session: Session) -> None:
    register = open_register(session, EXPERTS, PROVINCE, is_demo=True)
    hand = Hand(organisation_id=register.keeper_id)
    account = session.scalar(select(User.id).where(User.username == "expert"))
    for number, (name, specialties) in enumerate(_EXPERTS):
        facts = {
            "title": "正高级" if number % 3 else "副高级",
            "education": "硕士",
            "years": 12 + number,
            "contact_phone": f"0531-0001{number:04d}",
        }
        applicant = Applicant(
            name,
            employer=_EMPLOYERS[number % len(_EMPLOYERS)],
            user_id=account if number == 0 else None,
            specialties=specialties,
            facts=facts,
        )
        register_acts.act(session, apply(session, register, applicant, hand), Doing(Act.ADMISSION), hand)


def _clients(session: Session) -> None:
    """Every other audit is helped by one of the listed consultants."""
    cases = session.scalars(
        select(Case).where(Case.process_key == "shandong.mandatory_audit", Case.region_code.in_([c for cs in CITIES.values() for c in cs]))
    ).all()
    for number, case in enumerate(sorted(cases, key=lambda one: one.id)):
        if number % 2 == 0:
            client_record.engage(session, case, _CONSULTANTS[number // 2 % 2][0])
