"""Where most tests of acts begin: one enterprise listed for ground (一), its case just started."""

from __future__ import annotations

import pytest

from app.model import Case
from tests.support.world import World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"


@pytest.fixture
def audit(world: World) -> Case:
    world.publish([NAME])
    return world.case_of("shandong.mandatory_audit", NAME)
