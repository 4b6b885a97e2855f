"""Letters without a form of their own: whatever else an authority tells in writing, orders, and the notice before a list is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.office.listing_documents import Line
from app.office.official_document import OfficialDocument, chinese_date
from app.office.wording import RULES, Authority, Envelope, ListedEnterprise, grounds_sentences, items, plain, section, sentence

_LISTING_PARAGRAPH: dict[Line, str] = {"environment": "第九条第一款", "coordinator": "第九条第二款"}
_SINCE_PUBLICATION = (
    "自名单公布之日起 1 个月内，公开与所属列入依据相对应的信息，并对真实性负责（第十一条）",
    "自名单公布之日起 2 个月内，启动审核（第十一条）",
    "自名单公布之日起 1 年内，完成审核并报送审核报告（第十七条）",
)


def general_letter(
    *, authority: Authority, envelope: Envelope, recipient: str, title: str, paragraphs: Sequence[str], next_step: str = "",
    due: dt.date | None = None, contact: str = "",
) -> OfficialDocument:  # fmt: skip
    """A letter in plain paragraphs: what happened, what comes next, by when, whom to ask."""
    return OfficialDocument(
        issuers=(authority.name,),
        mark_suffix="",
        number=envelope.number,
        title=title,
        recipients=(recipient,) if recipient else (),
        body=plain(
            *map(sentence, paragraphs),
            f"下一步：{sentence(next_step)}" if next_step else "",
            f"期限：{chinese_date(due)}。" if due else "",
            f"联系：{sentence(contact)}" if contact else "",
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def order(
    *, authority: Authority, envelope: Envelope, enterprise: ListedEnterprise, title: str, facts: Sequence[str], violated: str,
    legal_basis: str, demands: Sequence[str], due: dt.date | None, consequence: str,
) -> OfficialDocument:  # fmt: skip
    """责令通知书: what an enterprise did not do, what it must do now and by when, and what follows otherwise."""
    when = (f"请于{chinese_date(due)}前完成，并将完成情况书面报告本机关。",) if due else ("请立即办理，并将办理情况书面报告本机关。",)
    code = f"（统一社会信用代码 {enterprise.uscc}）" if enterprise.uscc else ""
    return OfficialDocument(
        issuers=(authority.name,),
        mark_suffix="",
        number=envelope.number,
        title=title,
        recipients=(enterprise.name,),
        body=(
            *plain(f"经查，你单位{code}违反了{violated}。依照{legal_basis}，现责令如下。"),
            *(section("查明的事实", *items(map(sentence, facts))) if facts else ()),
            *section("责令的内容和期限", *items([*map(sentence, demands), *when])),
            *section("逾期的后果", sentence(consequence)),
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )


def listing_notice_ahead(
    *, authority: Authority, envelope: Envelope, enterprise: ListedEnterprise, year: int, line: Line, content: str = ""
) -> OfficialDocument:
    """书面通知 before the list is published: the periods count from the day of publication, which is not known yet."""
    code = f"（统一社会信用代码 {enterprise.uscc}）" if enterprise.uscc else ""
    return OfficialDocument(
        issuers=(authority.name,),
        number=envelope.number,
        title=f"关于列入{year}年度强制性清洁生产审核企业名单的通知",
        recipients=(enterprise.name,),
        body=(
            *plain(
                f"经逐级上报和核定，你单位{code}列入{year}年度强制性清洁生产审核企业名单。"
                f"依照{RULES}{_LISTING_PARAGRAPH[line]}，现书面通知如下。",
                content,
            ),
            *section("列入依据", *items(grounds_sentences(enterprise.grounds))),
            *section("应当办理的事项和期限", *items(map(sentence, _SINCE_PUBLICATION))),
            *section(
                "期限的起算",
                "名单尚未公布。上述期限自名单公布之日起算，公布当日不计入；名单公布后，另行告知各项期限的截止日期。",
            ),
            *section(
                "办理要求",
                "请提前确定审核方式并做好准备。审核可以自行开展，也可以聘请外部专家或者委托咨询服务机构协助（第十四条）。",
            ),
        ),
        issued_on=envelope.issued_on,
        note=authority.contact_note,
        copies_to=envelope.copies_to,
        seal_note=envelope.seal_note,
        watermark=envelope.watermark,
    )
