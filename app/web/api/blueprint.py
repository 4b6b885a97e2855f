"""`/api/v1`: the calls of programs, all of them in one table."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from app.cases.errors import CaseError
from app.web.access_control import csrf
from app.web.api import bodies, callers, cases, files, openapi, problems, processes, tasks

ID = f"int(max={2**63 - 1})"

bp = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)  # `callers.authenticate` checks it for sessions; tokens need none

bp.before_request(bodies.limit_size)
bp.before_request(callers.authenticate)
bp.after_app_request(problems.name_methods)
bp.register_error_handler(problems.Refusal, problems.on_refusal)
bp.register_error_handler(CaseError, problems.on_case_error)
bp.register_error_handler(HTTPException, problems.on_http_error)

bp.get("/openapi.json", endpoint="openapi")(openapi.document)

bp.get("/processes", endpoint="processes")(processes.list_processes)
bp.post("/processes", endpoint="upload_process")(processes.upload)
bp.post("/processes/<key>/versions/<int(max=2147483647):version>/deploy", endpoint="deploy")(processes.deploy)

bp.get("/cases", endpoint="cases")(cases.list_cases)
bp.post("/cases", endpoint="start_case")(cases.start)
bp.get(f"/cases/<{ID}:case_id>", endpoint="case")(cases.case)
bp.get(f"/cases/<{ID}:case_id>/events", endpoint="events")(cases.events)

bp.get("/tasks", endpoint="tasks")(tasks.list_tasks)
bp.get(f"/tasks/<{ID}:task_id>", endpoint="task")(tasks.task)
bp.post(f"/tasks/<{ID}:task_id>/claim", endpoint="claim")(tasks.claim)
bp.post(f"/tasks/<{ID}:task_id>/complete", endpoint="complete")(tasks.complete)
bp.post(f"/tasks/<{ID}:task_id>/return", endpoint="return")(tasks.send_back)
bp.post(f"/tasks/<{ID}:task_id>/transfer", endpoint="transfer")(tasks.transfer)
bp.post(f"/tasks/<{ID}:task_id>/delegate", endpoint="delegate")(tasks.delegate)
bp.post(f"/tasks/<{ID}:task_id>/withdraw", endpoint="withdraw")(tasks.withdraw)
bp.post(f"/tasks/<{ID}:task_id>/urge", endpoint="urge")(tasks.urge)

bp.post("/files", endpoint="upload")(files.upload)
bp.get(f"/files/<{ID}:file_id>", endpoint="download")(files.download)
