"""A report as files."""

from __future__ import annotations

from pydantic import TypeAdapter

from controller.runtime.drills.html import page
from controller.runtime.drills.views import DrillReport

_REPORTS = TypeAdapter(DrillReport)


def as_json(report: DrillReport) -> bytes:
    """For programs: the same as the API gives."""
    return _REPORTS.dump_json(report, indent=1)


def as_html(report: DrillReport) -> bytes:
    """For people, made to be printed."""
    return page(report)
