"""Points as OPC UA nodes: their identifiers, their exact types, their readings."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

from asyncua import ua

from controller.domain.errors import ConfigError
from controller.domain.points import Reading, Value
from controller.domain.quality import Detail, Quality
from drivers.base import Binding
from drivers.check import Judge, to_raw
from drivers.opcua.quality import trust
from drivers.profile import PointSpec, PointType

VARIANTS = MappingProxyType(
    {
        PointType.BOOL: ua.VariantType.Boolean,
        PointType.U16: ua.VariantType.UInt16,
        PointType.I16: ua.VariantType.Int16,
        PointType.U32: ua.VariantType.UInt32,
        PointType.I32: ua.VariantType.Int32,
        PointType.F32: ua.VariantType.Float,
        PointType.F64: ua.VariantType.Double,
        PointType.STRING: ua.VariantType.String,
        PointType.ENUM: ua.VariantType.Int32,
    }
)
"""The one OPC UA type of each point type; enumerations are Int32 (OPC UA part 3, section 8.14)."""

_NARROW = frozenset({ua.VariantType.SByte, ua.VariantType.Byte, ua.VariantType.Int16, ua.VariantType.UInt16})
_WHOLE = _NARROW | {ua.VariantType.Int32, ua.VariantType.UInt32}

ACCEPTED = MappingProxyType(
    {
        PointType.BOOL: frozenset({ua.VariantType.Boolean}),
        PointType.U16: frozenset({ua.VariantType.UInt16, ua.VariantType.Byte}),
        PointType.I16: frozenset({ua.VariantType.Int16, ua.VariantType.SByte, ua.VariantType.Byte}),
        PointType.U32: frozenset({ua.VariantType.UInt32, ua.VariantType.UInt16, ua.VariantType.Byte}),
        PointType.I32: _NARROW | {ua.VariantType.Int32},
        PointType.F32: _NARROW | {ua.VariantType.Float},
        PointType.F64: _WHOLE | {ua.VariantType.Float, ua.VariantType.Double},
        PointType.STRING: frozenset({ua.VariantType.String}),
        PointType.ENUM: _WHOLE,
    }
)
"""What a server may answer for each point type: the type itself, and those that go into it without loss (24 bits into
a Float, 53 into a Double). Anything else is another quantity than the profile thinks, even where its number fits."""

UNKNOWN_NAMESPACE = 0xFFFF
"""Stands for a namespace the server does not have: its nodes then answer BadNodeIdUnknown, as they should."""


def node_id(binding: Binding, spec: PointSpec, namespace: int) -> ua.NodeId:
    """``ns=namespace;s={root}{node}``."""
    return node_named(binding, spec.node, namespace)


def node_named(binding: Binding, identifier: str, namespace: int) -> ua.NodeId:
    """The same for a node that is no point: a method, or the object it is called on."""
    return ua.NodeId(ua.String(f"{binding.root}{identifier}"), ua.Int16(namespace), ua.NodeIdType.String)


def variant_type(spec: PointSpec) -> ua.VariantType:
    """The type this point is read and written as.

    Raises:
        ConfigError: a bit of a word, which OPC UA does not have.
    """
    kind = VARIANTS.get(spec.type)
    if kind is None:
        raise ConfigError(f"point {spec.name} is {spec.type}, which OPC UA does not have: use bool")
    return kind


def to_data_value(spec: PointSpec, value: Value) -> ua.DataValue:
    """A bare value to write, without status and times, which many servers refuse.

    Raises:
        InvalidValue: wrong type or out of the point's range.
    """
    return ua.DataValue(ua.Variant(to_raw(spec, value), variant_type(spec)), StatusCode=None)


def to_reading(spec: PointSpec, judge: Judge, data: ua.DataValue, received_s: float) -> Reading:
    """The reading of a data value: no better than the server's status, of the declared type, checked as on any wire."""
    status = data.StatusCode
    quality, detail = trust(status.value) if status is not None else (Quality.GOOD, Detail.NONE)
    variant = data.Value
    raw = None if variant is None else variant.Value
    source_time = _utc(data.SourceTimestamp)
    if variant is None or raw is None:
        missing = detail if quality is Quality.BAD else Detail.FAILURE
        return Reading(None, Quality.BAD, received_s, missing, source_time)
    if variant.is_array or variant.VariantType not in ACCEPTED[spec.type]:
        return Reading(None, Quality.BAD, received_s, Detail.CONFIG_ERROR, source_time)
    reading = judge(raw, received_s, source_time)
    if quality is Quality.GOOD or reading.quality is Quality.BAD:
        return reading
    return reading._replace(quality=quality, detail=detail)


def _utc(stamp: datetime | None) -> datetime | None:
    """OPC UA times are UTC; a stamp without a zone is one."""
    if stamp is None or stamp.tzinfo is not None:
        return stamp
    return stamp.replace(tzinfo=UTC)
