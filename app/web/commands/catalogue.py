"""`flask catalogue …`: the catalogue of regulations on the command line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import inspect

from app.cases import coverage, library
from app.config import ROOT
from app.law.coverage import Disagreement, JurisdictionCoverage, UnknownStep
from app.model import Definition
from app.web.current import runtime

catalogue = AppGroup("catalogue", help="法条目录")

_HEAD = ("地区", "程序", "步骤", "已承载", "缺少", "期限不一致", "有说明的读法", "期限未画", "依据不明")


@catalogue.command("coverage")
@click.argument("patterns", nargs=-1, metavar="[PROCEDURE…]")
@click.option("--json", "as_json", is_flag=True, help="one object a jurisdiction, a line each")
@click.option("--library", "folder", is_flag=True, help="what the library folder would carry, deployed or not")
@click.pass_context
def show_coverage(context: click.Context, patterns: tuple[str, ...], as_json: bool, folder: bool) -> None:
    """How many steps of each jurisdiction's texts the deployed diagrams carry; without a database with diagrams, those of the library.

    With procedures (sd-audit-2017.acceptance, sd-audit-2017.*) only theirs, each by itself; exit status 1 unless all are carried whole.
    """
    source, found = _measured(folder)
    if patterns:
        context.exit(_show_procedures(found, patterns, as_json))
    if as_json:
        for one in found:
            click.echo(json.dumps(_as_object(source, one), ensure_ascii=False))
        return
    rows = [_HEAD, *(_row(one) for one in found), _sum_of(found)]
    for line in _table(rows):
        click.echo(line)
    for line in _details(found):
        click.echo(line)
    click.echo("以上按已部署的流程计算" if source == "deployed" else "以上按流程库文件夹计算")


def _measured(folder: bool) -> tuple[str, list[JurisdictionCoverage]]:
    """Where the diagrams come from (`deployed` or `library`), and the coverage."""
    database = runtime().database
    if not folder and inspect(database.engine).has_table(Definition.__tablename__):
        with database.session() as session:
            if coverage.has_deployed(session):
                return "deployed", coverage.of_deployed(session)
    return "library", coverage.of_library(library.read_folder(ROOT))


def _show_procedures(found: Iterable[JurisdictionCoverage], patterns: Sequence[str], as_json: bool) -> int:
    """A line a procedure with its share; the exit status."""
    rows = []
    for one in found:
        for procedure in one.jurisdiction.procedures.values():
            if any(fnmatchcase(procedure.id, pattern) for pattern in patterns):
                missing = [step.id for step in procedure.steps if not one.steps[step.id].is_carried]
                rows.append((procedure, missing))
    unmatched = [pattern for pattern in patterns if not any(fnmatchcase(procedure.id, pattern) for procedure, _ in rows)]
    if as_json:
        for procedure, missing in rows:
            click.echo(json.dumps({"procedure": procedure.id, "steps": len(procedure.steps), "missing_steps": missing}, ensure_ascii=False))
    else:
        shares = [(p.id, p.name, str(len(p.steps)), str(len(p.steps) - len(m)), _share(len(p.steps), len(m))) for p, m in rows]
        for line in _table([("程序", "名称", "步骤", "已承载", "比例"), *shares]) if rows else ():
            click.echo(line)
        for _, missing in rows:
            for step_id in missing:
                click.echo(f"缺少：{step_id}")
    for pattern in unmatched:
        click.echo(f"目录中没有程序“{pattern}”", err=True)
    return 1 if unmatched or any(missing for _, missing in rows) else 0


def _share(steps: int, missing: int) -> str:
    """Whole per cent, rounded down: 100 % is all of them."""
    return f"{(steps - missing) * 100 // steps if steps else 100} %"


def _row(one: JurisdictionCoverage) -> tuple[str, ...]:
    return (one.jurisdiction.name, *map(str, _counts(one)))


def _counts(one: JurisdictionCoverage) -> tuple[int, ...]:
    lists: tuple[Sequence[object], ...] = (one.carried, one.missing, one.disagreements, one.readings, one.without_limit, one.unknown)
    return (len(one.jurisdiction.procedures), len(one.steps), *map(len, lists))


def _sum_of(found: Iterable[JurisdictionCoverage]) -> tuple[str, ...]:
    return ("合计", *(str(sum(column)) for column in zip(*map(_counts, found), strict=True)))


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Columns in line: Chinese characters are two wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for first, *numbers in rows:
        padded = [first + " " * (widths[0] - _width(first))]
        padded += [" " * (width - _width(number)) + number for number, width in zip(numbers, widths[1:], strict=True)]
        yield "  ".join(padded)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _details(found: Iterable[JurisdictionCoverage]) -> Iterable[str]:
    """A line for each thing that is not as the text has it."""
    for one in found:
        for disagreement in (*one.disagreements, *one.readings):
            yield _in_words(disagreement)
        for step in one.without_limit:
            yield f"期限未画：{step.id} {step.deadline}"
        for unknown in one.unknown:
            yield f"依据不明：{unknown.facts.process} {unknown.facts.element} {unknown.facts.name}：目录中没有 {unknown.step_id}"


def _in_words(one: Disagreement) -> str:
    stated = "或".join(map(str, one.stated)) or "没有规定期限"
    where = f"{one.facts.process} {one.facts.element} {one.facts.name}"
    explained = f"。读法：{one.facts.reading}" if one.facts.reading else ""
    head = "有说明的读法" if one.facts.reading else "期限不一致"
    return f"{head}：{where}：图上为 {one.written}，条文为 {stated}（{one.differences}；{'、'.join(s.id for s in one.steps)}）{explained}"


def _as_object(source: str, one: JurisdictionCoverage) -> dict[str, Any]:
    return {
        "jurisdiction": one.jurisdiction.slug,
        "name": one.jurisdiction.name,
        "source": source,
        "procedures": len(one.jurisdiction.procedures),
        "steps": len(one.steps),
        "carried": len(one.carried),
        "missing": len(one.missing),
        "carried_steps": [step.id for step in one.carried],
        "missing_steps": [step.id for step in one.missing],
        "disagreements": [_disagreement(found) for found in one.disagreements],
        "readings": [_disagreement(found) for found in one.readings],
        "steps_without_limit": [{"step": step.id, "stated": list(map(str, step.deadlines))} for step in one.without_limit],
        "unknown_basis": [_unknown(found) for found in one.unknown],
    }


def _disagreement(one: Disagreement) -> dict[str, Any]:
    return {
        "process": one.facts.process,
        "element": one.facts.element,
        "name": one.facts.name,
        "steps": [step.id for step in one.steps],
        "due": one.facts.due,
        "written": str(one.written),
        "stated": list(map(str, one.stated)),
        "differs": list(one.differs),
        "reading": one.facts.reading,
        "documentation": one.facts.documentation,
    }


def _unknown(one: UnknownStep) -> dict[str, Any]:
    return {"process": one.facts.process, "element": one.facts.element, "name": one.facts.name, "basis": one.step_id}
