"""A weather signal as it stands: set by a person or a weather service, for a scope, with an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WeatherSignal:
    """``kind`` and ``colour`` are words of the site's ``weather_signals``; ``scope`` is a scope's text.

    ``expires`` is for people and restarts; ``expires_s`` (monotonic) decides while the process runs.
    """

    id: str
    kind: str
    colour: str
    scope: str
    by: str
    reason: str
    set_at: datetime
    expires: datetime
    expires_s: float

    def over(self, now_s: float) -> bool:
        """Whether it has run out."""
        return now_s >= self.expires_s
