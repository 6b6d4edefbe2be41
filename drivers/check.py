"""Raw value ⇄ reading, the same on every wire: scaling, range, not-a-number, enumeration, type. Pure.

*Raw* is what the wire type holds before scaling: ``bool``, ``int``, ``float`` or ``str``; an enumeration's number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

from controller.domain.errors import InvalidValue
from controller.domain.points import Reading, Value
from controller.domain.quality import Detail, Quality
from drivers.profile import PointSpec, PointType

Judge = Callable[[object, float, datetime | None], Reading]
"""``(raw, received_s, source_time)`` → the reading, with its quality decided."""

INTEGER_RANGES = {
    PointType.U16: (0, 0xFFFF),
    PointType.I16: (-0x8000, 0x7FFF),
    PointType.U32: (0, 0xFFFF_FFFF),
    PointType.I32: (-0x8000_0000, 0x7FFF_FFFF),
    PointType.ENUM: (0, 0xFFFF),
}
FLOATS = frozenset({PointType.F32, PointType.F64})
SWITCHES = frozenset({PointType.BOOL, PointType.BIT})
NUMBERS = FLOATS | (INTEGER_RANGES.keys() - {PointType.ENUM})

F32_MAX = 3.4028234663852886e38
F64_MAX = 1.7976931348623157e308
F32_STEP = 2.0**-23
"""Relative step of a 32-bit float: a limit of 2.68 m comes over the wire as 2.6800001 and is still inside."""
_GOOD, _BAD, _NONE = Quality.GOOD, Quality.BAD, Detail.NONE
"""Looked up once: an enumeration's attribute costs a tenth of a reading each time."""

DECIMALS = 9
"""Scaled integers are rounded below anything a register can carry, so that 3 × 0.1 reads as 0.3."""


def judge(spec: PointSpec) -> Judge:
    """How readings of this point are made.

    Outside ``low``/``high``, an unknown enumeration number or an impossible switch word: BAD ``out_of_range`` with
    the value kept. NaN and infinity: BAD ``failure``. A wire type that contradicts the profile: BAD ``config_error``.
    """
    if spec.type in SWITCHES:
        return _judge_switch
    if spec.type is PointType.STRING:
        return _judge_text
    if spec.type is PointType.ENUM:
        return _enum_judge(spec)
    return _number_judge(spec)


def to_raw(spec: PointSpec, value: Value) -> bool | int | float | str:
    """The raw value to write, after every check of the profile.

    Raises:
        InvalidValue: wrong type, outside ``low``/``high``, or more than the wire type can carry.
    """
    if spec.type in NUMBERS:
        number = _finite(spec, value)
        low, high = _limits(spec)
        if not low <= number <= high:
            raise _refusal(spec, value, f"the range is {spec.low} to {spec.high} {spec.unit}".rstrip())
    elif spec.type is PointType.ENUM and not isinstance(value, str):
        raise _refusal(spec, value, f"use one of {_choices(spec)}")
    return unchecked_raw(spec, value)


def unchecked_raw(spec: PointSpec, value: Value) -> bool | int | float | str:
    """The raw value a device would show for ``value``: no range check, NaN allowed in floats, enumerations by name
    or number. For simulated devices, which must be able to be wrong.

    Raises:
        InvalidValue: the wire type cannot carry it.
    """
    if spec.type in SWITCHES:
        if not isinstance(value, bool):
            raise _refusal(spec, value, "true or false is wanted")
        return value
    if spec.type is PointType.STRING:
        if not isinstance(value, str):
            raise _refusal(spec, value, "a text is wanted")
        return value
    if spec.type is PointType.ENUM:
        return _within_wire(spec, value, _enum_number(spec, value))
    if isinstance(value, (bool, str)):
        raise _refusal(spec, value, "a number is wanted")
    unscaled = (value - spec.offset) / spec.scale
    if spec.type in FLOATS:
        if spec.type is PointType.F32 and math.isfinite(unscaled) and abs(unscaled) > F32_MAX:
            raise _refusal(spec, value, "a 32-bit float cannot carry it")
        return unscaled
    if not math.isfinite(unscaled):
        raise _refusal(spec, value, "an integer point needs a finite number")
    return _within_wire(spec, value, round(unscaled))


def beat_value(spec: PointSpec, count: int) -> int:
    """The heartbeat counter ``count`` as this point can hold it: it wraps inside the point's range.

    Raises:
        InvalidValue: the heartbeat point is not an integer.
    """
    if spec.type not in INTEGER_RANGES or spec.type is PointType.ENUM:
        raise _refusal(spec, count, "a heartbeat point is u16, i16, u32 or i32")
    low, high = INTEGER_RANGES[spec.type]
    bottom = max(low, 0 if spec.low is None else math.ceil(spec.low))
    top = high if spec.high is None else min(high, math.floor(spec.high))
    return bottom + count % max(1, top - bottom + 1)


