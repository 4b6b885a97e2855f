"""What the services of diagrams are called, for those who draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OPERATOR_LABELS: Final[Mapping[str, str]] = {
    "hand_over_list": "名单转入公布",
    "publish_list": "公布名单",
    "start_listed_cases": "为名单上的企业立案",
    "start_regional_cases": "为各市（县）立案",
    "notify_listed_enterprises": "书面通知名单上的企业",
    "roll_over": "转入下一年度名单",
    "send_notice": "书面通知",
    "start_case": "启动另一个案件",
    "supervise": "督办",
    "record_sanction": "记录责令或处罚",
    "record_restriction": "记录限制措施",
    "lift_restriction": "解除限制措施",
    "record_credit": "记入信用记录",
    "publish_result": "公布、公示",
    "file_record": "报备",
    "register_apply": "登记名录申请",
    "register_find": "查找名录条目",
    "check_conditions": "核对名录条件",
    "register_admit": "列入名录",
    "register_refuse": "不予列入名录",
    "register_change": "登记名录变更",
    "register_report": "登记年度报告",
    "register_review": "登记考评",
    "register_grade": "登记等级",
    "register_warn": "名录警告",
    "register_criticise": "内部通报批评",
    "register_bad_record": "记不良记录",
    "register_act": "依情形处理名录条目",
    "register_dismiss": "认定情形不成立",
    "order_correction": "责令改正（名录）",
    "record_corrected": "登记已改正（名录）",
    "register_cancel": "撤销名录登记",
    "register_remove": "从名录除名",
    "publish_register": "公布名录变动",
    "record_consultant": "登记咨询机构",
    "record_client_result": "登记咨询机构的服务结果",
    "draw_experts": "随机抽取专家",
    "replace_experts": "补抽专家",
    "expert_opinions": "清点专家意见",
}
PARAMETER_LABELS: Final[Mapping[str, str]] = {
    "to": "收件单位", "template": "文书", "title": "标题", "text": "内容", "process": "流程", "level": "级别", "by": "发布单位", "kind": "种类",
    "sanction": "罚则", "amount": "金额（元）", "note": "备注", "reason": "原因", "line": "归口", "year": "年度", "register": "名录", "ground": "情形",
    "exempt": "可以例外", 
    "occurred_on": "发生日期", "found": "发现方式", "passed": "是否合格", "grade": "等级", "correct_by": "改正期限", "refused": "拒不改正",
    "name": "名称", "uscc": "统一社会信用代码", "result": "结果", "wanted": "抽取人数", "act": "处理", "next_step": "下一步",
}  # fmt: skip
