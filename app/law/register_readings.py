"""How we read what the texts say of each register: which figures a condition holds, which acts there are, on which grounds, and what is counted.

The catalogue has each register's conditions, duties, warnings and removals in words. Here stands, by the catalogue's ids, what a program needs to
know of them: figures, the legal step that carries an act, what must go before it, what follows. Everything is held against the catalogue by tests.
Where a text says nothing, nothing stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from app.law.admission import AtLeast, Measure, OneOf


class Act(StrEnum):
    """What may happen to an entry of a register."""

    APPLICATION = "application"
    REFUSAL = "refusal"
    ADMISSION = "admission"
    READMISSION = "readmission"
    CHANGE = "change"
    YEARLY_REPORT = "yearly_report"
    REPORT_MISSED = "report_missed"
    REVIEW = "review"
    GRADING = "grading"
    WARNING = "warning"
    CRITICISM = "criticism"
    BAD_RECORD = "bad_record"
    CORRECTION_ORDERED = "correction_ordered"
    CORRECTED = "corrected"
    CANCELLATION = "cancellation"
    REMOVAL = "removal"
    EXPIRY = "expiry"
    EXIT = "exit"


@dataclass(frozen=True)
class Carried:
    """An act that a text knows: the legal step that carries it, and the grounds on which it is taken.

    `grounds` picks from the catalogue's `warnings` or `removals` of the register, by position. `after_refusal`: only after an order to correct on the
    same ground was refused or its time ran out. `ban`: years in which there is no new application (0: for good). `public`: told to everybody.
    """

    act: Act
    step: str | None = None
    title: str = ""
    grounds: tuple[str, ...] = ()
    after_refusal: bool = False
    ban: int | None = None
    public: bool = True


@dataclass(frozen=True)
class Counted:
    """A ground that is met by number.

    `kinds`: what is counted, results of clients (`acceptance_failed`, `assessment_failed`, `late`, `refused`) or acts on the entry itself. `of`:
    different clients, or times. `within`: the calendar year (同一年内), any one year (一年内), or ever. `judged`: what a person must still find.
    """

    act: Act
    ground: str
    kinds: tuple[str, ...]
    at_least: int
    of: Literal["clients", "times"] = "times"
    within: Literal["calendar_year", "year", "ever"] = "year"
    mandatory_only: bool = False
    judged: str = ""


@dataclass(frozen=True)
class Idle:
    """A ground that is met by doing nothing for some years, since admission or since the last client."""

    act: Act
    ground: str
    years: int
    since: Literal["admission", "last_service"]


@dataclass(frozen=True)
class Reading:
    """What a program needs to know of one register."""

    acts: tuple[Carried, ...] = ()
    measures: Mapping[int, Measure] = field(default_factory=dict)  # by number of the condition
    counted: tuple[Counted, ...] = ()
    idle: tuple[Idle, ...] = ()
    review_years: int | None = None
    grades: tuple[str, ...] = ()
    exceptions: tuple[int, ...] = ()  # numbers of what stands among the conditions and is none
    declared: bool = False  # applicants declare that they meet the conditions; nobody approves
    exemption: str = ""  # who may be admitted without meeting them
    record_only: bool = False  # the text keeps no list: being entered is no permission
    superseded_by: str | None = None
    instead: str | None = None  # the legal step that deals with what this register cannot
    note: str = ""


_PAIR = (AtLeast("senior_titles", 2), AtLeast("intermediate_titles", 5))
_SENIOR = ("正高级", "副高级")


def _all(text: str, *numbers: int) -> tuple[str, ...]:
    return tuple(f"{text}.{number}" for number in numbers)


def _order_and_publish(step: str | None, *grounds: str, title: str = "责令改正并公布名单") -> tuple[Carried, ...]:
    return (Carried(Act.CORRECTION_ORDERED, step, title=title, grounds=grounds),)


READINGS: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        # -- Beijing --------------------------------------------------------------------------------------------------
        "bj-agency-2007.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "bj-agency-2007.selection.s4"),
                Carried(Act.CHANGE, "bj-agency-2007.change.s1"),
                Carried(Act.YEARLY_REPORT, "bj-agency-2007.annual.s1", public=False),
                Carried(Act.REVIEW, "bj-agency-2007.annual.s2", title="评估", public=False),
                Carried(Act.REMOVAL, "bj-agency-2007.annual.s3", title="不再纳入推荐名单", grounds=_all("removals", 1)),
                Carried(Act.CANCELLATION, "bj-agency-2007.removal.s1", title="取消聘用", grounds=_all("removals", 2, 3, 4, 5)),
            ),
            measures={
                3: Measure((*_PAIR, AtLeast("senior_experience_years", 2)), words_too=True),
                6: Measure((AtLeast("recent_projects", 5),)),
            },
            counted=(
                Counted(
                    Act.CANCELLATION, "removals.2", ("acceptance_failed",), 2, of="clients", within="calendar_year",
                    judged="验收不通过是否因咨询服务不到位所致",
                ),
                Counted(Act.REMOVAL, "removals.1", ("review_failed",), 1, within="ever"),
            ),
            note="没有警告；聘期按“每两年一次选聘”读作两年。",
        ),
        "bj-audit-2006.consultant-conditions": Reading(
            measures={3: Measure(_PAIR, words_too=True)}, superseded_by="bj-agency-2007.registry"
        ),
        "bj-expert-2007.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "bj-expert-2007.admission.s3"),
                Carried(Act.REVIEW, "bj-expert-2007.review.s2", title="考评"),
                Carried(Act.BAD_RECORD, None, title="不良记录", public=False),
                Carried(Act.REMOVAL, "bj-expert-2007.review.s4", title="取消专家资格", grounds=_all("removals", 1, 2, 3, 4, 5, 6)),
            ),
            measures={
                3: Measure((OneOf("education", ("博士", "硕士", "本科")), OneOf("title", _SENIOR))),
                4: Measure((AtLeast("years", 10),), words_too=True, of_specialty="行业"),
                5: Measure((AtLeast("years", 10),), words_too=True, of_specialty="环保"),
                6: Measure((AtLeast("years", 10),), words_too=True, of_specialty="能源"),
                7: Measure((AtLeast("years", 5),), words_too=True, of_specialty="清洁生产"),
            },
            counted=(
                Counted(Act.REMOVAL, "removals.5", ("bad_record",), 2),
                Counted(Act.REMOVAL, "removals.6", ("review_failed",), 1, within="ever"),
            ),
            review_years=2,
            exemption="特殊需要的专家，经两局确认可以直接入库（第七条）",
            note="没有任期：每两年考评一次，不合格的取消资格，不自动到期。“不良记录”由管理单位记载，办法没有列举。",
        ),
        # -- Tianjin --------------------------------------------------------------------------------------------------
        "tj-agency-2009.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "tj-agency-2009.disclosure.s4", title="列入公示"),
                Carried(Act.CHANGE, "tj-agency-2009.change.s1"),
                Carried(Act.YEARLY_REPORT, "tj-agency-2009.annual-report.s1", public=False),
                Carried(Act.WARNING, "tj-agency-2009.warning.s1", title="公示警告", grounds=_all("warnings", 1, 2, 3, 4, 5, 6, 7, 8)),
            ),
            measures={2: Measure((AtLeast("registered_capital", 50),)), 4: Measure(_PAIR, words_too=True)},
            counted=(
                Counted(Act.WARNING, "warnings.3", ("assessment_failed",), 2),
                Counted(
                    Act.WARNING, "warnings.4", ("late", "refused"), 3, of="clients", mandatory_only=True,
                    judged="未按进度完成或者拒不评估是否没有正当理由",
                ),
                Counted(Act.WARNING, "warnings.7", ("condition_lost",), 1, within="ever", judged="是否确已不再具备第六条的条件"),
            ),
            idle=(Idle(Act.WARNING, "warnings.8", 2, "last_service"),),
            declared=True,
            instead="tj-agency-2009.violation.s1",
            note="机构自行承诺具备条件，公示不是审批；警告没有撤销期限，也没有除名。“一年内”读作任意连续一年。",
        ),
        "tj-expert-2009.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "tj-expert-2009.admission.s5"),
                Carried(Act.CRITICISM, "tj-expert-2009.removal.s2", grounds=_all("warnings", 1, 2, 3, 4, 5, 6), public=False),
                Carried(
                    Act.REMOVAL, "tj-expert-2009.removal.s3", title="取消专家称号并公告", grounds=_all("removals", 1, 2, 3, 4, 5, 6)
                ),
            ),
            measures={2: Measure((OneOf("title", _SENIOR),)), 3: Measure((AtLeast("years", 10),), words_too=True)},
            exceptions=(7,),
            exemption="有特殊技术专长的，两部门同意后可以直接入选（第七条）",
        ),
        # -- Guangdong ------------------------------------------------------------------------------------------------
        "gd-audit-2009.agencies": Reading(
            acts=(
                Carried(Act.ADMISSION, "gd-audit-2009.agency-announcement.s3", title="列入公告"),
                Carried(
                    Act.CORRECTION_ORDERED, "gd-audit-2009.agency-removal.s1", grounds=_all("removals", 1, 2, 3, 4, 5, 6), public=False
                ),
                Carried(
                    Act.REMOVAL, "gd-audit-2009.agency-removal.s2", title="从公告中除名", grounds=_all("removals", 1, 2, 3, 4, 5, 6),
                    after_refusal=True,
                ),
            ),
            measures={
                3: Measure(_PAIR, words_too=True),
                4: Measure((AtLeast("leader_consulting_years", 2), AtLeast("leader_related_years", 3)), any_of=True),
            },
            counted=(
                Counted(
                    Act.CORRECTION_ORDERED, "removals.3", ("condition_lost",), 1, within="ever",
                    judged="审核师不足是否因人员变动所致，是否影响服务",
                ),
            ),
            idle=(Idle(Act.CORRECTION_ORDERED, "removals.1", 2, "admission"),),
        ),
        "gd-audit-2009.experts": Reading(),
        # -- Shandong and the nation ----------------------------------------------------------------------------------
        "sd-audit-2017.consultant-registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "sd-audit-2017.consultant-filing.s3", title="备案公布"),
                *_order_and_publish(None, "warnings.1"),
            ),
            note="备案是“可以”，不是开业的前置许可。",
        ),
        "sd-agency-2008.registry": Reading(
            acts=(Carried(Act.ADMISSION, "sd-agency-2008.grading.s3"), Carried(Act.GRADING, "sd-agency-2008.grading.s4")),
            grades=("A", "B"),
        ),
        "sd-audit-2017.expert-registry": Reading(acts=(Carried(Act.ADMISSION, "sd-audit-2017.expert-pool-setup.s1"),)),
        "cn-audit-2004.consultants": Reading(
            acts=_order_and_publish("cn-audit-2004.consultant-sanction.s1", "warnings.1"),
            record_only=True,
            note="国家办法只规定受托机构的条件，没有设名录；这里记录在本地服务的机构和对它们的处理，列入不是许可。",
        ),
        "cn-audit-2004.experts": Reading(acts=(Carried(Act.ADMISSION, "cn-audit-2004.expert-pool.s2"),)),
        # -- others, as far as a program needs to know them -------------------------------------------------------------
        "zj-agency-2008.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "zj-agency-2008.selection.s4", title="选聘列入"),
                Carried(Act.YEARLY_REPORT, "zj-agency-2008.annual-report.s1", public=False),
                Carried(Act.WARNING, "zj-agency-2008.warning.s4", title="书面警告", grounds=_all("warnings", *range(1, 9))),
                Carried(
                    Act.REMOVAL, "zj-agency-2008.dismissal.s1", title="解除聘用资格", grounds=_all("removals", 1, 2, 3, 4), ban=2
                ),
            ),
            measures={
                4: Measure(
                    (
                        AtLeast("auditors", 6), AtLeast("energy_auditors", 2), AtLeast("environment_auditors", 2),
                        AtLeast("industry_technicians", 1),
                    )
                ),
                5: Measure((AtLeast("auditors", 10), AtLeast("energy_auditors", 2), AtLeast("environment_auditors", 2)), of_specialty="其他"),
            },
            counted=(Counted(Act.REMOVAL, "removals.2", ("warning",), 2, within="calendar_year"),),
        ),
        "zj-audit-2003.registry": Reading(measures={2: Measure((AtLeast("auditors", 6),))}, superseded_by="zj-agency-2008.registry"),
        "fj-audit-2008.consultants": Reading(
            acts=(
                Carried(Act.ADMISSION, "fj-audit-2008.consultant-selection.s3", title="选聘列入"),
                Carried(Act.REMOVAL, "fj-audit-2008.consultant-removal.s2", title="取消选聘", grounds=_all("removals", 1), ban=2),
            ),
            measures={
                2: Measure((AtLeast("senior_titles", 2), AtLeast("intermediate_titles", 3)), words_too=True),
                3: Measure((AtLeast("staff_experience_years", 5),)),
                4: Measure((AtLeast("dual_qualified", 1),)),
            },
            counted=(Counted(Act.REMOVAL, "removals.1", ("assessment_failed",), 2, within="ever"),),
        ),
        "gx-agency-2009.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "gx-agency-2009.registration.s7", title="列入推荐"),
                Carried(Act.REVIEW, "gx-agency-2009.evaluation.s1", title="考评"),
                Carried(Act.CORRECTION_ORDERED, "gx-agency-2009.supervision.s1", grounds=_all("warnings", 1, 2, 3, 4, 5), public=False),
                Carried(
                    Act.REMOVAL, "gx-agency-2009.supervision.s3", title="两年内禁止从业并公告", grounds=_all("warnings", 1, 2, 3, 4, 5),
                    after_refusal=True, ban=2,
                ),
            ),
            measures={
                3: Measure((AtLeast("auditors", 5),)), 4: Measure((AtLeast("senior_titles", 2),)),
                5: Measure((AtLeast("intermediate_titles", 3),)),
            },
            review_years=2,
        ),
        "gx-audit-2005.registry": Reading(
            acts=_order_and_publish("gx-audit-2005.consultant-penalty.s1", "warnings.1"),
            measures={3: Measure((AtLeast("auditors", 5),))}, superseded_by="gx-agency-2009.registry",
        ),
        "hen-agency-2009.agencies": Reading(
            acts=(
                Carried(Act.ADMISSION, "hen-agency-2009.filing.s6", title="备案列入"),
                Carried(Act.CHANGE, "hen-agency-2009.personnel-change.s1"),
                Carried(Act.REVIEW, "hen-agency-2009.annual-assessment.s1", title="年度考核"),
                Carried(Act.BAD_RECORD, "hen-agency-2009.annual-assessment.s3", title="列入不良记录名单", grounds=_all("warnings", 1)),
                Carried(Act.REMOVAL, "hen-agency-2009.misconduct.s2", title="禁业两年", grounds=_all("removals", 1), ban=2),
                Carried(Act.CANCELLATION, "hen-agency-2009.annual-assessment.s5", title="取消从业资格", grounds=_all("removals", 2), ban=0),
            ),
            measures={3: Measure((AtLeast("auditors", 7), AtLeast("senior_titles", 2)))},
            counted=(Counted(Act.CANCELLATION, "removals.2", ("bad_record",), 2, within="ever", judged="是否取消从业资格（视情）"),),
        ),
        "hen-audit-2005.agencies": Reading(
            acts=_order_and_publish("hen-audit-2005.consultant-penalty.s1", "warnings.1"),
            measures={2: Measure((AtLeast("auditors", 5),), words_too=True)}, superseded_by="hen-agency-2009.agencies",
        ),
        "ah-audit-2007.consultants": Reading(
            acts=(
                Carried(Act.ADMISSION, "ah-audit-2007.consultant-selection.s3"),
                *_order_and_publish("ah-audit-2007.consultant-supervision.s1", "warnings.1"),
                Carried(Act.REMOVAL, "ah-audit-2007.consultant-supervision.s3", title="取消公开推荐资格", grounds=_all("removals", 1)),
            ),
            measures={3: Measure(_PAIR)},
        ),
        "nm-consult-2005.registry": Reading(
            acts=(
                Carried(Act.ADMISSION, "nm-consult-2005.qualification.s3", title="批准资质"),
                Carried(Act.REMOVAL, "nm-consult-2005.requalification.s3", title="取消资质", grounds=_all("removals", 1)),
            ),
            measures={
                2: Measure((AtLeast("fixed_assets", 200),)),
                3: Measure((AtLeast("registered_capital", 100), AtLeast("startup_funds", 30)), any_of=True),
                4: Measure((AtLeast("technicians", 10),)), 5: Measure((AtLeast("auditors", 5),), words_too=True),
                7: Measure((AtLeast("premises", 300),), words_too=True),
            },
            exceptions=(9,),
        ),
        "sc-audit-2005.registry": Reading(
            acts=_order_and_publish("sc-audit-2005.consultant-penalty.s1", "warnings.1"), measures={3: Measure((AtLeast("technicians", 7),))}
        ),
        "sn-review-2007.consultants": Reading(measures={5: Measure((AtLeast("auditors", 5),))}),
        "yn-audit-2004.recommended-consultants": Reading(
            acts=(
                Carried(Act.ADMISSION, "yn-audit-2004.consultant.s2"),
                *_order_and_publish("yn-audit-2004.consultant-supervision.s1", *_all("warnings", 1, 2, 3)),
                Carried(Act.REMOVAL, "yn-audit-2004.consultant-supervision.s3", title="取消公开推荐资格", grounds=_all("removals", 1)),
            )
        ),
        "qh-audit-2005.consultants": Reading(
            acts=(
                Carried(Act.ADMISSION, "qh-audit-2005.consultant-filing.s2"),
                *_order_and_publish("qh-audit-2005.consultant-supervision.s2", *_all("warnings", 1, 2, 3)),
            )
        ),
        "sx-audit-rules.consultant-registry": Reading(
            acts=(Carried(Act.ADMISSION, "sx-audit-rules.consultant-filing.s3"), *_order_and_publish(None, "warnings.1"))
        ),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Local:
    """What a jurisdiction's own text adds to a register that it otherwise takes from the nation."""

    registry: str
    slug: str
    acts: tuple[Carried, ...]


