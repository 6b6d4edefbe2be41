"""Points as OPC UA nodes: their identifiers, their exact types, their readings."""

from __future__ import annotations

from dataclasses import replace
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

UNKNOWN_NAMESPACE = 0xFFFF
"""Stands for a namespace the server does not have: its nodes then answer BadNodeIdUnknown, as they should."""


def node_id(binding: Binding, spec: PointSpec, namespace: int) -> ua.NodeId:
    """``ns=namespace;s={root}{node}``."""
    return ua.NodeId(ua.String(f"{binding.root}{spec.node}"), ua.Int16(namespace), ua.NodeIdType.String)


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


def to_reading(judge: Judge, data: ua.DataValue, received_s: float) -> Reading:
    """The reading of a data value: no better than the server's status, and checked like on any wire."""
    status = data.StatusCode
    quality, detail = trust(status.value) if status is not None else (Quality.GOOD, Detail.NONE)
    raw = data.Value.Value if data.Value is not None else None
    source_time = _utc(data.SourceTimestamp)
    if raw is None:
        missing = detail if quality is Quality.BAD else Detail.FAILURE
        return Reading(None, Quality.BAD, received_s, missing, source_time)
    reading = judge(raw, received_s, source_time)
    if quality is Quality.GOOD or reading.quality is Quality.BAD:
        return reading
    return replace(reading, quality=quality, detail=detail)


def _utc(stamp: datetime | None) -> datetime | None:
    """OPC UA times are UTC; a stamp without a zone is one."""
    if stamp is None or stamp.tzinfo is not None:
        return stamp
    return stamp.replace(tzinfo=UTC)
