"""The library given out and taken in as a zip archive."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app import clock
from app.cases import archives, exchange, library
from app.cases.administrators import record
from app.cases.process_view import STATE_NAMES
from app.engine import store
from app.engine.errors import DiagramError
from app.model import Role
from app.web import comparing
from app.web.access_control import roles_required
from app.web.admin.blueprint import bp
from app.web.admin.compare import main_diagram
from app.web.current import principal, reading, transaction


@bp.get("/processes/exchange")
@roles_required(Role.ADMINISTRATOR)
def exchange_library() -> Any:
    return render_template("admin/exchange.html", refusal="")


@bp.post("/processes/exchange/library.zip")
@roles_required(Role.ADMINISTRATOR)
def export_library() -> Any:
    """A download that is on record."""
    with transaction() as session:
        body = exchange.given_out(session)
        record(session, principal(), "library_exported", "流程库", count=len(library.deployed_files(session)))
    name = f"qingcheng-library-{clock.today().isoformat()}.zip"
    return Response(body, mimetype="application/zip", headers={"Content-Disposition": f"attachment; filename={name}"})


@bp.post("/processes/exchange")
@roles_required(Role.ADMINISTRATOR)
def send_library() -> Any:
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise archives.BadArchive("请选择一个 zip 压缩包")
        with transaction() as session:
            import_id = exchange.receive(session, principal(), file.filename, file.stream.read(archives.MAX_ARCHIVE + 1)).id
    except archives.BadArchive as error:
        return render_template("admin/exchange.html", refusal=str(error)), 422
    return redirect(url_for("admin.library_import", import_id=import_id))


@bp.get("/processes/exchange/<int:import_id>")
@roles_required(Role.ADMINISTRATOR)
def library_import(import_id: int) -> Any:
    """What differs, before anything is stored."""
    session = reading()
    sent = exchange.find(session, principal(), import_id)
    return render_template(
        "admin/import.html", sent=sent, account=exchange.account(session, archives.read(sent.archive)), states=STATE_NAMES
    )


@bp.get("/processes/exchange/<int:import_id>/<key>")
@roles_required(Role.ADMINISTRATOR)
def compare_import(import_id: int, key: str) -> Any:
    session = reading()
    sent = exchange.find(session, principal(), import_id)
    files = exchange.bundle_of(session, archives.read(sent.archive), key)
    current = library.newest_deployed(session, key)
    old = comparing.Side(
        f"第 {current.version} 版（在用）" if current else "还没有这个流程", store.files_of(session, current.id) if current else {}
    )
    shown = comparing.shown(old, comparing.Side(f"压缩包“{sent.name}”", files), main_diagram(key, files))
    return render_template("admin/import_compare.html", sent=sent, key=key, shown=shown)


@bp.post("/processes/exchange/<int:import_id>")
@roles_required(Role.ADMINISTRATOR)
def take_library(import_id: int) -> Any:
    try:
        with transaction() as session:
            drafts = exchange.take_in(session, principal(), import_id)
    except DiagramError:
        return library_import(import_id), 422
    flash(f"已存为 {len(drafts)} 个草稿，核对后逐个部署；在用的版本没有变化", "success")
    return redirect(url_for("admin.processes"))


@bp.post("/processes/exchange/<int:import_id>/drop")
@roles_required(Role.ADMINISTRATOR)
def drop_library(import_id: int) -> Any:
    with transaction() as session:
        exchange.drop(session, principal(), import_id)
    flash("没有导入，什么也没有改变", "success")
    return redirect(url_for("admin.exchange_library"))