LOCAL: Final = (
    Local(
        "cn-audit-2004.consultants", "liaoning",
        (
            Carried(Act.CORRECTION_ORDERED, "ln-mandatory-2006.penalty.s5", title="责令改正并公布名单", grounds=("warnings.1",)),
            Carried(Act.CANCELLATION, "ln-mandatory-2006.penalty.s5", title="撤销审核资质（造成严重后果的）", grounds=("warnings.1",)),
        ),
    ),
)  # fmt: skip

RESULTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "beijing": {"acceptance": ("bj-acceptance-2007.acceptance.s15", "bj-audit-2006.subsidy-acceptance.s2")},
        "tianjin": {
            "assessment": ("tj-audit-2005.audit.s4",),
            "acceptance": ("tj-acceptance-2009.acceptance.s9", "tj-acceptance-2009.acceptance-voluntary.s2"),
        },
        "shandong": {"acceptance": ("sd-acceptance-2008.acceptance.s19",)},
        "fujian": {"assessment": ("fj-audit-2008.evaluation.s9",)},
    }
)
"""The legal steps that decide a client's result, by jurisdiction. The task's `decision` says it, else the variable `<kind>_result`."""

LATE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"tianjin": ("tj-audit-2005.audit.", "cn-audit-2004.execution.")})
"""The legal steps (by how their ids begin) whose missed limit is a consultant's delay, by jurisdiction."""
