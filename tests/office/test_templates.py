"""What each official document tells whom."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from app.model.identifiers import made_up_uscc
from app.office.official_document import OfficialDocument, Paragraph, Table, numbered
from app.office.pdf import to_pdf
from app.office.templates import (
    Authority,
    Deadline,
    Envelope,
    ListedEnterprise,
    Overdue,
    clock_stop_notice,
    copy_letter,
    extension_opinion,
    listing_notice,
    passed_list,
    penalty_decision,
    public_list,
    rectification_order,
    result_announcement,
    supervision_notice,
)
from app.office.word import to_docx

BUREAU = Authority("济南市历下区生态环境局", contact="李四", phone="0531-00000000")
ENVELOPE = Envelope("历下环函〔2027〕12号", dt.date(2027, 1, 11), watermark="演示数据")
FACTORY = ListedEnterprise("样例化工有限公司", made_up_uscc("370102", 1), "济南市历下区", ("1", "3"), result="优秀")
COMMON: dict[str, Any] = {"authority": BUREAU, "envelope": ENVELOPE}
DEADLINES = [
    Deadline(
        "公开信息",
        dt.date(2027, 2, 18),
        "自名单公布之日起1个月，届满日为节假日，顺延",
        "第十一条",
        "责令公布",
    ),
    Deadline("启动审核", dt.date(2027, 3, 10), "自名单公布之日起2个月", "第十一条"),
    Deadline("报送审核报告", dt.date(2028, 1, 10), "自名单公布之日起1年", "第十七条"),
]


def penalty(**changes: Any) -> OfficialDocument:
    values: dict[str, Any] = {
        "enterprise": FACTORY, "representative": "张三", "address": "样例路1号", "facts": ["未公开信息"],
        "evidence": ["网页截图"], "hearing": "你单位未陈述申辩", "violated": "第十一条",
        "legal_basis": "第三十一条",
        "review_body": "历下区人民政府", "court": "历下区人民法院", "fine": 50_000,
    }  # fmt: skip
    return penalty_decision(**COMMON, **{**values, **changes})


DOCUMENTS: dict[str, tuple[OfficialDocument, list[str]]] = {
    "listing_notice": (
        listing_notice(
            **COMMON, enterprise=FACTORY, year=2027, line="environment", published_on=dt.date(2027, 1, 10),
            publisher="省经信委会同省环保厅", deadlines=DEADLINES,
        ),
        ["第八条（一）项", "第八条（三）项", "2027年2月18日", "顺延", "第九条第一款", "责令公布。"],
    ),
    "public_list": (
        public_list(
            authorities=[Authority("省经信委"), Authority("省环保厅")], envelope=ENVELOPE, year=2027,
            enterprises=[FACTORY], batch=1,
        ),
        ["第十条", "第1批", "样例化工有限公司", "第八条（一）、（三）项", "1 个月", "2 个月", "1 年"],
    ),
    "copy_letter": (
        copy_letter(**COMMON, recipient="历下区工信局", year=2027, line="coordinator", enterprises=[FACTORY]),
        ["历下区工信局", "第九条第二款", "样例化工有限公司"],
    ),
    "result_announcement": (
        result_announcement(
            **COMMON, enterprises=[FACTORY], year=2027, first_day=dt.date(2027, 3, 1),
            last_day=dt.date(2027, 3, 12),
        ),
        ["10 个工作日", "2027年3月12日", "第十七条", "优秀", "异议"],
    ),
    "passed_list": (
        passed_list(**COMMON, enterprises=[FACTORY], period="2027年第一季度"),
        ["2027年第一季度", "优秀 1 家", "第十七条"],
    ),
    "rectification_order": (
        rectification_order(
            **COMMON, enterprise=FACTORY, inspected_on=dt.date(2027, 3, 1), findings=["平衡不完整", "缺计划"],
            due=dt.date(2027, 9, 1), counted="自责令整改之日起6个月",
        ),
        ["1．平衡不完整。", "2027年9月1日前", "第十八条第一款", "第二十二条", "责令整改"],
    ),
    "rectification_advice": (
        rectification_order(
            **COMMON, enterprise=FACTORY, inspected_on=dt.date(2027, 3, 1), findings=["平衡不完整"], due=None
        ),
        ["整改建议", "第十八条第二款"],
    ),
    "penalty_decision": (
        penalty(order="公布应当公开的信息", order_due=dt.date(2027, 4, 1)),
        ["50,000元（人民币伍万元整）", "于2027年4月1日前公布", "15 日内", "60 日内", "历下区人民法院"],
    ),
    "extension_opinion": (
        extension_opinion(
            **COMMON, recipient="济南市生态环境局", enterprise=FACTORY, applied_on=dt.date(2027, 12, 1),
            original_due=dt.date(2028, 1, 10), reasons=["停产检修"], opinion="情况属实", supports=True,
        ),
        ["滚动纳入下一轮", "停产检修。", "第十八条第二款", "2028年1月10日"],
    ),
    "supervision_notice": (
        supervision_notice(
            **COMMON, recipient="样例化工有限公司", answer_by=dt.date(2027, 4, 1),
            overdue=[Overdue("样例化工有限公司", "启动审核", dt.date(2027, 3, 10), 12, "第十一条")],
        ),
        ["12天", "2027年4月1日前办结", "启动审核"],
    ),
    "clock_stop_notice": (
        clock_stop_notice(
            **COMMON, recipient="样例化工有限公司", matter="验收", case_number="SD-1", reason="需要补正",
            article="第七条",
            stopped_on=dt.date(2027, 3, 1), former_due=dt.date(2027, 3, 20), resumes_when="收到补正材料",
            remaining="12 个工作日",
        ),
        ["2027年3月1日起暂停计算", "剩余 12 个工作日", "需要补正（第七条）", "收到补正材料后"],
    ),
}  # fmt: skip


def text(document: OfficialDocument) -> str:
    """Everything that a document says, without its layout."""
    parts = [document.title, *document.recipients, document.note]
    for blocks in (document.body, *(attachment.body for attachment in document.attachments)):
        for block in numbered(blocks):
            if isinstance(block, Paragraph):
                parts.append(block.text)
            elif isinstance(block, Table):
                parts += [cell for row in block.rows for cell in row]
    return "\n".join(parts)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_says_what_it_must(name: str) -> None:
    document, phrases = DOCUMENTS[name]
    said = text(document)
    assert [phrase for phrase in phrases if phrase not in said] == []
    assert document.watermark == "演示数据"
    assert "。。" not in said


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_becomes_word_and_pdf(name: str) -> None:
    document, _ = DOCUMENTS[name]
    pages = PdfReader(io.BytesIO(to_pdf(document))).pages
    assert document.number in pages[0].extract_text()
    assert any(document.number in paragraph.text for paragraph in Document(io.BytesIO(to_docx(document))).paragraphs)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_page_with_the_signature_carries_text(name: str) -> None:
    document, _ = DOCUMENTS[name]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages]
    [signed] = [page for page in pages if "（此处加盖公章）" in page]
    assert len(signed.split("2027年1月11日")[0]) > 25


def test_advice_sets_no_period() -> None:
    assert "日前重新申请" not in text(DOCUMENTS["rectification_advice"][0])


def test_an_order_without_a_fine_speaks_of_no_payment() -> None:
    assert "罚款应当" not in text(penalty(order="公布信息", fine=None))


def test_a_penalty_without_content_is_refused() -> None:
    with pytest.raises(ValueError, match="order, a fine, or both"):
        penalty(fine=None)
