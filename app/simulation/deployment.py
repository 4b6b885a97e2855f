"""Before a design is finished and before a version is deployed: whatever its kept scenarios say must happen still happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.access.principal import Principal
from app.cases import designs, library
from app.cases.errors import Conflict
from app.engine import store
from app.engine.checking import gate
from app.model import Definition, DefinitionStatus
from app.simulation import kept
from app.simulation.kept import Outcome
from app.simulation.turnstile import one_at_a_time

SECONDS = 60.0
"""For all scenarios of a version together."""


class OtherEvents(Conflict):
    """A design or a version in whose kept scenarios something else happens than must, and what was not done therefore."""

    def __init__(self, outcomes: Sequence[Outcome], not_done: str) -> None:
        self.outcomes = tuple(outcomes)
        titles = "、".join(f"“{one.title}”" for one in self.outcomes)
        super().__init__(f"照保留的方案走，{titles}与原来不同，{not_done}")


def hold_against_kept(session: Session, key: str, version: int) -> None:
    """Plays the scenarios that are kept with a draft among what is deployed. Raises `OtherEvents`, `Busy`, `TakesTooLong`.

    What is no draft, or cannot be executed, is left to the deployment itself to refuse.
    """
    definition = session.scalars(select(Definition).where(Definition.key == key, Definition.version == version)).first()
    if definition is None or definition.status != DefinitionStatus.DRAFT:
        return
    own = store.files_of(session, definition.id)
    if not kept.paths_in(own, key) or gate.errors(library.faults(session, definition)):
        return
    _hold(session, key, own, "没有部署")


def hold_design_against_kept(session: Session, principal: Principal, design_id: int) -> None:
    """The same with the scenarios of a design, as it was saved last, before it is finished."""
    design = designs.find(session, principal, design_id)
    own = designs.files_of(session, designs.latest(session, design))
    if kept.paths_in(own, design.key) and not gate.errors(designs.check(session, design, own)):
        _hold(session, design.key, own, "没有定稿")


def _hold(session: Session, key: str, own: Mapping[str, bytes], not_done: str) -> None:
    files = kept.among(library.deployed_files(session), own, key)
    with one_at_a_time(SECONDS) as ends_at, capture_logs():
        outcomes = [kept.play(path, files, ends_at) for path in kept.paths_in(own, key)]
    if different := [one for one in outcomes if not one.as_expected]:
        raise OtherEvents(different, not_done)
