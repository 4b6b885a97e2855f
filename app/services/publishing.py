"""Publications that everybody sees, and records filed with a higher authority."""

from __future__ import annotations

from typing import Any

from app.access.organisations import resolve_actor
from app.law.labels import actor_label
from app.model import EnterpriseRecord, Organisation, Publication
from app.services.context import OperatorError, ServiceContext, operator
from app.services.notices import Message, handling_office, tell

TITLES = {
    "disclosure": "强制性清洁生产审核信息公开",
    "audit_result": "清洁生产审核结果公布",
    "acceptance_notice": "清洁生产审核验收结果公示",
    "passed_list": "清洁生产审核验收合格企业",
    "announcement": "公告",
}
BY_ENTERPRISE = frozenset({"disclosure", "audit_result"})
_ORGANISED = frozenset({"acceptance_notice", "passed_list"})
_PUBLIC = frozenset({"acceptance_result", "score_grade", "grounds", "list_published_on"})


@operator("publish_result", gives=("publication_started_on",))
def publish_result(
    context: ServiceContext, kind: str, title: str | None = None, by: str | None = None, text: str | None = None
) -> dict[str, Any]:
    """A publication that the public sees without signing in: about the case's enterprise, or about its region where it has none.

    `title` says what it is, instead of the words of its kind; `by` is the actor that publishes. A `due` at the service task is how long it stays open
    for objections, counted from `publication_started_on`.
    """
    if kind not in TITLES:
        raise OperatorError(f"没有“{kind}”这种公布")
    today, words = context.today, title or TITLES[kind]
    open_until = context.deadline(publication_started_on=today.isoformat())
    about = context.enterprise if context.case.enterprise_id is not None else None
    body = {name: value for name, value in context.call.variables.items() if name in _PUBLIC}
    context.session.add(
        Publication(
            key=f"{kind}:{context.key}",
            kind=kind,
            title=f"{about.name}：{words}" if about else words,
            body={**body, "text": text} if text else body,
            year=today.year,
            region_code=about.region_code if about else context.case.region_code,
            case_id=context.case.id,
            enterprise_id=about.id if about else None,
            publishers=about.name if about and by is None and kind in BY_ENTERPRISE else _publisher(context, kind, by),
            published_on=today,
            closes_on=open_until.due_on if open_until else None,
            is_demo=context.case.is_demo,
        )
    )
    return {"publication_started_on": today.isoformat()} if open_until or kind == "acceptance_notice" else {}


def _publisher(context: ServiceContext, kind: str, by: str | None) -> str:
    """The name of the office that publishes: the one named, else the organiser of an acceptance, else the office that handles the case."""
    actor = by or (context.variable("organiser") if kind in _ORGANISED else None)
    office: Organisation | None = resolve_actor(context.session, actor, context.case) if actor else None
    office = office or handling_office(context.session, context.case, context.call.variables)
    return office.name if office else ""


@operator("file_record")
def file_record(context: ServiceContext, to: str, title: str, if_set_up: bool = False) -> None:
    """备案: a record filed with a higher authority, which is told.

    `if_set_up`: where nobody here acts for that authority the record is entered all the same, and nobody is told.
    """
    organisation = resolve_actor(context.session, to, context.case)
    if organisation is None and not if_set_up:
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
    if organisation is None:
        return
    message = Message(
        key=f"filing:{context.key}",
        organisation=organisation,
        kind="filing",
        title=title,
        body=f"{context.case.title}（{context.case.number}）：{title}。",
    )
    tell(context.session, context.case, [message])
