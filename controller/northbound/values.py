"""Readings and decisions as OPC UA values: the right type, the status of their quality, the time they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from controller.domain.points import Reading
from controller.domain.quality import Detail, Quality
from controller.northbound.quality import status_code
from drivers.profile import PointSpec, PointType

Kind = ua.VariantType
NOTHING = ua.Variant(None, ua.VariantType.Null)

_WHOLE: Mapping[PointType, Kind] = MappingProxyType(
    {PointType.U16: Kind.UInt16, PointType.I16: Kind.Int16, PointType.U32: Kind.UInt32, PointType.I32: Kind.Int32}
)
_LIMITS: Mapping[Kind, tuple[int, int]] = MappingProxyType(
    {
        Kind.UInt16: (0, 0xFFFF),
        Kind.Int16: (-0x8000, 0x7FFF),
        Kind.UInt32: (0, 0xFFFF_FFFF),
        Kind.Int32: (-0x8000_0000, 0x7FFF_FFFF),
    }
)
_BAD_TYPE = int(StatusCodes.BadConfigurationError)


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on both clocks."""

    wall: datetime
    monotonic_s: float

    def stamp(self, received_s: float) -> datetime | None:
        """When something received at this monotonic moment was received; None for never."""
        if received_s == float("-inf"):
            return None
        return self.wall - timedelta(seconds=max(0.0, self.monotonic_s - received_s))


def kind_of(spec: PointSpec) -> Kind:
    """The one type this point's values have: enumerations by name, whole numbers as on the wire unless scaled."""
    if spec.type in (PointType.BOOL, PointType.BIT):
        return Kind.Boolean
    if spec.type in (PointType.STRING, PointType.ENUM):
        return Kind.String
    unscaled = spec.scale == 1.0 and spec.offset == 0.0
    return _WHOLE.get(spec.type, Kind.Double) if unscaled else Kind.Double


def carried(value: object, kind: Kind) -> ua.Variant | None:
    """The value in this type, exactly; None when the type cannot carry it: nothing is clamped or made to fit."""
    if kind is Kind.Boolean:
        return ua.Variant(value, kind) if isinstance(value, bool) else None
    if kind is Kind.String:
        return ua.Variant(value, kind) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if kind is Kind.Double:
        return ua.Variant(float(value), kind)
    low, high = _LIMITS[kind]
    if not low <= value <= high or value != int(value):
        return None
    return ua.Variant(int(value), kind)


def of_reading(reading: Reading, kind: Kind, now: Now) -> ua.DataValue:
    """A reading as a client sees it. BAD has no value (part 4, section 7.11), whatever is kept for our own displays."""
    stamp = reading.source_time or now.stamp(reading.received_s)
    if reading.quality is Quality.BAD or reading.value is None:
        quality = Quality.BAD
        return _value(NOTHING, status_code(quality, reading.detail), stamp, now)
    variant = carried(reading.value, kind)
    if variant is None:
        return _value(NOTHING, _BAD_TYPE, stamp, now)
    return _value(variant, status_code(reading.quality, reading.detail), stamp, now)


def of_own(value: object, kind: Kind, now: Now) -> ua.DataValue:
    """What the controller itself says: GOOD; None is something it does not know now."""
    if value is None:
        return _value(NOTHING, status_code(Quality.BAD, Detail.NEVER_READ), now.wall, now)
    variant = carried(value, kind)
    return _value(NOTHING, _BAD_TYPE, now.wall, now) if variant is None else _value(variant, 0, now.wall, now)


def gone(now: Now) -> ua.DataValue:
    """What a client that watches a node is told once the node left the configuration."""
    return _value(NOTHING, int(StatusCodes.BadNodeIdUnknown), now.wall, now)


def _value(variant: ua.Variant, status: int, stamp: datetime | None, now: Now) -> ua.DataValue:
    return ua.DataValue(
        variant,
        StatusCode=ua.StatusCode(ua.UInt32(status)),
        SourceTimestamp=None if stamp is None else _stamp(stamp),
        ServerTimestamp=_stamp(now.wall),
    )


def _stamp(moment: datetime) -> ua.DateTime:
    return ua.DateTime.fromtimestamp(moment.timestamp(), UTC)
