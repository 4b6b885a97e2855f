"""The description of the API (OpenAPI 3.1). Bodies of calls are checked against the very schemas that stand here."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from app.model import CaseStatus, DefinitionStatus, TaskStatus

Schema = dict[str, Any]

MAX_ID = 2**63 - 1
MAX_REVISION = 2**31 - 1


def _object(properties: Schema, required: list[str] | None = None, description: str = "") -> Schema:
    made: Schema = {"type": "object", "properties": properties, "required": required or []}
    return {**made, "description": description} if description else made


def _input(properties: Schema, required: list[str] | None = None) -> Schema:
    return {**_object(properties, required), "additionalProperties": False}


def _nullable(kind: str, **more: Any) -> Schema:
    return {"type": [kind, "null"], **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
_DAY = _nullable("string", format="date")
_MOMENT = _nullable("string", format="date-time")
_LIGHT: Schema = {"type": "string", "enum": ["green", "yellow", "red", "stopped", "none"]}
_REVISION: Schema = {"type": "integer", "title": "revision", "minimum": 0, "maximum": MAX_REVISION}
_STRINGS = _list({"type": "string"})

_PROCESS_FIELDS: Schema = {
    "key": {"type": "string"},
    "version": {"type": "integer"},
    "name": {"type": "string"},
    "kind": _nullable("string"),
    "jurisdiction": {"type": "string"},
    "state": {"type": "string", "enum": [*DefinitionStatus]},
}
_CASE_FIELDS: Schema = {
    "id": _ID,
    "number": {"type": "string"},
    "title": {"type": "string"},
    "process": {"type": "string"},
    "process_name": {"type": "string"},
    "version": {"type": "integer"},
    "region": {"type": "string"},
    "enterprise": {
        "type": ["object", "null"],
        "properties": {"uscc": {"type": "string"}, "name": {"type": "string"}},
        "required": ["uscc", "name"],
    },
    "status": {"type": "string", "enum": [*CaseStatus]},
    "outcome": _nullable("string"),
    "started": {"type": "string", "format": "date-time"},
    "ended": _MOMENT,
}
_TASK_FIELDS: Schema = {
    "id": _ID,
    "case": _ID,
    "name": {"type": "string"},
    "basis": _STRINGS,
    "actor": {"type": "string"},
    "due": _DAY,
    "light": _LIGHT,
    "choices": _STRINGS,
}
_STATE_FIELDS: Schema = {
    **_TASK_FIELDS,
    "status": {"type": "string", "enum": [*TaskStatus]},
    "revision": {"type": "integer"},
    "assignee": _nullable("integer"),
    "decision": _nullable("string"),
    "case_status": {"type": "string", "enum": [*CaseStatus]},
}
_DETAIL_FIELDS: Schema = {
    **_STATE_FIELDS,
    "case_number": {"type": "string"},
    "process": {"type": "string"},
    "element": {"type": "string"},
    "article": {"type": "string"},
    "optional": {"type": "boolean"},
    "created": {"type": "string", "format": "date-time"},
    "completed": _MOMENT,
    "deadline": {**_STRINGS, "description": "How the due date was counted, sentence by sentence."},
    "waiting_for": _nullable("string"),
    "may_do": {"type": "boolean"},
    "colleagues": _list(_object({"id": _ID, "name": {"type": "string"}}, ["id", "name"])),
    "schema": {"type": "object", "description": "JSON Schema of the form."},
    "ui_schema": {"type": "object"},
    "data": {"type": "object", "description": "The draft, else what the form starts with; of a completed task what was submitted."},
}
_OPEN_TASK_FIELDS: Schema = {
    "id": _ID,
    "name": {"type": "string"},
    "actor": {"type": "string"},
    "org": _nullable("string"),
    "due": _DAY,
    "light": _LIGHT,
}
_EVENT_FIELDS: Schema = {
    "id": _ID,
    "at": {"type": "string", "format": "date-time"},
    "event": {"type": "string"},
    "process": _nullable("string"),
    "element": _nullable("string"),
    "basis": _STRINGS,
    "name": {"type": "string"},
    "task": _nullable("integer"),
    "actor": _nullable("string", description="Who did it; only for authorities and the person's own organisation."),
    "org": _nullable("string"),
    "detail": {"type": "object"},
}
_FILE_FIELDS: Schema = {"id": _ID, "name": {"type": "string"}, "size": {"type": "integer"}}
_CHECKED: Schema = {name: {"type": "string"} for name in ("file", "element", "name", "code", "message")}
_WARNINGS: Schema = {
    **_list(_object(_CHECKED, list(_CHECKED))),
    "description": "Hints of the checks for whoever draws; they keep nothing from being deployed.",
}
_ERROR: Schema = _object(
    {
        "pointer": {
            "type": "string",
            "description": "JSON pointer into the body; for a form's fields into its `data`; `/name` for a parameter.",
        },
        **_CHECKED,
    },
    ["message"],
)


def _all(fields: Schema) -> Schema:
    return _object(fields, list(fields))


SCHEMAS: dict[str, Schema] = {
    "Process": _all(_PROCESS_FIELDS),
    "Draft": _all({"key": {"type": "string"}, "version": {"type": "integer"}, "drafts": _list(_ref("Process")), "warnings": _WARNINGS}),
    "Deployed": _all({**_PROCESS_FIELDS, "warnings": _WARNINGS}),
    "Case": _all(_CASE_FIELDS),
    "CaseDetail": _all({**_CASE_FIELDS, "revision": {"type": "integer"}, "tasks": _list(_all(_OPEN_TASK_FIELDS))}),
    "StartedCase": _all({"id": _ID, "number": {"type": "string"}}),
    "Event": _all(_EVENT_FIELDS),
    "Task": _all(_TASK_FIELDS),
    "TaskState": _all(_STATE_FIELDS),
    "TaskDetail": _all(_DETAIL_FIELDS),
    "File": _all(_FILE_FIELDS),
    "Problem": _object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": _list(_ERROR),
        },
        ["type", "title", "status", "detail"],
        "RFC 9457 problem document; messages are Chinese sentences.",
    ),
    # What calls carry. No references inside: bodies are checked against these one by one.
    "CaseStart": _input(
        {
            "process": {"type": "string", "title": "process", "minLength": 1, "maxLength": 80, "pattern": r"^[A-Za-z0-9_.\-]+$"},
            "region": {
                "type": "string", "title": "region", "pattern": "^[0-9]{6}$", "description": "GB/T 2260",
                "x-pattern-message": "行政区划代码应为 6 位数字",
            },
            "enterprise": {
                "type": "string", "title": "enterprise", "minLength": 1, "maxLength": 40, "description": "统一社会信用代码",
            },
            "data": {"type": "object", "title": "data", "maxProperties": 50, "description": "What the case starts with."},
        },
        ["process", "region"],
    ),
    "Completion": _input({"data": {"type": "object", "title": "data"}, "revision": _REVISION}, ["data"]),
    "Return": _input(
        {"reason": {"type": "string", "title": "reason", "maxLength": 2000}, "data": {"type": "object"}, "revision": _REVISION}
    ),
    "Handing": _input(
        {
            "to": {
                "type": ["integer", "string"], "title": "to", "minimum": 1, "minLength": 1, "maxLength": 60,
                "description": "A colleague: user id or sign-in name.",
            },
            "reason": {"type": "string", "title": "reason", "maxLength": 500},
        },
        ["to"],
    ),
    "Claim": _input({"release": {"type": "boolean", "title": "release", "description": "Gives the task back."}}),
    "Urging": _input({"message": {"type": "string", "title": "message", "maxLength": 500}}),
    "Nothing": _input({}),
}  # fmt: skip


# -- operations --------------------------------------------------------------------------------------------------------


def _json(schema: Schema, description: str, headers: Schema | None = None) -> Schema:
    made: Schema = {"description": description, "content": {"application/json": {"schema": schema}}}
    return {**made, "headers": headers} if headers else made


_PAGE_HEADERS: Schema = {
    "Link": {"schema": {"type": "string"}, "description": 'The next page, `rel="next"`; missing on the last.'},
    "X-Next-Cursor": {"schema": {"type": "string"}, "description": "The `cursor` of the next page; missing on the last."},
}
_WORDS = {
    400: "Not a request that can be read: malformed JSON, missing CSRF token, unusable Idempotency-Key.",
    401: "No token or session, or one that has ended.",
    403: "Seen, but not the caller's to do.",
    404: "Not there, or not for the caller to see.",
    409: "No longer open, or `revision` is stale.",
    413: "Too large.",
    415: "Another media type is expected.",
    422: "Fields are wrong; `errors` says which.",
}


def _responses(success: int, answer: Schema, *codes: int) -> Schema:
    problem = {"application/problem+json": {"schema": _ref("Problem")}}
    return {str(success): answer, **{str(code): {"description": _WORDS[code], "content": problem} for code in sorted(codes)}}


def _get(summary: str, tag: str, answer: Schema, *codes: int, parameters: list[Schema] | None = None) -> Schema:
    return {"summary": summary, "tags": [tag], "parameters": parameters or [], "responses": _responses(200, answer, 401, *codes)}


def _post(summary: str, tag: str, success: int, answer: Schema, body: Schema | None, *codes: int, required: bool = True) -> Schema:
    made: Schema = {
        "summary": summary,
        "tags": [tag],
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "responses": _responses(success, answer, 400, 401, 403, 413, 415, 422, *codes),
    }
    return {**made, "requestBody": {"required": required, "content": body}} if body else made


def _body(name: str) -> Schema:
    return {"application/json": {"schema": _ref(name)}}


def _form(field: str, schema: Schema) -> Schema:
    return {"multipart/form-data": {"schema": _object({field: schema}, [field])}}


def _path(name: str, schema: Schema = _ID) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: Schema, description: str = "") -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}


_PAGING = [
    _query("cursor", {"type": "string", "maxLength": 200}, "From `X-Next-Cursor` of the page before."),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
]
_BINARY: Schema = {"type": "string", "format": "binary"}


def _page(name: str, description: str) -> Schema:
    return _json(_list(_ref(name)), description, _PAGE_HEADERS)


def _task_act(summary: str, body: str, *, required: bool = False, moves_on: bool = False) -> Schema:
    act = _post(summary, "tasks", 200, _json(_ref("TaskState"), "The task after the act."), _body(body), 404, 409, required=required)
    if moves_on:
        kept = "Received, and kept: the process failed behind the task. The case is suspended; the act is done when it is mended. Do not repeat it."
        act["responses"]["202"] = _json(_ref("TaskState"), kept)
    return {"parameters": [_path("id")], "post": act}


PATHS: Schema = {
    "/processes": {
        "get": _get("Processes and their versions", "processes", _json(_list(_ref("Process")), "Deployed ones; all for administrators.")),
        "post": _post(
            "Upload BPMN, DMN and forms as drafts; administrators only", "processes", 201,
            _json(_ref("Draft"), "The drafts; `key` and `version` are the first one's."),
            _form("files", {"type": "array", "items": _BINARY, "minItems": 1}),
        ),
    },
    "/processes/{key}/versions/{n}/deploy": {
        "parameters": [
            _path("key", {"type": "string", "pattern": r"^[A-Za-z0-9_.\-]{1,80}$"}),
            _path("n", {"type": "integer", "minimum": 1, "maximum": MAX_REVISION}),
        ],
        "post": _post(
            "Deploy a draft; administrators only. 409: it is no draft, or the checks do not let it; then `errors` names every problem",
            "processes", 200, _json(_ref("Deployed"), "Deployed."), _body("Nothing"), 404, 409, required=False,
        ),
    },
    "/cases": {
        "get": _get(
            "Cases, newest first", "cases", _page("Case", "A page of cases."), 422,
            parameters=[
                _query("q", {"type": "string", "maxLength": 100}, "Case number, title, enterprise name or 统一社会信用代码."),
                _query("process", {"type": "string", "maxLength": 100}),
                _query("status", {"type": "string", "enum": [*CaseStatus]}),
                _query("region", {"type": "string", "pattern": "^[0-9]{6}$"}, "GB/T 2260; with everything inside it."),
                *_PAGING,
            ],
        ),
        "post": _post("Start a case", "cases", 201, _json(_ref("StartedCase"), "Started."), _body("CaseStart")),
    },
    "/cases/{id}": {
        "parameters": [_path("id")],
        "get": _get("A case and who has it", "cases", _json(_ref("CaseDetail"), "The case."), 404),
    },
    "/cases/{id}/events": {
        "parameters": [_path("id")],
        "get": _get("What happened in a case, oldest first", "cases", _page("Event", "A page of events."), 404, 422, parameters=_PAGING),
    },
    "/tasks": {
        "get": _get(
            "Tasks, the most urgent first", "tasks", _page("Task", "A page of tasks."), 422,
            parameters=[
                _query("state", {"type": "string", "enum": [*TaskStatus, "all"], "default": "open"}),
                _query("mine", {"type": "string", "enum": ["0", "1"]}, "1: what the caller may do, or has done."),
                _query("case", {"type": "integer", "minimum": 1, "maximum": MAX_ID}),
                *_PAGING,
            ],
        ),
    },
    "/tasks/{id}": {"parameters": [_path("id")], "get": _get("A task with its form", "tasks", _json(_ref("TaskDetail"), "The task."), 404, 409)},
    "/tasks/{id}/claim": _task_act("认领: take a task for oneself, or give it back", "Claim"),
    "/tasks/{id}/complete": _task_act("办理: complete a task with its form", "Completion", required=True, moves_on=True),
    "/tasks/{id}/return": _task_act("退回: return to the step before, where the procedure knows it", "Return", required=True, moves_on=True),
    "/tasks/{id}/transfer": _task_act("转办: hand a task to a colleague for good", "Handing", required=True),
    "/tasks/{id}/delegate": _task_act("委派: let a colleague do a task in one's stead", "Handing", required=True),
    "/tasks/{id}/withdraw": _task_act("撤回: take back what one completed while nobody has acted on it", "Nothing"),
    "/tasks/{id}/urge": _task_act("催办: remind whoever has a task, once a day", "Urging"),
    "/files": {"post": _post("Upload a file", "files", 201, _json(_ref("File"), "Stored."), _form("file", _BINARY))},
    "/files/{id}": {
        "parameters": [_path("id")],
        "get": _get("Download a file", "files", {"description": "The file.", "content": {"*/*": {"schema": _BINARY}}}, 404),
    },
}  # fmt: skip

DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "清程",
        "version": "1",
        "description": (
            "Cases, tasks, processes and files. What the caller may not see answers 404. "
            "A POST repeated with the same Idempotency-Key gives the first answer again and acts once."
        ),
    },
    "servers": [{"url": "/api/v1"}],
    "security": [{"bearer": []}, {"session": [], "csrf": []}],
    "paths": PATHS,
    "components": {
        "schemas": SCHEMAS,
        "parameters": {
            "IdempotencyKey": {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
            }
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "`flask --app app token USERNAME` prints one."},
            "session": {"type": "apiKey", "in": "cookie", "name": "session"},
            "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken", "description": "Needed for POST with a session."},
        },
    },
}


def document() -> Response:
    return jsonify(DOCUMENT)
