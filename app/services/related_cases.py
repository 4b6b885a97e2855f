"""Related cases: a procedure that another one sets off, with a file and a number of its own."""

from __future__ import annotations

from typing import Any

from app.services import local_law, outbox
from app.services.context import ServiceContext, operator

INHERITED = ("grounds", "line", "list_published_on", "levels", "mandatory", "year")


@operator("start_case")
def start_case(context: ServiceContext, process: str, **variables: Any) -> None:
    """Starts a related case about the same enterprise, once. In a province whose own process stands instead of a national one, that is started."""
    process = local_law.process_there(context.session, process, context.case.region_code, context.today)
    inherited = {name: context.variable(name) for name in INHERITED if context.variable(name) is not None}
    outbox.put(
        context.session,
        key=f"start:{context.key}",
        kind="start_case",
        case_id=context.case.id,
        payload={
            "process": process,
            "region": context.case.region_code,
            "enterprise_id": context.case.enterprise_id,
            "parent_id": context.case.id,
            "start_key": f"related:{context.key}",
            "variables": {**inherited, **variables},
        },
    )
