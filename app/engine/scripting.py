"""SpiffWorkflow's script engine, spoken in our sandboxed language; and its service tasks, carried out by our operators."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.spiff.specs.defaults import ServiceTask

from app.engine import expressions
from app.engine.errors import ElementFailed, EngineError
from app.law.periods import Deadline


@dataclass(frozen=True)
class ServiceCall:
    """What an operator gets: which element calls it, with which arguments, over which case variables."""

    operator: str
    arguments: dict[str, Any]
    variables: Mapping[str, Any]
    task: Any  # SpiffWorkflow's task; operators use `element` and `engine_id` alone
    element: Any
    engine_id: str


Operators = Callable[[ServiceCall], dict[str, Any] | None]


class OperatorTask(ServiceTask):
    """A service task whose result becomes case variables."""

    def _execute(self, task: Any) -> bool:
        arguments = {name: task.workflow.script_engine.evaluate(task, p["value"]) for name, p in self.operation_params.items()}
        result = task.workflow.script_engine.call_service(task, operation_name=self.operation_name, operation_params=arguments)
        task.data.update(json.loads(result))
        return True


class SandboxedScriptEngine(PythonScriptEngine):
    """Evaluates expressions and scripts under the sandbox, and hands service calls to the operators of the current action."""

    def __init__(self, definition: Any) -> None:
        super().__init__()
        self.definition = definition
        self.operators: Operators | None = None

    def validate(self, expression: str) -> None:
        expressions.check(expression)

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        return self._guarded(task, lambda: expressions.evaluate(expression, task.data))

    def execute(self, task: Any, script: str, external_context: Mapping[str, Any] | None = None) -> bool:
        self._guarded(task, lambda: expressions.execute(script, task.data))
        return True

    def evaluate_timer(self, task: Any, expression: str) -> Any:
        """The value of a timer's expression; `due` is the time limit of the activity that the event stands on."""
        return self._guarded(task, lambda: self._timer_value(task, expression))

    def _timer_value(self, task: Any, expression: str) -> Any:
        if expression != "due":
            return expressions.evaluate(expression, task.data)
        deadline: Deadline | None = self.definition.attached_deadline(task)
        if deadline is None:
            raise EngineError("边界定时器写着 due，但所依附的环节没有期限")
        return deadline

    def call_service(self, task: Any, operation_name: str = "", operation_params: dict[str, Any] | None = None, **_: Any) -> str:
        if self.operators is None:
            raise EngineError("服务任务只能在办理动作中执行")
        operators = self.operators
        element = self.definition.resolve(task)
        call = ServiceCall(operation_name, operation_params or {}, task.data, task, element, task.id.hex)
        return json.dumps(self._guarded(task, lambda: operators(call)) or {}, ensure_ascii=False)

    def _guarded(self, task: Any, run: Callable[[], Any]) -> Any:
        try:
            return run()
        except ElementFailed:
            raise
        except EngineError as error:
            spec = task.task_spec
            raise ElementFailed(spec.bpmn_id or spec.name, spec.bpmn_name or "", str(error)) from error
