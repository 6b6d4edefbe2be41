"""The numbers fault detection goes by. Every one is the site's to choose (``lighting/faults.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultRules:
    """Defaults are FACTS (trade knowledge) where FACTS has a number, illustrative otherwise.

    Lamp loss: a circuit is low when the median of its voltage-normalised power over ``loss_for_s`` is below its
    baseline by its own limit: ``loss_share``, or ``lamp_part`` of one lamp's share where that is less, but never less
    than ``noise_times`` the scatter the circuit showed while it learned, nor than ``least_share``.

    Learning: ``learn_nights`` nights make a baseline; afterwards it follows by at most ``adapt_share`` a lesson and
    never further than ``drift_share`` from what was learned first, and not at all while it looks faulty.

    ``settle_s`` after a contactor, a level or the supply moved, power says nothing.
    """

    sample_s: float = 60.0
    settle_s: float = 120.0
    loss_share: float = 0.04
    loss_for_s: float = 900.0
    lamp_part: float = 0.75
    noise_times: float = 7.0
    least_share: float = 0.015
    learn_nights: int = 3
    adapt_share: float = 0.001
    drift_share: float = 0.015
    day_share: float = 0.10
    day_for_s: float = 600.0
    day_least_w: float = 15.0
    contact_for_s: float = 3.0
    theft_share: float = 0.25
    theft_lamps: float = 2.5
    theft_for_s: float = 60.0
    line_for_s: float = 60.0
    phase_share: float = 0.5
    mains_share: float = 0.15
    nominal_v: float = 230.0
    leakage_ma: float = 30.0
    leakage_for_s: float = 10.0
    door_for_s: float = 10.0
    photocell_for_s: float = 1800.0
    clear_for_s: float = 600.0
    gap_s: float = 300.0
    """Silence after which a time that was running begins anew: what was not seen is unknown."""
