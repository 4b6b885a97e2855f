"""Chinese words for the names that diagrams and the catalogue use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.law.catalogue_facts import Jurisdiction

EVENT_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # lists and notices
        "list_published_on": "名单公布",
        "list_determined_on": "名单确定",
        "last_list_on": "上次名单公布",
        "notified_on": "收到通知",
        "notice_received_on": "收到通知",
        "notice_issued_on": "通知发出",
        "task_issued_on": "任务下达",
        "enterprise_disclosed_on": "企业公开信息",
        # the audit
        "started_on": "立案",
        "audit_started_on": "审核启动",
        "audit_finished_on": "审核完成",
        "audit_completed_on": "审核完成",
        "audit_plan_submitted_on": "审核计划提交",
        "plan_submitted_on": "计划提交",
        "project_completed_on": "项目完成",
        "round_began_on": "本年度工作开始",
        "previous_audit_on": "上次审核",
        "last_audit_work_on": "上次审核工作结束",
        "report_submitted_on": "报告提交",
        "report_received_on": "收到报告",
        "previous_report_on": "上次报告",
        # review and acceptance
        "application_submitted_on": "申请提交",
        "application_received_on": "收到申请",
        "application_received_by_county_on": "县级收到验收申请",
        "application_received_by_city_on": "市级收到验收申请",
        "application_received_by_province_on": "省级收到验收申请",
        "materials_received_on": "收到材料",
        "materials_received_by_county_on": "县级收到材料",
        "materials_received_by_city_on": "市级收到材料",
        "materials_received_by_province_on": "省级收到材料",
        "accepted_for_review_on": "受理",
        "preliminary_review_finished_on": "初审结束",
        "previous_review_on": "上次评审",
        "review_passed_on": "评审通过",
        "review_failed_on": "评审未通过",
        "assessment_passed_on": "评估通过",
        "project_accepted_on": "竣工环保验收合格",
        "previous_evaluation_on": "上次评价",
        "last_evaluation_on": "上次评价",
        "onsite_started_on": "现场验收开始",
        "onsite_finished_on": "现场验收结束",
        "site_acceptance_end_on": "现场验收结束",
        "acceptance_meeting_on": "验收会议",
        "acceptance_date_set_in_evaluation_on": "评估意见确定的验收日期",
        "acceptance_passed_on": "验收通过",
        "acceptance_failed_on": "验收未通过",
        "scored_on": "评分完成",
        "publication_started_on": "公示开始",
        "publicity_start_on": "公示开始",
        "publication_finished_on": "公示结束",
        "results_published_on": "结果公布",
        # orders and sanctions
        "rectification_ordered_on": "责令整改",
        "rectification_finished_on": "整改完成",
        "penalty_ordered_on": "作出处罚决定",
        "violation_published_on": "违法信息公布",
        "violation_found_on": "发现违法行为",
        "misuse_established_on": "查实冒用",
        "dismissed_on": "取消资格",
        "complaint_received_on": "收到举报投诉",
        "extension_requested_on": "申请延期",
        "extension_granted_on": "批准延期",
        # titles, registers, money and meetings
        "qualification_granted_on": "取得资格",
        "certificate_issued_on": "发证",
        "certificate_expiry_on": "证书到期",
        "title_expiry_on": "称号到期",
        "registered_on": "登记入册",
        "change_occurred_on": "发生变更",
        "previous_inspection_on": "上次检查",
        "previous_selection_on": "上次评选",
        "previous_meeting_on": "上次会议",
        "meeting_on": "会议",
        "fund_received_on": "资金到账",
        "contract_signed_on": "合同签订",
    }
)

_LEVELS: Final = {"county": "县级", "city": "市级", "province": "省级", "national": "国家"}

# Today's generic words for the bodies, whatever the older texts call them.
_BODIES: Final = {
    "environment": "生态环境主管部门",
    "coordinator": "清洁生产综合协调部门",
    "finance": "财政部门",
    "science": "科技主管部门",
    "safety": "应急管理部门",
    "government": "人民政府",
    "other": "其他有关部门",
}

ACTOR_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "enterprise": "企业",
        "enterprise_group": "企业集团",
        "consultant": "咨询服务机构",
        "expert": "专家",
        "expert_group": "专家组",
        "support_body": "技术依托单位",
        "association": "行业协会",
        "public": "社会公众",
        "media": "新闻媒体",
        "bank": "金融机构",
    }
    | {f"{level}_{body}": f"{where}{what}" for level, where in _LEVELS.items() for body, what in _BODIES.items()}
    | {"national_government": "国务院"}
)


def event_label(name: str) -> str:
    """The event behind a variable such as ``list_published_on``; the name itself where it is unknown."""
    return EVENT_LABELS.get(name, name)


def actor_label(actor: str, jurisdiction: Jurisdiction | None = None) -> str:
    """What an actor is called: by the jurisdiction's texts where they name it, else in generic words.

    For ``county_environment`` that is 县级生态环境主管部门, or 县环保局 for Shandong. An unknown actor gives
    its own name.
    """
    named = jurisdiction.authority(actor) if jurisdiction else None
    return named or ACTOR_LABELS.get(actor, actor)


PROCEDURE_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "planning": "规划和计划",
        "mandatory_listing": "强制性审核名单",
        "enterprise_disclosure": "企业信息公开",
        "audit_execution": "审核实施",
        "voluntary_audit": "自愿性审核",
        "extension": "延期",
        "report_review": "审核评估",
        "acceptance": "验收",
        "rectification": "整改",
        "result_publication": "审核结果公布",
        "certification": "称号和证书",
        "demonstration": "示范和对标",
        "subsidy": "资金支持",
        "commendation": "表彰奖励",
        "penalty": "处罚",
        "complaint": "举报投诉",
        "consultant_registration": "咨询机构准入",
        "consultant_supervision": "咨询机构管理",
        "auditor_qualification": "审核人员资格",
        "expert_pool": "专家和专家库",
        "periodic_report": "定期报告",
        "meeting": "会议",
        "other": "其他",
    }
)
"""What a procedure is about, in the order of an audit's life: the catalogue's kinds and those of processes that are part of a procedure."""
