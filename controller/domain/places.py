"""Where things stand, and where the key to them is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """WGS-84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the key of a device's LOCAL/REMOTE switch is, for whoever has to go there. False when nobody said."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


NO_KEY_PLACE = KeyPlace()
"""Nobody said where the key is."""
