"""The facts that go into official documents: offices, enterprises, grounds, what was submitted, and who stands for what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import find_authority, level_of_region
from app.law import periods
from app.law.periods import Deadline
from app.model import Case, Enterprise, Organisation, OrganisationKind, Roster, RosterEntry, Task, TaskStatus
from app.model.identifiers import IdentifierError, region_name
from app.office import templates
from app.office.listing_documents import Line
from app.office.official_document import OfficialDocument
from app.office.templates import Authority, Envelope, ListedEnterprise
from app.services.notices import handling_office

DEMO_MARK = "演示数据"
RESULTS = {"excellent": "优秀", "qualified": "合格", "fail": "不予通过"}


@dataclass(frozen=True)
class Paper:
    """A document and what its file is called."""

    name: str
    document: OfficialDocument


def day_of(instant: dt.datetime) -> dt.date:
    """The date of an instant in China."""
    return instant.astimezone(clock.SHANGHAI).date()


def place(code: str) -> str:
    """The name of a place; the code itself where it is no longer known."""
    try:
        return region_name(code)
    except IdentifierError:
        return code


def authority(office: Organisation | None) -> Authority:
    """An office as documents name it."""
    if office is None:
        return Authority("（发文机关待定）")
    return Authority(office.name, contact=office.contact_name or "", phone=office.contact_phone or "")


def envelope(issued_on: dt.date, *, demo: bool, number: str | None = None) -> Envelope:
    """Number, date and the mark of demo data."""
    return Envelope(number=number or "", issued_on=issued_on, watermark=DEMO_MARK if demo else None)


def listed(enterprise: Enterprise, grounds: list[str] | None = None, result: str = "", basis: str = "") -> ListedEnterprise:
    """An enterprise as documents name it."""
    return ListedEnterprise(
        enterprise.name, uscc=enterprise.uscc, region=place(enterprise.region_code), grounds=tuple(grounds or ()),
        industry=enterprise.industry_code or "", result=RESULTS.get(result, result), basis=basis,
    )  # fmt: skip


def listed_entry(entry: RosterEntry) -> ListedEnterprise:
    """An entry of a roster as documents name it."""
    return ListedEnterprise(
        entry.name, uscc=entry.uscc, region=place(entry.region_code), grounds=tuple(entry.grounds), industry=entry.industry_code or ""
    )


def line_of(grounds: list[str]) -> Line:
    """The line that handles an enterprise: ground 2 alone is the coordinator's."""
    return "coordinator" if list(grounds) == ["2"] else "environment"


def as_line(roster: Roster) -> Line:
    return "coordinator" if roster.line == "coordinator" else "environment"


@dataclass
class CaseFacts:
    """What documents need to know of one case."""

    session: Session
    case: Case
    until: dt.datetime | None = None  # what was submitted later does not count: a document says what was known on its day

    @property
    def enterprise(self) -> Enterprise | None:
        return self.session.get(Enterprise, self.case.enterprise_id) if self.case.enterprise_id else None

    @property
    def roster(self) -> Roster | None:
        return self.session.get(Roster, self.case.roster_id) if self.case.roster_id else None

    def variables(self) -> Mapping[str, Any]:
        """The case's variables as its newest task found them."""
        context = self.session.scalars(
            select(Task.context).where(Task.case_id == self.case.id, Task.context.is_not(None)).order_by(Task.id.desc()).limit(1)
        ).first()
        return context or {}

    def office(self, variables: Mapping[str, Any] | None = None) -> Organisation | None:
        """Who handles the case: the bureau that proposed a roster, else the county authority of the enterprise."""
        roster = self.roster
        if roster is not None:
            return self.session.get(Organisation, roster.organisation_id)
        return handling_office(self.session, self.case, {**self.variables(), **(variables or {})})

    def submitted(self, form: str) -> Task | None:
        """The newest completed task of a form such as `shandong/penalty_fine.json`."""
        query = select(Task).where(Task.case_id == self.case.id, Task.form == form, Task.status == TaskStatus.COMPLETED)
        if self.until is not None:
            query = query.where(Task.completed_at <= self.until)
        return self.session.scalars(query.order_by(Task.completed_at.desc(), Task.id.desc()).limit(1)).first()

    def data(self, form: str) -> dict[str, Any]:
        task = self.submitted(form)
        return dict(task.data or {}) if task is not None else {}

    def office_of(self, form: str) -> Organisation | None:
        """Who submitted a form."""
        task = self.submitted(form)
        return self.session.get(Organisation, task.organisation_id) if task is not None and task.organisation_id else None


def office_near(session: Session, organisation: Organisation) -> Organisation | None:
    """An authority to sign what is about an organisation and no case: itself, or the environment authority of its place."""
    if organisation.kind == OrganisationKind.AUTHORITY:
        return organisation
    return find_authority(session, level_of_region(organisation.region_code), "environment", organisation.region_code)


_CONSEQUENCES = {
    "公开信息": "逾期不公开的，由主管部门责令公布，可以处十万元以下罚款（第三十一条）",
    "启动审核": "不实施强制性审核的，由主管部门责令限期改正；拒不改正的，处五万元以上五十万元以下罚款（第三十二条）",
    "报送审核报告": "不报告或者不如实报告审核结果的，由主管部门责令限期改正；拒不改正的，处五万元以上五十万元以下罚款（第三十二条）",
}


def limits(published_on: dt.date) -> list[templates.Deadline]:
    """The three limits of a listed enterprise, as `app.law` counts them, for the table of its notice."""
    rules = (
        ("公开信息", periods.months(1, since=published_on), "1个月", "第十一条"),
        ("启动审核", periods.months(2, since=published_on), "2个月", "第十一条"),
        ("报送审核报告", periods.years(1, since=published_on), "1年", "第十七条"),
    )
    return [
        templates.Deadline(duty, limit.due_on, f"自名单公布之日起{span}{_shift(limit)}", article, _CONSEQUENCES[duty])
        for duty, limit, span, article in rules
    ]


def _shift(limit: Deadline) -> str:
    shifted = "，届满日为休息日，顺延至下一个工作日" if limit.due_on != limit.nominal_on else ""
    return shifted + ("（当年放假安排公布后再核定）" if limit.provisional else "")
