"""Business rule tasks: SpiffWorkflow's place for a decision, filled with our tables."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.spiff.parser.task_spec import SpiffTaskParser
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask


class DecisionTask(SpiffBpmnTask):
    """Asks a decision table of the definition; what it says becomes case variables."""

    def __init__(self, wf_spec: Any, name: str, decision: str, **options: Any) -> None:
        super().__init__(wf_spec, name, **options)
        self.decision = decision

    def _run_hook(self, task: Any) -> bool:
        task.data.update(task.workflow.script_engine.decide(task, self.decision))
        return True


class DecisionTaskParser(SpiffTaskParser):
    """Reads `spiffworkflow:calledDecisionId`."""

    def create_task(self) -> DecisionTask:
        scripts = self.parse_extensions()
        return DecisionTask(
            self.spec,
            self.bpmn_id,
            self.get_decision_ref(self.node) or "",
            prescript=scripts.get("preScript"),
            postscript=scripts.get("postScript"),
            **self.bpmn_attributes,
        )

    @staticmethod
    def get_decision_ref(node: Any) -> str | None:
        """The id of the decision that a business rule task calls."""
        found: str | None = SpiffTaskParser._parse_extensions(node).get("calledDecisionId")
        return found
