"""Turn the catalogue's YAML files into the JSON that the application reads.

Usage: ``python -m app.law.build_catalogue FOLDER``, where the folder holds one YAML file a jurisdiction.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from app.law.catalogue import DATA_FOLDER, INDEX_NAME

_SECTIONS = ("jurisdiction", "documents", "procedures", "forms", "scoring", "registries", "sanctions", "doubts")
# Where a text was found matters to whoever checks the catalogue, not to the application.
_LEFT_OUT = frozenset({"source"})


def build(folder: Path) -> dict[str, str]:
    """The JSON files, name to text, made from a folder's YAML. Raises ``OSError`` or ``YAMLError``."""
    jurisdictions = [_read(path) for path in sorted(folder.glob("*.yaml"))]
    jurisdictions.sort(key=lambda data: str(data["jurisdiction"]["code"]))
    files = {f"{data['jurisdiction']['slug']}.json": _to_json(data) for data in jurisdictions}
    return {INDEX_NAME: _to_json(_index(jurisdictions)), **files}


def _read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {section: _plain(data.get(section) or []) for section in _SECTIONS}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items() if key not in _LEFT_OUT}
        case list():
            return [_plain(item) for item in value]
        case date():
            return value.isoformat()
        case _:
            return value


def _index(jurisdictions: list[dict[str, Any]]) -> dict[str, Any]:
    """Which jurisdictions there are and which of them each document belongs to."""
    return {
        "jurisdictions": [{key: data["jurisdiction"][key] for key in ("slug", "code", "name")} for data in jurisdictions],
        "documents": dict(_documents(jurisdictions)),
    }


def _documents(jurisdictions: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for data in jurisdictions:
        for document in data["documents"]:
            yield document["id"], data["jurisdiction"]["slug"]


def _to_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def main(folder: str) -> None:
    """Write the JSON files and remove those of jurisdictions that are gone."""
    files = build(Path(folder))
    DATA_FOLDER.mkdir(exist_ok=True)
    for path in DATA_FOLDER.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (DATA_FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
