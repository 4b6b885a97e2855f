"""Tables, constraints, indexes and the session. No behaviour.

Importing this package makes every table known to `Base.metadata`.
"""

from app.model.base import Base
from app.model.case import Case, CaseParty, CaseState, CaseStatus
from app.model.definition import Blob, Definition, DefinitionFile, DefinitionStatus
from app.model.document import Document
from app.model.enterprise import Enterprise
from app.model.event import Event
from app.model.identity import Membership, Organisation, OrganisationKind, Role, User
from app.model.outbox import OutboxMessage, OutboxStatus
from app.model.publication import Notice, Publication, PublicationEntry
from app.model.record import EnterpriseRecord
from app.model.roster import EntryStatus, Roster, RosterEntry, RosterStatus
from app.model.system import Holiday, IdempotencyKey, Lease, ServicePromise, Setting
from app.model.task import ClockStop, Draft, Task, TaskStatus
from app.model.timer import Timer, TimerKind

__all__ = [
    "Base",
    "Blob",
    "Case",
    "CaseParty",
    "CaseState",
    "CaseStatus",
    "ClockStop",
    "Definition",
    "DefinitionFile",
    "DefinitionStatus",
    "Document",
    "Draft",
    "Enterprise",
    "EnterpriseRecord",
    "EntryStatus",
    "Event",
    "Holiday",
    "IdempotencyKey",
    "Lease",
    "Membership",
    "Notice",
    "Organisation",
    "OrganisationKind",
    "OutboxMessage",
    "OutboxStatus",
    "Publication",
    "PublicationEntry",
    "Role",
    "Roster",
    "RosterEntry",
    "RosterStatus",
    "ServicePromise",
    "Setting",
    "Task",
    "TaskStatus",
    "Timer",
    "TimerKind",
    "User",
]
