"""Weather signals as the state store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.logic.weather_signals import WeatherSignal

SIGNAL = "weather_signal"


def signal_body(one: WeatherSignal) -> dict[str, Any]:
    """A signal as it is kept."""
    return {
        "kind": one.kind,
        "colour": one.colour,
        "scope": one.scope,
        "by": one.by,
        "reason": one.reason,
        "set_at": one.set_at.isoformat(),
        "expires": one.expires.isoformat(),
    }


def signal_of(signal_id: str, body: Mapping[str, Any], wall: datetime, now_s: float) -> WeatherSignal:
    """The signal ``signal_body`` wrote, with what is left of its time at ``wall`` counted from ``now_s``.

    A wall clock that was set back while we were stopped never makes it longer than it was set for.
    """
    set_at, expires = datetime.fromisoformat(body["set_at"]), datetime.fromisoformat(body["expires"])
    left = min(expires - wall, expires - set_at)
    return WeatherSignal(
        id=signal_id,
        kind=body["kind"],
        colour=body["colour"],
        scope=body["scope"],
        by=body["by"],
        reason=body["reason"],
        set_at=set_at,
        expires=expires,
        expires_s=now_s + left.total_seconds(),
    )
