"""Durations as people type them: ``90s``, ``30m``, ``2h``, ``1h30m``."""

from __future__ import annotations

import re

from controller.domain.errors import InvalidValue

_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_FORM = re.compile(rf"(?:(?P<h>{_NUMBER})h)?(?:(?P<m>{_NUMBER})m(?:in)?)?(?:(?P<s>{_NUMBER})s)?")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def parse_duration(text: str) -> float:
    """Seconds meant by the text.

    Raises:
        InvalidValue: when it is no duration, or none longer than zero.
    """
    match = _FORM.fullmatch(text.strip().lower().replace(" ", ""))
    parts = {unit: value for unit, value in match.groupdict().items() if value} if match else {}
    seconds = sum(float(value) * _SECONDS[unit] for unit, value in parts.items())
    if seconds <= 0:
        raise InvalidValue(f"{text!r} is no duration; say for example 90s, 30m, 2h or 1h30m")
    return seconds


def parse_days(text: str) -> float:
    """Seconds meant by ``90d`` or any other duration.

    Raises:
        InvalidValue: when it is none.
    """
    days = re.fullmatch(r"([0-9]{1,4})d", text.strip().lower())
    return float(days[1]) * 86_400.0 if days and int(days[1]) else parse_duration(text)


def spoken(seconds: float) -> str:
    """Seconds in the form people read: ``1h05m``, ``4m10s``, ``12s``."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{left:02d}s" if minutes else f"{left}s"
