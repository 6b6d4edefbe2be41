"""What a target can be told. A small closed set of values, each with one text and one JSON form.

Text forms are what a person types: ``on``, ``off``, ``60%``, ``text: 前方积水``, ``start``, ``stop``, ``auto``,
``speed 80%``, ``auto 80%``,
``open``, ``close``, ``hold``, ``count 2``, ``count 2+``, ``level 2.3``, ``flow 60``, ``hand-back``.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from controller.domain.errors import InvalidValue


class TargetKind(StrEnum):
    """Natures: what a thing can do, not what make it is."""

    CIRCUIT = "circuit"
    LUMINAIRE = "luminaire"
    DISPLAY = "display"
    STATION = "station"
    UNIT = "unit"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Switch:
    """A lighting circuit on or off."""

    on: bool

    def __str__(self) -> str:
        return "on" if self.on else "off"


@dataclass(frozen=True, slots=True)
class Dim:
    """A luminaire's level, 0–100 % of full output."""

    percent: float

    def __post_init__(self) -> None:
        _within("a luminaire's level", self.percent, 0.0, 100.0, "%")

    def __str__(self) -> str:
        return f"{self.percent:.12g}%"


@dataclass(frozen=True, slots=True)
class Show:
    """A display's message; empty clears it. At most 64 visible characters, no white space at either end."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > 64:
            raise InvalidValue(f"a display message has at most 64 characters; this one has {len(self.text)}")
        if self.text != self.text.strip():
            raise InvalidValue("a display message neither begins nor ends with white space")
        hidden = next((sign for sign in self.text if unicodedata.category(sign) in _NOT_SHOWN), None)
        if hidden is not None:
            raise InvalidValue(
                f"a display shows visible characters; U+{ord(hidden):04X} is a control or formatting character: "
                "write the message anew in one line 显示内容不得含控制字符"
            )

    def __str__(self) -> str:
        return f"text: {self.text}"


_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are no writing: line feeds, escapes, marks that turn the direction, halves of pairs."""


class UnitMode(StrEnum):
    """A pump unit's order. AUTO leaves the unit to its station's allocation."""

    START = "start"
    STOP = "stop"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class UnitOrder:
    """What a pump unit is told. ``speed_percent``: of a variable-speed drive, while it runs; None: its full speed.

    ``start 80%`` starts it and runs it at that speed; ``auto 80%`` leaves its start to its station.
    """

    mode: UnitMode
    speed_percent: float | None = None

    def __post_init__(self) -> None:
        if self.speed_percent is None:
            return
        if self.mode is UnitMode.STOP:
            raise InvalidValue("a stop takes no speed")
        _within("a unit's speed", self.speed_percent, 1.0, 100.0, "%")

    def __str__(self) -> str:
        said = str(self.mode.value)
        return said if self.speed_percent is None else f"{said} {self.speed_percent:.12g}%"


@dataclass(frozen=True, slots=True)
class GateOrder:
    """A gate's wanted opening, 0 (closed) to 100 % (open); None holds it where it is."""

    percent: float | None

    def __post_init__(self) -> None:
        if self.percent is not None:
            _within("a gate's opening", self.percent, 0.0, 100.0, "%")

    def __str__(self) -> str:
        if self.percent is None:
            return "hold"
        named = {0.0: "close", 100.0: "open"}
        return named.get(self.percent, f"{self.percent:.12g}%")


class StationMode(StrEnum):
    """HAND_BACK: the station's own PLC decides. HOLD: whatever runs goes on. COUNT: that many units run.

    LEVEL: units come and go so that the inner level stays about a target. FLOW: as many as give that flow.
    """

    HAND_BACK = "hand-back"
    HOLD = "hold"
    COUNT = "count"
    LEVEL = "level"
    FLOW = "flow"


class Direction(StrEnum):
    """Drainage lifts water out of the city; diversion brings clean water in."""

    DRAIN = "drain"
    DIVERT = "divert"


@dataclass(frozen=True, slots=True)
class StationOrder:
    """A station's mode with its value: the number of units for COUNT, metres for LEVEL, m³/s for FLOW.

    ``level_m`` is the inner level to keep, in the station's own datum; ``flow_m3s`` what all units together give.
    ``at_least`` (``count 2+``): a count the station's own level control may add to, and never takes from.
    """

    mode: StationMode
    count: int = 0
    direction: Direction = Direction.DRAIN
    level_m: float | None = None
    flow_m3s: float | None = None
    at_least: bool = False

    def __post_init__(self) -> None:
        if self.at_least and (self.mode is not StationMode.COUNT or self.direction is not Direction.DRAIN):
            raise InvalidValue("only a count of draining units is given as at least so many: count 2+")
        if self.mode is StationMode.COUNT:
            _within("a station's unit count", self.count, 0, 64, "units")
        elif self.count:
            raise InvalidValue(f"{self.mode.value} takes no unit count")
        if self.mode is StationMode.LEVEL:
            _within("a station's target level", _given(self.level_m), -50.0, 5000.0, "m")
        elif self.level_m is not None:
            raise InvalidValue(f"{self.mode.value} takes no level")
        if self.mode is StationMode.FLOW:
            _within("a station's flow", _given(self.flow_m3s), 0.001, 2000.0, "m³/s (to stop it, say count 0)")
        elif self.flow_m3s is not None:
            raise InvalidValue(f"{self.mode.value} takes no flow")
        if self.direction is not Direction.DRAIN and not self.moves:
            raise InvalidValue(f"{self.mode.value} takes no direction")

    @property
    def moves(self) -> bool:
        """Whether it says how much water is moved, and so which way: COUNT, LEVEL, FLOW."""
        return self.mode in (StationMode.COUNT, StationMode.LEVEL, StationMode.FLOW)

    @property
    def starts(self) -> bool:
        """Whether units may have to start for it: anything that moves water but a count of none."""
        return self.moves and (self.mode is not StationMode.COUNT or self.count > 0 or self.at_least)

    def __str__(self) -> str:
        if not self.moves:
            return self.mode.value
        suffix = "" if self.direction is Direction.DRAIN else f" {self.direction.value}"
        amount: float | None = self.count
        if self.mode is not StationMode.COUNT:
            amount = self.level_m if self.mode is StationMode.LEVEL else self.flow_m3s
        return f"{self.mode.value} {amount:.12g}{'+' if self.at_least else suffix}"


