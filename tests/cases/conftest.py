"""Where most tests of acts begin: one enterprise listed for ground (一), its case just started."""

from __future__ import annotations

import pytest

from app.model import Case
from tests.support.world import World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"


@pytest.fixture
def audit(sqlite_world: World) -> Case:
    sqlite_world.publish([NAME])
    return sqlite_world.case_of("shandong.mandatory_audit", NAME)
