"""Documents that press or punish, and the notice that a clock has stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.office.money import capital_figures, in_figures
from app.office.official_document import OfficialDocument, Table, TableColumn, chinese_date
from app.office.wording import Authority, Envelope, ListedEnterprise, items, plain, section, sentence


@dataclass(frozen=True)
class Overdue:
    """A matter that is late: whose, what, since when, by which article."""

    party: str
    matter: str
    due: dt.date
    days_late: int
    article: str


def penalty_decision(
    *, authority: Authority, envelope: Envelope, enterprise: ListedEnterprise, representative: str,
    address: str, facts: Sequence[str], evidence: Sequence[str], hearing: str, violated: str,
    legal_basis: str, review_body: str, court: str, order: str = "", order_due: dt.date | None = None,
    fine: Decimal | int | None = None, payee: str = "",
) -> OfficialDocument:  # fmt: skip
    """行政处罚决定书: an order to publish or correct, a fine, or both, with reasons, payment and remedies.

    Its parts are those that article 59 of 行政处罚法 asks for; `hearing` says how the enterprise was heard.
    Whether the amount lies within the range of the sanction is for the caller to check.
    """
    if not order and fine is None:
        raise ValueError("a penalty decision needs an order, a fine, or both")
    by = f"于{chinese_date(order_due)}前" if order_due else ""
    decisions = [sentence(f"责令你单位{by}{order}")] if order else []
    payment: Sequence[str] = ()
    if fine is not None:
        decisions.append(f"处以罚款{in_figures(fine)}（{capital_figures(fine)}）。")
        payment = (
            f"罚款应当自收到本决定书之日起 15 日内缴至{payee or '本机关指定的代收银行'}"
            "（《中华人民共和国行政处罚法》第六十七条）。"
            "逾期不缴纳的，可以每日按罚款数额的百分之三加处罚款，加处的数额不超过罚款本身（第七十二条）。",
        )
    code = f"统一社会信用代码：{enterprise.uscc}" if enterprise.uscc else ""
    return OfficialDocument(
        issuers=(authority.name,),
        mark_suffix="",
        number=envelope.number,
        title="行政处罚决定书",
        body=(
            *plain(f"当事人：{enterprise.name}", code, f"住所：{address}", f"法定代表人：{representative}"),
            *section(
                "违法事实和证据",
                *items(map(sentence, facts)),
                f"以上事实有下列证据证明：{'；'.join(evidence)}。",
            ),
            *section("陈述申辩和听证", sentence(hearing)),
            *section(
                "处罚的依据和内容",
                f"上述行为违反了{violated}。依照{legal_basis}，本机关决定：",
                *items(decisions),
            ),
            *(section("履行方式和期限", *payment) if payment else ()),
            *section(
                "救济途径",
                f"对本决定不服的，可以自收到本决定书之日起 60 日内向{review_body}申请行政复议"
                "（《中华人民共和国行政复议法》第二十条），"
                f"也可以自收到之日起 6 个月内向{court}提起行政诉讼"
                "（《中华人民共和国行政诉讼法》第四十六条）。"
                "复议和诉讼期间，除法律另有规定外，本决定不停止执行。",
            ),
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def supervision_notice(
    *, authority: Authority, envelope: Envelope, recipient: str, overdue: Sequence[Overdue],
    answer_by: dt.date, requirements: Sequence[str] = (),
) -> OfficialDocument:  # fmt: skip
    """督办通知: which matters are late, whose they are, and by when to report what was done."""
    columns = (
        TableColumn("序号", 0.7),
        TableColumn("责任单位", 2.4, "left"),
        TableColumn("事项", 2.6, "left"),
        TableColumn("应办结日期", 1.9),
        TableColumn("已逾期", 1),
        TableColumn("依据", 1.6),
    )
    rows = tuple(
        (str(number), item.party, item.matter, chinese_date(item.due), f"{item.days_late}天", item.article)
        for number, item in enumerate(overdue, start=1)
    )
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title="清洁生产审核事项督办通知",
        recipients=(recipient,),
        body=(
            *plain(f"经核查，下列 {len(overdue)} 项清洁生产审核事项已经逾期，现予督办。"),
            *section("督办事项", Table(columns, rows)),
            *section(
                "有关要求",
                *items(
                    [
                        *map(sentence, requirements),
                        f"请于{chinese_date(answer_by)}前办结，或者书面说明原因和预计办结日期。",
                    ]
                ),
            ),
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def clock_stop_notice(
    *, authority: Authority, envelope: Envelope, recipient: str, matter: str, case_number: str, reason: str,
    article: str, stopped_on: dt.date, former_due: dt.date, resumes_when: str, remaining: str,
) -> OfficialDocument:  # fmt: skip
    """暂停计时告知书: why the period of a case stands still, since when, and what makes it run on.

    `remaining` says what is left of the period, such as 12 个工作日.
    """
    return OfficialDocument(
        issuers=(authority.name,),
        mark_suffix="",
        number=envelope.number,
        title="暂停计时告知书",
        recipients=(recipient,),
        body=(
            *plain(f"你单位“{matter}”事项（案件编号 {case_number}）的办理期限自{chinese_date(stopped_on)}起暂停计算，现告知如下。"),
            *section("暂停的原因和依据", f"{reason.rstrip('。')}（{article}）。"),
            *section(
                "期限的计算",
                f"原期限至{chinese_date(former_due)}届满；暂停时剩余 {remaining}。暂停的时间不计入办理期限，"
                f"{resumes_when.rstrip('。')}后继续计算剩余期限，届时另行告知新的届满日期。",
            ),
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )
