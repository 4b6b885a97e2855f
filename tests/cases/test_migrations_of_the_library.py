"""Cases of the real library can move to a version with the same steps from wherever they stand, and go on to the end of the way there."""

from __future__ import annotations

from sqlalchemy import select

from app.cases import library, migrations
from app.engine import store
from app.engine.definition import content_hash
from app.model import Case, Definition, DefinitionStatus, MigrationOutcome
from tests.cases.migration_support import Moving
from tests.support.world import World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"
AUDIT = "shandong.mandatory_audit"

WAY = (
    (ENTERPRISE, "disclosure.s2", {}), (ENTERPRISE, "execution.s2", {"mode": "self"}),
    *((ENTERPRISE, f"execution.p{n}", {}) for n in range(1, 8)),
    (ENTERPRISE, "execution.s3", {}), ("county-env", "execution.s4", {}), ("county-env", "result-publication.s1", {}),
    (ENTERPRISE, "result-publication.s2", {}), ("county-env", "result-publication.s3", {"decision": "yes"}),
    ("county-env", "2017.acceptance.s2", {}), (ENTERPRISE, "2008.acceptance.s1", {"decision": "yes"}),
    (ENTERPRISE, "2008.acceptance.s2", {}),
)  # fmt: skip
"""An audit from the list to the application for acceptance, all branches open for a while."""


def next_version(world: World) -> Definition:
    """The same diagrams with another description, so that the content is another."""
    with world.transaction() as session:
        newest = session.scalars(select(Definition).where(Definition.key == AUDIT).order_by(Definition.version.desc()).limit(1)).one()
        files = store.files_of(session, newest.id)
        path = "processes/shandong/mandatory_audit.bpmn"
        files[path] = files[path].replace(b"</bpmn:definitions>", b"<!-- next -->\n</bpmn:definitions>")
        process = library.read_files(files).process(AUDIT)
        made = store.save(session, process, files, content_hash(files), DefinitionStatus.DEPLOYED)
        made.extension_note = newest.extension_note
        return made


def test_an_audit_moves_before_every_one_of_its_steps_and_goes_on(world: World) -> None:
    world.publish([NAME])
    audit: Case = world.case_of(AUDIT, NAME)
    moving = Moving(world)
    for who, step, values in WAY:
        with world.session() as session:
            old = session.get_one(Definition, session.get_one(Case, audit.id).definition_id)
        open_before = sorted((t.id, t.element_id, t.due_on, t.organisation_id) for t in world.open_tasks(audit.id))
        new = next_version(world)
        with world.transaction() as session:
            admin = world.principal(session, "admin")
            plan = migrations.plan_between(session, admin, AUDIT, old.version, new.version)
        run = moving.begin(moving.preview(plan, [audit.id]))
        moving.work()
        (item,) = moving.items(run).values()
        assert (item.outcome, item.reason) == (MigrationOutcome.MOVED, ""), step
        assert sorted((t.id, t.element_id, t.due_on, t.organisation_id) for t in world.open_tasks(audit.id)) == open_before, step
        world.do_step(who, audit.id, step, **values)
