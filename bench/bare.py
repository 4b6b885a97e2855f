"""The peers: SpiffWorkflow alone, in memory or with its own serializer, plus one durable SQLite commit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from app.engine.definition import CompiledDefinition
from app.engine.scripting import SandboxedScriptEngine
from app.engine.state import new_workflow
from app.engine.timers import LegalTimer


def steps(definition: CompiledDefinition, variables: dict[str, Any], count: int, folder: Path) -> list[float]:
    """Seconds of each of `count` steps in memory: complete the waiting task, run the engine to the next wait, commit one row."""
    times: list[float] = []
    with _store(folder) as commit:
        while len(times) < count:
            workflow = _begun(definition, variables)
            while len(times) < count and (waiting := _waiting(workflow)) is not None:
                began = time.perf_counter()
                waiting.run()
                workflow.do_engine_steps()
                commit(b"")
                times.append(time.perf_counter() - began)
    return times


def stored_steps(definition: CompiledDefinition, variables: dict[str, Any], count: int, folder: Path) -> list[float]:
    """The same as a process without memory does it with SpiffWorkflow's own serializer: load, step, store, commit."""
    config = {**SPIFF_CONFIG, LegalTimer: SPIFF_CONFIG[TimeDateEventDefinition]}
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))
    times: list[float] = []
    with _store(folder) as commit:
        while len(times) < count:
            body = serializer.serialize_json(_begun(definition, variables))
            while len(times) < count:
                began = time.perf_counter()
                workflow = serializer.deserialize_json(body)
                workflow.script_engine = SandboxedScriptEngine(definition)
                waiting = _waiting(workflow)
                if waiting is None:
                    break
                waiting.run()
                workflow.do_engine_steps()
                body = serializer.serialize_json(workflow)
                commit(body.encode())
                times.append(time.perf_counter() - began)
    return times


def _begun(definition: CompiledDefinition, variables: dict[str, Any]) -> Any:
    workflow = new_workflow(definition)
    workflow.task_tree.data.update(variables)
    for child in workflow.task_tree.children:
        child.data.update(variables)
    workflow.do_engine_steps()
    return workflow


def _waiting(workflow: Any) -> Any:
    return workflow.get_next_task(state=TaskState.READY, manual=True)


@contextmanager
def _store(folder: Path) -> Iterator[Callable[[bytes], None]]:
    """One durable SQLite commit of one row."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS step (id INTEGER PRIMARY KEY, body BLOB)")

    def commit(body: bytes) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT OR REPLACE INTO step (id, body) VALUES (1, ?)", (body,))
        connection.execute("COMMIT")

    yield commit
    connection.close()
