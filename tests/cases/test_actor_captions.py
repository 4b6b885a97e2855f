"""Who acts, as it stands on a drawing."""

from __future__ import annotations

import pytest

from app.cases import library
from app.cases.actor_captions import captions
from app.config import ROOT
from app.engine import store
from app.engine.definition import CompiledDefinition, compile_definition

LIBRARY = library.read_folder(ROOT)


def compiled(key: str) -> CompiledDefinition:
    return compile_definition(key, store.bundle(key, LIBRARY.diagrams, LIBRARY.bodies))


def test_an_authority_is_called_what_the_texts_of_the_place_call_it() -> None:
    found = captions(compiled("beijing.listing_toxic"), "beijing.listing_toxic")
    assert "北京市环境保护局" in found.values()


def test_in_a_shared_part_it_is_whom_the_caller_names() -> None:
    found = captions(compiled("shandong.listing_env"), "common.multilevel_chain")
    assert len(set(found.values())) == 3


def test_callers_that_disagree_leave_it_open() -> None:
    several = [
        key for key, diagram in LIBRARY.diagrams.items()
        if [e.called for e in diagram.processes[key].elements.values()].count("common.joint_action") > 1
    ]  # fmt: skip
    assert several
    for key in several:
        definition = compiled(key)
        calls = [e for e in definition.process.elements.values() if e.called == "common.joint_action"]
        leads = {call.parts["lead"]["actor"] for call in calls if not call.parts["lead"]["actor"].startswith("{")}
        if len(leads) > 1:
            assert "Task_Lead" not in captions(definition, "common.joint_action")


@pytest.mark.parametrize("key", sorted(LIBRARY.diagrams))
def test_every_task_that_names_an_actor_outright_bears_it(key: str) -> None:
    definition = compiled(key)
    outright = {e.id for e in definition.process.elements.values() if e.is_human and not e.properties.get("actor", "{").startswith("{")}
    assert outright <= captions(definition, key).keys()
