"""Documents about the enterprises that must be audited, and about those that cannot finish in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from app.office.grounds import article_eight
from app.office.official_document import Attachment, OfficialDocument, Paragraph, chinese_date
from app.office.wording import (
    RULES,
    Authority,
    Deadline,
    Envelope,
    ListedEnterprise,
    deadline_table,
    enterprise_table,
    grounds_sentences,
    items,
    plain,
    section,
    sentence,
)

Line = Literal["environment", "coordinator"]
_LISTING_PARAGRAPH: dict[Line, str] = {"environment": "第九条第一款", "coordinator": "第九条第二款"}


def listing_notice(
    *, authority: Authority, envelope: Envelope, enterprise: ListedEnterprise, year: int, line: Line,
    published_on: dt.date, publisher: str, deadlines: Sequence[Deadline], channels: str = "",
) -> OfficialDocument:  # fmt: skip
    """书面通知: tells a listed enterprise why it is listed, what it must do, by when, and whom to ask."""
    code = f"（统一社会信用代码 {enterprise.uscc}）" if enterprise.uscc else ""
    where = channels or "当地主要媒体、企业官方网站或者其他便于公众知晓的渠道"
    consequences = list(dict.fromkeys(item.consequence for item in deadlines if item.consequence))
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title=f"关于实施{year}年度强制性清洁生产审核的通知",
        recipients=(enterprise.name,),
        body=(
            *plain(
                f"你单位{code}已列入{year}年度强制性清洁生产审核企业名单，名单由{publisher}于"
                f"{chinese_date(published_on)}公布。依照{RULES}{_LISTING_PARAGRAPH[line]}，现将有关事项书面通知如下。"
            ),
            *section("列入依据", *items(grounds_sentences(enterprise.grounds))),
            *section("应当办理的事项和期限", deadline_table(deadlines)),
            *section(
                "办理要求",
                *items(
                    [
                        f"信息公开应当通过{where}进行，内容与所属列入依据相对应，并对真实性负责（第十一条）。",
                        "审核可以自行开展；不具备能力的，聘请外部专家或者委托符合条件的咨询服务机构协助（第十四条、第十五条）。",
                        "各项期限均自名单公布之日起算，公布当日不计入；确有困难不能按时完成的，应当书面说明并提出延期申请"
                        "（第十七条、第十八条第二款）。",
                    ]
                ),
            ),
            *(section("逾期的后果", *items(map(sentence, consequences))) if consequences else ()),
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def public_list(
    *, authorities: Sequence[Authority], envelope: Envelope, year: int,
    enterprises: Sequence[ListedEnterprise], batch: int | None = None, recipients: tuple[str, ...] = (),
    published_on: dt.date | None = None,
) -> OfficialDocument:  # fmt: skip
    """公布名单: the list that the province publishes jointly, as an attachment; all periods count from it."""
    name = f"{year}年度强制性清洁生产审核企业名单" + (f"（第{batch}批）" if batch else "")
    day = published_on or envelope.issued_on
    return OfficialDocument(
        issuers=tuple(authority.name for authority in authorities),
        number=envelope.number,
        title=f"关于公布{name}的通知",
        recipients=recipients,
        body=plain(
            f"依照{RULES}第九条、第十条，经汇总核定，现公布{name}，共 {len(enterprises)} 家企业。",
            f"列入名单的企业应当自名单公布之日（{chinese_date(day)}）起 1 个月内公开有关信息，"
            "2 个月内启动审核，1 年内完成审核并将审核报告报所在县（市、区）主管部门（第十一条、第十七条）。"
            "公布当日不计入期限。",
            "有关部门按照职责分工做好监督和督促工作（第十八条第一款）。",
        ),
        attachments=(Attachment(name, (enterprise_table(enterprises, "列入依据"),)),),
        issued_on=envelope.issued_on,
        note=authorities[0].contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def published_list(
    *, authority: Authority, envelope: Envelope, title: str, article: str, limits: Sequence[tuple[str, dt.date]],
    enterprises: Sequence[ListedEnterprise],
) -> OfficialDocument:  # fmt: skip
    """公布名单 in words that hold everywhere: `article` is the cited provision, `limits` what is due by when."""
    basis = f"依照{article}，" if article else ""
    due = "；".join(f"{name}，最迟 {chinese_date(day)}" for name, day in limits)
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title=f"关于公布{title}的通知",
        body=plain(
            f"{basis}现公布{title}，共 {len(enterprises)} 家企业。",
            f"下列各项期限自名单公布之日（{chinese_date(envelope.issued_on)}）起算，公布当日不计入：{due}。" if due else "",
        ),
        attachments=(Attachment(title, (enterprise_table(enterprises, "列入依据"),)),),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def copy_letter(
    *, authority: Authority, envelope: Envelope, recipient: str, year: int, line: Line,
    enterprises: Sequence[ListedEnterprise],
) -> OfficialDocument:  # fmt: skip
    """抄送函: one authority tells the other at its level which enterprises were listed and notified."""
    name = f"{year}年度强制性清洁生产审核企业名单"
    return OfficialDocument(
        issuers=(authority.name,),
        mark_suffix="",
        number=envelope.number,
        title=f"关于抄送{name}的函",
        recipients=(recipient,),
        body=plain(
            f"依照{RULES}{_LISTING_PARAGRAPH[line]}，我单位管辖范围内列入{name}的 "
            f"{len(enterprises)} 家企业已经核定并书面通知，现将名单抄送你单位。",
            "专此函告。",
        ),
        attachments=(Attachment(name, (enterprise_table(enterprises, "列入依据"),)),),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def extension_opinion(
    *, authority: Authority, envelope: Envelope, recipient: str, enterprise: ListedEnterprise,
    applied_on: dt.date, original_due: dt.date, reasons: Sequence[str], opinion: str, supports: bool,
) -> OfficialDocument:  # fmt: skip
    """延期申请的意见: what an authority passes upward with an enterprise's application.

    The rules give no further days: the enterprise moves to the next list, and its periods begin anew when
    that is published.
    """
    code = f"（统一社会信用代码 {enterprise.uscc}）" if enterprise.uscc else ""
    proposal = (
        "建议将该企业滚动纳入下一轮强制性清洁生产审核名单，各项期限随新名单公布之日重新起算。"
        if supports
        else "不建议将该企业滚动纳入下一轮名单，建议督促其按原期限完成审核并报送报告。"
    )
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title=f"关于{enterprise.name}延期完成清洁生产审核申请的意见",
        recipients=(recipient,),
        body=(
            *plain(
                f"{enterprise.name}{code}属{RULES}{article_eight(enterprise.grounds)}企业，应于{chinese_date(original_due)}前"
                f"完成审核并报送审核报告。该企业于{chinese_date(applied_on)}书面说明情况并提出延期申请。"
                "依照第十八条第二款，现将申请材料转报，意见如下。"
            ),
            *section("企业说明的理由", *items(map(sentence, reasons))),
            *section("审查意见", sentence(opinion)),
            *section("建议", Paragraph(proposal)),
        ),
        attachments=(Attachment("企业书面说明和延期申请"),),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )
