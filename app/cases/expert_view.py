"""Reading the experts of a case: each draw with its record, whether it can be repeated, and what everybody thinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import scope
from app.access.principal import Principal
from app.cases import expert_acts
from app.cases.errors import Forbidden, NotFound
from app.model import Case, CaseStatus, DrawMember, ExpertDraw, MemberStatus, Organisation, Register, RegisterEntry, User
from app.services import expert_lot, experts
from app.services.expert_lot import Candidate


@dataclass(frozen=True)
class DrawRecord:
    """One draw with who held it, and whether it gives the same experts again."""

    draw: ExpertDraw
    register: Register
    organisation: str
    person: str
    holds: bool


@dataclass(frozen=True)
class ExpertFile:
    """The experts of a case. Whoever was drawn and does not organise sees the own seat alone."""

    case: Case
    draws: Sequence[DrawRecord]
    organises: bool
    own_entries: frozenset[int]
    to_fill: dict[str, int]

    @property
    def now(self) -> list[DrawMember]:
        """Everybody of the latest sitting, those who do not come too."""
        last = max((record.draw.sitting for record in self.draws), default=0)
        return [member for record in self.draws if record.draw.sitting == last for member in record.draw.members if self.shows(member)]

    @property
    def heard(self) -> int:
        return sum(1 for member in self.now if member.given_at is not None)

    @property
    def present(self) -> int:
        return sum(1 for member in self.now if member.status == MemberStatus.DRAWN)

    def shows(self, member: DrawMember) -> bool:
        return self.organises or member.entry_id in self.own_entries

    def may_act(self, member: DrawMember) -> bool:
        """Whether the reader may say something for a seat."""
        return self.case.status != CaseStatus.ENDED and self.shows(member)


def of_case(session: Session, principal: Principal, case_id: int) -> ExpertFile:
    """The experts of a case: for those who organise them, and for whoever was drawn. Raises `NotFound`."""
    own = frozenset(session.scalars(select(RegisterEntry.id).where(RegisterEntry.user_id == principal.user_id)))
    drawn = select(ExpertDraw.case_id).join(DrawMember, DrawMember.draw_id == ExpertDraw.id).where(DrawMember.entry_id.in_(own))
    case = session.scalars(select(Case).where(Case.id == case_id, or_(scope.cases(principal), Case.id.in_(drawn)))).first()
    if case is None:
        raise NotFound()
    in_scope = session.scalar(select(Case.id).where(Case.id == case_id, scope.cases(principal))) is not None
    organises = in_scope and expert_acts.may_organise(principal) is not None
    if not organises and not own:
        raise NotFound()
    rows = session.execute(
        select(ExpertDraw, Register, Organisation.name, User.name)
        .join(Register, Register.id == ExpertDraw.register_id)
        .outerjoin(Organisation, Organisation.id == ExpertDraw.organisation_id)
        .outerjoin(User, User.id == ExpertDraw.user_id)
        .where(ExpertDraw.case_id == case_id)
        .options(selectinload(ExpertDraw.members).joinedload(DrawMember.entry))
        .order_by(ExpertDraw.sitting.desc(), ExpertDraw.round.desc())
    ).unique()
    records = [DrawRecord(draw, register, office or "系统", person or "", repeats(draw)) for draw, register, office, person in rows]
    return ExpertFile(case, records, organises, own, experts.seats_to_fill(session, case))


def repeats(draw: ExpertDraw) -> bool:
    """Whether a draw by lot gives the same experts again from its record, and its digest fits."""
    if draw.method != "random":
        return True
    seed = bytes.fromhex(draw.seed)
    wanted = {specialty: int(number) for specialty, number in draw.wanted.items()}
    lot = expert_lot.draw(seed, [Candidate(one["entry"], tuple(one["specialties"])) for one in draw.pool], wanted)
    same = set(lot.seated) == {(member.entry_id, member.specialty) for member in draw.members}
    return same and draw.digest == expert_lot.digest(seed, draw.pool, wanted)


def member(session: Session, principal: Principal, member_id: int) -> tuple[DrawMember, ExpertFile]:
    """A seat for which the person may speak, with the case's experts. Raises `NotFound`."""
    found = session.scalars(
        select(DrawMember).where(DrawMember.id == member_id).options(joinedload(DrawMember.draw), joinedload(DrawMember.entry))
    ).first()
    if found is None:
        raise NotFound()
    file = of_case(session, principal, found.draw.case_id)
    if not file.may_act(found):
        raise NotFound()
    return found, file


def to_choose(
    session: Session, principal: Principal, case_id: int
) -> tuple[ExpertFile, list[RegisterEntry], list[tuple[RegisterEntry, str]]]:
    """Who may be named for a case without a lot, and who not. Raises `NotFound`, `Forbidden`."""
    file = of_case(session, principal, case_id)
    if not file.organises:
        raise Forbidden("专家由组织验收的单位确定")
    eligible, excluded = expert_acts.entries_to_choose(session, file.case)
    return file, eligible, excluded
