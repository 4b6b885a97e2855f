"""What drawn experts do in a simulation: as many recuse as the scenario says, the others come and agree with the group."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.principal import Principal
from app.cases import expert_acts
from app.model import Case, MemberStatus
from app.services import experts

REASON = "模拟方案：回避"
OPINION = "模拟方案：同意专家组意见"


def take(session: Session, who: Principal, case: Case, recusals: int) -> None:
    """Some of those who have said nothing yet recuse, everybody else who takes part gives an opinion. Raises `CaseError`."""
    silent = [m for m, _ in experts.members_now(session, case) if m.status == MemberStatus.DRAWN and m.given_at is None]
    for member in silent[:recusals]:
        expert_acts.set_attendance(session, who, member.id, MemberStatus.RECUSED, REASON)
    for member in silent[recusals:]:
        expert_acts.give_opinion(session, who, member.id, OPINION, agrees=True, signed=True, dissent="")
