"""Time limits held against the texts: what the administrator who changes one should know before the version is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.engine.checking.sheet import Finding
from app.engine.diagram import Process
from app.engine.legal_facts import legal_facts
from app.law.catalogue import catalogue
from app.law.coverage import Disagreement, compare


def differing(key: str, processes: Mapping[str, Process]) -> Iterator[Finding]:
    """Limits of process `key`, and of the parts that it hands to others, that are none of their articles' and have no `reading` that explains it.

    Raises `TooManyCalls`.
    """
    for facts in legal_facts(key, processes):
        steps = tuple(step for step in map(catalogue().step, facts.basis) if step is not None)
        for found in compare(facts, steps) if steps else ():
            if not facts.reading:
                yield Finding(facts.call or facts.element, facts.name, _told(found))


def _told(found: Disagreement) -> str:
    if not found.stated:
        return f"有期限（{found.written}），而依据的条文没有规定期限；确要这样办的，写明理由"
    said = "或者".join(map(str, found.stated))
    articles = "、".join(dict.fromkeys(step.citation for step in found.steps if step.deadlines))
    return f"期限与条文不同（{found.differences}）：图上是{found.written}，{articles}是{said}；确要这样办的，写明理由"
