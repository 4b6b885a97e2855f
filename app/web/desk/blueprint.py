"""The pages of people who handle cases: work list, task, case, enterprise. Importing the modules below adds their views."""

from __future__ import annotations

from flask import Blueprint

from app.cases import case_file
from app.model.identifiers import industry_name

bp = Blueprint("desk", __name__)

from app.web.desk import navigation  # noqa: E402

bp.add_app_template_global(navigation.link_to, "link_to")
bp.add_app_template_global(navigation.navigation, "navigation")
bp.add_app_template_global(navigation.home_address, "home_address")
bp.add_app_template_global(case_file.decision_word, "decision_word")
bp.add_app_template_filter(industry_name, "industry")
bp.add_app_template_filter(navigation.local_day, "local_day")

from app.web.desk import cases, enterprises, files, inbox, start, task_acts, task_page  # noqa: E402, F401  # they add their views to the blueprint above
