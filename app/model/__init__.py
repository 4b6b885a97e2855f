"""Tables, constraints, indexes and the session. No behaviour.

Importing this package makes every table known to `Base.metadata`.
"""

from app.model.approval import Approval, ApprovalStatus, DefinitionAuthor, LibraryImport
from app.model.base import Base
from app.model.case import Case, CaseParty, CaseState, CaseStatus
from app.model.case_migration import (
    CaseMigrationItem,
    CaseMigrationPlan,
    CaseMigrationRun,
    CaseMigrationSnapshot,
    MigrationAct,
    MigrationOutcome,
    MigrationRunStatus,
)
from app.model.definition import Blob, Definition, DefinitionFile, DefinitionStatus
from app.model.design import Design, DesignEditor, DesignSave, DesignStatus
from app.model.document import Document
from app.model.enterprise import Enterprise
from app.model.event import Event
from app.model.identity import Membership, Organisation, OrganisationKind, Role, User
from app.model.incident import Incident, IncidentKind, IncidentRun, IncidentRunItem, IncidentStatus, RunItemStatus
from app.model.outbox import OutboxMessage, OutboxStatus
from app.model.publication import Notice, Publication, PublicationEntry
from app.model.record import EnterpriseRecord
from app.model.register import (
    CaseSubject,
    ClientOutcome,
    ConsultantService,
    DrawMember,
    ExpertDraw,
    ExpertInterest,
    MemberStatus,
    ProposalStatus,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    Standing,
)
from app.model.roster import EntryStatus, Roster, RosterEntry, RosterStatus
from app.model.system import Holiday, IdempotencyKey, Lease, ServicePromise, Setting
from app.model.task import ClockStop, Draft, Task, TaskStatus
from app.model.timer import Timer, TimerKind

__all__ = [
    "Approval",
    "ApprovalStatus",
    "Base",
    "Blob",
    "Case",
    "CaseMigrationItem",
    "CaseMigrationPlan",
    "CaseMigrationRun",
    "CaseMigrationSnapshot",
    "CaseParty",
    "CaseState",
    "CaseStatus",
    "CaseSubject",
    "ClientOutcome",
    "ClockStop",
    "ConsultantService",
    "Definition",
    "DefinitionAuthor",
    "DefinitionFile",
    "DefinitionStatus",
    "Design",
    "DesignEditor",
    "DesignSave",
    "DesignStatus",
    "Document",
    "Draft",
    "DrawMember",
    "Enterprise",
    "EnterpriseRecord",
    "EntryStatus",
    "Event",
    "ExpertDraw",
    "ExpertInterest",
    "Holiday",
    "IdempotencyKey",
    "Incident",
    "IncidentKind",
    "IncidentRun",
    "IncidentRunItem",
    "IncidentStatus",
    "Lease",
    "LibraryImport",
    "MemberStatus",
    "Membership",
    "MigrationAct",
    "MigrationOutcome",
    "MigrationRunStatus",
    "Notice",
    "Organisation",
    "OrganisationKind",
    "OutboxMessage",
    "OutboxStatus",
    "ProposalStatus",
    "Publication",
    "PublicationEntry",
    "Register",
    "RegisterEntry",
    "RegisterMark",
    "RegisterProposal",
    "Role",
    "Roster",
    "RosterEntry",
    "RosterStatus",
    "RunItemStatus",
    "ServicePromise",
    "Setting",
    "Standing",
    "Task",
    "TaskStatus",
    "Timer",
    "TimerKind",
    "User",
]
