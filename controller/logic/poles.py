"""Smart poles 智慧灯杆: what a site says of their calls, sensors and displays, and which poles a scope names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from controller.domain.assets import City
from controller.domain.gauges import DatedLevel
from controller.domain.lights import Pole
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.scopes import Scope, ScopeKind
from controller.logic.wet_zones import ZoneGauge


@dataclass(frozen=True, slots=True)
class SosRules:
    """What a pressed SOS button does (seconds, metres).

    The pole and the lights within ``within_m`` (``whole_road``: of its whole road as well) go to full for at least
    ``hold_s`` and until a person acknowledged the call. ``neighbours_by_day``: the neighbours also while the sun's
    default wants them dark; the pole itself always. Pressed for ``stuck_after_s`` without a break: told as stuck.
    Unreadable for ``blind_after_s`` on a pole that answers: told as blind.
    """

    hold_s: float = 600.0
    within_m: float = 150.0
    whole_road: bool = False
    neighbours_by_day: bool = False
    stuck_after_s: float = 14_400.0
    blind_after_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Template:
    """A message that was agreed on before it is needed. ``text`` is what is shown."""

    id: str
    title_zh: str
    title_en: str
    text: str


@dataclass(frozen=True, slots=True)
class FloodWarning:
    """An underpass and the displays on the way to it.

    Water at or above ``closes_at`` (FACTS: 15 cm over the road closes it) by two of three gauges shows ``text``. It
    goes once two GOOD gauges stood ``margin_m`` below that for ``hold_s``. ``doubt_text``, where the site has one, is
    shown while it cannot be told for ``blind_after_s``; empty: nothing is shown then.
    """

    id: str
    name_zh: str
    name_en: str
    gauges: tuple[ZoneGauge, ...]
    closes_at: DatedLevel
    displays: tuple[TargetId, ...]
    text: str
    doubt_text: str = ""
    margin_m: float = 0.05
    hold_s: float = 600.0
    blind_after_s: float = 60.0


@dataclass(frozen=True, slots=True)
class PoleSettings:
    """Everything a site says of smart poles. ``tilt_alarm_deg``: leaning so far is told; ``leakage_warn_ma`` likewise
    (the alarm limit that cuts is wet power-off's)."""

    sos: SosRules = SosRules()
    tilt_alarm_deg: float = 5.0
    leakage_warn_ma: float = 30.0
    templates: Mapping[str, Template] = field(default_factory=dict)
    warnings: tuple[FloodWarning, ...] = ()


def poles_of(city: City, scope: Scope | None, groups: Mapping[str, frozenset[TargetId]]) -> Iterator[Pole]:
    """The poles of a scope (None: all), by id; a group has the poles of its outputs, one light its own."""
    grouped: frozenset[DeviceId] = frozenset()
    if scope is not None and scope.kind is ScopeKind.GROUP:
        grouped = frozenset(device_of(target) for target in groups.get(scope.name, frozenset()))
    for name in sorted(city.poles):
        pole = city.poles[name]
        if scope is None or pole.id in grouped or _matches(pole, scope):
            yield pole


def _matches(pole: Pole, scope: Scope) -> bool:
    if scope.kind is ScopeKind.CITY:
        return True
    said = {
        ScopeKind.ASSET: pole.id,
        ScopeKind.LIGHT: scope.name if any(scope.name == lamp.id for lamp in pole.luminaires) else None,
        ScopeKind.DIVISION: pole.division,
        ScopeKind.STREET: pole.street,
        ScopeKind.ROAD: pole.road,
        ScopeKind.GRADE: pole.grade.value,
        ScopeKind.FEEDER: pole.feeder,
    }
    return said.get(scope.kind) == scope.name
