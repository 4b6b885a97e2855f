"""The record of an enterprise: what it was ordered, fined, restricted in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app.law.catalogue import catalogue
from app.model import EnterpriseRecord
from app.services.context import OperatorError, ServiceContext, operator


def _enter(context: ServiceContext, kind: str, sanction: str | None, amount: Decimal | None = None, note: str | None = None) -> None:
    context.session.add(
        EnterpriseRecord(
            key=f"{kind}:{context.key}",
            enterprise_id=context.enterprise.id,
            case_id=context.case.id,
            kind=kind,
            sanction=sanction,
            amount=amount,
            note=note,
            recorded_on=context.today,
        )
    )


@operator("record_sanction")
def record_sanction(context: ServiceContext, kind: str, sanction: str | None = None, amount: Any = None, note: str | None = None) -> None:
    """An order, a fine (CNY), a certificate withdrawn, or a penalty under other laws that an article refers to, with what it is (`note`).

    A fine outside what its article allows is refused; an order to rectify need not be a sanction.
    """
    value = Decimal(str(amount)) if kind == "fine" and amount is not None else None
    if kind == "fine":
        found = catalogue().sanction(sanction) if sanction else None
        if found is None or found.fine is None:
            raise OperatorError(f"“{sanction or '（未写罚则）'}”没有罚款规定")
        low, high = Decimal(found.fine["min"]), Decimal(found.fine["max"])
        if value is None or value <= 0 or not low <= value <= high:
            raise OperatorError(f"罚款应在 {low} 元以上 {high} 元以下")
    _enter(context, kind, sanction, value, note)


@operator("record_credit")
def record_credit(context: ServiceContext, sanction: str) -> None:
    """The credit record that follows a penalty."""
    _enter(context, "credit", sanction, note="建立信用记录并归集")


@operator("record_restriction")
def record_restriction(context: ServiceContext, sanction: str) -> None:
    """Preferential policies are restricted from today."""
    _enter(context, "restriction", sanction, note="限制享受清洁生产优惠政策")


@operator("check_restriction", gives=("restricted",))
def check_restriction(context: ServiceContext, sanction: str) -> dict[str, Any]:
    """Whether the enterprise is restricted today under a sanction, by this case or another."""
    known = select(EnterpriseRecord.id).where(
        EnterpriseRecord.enterprise_id == context.enterprise.id,
        EnterpriseRecord.kind == "restriction",
        EnterpriseRecord.sanction == sanction,
        EnterpriseRecord.lifted_on.is_(None),
    )
    return {"restricted": context.session.scalar(known.limit(1)) is not None}


@operator("lift_restriction")
def lift_restriction(context: ServiceContext, sanction: str) -> None:
    """Ends the restrictions that this case put on its enterprise."""
    context.session.execute(
        update(EnterpriseRecord)
        .where(
            EnterpriseRecord.case_id == context.case.id,
            EnterpriseRecord.kind == "restriction",
            EnterpriseRecord.sanction == sanction,
            EnterpriseRecord.lifted_on.is_(None),
        )
        .values(lifted_on=context.today)
    )
