"""The form of ``power_feeders:`` under ``water/``: what a feeder may carry."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from controller.domain.assets import City
from controller.logic.feeder_limits import FeederLimit, Persons
from controller.settings.fields import Model, Positive, Text, Word
from controller.settings.parsing import Entry, Findings
from controller.settings.problems import did_you_mean


class PowerFeederModel(Model):
    """One feeder. ``persons: warned`` lets a person's start pass its limit with an alarm; ``held`` does not."""

    name: Text = Field(description="as the units' feeder: says it")
    limit_kw: Positive = Field(description="what it may carry, in rated motor power: 9000")
    persons: Word[Persons] = Persons.WARNED


def feeder_limits_of(
    entries: Sequence[Entry[PowerFeederModel]], city: City, findings: Findings
) -> tuple[FeederLimit, ...]:
    """The limits; a feeder nobody hangs on, one too small for its largest unit, or said twice is noted."""
    largest: dict[str, float] = {}
    for station in city.stations.values():
        for unit in station.units:
            if unit.feeder:
                largest[unit.feeder] = max(unit.power_kw, largest.get(unit.feeder, 0.0))
    seen: set[str] = set()
    for entry in entries:
        model, spot = entry.value, entry.spot
        if model.name in seen:
            findings.add(spot.at("name"), "this feeder stands here twice", "keep one of them")
        seen.add(model.name)
        if model.name not in largest:
            findings.add(spot.at("name"), "no pump unit hangs on this feeder", did_you_mean(model.name, largest))
        elif model.limit_kw < largest[model.name]:
            hint = f"at least {largest[model.name]:g} kW, its largest unit"
            findings.add(spot.at("limit_kw"), "no automatic start of its largest unit would ever be let through", hint)
    return tuple(FeederLimit(one.value.name, one.value.limit_kw, one.value.persons) for one in entries)
