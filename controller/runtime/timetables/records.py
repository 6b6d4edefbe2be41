"""What is remembered of each cabinet's own table and clock, over restarts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from controller.logic.timetables_compare import Sameness

TIMETABLE = "timetable"
"""Record kind."""


@dataclass(frozen=True, slots=True)
class TableRecord:
    """One cabinet's table and clock as last seen.

    ``key``: of the programs its table was made of; ``digest``: SHA-256 of the registers last written and read back;
    ``from_night``: the first night of that table. ``begun``: a download was begun and not ended. ``sameness`` and the
    figures of the differences are of ``read_at``; ``looked_at`` is when at least its check sum was seen.
    ``altered_at``: somebody else changed it then. ``error``: why it could not be written or read; ``refused``: the
    device itself said no.
    ``longer_nights``: nights it lights longer than the programs want, because it cannot hold them.
    ``clock_offset_s``: its clock was so far ahead at ``clock_at``; ``anchor_s`` that it was at ``anchor_at``, when its
    drift began to be watched (less what it was set by since); ``drift`` and ``drift_uncertain`` in seconds a day.
    """

    key: str = ""
    digest: str = ""
    from_night: date | None = None
    begun: bool = False
    written_at: datetime | None = None
    by: str = ""
    why: str = ""
    sameness: Sameness = Sameness.NEVER_DOWNLOADED
    nights: int = 0
    outputs: tuple[str, ...] = ()
    first: date | None = None
    darker_min: int = 0
    longer_min: int = 0
    longer_nights: int = 0
    left_out: tuple[str, ...] = ()
    read_at: datetime | None = None
    looked_at: datetime | None = None
    altered_at: datetime | None = None
    differs_since: datetime | None = None
    error: str = ""
    refused: bool = False
    clock_at: datetime | None = None
    clock_offset_s: float | None = None
    anchor_at: datetime | None = None
    anchor_s: float = 0.0
    drift: float | None = None
    drift_uncertain: float = 0.0
    clock_set_at: datetime | None = None
    clock_error: str = ""

    def body(self) -> dict[str, Any]:
        """As it is kept; what is as at the beginning is left out."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default}


def record_of(body: Mapping[str, Any]) -> TableRecord:
    """A record as it was kept; what another version kept and this one does not know is left out."""
    known = {f.name for f in fields(TableRecord)}
    said = {name: _living(name, value) for name, value in body.items() if name in known}
    return TableRecord(**said)


_MOMENTS = frozenset(f.name for f in fields(TableRecord) if f.name.endswith("_at") or f.name == "differs_since")
_DATES = frozenset({"from_night", "first"})
_TUPLES = frozenset({"outputs", "left_out"})


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _living(name: str, value: Any) -> Any:
    if name in _MOMENTS:
        return None if value is None else datetime.fromisoformat(value)
    if name in _DATES:
        return None if value is None else date.fromisoformat(value)
    if name in _TUPLES:
        return tuple(value)
    return Sameness(value) if name == "sameness" else value
