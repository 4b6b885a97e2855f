"""Written notices to organisations: in the system, and by mail where an address is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import find_authority, level_of_region, resolve_actor, superior
from app.engine import store
from app.law.labels import actor_label
from app.model import Case, Notice, Organisation
from app.model.statements import insert_new
from app.services import outbox
from app.services.context import OperatorError, ServiceContext, operator


@dataclass(frozen=True)
class Message:
    """What an organisation is told."""

    key: str
    organisation: Organisation
    kind: str
    title: str
    body: str
    next_step: str | None = None
    due_on: dt.date | None = None
    contact: str | None = None
    template: str | None = None
    task_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def tell(session: Session, case: Case | None, messages: list[Message]) -> None:
    """Sends notices. One with a key that was told already is left out."""
    if not messages:
        return
    now = clock.now()
    insert_new(
        session,
        Notice,
        [
            {
                "key": m.key, "organisation_id": m.organisation.id, "case_id": case.id if case else None, "task_id": m.task_id,
                "kind": m.kind, "title": m.title, "body": m.body, "next_step": m.next_step, "due_on": m.due_on,
                "contact": m.contact, "template": m.template, "facts": m.facts, "created_at": now, "read_at": None,
            }
            for m in messages
        ],
    )  # fmt: skip
    outbox.put_all(
        session,
        [
            {
                "key": f"mail:{m.key}",
                "kind": "mail",
                "case_id": case.id if case else None,
                "payload": {"to": m.organisation.email, "subject": m.title, "text": _mail_text(m)},
            }
            for m in messages
            if m.organisation.email
        ],
    )


def _mail_text(message: Message) -> str:
    lines = [f"{message.organisation.name}：", "", message.body]
    if message.next_step:
        lines += ["", f"下一步：{message.next_step}"]
    if message.due_on:
        lines += [f"期限：{message.due_on.isoformat()}"]
    if message.contact:
        lines += [f"联系：{message.contact}"]
    return "\n".join(lines)


def contact_of(organisation: Organisation | None) -> str | None:
    """Whom to call at an office."""
    if organisation is None:
        return None
    return "，".join(part for part in (organisation.name, organisation.contact_name, organisation.contact_phone) if part)


def handling_office(session: Session, case: Case, variables: Any) -> Organisation | None:
    """The authority next to an enterprise that handles its case: of the body that listed it (`line`), else of that which its process names (`body`).

    Where neither is said, the case is of Shandong's two lines: coordinator for ground 2 alone, else environment.
    """
    body = variables.get("line") or store.of_case(session, case).process.properties.get("body")
    body = body or ("coordinator" if (variables.get("grounds") or []) == ["2"] else "environment")
    for level in ("county", "city", "province"):
        found = find_authority(session, level, body, case.region_code)
        if found is not None:
            return found
    return None


TEMPLATES = {
    "list_published": (
        "您单位已列入强制性清洁生产审核名单",
        "您单位已列入公布的强制性清洁生产审核名单。请按期公开信息、启动审核并报送审核报告。",
    ),
    "listing": ("列入强制性清洁生产审核名单的书面通知", "经逐级核定，您单位列入强制性清洁生产审核名单。名单公布后各项法定期限开始计算。"),
    "copy": ("名单抄送", "现将本次核定的强制性清洁生产审核企业名单抄送贵单位。"),
    "rectification_order": ("责令整改通知", "您单位清洁生产审核验收未通过，请认真整改并在期限内重新申请验收。"),
    "penalty_decision": ("行政处罚决定通知", "您单位违反强制性清洁生产审核规定，现将处罚决定书面通知您单位。"),
    "order_disclosure": ("责令公布信息通知", "您单位未按规定公布信息，现责令公布。"),
    "order_correction": ("责令限期改正通知", "您单位未按规定实施审核或报告结果，现责令在限期内改正。"),
    "acceptance_not_ready": ("企业暂不具备验收申请条件", "企业自查结果显示暂不具备验收申请条件，请督促其完成后再申请。"),
}


@operator("send_notice", gives=("receipt_awaited",))
def send_notice(
    context: ServiceContext,
    to: str,
    template: str = "notice",
    title: str | None = None,
    text: str | None = None,
    if_set_up: bool = False,
    receipt: str | None = None,
) -> dict[str, Any] | None:
    """A written notice to the organisation behind an actor. `title` and `text` prevail over those of the template.

    `if_set_up`: where nobody here acts for it, nothing is sent (a ministry that works with paper). `receipt`: `yes` or `no`, whether somebody
    is to enter when it was received; `receipt_awaited` tells the diagram.
    """
    organisation = resolve_actor(context.session, to, context.case)
    if organisation is None and if_set_up:
        return {"receipt_awaited": False} if receipt else None
    if organisation is None:
        raise OperatorError(f"找不到收件单位“{actor_label(to)}”")
    known_title, body = TEMPLATES.get(template, (None, None))
    office = handling_office(context.session, context.case, context.call.variables)
    heading = title or known_title or "通知"
    tell(
        context.session,
        context.case,
        [
            Message(
                key=f"notice:{context.key}:{to}",
                organisation=organisation,
                kind="notice",
                title=heading,
                body=text or body or f"{context.case.title}：{heading}。",
                contact=contact_of(office),
                template=template,
                facts=_printable(context),
            )
        ],
    )
    return {"receipt_awaited": receipt == "yes"} if receipt else None


def _printable(context: ServiceContext) -> dict[str, Any]:
    wanted = ("grounds", "list_published_on", "rectification_ordered_on", "requirements", "amount", "violation", "correct_by", "year")
    return {name: context.variable(name) for name in wanted if context.variable(name) is not None}


@operator("supervise")
def supervise(context: ServiceContext, reason: str) -> None:
    """督办: tells the superior of the office that handles the case."""
    office = handling_office(context.session, context.case, context.call.variables)
    above = superior(context.session, office) if office else None
    if above is None:
        raise OperatorError(f"找不到 {level_of_region(context.case.region_code)} 的上级督办单位")
    tell(
        context.session,
        context.case,
        [
            Message(
                key=f"supervise:{context.key}",
                organisation=above,
                kind="supervision",
                title=f"督办：{context.case.title}",
                body=f"{context.case.title}（{context.case.number}）：{reason}。请督促办理。",
                contact=contact_of(office),
            )
        ],
    )
