"""The notices of one's own organisation."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.model import Notice
from tests.support.world import World
from tests.web.api_support import signed_in


@pytest.fixture
def told(world: World) -> World:
    """An enterprise that has been told of its listing and its tasks."""
    world.publish(names_env=["甲厂"])
    with world.transaction() as session:
        world.principal(session, "enterprise:甲厂")
    return world


def unread(world: World, username: str) -> int:
    with world.session() as session:
        mine = world.principal(session, username).organisation_ids
        return session.scalar(select(func.count()).where(Notice.organisation_id.in_(mine), Notice.read_at.is_(None))) or 0


def first(world: World, username: str) -> int:
    with world.session() as session:
        mine = world.principal(session, username).organisation_ids
        return session.scalars(select(Notice.id).where(Notice.organisation_id.in_(mine)).order_by(Notice.id)).first() or 0


def test_opening_a_notice_marks_it_as_read_once(app: Flask, told: World) -> None:
    client, _ = signed_in(app, told, "enterprise:甲厂")
    before = unread(told, "enterprise:甲厂")
    assert client.get("/notices").status_code == 200
    assert unread(told, "enterprise:甲厂") == before
    for _ in range(2):
        assert client.get(f"/notices/{first(told, 'enterprise:甲厂')}").status_code == 200
        assert unread(told, "enterprise:甲厂") == before - 1


def test_unread_notices_come_first(app: Flask, told: World) -> None:
    client, _ = signed_in(app, told, "enterprise:甲厂")
    with told.session() as session:
        newest = session.scalars(select(Notice.id).order_by(Notice.id.desc())).first()
    client.get(f"/notices/{newest}")
    page = client.get("/notices").text
    assert page.index("● 未读") < page.index("○ 已读")
    assert "○ 已读" not in client.get("/notices?show=unread").text


def test_all_can_be_marked_as_read_and_only_ones_own(app: Flask, told: World) -> None:
    others = unread(told, "county-coord")
    client, csrf = signed_in(app, told, "enterprise:甲厂")
    assert client.post("/notices/read", data={"csrf_token": csrf}).status_code == 302
    assert unread(told, "enterprise:甲厂") == 0
    assert unread(told, "county-coord") == others


def test_nobody_opens_a_notice_of_somebody_else(app: Flask, told: World) -> None:
    client, _ = signed_in(app, told, "county-env")
    assert client.get(f"/notices/{first(told, 'enterprise:甲厂')}").status_code == 404
