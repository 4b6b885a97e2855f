"""What can be printed, by whom, and what it says."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from app.model import Notice, Publication, Roster
from tests.support.world import World
from tests.web.api_support import signed_in


@pytest.fixture
def published(world: World) -> World:
    """Two enterprises listed, notified, published, with a case each."""
    world.publish(names_env=["甲厂", "乙厂"], grounds=["1", "3"])
    case = world.case_of("shandong.listing_env")
    world.do_step("county-env", case.id, ".s5", notice_number="演示〔2027〕1号")
    world.do_step("county-env", case.id, ".s6")
    with world.transaction() as session:
        world.principal(session, "enterprise:甲厂")
    return world


def notice(world: World, template: str, name: str = "") -> int:
    with world.session() as session:
        found = session.scalars(select(Notice).where(Notice.template == template).order_by(Notice.id)).all()
        if not name:
            return found[0].id
        organisation = world.principal(session, f"enterprise:{name}").organisation_ids
        return next(n.id for n in found if n.organisation_id in organisation)


def the_roster(world: World) -> int:
    with world.session() as session:
        return session.scalars(select(Roster.id)).one()


def pdf_text(body: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).replace("\n", "").replace(" ", "")


def test_the_notice_of_a_listed_enterprise_names_three_dates(app: Flask, published: World) -> None:
    client, _ = signed_in(app, published, "enterprise:甲厂")
    answer = client.get(f"/documents/notices/{notice(published, 'list_published', '甲厂')}.pdf")
    assert answer.content_type == "application/pdf"
    text = pdf_text(answer.data)
    for day in ("2027年2月11日", "2027年3月11日", "2028年1月11日"):
        assert day in text


def test_word_says_the_same(app: Flask, published: World) -> None:
    client, _ = signed_in(app, published, "enterprise:甲厂")
    answer = client.get(f"/documents/notices/{notice(published, 'list_published', '甲厂')}.docx")
    tables = Document(io.BytesIO(answer.data)).tables
    assert [row.cells[1].text for row in tables[0].rows[1:]] == ["2027年2月11日", "2027年3月11日", "2028年1月11日"]


def test_before_publication_the_notice_says_what_the_periods_count_from(app: Flask, world: World) -> None:
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, ["甲厂"], ["1"])
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    world.do_step("county-env", case.id, ".s5")
    client, _ = signed_in(app, world, "county-env")
    text = pdf_text(client.get(f"/documents/notices/{notice(world, 'listing')}.pdf").data)
    assert "名单尚未公布" in text
    assert "2027年2月" not in text


def test_a_notice_is_for_its_recipient_and_the_authorities_of_the_case(app: Flask, published: World) -> None:
    address = f"/documents/notices/{notice(published, 'list_published', '甲厂')}.pdf"
    with published.transaction() as session:
        published.principal(session, "enterprise:乙厂")
    allowed = {"enterprise:甲厂": 200, "county-env": 200, "province-coord": 200, "enterprise:乙厂": 404, "county-env2": 404, "expert": 404}
    assert {who: signed_in(app, published, who)[0].get(address).status_code for who in allowed} == allowed
    assert app.test_client().get(address).status_code == 302


def test_every_notice_can_be_printed(app: Flask, published: World) -> None:
    client, _ = signed_in(app, published, "province-env")
    with published.session() as session:
        found = session.scalars(select(Notice.id)).all()
    assert found
    assert {client.get(f"/documents/notices/{i}.{kind}").status_code for i in found for kind in ("pdf", "docx")} == {200}


@pytest.mark.parametrize("file_format", ["pdf", "docx", "xlsx"])
def test_a_published_list_is_for_everybody(app: Flask, published: World, file_format: str) -> None:
    with published.session() as session:
        publication = session.scalars(select(Publication).where(Publication.kind == "mandatory_list")).one()
    answer = app.test_client().get(f"/documents/lists/{publication.id}.{file_format}")
    assert answer.status_code == 200
    if file_format == "pdf":
        assert "甲厂" in pdf_text(answer.data)
    if file_format == "xlsx":
        rows = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
        assert {row[1] for row in rows[1:]} == {"甲厂", "乙厂"}
    assert app.test_client().get(f"/documents/lists/999.{file_format}").status_code == 404


def test_all_written_notices_of_a_roster_come_in_one_file(app: Flask, published: World) -> None:
    client, _ = signed_in(app, published, "county-env")
    roster_id = the_roster(published)
    answer = client.get(f"/documents/rosters/{roster_id}/notices.pdf")
    text = pdf_text(answer.data)
    assert text.count("关于实施2027年度强制性清洁生产审核的通知") == 2
    assert "演示〔2027〕1号" in text
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/documents/rosters/{roster_id}/notices.zip").data))
    assert sorted(name.split()[1] for name in archive.namelist()) == ["乙厂.docx", "甲厂.docx"]


def test_the_copy_letter_goes_to_the_other_line_of_the_same_level(app: Flask, published: World) -> None:
    client, _ = signed_in(app, published, "county-env")
    text = pdf_text(client.get(f"/documents/rosters/{the_roster(published)}/copy.pdf").data)
    assert "370102综合协调局：" in text
    assert "甲厂" in text


def test_nothing_is_printed_of_a_list_that_is_not_approved(app: Flask, world: World) -> None:
    case = world.new_roster("county-env")
    client, _ = signed_in(app, world, "county-env")
    assert "核定后才能打印" in client.get(f"/documents/rosters/{case.roster_id}/notices.pdf").text
    other, _ = signed_in(app, world, "county-coord")
    assert other.get(f"/documents/rosters/{case.roster_id}/notices.pdf").status_code == 404
