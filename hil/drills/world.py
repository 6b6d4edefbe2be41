"""The world of a drill: the site's own simulated waters, as the drill says they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from controller.domain.errors import ConfigError
from controller.logic.drills.drill import Drill
from hil.world import World


def world_of(world: World, drill: Drill, late_s: float = 0.0) -> World:
    """The site's world at the drill's levels, with its rain; the world's own storms only where the drill wants them.

    ``late_s``: how long after the drill's start the field begins, for its rain to fall in time all the same.

    Raises:
        ConfigError: the drill speaks of a water the simulation does not have.
    """
    _known(drill.levels_m, {reach.name for reach in world.reaches}, drill)
    _known(drill.outside_m, {water.name for water in world.outside}, drill)
    return replace(
        world,
        reaches=tuple(
            reach.model_copy(update={"level_m": drill.levels_m.get(reach.name, reach.level_m)})
            for reach in world.reaches
        ),
        outside=tuple(
            water.model_copy(update={"mean_m": drill.outside_m.get(water.name, water.mean_m)})
            for water in world.outside
        ),
        storms=world.storms if drill.own_storms else (),
        series=tuple(replace(one, from_s=one.from_s - late_s) for one in drill.rain),
    )


def _known(said: Mapping[str, float], there: set[str], drill: Drill) -> None:
    strange = sorted(set(said) - there)
    if strange:
        raise ConfigError(
            f"drill {drill.id} speaks of {', '.join(strange)}, which world.yaml does not simulate; it has "
            f"{', '.join(sorted(there))}"
        )
