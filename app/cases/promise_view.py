"""The time limits that offices promise below those of the law, and what they may be promised for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.law.catalogue import Step, catalogue
from app.model import (
    Definition,
    DefinitionStatus,
    Organisation,
    OrganisationKind,
    ServicePromise,
)


def promises(session: Session) -> list[tuple[ServicePromise, Organisation, Step | None]]:
    law = catalogue()
    rows = session.execute(
        select(ServicePromise, Organisation)
        .join(Organisation, Organisation.id == ServicePromise.organisation_id)
        .order_by(Organisation.region_code, Organisation.id, ServicePromise.step)
    ).all()
    return [(promise, organisation, law.step(promise.step)) for promise, organisation in rows]


def promise_steps(session: Session) -> list[Step]:
    """Steps of authorities with a time limit that deployed processes carry out."""
    slugs = set(session.scalars(select(Definition.jurisdiction).where(Definition.status == DefinitionStatus.DEPLOYED).distinct()))
    found = []
    for jurisdiction in catalogue().jurisdictions():
        if jurisdiction.slug in slugs:
            found += [s for s in jurisdiction.steps.values() if s.deadlines and s.actor.partition("_")[0] in ("county", "city", "province")]
    return found


def authorities(session: Session) -> list[Organisation]:
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.kind == OrganisationKind.AUTHORITY, Organisation.active)
            .order_by(Organisation.region_code, Organisation.id)
        )
    )
