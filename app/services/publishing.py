"""Publications about one enterprise, and records filed with a higher authority."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app.access.organisations import resolve_actor
from app.law import periods
from app.law.labels import actor_label
from app.model import EnterpriseRecord, Publication
from app.services.context import OperatorError, ServiceContext, operator
from app.services.notices import Message, handling_office, tell

NOTICE_PERIOD = 10
"""Length of the public notice of an acceptance result, in workdays (鲁经贸循字〔2008〕264号 art. 17)."""

TITLES = {
    "disclosure": "强制性清洁生产审核信息公开",
    "audit_result": "清洁生产审核结果公布",
    "acceptance_notice": "清洁生产审核验收结果公示",
    "passed_list": "清洁生产审核验收合格企业",
}


@operator("publish_result")
def publish_result(context: ServiceContext, kind: str) -> dict[str, Any]:
    """A publication about the case's enterprise that the public sees without signing in."""
    if kind not in TITLES:
        raise OperatorError(f"没有“{kind}”这种公布")
    enterprise, today = context.enterprise, context.today
    # Results of an acceptance are published by the authority that organised it.
    organiser = context.variable("organiser") if kind in ("acceptance_notice", "passed_list") else None
    office = resolve_actor(context.session, organiser, context.case) if organiser else None
    office = office or handling_office(context.session, context.case, context.call.variables)
    closes: dt.date | None = None
    if kind == "acceptance_notice":
        closes = periods.workdays(NOTICE_PERIOD, since=today, since_label="公示开始").due_on
    body = {name: value for name, value in context.call.variables.items() if name in _PUBLIC}
    context.session.add(
        Publication(
            key=f"{kind}:{context.key}",
            kind=kind,
            title=f"{enterprise.name}：{TITLES[kind]}",
            body=body,
            year=today.year,
            region_code=enterprise.region_code,
            case_id=context.case.id,
            enterprise_id=enterprise.id,
            publishers=enterprise.name if kind in ("disclosure", "audit_result") else (office.name if office else ""),
            published_on=today,
            closes_on=closes,
            is_demo=context.case.is_demo,
        )
    )
    return {"publication_started_on": today.isoformat()} if kind == "acceptance_notice" else {}


_PUBLIC = frozenset({"acceptance_result", "score_grade", "grounds", "list_published_on"})


@operator("file_record")
def file_record(context: ServiceContext, to: str, title: str) -> None:
    """备案: a record filed with a higher authority, which is told."""
    organisation = resolve_actor(context.session, to, context.case)
    if organisation is None:
        raise OperatorError(f"找不到备案单位“{actor_label(to)}”")
    context.session.add(
        EnterpriseRecord(
            key=f"filing:{context.key}",
            enterprise_id=context.enterprise.id,
            case_id=context.case.id,
            kind="filing",
            note=title,
            recorded_on=context.today,
        )
    )
    message = Message(
        key=f"filing:{context.key}",
        organisation=organisation,
        kind="filing",
        title=title,
        body=f"{context.case.title}（{context.case.number}）：{title}。",
    )
    tell(context.session, context.case, [message])
