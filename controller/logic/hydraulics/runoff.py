"""Rain on its way into the reaches: every catchment is a linear reservoir whose stored water is kept from step to step.

A forecast that says nothing of an hour is not a dry hour: where nobody foresaw anything, what falls now goes on and
fades. Where nothing is measured either, only the water that is already under way is counted on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import exp

from controller.logic.forecasts.series import Forecast
from controller.logic.hydraulics.network import Catchment, Network
from controller.logic.hydraulics.outlook import Outlook

FADES_S = 3600.0
"""Rain nobody foretold goes on and fades to 1/e within this time. Illustrative: a shower is shorter, a front longer."""
MM_H = 1.0 / 3.6e6
"""One mm/h in m/s."""
RESIDUAL_FADES_S = 6 * 3600.0
"""What the model could not explain of the inflow so far is counted on ahead, and fades within this time."""

TideAt = Callable[[datetime], float | None]
"""The level (m) of an outside water at a moment; None where nobody knows."""


def passed_on(catchment: Catchment, stored_m3: float, rain_mm_h: float, step_s: float) -> tuple[float, float]:
    """(stored m³ at the end, mean flow m³/s into the reach) of a step of steady rain; exact for a linear reservoir."""
    kept_share = exp(-step_s / catchment.lag_s)
    gained_m3s = rain_mm_h * MM_H * catchment.area_m2 * catchment.runoff
    kept = stored_m3 * kept_share + gained_m3s * catchment.lag_s * (1.0 - kept_share)
    released = stored_m3 + gained_m3s * step_s - kept
    return kept, released / step_s + catchment.base_m3s


def settled(catchment: Catchment, rain_mm_h: float = 0.0) -> float:
    """What a catchment holds when it has long rained so (m³): a start where nothing is known."""
    return rain_mm_h * MM_H * catchment.area_m2 * catchment.runoff * catchment.lag_s


def outlook_of(
    network: Network,
    rain: Mapping[str, Forecast],
    tide: Mapping[str, TideAt],
    stored_m3: Mapping[str, float],
    start: datetime,
    steps_s: Sequence[float],
    *,
    rain_now_mm_h: Mapping[str, float] | None = None,
    outer_now_m: Mapping[str, float] | None = None,
    residual_m3s: Mapping[str, float] | None = None,
) -> Outlook:
    """What comes from outside in the steps ahead.

    ``rain``: the forecast of each rain gauge or (first) catchment by name. ``tide``: the levels of outside waters;
    where they say nothing the level now goes on, else the usual one. ``stored_m3``: what each catchment holds now.
    ``residual_m3s``: inflow of each reach beyond the model, which fades.
    """
    starts = _starts(start, steps_s)
    inflow = {name: [0.0] * len(steps_s) for name in network.reaches}
    for catchment in network.catchments:
        into, held = inflow[catchment.into], stored_m3.get(catchment.name, 0.0)
        foretold = rain.get(catchment.name) or rain.get(catchment.gauge)
        falls = (rain_now_mm_h or {}).get(catchment.gauge, 0.0)
        for step, (begins, length_s) in enumerate(zip(starts, steps_s, strict=True)):
            mm_h = _rain(foretold, falls, start, begins, length_s)
            held, flow_m3s = passed_on(catchment, held, mm_h, length_s)
            into[step] += flow_m3s
    for name, residual in (residual_m3s or {}).items():
        for step, (begins, length_s) in enumerate(zip(starts, steps_s, strict=True)):
            middle_s = (begins - start).total_seconds() + length_s / 2.0
            inflow[name][step] += residual * exp(-middle_s / RESIDUAL_FADES_S)
    outer = {
        name: tuple(
            _outer(tide.get(name), begins, length_s, (outer_now_m or {}).get(name, water.usual_m))
            for begins, length_s in zip(starts, steps_s, strict=True)
        )
        for name, water in network.outside.items()
    }
    return Outlook(start, tuple(steps_s), {name: tuple(series) for name, series in inflow.items()}, outer)


def _starts(start: datetime, steps_s: Sequence[float]) -> list[datetime]:
    starts, at = [], start
    for length_s in steps_s:
        starts.append(at)
        at += timedelta(seconds=length_s)
    return starts


def _rain(foretold: Forecast | None, falls_mm_h: float, start: datetime, begins: datetime, length_s: float) -> float:
    """Foretold rain for what is foretold of the step; for the rest, what falls now, fading."""
    ends = begins + timedelta(seconds=length_s)
    mm_h, share = (0.0, 0.0) if foretold is None else foretold.mean(begins, ends)
    since_s = (begins - start).total_seconds()
    faded = FADES_S / length_s * (exp(-since_s / FADES_S) - exp(-(since_s + length_s) / FADES_S))
    return mm_h * share + falls_mm_h * faded * (1.0 - share)


def _outer(tide: TideAt | None, begins: datetime, length_s: float, otherwise_m: float) -> float:
    level_m = None if tide is None else tide(begins + timedelta(seconds=length_s / 2.0))
    return otherwise_m if level_m is None else level_m
