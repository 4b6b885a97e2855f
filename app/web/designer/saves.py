"""The saves of a design, and going back to one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.cases import designs, version_history
from app.web.current import principal, reading, transaction
from app.web.designer.blueprint import bp


@bp.get("/<int:design_id>/saves")
def saves(design_id: int) -> Any:
    session = reading()
    design = designs.find(session, principal(), design_id)
    return render_template("designer/saves.html", design=design, rows=version_history.saves(session, design), kept=designs.KEEP)


@bp.post("/<int:design_id>/saves/<int:revision>/restore")
def restore(design_id: int, revision: int) -> Any:
    try:
        with transaction() as session:
            restored = designs.restore(session, principal(), design_id, request.form.get("seen", 0, type=int), revision)
            words = f"已按第 {revision} 次保存的内容另存为第 {restored.revision} 次，中间的保存仍在记录里"
    except designs.Stale as stale:
        flash(f"{stale.saved_by}在您打开这一页之后保存过，没有恢复；请看过再定", "error")
        return redirect(url_for("designer.saves", design_id=design_id))
    flash(words, "success")
    return redirect(url_for("designer.saves", design_id=design_id))
