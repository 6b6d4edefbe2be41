"""When a program may run: weekday, season, minutes of the day; in local time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from controller.logic.diversion.rules import Window

LOOK_AHEAD_DAYS = 370


def open_now(windows: Iterable[Window], local: datetime) -> bool:
    """Whether any window is open at this local moment."""
    return any(_holds(window, local) for window in windows)


def next_opening(windows: Iterable[Window], local: datetime) -> datetime | None:
    """The next beginning of a window after this local moment; None within a year from now."""
    found = [at for window in windows if (at := _next(window, local)) is not None]
    return min(found, default=None)


def _holds(window: Window, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    if window.begins_min < window.ends_min:
        return _on(window, local) and window.begins_min <= minute < window.ends_min
    if minute >= window.begins_min:
        return _on(window, local)
    return minute < window.ends_min and _on(window, local - timedelta(days=1))


def _on(window: Window, local: datetime) -> bool:
    return local.weekday() in window.days and local.month in window.months


def _next(window: Window, local: datetime) -> datetime | None:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in range(LOOK_AHEAD_DAYS):
        begins = midnight + timedelta(days=ahead, minutes=window.begins_min)
        if begins > local and _on(window, begins):
            return begins
    return None
