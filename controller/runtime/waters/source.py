"""Who knows something of the waters around a station: one small protocol, one source per field of ``WaterAround``."""

from __future__ import annotations

from typing import Protocol, TypeVar

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment

Known_co = TypeVar("Known_co", covariant=True)


class Source(Protocol[Known_co]):
    """Answers for one field. Asked before every turn of water: ``look`` has to be cheap (an integer comparison)."""

    def look(self, image: Image, moment: Moment) -> int:
        """A number that is another one whenever any answer may be another one since the last look."""
        ...

    def at(self, station: DeviceId) -> Known_co | None:
        """What is known for a station; None where nothing is known. Frozen, and among what recordings know."""
        ...
