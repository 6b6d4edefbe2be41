"""Who can say how a gauge's level will go: the network's model, where a site has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from controller.domain.points import DeviceId


class LevelsAhead(Protocol):
    """Levels to come, from forecasts and what is planned."""

    def ahead(self, gauge: DeviceId) -> Sequence[tuple[datetime, float]]:
        """Moments (aware, in order) and levels (m, the gauge's datum); empty where nobody can say. Cheap."""
        ...


class NobodyKnows:
    """A site without a model: levels are judged by their trend alone."""

    def ahead(self, gauge: DeviceId) -> Sequence[tuple[datetime, float]]:
        """Nothing."""
        del gauge
        return ()
