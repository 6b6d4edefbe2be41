"""An estimate as it is kept over a restart: levels, what was learned, water under way, gauges held to be lying."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.logic.hydraulics.estimate import LYING, Estimate, GaugeFault, GaugeState, ReachState, Trust
from controller.logic.hydraulics.simulation import Acts

KIND, NAME = "network", "estimate"


def estimate_body(estimate: Estimate) -> Mapping[str, Any]:
    """The estimate as it is kept; the last hour's course is not."""
    return {
        "at": estimate.at.isoformat(),
        "reaches": {
            name: [round(one.level_m, 4), round(one.sd_m, 4), one.trust.value, round(one.residual_m3s, 3)]
            for name, one in estimate.reaches.items()
        },
        "lying": {
            point: [one.fault.value, one.since.isoformat() if one.since else None]
            for point, one in estimate.gauges.items()
            if one.fault in LYING
        },
        "stored_m3": {name: round(held, 1) for name, held in estimate.stored_m3.items()},
        "outer_m": {name: round(level, 3) for name, level in estimate.outer_m.items()},
        "counts": [[*key, count] for key, count in estimate.acts.counts.items()],
        "openings": dict(estimate.acts.openings),
    }


def estimate_of(body: Mapping[str, Any]) -> Estimate:
    """The estimate that was kept.

    Raises:
        KeyError, ValueError, TypeError: the record is damaged.
    """
    reaches = {
        name: ReachState(float(level), float(sd), Trust(trust), float(residual))
        for name, (level, sd, trust, residual) in body["reaches"].items()
    }
    gauges = {
        point: GaugeState(fault=GaugeFault(fault), since=datetime.fromisoformat(since) if since else None)
        for point, (fault, since) in body["lying"].items()
    }
    return Estimate(
        datetime.fromisoformat(body["at"]),
        reaches,
        gauges,
        {name: float(held) for name, held in body["stored_m3"].items()},
        {name: float(level) for name, level in body["outer_m"].items()},
        {},
        Acts(
            {(station, direction): int(count) for station, direction, count in body["counts"]},
            {gate: float(opening) for gate, opening in body["openings"].items()},
        ),
    )
