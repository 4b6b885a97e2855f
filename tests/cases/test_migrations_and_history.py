"""What was done before a move stays readable after it: its form, its place on the diagram, its place in the enterprise's steps."""

from __future__ import annotations

import pytest

from app import clock
from app.cases import case_diagram, case_versions, form_fields, forms, migrated_drafts, portal_view
from app.model import Task
from tests.cases.migration_support import ENTERPRISE, KEY, Moving, at_county, row
from tests.support.diagrams import call, user
from tests.support.world import World


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def form(title: str, *names: str) -> dict[str, object]:
    fields = {name: {"type": "string", "title": f"{title}{name}"} for name in names}
    return {"type": "object", "title": title, "properties": fields, "additionalProperties": False}


WITH_FORM = at_county("A", formJsonSchemaFilename="f.json")


def test_what_was_submitted_is_read_with_the_form_on_which_it_was(moving: Moving) -> None:
    old = moving.deploy(row(WITH_FORM, at_county("B")), {"f.json": form("旧", "a")})
    (case_id,) = moving.start()
    done = moving.complete(case_id, a="写")
    moving.move(old, moving.deploy(row(WITH_FORM, at_county("B", article="新条")), {"f.json": form("新", "b")}))
    with moving.world.session() as session:
        schema, _ = forms.form_of(session, session.get_one(Task, done.id), moving.case(case_id))
    assert schema["title"] == "旧"


def test_what_is_submitted_after_the_move_is_read_with_the_new_form(moving: Moving) -> None:
    old = moving.deploy(row(WITH_FORM, at_county("B")), {"f.json": form("旧", "a")})
    (case_id,) = moving.start()
    moving.move(old, moving.deploy(row(WITH_FORM, at_county("B")), {"f.json": form("新", "b")}))
    moving.world.clock.move(minutes=5)
    done = moving.complete(case_id, b="写")
    with moving.world.session() as session:
        schema, _ = forms.form_of(session, session.get_one(Task, done.id), moving.case(case_id))
    assert schema["title"] == "新"


def test_a_step_done_under_another_name_is_done_on_the_diagram(moving: Moving) -> None:
    old = moving.deploy(row(call("C", "t.child"), at_county("B")), children={"child": row(at_county("A"))})
    (case_id,) = moving.start()
    moving.complete(case_id)
    new = row(call("C9", "t.child"), at_county("B")).replace("调C9", "调C")
    moving.move(old, moving.deploy(new, children={"child": row(user("A9", "A", actor="county_environment"))}))
    with moving.world.session() as session:
        admin = moving.world.principal(session, "admin")
        case = moving.case(case_id)
        main = case_diagram.diagram_state(session, admin, case, KEY).elements
        child = case_diagram.diagram_state(session, admin, case, "t.child").elements
    assert (main["C9"]["state"], child["A9"]["state"]) == ("done", "done")


def test_two_moves_lead_from_the_first_name_to_the_last(moving: Moving) -> None:
    def version(name: str) -> str:
        return row(user(name, "审核", actor="county_environment"), at_county("B"))

    first = moving.deploy(version("A1"))
    (case_id,) = moving.start()
    moving.complete(case_id, "A1")
    second, third = moving.deploy(version("A2")), moving.deploy(version("A3"))
    moving.move(first, second)
    moving.move(second, third)
    with moving.world.session() as session:
        names = case_versions.names_today(session, moving.case(case_id))
        (done,) = moving.events(case_id, "task_completed")
        assert names.of(done) == ([], (KEY, "A3"))


def test_a_move_that_was_taken_back_renames_nothing(moving: Moving) -> None:
    old = moving.deploy(row(user("A1", "审核", actor="county_environment")))
    (case_id,) = moving.start()
    moving.undo(moving.move(old, moving.deploy(row(user("A2", "审核", actor="county_environment")))))
    with moving.world.session() as session:
        assert case_versions.moves(session, moving.case(case_id)) == []


def test_the_steps_that_an_enterprise_sees_keep_what_was_done(moving: Moving) -> None:
    def version(name: str) -> str:
        return row(user(name, "公布信息", actor=ENTERPRISE), user("B", "报送报告", actor=ENTERPRISE))

    old = moving.deploy(version("A1"))
    (case_id,) = moving.start(enterprise=moving.enterprise())
    with moving.world.transaction() as session:
        who = moving.world.principal(session, "enterprise:甲厂")
    moving.complete(case_id, "A1", username="enterprise:甲厂")
    moving.move(old, moving.deploy(version("A2")))
    with moving.world.session() as session:
        page = portal_view.case_view(session, who, case_id, clock.today())
    assert [(step.name, step.state) for step in page.steps] == [("公布信息", "done"), ("报送报告", "now")]


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_what_a_draft_holds_beyond_the_new_form_is_shown_in_the_words_of_the_old_one(moving: Moving) -> None:
    old = moving.deploy(row(WITH_FORM), {"f.json": form("旧", "a", "b")})
    (case_id,) = moving.start()
    moving.draft(case_id, a="一", b="二")
    moving.move(old, moving.deploy(row(WITH_FORM), {"f.json": form("新", "a")}))
    with moving.world.session() as session:
        task, case = moving.task(case_id), moving.case(case_id)
        found = migrated_drafts.left_over(session, task, case, forms.form_of(session, task, case)[0])
    assert found is not None
    assert (form_fields.title_of(found[0], "b"), found[2]) == ("旧b", {"b": "二"})


def test_a_form_that_takes_anything_refuses_nothing_of_a_draft() -> None:
    assert form_fields.left_over({"properties": {}}, {"a": 1}) == {}


def test_fields_that_only_appear_after_some_answer_are_fields_too() -> None:
    schema = {
        "properties": {"decision": {}}, "unevaluatedProperties": False,
        "allOf": [{"if": {"properties": {"decision": {"const": "return"}}}, "then": {"properties": {"reason": {"title": "原因"}}}}],
    }  # fmt: skip
    assert form_fields.left_over(schema, {"reason": "一", "other": "二"}) == {"other": "二"}
    assert form_fields.title_of(schema, "reason") == "原因"
