"""Points and readings: a value never travels without its quality and its time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from controller.domain.quality import Detail, Quality

Value = bool | int | float | str
"""What a point can hold after scaling. Enumerations travel as their name (``str``)."""

DeviceId = str
"""Unified asset id, ``division-class-serial``: ``330106-LC-0001``."""

TargetId = str
"""What people and plans address: a device (a station) or ``device/output`` (``330106-LC-0001/K1``)."""


class Reading(NamedTuple):
    """One value as it was received.

    A tuple, because a city makes a hundred thousand a second and a frozen dataclass costs six times as much to make.

    ``source_time`` is the device's own stamp where it has one (aware, UTC); ``received_s`` is our monotonic clock.
    ``value`` is None only when nothing could be read; a BAD reading may keep the last raw value for display.
    """

    value: Value | None
    quality: Quality
    received_s: float
    detail: Detail = Detail.NONE
    source_time: datetime | None = None

    @property
    def good(self) -> bool:
        """Whether logic may act on it without asking anybody."""
        return self.quality is Quality.GOOD

    def worse(self, quality: Quality, detail: Detail) -> Reading:
        """The same value, trusted no more than ``quality``."""
        if quality >= self.quality:
            return self
        return self._replace(quality=quality, detail=detail)


def good(value: Value, received_s: float = 0.0, source_time: datetime | None = None) -> Reading:
    """A GOOD reading."""
    return Reading(value, Quality.GOOD, received_s, Detail.NONE, source_time)


def bad(detail: Detail, received_s: float = 0.0, value: Value | None = None) -> Reading:
    """A BAD reading and why."""
    return Reading(value, Quality.BAD, received_s, detail)


def uncertain(value: Value, detail: Detail, received_s: float = 0.0) -> Reading:
    """An UNCERTAIN reading and why."""
    return Reading(value, Quality.UNCERTAIN, received_s, detail)


NEVER_READ = Reading(None, Quality.BAD, float("-inf"), Detail.NEVER_READ)
"""What a point is before its device was first read."""


def point_id(device: DeviceId, point: str) -> str:
    """Text form of a point for people and logs: ``330106-LC-0001/K1.feedback``."""
    return f"{device}/{point}"


def device_of(target: TargetId) -> DeviceId:
    """The device a target belongs to: ``330106-LC-0001`` of ``330106-LC-0001/K1``."""
    return target.partition("/")[0]


def output_of(target: TargetId) -> str:
    """The output within the device, ``K1``; empty for a station addressed as a whole."""
    return target.partition("/")[2]
