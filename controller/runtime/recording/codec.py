"""Values of the core as JSON and back, exactly: only the classes named here, so that reading one never runs anything.

A plain value stands for itself; everything else is a list that begins with what it is. A dataclass that occurs more
than once in one text (a request that is held and decided) is written once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from json.encoder import encode_basestring_ascii
from math import isfinite
from typing import Any

from controller.domain.errors import StoreError
from controller.domain.expression import Truth
from controller.domain.intents import (
    Dim,
    Direction,
    GateOrder,
    Show,
    StationMode,
    StationOrder,
    Switch,
    UnitMode,
    UnitOrder,
)
from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.domain.request import Decision, Lease, Request
from controller.domain.rights import Scope, ScopeKind
from controller.domain.slots import Slot
from controller.domain.tags import Tag
from controller.logic.contract import (
    CriticalMemory,
    GateMemory,
    GaugeWatch,
    InterlockMemory,
    LastWrite,
    Moment,
    OrderMemory,
    RoadMemory,
    RoadStage,
    StationMemory,
    TargetMemory,
    UnitMemory,
)
from controller.logic.gauge_exclusion import Excluded, LoneGauge
from controller.logic.interlocks import Judgement
from controller.logic.light_guards import BurnMemory
from controller.logic.lighting_lux import FreezeMemory, Sky, SkyMemory
from controller.logic.operating_states import LightMeasures
from controller.logic.poles_flood import FloodCase, FloodStage
from controller.logic.poles_sos import SosCase, SosStage
from controller.logic.switch_guard import SwitchMemory
from controller.logic.water_around import Diversion, Flush, Guidance, OuterSide, OuterTrust, SourceQuality
from controller.logic.weather_signals import WeatherSignal
from controller.logic.wet_power import Case, Finding, Hazard, Stage, Why
from controller.runtime.bypassing.book import Bypass
from controller.runtime.conditions.switch_book import Confirmation
from controller.runtime.daylight.values import Watched
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.wet_power.lockouts import Retention

_DATACLASSES: tuple[type, ...] = (
    *(Switch, Dim, Show, UnitOrder, GateOrder, StationOrder, Request, Lease, Decision, Moment, LastWrite),
    *(BurnMemory, UnitMemory, GateMemory, InterlockMemory, OrderMemory, StationMemory, TargetMemory, CriticalMemory),
    *(GaugeWatch, RoadMemory, Judgement, SwitchMemory),
    *(SosCase, FloodCase, Case, Finding, LightMeasures, Tag, Declaration, Scope, Bypass, Confirmation),
    *(FreezeMemory, SkyMemory, WeatherSignal, Watched),
    *(Diversion, Flush, Guidance, OuterSide, SourceQuality),
    *(Excluded, LoneGauge),
)
_ENUMS: tuple[type[Enum], ...] = (
    Sky,
    OuterTrust,
    RoadStage,
    *(SosStage, FloodStage, Slot, UnitMode, StationMode, Direction, Truth, Hazard, Stage, Why, Retention),
    *(DisciplineName, OperatingState, ScopeKind),
)
_CLASSES = {known.__name__: known for known in _DATACLASSES}
_ENUM_CLASSES = {known.__name__: known for known in _ENUMS}
_FIELDS = {known: tuple(one.name for one in fields(known)) for known in _DATACLASSES}


def encode(value: object) -> str:
    """The value as JSON text.

    It is put together piece by piece: one call of the JSON encoder over a whole city would hold up every other thread.

    Raises:
        StoreError: a class that nobody said is recorded.
    """
    writer = _Writer()
    root = writer.text(value)
    return f"[[{','.join(writer.objects)}],{root}]"


def decode(plain: Any) -> Any:
    """The value of such a text, once parsed.

    Raises:
        StoreError: it was recorded by another version of this program, or is damaged.
    """
    try:
        objects, root = plain
        return _Reader(objects).value(root)
    except (ValueError, KeyError, IndexError, TypeError) as cause:
        raise StoreError(
            f"this recording cannot be read ({cause!r}); replay it with the version that recorded it"
        ) from cause


def _number(value: float) -> str:
    return repr(value) if isfinite(value) else json.dumps(value)


_PLAIN: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring_ascii,
    float: _number,
    int: str,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}
"""By the very class: an enumeration is a ``str`` or an ``int`` as well, and is written as what it is."""


class _Writer:
    def __init__(self) -> None:
        self.objects: list[str] = []
        self._known: dict[int, int] = {}
        self._alive: list[object] = []

    def text(self, value: object) -> str:
        plain = _PLAIN.get(type(value))
        if plain is not None:
            return plain(value)
        if isinstance(value, Enum):
            return self._enum(value)
        if isinstance(value, datetime):
            return f'["w","{value.isoformat()}"]'
        if is_dataclass(value):
            return f'["o",{self._object(value)}]'
        return self._container(value)

    def _enum(self, value: Enum) -> str:
        name = type(value).__name__
        if name not in _ENUM_CLASSES:
            raise _unknown(value)
        return f'["e","{name}",{json.dumps(value.value)}]'

    def _object(self, value: object) -> int:
        known = self._known.get(id(value))
        if known is not None:
            return known
        names = _FIELDS.get(type(value))
        if names is None:
            raise _unknown(value)
        self._alive.append(value)  # its id must stay its own until the text is done
        parts = (self.text(getattr(value, name)) for name in names)
        self.objects.append(f"""["{type(value).__name__}",{",".join(parts)}]""")
        self._known[id(value)] = len(self.objects) - 1
        return len(self.objects) - 1

    def _container(self, value: object) -> str:
        if isinstance(value, Mapping):
            return self._tagged("d", (part for pair in value.items() for part in pair))
        if isinstance(value, DueHeap):
            return self._tagged("h", (part for pair in value.all().items() for part in pair))
        for tag, kind in (("u", tuple), ("l", list), ("s", set), ("f", frozenset)):
            if isinstance(value, kind):
                return self._tagged(tag, value)
        raise _unknown(value)

    def _tagged(self, tag: str, values: Iterable[object]) -> str:
        return f"""[{",".join((f'"{tag}"', *map(self.text, values)))}]"""


def _unknown(value: object) -> StoreError:
    return StoreError(f"{type(value).__name__} is not among what is recorded; add it to recording/codec.py")


class _Reader:
    """Objects come before those that hold them."""

    def __init__(self, objects: list[Any]) -> None:
        self._objects: list[Any] = []
        for name, *values in objects:
            self._objects.append(_CLASSES[name](*map(self.value, values)))

    def value(self, plain: Any) -> Any:
        if not isinstance(plain, list):
            return plain
        tag, *rest = plain
        if tag == "o":
            return self._objects[rest[0]]
        if tag in ("d", "h"):
            parts = [self.value(one) for one in rest]
            pairs = dict(zip(parts[::2], parts[1::2], strict=True))
            return pairs if tag == "d" else DueHeap.of(pairs)
        if tag == "e":
            return _ENUM_CLASSES[rest[0]](rest[1])
        if tag == "w":
            return datetime.fromisoformat(rest[0])
        return _CONTAINERS[tag](self.value(one) for one in rest)


_CONTAINERS: dict[str, Any] = {"u": tuple, "l": list, "s": set, "f": frozenset}
