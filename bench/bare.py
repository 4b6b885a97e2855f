"""The peer: SpiffWorkflow alone, in memory, plus one SQLite commit of a small row."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from SpiffWorkflow.util.task import TaskState

from app.engine.definition import CompiledDefinition
from app.engine.state import new_workflow


def steps(definition: CompiledDefinition, variables: dict[str, Any], count: int, folder: Path) -> list[float]:
    """Seconds of each of `count` steps: complete the waiting task, run the engine to the next wait, commit one row."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS step (id INTEGER PRIMARY KEY, at REAL)")
    times: list[float] = []
    while len(times) < count:
        workflow = new_workflow(definition)
        workflow.script_engine.operators = lambda _call: {}
        workflow.task_tree.data.update(variables)
        for child in workflow.task_tree.children:
            child.data.update(variables)
        workflow.do_engine_steps()
        while len(times) < count:
            waiting = workflow.get_next_task(state=TaskState.READY, manual=True)
            if waiting is None:
                break
            began = time.perf_counter()
            waiting.run()
            workflow.do_engine_steps()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO step (at) VALUES (?)", (began,))
            connection.execute("COMMIT")
            times.append(time.perf_counter() - began)
    connection.close()
    return times
