"""SpiffWorkflow's script engine, spoken in our sandboxed language; and its service tasks, carried out by our operators."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.spiff.specs.defaults import ServiceTask

from app.engine import expressions
from app.engine.errors import ElementFailed, EngineError
from app.engine.timers import NEVER, as_instant
from app.law.periods import Deadline, Stop
from app.model.session import DATABASE_AWAY, in_short

T = TypeVar("T")


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


class _SandboxedEnvironment(BasePythonScriptEngineEnvironment):
    """What SpiffWorkflow evaluates with where it passes the script engine by (messages, ad hoc sub-processes)."""

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: Mapping[str, Any] | None = None) -> Any:
        return expressions.evaluate(expression, context)

    def execute(self, script: str, context: dict[str, Any], external_context: Mapping[str, Any] | None = None) -> bool:
        expressions.execute(script, context)
        return True


class SandboxedScriptEngine(PythonScriptEngine):
    """Evaluates expressions and scripts under the sandbox, and hands service calls to the operators of the current action."""

    def __init__(self, definition: Any) -> None:
        super().__init__(_SandboxedEnvironment())
        self.definition = definition
        self.operators: Operators | None = None
        self.excluded: Sequence[Stop] = ()
        """Times that the limits of this case leave out."""
        self.held: tuple[str, str] | None = None
        """A timer event (process, element) that waits without being set: its expression fails, and a repair is about to lead around it."""

    def validate(self, expression: str) -> None:
        expressions.check(expression)

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        return self._guarded(task, lambda: expressions.evaluate(expression, task.data))

    def execute(self, task: Any, script: str, external_context: Mapping[str, Any] | None = None) -> bool:
        self._guarded(task, lambda: expressions.execute(script, task.data))
        return True

    def decide(self, task: Any, decision: str) -> dict[str, Any]:
        """What a decision table says about the case. A failure names the element."""
        table = self.definition.decisions.get(decision)
        if table is None:
            raise EngineError(f"决策表不存在：{decision}")
        values: dict[str, Any] = self._guarded(task, lambda: table.decide(task.data).values)
        return values

    def evaluate_timer(self, task: Any, expression: str) -> dt.datetime:
        """The instant that a timer's expression gives; `due` is the time limit of the activity that the event stands on."""
        if (task.workflow.spec.name, task.task_spec.name) == self.held:
            return NEVER
        return self._guarded(task, lambda: self._instant(task, expression))

    def _instant(self, task: Any, expression: str) -> dt.datetime:
        value = self._timer_value(task, expression)
        try:
            return as_instant(value)
        except (TypeError, ValueError) as error:
            raise EngineError(f"到期日表达式没有得出日期：{expression}") from error

    def _timer_value(self, task: Any, expression: str) -> Any:
        if expression != "due":
            value = expressions.evaluate(expression, task.data)
            return value.excluding(self.excluded) if isinstance(value, Deadline) else value
        deadline: Deadline | None = self.definition.timer_deadline(task)
        return deadline or NEVER

    def call_service(self, task: Any, operation_name: str = "", operation_params: dict[str, Any] | None = None, **_: Any) -> str:
        if self.operators is None:
            raise EngineError("服务任务只能在办理动作中执行")
        operators = self.operators
        element = self.definition.resolve(task)
        given = operation_params or {}
        # A part may say what its services are to be called with: the sanction that is recorded, the kind of a publication.
        supplied = {name: element.supplied[name] for name in given if name in element.supplied} if element is not None else {}
        call = ServiceCall(operation_name, {**given, **supplied}, task.data, task, element, task.id.hex)

        def serve() -> str:
            try:
                return json.dumps(operators(call) or {}, ensure_ascii=False)
            except (EngineError, *DATABASE_AWAY):
                raise
            except Exception as error:  # whatever an operator meets stops its case and no other
                raise EngineError(f"服务“{operation_name}”出错：{in_short(error)}") from error

        return self._guarded(task, serve)

    def _guarded(self, task: Any, run: Callable[[], T]) -> T:
        """Runs something for an element; a failure names the element and keeps what the case held there."""
        try:
            return run()
        except ElementFailed:
            raise
        except EngineError as error:
            spec, scope = task.task_spec, task.workflow.spec.name
            raise ElementFailed(spec.bpmn_id or spec.name, spec.bpmn_name or "", str(error), scope=scope, variables=task.data) from error
