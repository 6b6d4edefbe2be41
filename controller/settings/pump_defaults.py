"""A pump unit's times and counts by its size, where its entry does not say (FACTS: pumps, gates, floods)."""

from __future__ import annotations

from dataclasses import dataclass

LARGE_KW = 200.0
"""From this motor power on a unit counts as large."""


@dataclass(frozen=True, slots=True)
class PumpRules:
    """Seconds and counts; ``backspin_s`` without restart after a stop until the shaft is surely still."""

    min_run_s: float
    min_off_s: float
    max_starts_per_hour: int
    max_starts_per_day: int
    backspin_s: float
    start_proof_s: float
    stop_proof_s: float


LARGE = PumpRules(1800.0, 900.0, 2, 6, 120.0, 60.0, 60.0)
"""30 min run, 15 min off, 2 starts an hour, 6 a day; proven within 60 s."""

SMALL = PumpRules(180.0, 300.0, 6, 72, 120.0, 15.0, 15.0)
"""3 min run, 5 min off, 6 starts an hour (72 a day is half of what that would allow)."""


def rules_for(power_kw: float) -> PumpRules:
    """The rules of a unit of this motor power."""
    return LARGE if power_kw >= LARGE_KW else SMALL
