"""Lints `forms/` by the rules that the designer checks by (app/cases/form_check.py); a line a problem."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.cases import form_check
from app.config import ROOT
from app.engine.errors import ERROR


def problems() -> Iterator[str]:
    """A line a problem."""
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted((ROOT / "forms").rglob("*.json"))}
    return (str(one) for one in form_check.problems(files) if one.severity == ERROR)


if __name__ == "__main__":
    found = list(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"forms: {len(found)} problems\n")
    sys.exit(1 if found else 0)
