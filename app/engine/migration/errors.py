"""Why a case cannot move. The sentence names no case: the same reason is the same sentence, so that cases can be counted by it."""

from __future__ import annotations

from app.engine.errors import EngineError


class MoveRefused(EngineError):
    """The case would not be consistent in the new version. Nothing was changed."""
