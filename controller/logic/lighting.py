"""The computed requests of lighting: what program, calendar and energy saving want of a circuit or luminaire now.

The plan itself lives in ``schedules`` and is met here only as a shape (``LightingSchedule``), because the two
packages stand side by side. Slots: the program's edges 15, energy saving 14 while it makes it darker, 13 on nights
an exceptional calendar rule picked, 12 for what a declared operating state turns off. Everything is recomputed each
cycle and holds until ``Computed.until``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from controller.domain.intents import Dim, Intent, Switch
from controller.domain.lights import Circuit, LightClass, Luminaire
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import Computed
from controller.logic.operating_states import NO_MEASURES, LightMeasures

OWNER = "lighting schedule"
"""Owner of every request made here but one, so that one owner holds each slot."""
DECLARED = "operating state"
"""Owner of what a declared operating state asks."""

Light = Circuit | Luminaire


class ScheduledState(Protocol):
    """A level and why; ``base_percent`` is the level without energy saving. ``until`` is wall time (UTC)."""

    @property
    def percent(self) -> float:
        """Wanted level, 0–100 %."""
        ...

    @property
    def cause(self) -> str:
        """The line of the program that wants it."""
        ...

    @property
    def until(self) -> datetime:
        """When it may change by itself."""
        ...

    @property
    def base_percent(self) -> float:
        """The level the program's edges alone want."""
        ...

    @property
    def base_cause(self) -> str:
        """The edge that wants that."""
        ...


class ScheduledLight(Protocol):
    """What the plan says of a program key at a moment (``schedules.plan.PlannedLight``)."""

    @property
    def program(self) -> str:
        """The program in force."""
        ...

    @property
    def rule(self) -> str:
        """The calendar rule that chose it; empty when none did."""
        ...

    @property
    def ordinary(self) -> ScheduledState | None:
        """The ordinary week's state; None when no program applies."""
        ...

    @property
    def exception(self) -> ScheduledState | None:
        """The exceptional night's state; None on ordinary nights."""
        ...

    @property
    def until(self) -> datetime:
        """Before this wall time nothing of it changes."""
        ...


class LightingSchedule(Protocol):
    """The part of ``schedules.plan.LightingPlan`` this logic asks."""

    def standing(self, target: TargetId, place: Place, shift_s: float = 0.0) -> tuple[int, Place, float]:
        """How the plan sees a light: lights of one kind are treated alike; the place of its sun, its spread."""
        ...

    def planned_at(
        self, program: str, place: Place, wall: datetime, shift_s: float = 0.0, target: TargetId = ""
    ) -> ScheduledLight:
        """What the plan says of a light at ``wall`` when every edge comes ``shift_s`` later."""
        ...

    def astronomical_at(self, place: Place, wall: datetime, shift_s: float = 0.0) -> ScheduledState:
        """Sunset to sunrise at that place."""
        ...


def lighting_requests(
    light: Light,
    place: Place,
    schedule: LightingSchedule,
    wall: datetime,
    shift_s: float = 0.0,
    measures: LightMeasures = NO_MEASURES,
) -> Computed:
    """The requests in slots 12–15 of one circuit or luminaire at ``wall``.

    Empty when no program applies: the default of slot 16 (``astronomical_default``) then holds.
    ``shift_s`` is the asset's spread, see ``spread_s``. ``measures`` are those of declared operating states: savings
    rest, landscape lighting is off (slot 12), another program runs; the reason names the declaration.
    """
    key = program_key(light, measures)
    planned = schedule.planned_at(key, place, wall, shift_s, light.id)
    requests = [*_declared_off(light, measures)]
    if planned.exception is not None:
        percent, cause = _level(planned.exception, measures)
        reason = f"{planned.rule}: {planned.program}, {cause}"
        requests.append(_request(light, Slot.CALENDAR_EXCEPTION, percent, _because(reason, key, light, measures)))
    if planned.ordinary is not None:
        origin = _because(_origin(key, planned), key, light, measures)
        requests.extend(_ordinary(light, planned.ordinary, origin, measures))
    return Computed(tuple(requests), planned.until)


def program_key(light: Light, measures: LightMeasures = NO_MEASURES) -> str:
    """What the plan is asked by: the light's own program, or what a declared state runs in its place."""
    return measures.programs.get(light.program, light.program)


def _declared_off(light: Light, measures: LightMeasures) -> Iterator[Request]:
    if measures.landscape_off and isinstance(light, Circuit) and light.light_class is LightClass.LANDSCAPE:
        reason = f"landscape lighting is off: {measures.why}"
        yield Request(light.id, Slot.AUTOMATIC, light_intent(light, 0.0), DECLARED, reason, origin="state")


def _level(state: ScheduledState, measures: LightMeasures) -> tuple[float, str]:
    """The level with savings, or without them while they rest."""
    if measures.suspend_savings and state.percent < state.base_percent:
        return state.base_percent, f"{state.base_cause}, energy saving rests ({measures.why})"
    return state.percent, state.cause


def _ordinary(light: Light, state: ScheduledState, origin: str, measures: LightMeasures) -> list[Request]:
    saves = state.percent < state.base_percent
    rests = saves and measures.suspend_savings
    cause = f"{state.base_cause}, energy saving rests ({measures.why})" if rests else state.base_cause
    edges = _request(light, Slot.SCHEDULE, state.base_percent, f"{origin}, {cause}")
    if not saves or rests:
        return [edges]
    return [_request(light, Slot.ENERGY_SAVING, state.percent, f"{origin}, energy saving: {state.cause}"), edges]


def _origin(key: str, planned: ScheduledLight) -> str:
    if planned.exception is not None:
        return f"program {key} (masked tonight)"
    return f"program {planned.program}" + (f" ({planned.rule})" if planned.rule else "")


def _because(origin: str, key: str, light: Light, measures: LightMeasures) -> str:
    return origin if key == light.program else f"{origin} in place of {light.program} ({measures.why})"


def astronomical_default(
    light: Light, place: Place, schedule: LightingSchedule, wall: datetime, shift_s: float = 0.0
) -> Computed:
    """The request of slot 16: a road light or pole is lit from sunset to sunrise, landscape lighting is off."""
    state = schedule.astronomical_at(place, wall, shift_s)
    if isinstance(light, Circuit) and light.light_class is LightClass.LANDSCAPE:
        return Computed((_request(light, Slot.DEFAULT, 0.0, "default: landscape lighting is off"),), state.until)
    return Computed((_request(light, Slot.DEFAULT, state.percent, f"default: {state.cause}"),), state.until)


def spread_s(asset: DeviceId, max_s: float) -> float:
    """How much later than its program this asset switches: the same on every machine and day, 0 ≤ s < ``max_s``.

    Spreads a whole city's inrush over ``max_s`` seconds; all edges of all circuits of the asset move together.
    """
    digest = hashlib.blake2b(asset.encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 * max_s


def _request(light: Light, slot: Slot, percent: float, reason: str) -> Request:
    return Request(light.id, slot, light_intent(light, percent), OWNER, reason, origin="schedule")


def light_intent(light: Light, percent: float) -> Intent:
    """A circuit that cannot dim: any level above zero is on."""
    switched = isinstance(light, Circuit) and light.min_percent is None
    return Switch(percent > 0.0) if switched else Dim(percent)
