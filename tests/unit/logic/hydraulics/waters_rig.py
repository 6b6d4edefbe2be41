"""A small network for tests: two reaches with a channel between, a gate and pumps into a tidal water, land."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.logic.hydraulics.network import (
    Catchment,
    Channel,
    GravityGate,
    Network,
    Outside,
    PumpGroup,
    Reach,
    StorageCurve,
)
from controller.logic.hydraulics.outlook import Outlook

PS, GATE = "330102-PS-0003", "330102-PS-0003/G5"
CURVE = StorageCurve(((-1.0, 3.0e5), (2.0, 4.5e5), (3.5, 6.0e5)))
AT = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
DRAIN = (PS, "drain")


def reach(name: str, **changes: float) -> Reach:
    said = {"floor_m": 0.5, "warning_m": 2.5, "guarantee_m": 3.0, **changes}
    return Reach(name, name, CURVE, said["floor_m"], said["warning_m"], said["guarantee_m"], (f"{name}/level_m",))


def network() -> Network:
    return Network(
        datum="d",
        reaches={"upper": reach("upper"), "lower": reach("lower")},
        outside={"river": Outside("river", "river", ("river/level_m",), usual_m=2.0)},
        channels=(Channel("upper", "lower", 20.0),),
        gates=(GravityGate(GATE, "lower", "river", 5.0, 2.0, 0.0, PS),),
        pumps=(PumpGroup(PS, "lower", "river", 4, 5.0, 250.0), PumpGroup(PS, "lower", "river", 1, 2.0, 90.0, "divert")),
        catchments=(Catchment("land", "upper", "RG", 6.0e6, 0.6, 7200.0, 0.2),),
        inner={PS: "lower"},
        outer={PS: "river"},
    )


def outlook(steps: int = 8, *, inflow_m3s: float = 10.0, outer_m: float = 3.0, step_s: float = 900.0) -> Outlook:
    return Outlook(
        AT,
        (step_s,) * steps,
        {"upper": (inflow_m3s,) * steps, "lower": (inflow_m3s / 2.0,) * steps},
        {"river": (outer_m,) * steps},
    )
