"""What a browser loads for each kind of page: the bundles as they are served, and as they travel compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from app.config import ROOT
from bench.report import Report

DIST = ROOT / "app" / "static" / "dist"
LIMITS = {"designer.js": 800}
"""Kilobytes that a bundle must not outgrow without somebody noticing."""


def run(report: Report, _folder: Path) -> None:
    for bundle in sorted([*DIST.glob("*.js"), *DIST.glob("*.css")]):
        body = bundle.read_bytes()
        limit = LIMITS.get(bundle.name)
        report.add(f"bundle.{bundle.name}", len(body) / 1000, "KB", against=limit, peer="its limit" if limit else "")
        report.add(f"bundle.{bundle.name}.gzip", len(gzip.compress(body)) / 1000, "KB")
