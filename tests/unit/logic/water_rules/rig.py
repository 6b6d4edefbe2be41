"""Two reaches joined by a channel, a low one that pumps into the first, a river outside: small enough to reckon."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.network import Channel, GravityGate, Network, Outside, PumpGroup, Reach, StorageCurve
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.water_rules.guidance import Advised, advise
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.logic.water_rules.settings import RuleSettings, TariffBand

A, B, LOW = DeviceId("A"), DeviceId("B"), DeviceId("LOW")
START = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
STEPS_S = (900.0,) * 24 + (3600.0,) * 18
NIGHT = (TariffBand(22, 8, 0.35), TariffBand(9, 21, 1.05))
SETTINGS = RuleSettings(tariff=NIGHT)
AREA_M2 = 300_000.0


def reach(name: str) -> Reach:
    return Reach(name, name, StorageCurve(((-2.0, AREA_M2), (4.0, AREA_M2))), 0.5, 1.5, 1.9)


NETWORK = Network(
    "any",
    {name: reach(name) for name in ("a", "b", "low")},
    {"river": Outside("river", "river")},
    (Channel("a", "b", 20.0),),
    (GravityGate(TargetId("A/G1"), "a", "river", 2.0, 1.0, -8.0, A),),
    (
        PumpGroup(A, "a", "river", 3, 5.0, 250.0, rated_head_m=3.0, shutoff_head_m=None),
        PumpGroup(B, "b", "river", 2, 5.0, 250.0, rated_head_m=3.0, shutoff_head_m=None),
        PumpGroup(LOW, "low", "a", 2, 2.0, 50.0, rated_head_m=1.0, shutoff_head_m=None),
    ),
)


def outlook(inflow: float | tuple[float, ...] = 0.0, river: float | tuple[float, ...] = 2.5) -> Outlook:
    flows = inflow if isinstance(inflow, tuple) else (inflow,) * len(STEPS_S)
    outer = river if isinstance(river, tuple) else (river,) * len(STEPS_S)
    return Outlook(START, STEPS_S, dict.fromkeys(NETWORK.reaches, flows), {"river": outer})


def storm(peak_m3s: float, from_step: int = 28, until_step: int = 34) -> tuple[float, ...]:
    return tuple(peak_m3s if from_step <= step < until_step else 0.2 for step in range(len(STEPS_S)))


def now(a: float = 1.0, b: float = 1.0, low: float = 1.0, river: float = 2.5, running: int = 0) -> NetworkNow:
    stations = {
        A: StationNow(running, 3 - running, 0, 3),
        B: StationNow(0, 2, 0, 2),
        LOW: StationNow(0, 2, 0, 2),
    }
    return NetworkNow({"a": a, "b": b, "low": low}, {"river": river}, stations)


def advised(scene: NetworkNow, ahead: Outlook, settings: RuleSettings = SETTINGS, hour: int = 0) -> Advised:
    return advise(NETWORK, scene, ahead, settings, START.replace(hour=hour))
