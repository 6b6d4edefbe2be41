"""What an hour of a unit costs in each step of an outlook: tariff by the local hour, power by the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.logic.hydraulics.network import Network, PumpGroup
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.water_rules.settings import RuleSettings

LEAST_HEAD_M = 0.3


@dataclass(frozen=True, slots=True)
class StepPrices:
    """Yuan that one unit of a station costs in each step."""

    of: Mapping[str, tuple[float, ...]]

    def unit_yuan(self, group: PumpGroup, step: int) -> float:
        """One unit, one step."""
        return self.of[group.station][step]


def prices_of(network: Network, outlook: Outlook, settings: RuleSettings, local: datetime) -> StepPrices:
    """Prices over an outlook that begins at this local time."""
    tariff, begun = [], local
    for length in outlook.steps_s:
        middle = begun + timedelta(seconds=length / 2.0)
        tariff.append(settings.price_at(middle.hour + middle.minute / 60.0))
        begun += timedelta(seconds=length)
    return StepPrices({group.station: _group(network, group, outlook, settings, tariff) for group in network.pumps})


def _group(
    network: Network, group: PumpGroup, outlook: Outlook, settings: RuleSettings, tariff: list[float]
) -> tuple[float, ...]:
    inner = network.reaches.get(group.inner)
    rest = 0.0 if inner is None else settings.rest_m.get(inner.name, inner.warning_m - settings.rest_below_warning_m)
    far = network.reaches.get(group.outer)
    rated = settings.rated_head_of.get(group.station, group.rated_head_m or settings.rated_head_m)
    yuan = []
    for step, length in enumerate(outlook.steps_s):
        if far is not None:
            outer = settings.rest_m.get(far.name, far.warning_m - settings.rest_below_warning_m)
        else:
            outer = outlook.outer_m[group.outer][step] if group.outer in outlook.outer_m else rest
        share = max(outer - rest, LEAST_HEAD_M) / rated
        power = group.unit_kw * (settings.power_at_no_head + (1.0 - settings.power_at_no_head) * share)
        yuan.append(power * length / 3600.0 * tariff[step])
    return tuple(yuan)
