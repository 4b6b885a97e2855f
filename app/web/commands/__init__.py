"""The command line: `flask --app app …`. The contract names the commands; each is a thin shell over `app.cases` and `app.jobs`."""

from __future__ import annotations

from flask import Flask

from app.web.commands.catalogue import catalogue
from app.web.commands.processes import processes
from app.web.commands.simulate import simulate_command
from app.web.commands.system import clock_process, migrate, seed, token, worker


def init(app: Flask) -> None:
    for command in (processes, catalogue, simulate_command, migrate, token, worker, clock_process, seed):
        app.cli.add_command(command)