def _judge_switch(raw: object, received_s: float, source_time: datetime | None = None) -> Reading:
    """A switch word is 0 or 1 and nothing else; what else stands there is kept for people to see."""
    if raw is True or raw is False:
        return Reading(raw, _GOOD, received_s, _NONE, source_time)
    if isinstance(raw, int):
        if raw in (0, 1):
            return Reading(raw == 1, _GOOD, received_s, _NONE, source_time)
        return Reading(raw, _BAD, received_s, Detail.OUT_OF_RANGE, source_time)
    return Reading(None, _BAD, received_s, Detail.CONFIG_ERROR, source_time)


def _judge_text(raw: object, received_s: float, source_time: datetime | None = None) -> Reading:
    if not isinstance(raw, str):
        return Reading(None, _BAD, received_s, Detail.CONFIG_ERROR, source_time)
    return Reading(raw, _GOOD, received_s, _NONE, source_time)


def _enum_judge(spec: PointSpec) -> Judge:
    labels = dict(spec.labels)

    def judge_enum(raw: object, received_s: float, source_time: datetime | None = None) -> Reading:
        if not isinstance(raw, int) or isinstance(raw, bool):
            return Reading(None, _BAD, received_s, Detail.CONFIG_ERROR, source_time)
        label = labels.get(raw)
        if label is None:
            return Reading(raw, _BAD, received_s, Detail.OUT_OF_RANGE, source_time)
        return Reading(label, _GOOD, received_s, _NONE, source_time)

    return judge_enum


def _number_judge(spec: PointSpec) -> Judge:
    low, high = _limits(spec)
    scaled = _scaling(spec)
    accepted = (int, float) if spec.type in FLOATS else int

    def judge_number(raw: object, received_s: float, source_time: datetime | None = None) -> Reading:
        if not isinstance(raw, accepted) or raw is True or raw is False:
            return Reading(None, _BAD, received_s, Detail.CONFIG_ERROR, source_time)
        value = raw if scaled is None else scaled(raw)
        if low <= value <= high:
            return Reading(value, _GOOD, received_s, _NONE, source_time)
        if not math.isfinite(value):
            return Reading(None, _BAD, received_s, Detail.FAILURE, source_time)
        return Reading(value, _BAD, received_s, Detail.OUT_OF_RANGE, source_time)

    return judge_number


def _scaling(spec: PointSpec) -> Callable[[float], float] | None:
    """``raw * scale + offset`` without the dust of binary fractions: 3 × 0.1 is 0.3. None: the raw value itself."""
    scale, offset = spec.scale, spec.offset
    if scale == 1.0 and offset == 0.0:
        return None
    if spec.type in FLOATS:
        return lambda raw: raw * scale + offset
    divisor = round(1.0 / scale)
    if offset == 0.0 and divisor != 0 and abs(divisor * scale - 1.0) < 1e-12:
        return lambda raw: raw / divisor  # division rounds correctly where multiplying by 0.1 does not
    decimals = DECIMALS + max(0, -math.floor(math.log10(abs(scale))))
    return lambda raw: round(raw * scale + offset, decimals)


def _limits(spec: PointSpec) -> tuple[float, float]:
    """Valid range as the wire can carry it. Without limits every finite number is inside, infinity never is."""
    step = F32_STEP if spec.type is PointType.F32 else 0.0
    low = -F64_MAX if spec.low is None else spec.low - abs(spec.low) * step
    high = F64_MAX if spec.high is None else spec.high + abs(spec.high) * step
    return low, high


def _finite(spec: PointSpec, value: Value) -> float:
    if isinstance(value, (bool, str)):
        raise _refusal(spec, value, "a number is wanted")
    if not math.isfinite(value):
        raise _refusal(spec, value, "it is not a finite number")
    return value


def _enum_number(spec: PointSpec, value: Value) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    for number, label in spec.labels.items():
        if label == value:
            return number
    raise _refusal(spec, value, f"use one of {_choices(spec)}")


def _within_wire(spec: PointSpec, value: Value, raw: int) -> int:
    low, high = INTEGER_RANGES[spec.type]
    if not low <= raw <= high:
        raise _refusal(spec, value, f"a {spec.type} register holds {low} to {high} and would need {raw}")
    return raw


def _choices(spec: PointSpec) -> str:
    return ", ".join(spec.labels.values()) or "(the profile gives no labels)"


def _refusal(spec: PointSpec, value: Value, advice: str) -> InvalidValue:
    return InvalidValue(f"point {spec.name} cannot take {value!r}: {advice}")
