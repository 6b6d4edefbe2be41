"""What is believed to flow in over the hours ahead: what was foretold, mended by what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.water_rules.scene import NetworkNow
from controller.logic.water_rules.settings import RuleSettings

SCALE_MOST = 2.0
"""A forecast is never believed to be wrong by more than this factor either way."""
WORTH_M3S = 0.5
"""Below this a foretold inflow says nothing about its scale."""


def expected(network: Network, now: NetworkNow, outlook: Outlook, settings: RuleSettings) -> Outlook:
    """The outlook with inflows as they are to be reckoned with, for every reach of the network.

    Where the inflow is measured too, what it differs from the forecast fades out over ``learned_s``. Nothing foretold:
    what is measured, fading over ``fades_s``. Neither: the catchments' base flow.
    """
    inflow = {}
    for name in network.reaches:
        told = outlook.inflow_m3s.get(name)
        measured = now.inflow_m3s.get(name)
        if told is None:
            inflow[name] = _persisting(network, name, measured, outlook, settings)
        else:
            share = settings.inflow_share + now.forecast_error * settings.error_share
            inflow[name] = _mended(told, measured, outlook, settings, share)
    return Outlook(outlook.start, outlook.steps_s, inflow, outlook.outer_m)


def _persisting(
    network: Network, name: str, measured: float | None, outlook: Outlook, settings: RuleSettings
) -> tuple[float, ...]:
    base = sum(land.base_m3s for land in network.catchments if land.into == name)
    over = max(0.0, (measured or 0.0) - base)
    return tuple(base + over * exp(-lead / settings.fades_s) for lead in _leads(outlook))


def _mended(
    told: tuple[float, ...], measured: float | None, outlook: Outlook, settings: RuleSettings, share: float
) -> tuple[float, ...]:
    leads = _leads(outlook)
    if measured is None:
        return tuple(flow * share for flow in told)
    off = measured - told[0]
    scale = max(1.0 / SCALE_MOST, min(SCALE_MOST, measured / told[0])) if told[0] > WORTH_M3S else 1.0
    mended = []
    for flow, lead in zip(told, leads, strict=True):
        fading = exp(-lead / settings.learned_s)
        by_scale = flow * (1.0 + (scale - 1.0) * fading)
        by_sum = max(0.0, flow + off * fading)
        mended.append(max(by_scale, by_sum) * share)
    return tuple(mended)


def _leads(outlook: Outlook) -> list[float]:
    leads, begun = [], 0.0
    for length in outlook.steps_s:
        leads.append(begun + length / 2.0)
        begun += length
    return leads


def forecast_error(measured_m3s: Mapping[str, float], outlook: Outlook) -> float:
    """How far what is foretold for now lies off what is measured: the sum of differences over the sum, 0 … 1."""
    pairs = [(flow, outlook.inflow_m3s[name][0]) for name, flow in measured_m3s.items() if name in outlook.inflow_m3s]
    whole = sum(max(measured, told) for measured, told in pairs)
    if whole < WORTH_M3S * max(1, len(pairs)):
        return 0.0
    return sum(abs(measured - told) for measured, told in pairs) / whole
