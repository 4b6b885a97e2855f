"""Which place of the new version each place of the old one becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[str, str]
"""A spec of the old version and the one of the new version that its cases move into: `(shandong.execution, shandong.execution)`."""

GIVEN_UP = ""
"""Target of a place that the new version no longer has: what waits there is cancelled."""

_ARROW = ">"


@dataclass(frozen=True)
class Plan:
    """For each pair of specs, old element id → new element id or `GIVEN_UP`. A place without an entry is undecided: no case that waits there moves."""

    tables: Mapping[Pair, Mapping[str, str]] = field(default_factory=dict)

    def target(self, pair: Pair, element_id: str) -> str | None:
        """What a place becomes; none while that is undecided."""
        return self.tables.get(pair, {}).get(element_id)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON-ready data for `from_dict`."""
        return {_ARROW.join(pair): dict(table) for pair, table in self.tables.items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that `to_dict` wrote."""
        tables: dict[Pair, dict[str, str]] = {}
        for name, table in data.items():
            old, _, new = name.partition(_ARROW)
            tables[old, new] = {str(k): str(v) for k, v in table.items()}
        return cls(tables)