def _given(value: float | None) -> float:
    return math.nan if value is None else value


Intent = Switch | Dim | Show | UnitOrder | GateOrder | StationOrder


def _within(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not math.isfinite(value) or not low <= value <= high:
        raise InvalidValue(f"{what} lies between {low:g} and {high:g} {unit}, not {value!r}")


HOW_TO_SAY: Mapping[TargetKind, str] = {
    TargetKind.CIRCUIT: "on | off",
    TargetKind.LUMINAIRE: "0%…100% | on | off",
    TargetKind.DISPLAY: "text: MESSAGE",
    TargetKind.STATION: "hand-back | hold | count N | level 2.3 (m) | flow 60 (m³/s), the last three also with divert "
    "| count N+ (at least N)",
    TargetKind.UNIT: "start | stop | auto | speed 80% | auto 80%",
    TargetKind.GATE: "open | close | hold | 0%…100%",
}


def parse_intent(kind: TargetKind, text: str) -> Intent:
    """Read what a person typed for a target of this kind.

    Raises:
        InvalidValue: with the forms that would have been understood.
    """
    try:
        return _PARSERS[kind](text.strip())
    except (KeyError, ValueError, IndexError) as cause:
        raise InvalidValue(f"{text!r} is not a value of a {kind.value}; say {HOW_TO_SAY[kind]}") from cause


def _percent(spoken: str) -> float:
    if not spoken.endswith("%"):
        raise ValueError(spoken)
    return float(spoken[:-1])


def _dim(spoken: str) -> Dim:
    named = {"on": 100.0, "off": 0.0}.get(spoken.lower())
    return Dim(_percent(spoken) if named is None else named)


def _gate(spoken: str) -> GateOrder:
    named: dict[str, float | None] = {"open": 100.0, "close": 0.0, "hold": None}
    lowered = spoken.lower()
    return GateOrder(named[lowered] if lowered in named else _percent(spoken))


def _unit(spoken: str) -> UnitOrder:
    words = spoken.lower().split()
    if len(words) == 1 and words[0] != "speed":
        return UnitOrder(UnitMode(words[0]))
    said, speed = words
    return UnitOrder(UnitMode.START if said == "speed" else UnitMode(said), _percent(speed))


def _show(spoken: str) -> Show:
    if not spoken.lower().startswith("text:"):
        raise ValueError(spoken)
    return Show(spoken[len("text:") :].strip())


def _station(spoken: str) -> StationOrder:
    words = spoken.lower().split()
    mode = StationMode(words[0])
    if mode in (StationMode.HAND_BACK, StationMode.HOLD):
        if len(words) != 1:
            raise ValueError(spoken)
        return StationOrder(mode)
    if len(words) not in (2, 3):
        raise ValueError(spoken)
    direction = Direction(words[2]) if len(words) == 3 else Direction.DRAIN
    if mode is StationMode.COUNT:
        at_least = words[1].endswith("+")
        return StationOrder(mode, int(words[1].removesuffix("+")), direction, at_least=at_least)
    if mode is StationMode.LEVEL:
        return StationOrder(mode, direction=direction, level_m=_amount(words[1], "m"))
    return StationOrder(mode, direction=direction, flow_m3s=_amount(words[1], "m3/s", "m³/s"))


def _amount(spoken: str, *units: str) -> float:
    """A number with or without its unit: ``2.30``, ``2.30m``."""
    for unit in units:
        spoken = spoken.removesuffix(unit)
    return float(spoken)


_PARSERS: dict[TargetKind, Callable[[str], Intent]] = {
    TargetKind.CIRCUIT: lambda spoken: Switch({"on": True, "off": False}[spoken.lower()]),
    TargetKind.LUMINAIRE: _dim,
    TargetKind.DISPLAY: _show,
    TargetKind.STATION: _station,
    TargetKind.UNIT: _unit,
    TargetKind.GATE: _gate,
}


def kind_of(intent: Intent) -> TargetKind:
    """Which kind of target understands this intent."""
    return _KIND_OF[type(intent)]


_KIND_OF: dict[type, TargetKind] = {
    Switch: TargetKind.CIRCUIT,
    Dim: TargetKind.LUMINAIRE,
    Show: TargetKind.DISPLAY,
    StationOrder: TargetKind.STATION,
    UnitOrder: TargetKind.UNIT,
    GateOrder: TargetKind.GATE,
}


def encode_intent(intent: Intent) -> dict[str, Any]:
    """JSON form: ``{"kind": "circuit", "value": "on"}``; ``decode_intent`` reads it back."""
    return {"kind": kind_of(intent).value, "value": str(intent)}


def decode_intent(data: Mapping[str, Any]) -> Intent:
    """The intent ``encode_intent`` wrote.

    Raises:
        InvalidValue: when the data is not such a form.
    """
    try:
        return parse_intent(TargetKind(data["kind"]), str(data["value"]))
    except (KeyError, ValueError) as cause:
        raise InvalidValue(f"not an encoded intent: {dict(data)!r}") from cause
