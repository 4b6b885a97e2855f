"""流程库: the procedures of a place by kind, with pictures, documents and articles."""

from __future__ import annotations

import pytest
from flask import Flask

from app.law.labels import PROCEDURE_KINDS
from tests.support.statements import counted
from tests.support.world import World
from tests.web.desk_support import Desk, desk

__all__ = ["desk"]


@pytest.mark.parametrize("username", ["county-env", "support", "expert", "admin"])
def test_whoever_is_signed_in_may_read_the_library(desk: Desk, username: str) -> None:
    assert desk(username).get("/library/shandong/").status_code == 200


@pytest.mark.parametrize("path", ["/library/", "/library/shandong/", "/library/shandong/shandong.penalty"])
def test_nobody_reads_it_without_signing_in(app: Flask, path: str) -> None:
    assert "/login" in app.test_client().get(path).headers["Location"]


def test_an_office_begins_with_its_own_place(desk: Desk) -> None:
    assert desk("county-env").get("/library/").headers["Location"].endswith("/library/shandong/")


def test_a_process_stands_under_its_kind_with_picture_document_and_articles(desk: Desk) -> None:
    page = desk("county-env").get("/library/shandong/").text
    shelf = page.partition('id="extension"')[2].partition("</section>")[0]
    assert "延期" in shelf
    assert "/drawings/shandong.extension/1/shandong.extension.bpmn" in shelf
    assert "《山东省清洁生产审核实施细则》" in shelf
    assert "第十八条第二款" in shelf


def test_several_articles_of_one_citation_are_told_once_each(desk: Desk) -> None:
    page = desk("county-env").get("/library/shandong/shandong.acceptance").text
    articles = page.partition("《山东省清洁生产审核实施细则》")[2].partition('text-secondary">')[2].partition("<")[0].split("、")
    assert len(articles) == len(set(articles)) > 1


def test_the_shared_parts_say_what_they_are_for(desk: Desk) -> None:
    page = desk("county-env").get("/library/common/").text
    assert "共用子流程" in page
    assert "从专家库随机抽取专家" in page


def test_a_process_is_shown_with_its_drawing_its_readings_and_the_steps(desk: Desk) -> None:
    browser = desk("county-env")
    page = browser.get("/library/shandong/shandong.extension").text
    assert "【我们的读法】" in page
    drawing = browser.get("/library/drawings/shandong.extension/1/shandong.extension.bpmn")
    assert (drawing.status_code, b"bpmn:definitions" in drawing.data) == (200, True)


@pytest.mark.parametrize(
    "path", ["/library/atlantis/", "/library/shandong/shandong.nothing", "/library/drawings/shandong.extension/9/x.bpmn"]
)
def test_what_is_not_there_is_said_plainly(desk: Desk, path: str) -> None:
    answer = desk("county-env").get(path)
    assert (answer.status_code, "Traceback" in answer.text) == (404, False)


def test_a_process_is_found_under_its_own_place(desk: Desk) -> None:
    answer = desk("county-env").get("/library/guangdong/shandong.extension")
    assert answer.headers["Location"].endswith("/library/shandong/shandong.extension")


def test_the_number_of_statements_does_not_grow_with_the_library(desk: Desk, world: World) -> None:
    browser = desk("county-env")
    asked = {}
    for slug in ("common", "guangdong"):
        with counted(world.runtime.database.engine) as statements:
            assert browser.get(f"/library/{slug}/").status_code == 200
        asked[slug] = len(statements)
    assert asked["guangdong"] <= asked["common"] + 1


def test_every_kind_of_the_library_has_a_name(desk: Desk) -> None:
    from app.cases import library
    from app.config import ROOT

    read = library.read_folder(ROOT)
    kinds = {process.properties.get("kind") for diagram in read.diagrams.values() for process in diagram.processes.values()}
    assert kinds - set(PROCEDURE_KINDS) <= {None}
