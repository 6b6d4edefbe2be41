"""What the network's rules go by: margins, tariff, and how far a forecast is believed. A site's own to set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId


@dataclass(frozen=True, slots=True)
class TariffBand:
    """Energy costs ``price`` (yuan per kWh) from ``begins_h`` until ``ends_h`` (local hours, 0 … 24)."""

    begins_h: float
    ends_h: float
    price: float


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Margins in metres, times in seconds, money in yuan. Defaults are illustrative, tried out on the polder bench.

    ``rest_m``: where a reach is brought back to when nothing presses, by reach; absent: ``rest_below_warning_m`` under
    its warning level. ``ceiling_below_warning_m``: how far under the warning level the plan keeps it, growing by
    ``doubt_m_per_h`` with each hour ahead up to ``doubt_most_m``. ``above_floor_m``: what stays above its floor.
    With forecasts that were off by ``forecast_error`` of late, the ceiling lies ``error_m`` times that lower, and
    inflows are taken ``error_share`` times that larger. A reach nobody forecasts for keeps its room: its ceiling is
    ``blind_above_rest_m`` over its rest. ``end_share``: where it has to be at the end of the outlook, between its rest
    (0) and its ceiling (1). ``start_yuan``: what one start is worth in wear. ``inflow_share``: what is expected, over
    what is foretold. ``learned_s``: how long a difference between measured and foretold inflow is believed to last;
    ``fades_s``: the same of an inflow nobody foretold.
    """

    rest_m: Mapping[str, float] = field(default_factory=dict)
    rest_below_warning_m: float = 0.5
    ceiling_below_warning_m: float = 0.03
    doubt_m_per_h: float = 0.001
    doubt_most_m: float = 0.03
    error_m: float = 0.08
    error_share: float = 0.15
    blind_above_rest_m: float = 0.05
    above_floor_m: float = 0.03
    end_share: float = 0.5
    open_head_m: float = 0.10
    close_head_m: float = 0.05
    price: float = 0.70
    tariff: tuple[TariffBand, ...] = ()
    start_yuan: float = 20.0
    inflow_share: float = 1.0
    learned_s: float = 4.0 * 3600.0
    fades_s: float = 6.0 * 3600.0
    power_at_no_head: float = 0.5
    """Share of a unit's rated power (at its rated head) it takes against no head at all; linear between and beyond."""
    rated_head_m: float = 3.0
    rated_head_of: Mapping[DeviceId, float] = field(default_factory=dict)

    def price_at(self, hour: float) -> float:
        """Yuan per kWh at a local hour (0 … 24)."""
        bands = (band.price for band in self.tariff if _within(hour, band))
        return next(bands, self.price)


def _within(hour: float, band: TariffBand) -> bool:
    if band.begins_h <= band.ends_h:
        return band.begins_h <= hour < band.ends_h
    return hour >= band.begins_h or hour < band.ends_h
