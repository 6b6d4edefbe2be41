"""How much of what was seen and decided is kept for replays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from controller.settings.fields import Model


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """Recordings are kept ``days`` long, ``megabytes`` at most together; the oldest hour goes first."""

    enabled: bool = True
    days: float = 7.0
    megabytes: float = 2000.0


class RecordingModel(Model):
    """``recording:``; explained at ``RecordingSettings``."""

    enabled: bool = True
    days: Annotated[float, Field(gt=0, le=3650)] = 7.0
    megabytes: Annotated[float, Field(ge=10, le=10_000_000)] = 2000.0

    def built(self) -> RecordingSettings:
        """The settings a site says."""
        return RecordingSettings(self.enabled, self.days, self.megabytes)
