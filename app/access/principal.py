"""Who is acting: a user with the organisations and roles that count for this action."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.model import Organisation, OrganisationKind, Role, User

WORKING_ROLES = frozenset({Role.HANDLER, Role.REVIEWER, Role.SIGNER})


@dataclass(frozen=True)
class Reach:
    """What decides which cases a principal sees: people with the same reach see the same."""

    administrator: bool
    regions: tuple[str, ...]  # of the authorities they work in
    organisation_ids: frozenset[int]


@dataclass(frozen=True)
class Principal:
    """A signed-in user."""

    user: User

    @property
    def user_id(self) -> int:
        return self.user.id

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(m.role for m in self.user.memberships)

    @cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        """Organisations in which the user does case work."""
        found = {m.organisation_id: m.organisation for m in self.user.memberships if m.role in WORKING_ROLES}
        return tuple(found.values())

    @cached_property
    def organisation_ids(self) -> frozenset[int]:
        return frozenset(o.id for o in self.organisations)

    @cached_property
    def authorities(self) -> tuple[Organisation, ...]:
        return tuple(o for o in self.organisations if o.kind == OrganisationKind.AUTHORITY)

    @cached_property
    def reach(self) -> Reach:
        return Reach(self.has(Role.ADMINISTRATOR), tuple(sorted({o.region_code for o in self.authorities})), self.organisation_ids)

    @property
    def organisation(self) -> Organisation | None:
        """The organisation that the user acts for."""
        return self.organisations[0] if self.organisations else None

    @property
    def is_authority(self) -> bool:
        return bool(self.authorities)

    @property
    def is_enterprise(self) -> bool:
        return any(o.kind == OrganisationKind.ENTERPRISE for o in self.organisations)

    @property
    def works_for_authorities(self) -> bool:
        """Experts and support bodies, who review for the office that organises an acceptance."""
        return any(o.kind in (OrganisationKind.EXPERT_GROUP, OrganisationKind.SUPPORT_BODY) for o in self.organisations)

    def has(self, role: Role) -> bool:
        return role in self.roles
