"""What a value of the field looks like: nothing here is proof, all of it is reason to look twice. Pure."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence

from controller.commissioning.cell_text import plain
from drivers.profile import PointSpec, PointType, WordOrder

Span = tuple[float, float]

WIDE = (1e-6, 1e8)
"""Sizes a measured float without a range or a known unit has; a swapped one is nearly always far outside."""
_UNITS: dict[str, Span] = {
    "v": (-1000, 1000),
    "kv": (-500, 500),
    "mv": (-100000.0, 100000.0),
    "a": (-6300, 6300),
    "ma": (-100000.0, 100000.0),
    "hz": (0, 400),
    "w": (-100000000.0, 100000000.0),
    "kw": (-100000.0, 100000.0),
    "kwh": (0, 100000000.0),
    "%": (-200, 200),
    "°c": (-60, 200),
    "℃": (-60, 200),
    "m": (-500, 9000),
    "mm": (-1000000.0, 1000000.0),
    "m3/s": (-10000.0, 10000.0),
    "m3/h": (-1000000.0, 1000000.0),
    "lx": (0, 200000.0),
    "mpa": (-1, 100),
    "kpa": (-200, 100000.0),
    "rpm": (-40000.0, 40000.0),
    "ntu": (0, 10000.0),
    "mg/l": (0, 10000.0),
}
MAINS: tuple[Span, ...] = ((180, 270), (330, 460))
"""Phase and line voltage of a low-voltage network (GB/T 12325 allows -10 % to +7 %; a bad one is still within)."""
_MAINS_NAME = re.compile(r"voltage|volt|电压|(^|_)u[abc]?(_|$)")
_NOT_MAINS = re.compile(r"battery|dc|电池|直流|signal|limit|setpoint|上限|下限|定值|over|under")
FREQUENCY: Span = (45, 65)
_FACTOR = re.compile(r"power_factor|(^|_)pf(_|$)|功率因数")


def formats(kind: PointType) -> str:
    """How ``struct`` calls a wire type of several words."""
    return {PointType.U32: "I", PointType.I32: "i", PointType.F32: "f", PointType.F64: "d"}[kind]


def number(spec: PointSpec, words: Sequence[int], order: WordOrder, *, bytes_swapped: bool = False) -> float:
    """The value these words would have in that order, scaled."""
    turned = words if order is WordOrder.BIG else list(reversed(words))
    data = struct.pack(f"{'<' if bytes_swapped else '>'}{len(turned)}H", *turned)
    raw: float = struct.unpack(">" + formats(spec.type), data)[0]
    return raw * spec.scale + spec.offset


def believable(spec: PointSpec, value: float) -> bool:
    """Whether a float could be a measured value of this point: in its range, or what its unit lets expect."""
    if not math.isfinite(value):
        return False
    if value == 0:
        return True
    usual, _ = expected(spec)
    low, high = (spec.low, spec.high) if spec.low is not None or spec.high is not None else unit_span(spec)
    inside = (low is None or value >= low) and (high is None or value <= high)
    return inside and (not usual or within(usual, value)) and WIDE[0] <= abs(value) <= WIDE[1]


def unit_span(spec: PointSpec) -> tuple[float | None, float | None]:
    """What the unit lets expect at most."""
    return _UNITS.get(plain(spec.unit), (None, None))


def expected(spec: PointSpec) -> tuple[tuple[Span, ...], str]:
    """Where a value of this point nearly always lies, and what that is called; nothing where nobody knows."""
    name, unit = spec.name.lower(), plain(spec.unit)
    if unit == "v" and _MAINS_NAME.search(name) and not _NOT_MAINS.search(name):
        return MAINS, "mains voltage"
    if unit == "hz":
        return (FREQUENCY,), "mains frequency"
    if _FACTOR.search(name):
        return ((-1.0, 1.0),), "power factor"
    if unit in ("%", "percent") and spec.low is None and spec.high is None:
        return ((-5.0, 105.0),), "percentage"
    if unit in ("°c", "℃") and spec.low is None and spec.high is None:
        return ((-45.0, 125.0),), "temperature"
    return (), ""


def within(spans: Sequence[Span], value: float) -> bool:
    """Whether the value lies in one of them."""
    return any(low <= value <= high for low, high in spans)
