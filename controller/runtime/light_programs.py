"""The computed slots of one light at one moment: program, calendar, default, and what stands above and beside them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import timedelta

from controller.domain.image import Image
from controller.domain.lights import Display
from controller.domain.points import TargetId, device_of
from controller.domain.request import Request
from controller.logic.contract import Moment
from controller.logic.lighting import astronomical_default, lighting_requests, program_key
from controller.logic.one_moment import AtOneMoment
from controller.logic.operating_states import LightMeasures
from controller.runtime.bypassing.circuit_interlocks import CircuitInterlocks
from controller.runtime.daylight.asked import Asked
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.lamps import Lamp
from controller.runtime.poles.watch import PoleWatch
from controller.runtime.wet_power.watch import WetPowerWatch
from schedules.astro import night_of, utc
from schedules.plan import LightingPlan, PlannedLight
from schedules.program import ASTRONOMICAL

NEVER_S = float("inf")
NOTHING: Sequence[Request] = ()


class LightPrograms:
    """Asks everybody who fills a computed slot of a light; remembers nothing itself.

    ``last``: the lights something was written to since the start.
    """

    def __init__(
        self,
        last: Container[TargetId],
        *,
        wet: WetPowerWatch | None,
        poles: PoleWatch | None,
        interlocks: CircuitInterlocks | None,
        daylight: Daylight | None,
    ) -> None:
        self._last = last
        self._wet = wet
        self._poles = poles
        self._interlocks = interlocks
        self._daylight = daylight

    def work_out(
        self,
        lamp: Lamp,
        measures: LightMeasures,
        plan: AtOneMoment,
        programs: LightingPlan,
        image: Image,
        moment: Moment,
    ) -> tuple[tuple[Request, ...], float]:
        """Every computed request of the light, and the second of the epoch until which time alone changes none."""
        light = lamp.light
        if isinstance(light, Display):
            return (self._poles.show(light.id) if self._poles else ()), NEVER_S
        program = lighting_requests(light, lamp.place, plan, moment.wall, lamp.shift_s, measures)
        default = astronomical_default(light, lamp.place, plan, moment.wall, lamp.shift_s)
        until = min(u for u in (program.until, default.until) if u is not None).timestamp()
        lifted = self._wet.lift(light.id, default.requests) if self._wet else NOTHING
        ended = self._interlocks.requests(light.id) if self._interlocks else NOTHING
        called = self._poles.lift(light.id, default.requests) if self._poles else NOTHING
        below = (*ended, *lifted, *called, *program.requests, *default.requests)
        if self._daylight is None:
            return below, until
        key = program_key(light, measures)
        planned = plan.planned_at(key, lamp.place, moment.wall, lamp.shift_s, light.id)
        source, over = (planned.source, planned.ended) if isinstance(planned, PlannedLight) else (None, False)
        if over:
            return below, until  # a scene's hard end: nothing computed lights it any more tonight
        _, place, shift_s = programs.standing(light.id, lamp.place, lamp.shift_s)

        def level_at(second: float) -> float:
            then = plan.planned_at(key, lamp.place, utc(second), lamp.shift_s, light.id)
            state = then.exception or then.ordinary
            return 0.0 if state is None else state.percent

        night = night_of(moment.wall - timedelta(seconds=shift_s), programs.tz)
        automatic, changes_s = self._daylight.ask(
            Asked(
                light=light,
                place=place,
                shift_s=shift_s,
                night=night,
                program=source or ASTRONOMICAL,
                below=below,
                burns=light.id not in self._last and lamp.burns(image.view(device_of(light.id), moment.s)),
                level_at=level_at,
                image=image,
                moment=moment,
            )
        )
        return (below if automatic is None else (automatic, *below)), min(until, changes_s)
