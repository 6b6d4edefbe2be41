"""When levels will meet their limits by the network's model, asked every few minutes and kept for the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import ControllerError
from controller.domain.points import DeviceId, device_of
from controller.runtime.hydraulics.views import NetworkView, ReachView

log = structlog.get_logger("forecasts")
EVERY_S = 300.0
SUBSTEP_S = 300.0
"""As coarse as it is asked often: a time to a limit is told to five minutes."""
KEPT = timedelta(seconds=3 * EVERY_S)
"""What the model said longer ago than this is not told any more."""


class Network(Protocol):
    """Who shows the network's waters with their times to a limit (``runtime.hydraulics.desk``)."""

    async def show(self, sees: Callable[[str], bool], substep_s: float) -> NetworkView:
        """Every reach, the hours ahead followed in parts of so many seconds."""
        ...


class ModelLevels:
    """A ``LevelsAhead``: for every gauge of a reach, when the model meets the reach's limits, and those levels."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self._network, self._clock = network, clock
        self._ahead: dict[DeviceId, tuple[tuple[datetime, float], ...]] = {}
        self._asked: datetime | None = None

    def ahead(self, gauge: DeviceId) -> Sequence[tuple[datetime, float]]:
        """Moments and levels; empty where the model meets no limit, or has not been heard of lately."""
        if self._asked is None or self._clock.now() - self._asked > KEPT:
            return ()
        return self._ahead.get(gauge, ())

    async def run(self) -> None:
        """Ask for ever.

        A supervision boundary: without the model levels are judged by their trend, as in a site without one.
        """
        while True:
            await self._clock.sleep(EVERY_S * max(1.0, self._clock.speed / 60))
            try:
                await self.ask()
            except ControllerError as error:
                log.warning("model_levels_unknown", reason=str(error))
            except Exception:  # the named supervision boundary of asking the model
                log.exception("model_levels_fault")

    async def ask(self) -> None:
        """Ask once."""
        seen = await self._network.show(lambda _: True, SUBSTEP_S)
        now = self._clock.now()
        found = {gauge: tuple(_met(reach, now)) for reach in seen.reaches for gauge in _gauges(reach)}
        self._ahead, self._asked = found, now


def _met(reach: ReachView, now: datetime) -> Iterator[tuple[datetime, float]]:
    for seconds, level_m in ((reach.to_warning_s, reach.warning_m), (reach.to_guarantee_s, reach.guarantee_m)):
        if seconds is not None:
            yield now + timedelta(seconds=seconds), level_m


def _gauges(reach: ReachView) -> Iterator[DeviceId]:
    return (device_of(gauge.point) for gauge in reach.gauges)
