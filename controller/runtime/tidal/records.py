"""What outlives a restart of a tidal water: when its table and gauges last agreed, when it last rose fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from controller.logic.contract import Moment
from controller.logic.tidal.trust import WaterState
from controller.logic.water_around import OuterTrust
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("tidal")

KIND = "tidal_water"
KEEP_EVERY_S = 60.0
"""What goes on is kept this often; what begins, at once."""
Kept = tuple[datetime | None, datetime | None]
"""When table and gauges last agreed, and when the water last rose fast."""


class TidalRecords:
    """One record a water, renewed while there is something to renew."""

    def __init__(self, keep: Callable[[Change], None]) -> None:
        self._keep = keep
        self._kept: dict[str, Kept] = {}

    def restore(self, stored: StoredState, waters: Iterable[str]) -> dict[str, Kept]:
        """What was kept of these waters; of others it is dropped. A damaged record is as none, and told."""
        known = set(waters)
        for name, body in stored.of(KIND).items():
            try:
                kept = _time(body["agreed_at"]), _time(body["rose_at"])
            except (KeyError, ValueError, TypeError) as damaged:
                log.error("tidal_water_not_restored", water=name, reason=repr(damaged))
                kept = None
            if kept is None or name not in known:
                self._keep(DropRecord(KIND, name))
            else:
                self._kept[name] = kept
        return dict(self._kept)

    def note(self, water: str, state: WaterState, moment: Moment) -> None:
        """What a look saw."""
        agreed_at, rose_at = self._kept.get(water, (None, None))
        agreed = moment.wall if state.trust is OuterTrust.AGREED else agreed_at
        if not _newer(agreed, agreed_at) and not _newer(state.rose_at, rose_at):
            return
        self._kept[water] = agreed, state.rose_at or rose_at
        body = {"agreed_at": _text(agreed), "rose_at": _text(state.rose_at or rose_at)}
        self._keep(PutRecord(KIND, water, body))


def _newer(now: datetime | None, kept: datetime | None) -> bool:
    if now is None:
        return False
    return kept is None or abs((now - kept).total_seconds()) >= KEEP_EVERY_S


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
