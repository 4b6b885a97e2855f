"""Documents about the acceptance of audits: announcement, list of those that passed, order to rectify."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.office.official_document import Attachment, OfficialDocument, chinese_date
from app.office.wording import (
    ACCEPTANCE_RULES,
    Authority,
    Envelope,
    ListedEnterprise,
    enterprise_table,
    items,
    plain,
    section,
    sentence,
)


def result_announcement(
    *, authority: Authority, envelope: Envelope, enterprises: Sequence[ListedEnterprise], year: int,
    first_day: dt.date, last_day: dt.date, workdays: int = 10, mailbox: str = "",
) -> OfficialDocument:  # fmt: skip
    """验收公示: the enterprises that are to pass, open to objections for ten working days."""
    mail = f"，电子邮箱：{mailbox}" if mailbox else ""
    return OfficialDocument(
        issuers=(authority.name,),
        mark_suffix="公告",
        number=envelope.number,
        title=f"关于{year}年清洁生产审核验收合格企业的公示",
        body=plain(
            f"依照{ACCEPTANCE_RULES}第十七条，现将拟通过清洁生产审核验收的 "
            f"{len(enterprises)} 家企业予以公示。"
            f"公示期为 {workdays} 个工作日，自{chinese_date(first_day)}起至{chinese_date(last_day)}止。",
            "公示期内对验收结果有异议的，请以书面形式反映。以单位名义反映的应当加盖公章，以个人名义反映的应当署真实姓名并留下联系方式。",
            f"受理：{authority.name}，{authority.contact_note or '联系方式见本机关网站'}{mail}。",
        ),
        attachments=(Attachment("拟通过验收的企业名单", (enterprise_table(enterprises, "验收结果"),)),),
        issued_on=envelope.issued_on,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def passed_list(
    *, authority: Authority, envelope: Envelope, enterprises: Sequence[ListedEnterprise], period: str,
    recipients: tuple[str, ...] = (),
) -> OfficialDocument:  # fmt: skip
    """验收合格企业名单: published from time to time. `period` is such as 2027年第一季度."""
    name = f"{period}清洁生产审核验收合格企业名单"
    grades = {grade: sum(entry.result == grade for entry in enterprises) for grade in ("优秀", "合格")}
    counts = "，".join(f"{grade} {count} 家" for grade, count in grades.items() if count)
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title=f"关于发布{name}的通知",
        recipients=recipients,
        body=plain(
            f"依照{ACCEPTANCE_RULES}第十七条，经专家组现场验收和公示，现发布{name}，"
            f"共 {len(enterprises)} 家企业" + (f"，其中{counts}。" if counts else "。"),
            "希望上述企业继续落实持续清洁生产计划，按期实施中高费方案。",
        ),
        attachments=(Attachment(name, (enterprise_table(enterprises, "验收结果"),)),),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def rectification_order(
    *, authority: Authority, envelope: Envelope, enterprise: ListedEnterprise, inspected_on: dt.date,
    findings: Sequence[str], due: dt.date | None, counted: str = "",
) -> OfficialDocument:  # fmt: skip
    """整改通知: what an enterprise that failed must put right, and by when it must apply again.

    Without a due date it is advice for an enterprise that was audited of its own accord: no period, no duty.
    """
    mandatory = due is not None
    if due is not None:
        how = f"（{counted}）" if counted else ""
        demand = section(
            "整改要求",
            *items(
                [
                    f"认真整改，并于{chinese_date(due)}前重新申请验收{how}（第十八条第一款）。",
                    "验收合格之前，限制享受有关优惠政策（第二十二条）。",
                ]
            ),
        )
    else:
        demand = section("整改建议", "建议针对上述问题改进；是否以及何时重新申请验收由你单位自行决定（第十八条第二款）。")
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title=f"关于清洁生产审核验收不予通过并{'责令整改' if mandatory else '提出整改建议'}的通知",
        recipients=(enterprise.name,),
        body=(
            *plain(
                f"{chinese_date(inspected_on)}，专家组对你单位清洁生产审核进行了现场验收。依照{ACCEPTANCE_RULES}和专家组的"
                "验收意见，验收结果为不予通过。现将有关事项通知如下。"
            ),
            *section("存在的问题", *items(map(sentence, findings))),
            *demand,
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )
