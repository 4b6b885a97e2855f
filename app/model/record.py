"""The record of an enterprise: sanctions, credit records, restrictions of preferential policies, filed results."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Key


class EnterpriseRecord(Base):
    """One entry. Amounts are CNY."""

    __tablename__ = "enterprise_records"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # order, fine, penalty, withdrawal, credit, restriction, filing
    sanction: Mapped[str | None] = mapped_column(String(60))  # id of the sanction in the catalogue
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    note: Mapped[str | None] = mapped_column(String(300))
    recorded_on: Mapped[dt.date]
    lifted_on: Mapped[dt.date | None]
