"""What our rules find in the example diagrams, as `diagrams/lint.json` has it. `frontend/test/bpmnlint.test.js` holds bpmnlint itself to the same file.

`python -m tests.engine.checking.test_bpmnlint_agreement` writes the file anew; the JavaScript test then says whether bpmnlint agrees.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import pytest

from app.engine.checking import lint
from app.engine.checking.sheet import Sheet
from app.engine.diagram import Diagram
from app.engine.safe_xml import read_xml
from tests.engine.checking.examples import BROKEN, FOLDER, SUSPICIOUS

FILES = {f"{path.parent.name}/{path.name}": path for path in (*BROKEN.values(), *SUSPICIOUS.values())}
WRITTEN_DOWN = FOLDER / "lint.json"
SHARED_RULES = frozenset(name for name, _, _ in lint.RULES)


def findings(file: str) -> Mapping[str, list[str]]:
    """Rule → ids of the elements that it names, for the rules that are bpmnlint's too."""
    found: dict[str, set[str]] = {}
    for problem in lint.problems(Sheet.of(Diagram(file, read_xml(file, FILES[file].read_bytes())))):
        if problem.code in SHARED_RULES:
            found.setdefault(problem.code, set()).add(problem.element)
    return {rule: sorted(elements) for rule, elements in sorted(found.items())}


@pytest.mark.parametrize("file", FILES)
def test_our_rules_find_what_is_written_down(file: str) -> None:
    assert findings(file) == json.loads(WRITTEN_DOWN.read_text())[file]


def test_every_rule_of_ours_is_compared_but_those_for_what_is_never_executed() -> None:
    compared = {rule for rules in json.loads(WRITTEN_DOWN.read_text()).values() for rule in rules}
    assert SHARED_RULES - compared == {"ad-hoc-sub-process", "link-event", "no-complex-gateway"}


if __name__ == "__main__":
    WRITTEN_DOWN.write_text(json.dumps({file: findings(file) for file in sorted(FILES)}, ensure_ascii=False, indent=1) + "\n")
    sys.stdout.write(f"{WRITTEN_DOWN}\n")
